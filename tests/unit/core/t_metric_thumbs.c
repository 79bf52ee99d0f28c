#include "core/metric_thumbs.h"

#include "core/base/rng.h"
#include "core/bt.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

enum { N = 200 };

static struct err err;
static double z[N], weight[N];
static bool up[N];
static uint64_t prompt[N];

static void set_up(void)
{
    struct rng r;
    rng_seed(&r, 9);
    for (size_t i = 0; i < N; i++) {
        up[i] = rng_uniform(&r) < 0.3;
        z[i] = round(4 * (rng_normal(&r) + (up[i] ? 0.7 : -0.2))) / 4; /* many are equal, some 0 */
        weight[i] = (double)(i % 4);
        prompt[i] = i / 4 * 7919 % 101;
    }
}

TestSuite(metric_thumbs, .init = set_up);

static struct metric_thumbs measure(const double *w)
{
    struct metric_thumbs m;
    cr_assert(metric_thumbs_of(&(struct metric_thumbs_data){z, up, w, N}, 10, &m, &err), "%s", err.text);
    return m;
}

Test(metric_thumbs, auroc_is_the_one_worked_out_by_hand)
{
    /* ups 1, .2, downs -.5, .4: of four pairs three in order; with .4 raised to 1 one is even */
    struct metric_thumbs m;
    struct metric_thumbs_data d = {(double[]){1, 0.2, -0.5, 0.4}, (bool[]){true, true, false, false}, NULL, 4};
    cr_assert(metric_thumbs_of(&d, 0, &m, &err));
    cr_expect(eq(dbl, m.auroc, 0.75));
    cr_expect(eq(dbl, m.accuracy, 0.75));
    cr_expect(eq(dbl, m.share_up, 0.5));
    cr_expect(eq(sz, m.n_up, 2));
    cr_expect(epsilon_eq(dbl, m.nll, 0.574623, 1e-6));
    d.z = (double[]){1, 0.2, -0.5, 1};
    cr_assert(metric_thumbs_of(&d, 0, &m, &err));
    cr_expect(eq(dbl, m.auroc, 0.625));
    d.weight = (double[]){3, 1, 1, 2};
    cr_assert(metric_thumbs_of(&d, 0, &m, &err)); /* 3 (1 + 2/2) + 1 (1) of 4 x 3 */
    cr_expect(epsilon_eq(dbl, m.auroc, 7.0 / 12, 1e-15));
}

Test(metric_thumbs, figures_are_those_of_the_slow_twin)
{
    for (int weighted = 0; weighted < 2; weighted++) {
        const double *w = weighted ? weight : NULL;
        struct metric_thumbs m = measure(w);
        double all = 0, right = 0, nll = 0, brier = 0, above = 0, both = 0, ece = 0;
        for (size_t i = 0; i < N; i++) {
            double o = weighted ? weight[i] : 1, s = bt_sigma(z[i]);
            all += o;
            right += o * (z[i] != 0 && (z[i] > 0) == up[i]);
            nll -= o * log(up[i] ? s : 1 - s);
            brier += o * (s - up[i]) * (s - up[i]);
            for (size_t j = 0; j < N; j++)
                if (up[i] && !up[j]) {
                    double pair = o * (weighted ? weight[j] : 1);
                    both += pair;
                    above += pair * (z[i] > z[j] ? 1 : z[i] == z[j] ? 0.5 : 0);
                }
        }
        for (int b = 0; b < 10; b++) {
            double gap = 0;
            for (size_t i = 0; i < N; i++)
                if ((int)(bt_sigma(z[i]) * 10) == b)
                    gap += (weighted ? weight[i] : 1) * (bt_sigma(z[i]) - up[i]);
            ece += fabs(gap) / all;
        }
        cr_expect(epsilon_eq(dbl, m.accuracy, right / all, 1e-12));
        cr_expect(epsilon_eq(dbl, m.auroc, above / both, 1e-12));
        cr_expect(epsilon_eq(dbl, m.nll, nll / all, 1e-12));
        cr_expect(epsilon_eq(dbl, m.brier, brier / all, 1e-12));
        cr_expect(epsilon_eq(dbl, m.ece, ece, 1e-12));
    }
}

