#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "store/annotator.h"
#include "store/assign.h"
#include "store/backlog.h"
#include "store/content.h"
#include "store/merge.h"
#include "store/ranking.h"
#include "store/setting.h"
#include "tests/support/store_fixture.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct fixture f;
static struct task t;
static int64_t ada, bo, saved;

/* Two prompts with four answers, one with two, one with eleven. */
static void fill(void)
{
    struct buf b = BUF_INIT;
    static const int answers[] = {4, 2, 4, 11};
    for (int p = 0; p < 4; p++) {
        buf_addf(&b, "{\"prompt\":\"question %d\",\"completions\":[", p);
        for (int i = 0; i < answers[p]; i++)
            buf_addf(&b, "%s{\"model\":\"m%d\",\"completion\":\"answer %d of %d\"}", i > 0 ? "," : "", i, i, p);
        buf_adds(&b, "]}\n");
    }
    must(fixture_import(&f, "all.jsonl", "open-instruct", b.ptr));
    buf_free(&b);
}

static void open_one(void)
{
    fixture_open(&f, "ranking");
    fill();
    ada = fixture_person(&f, "ada");
    bo = fixture_person(&f, "bo");
    task_init(&t);
}

static void close_one(void)
{
    task_release(&t);
    fixture_close(&f);
}

TestSuite(ranking, .init = open_one, .fini = close_one);

static int64_t next(int64_t who)
{
    int64_t comparison;
    must(task_next(f.db, who, ORDER_GIVEN, &f.rng, &comparison, &f.err));
    if (comparison != 0)
        must(task_load(f.db, who, comparison, &f.rubric, &t, &f.err));
    return comparison;
}

static void submit(int64_t who)
{
    must(task_submit(f.db, who, t.comparison, &f.rubric, &t.draft, STEP_SUBMIT, NULL, &f.rng, &saved, &f.err));
}

/* C, A = D, B. */
static void rank(void)
{
    places_put(&t.draft, 2, 1);
    places_put(&t.draft, 0, 2);
    places_join(&t.draft, 3, 2);
    places_put(&t.draft, 1, 3);
}

static int64_t undo(int64_t who)
{
    int64_t comparison;
    enum step_kind kind;
    must(task_undo(f.db, who, &f.rubric, &f.rng, &comparison, &kind, &f.err));
    must(task_load(f.db, who, comparison, &f.rubric, &t, &f.err));
    return comparison;
}

static int64_t redo(int64_t who)
{
    int64_t comparison;
    enum step_kind kind;
    must(task_redo(f.db, who, &f.rubric, &f.rng, &comparison, &kind, &f.err));
    must(task_load(f.db, who, comparison, &f.rubric, &t, &f.err));
    return comparison;
}

#define JUDGED "SELECT count(*) FROM latest WHERE kind = 'judged'"

Test(ranking, a_prompt_with_several_answers_is_one_piece_of_work)
{
    int64_t first = next(ada);
    cr_assert(ne(i64, first, 0));
    cr_expect(eq(int, t.n, 4));
    cr_expect(eq(int, t.draft.n, 4));
    cr_expect(eq(i64, t.comparison, first));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM comparison WHERE lead IS NOT NULL"), 6));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(DISTINCT lead) FROM comparison"), 1));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM assignment"), 1));
    rank();
    submit(ada);
    cr_expect(eq(i64, fixture_count(&f, JUDGED), 6));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM comparison WHERE people = 1"), 6));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM assignment"), 0));
    next(ada);
    cr_expect(eq(int, t.n, 2)); /* the prompt with two answers is a comparison as ever */
}

static void count_row(void *ctx, const struct backlog_row *row)
{
    (void)row;
    ++*(int64_t *)ctx;
}

static int64_t queued(void)
{
    int64_t n = 0;
    must(backlog_each(f.db, BACKLOG_GIVEN, 0, count_row, &n, &f.err));
    return n;
}

/* 4 answers, 2, 4 and 11: of the last every pair stands alone. */
Test(ranking, the_queue_has_one_line_for_it_before_anybody_came_to_it_and_after)
{
    cr_expect(eq(i64, queued(), 1 + 1 + 1 + 55));
    next(ada);
    cr_expect(eq(i64, queued(), 1 + 1 + 1 + 55));
    rank();
    submit(ada);
    cr_expect(eq(i64, queued(), 1 + 1 + 55));
}

