#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "store/judgement.h"
#include "tests/support/store_fixture.h"

#include <stdio.h>
#include <string.h>

static struct fixture f;
static struct task t;
static int64_t ada, saved;

static void open_one(void)
{
    fixture_open(&f, "helpsteer2");
    fixture_fill(&f, 4);
    ada = fixture_person(&f, "ada");
    task_init(&t);
}

static void close_one(void)
{
    task_release(&t);
    fixture_close(&f);
}

TestSuite(task, .init = open_one, .fini = close_one);

static void load(int64_t comparison)
{
    must(task_load(f.db, ada, comparison, &f.rubric, &t, &f.err));
}

static void enter(int64_t comparison)
{
    must(task_enter(f.db, ada, comparison, &f.rng, &f.err));
    load(comparison);
}

static void change(enum step_kind kind)
{
    must(task_change(f.db, ada, t.comparison, &f.rubric, &t.draft, kind, &saved, &f.err));
}

static void submit(enum step_kind kind, const char *reason)
{
    must(task_submit(f.db, ada, t.comparison, &f.rubric, &t.draft, kind, reason, &f.rng, &saved, &f.err));
}

static enum step_kind undo(int64_t *comparison)
{
    enum step_kind kind = STEP_MOVE;
    must(task_undo(f.db, ada, &f.rubric, &f.rng, comparison, &kind, &f.err));
    return kind;
}

static enum step_kind redo(int64_t *comparison)
{
    enum step_kind kind = STEP_MOVE;
    must(task_redo(f.db, ada, &f.rubric, &f.rng, comparison, &kind, &f.err));
    return kind;
}

/* Everything that is said, whatever the cursor and the time. */
static const char *said(void)
{
    struct buf b = BUF_INIT;
    t.draft.cell = 0;
    t.draft.seconds = 0;
    buf_addf(&b, "%d %s ", (int)t.state, t.reason);
    draft_write(&t.draft, &f.rubric, &b);
    const char *text = arena_ndup(&f.arena, b.ptr, b.len);
    buf_free(&b);
    return text;
}

Test(task, it_shows_prompt_and_responses_on_the_sides_drawn)
{
    enter(2);
    cr_expect(eq(sz, t.n_turns, 1));
    same_text(t.turns[0].role, "user");
    same_text(t.turns[0].content, "prompt 2");
    same_text(t.text[t.a_is == 1 ? SIDE_A : SIDE_B], "first answer 2");
    same_text(t.text[t.a_is == 1 ? SIDE_B : SIDE_A], "second answer 2");
    same_text(t.source, "fill");
    cr_expect(eq(int, (int)t.state, TASK_OPEN));
    cr_expect(eq(int, t.changed, 0));
    cr_expect(eq(i64, t.saved, 0));
    cr_expect(eq(sz, strlen(t.id), 32));
}

Test(task, an_item_never_opened_cannot_be_loaded_or_changed)
{
    fails(task_load(f.db, ada, 3, &f.rubric, &t, &f.err), ERR_MISSING, "was not opened");
    fails(task_change(f.db, ada, 3, &f.rubric, &t.draft, STEP_RATE, &saved, &f.err), ERR_MISSING, "was not opened");
    fails(task_enter(f.db, ada, 99, &f.rng, &f.err), ERR_CONFLICT, "rule of the workspace");
}

Test(task, every_change_is_there_after_a_restart)
{
    enter(1);
    t.draft.rating[SIDE_B][2] = 0;
    t.draft.cell = 8;
    change(STEP_RATE);
    t.draft.seconds = 41.5;
    t.draft.cell = 9;
    change(STEP_MOVE);
    fixture_reopen(&f);
    load(1);
    cr_expect(eq(int, t.draft.rating[SIDE_B][2], 0));
    cr_expect(eq(int, t.draft.rating[SIDE_A][2], RATING_UNSET));
    cr_expect(eq(int, t.draft.cell, 9));
    cr_expect(epsilon_eq(dbl, t.draft.seconds, 41.5, 1e-12));
    cr_expect(eq(int, t.changed, 1));
    cr_expect(eq(i64, t.saved, saved));
}

