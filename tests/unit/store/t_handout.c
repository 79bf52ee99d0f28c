#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "store/annotator.h"
#include "store/gold.h"
#include "store/handout.h"
#include "store/label.h"
#include "store/setting.h"
#include "tests/support/store_fixture.h"

#include <stdio.h>
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

TestSuite(handout, .init = open_one, .fini = close_one);

static void set(enum setting_id id, const char *value)
{
    must(setting_change(f.db, id, value, "owner", &f.err));
}

static int64_t next(int64_t who)
{
    int64_t c = -1;
    must(task_next(f.db, who, ORDER_GIVEN, &f.rng, &c, &f.err));
    return c;
}

/* In stored order, whatever the sides. */
static void judge(int64_t who, int64_t comparison, int helpful_first, int helpful_second, int preference)
{
    struct task t;
    struct draft d;
    int64_t saved;
    task_init(&t);
    draft_init(&d);
    must(task_enter(f.db, who, comparison, &f.rng, &f.err));
    must(task_load(f.db, who, comparison, &f.rubric, &t, &f.err));
    fixture_complete(&f, &d);
    d.rating[t.a_is == 1 ? SIDE_A : SIDE_B][0] = (signed char)helpful_first;
    d.rating[t.a_is == 1 ? SIDE_B : SIDE_A][0] = (signed char)helpful_second;
    d.preference = t.a_is == 1 ? preference : -preference;
    must(task_submit(f.db, who, comparison, &f.rubric, &d, STEP_SUBMIT, NULL, &f.rng, &saved, &f.err));
    draft_free(&d);
    task_release(&t);
}

static void skip(int64_t who, int64_t comparison)
{
    struct draft d;
    int64_t saved;
    draft_init(&d);
    must(task_enter(f.db, who, comparison, &f.rng, &f.err));
    must(task_submit(f.db, who, comparison, &f.rubric, &d, STEP_SKIP, "unclear", &f.rng, &saved, &f.err));
    draft_free(&d);
}

static int64_t wanted(void)
{
    return fixture_count(&f, "SELECT coalesce(wanted, -1) FROM comparison WHERE comparison = 1");
}

static int64_t person(int k)
{
    char name[16];
    snprintf(name, sizeof name, "person%d", k);
    return fixture_person(&f, name);
}

Test(handout, three_who_agree_are_enough)
{
    fixture_fill(&f, 1);
    set(SET_OVERLAP, "3");
    set(SET_ESCALATE, "on");
    judge(person(1), 1, 4, 2, -2);
    judge(person(2), 1, 3, 2, -1);
    judge(person(3), 1, 2, 2, -1);
    cr_expect(eq(i64, wanted(), -1));
    cr_expect(eq(i64, next(person(4)), 0));
}

Test(handout, a_spread_of_more_than_two_calls_a_fourth_and_then_a_fifth)
{
    fixture_fill(&f, 1);
    set(SET_OVERLAP, "3");
    set(SET_ESCALATE, "on");
    judge(person(1), 1, 4, 2, -2);
    judge(person(2), 1, 4, 2, -2);
    judge(person(3), 1, 1, 2, -1);
    cr_expect(eq(i64, wanted(), 4));
    cr_expect(eq(i64, next(person(4)), 1));
    cr_expect(eq(i64, next(person(5)), 0));
    judge(person(4), 1, 1, 2, -1);
    cr_expect(eq(i64, wanted(), 5));
    cr_expect(eq(i64, next(person(5)), 1));
    judge(person(5), 1, 0, 4, -1);
    cr_expect(eq(i64, wanted(), -1)); /* 1, 1 and 0 are three that agree */
    cr_expect(eq(i64, next(person(6)), 0));
}

Test(handout, opposite_signs_call_a_fourth_who_may_settle_it)
{
    fixture_fill(&f, 1);
    set(SET_OVERLAP, "3");
    set(SET_ESCALATE, "on");
    judge(person(1), 1, 3, 2, -1);
    judge(person(2), 1, 3, 2, -1);
    judge(person(3), 1, 3, 2, 1);
    cr_expect(eq(i64, wanted(), 4));
    judge(person(4), 1, 3, 2, -2);
    cr_expect(eq(i64, wanted(), -1));
}