Test(ranking, more_answers_than_there_are_digits_are_compared_two_by_two)
{
    for (int i = 0; i < 3; i++) {
        next(ada);
        if (t.n > 2)
            rank();
        else
            t.draft.preference = -1;
        submit(ada);
    }
    next(ada);
    cr_expect(eq(int, t.n, 2));
    cr_expect(eq(i64, fixture_count(&f, JUDGED), 13));
}

Test(ranking, every_pair_says_what_the_places_say_whatever_the_sides)
{
    next(ada);
    rank();
    submit(ada);
    for (int x = 0; x < 4; x++)
        for (int y = 0; y < 4; y++) {
            if (x == y)
                continue;
            char sql[400];
            int wanted = t.draft.place[x] - t.draft.place[y];
            snprintf(sql, sizeof sql,
                     "SELECT j.preference FROM judgement j JOIN comparison c USING (comparison) JOIN response a ON "
                     "a.response = c.first JOIN response b ON b.response = c.second WHERE lower(hex(a.id)) = '%s' AND "
                     "lower(hex(b.id)) = '%s'",
                     t.answer[x], t.answer[y]);
            char there[500];
            snprintf(there, sizeof there, "SELECT count(*) FROM (%s)", sql);
            if (fixture_count(&f, there) == 1)
                cr_expect(eq(i64, fixture_count(&f, sql), (wanted > 0) - (wanted < 0)));
        }
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM judgement WHERE preference = 0"), 1));
}

Test(ranking, what_was_submitted_comes_back_as_it_was)
{
    int64_t item = next(ada);
    rank();
    buf_adds(&t.draft.because, "@C is plain, @B wanders; @A2 and @Z are no letters");
    t.draft.pasted = 5;
    t.draft.seconds = 12;
    struct draft before;
    draft_init(&before);
    draft_copy(&before, &t.draft);
    submit(ada);
    fixture_reopen(&f);
    must(task_load(f.db, ada, item, &f.rubric, &t, &f.err));
    cr_expect(eq(int, (int)t.state, TASK_JUDGED));
    cr_expect(eq(int, t.changed, 0));
    cr_expect(eq(int, draft_says_the_same(&before, &t.draft, &f.rubric), 1));
    cr_expect(eq(int, t.draft.pasted, 5));
    cr_expect(epsilon_eq(dbl, t.draft.seconds, 12, 1e-9));
    submit(ada); /* says nothing new */
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM judgement"), 6));
    /* in the words of each pair the letters are its own */
    cr_expect(eq(i64,
                 fixture_count(&f, "SELECT count(*) FROM judgement WHERE justification LIKE '%@C%' OR justification "
                                   "NOT LIKE '%@A2 and @Z are no letters'"),
                 0));
    draft_free(&before);
}

/* One answer's passages stand in one judgement, whichever of its comparisons that is of. */
Test(ranking, marked_passages_of_every_answer_come_back)
{
    int64_t item = next(ada);
    rank();
    for (int i = 0; i < 4; i++)
        draft_add_span(&t.draft, i, (size_t)i, (size_t)i + 2, i % 3 - 1, "why", 3);
    draft_add_span(&t.draft, 2, 1, 4, 1, "", 0);
    draft_add_span(&t.draft, 0, 0, 2, -1, "why", 3);
    struct draft before;
    draft_init(&before);
    draft_copy(&before, &t.draft);
    submit(ada);
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM span"), 6));
    cr_expect(eq(i64,
                 fixture_count(&f, "SELECT count(*) FROM span s JOIN judgement USING (judgement) JOIN comparison c "
                                   "USING (comparison) WHERE s.response NOT IN (c.first, c.second)"),
                 0));
    must(task_load(f.db, ada, item, &f.rubric, &t, &f.err));
    cr_expect(draft_says_the_same(&before, &t.draft, &f.rubric));
    cr_expect(not(t.changed));
    cr_expect(eq(i64, undo(ada), item));
    cr_expect(draft_says_the_same(&before, &t.draft, &f.rubric), "the draft is as it was");
    draft_remove_span(&t.draft, 0);
    cr_expect(not(draft_says_the_same(&before, &t.draft, &f.rubric)));
    draft_free(&before);
}

