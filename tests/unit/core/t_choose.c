#include "core/choose.h"

#include "core/base/mem.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

static struct err err;

Test(choose, a_range_is_even_on_a_logarithmic_scale)
{
    double *l2;
    size_t n;
    cr_assert(choose_path("1e-4:1:5", &l2, &n, &err), "%s", err.text);
    cr_assert(eq(sz, n, 5));
    cr_expect(eq(dbl, l2[0], 1e-4)); /* the ends are exact */
    cr_expect(eq(dbl, l2[4], 1.0));
    for (size_t i = 1; i < n; i++)
        cr_expect(epsilon_eq(dbl, l2[i] / l2[i - 1], 10, 1e-12));
    mem_free(l2);
    cr_assert(choose_path("1:0.01:2", &l2, &n, &err)); /* downwards is the same path */
    cr_expect(eq(dbl, l2[0], 0.01));
    mem_free(l2);
}

Test(choose, a_list_is_put_in_order)
{
    double *l2;
    size_t n;
    cr_assert(choose_path("1,1e-3,0.25", &l2, &n, &err), "%s", err.text);
    cr_assert(eq(sz, n, 3));
    cr_expect(eq(dbl, l2[0], 1e-3));
    cr_expect(eq(dbl, l2[1], 0.25));
    cr_expect(eq(dbl, l2[2], 1.0));
    mem_free(l2);
}

Test(choose, nonsense_is_refused)
{
    static const char *const texts[] = {"",        "1",       "1:2", "0:1:5", "-1:1:5", "1e-3:1:2.5",  "1e-3:1:1",
                                        "1:1:3",   "1,1",     "1,x", "1,,2",  "1,2,",   "1e-3:1:9999", "inf:1:3",
                                        "1:nan:3", "1:2:3:4", "0,1"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double *l2 = NULL;
        size_t n;
        cr_expect(not(choose_path(texts[i], &l2, &n, &err)), "%s", texts[i]);
        cr_expect(eq(int, err.kind, ERR_USAGE));
    }
}

/* Three folds of two pairs; means 1, 2 and 3, so 2 and sqrt(2/3/2). */
Test(choose, scores_are_means_and_errors_over_units)
{
    static const double loss[] = {0.5, 9, 1.5, 9, 2, 9, 2, 9, 2.5, 9, 3.5, 9};
    static const size_t unit[] = {0, 0, 1, 1, 2, 2};
    struct choose_score s[2];
    choose_scores(loss, 6, 2, NULL, unit, 3, s);
    cr_expect(epsilon_eq(dbl, s[0].mean, 2, 1e-15));
    cr_expect(epsilon_eq(dbl, s[0].se, sqrt(1.0 / 3), 1e-15));
    cr_expect(epsilon_eq(dbl, s[1].mean, 9, 1e-15));
    cr_expect(epsilon_eq(dbl, s[1].se, 0, 1e-15));
}

/* A weight of two is two pairs; a pair without a margin is none; a unit of weight zero is none. */
Test(choose, weights_count_and_missing_pairs_do_not)
{
    static const double twice[] = {1, 1, 4, 6}, once[] = {1, 4, 6, NAN, 100}, weight[] = {2, 1, 1, 5, 0};
    static const size_t two[] = {0, 0, 1, 1}, units[] = {0, 1, 1, 0, 2};
    struct choose_score a, b;
    choose_scores(twice, 4, 1, NULL, two, 2, &a);
    choose_scores(once, 5, 1, weight, units, 3, &b);
    cr_expect(epsilon_eq(dbl, a.mean, b.mean, 1e-15));
    cr_expect(epsilon_eq(dbl, a.se, b.se, 1e-15));
    choose_scores(once, 1, 1, NULL, units, 1, &a);
    cr_expect(epsilon_eq(dbl, a.mean, 1, 1e-15));
    cr_expect(isnan(a.se));
    choose_scores(once + 3, 1, 1, NULL, units, 1, &a);
    cr_expect(isnan(a.mean));
}

Test(choose, the_rule_of_one_standard_error_takes_the_largest_penalty_within_it)
{
    static const struct choose_score s[] = {{0.52, 0.02}, {0.50, 0.03}, {0.51, 0.02}, {0.53, 0.02}, {0.56, 0.02}};
    struct choice c = choose_among(s, 5);
    cr_expect(eq(sz, c.best, 1));
    cr_expect(eq(sz, c.one_se, 3));
    cr_expect(eq(sz, choose_by(&c, CHOOSE_BEST), 1));
    cr_expect(eq(sz, choose_by(&c, CHOOSE_ONE_SE), 3));
}

Test(choose, ties_and_unknown_errors_are_decided)
{
    static const struct choose_score tie[] = {{0.5, 0}, {0.5, 0}, {0.6, 0}}, alone[] = {{0.5, NAN}, {0.4, NAN}};
    struct choice c = choose_among(tie, 3);
    cr_expect(eq(sz, c.best, 1)); /* the simpler of the two */
    cr_expect(eq(sz, c.one_se, 1));
    c = choose_among(alone, 2);
    cr_expect(eq(sz, c.best, 1));
    cr_expect(eq(sz, c.one_se, 1));
}

Test(choose, rules_have_names)
{
    enum choose_rule r;
    cr_assert(choose_rule_parse("1se", &r, &err));
    cr_expect(eq(int, r, CHOOSE_ONE_SE));
    cr_expect(eq(str, (char *)choose_rule_name(CHOOSE_BEST), (char *)"best"));
    cr_expect(not(choose_rule_parse("2se", &r, &err)));
    cr_expect(eq(int, err.kind, ERR_USAGE));
}