Test(handout, no_more_than_two_are_called_and_a_withdrawal_calls_back)
{
    enum { OFTEN = 5 };
    int64_t back, ada = person(0);
    enum step_kind kind;
    fixture_fill(&f, 1);
    set(SET_OVERLAP, "2");
    set(SET_ESCALATE, "on");
    judge(ada, 1, 4, 0, -3);
    judge(person(1), 1, 0, 4, 3);
    cr_expect(eq(i64, wanted(), 3));
    must(task_undo(f.db, ada, &f.rubric, &f.rng, &back, &kind, &f.err));
    cr_expect(eq(i64, wanted(), -1));
    must(task_redo(f.db, ada, &f.rubric, &f.rng, &back, &kind, &f.err));
    cr_expect(eq(i64, wanted(), 3));
    judge(person(2), 1, 2, 2, 0);
    cr_expect(eq(i64, wanted(), 4));
    judge(person(3), 1, 4, 4, 1);
    cr_expect(le(i64, wanted(), 4));
    for (int k = 4; k < OFTEN; k++)
        cr_expect(eq(i64, next(person(k)), 0));
}

Test(handout, what_enough_people_skipped_is_given_to_nobody)
{
    int64_t back;
    enum step_kind kind;
    struct task_progress p;
    fixture_fill(&f, 2);
    set(SET_OVERLAP, "4");
    set(SET_SKIP_QUORUM, "2");
    skip(person(1), 1);
    cr_expect(eq(i64, next(person(3)), 1));
    skip(person(2), 1);
    cr_expect(eq(i64, wanted(), 0));
    cr_expect(eq(i64, next(person(4)), 2));
    must(task_get_progress(f.db, person(5), &p, &f.err));
    cr_expect(eq(i64, p.waiting, 1));
    must(task_undo(f.db, person(2), &f.rubric, &f.rng, &back, &kind, &f.err));
    cr_expect(eq(i64, wanted(), -1));
}

Test(handout, a_quota_ends_the_work_and_says_so)
{
    char why[TASK_WHY_SIZE];
    int64_t ada = person(1);
    fixture_fill(&f, 3);
    must(limits_set(f.db, ada, &(struct limits){.quota = 1}, "owner", &f.err));
    cr_expect(eq(i64, next(ada), 1));
    judge(ada, 1, 3, 2, -1);
    cr_expect(eq(i64, next(ada), 0));
    must(task_why_none(f.db, ada, why, &f.err));
    same_text(why, "the quota of 1 is done; ask the owner of the workspace for more");
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM audit WHERE what = 'limits' AND who = 'owner'"), 1));
}

static int64_t waiting(int64_t who)
{
    struct task_progress p;
    must(task_get_progress(f.db, who, &p, &f.err));
    return p.waiting;
}

Test(handout, no_more_waits_than_a_quota_leaves)
{
    int64_t ada = person(1);
    fixture_fill(&f, 5);
    cr_expect(eq(i64, waiting(ada), 5));
    must(limits_set(f.db, ada, &(struct limits){.quota = 2}, "owner", &f.err));
    cr_expect(eq(i64, waiting(ada), 2));
    cr_expect(eq(i64, next(ada), 1));
    judge(ada, 1, 3, 2, -1);
    cr_expect(eq(i64, waiting(ada), 1));
    must(limits_set(f.db, ada, &(struct limits){.quota = -1, .per_day = 1}, "owner", &f.err));
    cr_expect(eq(i64, waiting(ada), 0), "no more today");
    must(limits_set(f.db, ada, &(struct limits){.quota = 1}, "owner", &f.err));
    cr_expect(eq(i64, waiting(ada), 0));
    must(limits_set(f.db, ada, &(struct limits){.quota = 90, .per_day = 80}, "owner", &f.err));
    cr_expect(eq(i64, waiting(ada), 4), "nor more than there is");
}