Test(ranking, a_submit_is_one_step_back_and_one_forth)
{
    int64_t item = next(ada);
    rank();
    must(task_change(f.db, ada, item, &f.rubric, &t.draft, STEP_PLACE, &saved, &f.err));
    submit(ada);
    cr_expect(eq(i64, undo(ada), item));
    cr_expect(eq(i64, fixture_count(&f, JUDGED), 0));
    cr_expect(eq(i64, fixture_count(&f, "SELECT sum(people) FROM comparison"), 0));
    cr_expect(eq(int, (int)t.state, TASK_OPEN));
    cr_expect(eq(int, t.draft.place[2], 1));
    cr_expect(eq(int, t.draft.place[1], 3));
    cr_expect(eq(i64, redo(ada), item));
    cr_expect(eq(i64, fixture_count(&f, JUDGED), 6));
    cr_expect(eq(int, t.draft.place[1], 3));
    cr_expect(eq(int, t.changed, 0));
    undo(ada);
    undo(ada);
    cr_expect(eq(int, places_any(&t.draft), 0));
    cr_expect(eq(i64, fixture_count(&f, JUDGED), 0));
}

Test(ranking, a_draft_is_there_after_a_restart)
{
    int64_t item = next(ada);
    places_put(&t.draft, 3, 1);
    t.draft.cell = places_cell(&f.rubric, 1, -1);
    must(task_change(f.db, ada, item, &f.rubric, &t.draft, STEP_PLACE, &saved, &f.err));
    fixture_reopen(&f);
    cr_expect(eq(i64, next(ada), item));
    cr_expect(eq(int, t.draft.place[3], 1));
    cr_expect(eq(int, t.draft.cell, places_cell(&f.rubric, 1, -1)));
}

Test(ranking, a_skip_is_a_skip_of_every_pair)
{
    next(ada);
    places_put(&t.draft, 1, 1);
    must(task_submit(f.db, ada, t.comparison, &f.rubric, &t.draft, STEP_SKIP, "unclear", &f.rng, &saved, &f.err));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM latest WHERE kind = 'skipped'"), 6));
    undo(ada);
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM latest WHERE kind = 'skipped'"), 0));
}

Test(ranking, nobody_else_gets_what_one_person_holds)
{
    int64_t item = next(ada), other = next(bo);
    cr_expect(ne(i64, item, other));
    cr_expect(eq(int, t.n, 2));
    must(task_leave(f.db, ada, item, &f.err));
    struct task_progress p;
    must(task_get_progress(f.db, ada, &p, &f.err));
    cr_expect(eq(i64, p.waiting, p.total - 1)); /* bo's */
    next(ada);
    must(task_get_progress(f.db, bo, &p, &f.err));
    cr_expect(eq(i64, p.waiting, p.total - 6)); /* all of ada's ranking */
}

Test(ranking, as_many_people_as_the_overlap_says_rank_it)
{
    must(setting_change(f.db, SET_OVERLAP, "2", "owner", &f.err));
    int64_t cy = fixture_person(&f, "cy"), item = next(ada);
    rank();
    submit(ada);
    cr_expect(eq(i64, next(bo), item));
    rank();
    submit(bo);
    cr_expect(ne(i64, next(cy), item));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM comparison WHERE people = 2"), 6));
}

Test(ranking, when_two_people_differ_one_more_ranks_all_of_it)
{
    must(setting_change(f.db, SET_OVERLAP, "2", "owner", &f.err));
    must(setting_change(f.db, SET_ESCALATE, "on", "owner", &f.err));
    int64_t cy = fixture_person(&f, "cy"), item = next(ada);
    for (int i = 0; i < 4; i++)
        places_put(&t.draft, i, i + 1);
    char first[33], second[33];
    memcpy(first, t.answer[0], sizeof first);
    memcpy(second, t.answer[1], sizeof second);
    submit(ada);
    next(bo); /* the same order, but for the first two */
    int at = 0, letters[4];
    for (int i = 0; i < 4; i++)
        if (strcmp(t.answer[i], second) == 0)
            letters[at++] = i;
    for (int i = 0; i < 4; i++)
        if (strcmp(t.answer[i], first) == 0)
            letters[at++] = i;
    for (int i = 0; i < 4; i++)
        if (strcmp(t.answer[i], first) != 0 && strcmp(t.answer[i], second) != 0)
            letters[at++] = i;
    for (int i = 0; i < 4; i++)
        places_put(&t.draft, letters[i], i + 1);
    submit(bo);
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM comparison WHERE wanted = 3"), 6));
    cr_expect(eq(i64, next(cy), item));
}