Test(metric_thumbs, turning_everything_round_changes_nothing)
{
    struct metric_thumbs a = measure(weight);
    for (size_t i = 0; i < N; i++) {
        z[i] = -z[i];
        up[i] = !up[i];
    }
    struct metric_thumbs b = measure(weight);
    cr_expect(epsilon_eq(dbl, a.accuracy, b.accuracy, 1e-12));
    cr_expect(epsilon_eq(dbl, a.auroc, b.auroc, 1e-12));
    cr_expect(epsilon_eq(dbl, a.nll, b.nll, 1e-12));
    cr_expect(epsilon_eq(dbl, a.brier, b.brier, 1e-12));
    cr_expect(epsilon_eq(dbl, a.share_up, 1 - b.share_up, 1e-12));
}

Test(metric_thumbs, bins_hold_all_and_say_how_sure_they_are)
{
    struct metric_thumbs m = measure(NULL);
    double n = 0, found = 0;
    for (size_t b = 0; b < m.n_bins; b++) {
        n += m.bins[b].n;
        found += m.bins[b].count > 0 ? m.bins[b].count * m.bins[b].accuracy : 0;
        cr_expect(m.bins[b].count <= 0 || (m.bins[b].wilson_lo <= m.bins[b].accuracy + 1e-12 &&
                                           m.bins[b].accuracy <= m.bins[b].wilson_hi + 1e-12));
    }
    cr_expect(eq(dbl, n, (double)N));
    cr_expect(epsilon_eq(dbl, found, (double)m.n_up, 1e-9));
}

Test(metric_thumbs, intervals_hold_the_figures_and_repeat_with_the_seed)
{
    struct metric_thumbs_data d = {z, up, NULL, N};
    struct metric_thumbs_intervals a, b;
    struct metric_thumbs m = measure(NULL);
    cr_assert(metric_thumbs_bootstrap(&d, prompt, 10, 200, 4, &a, &err));
    cr_assert(metric_thumbs_bootstrap(&d, prompt, 10, 200, 4, &b, &err));
    cr_expect(memcmp(&a, &b, sizeof a) == 0);
    cr_expect(eq(sz, a.groups, N / 4));
    cr_expect(a.auroc.lo < m.auroc && m.auroc < a.auroc.hi);
    cr_expect(a.accuracy.lo < m.accuracy && m.accuracy < a.accuracy.hi);
    cr_expect(a.nll.lo < m.nll && m.nll < a.nll.hi);
    cr_assert(metric_thumbs_bootstrap(&d, NULL, 10, 50, 4, &b, &err));
    cr_expect(eq(sz, b.groups, N));
    d.n = 1;
    cr_assert(metric_thumbs_bootstrap(&d, NULL, 10, 50, 4, &b, &err));
    cr_expect(isnan(b.nll.lo));
}

Test(metric_thumbs, nothing_and_one_class_have_no_figure_and_infinity_is_refused)
{
    struct metric_thumbs m;
    struct metric_thumbs_data d = {z, up, NULL, 0};
    cr_assert(metric_thumbs_of(&d, 0, &m, &err));
    cr_expect(isnan(m.accuracy) && isnan(m.auroc) && isnan(m.ece));
    d = (struct metric_thumbs_data){z, (bool[]){true, true}, NULL, 2};
    cr_assert(metric_thumbs_of(&d, 0, &m, &err));
    cr_expect(isnan(m.auroc) && isfinite(m.nll));
    d.z = (double[]){1, INFINITY};
    cr_expect(not(metric_thumbs_of(&d, 0, &m, &err)));
    d.z = z;
    cr_expect(not(metric_thumbs_of(&d, METRIC_MAX_BINS + 1, &m, &err)));
}
