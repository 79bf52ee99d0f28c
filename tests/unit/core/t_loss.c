#include "core/loss.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

static struct err err;

TestSuite(loss);

/* Margins and strengths of four pairs whose losses are known, and their differences for the gradients. */
static const double z4[] = {0.5, -0.75, 0.75, -1}, ones[] = {1, 1, 1, 1}, m4[] = {1, 3, 2, 1};
static const double F[4][2] = {{1, 0}, {-1, 1}, {1, -1}, {-1, 2}};

static const struct loss all[] = {
    {LOSS_PLAIN, LOSS_NONE, 0},         {LOSS_MARGIN, LOSS_NONE, 0},
    {LOSS_SCALED, LOSS_NONE, 0},        {LOSS_SCALED_MARGIN, LOSS_NONE, 0},
    {LOSS_PLAIN, LOSS_SMOOTHING, 0.1},  {LOSS_MARGIN, LOSS_SMOOTHING, 0.2},
    {LOSS_SCALED, LOSS_SMOOTHING, 0.1}, {LOSS_SCALED_MARGIN, LOSS_SMOOTHING, 0.1},
    {LOSS_PLAIN, LOSS_FLIP, 0.1},       {LOSS_SCALED, LOSS_FLIP, 0.3},
    {LOSS_PLAIN, LOSS_CHANNEL, 0.2},    {LOSS_SCALED, LOSS_CHANNEL, 0.1},
};
enum { ALL = sizeof all / sizeof *all };

static void expect_known(struct loss l, const double *p, double by, double value, double g0, double g1)
{
    struct loss_pairs pairs = {4, ones, p != NULL ? p : ones, m4};
    double slope[4], g[2] = {0, 0};
    loss_each(&l, &pairs, z4, NULL, slope, NULL);
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 2; j++)
            g[j] += slope[i] * F[i][j] / by;
    cr_expect(epsilon_eq(dbl, loss_sum(&l, &pairs, z4) / by, value, 1e-6), "%s %s", loss_kind_name(l.kind),
              loss_noise_name(l.noise));
    cr_expect(epsilon_eq(dbl, g[0], g0, 1e-6));
    cr_expect(epsilon_eq(dbl, g[1], g1, 1e-6));
}

Test(loss, values_and_gradients_are_those_worked_out_by_hand)
{
    expect_known((struct loss){LOSS_PLAIN, LOSS_NONE, 0}, NULL, 4, 0.827770, 0.177969, -0.455119);
    expect_known((struct loss){LOSS_MARGIN, LOSS_NONE, 0}, NULL, 4, 2.094045, 0.114515, -0.490329);
    expect_known((struct loss){LOSS_SCALED, LOSS_NONE, 0}, NULL, 4, 1.492923, 0.437353, -0.714503);
    expect_known((struct loss){LOSS_SCALED, LOSS_NONE, 0}, NULL, 7, 0.853099, 0.249916, -0.408287);
    expect_known((struct loss){LOSS_PLAIN, LOSS_SMOOTHING, 0.1}, NULL, 4, 0.815270, 0.177969, -0.405119);
    expect_known((struct loss){LOSS_PLAIN, LOSS_FLIP, 0.1}, NULL, 4, 0.843395, 0.177969, -0.517619);
    expect_known((struct loss){LOSS_PLAIN, LOSS_CHANNEL, 0.2}, NULL, 4, 0.751884, 0.049617, -0.192697);
    expect_known((struct loss){LOSS_PLAIN, LOSS_NONE, 0}, (double[]){2.0 / 3, 1, 5.0 / 6, 0.5}, 4, 0.775687, 0.177969,
                 -0.246785);
}

Test(loss, derivatives_are_those_of_finite_differences)
{
    const double step = 6e-6;
    for (size_t i = 0; i < ALL; i++)
        for (double z = -3.1; z < 3.2; z += 0.31)
            for (double p = 0; p <= 1; p += 0.25) {
                struct loss_point at = loss_at(&all[i], 0.7, p, 2, z);
                struct loss_point up = loss_at(&all[i], 0.7, p, 2, z + step),
                                  down = loss_at(&all[i], 0.7, p, 2, z - step);
                cr_expect(epsilon_eq(dbl, at.slope, (up.value - down.value) / (2 * step), 1e-9), "loss %zu z %g", i, z);
                cr_expect(epsilon_eq(dbl, at.curvature, (up.slope - down.slope) / (2 * step), 1e-9), "loss %zu z %g", i,
                          z);
            }
}

Test(loss, exchanging_the_sides_changes_nothing)
{
    for (size_t i = 0; i < ALL; i++)
        for (double z = -3; z < 3.1; z += 0.5) {
            struct loss_point a = loss_at(&all[i], 1, 0.8, 3, z), b = loss_at(&all[i], 1, 1 - 0.8, 3, -z);
            cr_expect(epsilon_eq(dbl, a.value, b.value, 1e-14));
            cr_expect(epsilon_eq(dbl, a.slope, -b.slope, 1e-14));
            cr_expect(epsilon_eq(dbl, a.curvature, b.curvature, 1e-14));
        }
}

