#include "core/ties.h"

#include "core/base/rng.h"
#include "core/bt.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static struct err err;

TestSuite(ties);

static struct ties rao_kupper(double h)
{
    return (struct ties){.model = TIES_RAO_KUPPER, .has_tie = true, .rank = {0, 1, 1, 1}, .k = 1, .t = {h}};
}

static struct ties davidson(double v)
{
    return (struct ties){.model = TIES_DAVIDSON, .has_tie = true, .rank = {0, 1, 1, 1}, .k = 1, .t = {log(v)}};
}

static const struct ties graded = {TIES_GRADED, true, {0, 1, 2, 3}, 3, {0.3, 1, 2}};
static const struct ties graded_no_tie = {TIES_GRADED, false, {-1, 1, 2, 3}, 2, {1, 2}};
static const struct ties graded_1_and_3 = {TIES_GRADED, true, {0, 1, -1, 2}, 2, {0.4, 1.5}};

Test(ties, rao_kupper_is_the_one_worked_out_by_hand)
{
    struct ties t = rao_kupper(log(1.5));
    const double z = 0.7, p[] = {0.248717, 0.178177, 0.573106}, nll[] = {1.391438, 1.724979, 0.556685};
    for (int s = -1; s <= 1; s++) {
        cr_expect(epsilon_eq(dbl, ties_probability(&t, s, z), p[s + 1], 1e-6));
        cr_expect(epsilon_eq(dbl, ties_at(&t, s > 0, s != 0, z).value, nll[s + 1], 1e-6));
    }
    struct ties_point tie = ties_at(&t, 0.5, 0, z);
    cr_expect(epsilon_eq(dbl, tie.slope, 0.324389, 1e-6));
    cr_expect(epsilon_eq(dbl, tie.dt[0], -2.421823, 1e-6));
}

Test(ties, davidson_is_the_one_worked_out_by_hand)
{
    struct ties t = davidson(0.8);
    const double z = 0.7, p[] = {0.241022, 0.273621, 0.485358}, nll[] = {1.422869, 1.296013, 0.722869};
    const double slope[] = {0.622168, 0.122168, -0.377832};
    for (int s = -1; s <= 1; s++) {
        struct ties_point at = ties_at(&t, s > 0, s != 0, z);
        cr_expect(epsilon_eq(dbl, ties_probability(&t, s, z), p[s + 1], 1e-6));
        cr_expect(epsilon_eq(dbl, at.value, nll[s + 1], 1e-6));
        cr_expect(epsilon_eq(dbl, at.slope, slope[s + 1], 1e-6));
    }
    cr_expect(epsilon_eq(dbl, ties_at(&t, 1, 1, z).dt[0], 0.273621, 1e-6));
    cr_expect(epsilon_eq(dbl, ties_at(&t, 0.5, 0, z).dt[0], -0.726379, 1e-6));
}

Test(ties, grades_are_those_worked_out_by_hand)
{
    const double p[] = {0.075858, 0.106567, 0.127600, 0.140140, 0.172293, 0.195115, 0.182426};
    for (int s = -3; s <= 3; s++)
        cr_expect(epsilon_eq(dbl, ties_probability(&graded, s, 0.5), p[s + 3], 1e-6));
}

Test(ties, probabilities_sum_to_one_also_far_out)
{
    const struct ties models[] = {rao_kupper(0.4), davidson(0.8), graded, graded_no_tie, graded_1_and_3};
    static const double at[] = {-800, -30, -1, 0, 0.5, 30, 800};
    for (size_t i = 0; i < 5; i++)
        for (size_t k = 0; k < 7; k++) {
            int most = models[i].model == TIES_GRADED ? 3 : 1;
            double sum = 0;
            for (int s = -most; s <= most; s++)
                sum += ties_probability(&models[i], s, at[k]);
            cr_expect(epsilon_eq(dbl, sum, 1, 1e-14), "model %zu z %g", i, at[k]);
            struct ties_point x = ties_at(&models[i], 1, 1, at[k]);
            cr_expect(isfinite(x.value) && isfinite(x.slope) && isfinite(x.curvature) && isfinite(x.dt[0]));
        }
}

/* All first and second derivatives of every model, by differences of the value and of the first ones. */
Test(ties, derivatives_are_those_of_finite_differences)
{
    const struct ties models[] = {rao_kupper(0.4), davidson(0.8), graded, graded_no_tie, graded_1_and_3};
    const double step = 6e-6;
    for (size_t i = 0; i < 5; i++)
        for (int s = 0; s <= 3; s++)
            for (double z = -2.3; z < 2.4; z += 0.46) {
                const struct ties *t = &models[i];
                if (t->rank[s] < 0)
                    continue;
                struct ties_point x = ties_at(t, 0.7, s, z);
                struct ties_point up = ties_at(t, 0.7, s, z + step), down = ties_at(t, 0.7, s, z - step);
                cr_expect(epsilon_eq(dbl, x.slope, (up.value - down.value) / (2 * step), 1e-8));
                cr_expect(epsilon_eq(dbl, x.curvature, (up.slope - down.slope) / (2 * step), 1e-8));
                for (size_t j = 0; j < t->k; j++) {
                    struct ties plus = *t, minus = *t;
                    plus.t[j] += step;
                    minus.t[j] -= step;
                    up = ties_at(&plus, 0.7, s, z);
                    down = ties_at(&minus, 0.7, s, z);
                    cr_expect(epsilon_eq(dbl, x.dt[j], (up.value - down.value) / (2 * step), 1e-8));
                    cr_expect(epsilon_eq(dbl, x.dzt[j], (up.slope - down.slope) / (2 * step), 1e-8));
                    for (size_t k = 0; k < t->k; k++)
                        cr_expect(epsilon_eq(dbl, x.dtt[j][k], (up.dt[k] - down.dt[k]) / (2 * step), 1e-7));
                }
            }
}