Test(ranking, gold_within_it_is_given_to_everybody)
{
    next(ada);
    rank();
    submit(ada);
    int64_t cy = fixture_person(&f, "cy"), item = t.comparison;
    fixture_sql(&f,
                "INSERT INTO gold SELECT comparison, '{\"better\":\"first\"}', 0, 5 FROM comparison WHERE lead IS NOT "
                "NULL AND lead <> comparison LIMIT 1");
    cr_expect(eq(i64, next(cy), item));
    rank();
    submit(cy);
    cr_expect(ne(i64, next(cy), item));
}

/* In a block of as many draws as there are answers, each answer stands in each place once. */
Test(ranking, the_order_is_drawn_once_and_balanced)
{
    struct buf b = BUF_INIT;
    int count[4][4] = {{0}};
    for (int p = 0; p < 40; p++)
        buf_addf(&b,
                 "{\"prompt\":\"p%d\",\"completions\":[{\"completion\":\"w\"},{\"completion\":\"x\"},"
                 "{\"completion\":\"y\"},{\"completion\":\"z\"}]}\n",
                 p);
    must(fixture_import(&f, "many.jsonl", "open-instruct", b.ptr));
    buf_free(&b);
    for (int drawn = 0; drawn < 40;) {
        if (next(ada) == 0)
            break;
        if (t.n == 4 && t.len[0] == 1) {
            for (int place = 0; place < 4; place++)
                count[t.text[place][0] - 'w'][place]++;
            drawn++;
        }
        if (t.n > 2)
            rank();
        else
            t.draft.preference = 1;
        submit(ada);
    }
    /* two more of four answers came first: blocks may be cut at both ends */
    for (int i = 0; i < 4; i++)
        for (int place = 0; place < 4; place++) {
            cr_expect(ge(int, count[i][place], 9));
            cr_expect(le(int, count[i][place], 11));
        }
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM audit WHERE what = 'order'"), 42));
}

Test(ranking, reviewers_decide_on_single_comparisons)
{
    int64_t item = next(ada), reviewer;
    rank();
    submit(ada);
    must(annotator_reviewer(f.db, "eve", &reviewer, &f.err));
    must(task_enter(f.db, reviewer, item, &f.rng, &f.err));
    must(task_load(f.db, reviewer, item, &f.rubric, &t, &f.err));
    cr_expect(eq(int, t.n, 2));
    t.draft.preference = 1;
    must(task_decide(f.db, reviewer, item, &f.rubric, &t.draft, &f.rng, &saved, &f.err));
    cr_expect(eq(i64, fixture_count(&f, JUDGED), 7));
}

Test(ranking, an_answer_that_comes_later_stands_behind_the_others)
{
    char shown[4][33];
    next(ada);
    memcpy(shown, t.answer, sizeof shown);
    rank();
    submit(ada);
    must(fixture_import(&f, "more.jsonl", "open-instruct",
                        "{\"prompt\":\"question 0\",\"completions\":[{\"completion\":\"answer 0 of 0\"},"
                        "{\"completion\":\"a late one\"}]}\n"));
    int64_t again = 0;
    for (int i = 0; i < 60 && again == 0; i++) {
        next(ada);
        if (t.n == 5)
            again = t.comparison;
        else {
            if (t.n == 4)
                rank();
            else
                t.draft.preference = 1;
            submit(ada);
        }
    }
    cr_assert(ne(i64, again, 0));
    for (int i = 0; i < 4; i++)
        same_text(t.answer[i], shown[i]);
    cr_expect(eq(int, t.draft.place[2], 1));
    cr_expect(eq(int, t.draft.place[4], 0));
    places_put(&t.draft, 4, 1);
    submit(ada);
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM comparison WHERE lead IS NOT NULL AND prompt = 1"), 10));
    cr_expect(eq(i64,
                 fixture_count(&f, "SELECT count(*) FROM latest JOIN comparison USING (comparison) WHERE prompt = 1 "
                                   "AND kind = 'judged'"),
                 10));
}