Test(task, a_judgement_is_stored_in_stored_order_whatever_the_sides)
{
    for (int64_t c = 1; c <= 4; c++) {
        enter(c);
        fixture_complete(&f, &t.draft); /* A is better, by 2; A has 4s and B 1s */
        submit(STEP_SUBMIT, NULL);
        struct judgement *j;
        size_t n;
        must(judgement_list(f.db, c, JUDGEMENTS_LATEST, &f.arena, &j, &n, &f.err));
        cr_assert(eq(sz, n, 1));
        cr_expect(eq(int, j->preference, t.a_is == 1 ? -2 : 2));
        cr_expect(eq(int, j->a_is, t.a_is));
        for (size_t i = 0; i < j->n_ratings; i++)
            cr_expect(eq(int, j->ratings[i].value, j->ratings[i].which + 1 == t.a_is ? 4 : 1));
        cr_expect(eq(sz, j->n_ratings, 10));
        const char *before = said();
        load(c);
        cr_expect(eq(int, (int)t.state, TASK_JUDGED));
        cr_expect(eq(int, t.changed, 0));
        same_text(said() + 2, before + 2);
    }
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM draft"), 0));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM assignment"), 0));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(DISTINCT a_is) FROM side"), 2));
}

Test(task, neither_valid_is_no_number)
{
    enter(1);
    fixture_complete(&f, &t.draft);
    t.draft.preference = PREFERENCE_NEITHER;
    submit(STEP_SUBMIT, NULL);
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM judgement WHERE neither = 1 AND preference IS NULL"), 1));
    load(1);
    cr_expect(eq(int, t.draft.preference, PREFERENCE_NEITHER));
}

Test(task, an_incomplete_draft_is_not_submitted)
{
    enter(1);
    fails(task_submit(f.db, ada, 1, &f.rubric, &t.draft, STEP_SUBMIT, NULL, &f.rng, &saved, &f.err), ERR_RANGE,
          "helpfulness of A is missing");
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM judgement"), 0));
}

Test(task, skips_and_flags_need_a_reason_of_the_rubric)
{
    enter(1);
    fails(task_submit(f.db, ada, 1, &f.rubric, &t.draft, STEP_SKIP, "boring", &f.rng, &saved, &f.err), ERR_RANGE,
          "\"boring\" is not a reason to skip in the rubric helpsteer2");
    fails(task_submit(f.db, ada, 1, &f.rubric, &t.draft, STEP_FLAG, NULL, &f.rng, &saved, &f.err), ERR_RANGE,
          "is not a reason to flag");
    submit(STEP_SKIP, "expert");
    load(1);
    cr_expect(eq(int, (int)t.state, TASK_SKIPPED));
    same_text(t.reason, "expert");
    enter(2);
    submit(STEP_FLAG, "leak");
    load(2);
    cr_expect(eq(int, (int)t.state, TASK_FLAGGED));
    same_text(t.reason, "leak");
}

Test(task, an_edit_is_a_new_revision_and_saying_the_same_again_is_none)
{
    enter(1);
    fixture_complete(&f, &t.draft);
    submit(STEP_SUBMIT, NULL);
    int64_t first = saved;
    load(1);
    submit(STEP_SUBMIT, NULL);
    cr_expect(eq(i64, saved, first));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM judgement"), 1));
    t.draft.preference = 3;
    change(STEP_PREFER);
    load(1);
    cr_expect(eq(int, t.changed, 1));
    cr_expect(eq(int, (int)t.state, TASK_JUDGED));
    submit(STEP_SUBMIT, NULL);
    cr_expect(eq(i64, fixture_count(&f, "SELECT max(revision) FROM judgement"), 2));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM latest"), 1));
}

Test(task, the_length_of_what_was_pasted_goes_with_the_judgement_and_with_its_next_revision)
{
    enter(1);
    fixture_complete(&f, &t.draft);
    t.draft.pasted = 40;
    change(STEP_TEXT);
    load(1);
    cr_expect(eq(int, t.draft.pasted, 40), "as a draft");
    submit(STEP_SUBMIT, "");
    cr_expect(eq(i64, fixture_count(&f, "SELECT extra = '{\"pasted\":40}' FROM judgement"), 1));
    load(1);
    cr_expect(eq(int, t.draft.pasted, 40), "as a judgement");
    t.draft.preference = -3;
    change(STEP_PREFER);
    submit(STEP_SUBMIT, "");
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM judgement WHERE extra = '{\"pasted\":40}'"), 2));
}

