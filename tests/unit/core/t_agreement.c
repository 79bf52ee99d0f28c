#include "core/agreement.h"

#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "tests/support/votes.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct err err;

TestSuite(agreement);

static const struct agreement_opts few = {.resamples = 40, .seed = 1};

static struct agreement measure(const struct votes *l)
{
    struct agreement a;
    struct agreement_data d = votes_data(l);
    cr_assert(agreement_of(&d, &few, &a, &err), "%s", err.text);
    return a;
}

static struct agreement_two between(const struct votes *l, size_t a, size_t b)
{
    struct agreement_two t;
    struct agreement_data d = votes_data(l);
    cr_assert(agreement_two_of(&d, a, b, &few, &t, &err), "%s", err.text);
    return t;
}

#define VALUE(a, id, want) cr_expect(epsilon_eq(dbl, (a).figure[AGREEMENT_##id].value, want, 1e-6), #id)

/* Krippendorff's example: four observers, twelve units, '.' is missing. */
static void fill_krippendorff(struct votes *l)
{
    static const char *const rows[] = {"123321412...", "1233224125.3", ".3332342251.", "12332441251."};
    for (size_t r = 0; r < 4; r++)
        for (size_t u = 0; u < 12; u++)
            votes_add(l, u, r, rows[r][u] == '.' ? (double)NAN : rows[r][u] - '0');
}

Test(agreement, alpha_is_that_of_krippendorffs_example)
{
    struct votes l = {0};
    fill_krippendorff(&l);
    struct agreement a = measure(&l);
    cr_expect(eq(sz, a.ratings, 41));
    cr_expect(eq(sz, a.items, 12));
    cr_expect(eq(sz, a.shared, 11));
    cr_expect(eq(sz, a.raters, 4));
    cr_expect(eq(sz, a.levels, 5));
    VALUE(a, ALPHA_NOMINAL, 0.743421);
    double expected = 0.2 / (1 - a.figure[AGREEMENT_ALPHA_NOMINAL].value); /* 0.2 is observed */
    cr_expect(epsilon_eq(dbl, expected, 0.779487, 1e-6));
    VALUE(a, ALPHA_ORDINAL, 0.815388);
    VALUE(a, ALPHA_INTERVAL, 0.849107);
    VALUE(a, ALPHA_RATIO, 0.797403);
    votes_free(&l);
}

/* The same data in Gwet's irrCAC: AC1 0.77544, Fleiss 0.76117; the weighted ones by his formulas in numpy. */
Test(agreement, chance_by_gwet_with_ratings_missing)
{
    struct votes l = {0};
    fill_krippendorff(&l);
    struct agreement a = measure(&l);
    VALUE(a, RAW, 0.8181818);
    VALUE(a, AC1, 0.7754441);
    VALUE(a, AC2_LINEAR, 0.8587391);
    VALUE(a, AC2_QUADRATIC, 0.9140007);
    VALUE(a, FLEISS, 0.7611693);
    votes_free(&l);
}

Test(agreement, fleiss_is_that_of_the_standard_example)
{
    static const int counts[10][5] = {{0, 0, 0, 0, 14}, {0, 2, 6, 4, 2}, {0, 0, 3, 5, 6}, {0, 3, 9, 2, 0},
                                      {2, 2, 8, 1, 1},  {7, 7, 0, 0, 0}, {3, 2, 6, 3, 0}, {2, 5, 3, 2, 2},
                                      {6, 5, 2, 1, 0},  {0, 2, 2, 3, 7}};
    struct votes l = {0};
    for (size_t i = 0; i < 10; i++)
        for (size_t c = 0, r = 0; c < 5; c++)
            for (int k = 0; k < counts[i][c]; k++)
                votes_add(&l, i, r++, (double)c);
    struct agreement a = measure(&l);
    VALUE(a, RAW, 0.378022);
    VALUE(a, FLEISS, 0.209931);
    double kappa = a.figure[AGREEMENT_FLEISS].value, chance = (a.figure[AGREEMENT_RAW].value - kappa) / (1 - kappa);
    cr_expect(epsilon_eq(dbl, chance, 0.212755, 1e-6));
    cr_expect(eq(ptr, (void *)a.figure[AGREEMENT_FLEISS].why, NULL));
    votes_free(&l);
}