Test(handout, a_quota_of_the_day_ends_at_midnight)
{
    char why[TASK_WHY_SIZE];
    int64_t ada = person(1);
    fixture_fill(&f, 3);
    must(limits_set(f.db, ada, &(struct limits){.quota = -1, .per_day = 1}, "owner", &f.err));
    cr_expect(eq(i64, next(ada), 1));
    judge(ada, 1, 3, 2, -1);
    cr_expect(eq(i64, next(ada), 0));
    must(task_why_none(f.db, ada, why, &f.err));
    same_text(why, "the 1 of today is done; more are handed out tomorrow");
    fixture_sql(&f, "DROP TRIGGER judgement_append_only_update;"
                    "UPDATE judgement SET created = created - 86400000");
    cr_expect(eq(i64, next(ada), 2), "that was yesterday");
    judge(ada, 1, 4, 2, -2);
    cr_expect(eq(i64, next(ada), 2), "what is revised today is still yesterday's");
    struct task_progress p;
    must(task_get_progress(f.db, ada, &p, &f.err));
    cr_expect(eq(i64, p.today, 0));
    judge(ada, 2, 3, 2, -1);
    cr_expect(eq(i64, next(ada), 0));
    must(task_get_progress(f.db, ada, &p, &f.err));
    cr_expect(eq(i64, p.today, 1));
}

Test(handout, filters_give_only_what_is_wanted)
{
    int64_t ada = person(1), bob = person(2);
    fixture_fill(&f, 4);
    fixture_sql(
        &f, "UPDATE comparison SET split = 'test' WHERE comparison >= 3;"
            "UPDATE tally SET n = 2; INSERT INTO tally VALUES (1, 'test', 0, 2);"
            "UPDATE comparison SET subset = 'hard' WHERE comparison = 4;"
            "UPDATE response SET language = 'de' WHERE response = (SELECT first FROM comparison WHERE comparison = 2)");
    must(limits_set(f.db, ada,
                    &(struct limits){.quota = -1, .wants = "{\"split\":[\"dev\",\"test\"],\"subset\":[\"hard\"]}"},
                    "owner", &f.err));
    cr_expect(eq(i64, next(ada), 4));
    must(limits_set(f.db, bob, &(struct limits){.quota = -1, .wants = "{\"language\":[\"de\"]}"}, "owner", &f.err));
    cr_expect(eq(i64, next(bob), 2));
    fixture_sql(&f, "UPDATE response SET tags = '[\"maths\",\"hard\"]' WHERE response = "
                    "(SELECT second FROM comparison WHERE comparison = 3)");
    must(limits_set(f.db, bob, &(struct limits){.quota = -1, .wants = "{\"tag\":[\"prose\",\"maths\"]}"}, "owner",
                    &f.err));
    must(task_leave(f.db, bob, 2, &f.err));
    fixture_sql(&f, "DELETE FROM place");
    cr_expect(eq(i64, next(bob), 3));
    fails(limits_set(f.db, bob, &(struct limits){.quota = -1, .wants = "{\"split\":3}"}, "owner", &f.err), ERR_SYNTAX,
          "split");
}

Test(handout, control_items_are_given_to_everybody)
{
    fixture_fill(&f, 40);
    set(SET_CONTROL_SHARE, "1");
    judge(person(1), 1, 3, 2, -1);
    cr_expect(eq(i64, next(person(2)), 1));
    set(SET_CONTROL_SHARE, "0");
    cr_expect(eq(i64, next(person(3)), 2));
    set(SET_CONTROL_SHARE, "0.25");
    int64_t control = fixture_count(&f, "SELECT count(*) FROM comparison WHERE id < x'40000000'"), given = 0, c;
    int64_t ada = person(4), bob = person(5);
    while ((c = next(ada)) != 0)
        judge(ada, c, 3, 2, -1);
    for (; (c = next(bob)) != 0; given++)
        judge(bob, c, 3, 2, -1);
    cr_expect(all(ge(i64, given, control), le(i64, given, control + 3)));
    cr_expect(gt(i64, control, 0));
}