Test(task, passages_and_confidence_are_kept_shown_again_and_exported)
{
    enter(1);
    fixture_complete(&f, &t.draft);
    t.draft.confidence = 4;
    draft_add_span(&t.draft, SIDE_A, 0, 5, -1, "bad \xe2\x82\xac", 7);
    draft_add_span(&t.draft, SIDE_B, 6, 12, 1, "", 0);
    change(STEP_MARK);
    load(1);
    cr_assert(eq(sz, t.draft.spans.n, 2), "as a draft");
    submit(STEP_SUBMIT, "");
    cr_expect(eq(i64, fixture_count(&f, "SELECT confidence FROM judgement"), 4));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM span WHERE start = 0 AND stop = 5 AND sign = -1"), 1));
    load(1);
    cr_assert(eq(sz, t.draft.spans.n, 2), "as a judgement");
    cr_expect(eq(int, t.draft.spans.v[0].side, SIDE_A));
    cr_expect(eq(str, t.draft.spans.v[0].comment, "bad \xe2\x82\xac"));
    cr_expect(eq(int, t.draft.confidence, 4));
    cr_expect(not(t.changed));
    draft_remove_span(&t.draft, 0);
    change(STEP_MARK);
    load(1);
    cr_expect(t.changed, "one passage less is another judgement");
    int64_t comparison;
    cr_expect(eq(int, undo(&comparison), STEP_MARK));
    const char *text = fixture_export(&f, "judgements");
    struct fixture other;
    fixture_open(&other, "helpsteer2");
    cr_assert(fixture_import(&other, "own.jsonl", "judgements", text), "%s", other.err.text);
    cr_expect(eq(str, (char *)fixture_export(&other, "judgements"), (char *)text), "nothing is lost on the way");
    fixture_close(&other);
}

Test(task, a_submit_can_be_taken_back_and_its_draft_stands_again)
{
    int64_t c = 0;
    enter(1);
    fixture_complete(&f, &t.draft);
    submit(STEP_SUBMIT, NULL);
    const char *before = said();
    enter(2);
    cr_expect(eq(int, (int)undo(&c), STEP_SUBMIT));
    cr_expect(eq(i64, c, 1));
    load(1);
    cr_expect(eq(int, (int)t.state, TASK_OPEN));
    same_text(said(), before);
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM judgement WHERE kind = 'withdrawn'"), 1));
    cr_expect(eq(i64, fixture_count(&f, "SELECT people FROM comparison WHERE comparison = 1"), 0));
    must(task_next(f.db, ada, ORDER_GIVEN, &f.rng, &c, &f.err));
    cr_expect(eq(i64, c, 1));
    cr_expect(eq(int, (int)redo(&c), STEP_SUBMIT));
    load(1);
    cr_expect(eq(int, (int)t.state, TASK_JUDGED));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM judgement"), 3));
    (void)redo(&c);
    cr_expect(eq(i64, c, 0));
}

Test(task, undoing_an_edit_brings_the_earlier_judgement_back)
{
    int64_t c;
    enter(1);
    fixture_complete(&f, &t.draft);
    submit(STEP_SUBMIT, NULL);
    t.draft.preference = 3;
    submit(STEP_SUBMIT, NULL);
    (void)undo(&c);
    cr_expect(eq(
        i64, fixture_count(&f, "SELECT preference * (3 - 2 * a_is) FROM latest JOIN judgement USING (judgement)"), -2));
    load(1);
    cr_expect(eq(int, t.draft.preference, 3));
    cr_expect(eq(int, t.changed, 1));
    cr_expect(eq(int, (int)undo(&c), STEP_RATE)); /* the draft that came with the submit */
    load(1);
    cr_expect(eq(int, t.changed, 0));
    cr_expect(eq(int, (int)undo(&c), STEP_SUBMIT));
    load(1);
    cr_expect(eq(int, (int)t.state, TASK_OPEN));
    for (int i = 0; i < 3; i++)
        (void)redo(&c);
    cr_expect(eq(
        i64, fixture_count(&f, "SELECT preference * (3 - 2 * a_is) FROM latest JOIN judgement USING (judgement)"), 3));
}

Test(task, typing_joins_into_one_step_and_a_move_is_none)
{
    int64_t c;
    enter(1);
    for (int i = 0; i < 5; i++) {
        buf_addc(&t.draft.because, 'x');
        change(STEP_TEXT);
        t.draft.cell = i;
        change(STEP_MOVE);
    }
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM step"), 1));
    fixture_sql(&f, "UPDATE step SET created = created - 5000");
    buf_addc(&t.draft.because, 'y');
    change(STEP_TEXT);
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM step"), 2));
    cr_expect(eq(int, (int)undo(&c), STEP_TEXT));
    load(1);
    same_text(t.draft.because.ptr, "xxxxx");
    cr_expect(eq(int, (int)undo(&c), STEP_TEXT));
    load(1);
    same_text(t.draft.because.ptr, "");
    (void)undo(&c);
    cr_expect(eq(i64, c, 0));
}

