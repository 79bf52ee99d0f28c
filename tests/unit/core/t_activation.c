#include "core/activation.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

enum { N = 24019 };
static float a[N], slope[N];

/* Sums from -12 to 12 (before the bias of 0.25 is added). */
static void fill(void)
{
    for (size_t i = 0; i < N; i++)
        a[i] = (float)((double)i - 12009) / 1000;
}

static void expect_like_libm(enum activation f, double tolerance)
{
    fill();
    activation_f32(f, 0.25F, a, slope, N);
    for (size_t i = 0; i < N; i++) {
        double x = (double)(((float)((double)i - 12009) / 1000) + 0.25F), h = activation_value(f, x);
        cr_assert(epsilon_eq(dbl, a[i], h, tolerance), "%s(%g)", activation_name(f), x);
        cr_assert(epsilon_eq(dbl, slope[i], activation_slope(f, h), 2 * tolerance), "slope of %s at %g",
                  activation_name(f), x);
    }
}

Test(activation, many_at_once_are_those_of_libm)
{
    expect_like_libm(ACTIVATION_TANH, 2e-7);
    expect_like_libm(ACTIVATION_RELU, 0);
    expect_like_libm(ACTIVATION_LINEAR, 0);
}

Test(activation, slopes_agree_with_differences)
{
    for (int f = ACTIVATION_TANH; f <= ACTIVATION_LINEAR; f++)
        for (double x = -3.05; x < 3; x += 0.1) {
            double up = activation_value((enum activation)f, x + 1e-6),
                   down = activation_value((enum activation)f, x - 1e-6);
            double h = activation_value((enum activation)f, x);
            cr_expect(epsilon_eq(dbl, activation_slope((enum activation)f, h), (up - down) / 2e-6, 1e-8));
        }
}

Test(activation, the_number_of_values_changes_none_of_them)
{
    float part[13];
    fill();
    for (size_t i = 0; i < 13; i++)
        part[i] = a[i];
    activation_f32(ACTIVATION_TANH, -1, a, NULL, N);
    activation_f32(ACTIVATION_TANH, -1, part, slope, 13);
    for (size_t i = 0; i < 13; i++)
        cr_expect(eq(flt, part[i], a[i]));
}

Test(activation, far_out_and_beyond_numbers_it_stays_true)
{
    float v[5] = {INFINITY, -INFINITY, NAN, 1e30F, -0.0F};
    activation_f32(ACTIVATION_TANH, 0, v, slope, 5);
    cr_expect(epsilon_eq(flt, v[0], 1, 1e-6));
    cr_expect(epsilon_eq(flt, v[1], -1, 1e-6));
    cr_expect(isnan(v[2]));
    cr_expect(epsilon_eq(flt, v[3], 1, 1e-6));
    cr_expect(eq(flt, v[4], 0));
}
