#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "store/review.h"
#include "tests/support/store_fixture.h"

#include <string.h>

static struct fixture f;

static void open_one(void)
{
    fixture_open(&f, "helpsteer2");
    fixture_fill(&f, 3);
}

static void close_one(void)
{
    fixture_close(&f);
}

TestSuite(review, .init = open_one, .fini = close_one);

static const struct judgement *of(int64_t comparison, const char *name)
{
    struct judgement *j;
    size_t n;
    must(judgement_list(f.db, comparison, JUDGEMENTS_LATEST, &f.arena, &j, &n, &f.err));
    for (size_t i = 0; i < n; i++)
        if (strcmp(j[i].annotator_name, name) == 0)
            return &j[i];
    return NULL;
}

Test(review, a_decision_stands_in_stored_order_whatever_side_was_drawn)
{
    for (int64_t c = 1; c <= 3; c++) {
        struct review_decision d = {c, c == 2 ? 1 : -3, {"@A is lawful, @B is not", 23}};
        must(review_decide(f.db, "ada", &d, &f.rng, &f.err));
        const struct judgement *j = of(c, "review:ada");
        cr_assert(j != NULL);
        cr_expect(eq(int, j->preference, d.preference));
        const char *wanted = j->a_is == 1 ? "@A is lawful, @B is not" : "@B is lawful, @A is not";
        cr_expect(eq(sz, j->justification.len, 23));
        cr_expect(eq(int, memcmp(j->justification.ptr, wanted, 23), 0));
    }
}

Test(review, neither_is_a_decision_and_nothing_is_none)
{
    must(review_decide(f.db, "ada", &(struct review_decision){1, PREFERENCE_NEITHER, {"", 0}}, &f.rng, &f.err));
    cr_expect(of(1, "review:ada")->neither);
    fails(review_decide(f.db, "ada", &(struct review_decision){1, PREFERENCE_UNSET, {"", 0}}, &f.rng, &f.err),
          ERR_RANGE, "leans to A or B");
    fails(review_decide(f.db, "ada", &(struct review_decision){1, 4, {"", 0}}, &f.rng, &f.err), ERR_RANGE, "up to 3");
    static const char long_text[JUSTIFICATION_MAX_BYTES + 2] = "x";
    fails(
        review_decide(f.db, "ada", &(struct review_decision){1, 1, {long_text, sizeof long_text - 1}}, &f.rng, &f.err),
        ERR_RANGE, "too long");
}

Test(review, decisions_are_taken_back_one_by_one)
{
    int64_t comparison;
    for (int64_t c = 1; c <= 2; c++)
        must(review_decide(f.db, "ada", &(struct review_decision){c, -2, {"so", 2}}, &f.rng, &f.err));
    for (int64_t c = 2; c >= 1; c--) {
        must(review_undo(f.db, "ada", &f.rng, &comparison, &f.err));
        cr_expect(eq(i64, comparison, c));
        cr_expect(eq(int, (int)of(c, "review:ada")->kind, KIND_WITHDRAWN));
    }
    do
        must(review_undo(f.db, "ada", &f.rng, &comparison, &f.err));
    while (comparison != 0);
    must(review_decide(f.db, "ada", &(struct review_decision){2, 3, {"", 0}}, &f.rng, &f.err));
    cr_expect(eq(int, of(2, "review:ada")->preference, 3));
}

Test(review, what_is_dropped_is_kept_and_counts_no_more)
{
    int64_t bob = fixture_person(&f, "bob");
    fixture_judge(&f, bob, 1, -2);
    const struct judgement *j = of(1, "bob");
    must(review_drop(f.db, "ada", j->row, "not read", &f.rng, &f.err));
    cr_expect(eq(int, (int)of(1, "bob")->kind, KIND_WITHDRAWN));
    cr_expect(eq(i64, fixture_count(&f, "SELECT people FROM comparison WHERE comparison = 1"), 0));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM judgement WHERE kind = 'judged'"), 1));
    cr_expect(eq(i64,
                 fixture_count(&f, "SELECT count(*) FROM audit WHERE who = 'ada' AND what = 'drop'"
                                   " AND detail ->> 'annotator' = 'bob' AND detail ->> 'reason' = 'not read'"),
                 1));
    fails(review_drop(f.db, "ada", j->row, "again", &f.rng, &f.err), ERR_CONFLICT, "bob has said something else since");
    fails(review_drop(f.db, "ada", 999, "none", &f.rng, &f.err), ERR_MISSING, "no such judgement");
}

Test(review, undoing_what_was_dropped_brings_no_earlier_word_back)
{
    int64_t bob = fixture_person(&f, "bob"), where;
    enum step_kind kind;
    fixture_judge(&f, bob, 1, -2);
    fixture_judge(&f, bob, 1, 3);
    must(review_drop(f.db, "ada", of(1, "bob")->row, "not read", &f.rng, &f.err));
    must(task_undo(f.db, bob, &f.rubric, &f.rng, &where, &kind, &f.err));
    cr_expect(eq(int, (int)kind, STEP_SUBMIT));
    cr_expect(eq(int, (int)of(1, "bob")->kind, KIND_WITHDRAWN));
    must(task_redo(f.db, bob, &f.rubric, &f.rng, &where, &kind, &f.err)); /* bob says it again */
    cr_expect(eq(int, (int)of(1, "bob")->kind, KIND_JUDGED));
}

static struct judgement person(int preference, int first, int second)
{
    struct judgement j = {.kind = KIND_JUDGED, .by_person = true, .has_preference = true, .preference = preference};
    j.n_ratings = 2;
    j.ratings[0] = (struct rating){0, "helpfulness", first};
    j.ratings[1] = (struct rating){1, "helpfulness", second};
    return j;
}

Test(review, gaps_are_of_people_and_of_the_answer_where_they_differ_more)
{
    struct judgement j[4] = {person(-3, 4, 1), person(-2, 3, 1), person(2, 2, 4), person(3, 0, 0)};
    j[3].by_person = false;
    cr_expect(eq(int, review_gap(j, 4, NULL), 5));
    cr_expect(eq(int, review_gap(j, 4, "helpfulness"), 3));
    cr_expect(eq(int, review_gap(j, 4, "none"), 0));
    cr_expect(eq(int, review_gap(j, 1, NULL), 0));
    cr_expect(eq(int, review_gap(j, 0, NULL), 0));
}

Test(review, who_is_off_is_told_by_the_median_of_the_others)
{
    struct judgement j[3] = {person(-3, 4, 1), person(-2, 3, 1), person(2, 2, 4)};
    cr_expect(eq(dbl, review_off(j, 3, 2, NULL), 4.5));
    cr_expect(eq(dbl, review_off(j, 3, 0, NULL), 3));
    cr_expect(eq(dbl, review_off(j, 3, 2, "helpfulness"), 3));
    cr_expect(eq(dbl, review_off(j, 2, 0, NULL), 0), "of two it cannot be said who is off");
}

Test(review, nobody_reads_more_than_ten_words_a_second)
{
    cr_expect(review_fast(9, 212));
    cr_expect(not(review_fast(30, 212)));
    cr_expect(not(review_fast(0, 212)));
    cr_expect(not(review_fast(0.0 / 0.0, 212)), "not known is not fast");
}