Test(agreement, cohen_is_that_of_a_table)
{
    static const int table[2][2] = {{20, 5}, {10, 15}};
    struct votes l = {0};
    size_t item = 0;
    for (int a = 0; a < 2; a++)
        for (int b = 0; b < 2; b++)
            for (int k = 0; k < table[a][b]; k++, item++) {
                votes_add(&l, item, 0, a);
                votes_add(&l, item, 7, b);
            }
    struct agreement_two t = between(&l, 0, 7);
    cr_expect(eq(sz, t.shared, 50));
    VALUE(t, RAW, 0.7);
    VALUE(t, KAPPA, 0.4);
    VALUE(t, KAPPA_QUADRATIC, 0.4);
    struct agreement_two other = between(&l, 7, 0);
    VALUE(other, KAPPA, 0.4);
    cr_expect(lt(dbl, t.figure[AGREEMENT_KAPPA].range.lo, t.figure[AGREEMENT_KAPPA].range.hi));
    votes_free(&l);
}

Test(agreement, weighted_kappa_worked_out_by_hand)
{
    static const int a[] = {4, 3, 3, 2, 4, 1, 0, 3}, b[] = {4, 2, 3, 3, 3, 1, 1, 3};
    struct votes l = {0};
    for (size_t i = 0; i < 8; i++) {
        votes_add(&l, i, 0, a[i]);
        votes_add(&l, i, 1, b[i]);
    }
    struct agreement_two t = between(&l, 0, 1);
    VALUE(t, KAPPA, 0.319149);
    VALUE(t, KAPPA_LINEAR, 0.609756);
    VALUE(t, KAPPA_QUADRATIC, 0.818182);
    votes_free(&l);
}

/* 90 % of one kind on both sides and 85 % the same: kappa 0.17, and AC1 does not fall. */
Test(agreement, prevalence_pulls_kappa_down_but_not_ac1)
{
    struct votes l = {0};
    for (size_t i = 0; i < 1000; i++) {
        votes_add(&l, i, 0, i < 900);
        votes_add(&l, i, 1, i < 825 || i >= 925);
    }
    struct agreement_two t = between(&l, 0, 1);
    struct agreement a = measure(&l);
    cr_expect(epsilon_eq(dbl, t.figure[AGREEMENT_RAW].value, 0.85, 1e-12));
    cr_expect(epsilon_eq(dbl, t.figure[AGREEMENT_KAPPA].value, 0.17, 0.005));
    cr_expect(gt(dbl, a.figure[AGREEMENT_AC1].value, 0.8));
    votes_free(&l);
}

/* Shrout and Fleiss (1979), table 2 and 4: six targets, four judges. */
Test(agreement, intraclass_correlations_are_those_of_the_paper)
{
    static const int judges[6][4] = {{9, 2, 5, 8}, {6, 1, 3, 2},  {8, 4, 6, 8},
                                     {7, 1, 2, 6}, {10, 5, 6, 9}, {6, 2, 4, 7}};
    struct votes l = {0};
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < 4; j++)
            votes_add(&l, i, j, judges[i][j]);
    struct agreement a = measure(&l);
    VALUE(a, ICC_ONE, 0.1657418);
    VALUE(a, ICC_TWO, 0.2897638);
    VALUE(a, ICC_THREE, 0.7148407);
    VALUE(a, ICC_ONE_MEAN, 0.4427971);
    VALUE(a, ICC_TWO_MEAN, 0.6200505);
    VALUE(a, ICC_THREE_MEAN, 0.9093155);
    votes_free(&l);
}