Test(loss, two_half_pairs_are_one)
{
    for (size_t i = 0; i < ALL; i++) {
        struct loss_pairs one = {1, (double[]){1}, (double[]){0.9}, (double[]){2}};
        struct loss_pairs two = {2, (double[]){0.5, 0.5}, (double[]){0.9, 0.9}, (double[]){2, 2}};
        const double z[] = {0.4, 0.4};
        cr_expect(epsilon_eq(dbl, loss_sum(&all[i], &one, z), loss_sum(&all[i], &two, z), 1e-15));
        for (int by = 0; by < 2; by++)
            cr_expect(epsilon_eq(dbl, loss_divisor(&all[i], (enum loss_normalise)by, &one),
                                 loss_divisor(&all[i], (enum loss_normalise)by, &two), 1e-15));
    }
}

Test(loss, far_out_everything_is_finite_and_the_slope_is_the_limit)
{
    for (size_t i = 0; i < ALL; i++)
        for (int side = -1; side <= 1; side += 2) {
            struct loss_point at = loss_at(&all[i], 1, 1, 1, side * 800.0),
                              farther = loss_at(&all[i], 1, 1, 1, side * 801.0);
            cr_expect(isfinite(at.value) && isfinite(at.slope) && isfinite(at.curvature));
            cr_expect(epsilon_eq(dbl, farther.value - at.value, side * at.slope, 1e-10), "loss %zu side %d", i, side);
            cr_expect(epsilon_eq(dbl, at.curvature, 0, 1e-300));
        }
}

Test(loss, what_is_called_convex_has_no_negative_curvature_and_the_rest_has)
{
    for (int kind = 0; kind <= LOSS_SCALED_MARGIN; kind++)
        for (int noise = 0; noise <= LOSS_CHANNEL; noise++) {
            struct loss l = {(enum loss_kind)kind, (enum loss_noise)noise, 0.2};
            bool shifted = kind == LOSS_MARGIN || kind == LOSS_SCALED_MARGIN;
            double least = 0;
            for (double z = -9; z <= 9; z += 0.125)
                least = fmin(least, loss_at(&l, 1, 1, 3, z).curvature);
            /* the channel is fitted without a shift: what a margin would mean for it is not defined */
            cr_expect(eq(int, loss_is_convex(&l), least >= 0), "%s %s: %g", loss_kind_name(l.kind),
                      loss_noise_name(l.noise), least);
            cr_expect(eq(int, loss_check(&l, 1, &err), !(shifted && noise >= LOSS_FLIP)));
            cr_expect(eq(int, loss_check(&l, 0, &err), noise < LOSS_FLIP));
        }
}

Test(loss, divisors_differ_for_scaled_losses_only)
{
    struct loss_pairs pairs = {4, (double[]){1, 2, 1, 1}, ones, m4};
    struct loss plain = {LOSS_MARGIN, LOSS_NONE, 0}, scaled = {LOSS_SCALED_MARGIN, LOSS_NONE, 0};
    cr_expect(eq(dbl, loss_divisor(&plain, LOSS_BY_PAIRS, &pairs), 5.0));
    cr_expect(eq(dbl, loss_divisor(&plain, LOSS_BY_WEIGHTS, &pairs), 5.0));
    cr_expect(eq(dbl, loss_divisor(&scaled, LOSS_BY_PAIRS, &pairs), 5.0));
    cr_expect(eq(dbl, loss_divisor(&scaled, LOSS_BY_WEIGHTS, &pairs), 10.0));
}

/* Flips at rate e move the best margin of a population with margin Z to logit((1-e) sigma(Z) + e sigma(-Z)); the
 * unbiased form and the channel undo it. */
Test(loss, known_flips_are_undone)
{
    double Z = 2, e = 0.164, s = 1 / (1 + exp(-Z)), seen = (1 - e) * s + e * (1 - s);
    struct loss plain = {LOSS_PLAIN, LOSS_NONE, 0}, flip = {LOSS_PLAIN, LOSS_FLIP, e},
                channel = {LOSS_PLAIN, LOSS_CHANNEL, e};
    cr_expect(epsilon_eq(dbl, log(seen / (1 - seen)), 1.130307, 1e-6));
    cr_expect(epsilon_eq(dbl, loss_at(&plain, 1, seen, 1, 1.130307).slope, 0, 1e-6));
    cr_expect(epsilon_eq(dbl, loss_at(&flip, 1, seen, 1, Z).slope, 0, 1e-12));
    cr_expect(epsilon_eq(dbl, loss_at(&channel, 1, seen, 1, Z).slope, 0, 1e-12));
}

Test(loss, rates_outside_their_range_are_refused)
{
    struct loss l = {LOSS_PLAIN, LOSS_SMOOTHING, 0.5};
    cr_expect(not(loss_check(&l, 1, &err)));
    l.rate = NAN;
    cr_expect(not(loss_check(&l, 1, &err)));
    l.rate = 0.49;
    cr_expect(loss_check(&l, 0, &err));
}

Test(loss, entropy_is_the_floor_of_a_soft_label)
{
    const double p[] = {2.0 / 3, 1, 5.0 / 6, 0.5};
    double sum = 0;
    for (size_t i = 0; i < 4; i++) {
        struct loss plain = {LOSS_PLAIN, LOSS_NONE, 0};
        double floor = loss_entropy(p[i]);
        sum += floor / 4;
        if (p[i] < 1)
            cr_expect(epsilon_eq(dbl, loss_at(&plain, 1, p[i], 1, log(p[i] / (1 - p[i]))).value, floor, 1e-15));
    }
    cr_expect(epsilon_eq(dbl, sum, 0.445056, 1e-6));
    cr_expect(eq(dbl, loss_entropy(0), 0.0));
    cr_expect(eq(dbl, loss_entropy(1), 0.0));
}