Test(ranking, ratings_count_once_wherever_an_answer_stands)
{
    static const char rated[] =
        "{\"name\":\"own\",\"ranking\":true,\"attributes\":[{\"key\":\"helpfulness\",\"label\":\"H\",\"about\":\"h\","
        "\"min\":0,\"max\":4,\"levels\":[\"0\",\"1\",\"2\",\"3\",\"4\"]}],\"preference\":{\"max\":3}}";
    must(rubric_parse(rated, strlen(rated), "own", &f.arena, &f.rubric, &f.err));
    must(rubric_save(f.db, &f.rubric, &f.err));
    int64_t item = next(ada);
    rank();
    for (int i = 0; i < 4; i++)
        t.draft.rating[i][0] = i;
    submit(ada);
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM rating"), 4));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(DISTINCT response) FROM rating"), 4));
    cr_expect(eq(i64, fixture_count(&f, "SELECT max(preference) - min(preference) >= 2 FROM judgement"), 1));
    must(task_load(f.db, ada, item, &f.rubric, &t, &f.err));
    for (int i = 0; i < 4; i++)
        cr_expect(eq(int, t.draft.rating[i][0], i));
}

Test(ranking, a_draft_with_too_few_answers_is_refused)
{
    int64_t item = next(ada);
    struct draft two;
    draft_init(&two);
    two.preference = 1;
    fails(task_submit(f.db, ada, item, &f.rubric, &two, STEP_SUBMIT, NULL, &f.rng, &saved, &f.err), ERR_CONFLICT,
          "open it again");
    draft_free(&two);
}

static void merge(const char *from)
{
    struct db *other;
    struct merge_counts c;
    must(db_open(from, DB_READ, &other, &f.err));
    must(merge_from(f.db, other, "me", NULL, &c, &f.err));
    db_close(other);
}

/* Work on a copy: what is judged, begun and shown there comes along, and rankings of a prompt become one. */
Test(ranking, a_copy_that_ranked_can_be_merged)
{
    const char *path = fixture_path(&f, "copy.assay");
    must(db_backup(f.db, path, &f.err));
    struct fixture here = f;
    must(db_open(path, DB_WRITE, &f.db, &f.err));
    int64_t item = next(ada);
    rank();
    buf_adds(&t.draft.because, "@C it is");
    submit(ada);
    char shown[4][33];
    memcpy(shown, t.answer, sizeof shown);
    next(ada);
    t.draft.preference = 1;
    submit(ada);
    int64_t begun = next(ada);
    char begun_shown[4][33];
    memcpy(begun_shown, t.answer, sizeof begun_shown);
    places_put(&t.draft, 3, 1);
    must(task_change(f.db, ada, begun, &f.rubric, &t.draft, STEP_PLACE, &saved, &f.err));
    db_close(f.db);
    f.db = here.db;
    must(fixture_import(&f, "more.jsonl", "open-instruct",
                        "{\"prompt\":\"question 2\",\"completions\":[{\"completion\":\"answer 0 of 2\"},"
                        "{\"completion\":\"a late one\"}]}\n"));
    must(task_enter(f.db, bo, fixture_count(&f, "SELECT max(comparison) FROM comparison"), &f.rng, &f.err));
    merge(path);
    merge(path);
    must(task_load(f.db, ada, item, &f.rubric, &t, &f.err));
    cr_expect(eq(int, (int)t.state, TASK_JUDGED));
    cr_expect(eq(int, t.draft.place[2], 1));
    same_text(t.draft.because.ptr, "@C it is");
    for (int i = 0; i < 4; i++)
        same_text(t.answer[i], shown[i]);
    must(task_enter(f.db, ada, begun, &f.rng, &f.err));
    must(task_load(f.db, ada, begun, &f.rubric, &t, &f.err));
    cr_expect(eq(int, t.n, 5)); /* with the one that came here */
    cr_expect(eq(int, t.draft.place[3], 1));
    for (int i = 0; i < 4; i++)
        same_text(t.answer[i], begun_shown[i]);
}

#define IN_WORK "SELECT count(*) FROM comparison WHERE retired IS NULL AND prompt = 1"