Test(handout, qualifying_items_come_first_and_who_fails_gets_nothing_else)
{
    char why[TASK_WHY_SIZE];
    int64_t ada = person(1), bob = person(2);
    fixture_fill(&f, 5);
    must(gold_add(f.db, 4, GOLD_FIRST, true, "owner", &f.err));
    must(gold_add(f.db, 5, GOLD_SECOND, true, "owner", &f.err));
    cr_expect(eq(i64, next(ada), 4));
    judge(ada, 4, 3, 2, -1);
    cr_expect(eq(i64, next(ada), 5));
    judge(ada, 5, 3, 2, 3);
    cr_expect(eq(i64, next(ada), 1));
    cr_expect(eq(i64, next(bob), 4));
    judge(bob, 4, 3, 2, 1);
    judge(bob, 5, 3, 2, 1);
    cr_expect(eq(i64, next(bob), 0));
    must(task_why_none(f.db, bob, why, &f.err));
    same_text(why, "1 of 2 qualifying items are right, and 80 % are needed; ask the owner of the workspace");
    set(SET_GOLD_PASS, "0.5");
    cr_expect(ne(i64, next(bob), 0));
}

Test(handout, gold_is_given_to_everybody_in_its_turn)
{
    fixture_fill(&f, 2);
    must(gold_add(f.db, 1, GOLD_SAME, false, "owner", &f.err));
    judge(person(1), 1, 3, 2, 1);
    cr_expect(eq(i64, next(person(2)), 1));
    bool was;
    must(gold_drop(f.db, 1, "owner", &was, &f.err));
    cr_expect(eq(int, was, 1));
    cr_expect(eq(i64, next(person(3)), 2));
}

static void note_gold(void *ctx, const struct gold_given *g)
{
    buf_addf(ctx, "%s %d%s ", g->name, g->right, g->created > 0 ? "" : " without a time");
}

Test(handout, gold_answers_are_told_by_person_in_the_order_in_which_they_were_given)
{
    struct buf told = BUF_INIT;
    fixture_fill(&f, 3);
    must(gold_add(f.db, 1, GOLD_FIRST, false, "owner", &f.err));
    must(gold_add(f.db, 2, GOLD_NEITHER, false, "owner", &f.err));
    int64_t first = person(1), second = person(2);
    judge(first, 2, 3, 2, 1);
    judge(second, 1, 3, 2, 2);
    judge(first, 1, 3, 2, -1);
    judge(first, 3, 3, 2, -1);
    must(gold_each_answer(f.db, note_gold, &told, &f.err));
    same_text(told.ptr, "person1 0 person1 1 person2 0 ");
    buf_free(&told);
}

static bool count_pairs(void *ctx, const struct label_pair *pair)
{
    (void)pair;
    ++*(int *)ctx;
    return true;
}

Test(handout, repeats_come_with_sides_swapped_and_count_nowhere)
{
    enum { N = 20 };
    int64_t ada = person(1), c, judged = 0;
    struct task_progress p;
    int pairs = 0;
    fixture_fill(&f, N);
    set(SET_REPEAT_SHARE, "0.2");
    set(SET_REPEAT_GAP, "3");
    while ((c = next(ada)) != 0 && judged++ < 2 * N)
        judge(ada, c, 3, 2, -1);
    int64_t repeats = fixture_count(&f, "SELECT count(*) FROM comparison WHERE repeats IS NOT NULL");
    cr_expect(all(ge(i64, repeats, 4), le(i64, repeats, 5)));
    cr_expect(eq(i64, judged, N + repeats));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(DISTINCT repeats) FROM comparison"), repeats));
    cr_expect(eq(i64,
                 fixture_count(&f, "SELECT count(*) FROM comparison c JOIN side s USING (comparison) JOIN side o ON "
                                   "o.comparison = c.repeats AND o.annotator = s.annotator WHERE o.a_is <> s.a_is AND "
                                   "s.ordinal - o.ordinal >= 3"),
                 repeats));
    must(label_each_pair(f.db, &(struct label_options){.by = LABEL_BY_BEST}, count_pairs, &pairs, &f.err));
    cr_expect(eq(int, pairs, N));
    must(task_get_progress(f.db, ada, &p, &f.err));
    cr_expect(eq(i64, p.total, N));
    cr_expect(eq(i64, p.done, N));
    cr_expect(eq(ptr, strstr(fixture_export(&f, "judgements"), "review"), NULL));
    cr_expect(eq(i64, next(person(2)), 0));
}