Test(agreement, a_missing_rating_leaves_the_one_way_correlation_only)
{
    struct votes l = {0};
    static const int judges[6][4] = {{9, 2, 5, 8}, {6, 1, 3, 2},  {8, 4, 6, 8},
                                     {7, 1, 2, 6}, {10, 5, 6, 9}, {6, 2, 4, 7}};
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < 4; j++)
            votes_add(&l, i, j, i == 2 && j == 1 ? (double)NAN : judges[i][j]);
    struct agreement a = measure(&l);
    cr_expect(not(isnan(a.figure[AGREEMENT_ICC_ONE].value)));
    cr_expect(isnan(a.figure[AGREEMENT_ICC_TWO].value));
    cr_expect(eq(str, (char *)a.figure[AGREEMENT_ICC_TWO].why, "not every rater rated every item"));
    votes_free(&l);
}

static void chance(struct votes *l, size_t items, size_t raters, double missing, uint64_t seed)
{
    struct rng r;
    rng_seed(&r, seed);
    for (size_t i = 0; i < items; i++) {
        double truth = (double)rng_below(&r, 5);
        for (size_t j = 0; j < raters; j++)
            if (rng_uniform(&r) >= missing)
                votes_add(l, i, j, rng_uniform(&r) < 0.6 ? truth : (double)rng_below(&r, 5));
    }
}

Test(agreement, neither_the_order_nor_the_names_of_raters_matter)
{
    struct votes l = {0}, m = {0};
    chance(&l, 80, 5, 0.3, 3);
    for (size_t i = l.value.n; i-- > 0;)
        votes_add(&m, 100 - l.item.v[i], 9 - l.rater.v[i], l.value.v[i]);
    struct agreement a = measure(&l), b = measure(&m);
    for (size_t k = 0; k < AGREEMENT_COUNT; k++)
        cr_expect(isnan(a.figure[k].value) ? isnan(b.figure[k].value)
                                           : fabs(a.figure[k].value - b.figure[k].value) < 1e-12,
                  "%s", agreement_names[k].key);
    votes_free(&l);
    votes_free(&m);
}

/* The slow twin: every resample measured as data of its own. */
Test(agreement, bootstrap_equals_measuring_every_resample)
{
    enum { ITEMS = 30, RESAMPLES = 41 };
    static double value[AGREEMENT_COUNT][RESAMPLES];
    struct votes l = {0};
    struct rng r;
    struct agreement a;
    chance(&l, ITEMS, 4, 0.2, 5);
    struct agreement_data d = votes_data(&l);
    cr_assert(agreement_of(&d, &(struct agreement_opts){.resamples = RESAMPLES, .seed = 9}, &a, &err));
    cr_assert(eq(sz, a.items, ITEMS));
    rng_seed(&r, 9);
    for (size_t k = 0; k < RESAMPLES; k++) {
        struct votes drawn = {0};
        for (size_t i = 0; i < ITEMS; i++) {
            size_t item = rng_below(&r, ITEMS);
            for (size_t j = 0; j < d.n; j++)
                if (d.item[j] == item)
                    votes_add(&drawn, i, d.rater[j], d.value[j]);
        }
        struct agreement one = measure(&drawn);
        for (size_t f = 0; f < AGREEMENT_COUNT; f++)
            value[f][k] = one.figure[f].value;
        votes_free(&drawn);
    }
    for (size_t f = 0; f < AGREEMENT_COUNT; f++) {
        if (isnan(a.figure[f].value))
            continue;
        double lo = INFINITY, second = INFINITY;
        for (size_t k = 0; k < RESAMPLES; k++) {
            double v = value[f][k];
            second = v < lo ? lo : v < second ? v : second;
            lo = v < lo ? v : lo;
        }
        cr_expect(epsilon_eq(dbl, a.figure[f].range.lo, second, 1e-10), "%s", agreement_names[f].key);
        cr_expect(a.figure[f].range.lo <= a.figure[f].value && a.figure[f].value <= a.figure[f].range.hi, "%s",
                  agreement_names[f].key);
    }
    votes_free(&l);
}

