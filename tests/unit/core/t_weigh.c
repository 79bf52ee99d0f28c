#include "core/weigh.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

Test(weigh, a_gap_of_zero_counts_once_and_a_wide_one_at_most_1_plus_w)
{
    cr_expect(eq(dbl, weigh_gap(0, WEIGH_W, WEIGH_K), 1));
    cr_expect(epsilon_eq(dbl, weigh_gap(2, WEIGH_W, WEIGH_K), 1 + 0.5 * (1 - exp(-1)), 1e-15));
    cr_expect(epsilon_eq(dbl, weigh_gap(1e6, WEIGH_W, WEIGH_K), 1.5, 1e-15));
}

/* A loss of 0.5 under uncertainties of 0.1 and 0.8, with the uncertainty added as the paper does. */
Test(weigh, uncertainty_takes_weight_away)
{
    cr_expect(epsilon_eq(dbl, weigh_uncertainty(0.1) * 0.5 + 0.1, 0.552419, 1e-6));
    cr_expect(epsilon_eq(dbl, weigh_uncertainty(0.8) * 0.5 + 0.8, 1.024664, 1e-6));
    cr_expect(eq(dbl, weigh_uncertainty(0), 1));
}
