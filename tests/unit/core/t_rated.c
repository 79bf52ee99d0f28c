#include "core/rated.h"

#include "core/base/mem.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

enum { N = 6, ALL = 3, K = 2 };

/* Row 9 is rated three times, row 4 twice, row 7 once. Columns: wit, charm, truth. */
static const size_t row[N] = {9, 4, 9, 7, 4, 9};
static const double weight[N] = {1, 1, 3, 2, 0, 1};
static const double value[N * ALL] = {4, 0, 1, 3, 9, NAN, 0, 9, NAN, 2, 9, 2, 1, 9, 1, NAN, 9, 4};
static const size_t which[N] = {0, 1, 2, 3, 4, 5}, columns[K] = {0, 2};

static struct rating_set set;
static struct rated r;

static void set_up(void)
{
    static const char *const names[ALL] = {"wit", "charm", "truth"};
    for (size_t j = 0; j < ALL; j++)
        names_add(&set.attributes, names[j], strlen(names[j]), NULL);
    for (size_t i = 0; i < N; i++)
        vec_push(&set.rows, ((struct rating_row){.row = row[i], .weight = weight[i], .annotator = -1}));
    set.values = mem_array(N * ALL, sizeof *set.values);
    memcpy(set.values, value, sizeof value);
}

static void tear_down(void)
{
    rated_free(&r);
    ratings_free(&set);
}

TestSuite(rated, .init = set_up, .fini = tear_down);

static void expect_numbers(const double *got, const double *expected, size_t n)
{
    for (size_t i = 0; i < n; i++)
        cr_expect(isnan(expected[i]) ? isnan(got[i]) : fabs(got[i] - expected[i]) < 1e-14, "%zu: %g, not %g", i, got[i],
                  expected[i]);
}

Test(rated, ratings_are_rows_of_their_own)
{
    const double y[] = {4, 1, 3, NAN, 0, NAN, 2, 2, NAN, 4}, weights[] = {1, 1, 3, 2, 1};
    rated_init(&r, &set, RATED_RATINGS, which, N, columns, K);
    cr_assert(eq(sz, r.n, 5), "a rating of weight 0 is none");
    expect_numbers(r.y, y, 5 * K);
    expect_numbers(r.weight, weights, 5);
    cr_expect(eq(sz, r.row[2], 9));
}

Test(rated, means_are_one_row_an_answer)
{
    const double y[] = {(4 + 3 * 0) / 4.0, (1 + 4) / 2.0, 3, NAN, 2, 2}, ones[] = {1, 1, 1};
    rated_init(&r, &set, RATED_MEANS, which, N, columns, K);
    cr_assert(eq(sz, r.n, 3));
    expect_numbers(r.y, y, 3 * K);
    expect_numbers(r.weight, ones, 3);
    cr_expect(eq(sz, r.row[0], 9));
    cr_expect(eq(sz, r.row[1], 4));
    cr_expect(eq(sz, r.row[2], 7));
}

Test(rated, only_what_was_chosen_counts)
{
    rated_init(&r, &set, RATED_MEANS, which + 1, 2, columns + 1, 1);
    cr_expect(eq(sz, r.n, 0), "neither rates truth");
    rated_free(&r);
    rated_init(&r, &set, RATED_MEANS, which, 0, columns, K);
    cr_expect(eq(sz, r.n, 0));
}

/* Grades of wit, by answer: row 9 has 4 (weight 1) and 0 (3), row 4 has 3, row 7 has 2 (2). */
Test(rated, grades_keep_every_rating)
{
    struct ordinal o = {4, {0, 2, 3, 4}, {0, 1, 2}};
    struct rated_answers a;
    double count[3 * 4];
    const double single[] = {3, 0, 0, 1, 0, 0, 1, 0, 0, 2, 0, 0}, shared[] = {0.75, 0, 0, 0.25, 0, 0, 1, 0, 0, 1, 0, 0};
    rated_init(&r, &set, RATED_RATINGS, which, N, columns, K);
    rated_answers_init(&a, &r);
    cr_assert(eq(sz, a.n, 3));
    cr_expect(eq(sz, a.row[1], 4));
    cr_expect(eq(sz, a.of[4], 0));
    rated_grades(&r, &a, RATED_RATINGS, 0, &o, count);
    expect_numbers(count, single, 12);
    rated_grades(&r, &a, RATED_MEANS, 0, &o, count);
    expect_numbers(count, shared, 12);
    o.level[3] = 5; /* 4 is no level any more */
    rated_grades(&r, &a, RATED_RATINGS, 0, &o, count);
    cr_expect(eq(dbl, count[3], 0));
    rated_answers_free(&a);
}
