#include "core/ridge_measure.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

static struct err err;

TestSuite(ridge_measure);

/* Three responses, two attributes, each with one rating missing; a head that is not the optimum of either. */
static const double X[] = {1, 0, 1, 1, 0, 2}, W[] = {2, 0.5, 1, 1}, none[2] = {0, 0};
static const double Y[] = {3, 2, 4, NAN, NAN, 1};

static void measure(const double *weight, const double *b, const double *shift, const double *l2,
                    struct ridge_info *info)
{
    const struct ridge_matrix m = {X, 2};
    struct ridge_rows rows = ridge_rows_of(&m, 3);
    rows.weight = weight;
    struct ridge_groups groups;
    cr_assert(ridge_groups_of(&rows, Y, 2, &groups, &err), "%s", err.text);
    for (size_t g = 0; g < groups.n; g++)
        cr_assert(ridge_measure(&rows, Y, 2, &groups.v[g], l2, W, b, shift, NULL, info, &err), "%s", err.text);
    ridge_groups_free(&groups);
}

/* Masked mean squared error 21/16; its gradient is (-5/4, -3/4) and (-1/2, 1), and in the intercepts -5/4 and 0. Ours
 * is half of each target's mean, and both targets have two ratings: the same gradient. */
Test(ridge_measure, a_missing_rating_is_masked_and_not_imputed)
{
    struct ridge_info info[2];
    measure(NULL, none, none, none, info);
    cr_expect(eq(sz, info[0].n, (size_t)2));
    cr_expect(eq(sz, info[1].n, (size_t)2));
    cr_expect(epsilon_eq(dbl, (4 * info[0].objective + 4 * info[1].objective) / 4, 1.3125, 1e-12));
    cr_expect(epsilon_eq(dbl, info[0].grad_norm, sqrt(1.25 * 1.25 + 0.75 * 0.75 + 1.25 * 1.25), 1e-12));
    cr_expect(epsilon_eq(dbl, info[1].grad_norm, sqrt(0.5 * 0.5 + 1), 1e-12));
}

Test(ridge_measure, the_penalty_leaves_the_intercept_alone)
{
    struct ridge_info plain[2], penalised[2];
    measure(NULL, (double[]){0.5, 2}, none, none, plain);
    measure(NULL, (double[]){0.5, 2}, none, (double[]){0.2, 0.4}, penalised);
    cr_expect(epsilon_eq(dbl, penalised[0].objective - plain[0].objective, 0.1 * (4 + 0.25), 1e-12));
    cr_expect(epsilon_eq(dbl, penalised[1].objective - plain[1].objective, 0.2 * (1 + 1), 1e-12));
}

Test(ridge_measure, the_point_that_sums_are_taken_around_changes_nothing)
{
    struct ridge_info here[2], there[2];
    measure((double[]){1, 2, 0.5}, (double[]){0.5, -1}, none, (double[]){0.1, 0.3}, here);
    measure((double[]){1, 2, 0.5}, (double[]){0.5, -1}, (double[]){0.7, 1.1}, (double[]){0.1, 0.3}, there);
    for (size_t j = 0; j < 2; j++) {
        cr_expect(epsilon_eq(dbl, here[j].objective, there[j].objective, 1e-12));
        cr_expect(epsilon_eq(dbl, here[j].grad_norm, there[j].grad_norm, 1e-12));
    }
}
