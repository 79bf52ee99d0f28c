#include "core/blend.h"

#include "core/bt.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

TestSuite(blend);

Test(blend, extrapolation_is_the_one_worked_out_by_hand)
{
    const double weak[] = {0.3, 0.1};
    double strong[] = {0.5, -0.25};
    blend(weak, strong, 2, 1.52);
    cr_expect(epsilon_eq(dbl, strong[0], 0.604, 1e-12));
    cr_expect(epsilon_eq(dbl, strong[1], -0.432, 1e-12));
}

static double loss(const double *weak, const double *strong, const double *p, size_t n, double f)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double z = weak[i] + f * (strong[i] - weak[i]);
        sum += p[i] * bt_softplus(-z) + (1 - p[i]) * bt_softplus(z);
    }
    return sum;
}

Test(blend, the_best_factor_has_the_least_loss)
{
    const double weak[] = {0.2, -0.5, 0.3, 0.1}, strong[] = {0.9, 0.4, -0.2, 0.6}, p[] = {1, 1, 1, 0.5};
    double f = blend_best(weak, strong, p, 4, 0, 4), least = loss(weak, strong, p, 4, f);
    cr_expect(f > 0.1 && f < 3.9, "%g", f);
    cr_expect(lt(dbl, least, loss(weak, strong, p, 4, f + 1e-3)));
    cr_expect(lt(dbl, least, loss(weak, strong, p, 4, f - 1e-3)));
}

/* One pair has its best margin where its probability is. */
Test(blend, one_pair_is_solved_and_ends_are_kept)
{
    const double weak[] = {0}, strong[] = {0.5}, p[] = {0.75}, sure[] = {1}, wrong[] = {0};
    cr_expect(epsilon_eq(dbl, blend_best(weak, strong, p, 1, 0, 4), log(3) / 0.5, 1e-12));
    cr_expect(eq(dbl, blend_best(weak, strong, sure, 1, 0, 4), 4.0));
    cr_expect(eq(dbl, blend_best(weak, strong, wrong, 1, 0, 4), 0.0));
    cr_expect(eq(dbl, blend_best(weak, strong, p, 0, 0, 4), 1.0));
    cr_expect(eq(dbl, blend_best(strong, strong, p, 1, 1, 4), 1.0), "two equal heads: nothing to choose");
}
