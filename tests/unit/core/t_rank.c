#include "core/rank.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

TestSuite(rank);

Test(rank, equal_values_share_the_mean_of_their_places)
{
    const double x[] = {3, 1, 3, -2, 3, 1}, places[] = {5, 2.5, 5, 1, 5, 2.5};
    double r[6];
    rank_of(x, 6, r);
    for (size_t i = 0; i < 6; i++)
        cr_expect(eq(dbl, r[i], places[i]));
}

/* No ties: 1 - 6 sum d^2 / (n (n^2 - 1)), here d = (1, -1, 0, 0), sum 2. */
Test(rank, spearman_by_hand)
{
    const double x[] = {1, 2, 3, 4}, y[] = {20, 10, 30, 1000};
    cr_expect(epsilon_eq(dbl, rank_spearman(x, y, 4), 1 - 6 * 2 / 60.0, 1e-15));
}

Test(rank, only_the_order_matters_to_spearman)
{
    const double x[] = {0.1, -3, 2, 2, 7, 0}, y[] = {1, 2, -5, 3, 3, 8};
    double bent[6], back[6];
    for (size_t i = 0; i < 6; i++) {
        bent[i] = exp(x[i]);
        back[i] = -x[i];
    }
    double r = rank_spearman(x, y, 6);
    cr_expect(epsilon_eq(dbl, rank_spearman(bent, y, 6), r, 1e-15));
    cr_expect(epsilon_eq(dbl, rank_spearman(back, y, 6), -r, 1e-15));
    cr_expect(epsilon_eq(dbl, rank_spearman(y, x, 6), r, 1e-15));
    cr_expect(epsilon_eq(dbl, rank_spearman(x, bent, 6), 1, 1e-15));
}

Test(rank, pearson_by_hand)
{
    const double x[] = {1, 2, 3}, y[] = {1, 3, 2};
    cr_expect(epsilon_eq(dbl, rank_pearson(x, y, 3), 0.5, 1e-15));
}

Test(rank, without_variation_there_is_no_correlation)
{
    const double x[] = {1, 2, 3}, y[] = {4, 4, 4};
    cr_expect(isnan(rank_spearman(x, y, 3)));
    cr_expect(isnan(rank_pearson(y, x, 3)));
    cr_expect(isnan(rank_pearson(x, x, 0)));
}