Test(agreement, threads_change_nothing)
{
    struct votes l = {0};
    struct agreement a, b;
    chance(&l, 200, 4, 0.2, 5);
    struct agreement_data d = votes_data(&l);
    cr_assert(agreement_of(&d, &(struct agreement_opts){.resamples = 200, .seed = 9, .threads = 1}, &a, &err));
    cr_assert(agreement_of(&d, &(struct agreement_opts){.resamples = 200, .seed = 9, .threads = 3}, &b, &err));
    for (size_t k = 0; k < AGREEMENT_COUNT; k++)
        if (a.figure[k].why == NULL)
            cr_expect(eq(dbl, a.figure[k].range.hi, b.figure[k].range.hi));
    votes_free(&l);
}

Test(agreement, by_chance_alone_is_none)
{
    struct votes l = {0};
    struct rng r;
    rng_seed(&r, 1);
    for (size_t i = 0; i < 3000; i++)
        for (size_t j = 0; j < 3; j++)
            votes_add(&l, i, j, (double)rng_below(&r, 4));
    struct agreement a = measure(&l);
    for (size_t k = AGREEMENT_KAPPA; k < AGREEMENT_COUNT; k++)
        cr_expect(lt(dbl, fabs(a.figure[k].value), 0.06), "%s", agreement_names[k].key);
    votes_free(&l);
}

Test(agreement, everybody_always_saying_the_same_is_undefined_but_for_the_raw_one)
{
    struct votes l = {0};
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < 3; j++)
            votes_add(&l, i, j, 0.1);
    struct agreement a = measure(&l);
    cr_expect(eq(dbl, a.figure[AGREEMENT_RAW].value, 1));
    for (size_t k = AGREEMENT_KAPPA; k < AGREEMENT_COUNT; k++) {
        cr_expect(isnan(a.figure[k].value), "%s", agreement_names[k].key);
        cr_expect(ne(ptr, (void *)a.figure[k].why, NULL), "%s", agreement_names[k].key);
    }
    cr_expect(eq(str, (char *)a.figure[AGREEMENT_KAPPA].why, "everybody always said the same"));
    votes_free(&l);
}