Test(handout, who_leaves_frees_what_was_not_begun)
{
    int64_t ada = person(1), bob = person(2), saved;
    struct draft d;
    fixture_fill(&f, 1);
    cr_expect(eq(i64, next(ada), 1));
    cr_expect(eq(i64, next(bob), 0));
    must(task_leave(f.db, ada, 1, &f.err));
    cr_expect(eq(i64, next(bob), 1));
    draft_init(&d);
    d.preference = 1;
    must(task_change(f.db, bob, 1, &f.rubric, &d, STEP_PREFER, &saved, &f.err));
    must(task_leave(f.db, bob, 1, &f.err));
    cr_expect(eq(i64, next(ada), 0));
    draft_free(&d);
}

static bool keep_label(void *ctx, const struct label_pair *pair)
{
    *(struct label *)ctx = pair->label;
    return true;
}

Test(handout, a_review_stands_above_people_and_they_above_sources)
{
    struct label l = {0};
    int64_t review;
    fixture_fill(&f, 1);
    judge(person(1), 1, 3, 2, -1);
    must(label_each_pair(f.db, &(struct label_options){.by = LABEL_BY_BEST}, keep_label, &l, &f.err));
    cr_expect(eq(int, l.strength, -1));
    same_text(l.said_by, "people");
    must(annotator_reviewer(f.db, "ada", &review, &f.err));
    judge(review, 1, 1, 4, 3);
    must(label_each_pair(f.db, &(struct label_options){.by = LABEL_BY_BEST}, keep_label, &l, &f.err));
    cr_expect(eq(int, l.strength, 3));
    same_text(l.said_by, "review");
    must(label_each_pair(f.db, &(struct label_options){.by = LABEL_BY_PEOPLE}, keep_label, &l, &f.err));
    cr_expect(eq(int, l.strength, -1));
    must(label_each_pair(f.db, &(struct label_options){.by = LABEL_BY_ALL}, keep_label, &l, &f.err));
    cr_expect(eq(int, l.n, 2));
    cr_expect(eq(i64, fixture_count(&f, "SELECT people FROM comparison"), 1));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM assignment"), 0));
    fails(annotator_person(f.db, "review:ada", &review, &f.err), ERR_USAGE, "--review");
}

Test(handout, a_reviewer_takes_no_slot)
{
    int64_t review;
    fixture_fill(&f, 1);
    must(annotator_reviewer(f.db, "ada", &review, &f.err));
    must(task_enter(f.db, review, 1, &f.rng, &f.err));
    cr_expect(eq(i64, next(person(1)), 1));
}

Test(handout, adjudications_go_out_and_come_in_again)
{
    int64_t review;
    fixture_fill(&f, 1);
    must(annotator_reviewer(f.db, "ada", &review, &f.err));
    judge(review, 1, 1, 4, 3);
    const char *out = fixture_export(&f, "judgements");
    cr_expect(ne(ptr, strstr(out, "\"annotator\":\"review:ada\",\"kind\":\"adjudication\""), NULL));
    struct fixture g = f;
    fixture_open(&f, "helpsteer2");
    must(fixture_import(&f, "in.jsonl", "judgements", out));
    same_text(fixture_export(&f, "judgements"), out);
    fixture_close(&f);
    f = g;
}