Test(ranking, it_is_retired_and_comes_back_as_a_whole)
{
    int64_t item = next(ada);
    places_put(&t.draft, 3, 1);
    must(task_change(f.db, ada, item, &f.rubric, &t.draft, STEP_PLACE, &saved, &f.err));
    char shown[4][33];
    memcpy(shown, t.answer, sizeof shown);
    for (int64_t c = 1; c <= 6; c++) {
        cr_expect(eq(i64, fixture_count(&f, IN_WORK), 6));
        must(content_retire(f.db, c, true, "owner", "no good", &f.err));
        cr_expect(eq(i64, fixture_count(&f, IN_WORK), 0));
        cr_expect(ne(i64, next(ada), item));
        cr_expect(eq(int, t.n, 2), "the prompt with two answers comes next");
        must(task_leave(f.db, ada, t.comparison, &f.err));
        fails(content_in_work(f.db, 7 - c, &f.err), ERR_CONFLICT, "was retired on ");
        fails(content_in_work(f.db, c, &f.err), ERR_CONFLICT, ": no good; ");
        must(content_retire(f.db, 7 - c, false, "owner", NULL, &f.err));
        must(content_in_work(f.db, c, &f.err));
    }
    must(task_enter(f.db, ada, 3, &f.rng, &f.err));
    must(task_load(f.db, ada, item, &f.rubric, &t, &f.err));
    cr_expect(eq(int, t.n, 4));
    cr_expect(eq(int, t.draft.place[3], 1));
    for (int i = 0; i < 4; i++)
        same_text(t.answer[i], shown[i]);
}

Test(ranking, it_is_retired_as_a_whole_before_anybody_has_seen_it)
{
    must(content_retire(f.db, 2, true, "owner", NULL, &f.err));
    cr_expect(eq(i64, fixture_count(&f, IN_WORK), 0));
    next(ada);
    cr_expect(eq(int, t.n, 2));
}

/* A workspace of before: some of its comparisons are out of work. */
Test(ranking, one_with_retired_comparisons_goes_on_and_is_never_a_pair)
{
    int64_t item = next(ada), now;
    char sql[120];
    for (int left = 5; left > 0; left--, item = now) {
        snprintf(sql, sizeof sql,
                 "UPDATE comparison SET retired = 1 WHERE comparison = %d; UPDATE tally SET n = n - 1 WHERE people = 0",
                 (int)item);
        fixture_sql(&f, sql);
        must(ranking_relead(f.db, item, &f.err));
        now = next(ada);
        cr_expect(ne(i64, now, item));
        cr_expect(eq(int, t.n, 4), "%d left", left);
    }
    must(content_retire(f.db, item, false, "owner", NULL, &f.err));
    cr_expect(eq(i64, fixture_count(&f, IN_WORK), 6));
}

Test(ranking, one_more_person_is_wanted_for_all_of_it)
{
    int64_t item = next(ada), before, wanted, cy = fixture_person(&f, "cy");
    rank();
    submit(ada);
    cr_expect(ne(i64, next(cy), item));
    must(task_leave(f.db, cy, t.comparison, &f.err));
    must(assign_one_more(f.db, "owner", item == 1 ? 2 : 1, &before, &wanted, &f.err));
    cr_expect(eq(i64, wanted, 2));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM comparison WHERE wanted = 2"), 6));
    cr_expect(eq(i64, next(bo), item));
    rank();
    submit(bo);
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM comparison WHERE people = 2"), 6));
}

Test(ranking, what_the_owner_hands_out_is_the_whole_ranking)
{
    const int64_t two[] = {2, 3};
    size_t given = 0;
    struct assignment a = {.to = "bo", .comparisons = two, .n = 2, .ms = 60000};
    must(assign(f.db, "owner", &a, &f.rng, &given, &f.err));
    next(bo);
    cr_expect(eq(int, t.n, 4));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM assignment"), 1));
}

/* What was decided last holds for all of it, in either copy, whatever led where. */
Test(ranking, a_retirement_that_is_merged_is_of_the_whole)
{
    int64_t lead = next(ada);
    const char *path = fixture_path(&f, "copy.assay");
    for (int retired = 1; retired >= 0; retired--) {
        fixture_sql(&f, "UPDATE audit SET at = at - 1000");
        must(db_backup(f.db, path, &f.err));
        struct fixture here = f;
        must(db_open(path, DB_WRITE, &f.db, &f.err));
        must(content_retire(f.db, retired ? lead : lead + 1, retired, "bo", "no good", &f.err));
        db_close(f.db);
        f.db = here.db;
        merge(path);
        cr_expect(eq(i64, fixture_count(&f, IN_WORK), retired ? 0 : 6));
        next(retired ? bo : fixture_person(&f, "cy"));
        cr_expect(eq(int, t.n, retired ? 2 : 4));
        must(unlink(path) == 0);
    }
}
