#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "store/judgement_walk.h"
#include "tests/support/store_fixture.h"

#include <string.h>

static struct fixture f;

static void open_one(void)
{
    fixture_open(&f, "helpsteer2");
}

static void close_one(void)
{
    fixture_close(&f);
}

TestSuite(judgement_read, .init = open_one, .fini = close_one);

/* bo speaks before ada in each comparison; the third has no voice, the fourth ada's alone. */
static void some_judge(void)
{
    int64_t ada = fixture_person(&f, "ada"), bo = fixture_person(&f, "bo");
    fixture_fill(&f, 5);
    for (int64_t c = 1; c <= 5; c++)
        if (c != 3 && c != 4)
            fixture_judge(&f, bo, c, (int)c - 3);
    for (int64_t c = 1; c <= 5; c++)
        if (c != 3)
            fixture_judge(&f, ada, c, -1);
}

static void expect_same(const struct judgement *x, size_t n, int64_t comparison)
{
    struct judgement *y;
    size_t m;
    must(judgement_list(f.db, comparison, JUDGEMENTS_LATEST, &f.arena, &y, &m, &f.err));
    cr_assert(eq(sz, n, m));
    for (size_t i = 0; i < n; i++) {
        cr_expect(eq(i64, x[i].row, y[i].row));
        cr_expect(eq(i64, x[i].comparison, comparison));
        same_text(x[i].annotator_name, y[i].annotator_name);
        cr_expect(eq(int, x[i].preference, y[i].preference));
        cr_expect(eq(sz, x[i].n_ratings, y[i].n_ratings));
        cr_expect(eq(int, x[i].ratings[0].value, y[i].ratings[0].value));
    }
}

static void walk(bool all, const int64_t *comparisons, size_t n)
{
    struct judgement_walk w;
    must(judgement_walk_open(&w, f.db, all, &f.err));
    for (size_t i = 0; i < n; i++) {
        struct judgement *j;
        size_t count;
        must(judgement_walk_to(&w, comparisons[i], &f.arena, &j, &count, &f.err));
        expect_same(j, count, comparisons[i]);
    }
    judgement_walk_close(&w);
}

Test(judgement_read, a_walk_finds_what_looking_up_finds)
{
    some_judge();
    walk(true, (const int64_t[]){1, 2, 3, 4, 5, 6, 7}, 7);
    walk(true, (const int64_t[]){2, 5}, 2);
    walk(true, (const int64_t[]){3}, 1);
    walk(false, (const int64_t[]){1, 3, 5}, 3);
    walk(true, NULL, 0);
}

Test(judgement_read, those_of_a_comparison_come_in_the_order_in_which_they_were_made)
{
    struct judgement *j;
    size_t n;
    some_judge();
    must(judgement_list(f.db, 1, JUDGEMENTS_LATEST, &f.arena, &j, &n, &f.err));
    cr_assert(eq(sz, n, 2));
    cr_expect(le(i64, j[0].created, j[1].created));
    cr_expect(eq(
        int, j[0].created < j[1].created ? strcmp(j[0].annotator_name, "bo") : strcmp(j[0].annotator_name, "ada"), 0));
}
