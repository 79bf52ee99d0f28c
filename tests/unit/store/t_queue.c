#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "store/annotator.h"
#include "store/content.h"
#include "store/setting.h"
#include "tests/support/store_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct fixture f;

static void open_one(void)
{
    fixture_open(&f, "pairwise");
}

static void close_one(void)
{
    fixture_close(&f);
}

TestSuite(queue, .init = open_one, .fini = close_one);

static int64_t next(int64_t who)
{
    int64_t c = -1;
    must(task_next(f.db, who, ORDER_GIVEN, &f.rng, &c, &f.err));
    return c;
}

Test(queue, work_is_handed_out_in_the_order_given_until_nothing_is_left)
{
    fixture_fill(&f, 3);
    int64_t ada = fixture_person(&f, "ada");
    for (int64_t i = 1; i <= 3; i++) {
        cr_expect(eq(i64, next(ada), i));
        fixture_judge(&f, ada, i, 1);
    }
    cr_expect(eq(i64, next(ada), 0));
}

Test(queue, what_was_on_the_screen_comes_again_after_a_restart)
{
    fixture_fill(&f, 3);
    int64_t ada = fixture_person(&f, "ada");
    must(task_enter(f.db, ada, 2, &f.rng, &f.err));
    fixture_reopen(&f);
    cr_expect(eq(i64, next(ada), 2));
    cr_expect(eq(i64, next(ada), 2));
}

Test(queue, what_was_begun_comes_before_what_is_new)
{
    fixture_fill(&f, 4);
    int64_t ada = fixture_person(&f, "ada"), saved;
    struct draft d;
    draft_init(&d);
    d.preference = 1;
    must(task_enter(f.db, ada, 3, &f.rng, &f.err));
    must(task_change(f.db, ada, 3, &f.rubric, &d, STEP_PREFER, &saved, &f.err));
    fixture_judge(&f, ada, 1, 1);
    cr_expect(eq(i64, next(ada), 3));
    draft_free(&d);
}

Test(queue, two_people_never_hold_the_same_slot)
{
    fixture_fill(&f, 2);
    struct db *second;
    int64_t ada = fixture_person(&f, "ada"), bob = fixture_person(&f, "bob"), c = 0;
    must(db_open(f.path, DB_WRITE, &second, &f.err));
    cr_expect(eq(i64, next(ada), 1));
    must(task_next(second, bob, ORDER_GIVEN, &f.rng, &c, &f.err));
    cr_expect(eq(i64, c, 2));
    must(task_next(second, fixture_person(&f, "cem"), ORDER_GIVEN, &f.rng, &c, &f.err));
    cr_expect(eq(i64, c, 0));
    fixture_judge(&f, ada, 1, 1);
    cr_expect(eq(i64, next(ada), 0));
    db_close(second);
}

/* One annotator of several, in a process of their own: judges whatever is handed out until nothing is left. */
static void work_alone(int k)
{
    struct db *db;
    struct rng rng;
    struct draft d;
    struct err err;
    int64_t who, c = 1, saved;
    char name[24];
    snprintf(name, sizeof name, "person%d", k);
    rng_seed(&rng, (uint64_t)k);
    draft_init(&d);
    d.preference = 1;
    bool ok = db_open(f.path, DB_WRITE, &db, &err) && annotator_person(db, name, &who, &err);
    while (ok && c != 0)
        ok = task_next(db, who, k % 2 ? ORDER_GIVEN : ORDER_RANDOM, &rng, &c, &err) &&
             (c == 0 || task_submit(db, who, c, &f.rubric, &d, STEP_SUBMIT, NULL, &rng, &saved, &err));
    _exit(ok ? 0 : 1);
}

Test(queue, people_who_work_at_the_same_time_never_judge_the_same_item)
{
    enum { PEOPLE = 3, N = 40 };
    pid_t pid[PEOPLE];
    fixture_fill(&f, N);
    db_close(f.db);
    f.db = NULL;
    for (int k = 0; k < PEOPLE; k++)
        if ((pid[k] = fork()) == 0)
            work_alone(k);
    for (int k = 0; k < PEOPLE; k++) {
        int status = -1;
        waitpid(pid[k], &status, 0);
        cr_expect(eq(int, status, 0));
    }
    must(db_open(f.path, DB_WRITE, &f.db, &f.err));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM judgement"), N));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(DISTINCT comparison) FROM judgement"), N));
}

