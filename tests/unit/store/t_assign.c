#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "store/assign.h"
#include "tests/support/store_fixture.h"

static struct fixture f;

static void open_one(void)
{
    fixture_open(&f, "helpsteer2");
    fixture_fill(&f, 6);
}

static void close_one(void)
{
    fixture_close(&f);
}

TestSuite(assign, .init = open_one, .fini = close_one);

enum { HOUR = 3600 * 1000 };

static size_t hand(const char *to, const int64_t *rows, size_t n)
{
    size_t given = 99;
    must(assign(f.db, "owner", &(struct assignment){to, rows, n, HOUR, NULL}, &f.rng, &given, &f.err));
    return given;
}

Test(assign, what_is_handed_out_comes_next_and_in_this_order)
{
    int64_t cy = fixture_person(&f, "cy"), next;
    cr_expect(eq(sz, hand("cy", (int64_t[]){5, 2, 4}, 3), 3));
    for (size_t i = 0; i < 3; i++) {
        must(task_next(f.db, cy, ORDER_GIVEN, &f.rng, &next, &f.err));
        cr_expect(eq(i64, next, ((int64_t[]){5, 2, 4})[i]));
        fixture_judge(&f, cy, next, 1);
    }
    must(task_next(f.db, cy, ORDER_GIVEN, &f.rng, &next, &f.err));
    cr_expect(eq(i64, next, 1), "then the queue goes on");
}

Test(assign, others_are_not_given_what_somebody_holds)
{
    int64_t dee = fixture_person(&f, "dee"), next;
    fixture_person(&f, "cy");
    hand("cy", (int64_t[]){1, 2}, 2);
    must(task_next(f.db, dee, ORDER_GIVEN, &f.rng, &next, &f.err));
    cr_expect(eq(i64, next, 3));
    cr_expect(eq(sz, hand("dee", (int64_t[]){1, 4}, 2), 1), "the first is held by cy");
}

Test(assign, what_somebody_has_handled_is_not_handed_to_them_again)
{
    int64_t cy = fixture_person(&f, "cy");
    fixture_judge(&f, cy, 3, -1);
    cr_expect(eq(sz, hand("cy", (int64_t[]){3}, 1), 0));
    cr_expect(eq(sz, hand("cy", (int64_t[]){99}, 1), 0));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM audit WHERE what = 'assign'"), 0));
}

Test(assign, names_that_are_none_are_refused)
{
    size_t given;
    fails(
        assign(f.db, "owner", &(struct assignment){"source:x", (int64_t[]){1}, 1, HOUR, NULL}, &f.rng, &given, &f.err),
        ERR_USAGE, "imported data");
    fails(assign(f.db, "owner", &(struct assignment){"", (int64_t[]){1}, 1, HOUR, NULL}, &f.rng, &given, &f.err),
          ERR_USAGE, "empty");
}

Test(assign, what_was_handed_out_stays_when_its_person_looks_at_it_and_goes)
{
    int64_t cy = fixture_person(&f, "cy"), next;
    hand("cy", (int64_t[]){2}, 1);
    int64_t until = fixture_count(&f, "SELECT expires FROM assignment");
    must(task_next(f.db, cy, ORDER_GIVEN, &f.rng, &next, &f.err));
    cr_expect(eq(i64, next, 2));
    cr_expect(eq(i64, fixture_count(&f, "SELECT expires FROM assignment"), until));
    must(task_leave(f.db, cy, 2, &f.err));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM assignment"), 1));
    must(task_enter(f.db, cy, 3, &f.rng, &f.err)); /* a lease of their own */
    must(task_leave(f.db, cy, 3, &f.err));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM assignment"), 1));
}

Test(assign, a_mistyped_name_makes_nobody)
{
    size_t given;
    fixture_person(&f, "cy");
    fails(assign(f.db, "owner", &(struct assignment){"yc", (int64_t[]){1}, 1, HOUR, NULL}, &f.rng, &given, &f.err),
          ERR_MISSING, "nobody is called \"yc\" here");
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM annotator WHERE name = 'yc'"), 0));
}

Test(assign, one_more_person_gets_a_place)
{
    int64_t cy = fixture_person(&f, "cy"), dee = fixture_person(&f, "dee"), before = 0, wanted = 0;
    fixture_person(&f, "eve");
    fixture_judge(&f, cy, 3, -1);
    cr_expect(eq(sz, hand("dee", (int64_t[]){3}, 1), 0), "one was wanted, and one has judged");
    must(assign_one_more(f.db, "owner", 3, &before, &wanted, &f.err));
    cr_expect(eq(i64, wanted, 2));
    cr_expect(eq(i64, before, -1));
    cr_expect(eq(sz, hand("dee", (int64_t[]){3}, 1), 1));
    must(assign_one_more(f.db, "owner", 3, &before, &wanted, &f.err));
    cr_expect(eq(i64, wanted, 3));
    fixture_judge(&f, dee, 3, -1);
    cr_expect(eq(sz, hand("eve", (int64_t[]){3}, 1), 1), "what dee said takes no place away");
    cr_expect(eq(i64, fixture_count(&f, "SELECT wanted FROM comparison WHERE comparison = 3"), 3));
    fails(assign_one_more(f.db, "owner", 99, &before, &wanted, &f.err), ERR_MISSING, "no such comparison");
}

Test(assign, what_was_handed_out_is_taken_back_unless_it_was_begun)
{
    int64_t rows[] = {1, 2, 3};
    bool handed[3] = {false};
    size_t given = 0, taken = 0;
    struct assignment a = {"cy", rows, 3, HOUR, handed};
    int64_t cy = fixture_person(&f, "cy");
    must(assign(f.db, "owner", &a, &f.rng, &given, &f.err));
    cr_assert(eq(sz, given, 3));
    fixture_judge(&f, cy, 2, -1);
    must(assign_take_back(f.db, "owner", &a, &taken, &f.err));
    cr_expect(eq(sz, taken, 2), "one was judged meanwhile");
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM assignment"), 0));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM audit WHERE what = 'unassign' AND subject = 'cy'"), 1));
}

Test(assign, as_many_people_as_before_are_wanted_again)
{
    int64_t before = 0, wanted = 0;
    must(assign_one_more(f.db, "owner", 3, &before, &wanted, &f.err));
    must(assign_one_more(f.db, "owner", 3, &before, &wanted, &f.err));
    cr_expect(eq(i64, before, 2));
    must(assign_want(f.db, "owner", 3, before, &f.err));
    cr_expect(eq(i64, fixture_count(&f, "SELECT wanted FROM comparison WHERE comparison = 3"), 2));
    must(assign_want(f.db, "owner", 3, -1, &f.err));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(wanted) FROM comparison WHERE comparison = 3"), 0));
    int64_t cy = fixture_person(&f, "cy");
    fixture_judge(&f, cy, 3, -1);
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(wanted) FROM comparison WHERE comparison = 3"), 0),
              "what was asked for before does not come back with the next judgement");
    fails(assign_want(f.db, "owner", 99, 2, &f.err), ERR_MISSING, "comparison");
}
