#include "core/crowd.h"

#include "core/base/rng.h"
#include "core/linalg.h"
#include "tests/support/spectrum.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

enum { N = 3000, D = 12, GROUPS = 3 };

static struct err err;
static struct spectrum s;
static struct crowd c;
static struct bt_info info;
static double w[D], truth[N];

TestSuite(crowd);

Test(crowd, one_label_as_worked_out_by_hand)
{
    struct crowd_point p = crowd_at(0.8, 0.9);
    cr_expect(epsilon_eq(dbl, p.value, 0.427742, 1e-6));
    cr_expect(epsilon_eq(dbl, p.slope, -0.262474, 1e-6));
    cr_expect(epsilon_eq(dbl, p.eta_slope, -0.582762, 1e-6));
    cr_expect(epsilon_eq(dbl, p.truth, 0.952449, 1e-6));
}

/* sigma(-800) is 0 in double precision. */
Test(crowd, labels_believed_for_certain_stay_finite_at_any_margin)
{
    struct crowd_point p = crowd_at(-800, 1), q = crowd_at(800, 1);
    cr_expect(eq(dbl, p.value, 800));
    cr_expect(eq(dbl, p.slope, -1));
    cr_expect(eq(dbl, p.truth, 1));
    cr_expect(eq(dbl, q.value, 0));
    cr_expect(eq(dbl, q.truth, 1));
}

Test(crowd, slopes_are_differences)
{
    const double h = 1e-6;
    for (double z = -3; z <= 3; z += 0.7)
        for (double eta = 0.1; eta < 1; eta += 0.2) {
            struct crowd_point p = crowd_at(z, eta);
            cr_expect(
                epsilon_eq(dbl, p.slope, (crowd_at(z + h, eta).value - crowd_at(z - h, eta).value) / (2 * h), 1e-8));
            cr_expect(epsilon_eq(dbl, p.eta_slope, (crowd_at(z, eta + h).value - crowd_at(z, eta - h).value) / (2 * h),
                                 1e-7));
        }
}

/* Labels of group k are turned round with probability 1 - reliability[k]. */
static void draw(const double *reliability)
{
    struct rng r;
    rng_seed(&r, 9);
    spectrum_draw(&s, N, D, 0, 4);
    for (size_t i = 0; i < N; i++) {
        struct pair *p = &s.pairs[i];
        p->group = (int)(i % GROUPS);
        if (rng_uniform(&r) > reliability[p->group]) {
            size_t chosen = p->chosen;
            p->chosen = p->rejected;
            p->rejected = chosen;
        }
    }
}

static void fit(void)
{
    struct fit_opts o = {.threads = 1, .memory = SIZE_MAX};
    cr_assert(crowd_fit(&s.e, s.pairs, NULL, N, GROUPS, 1e-3, &o, w, &c, truth, &info, NULL, &err), "%s", err.text);
}

static void done(void)
{
    crowd_free(&c);
    spectrum_free(&s);
}

Test(crowd, planted_reliabilities_are_found)
{
    const double planted[GROUPS] = {0.97, 0.8, 0.5};
    draw(planted);
    fit();
    cr_expect(info.converged);
    cr_expect(eq(int, (int)info.stop, BT_STATIONARY));
    for (size_t k = 0; k < GROUPS; k++) {
        cr_expect(epsilon_eq(dbl, c.eta[k], planted[k], 0.06), "group %zu: %g", k, c.eta[k]);
        cr_expect(eq(sz, c.pairs[k], N / GROUPS));
    }
    done();
}

Test(crowd, somebody_who_means_the_opposite_is_found_out)
{
    draw((const double[GROUPS]){0.95, 0.95, 0.05});
    fit();
    cr_expect(lt(dbl, c.eta[2], 0.15));
    cr_expect(gt(dbl, c.eta[0], 0.85));
    done();
}

/* At the end: the slope of the objective in every weight and in every eta is 0. */
Test(crowd, the_end_is_a_stationary_point_of_the_likelihood)
{
    double g[D] = {0}, eta_g[GROUPS] = {0}, d[D];
    draw((const double[GROUPS]){0.97, 0.8, 0.6});
    fit();
    for (size_t i = 0; i < N; i++) {
        const float *a = s.rows + s.pairs[i].chosen * D, *b = s.rows + s.pairs[i].rejected * D;
        for (size_t j = 0; j < D; j++)
            d[j] = (double)a[j] - (double)b[j];
        struct crowd_point p = crowd_at(linalg_dot(w, d, D), c.eta[s.pairs[i].group]);
        linalg_axpy(p.slope / N, d, g, D);
        eta_g[s.pairs[i].group] += p.eta_slope / N;
    }
    linalg_axpy(1e-3, w, g, D);
    cr_expect(lt(dbl, linalg_nrm2(g, D), 1e-4));
    for (size_t k = 0; k < GROUPS; k++) {
        eta_g[k] -= (CROWD_TRUE / c.eta[k] - CROWD_FALSE / (1 - c.eta[k])) / N;
        cr_expect(lt(dbl, fabs(eta_g[k]), 1e-3), "group %zu: %g", k, eta_g[k]);
    }
    done();
}

Test(crowd, its_soft_labels_give_the_same_head_by_plain_bradley_terry)
{
    double plain[D];
    struct fit_opts o = {.threads = 1, .memory = SIZE_MAX};
    struct bt_info other;
    draw((const double[GROUPS]){0.97, 0.8, 0.6});
    fit();
    for (size_t i = 0; i < N; i++)
        s.pairs[i].p = truth[i];
    cr_assert(fit_pairs(&s.e, s.pairs, NULL, N, 1e-3, &o, plain, &other, NULL, &err));
    linalg_axpy(-1, w, plain, D);
    cr_expect(lt(dbl, linalg_nrm2(plain, D), 1e-3 * linalg_nrm2(w, D)));
    done();
}

Test(crowd, pairs_that_nobody_signed_are_believed)
{
    double plain[D];
    struct fit_opts o = {.threads = 1, .memory = SIZE_MAX};
    struct bt_info other;
    draw((const double[GROUPS]){0.9, 0.9, 0.9});
    for (size_t i = 0; i < N; i++)
        s.pairs[i].group = -1;
    fit();
    cr_assert(fit_pairs(&s.e, s.pairs, NULL, N, 1e-3, &o, plain, &other, NULL, &err));
    cr_expect(epsilon_eq(dbl, linalg_dot(w, plain, D) / linalg_dot(plain, plain, D), 1, 1e-5));
    done();
}