Test(queue, a_lease_that_ran_out_frees_the_slot)
{
    fixture_fill(&f, 1);
    int64_t ada = fixture_person(&f, "ada"), bob = fixture_person(&f, "bob");
    cr_expect(eq(i64, next(ada), 1));
    cr_expect(eq(i64, next(bob), 0));
    fixture_sql(&f, "UPDATE assignment SET expires = 1");
    cr_expect(eq(i64, next(bob), 1));
    cr_expect(eq(i64, next(ada), 0));
}

Test(queue, overlap_says_how_many_people_judge_an_item)
{
    fixture_fill(&f, 1);
    must(setting_set_int(f.db, "overlap", 2, &f.err));
    int64_t ada = fixture_person(&f, "ada"), bob = fixture_person(&f, "bob"), cem = fixture_person(&f, "cem");
    cr_expect(eq(i64, next(ada), 1));
    cr_expect(eq(i64, next(bob), 1));
    cr_expect(eq(i64, next(cem), 0));
    fixture_judge(&f, ada, 1, 1);
    fixture_judge(&f, bob, 1, 1);
    cr_expect(eq(i64, next(cem), 0));
}

Test(queue, what_came_with_imported_data_fills_no_slot)
{
    must(fixture_import(&f, "hh.jsonl", NULL,
                        "{\"chosen\":\"\\n\\nHuman: Hi\\n\\nAssistant: Yes.\",\"rejected\":\"\\n\\nHuman: "
                        "Hi\\n\\nAssistant: No.\"}\n"));
    cr_expect(eq(i64, f.counts.judgements.made, 1));
    cr_expect(eq(i64, next(fixture_person(&f, "ada")), 1));
}

Test(queue, retired_items_are_not_handed_out)
{
    fixture_fill(&f, 2);
    must(content_retire(f.db, 1, true, "ada", NULL, &f.err));
    int64_t ada = fixture_person(&f, "ada");
    cr_expect(eq(i64, next(ada), 2));
    must(content_retire(f.db, 1, false, "ada", NULL, &f.err));
    fixture_judge(&f, ada, 2, 1);
    cr_expect(eq(i64, next(ada), 1));
    fails(content_retire(f.db, 99, true, NULL, NULL, &f.err), ERR_MISSING, "no such comparison");
}

Test(queue, random_order_reaches_every_item_once)
{
    enum { N = 40 };
    bool seen[N + 1] = {false};
    int in_order = 0;
    fixture_fill(&f, N);
    int64_t ada = fixture_person(&f, "ada");
    for (int i = 1; i <= N; i++) {
        int64_t c = 0;
        must(task_next(f.db, ada, ORDER_RANDOM, &f.rng, &c, &f.err));
        cr_assert(all(ge(i64, c, 1), le(i64, c, N)));
        cr_expect(eq(int, seen[c], 0));
        seen[c] = true;
        in_order += c == i;
        fixture_judge(&f, ada, c, 1);
    }
    cr_expect(lt(int, in_order, N / 2));
}

Test(queue, sides_are_balanced_in_every_block_and_stay_as_drawn)
{
    enum { BLOCKS = 6, N = BLOCKS * TASK_SIDE_BLOCK };
    fixture_fill(&f, N);
    int64_t ada = fixture_person(&f, "ada");
    for (int64_t c = 1; c <= N; c++)
        must(task_enter(f.db, ada, c, &f.rng, &f.err));
    char sql[200];
    for (int b = 0; b < BLOCKS; b++) {
        snprintf(sql, sizeof sql, "SELECT count(*) FROM side WHERE a_is = 1 AND ordinal / %d = %d", TASK_SIDE_BLOCK, b);
        cr_expect(eq(i64, fixture_count(&f, sql), TASK_SIDE_BLOCK / 2));
    }
    int64_t before = fixture_count(&f, "SELECT sum(comparison * a_is) FROM side");
    for (int64_t c = 1; c <= N; c++)
        must(task_enter(f.db, ada, c, &f.rng, &f.err));
    cr_expect(eq(i64, fixture_count(&f, "SELECT sum(comparison * a_is) FROM side"), before));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM audit WHERE what = 'side' AND who = 'ada'"), N));
    cr_expect(ne(i64,
                 fixture_count(&f, "SELECT count(DISTINCT o) FROM (SELECT group_concat(a_is) o FROM side GROUP BY "
                                   "ordinal / 8)"),
                 1));
}

