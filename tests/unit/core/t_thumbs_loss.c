#include "core/thumbs_loss.h"

#include "core/bt.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

/* Two liked and two disliked responses. */
static const double R[] = {1, 0.2, -0.5, 0.4};
static const bool UP[] = {true, true, false, false};

static void expect_losses(enum thumbs_kind kind, double shift, const double want[4], double mean)
{
    double sum = 0;
    for (size_t i = 0; i < 4; i++) {
        struct loss_point p = thumbs_loss_at(kind, 1, UP[i], R[i] - shift);
        cr_expect(want == NULL || fabs(p.value - want[i]) < 1e-6, "%zu: %g", i, p.value);
        sum += p.value / 4;
    }
    cr_expect(epsilon_eq(dbl, sum, mean, 1e-6));
}

Test(thumbs_loss, bco_is_the_one_worked_out_by_hand)
{
    struct thumbs_means m = thumbs_means_of(R, UP, NULL, 4);
    double delta = thumbs_delta_of(&m, THUMBS_MIDPOINT);
    cr_expect(epsilon_eq(dbl, delta, 0.275, 1e-15));
    expect_losses(THUMBS_BCO, delta, (double[]){0.394960, 0.731350, 0.378918, 0.757599}, 0.565707);
    expect_losses(THUMBS_BCO, 0, NULL, 0.574623);
}

Test(thumbs_loss, midpoint_and_running_mean_differ_when_classes_do)
{
    const double r[] = {1, 0.2, 0.6, -0.5, 0.4};
    const bool up[] = {true, true, true, false, false};
    struct thumbs_means m = thumbs_means_of(r, up, NULL, 5);
    cr_expect(epsilon_eq(dbl, thumbs_delta_of(&m, THUMBS_MIDPOINT), 0.275, 1e-15));
    cr_expect(epsilon_eq(dbl, thumbs_delta_of(&m, THUMBS_RUNNING), 0.34, 1e-15));
    m = thumbs_means_of(R, UP, (double[]){2, 0, 1, 1}, 4);
    cr_expect(epsilon_eq(dbl, m.up, 1, 1e-15));
    cr_expect(epsilon_eq(dbl, m.all, 1.9 / 4, 1e-15));
}

Test(thumbs_loss, ratios_are_clipped_and_weigh_thumbs_down)
{
    const double q[] = {1, 1, thumbs_ratio(0.2, 0.5, 10), thumbs_ratio(0.95, 0.5, 10)};
    double sum = 0;
    cr_expect(eq(dbl, q[2], 0.5));
    cr_expect(eq(dbl, q[3], 10.0));
    cr_expect(epsilon_eq(dbl, thumbs_ratio(0.2, 0, INFINITY), 0.25, 1e-15));
    cr_expect(epsilon_eq(dbl, thumbs_ratio(0.95, 0, INFINITY), 19, 1e-12));
    cr_expect(eq(dbl, thumbs_ratio(1, 0.5, 10), 10.0));
    for (size_t i = 0; i < 4; i++)
        sum += q[i] * thumbs_loss_at(THUMBS_BCO, 1, UP[i], R[i] - 0.275).value / 4;
    cr_expect(epsilon_eq(dbl, sum, 2.222940, 1e-6));
}

Test(thumbs_loss, bco_lies_above_the_loss_of_the_pair_for_any_shift)
{
    cr_expect(epsilon_eq(dbl, bt_softplus(-1.5), 0.201413, 1e-6));
    double at = bt_softplus(-(1 - 0.275)) + bt_softplus(-0.5 - 0.275);
    cr_expect(epsilon_eq(dbl, at, 0.773878, 1e-6));
    for (double shift = -5; shift <= 5; shift += 0.25)
        for (double w = -3; w <= 3; w++)
            for (double l = -3; l <= 3; l++) {
                double sum = thumbs_loss_at(THUMBS_BCO, 1, true, w - shift).value +
                             thumbs_loss_at(THUMBS_BCO, 1, false, l - shift).value;
                cr_expect(lt(dbl, bt_softplus(l - w), sum));
            }
}

Test(thumbs_loss, kto_is_the_one_worked_out_by_hand)
{
    static const double slopes[] = {-0.205500, -0.249376, 0.228784, 0.244458};
    double z0 = thumbs_reference_of((double[]){0.3, -0.1}, NULL, 2);
    cr_expect(epsilon_eq(dbl, z0, 0.1, 1e-15));
    cr_expect(eq(dbl, thumbs_reference_of((double[]){-0.3, -0.1}, NULL, 2), 0.0));
    cr_expect(epsilon_eq(dbl, thumbs_reference_of((double[]){0.3, -0.1}, (double[]){3, 1}, 2), 0.2, 1e-15));
    expect_losses(THUMBS_KTO, z0, (double[]){0.289050, 0.475021, 0.354344, 0.574443}, 0.423214);
    for (size_t i = 0; i < 4; i++)
        cr_expect(epsilon_eq(dbl, thumbs_loss_at(THUMBS_KTO, 1, UP[i], R[i] - z0).slope, slopes[i], 1e-6));
}

Test(thumbs_loss, derivatives_pass_finite_differences)
{
    static const double h = 1e-5;
    for (int kind = 0; kind <= THUMBS_KTO; kind++)
        for (int up = 0; up < 2; up++)
            for (double m = -6; m <= 6; m += 0.375) {
                double beta = 0.7;
                struct loss_point a = thumbs_loss_at((enum thumbs_kind)kind, beta, up, m - h),
                                  b = thumbs_loss_at((enum thumbs_kind)kind, beta, up, m + h),
                                  at = thumbs_loss_at((enum thumbs_kind)kind, beta, up, m);
                cr_expect(epsilon_eq(dbl, (b.value - a.value) / (2 * h), at.slope, 1e-9));
                cr_expect(epsilon_eq(dbl, (b.slope - a.slope) / (2 * h), at.curvature, 1e-9));
            }
}

Test(thumbs_loss, up_and_down_are_mirror_images)
{
    for (int kind = 0; kind <= THUMBS_KTO; kind++)
        for (double m = -1e4; m <= 1e4; m += 625) {
            struct loss_point a = thumbs_loss_at((enum thumbs_kind)kind, 2, true, m),
                              b = thumbs_loss_at((enum thumbs_kind)kind, 2, false, -m);
            cr_expect(isfinite(a.value) && a.value >= 0);
            cr_expect(eq(dbl, a.value, b.value));
            cr_expect(eq(dbl, a.slope, -b.slope));
            cr_expect(eq(dbl, a.curvature, b.curvature));
        }
}

Test(thumbs_loss, kto_saturates_on_both_sides)
{
    cr_expect(lt(dbl, fabs(thumbs_loss_at(THUMBS_KTO, 1, true, 40).slope), 1e-15));
    cr_expect(lt(dbl, fabs(thumbs_loss_at(THUMBS_KTO, 1, true, -40).slope), 1e-15));
    cr_expect(thumbs_is_convex(THUMBS_BCO) && thumbs_is_convex(THUMBS_LOGISTIC) && !thumbs_is_convex(THUMBS_KTO));
}