Test(task, a_new_change_forgets_what_was_undone)
{
    int64_t c;
    enter(1);
    t.draft.rating[SIDE_A][0] = 1;
    change(STEP_RATE);
    (void)undo(&c);
    load(1);
    t.draft.rating[SIDE_A][0] = 2;
    change(STEP_RATE);
    (void)redo(&c);
    cr_expect(eq(i64, c, 0));
    load(1);
    cr_expect(eq(int, t.draft.rating[SIDE_A][0], 2));
}

Test(task, time_spent_does_not_go_back)
{
    int64_t c;
    enter(1);
    t.draft.seconds = 10;
    change(STEP_MOVE);
    t.draft.seconds = 30;
    t.draft.rating[SIDE_A][0] = 1;
    change(STEP_RATE);
    (void)undo(&c);
    load(1);
    cr_expect(epsilon_eq(dbl, t.draft.seconds, 30, 1e-12));
    cr_expect(eq(int, t.changed, 0));
}

Test(task, sides_that_changed_with_an_imported_judgement_turn_its_words)
{
    must(fixture_import(
        &f, "mine.jsonl", NULL,
        "{\"prompt\":\"prompt 3\",\"responses\":[{\"text\":\"second answer 3\"},{\"text\":\"first answer 3\"}],"
        "\"judgement\":{\"annotator\":\"ada\",\"preference\":-3,\"justification\":\"@A wins\",\"a\":1}}\n"));
    cr_expect(eq(i64, f.counts.judgements.made, 1));
    enter(3);
    cr_expect(eq(int, t.a_is, 2));
    cr_expect(eq(int, t.draft.preference, -3));
    same_text(t.draft.because.ptr, "@A wins");
    same_text(t.text[SIDE_A], "second answer 3");
}

/* Random work on all items; then everything back, and everything again. */
Test(task, undoing_all_and_redoing_all_ends_where_it_began)
{
    enum { STEPS = 400 };
    const char *end[5], *start[5];
    for (int64_t c = 1; c <= 4; c++) {
        enter(c);
        start[c] = said();
    }
    for (int i = 0; i < STEPS; i++) {
        int64_t c;
        enter(1 + (int64_t)rng_below(&f.rng, 4));
        switch (rng_below(&f.rng, 10)) {
        case 0:
            fixture_complete(&f, &t.draft);
            t.draft.preference = (int)rng_below(&f.rng, 7) - 3;
            submit(STEP_SUBMIT, NULL);
            break;
        case 1:
            submit(STEP_SKIP, "unclear");
            break;
        case 2:
            submit(STEP_FLAG, "leak");
            break;
        case 3:
            buf_addf(&t.draft.because, " %d", i);
            change(STEP_TEXT);
            break;
        case 4:
            (void)undo(&c);
            break;
        case 5:
            (void)redo(&c);
            break;
        case 6:
            t.draft.preference = (int)rng_below(&f.rng, 7) - 3;
            change(STEP_PREFER);
            break;
        default:
            t.draft.rating[rng_below(&f.rng, 2)][rng_below(&f.rng, 5)] = (int)rng_below(&f.rng, 5);
            change(STEP_RATE);
        }
    }
    for (int64_t c = 1; c <= 4; c++) {
        load(c);
        end[c] = said();
    }
    int64_t c = 1;
    while (c != 0)
        (void)undo(&c);
    for (int64_t k = 1; k <= 4; k++) {
        load(k);
        same_text(said(), start[k]);
    }
    for (c = 1; c != 0;)
        (void)redo(&c);
    for (int64_t k = 1; k <= 4; k++) {
        load(k);
        same_text(said(), end[k]);
    }
}

Test(task, steps_have_names_for_people)
{
    same_text(step_name(STEP_TEXT), "justification");
    same_text(step_name(STEP_SUBMIT), "submit");
}

Test(task, a_comparison_with_a_principle_of_its_own_brings_it)
{
    fixture_sql(&f, "UPDATE comparison SET principle = 'Is it kind?' WHERE comparison = 2");
    enter(1);
    load(1);
    cr_expect(eq(ptr, (void *)(uintptr_t)t.principle, NULL));
    enter(2);
    load(2);
    same_text(t.principle, "Is it kind?");
}