Test(queue, history_goes_back_and_forth_in_the_order_first_seen)
{
    fixture_fill(&f, 3);
    int64_t ada = fixture_person(&f, "ada"), c;
    must(task_enter(f.db, ada, 2, &f.rng, &f.err));
    must(task_enter(f.db, ada, 3, &f.rng, &f.err));
    must(task_enter(f.db, ada, 1, &f.rng, &f.err));
    must(task_neighbour(f.db, ada, 1, -1, &c, &f.err));
    cr_expect(eq(i64, c, 3));
    must(task_neighbour(f.db, ada, 3, -1, &c, &f.err));
    cr_expect(eq(i64, c, 2));
    must(task_neighbour(f.db, ada, 2, -1, &c, &f.err));
    cr_expect(eq(i64, c, 0));
    must(task_neighbour(f.db, ada, 2, +1, &c, &f.err));
    cr_expect(eq(i64, c, 3));
    must(task_neighbour(f.db, ada, 0, -1, &c, &f.err));
    cr_expect(eq(i64, c, 1));
}

Test(queue, an_item_is_found_by_the_beginning_of_its_id)
{
    fixture_fill(&f, 2);
    struct task t;
    int64_t ada = fixture_person(&f, "ada"), c = 0;
    char part[33];
    task_init(&t);
    must(task_enter(f.db, ada, 2, &f.rng, &f.err));
    must(task_load(f.db, ada, 2, &f.rubric, &t, &f.err));
    must(task_find(f.db, t.id, &c, &f.err));
    cr_expect(eq(i64, c, 2));
    snprintf(part, sizeof part, "%.9s", t.id);
    must(task_find(f.db, part, &c, &f.err));
    cr_expect(eq(i64, c, 2));
    must(task_find(f.db, "ffffffff", &c, &f.err));
    cr_expect(eq(i64, c, 0));
    fails(task_find(f.db, "abc", &c, &f.err), ERR_SYNTAX, "is no id");
    fails(task_find(f.db, "xyzxyz", &c, &f.err), ERR_SYNTAX, "is no id");
    fixture_sql(&f, "UPDATE comparison SET id = CAST(zeroblob(15) || x'01' AS BLOB) WHERE comparison = 1;"
                    "UPDATE comparison SET id = CAST(zeroblob(15) || x'02' AS BLOB) WHERE comparison = 2");
    f.faulty = true;
    fails(task_find(f.db, "0000", &c, &f.err), ERR_CONFLICT, "give more digits");
    task_release(&t);
}

Test(queue, names_of_people_are_checked)
{
    int64_t row = 0, again = 0;
    must(annotator_person(f.db, "ada", &row, &f.err));
    must(annotator_person(f.db, "ada", &again, &f.err));
    cr_expect(eq(i64, row, again));
    fails(annotator_person(f.db, "", &row, &f.err), ERR_USAGE, "is empty");
    fails(annotator_person(f.db, "source:x", &row, &f.err), ERR_USAGE, "begin with \"source:\"");
    fails(annotator_person(f.db, " ada", &row, &f.err), ERR_USAGE, "no blank at its ends");
    fails(annotator_person(f.db, "a\tb", &row, &f.err), ERR_USAGE, "control character");
    fails(annotator_person(f.db,
                           "a\xFF"
                           "b",
                           &row, &f.err),
          ERR_USAGE, "not UTF-8");
}

Test(queue, progress_counts_what_is_done_and_what_waits)
{
    struct task_progress p;
    int64_t saved;
    struct draft d;
    fixture_fill(&f, 10);
    int64_t ada = fixture_person(&f, "ada"), bob = fixture_person(&f, "bob");
    must(content_retire(f.db, 10, true, NULL, NULL, &f.err));
    fixture_judge(&f, ada, 1, 1);
    draft_init(&d);
    must(task_enter(f.db, ada, 2, &f.rng, &f.err));
    must(task_submit(f.db, ada, 2, &f.rubric, &d, STEP_SKIP, "unclear", &f.rng, &saved, &f.err));
    fixture_judge(&f, bob, 3, 1);
    must(task_enter(f.db, bob, 4, &f.rng, &f.err));
    must(task_get_progress(f.db, ada, &p, &f.err));
    cr_expect(eq(i64, p.total, 9));
    cr_expect(eq(i64, p.done, 2));
    cr_expect(eq(i64, p.today, 1));
    cr_expect(eq(i64, p.waiting, 5));
    must(setting_set_int(f.db, "overlap", 2, &f.err));
    must(task_get_progress(f.db, ada, &p, &f.err));
    cr_expect(eq(i64, p.waiting, 7));
    draft_free(&d);
}