Test(ties, exchanging_the_sides_changes_nothing)
{
    const struct ties models[] = {rao_kupper(0.4), davidson(0.8), graded};
    for (size_t i = 0; i < 3; i++)
        for (int s = 0; s <= 3; s++) {
            struct ties_point a = ties_at(&models[i], 0.8, s, 0.6), b = ties_at(&models[i], 1 - 0.8, s, -0.6);
            cr_expect(epsilon_eq(dbl, a.value, b.value, 1e-14));
            cr_expect(epsilon_eq(dbl, a.slope, -b.slope, 1e-14));
            cr_expect(epsilon_eq(dbl, a.dt[0], b.dt[0], 1e-14));
        }
}

enum { N = 60 };

static void draw(double *z, double *p, double *strength, double *weight)
{
    struct rng r;
    rng_seed(&r, 5);
    for (size_t i = 0; i < N; i++) {
        z[i] = rng_normal(&r);
        strength[i] = (double)(i % 4);
        p[i] = i % 4 == 0 ? 0.5 : i % 5 == 0 ? 0 : 1;
        weight[i] = 0.5 + (double)(i % 3);
    }
}

/* The best thresholds: the slope in them vanishes, and any other are worse. Half of everything twice gives the same. */
Test(ties, thresholds_are_the_best_for_the_margins)
{
    double z[2 * N], p[2 * N], strength[2 * N], weight[2 * N];
    draw(z, p, strength, weight);
    for (int model = TIES_RAO_KUPPER; model <= TIES_GRADED; model++) {
        struct loss_pairs pairs = {N, weight, p, strength};
        struct ties t, other;
        cr_assert(ties_init(&t, (enum ties_model)model, &pairs, &err), "%s", err.text);
        cr_expect(eq(sz, t.k, model == TIES_GRADED ? 3 : 1));
        double best = ties_profile(&t, &pairs, z), slope[TIES_MAX] = {0};
        for (size_t i = 0; i < N; i++)
            for (size_t j = 0; j < t.k; j++)
                slope[j] += weight[i] * ties_at(&t, p[i], strength[i], z[i]).dt[j];
        for (size_t j = 0; j < t.k; j++) {
            cr_expect(epsilon_eq(dbl, slope[j], 0, 1e-9));
            for (int side = -1; side <= 1; side += 2) {
                double sum = 0;
                other = t;
                other.t[j] += side * 0.01;
                for (size_t i = 0; i < N; i++)
                    sum += weight[i] * ties_at(&other, p[i], strength[i], z[i]).value;
                cr_expect(gt(dbl, sum, best));
            }
        }
        for (size_t i = 0; i < N; i++) {
            z[N + i] = z[i];
            p[N + i] = p[i];
            strength[N + i] = strength[i];
            weight[i] = weight[N + i] = weight[i] / 2;
        }
        struct loss_pairs twice = {2 * N, weight, p, strength};
        cr_assert(ties_init(&other, (enum ties_model)model, &twice, &err));
        cr_expect(epsilon_eq(dbl, ties_profile(&other, &twice, z), best, 1e-10));
        for (size_t j = 0; j < t.k; j++)
            cr_expect(epsilon_eq(dbl, other.t[j], t.t[j], 1e-8));
    }
}

/* Davidson with margins of 0: the best v is known, ties : others = v : 2. */
Test(ties, without_margins_davidson_counts)
{
    const double z[5] = {0}, p[] = {1, 0, 1, 0.5, 0.5}, strength[] = {1, 2, 3, 0, 0}, ones[] = {1, 1, 1, 1, 1};
    struct loss_pairs pairs = {5, ones, p, strength};
    struct ties t;
    cr_assert(ties_init(&t, TIES_DAVIDSON, &pairs, &err));
    ties_profile(&t, &pairs, z);
    cr_expect(epsilon_eq(dbl, exp(t.t[0]), 2 * 2.0 / 3, 1e-10));
    cr_assert(ties_init(&t, TIES_RAO_KUPPER, &pairs, &err));
    ties_profile(&t, &pairs, z);
    cr_expect(epsilon_eq(dbl, ties_probability(&t, 0, 0), 0.4, 1e-10));
}

Test(ties, what_has_no_finite_threshold_is_refused)
{
    const double p[] = {1, 1}, one[] = {1, 1}, none[] = {0, 0}, mixed[] = {0, 1}, other[] = {1, 3};
    struct ties t;
    struct loss_pairs sure = {2, one, p, one}, even = {2, one, p, none}, both = {2, one, p, mixed};
    struct loss_pairs unweighted = {2, mixed, p, mixed}, grades = {2, one, p, other};
    for (int model = TIES_RAO_KUPPER; model <= TIES_GRADED; model++) {
        cr_expect(not(ties_init(&t, (enum ties_model)model, &sure, &err)));
        cr_expect(eq(int, (int)err.kind, (int)ERR_RANGE));
        cr_expect(not(ties_init(&t, (enum ties_model)model, &even, &err)));
        cr_expect(not(ties_init(&t, (enum ties_model)model, &unweighted, &err)));
        cr_expect(ties_init(&t, (enum ties_model)model, &both, &err));
    }
    cr_expect(ties_init(&t, TIES_GRADED, &grades, &err));
    cr_expect(eq(sz, t.k, 1));
    cr_expect(not(ties_init(&t, TIES_DAVIDSON, &grades, &err)));
}