Test(agreement, a_scale_that_is_given_has_levels_nobody_uses)
{
    struct votes l = {0};
    for (size_t i = 0; i < 40; i++) {
        votes_add(&l, i, 0, i % 2 ? 1 : 4);
        votes_add(&l, i, 1, i % 4 ? 1 : 4);
    }
    struct agreement_data d = votes_data(&l);
    struct agreement a, b;
    cr_assert(agreement_of(&d, &few, &a, &err));
    d.levels = (double[]){0, 1, 2, 3, 4};
    d.n_levels = 5;
    cr_assert(agreement_of(&d, &few, &b, &err));
    cr_expect(eq(sz, b.levels, 5));
    cr_expect(epsilon_eq(dbl, a.figure[AGREEMENT_ALPHA_ORDINAL].value, b.figure[AGREEMENT_ALPHA_ORDINAL].value, 1e-12));
    cr_expect(epsilon_eq(dbl, a.figure[AGREEMENT_KAPPA_LINEAR].value, b.figure[AGREEMENT_KAPPA_LINEAR].value, 1e-12));
    cr_expect(gt(dbl, b.figure[AGREEMENT_AC1].value, a.figure[AGREEMENT_AC1].value), "chance has more to choose from");
    d.n_levels = 4;
    cr_expect(not(agreement_of(&d, &few, &b, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_RANGE));
    votes_free(&l);
}

Test(agreement, what_cannot_be_measured_says_why)
{
    struct votes l = {0};
    struct agreement a = measure(&l);
    for (size_t k = 0; k < AGREEMENT_COUNT; k++)
        cr_expect(isnan(a.figure[k].value) && a.figure[k].why != NULL, "%s", agreement_names[k].key);
    votes_add(&l, 0, 0, 1);
    votes_add(&l, 1, 0, 2);
    a = measure(&l);
    for (size_t k = 0; k < AGREEMENT_COUNT; k++)
        cr_expect(isnan(a.figure[k].value) && a.figure[k].why != NULL, "%s", agreement_names[k].key);
    cr_expect(eq(str, (char *)a.figure[AGREEMENT_ALPHA_ORDINAL].why, "no item was rated twice"));
    votes_add(&l, 0, 1, -1);
    a = measure(&l);
    cr_expect(eq(str, (char *)a.figure[AGREEMENT_ALPHA_RATIO].why, "ratios need values that are not negative"));
    votes_free(&l);
}

Test(agreement, bad_ratings_are_refused)
{
    struct votes l = {0};
    struct agreement a;
    votes_add(&l, 0, 0, 1);
    votes_add(&l, 0, 0, 2);
    struct agreement_data d = votes_data(&l);
    cr_expect(not(agreement_of(&d, &few, &a, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_CONFLICT));
    l.value.v[1] = INFINITY;
    cr_expect(not(agreement_of(&d, &few, &a, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_NUMERIC));
    votes_free(&l);
    for (size_t i = 0; i <= AGREEMENT_MAX_LEVELS; i++)
        votes_add(&l, i, 0, (double)i);
    d = votes_data(&l);
    cr_expect(not(agreement_of(&d, &few, &a, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_RANGE));
    votes_free(&l);
}

/* ---- other people's tools on other people's data ---- */

static double number(struct json_object *o, const char *key)
{
    struct json_object *v = NULL;
    cr_assert(json_object_object_get_ex(o, key, &v), "%s", key);
    return json_object_get_double(v);
}

static void check_reference(struct json_object *want, const struct votes *l, const char *const pairs[3])
{
    struct json_object *cohen = NULL, *two = NULL;
    struct agreement a = measure(l);
    cr_expect(eq(sz, a.items, (size_t)number(want, "units")));
    VALUE(a, ALPHA_NOMINAL, number(want, "krippendorff_alpha_nominal"));
    VALUE(a, ALPHA_ORDINAL, number(want, "krippendorff_alpha_ordinal"));
    VALUE(a, ALPHA_INTERVAL, number(want, "krippendorff_alpha_interval"));
    VALUE(a, AC1, number(want, "gwet_ac1"));
    VALUE(a, FLEISS, number(want, "fleiss_kappa"));
    json_object_object_get_ex(want, "cohen", &cohen);
    for (size_t k = 0; k < 3; k++) {
        struct agreement_two t = between(l, k == 2, k == 0 ? 1 : 2);
        cr_assert(json_object_object_get_ex(cohen, pairs[k], &two));
        VALUE(t, RAW, number(two, "percent_agreement"));
        VALUE(t, KAPPA, number(two, "kappa"));
        VALUE(t, KAPPA_LINEAR, number(two, "kappa_linear"));
        VALUE(t, KAPPA_QUADRATIC, number(two, "kappa_quadratic"));
    }
}

Test(agreement, real_ratings_give_what_other_tools_give)
{
    static const char *const hanna[] = {"slot1|slot2", "slot1|slot3", "slot2|slot3"};
    static const char *const pandalm[] = {"annotator1|annotator2", "annotator1|annotator3", "annotator2|annotator3"};
    static const char *const columns[] = {"relevance", "coherence", "empathy", "surprise", "engagement", "complexity"};
    struct json_object *all, *one = NULL, *group = NULL;
    struct votes l = {0};
    char path[512];
    if (access(votes_path("reference.json", path), R_OK) != 0)
        cr_skip_test("no third-party data at %s", path);
    all = json_object_from_file(path);
    cr_assert(json_object_object_get_ex(all, "pandalm", &one) && json_object_object_get_ex(one, "agreement", &group));
    votes_read(&l, "pandalm/annotations.csv", 2);
    check_reference(group, &l, pandalm);
    votes_free(&l);
    cr_assert(json_object_object_get_ex(all, "hanna", &one) && json_object_object_get_ex(one, "agreement", &group));
    for (size_t k = 0; k < 6; k++) {
        cr_assert(json_object_object_get_ex(group, columns[k], &one));
        votes_read(&l, "hanna/ratings.csv", 2 + k);
        check_reference(one, &l, hanna);
        votes_free(&l);
    }
    json_object_put(all);
}
