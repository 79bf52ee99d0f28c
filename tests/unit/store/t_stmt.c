#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "store/db_internal.h"
#include "tests/support/store_fixture.h"

#include <sqlite3.h>
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

TestSuite(stmt, .init = open_one, .fini = close_one);

/* Statements that read all of a table on purpose: whole exports and counts, small tables. Everything else must search.
 */
static const char *const may_scan[] = {
    "AUDIT_LIST", "RUBRIC_LIST", "SOURCE_LIST", "RUN_LIST", "EMBEDDING_SET_GET", "EMBEDDING_SET_LIST", "RESPONSE_COUNT",
    "RESPONSE_EACH", "RESPONSE_ALONE_EACH", "RESPONSE_RATED_EACH", "COMPARISON_COUNT", "COMPARISON_EACH",
    "COMPARISON_EXPORT_EACH", "JUDGEMENT_WALK", "RATING_ATTRIBUTES", "ASPECT_ATTRIBUTES", "ANNOTATOR_LIMITS_EACH",
    "PROGRESS_OPEN_HELD", /* leases that run: a few */
    "RANKING_MOVE_SHUFFLE", "RANKING_MOVE_SHOWN", "RANKING_MOVE_SIDE", "RANKING_TURN_SIDE", "RANKING_MOVE_DRAFT",
    "RANKING_MOVE_ASSIGNMENT", "RANKING_MOVE_PLACE", /* people: a few */
    "TASK_BEGUN",                                    /* what one annotator has begun: a few */
    "ROLE_OF_ACCOUNT", "ROLE_OWNERS", "ROLE_EACH",   /* people: a few */
    /* an index of words is always said to be scanned */
    "WORDS_IN_TEXTS", "WORDS_IN_SAID", "BROWSE_TEXTS", "BROWSE_SAID", "GOLD_LIST", "GOLD_COUNT", "GOLD_MARKS",
    "GOLD_ANSWERS", "TASK_NEXT_GOLD", "QUEUE_GIVEN", "QUEUE_DISAGREEMENT", /* lists for the owner */

    "PROGRESS_OPEN", /* waits for more people than the overlap: a few */
    /* gold: a few */
    "OPINION_EACH", "OPINION_REPEAT_EACH", /* repeats: a few */
    "ITEM_COUNTS", "STATUS_COUNTS", "STATUS_SOURCES", "STATUS_ANNOTATORS", "STATUS_LABELLED",
    "STATUS_RECENT", /* annotators: a few */
    "TALLY_PLACES", "PROGRESS_TOTAL", "STATUS_SPLITS", "STATUS_HANDLED" /* tallies: a few */};

static bool is_allowed(const char *name, const char *plan)
{
    if (strncmp(name, "CHECK_", 6) == 0 || strncmp(name, "MERGE_", 6) == 0 || strncmp(name, "ANONYMISE_", 10) == 0 ||
        strstr(plan, "CONSTANT ROW") != NULL || strncmp(name, "STAGE_", 6) == 0 || strncmp(name, "BULK_", 5) == 0 ||
        strncmp(name, "ANY_", 4) == 0 || strstr(plan, "SCAN t VIRTUAL TABLE") != NULL) /* json_each of one text */
        return true;
    for (size_t i = 0; i < sizeof may_scan / sizeof *may_scan; i++)
        if (strcmp(name, may_scan[i]) == 0)
            return true;
    return strcmp(plan, "SCAN stands") == 0; /* a subquery of two searches */
}

Test(stmt, every_statement_prepares_and_none_reads_a_whole_table_unasked)
{
    sqlite3 *raw = f.db->sql; /* it has the staged tables */
    cr_assert(eq(int, sqlite3_exec(raw, "PRAGMA foreign_keys = OFF", NULL, NULL, NULL), SQLITE_OK));
    for (int id = 0; id < STMT_COUNT; id++) {
        struct buf sql = BUF_INIT;
        sqlite3_stmt *s = NULL;
        const char *name = stmt_name((enum stmt_id)id);
        buf_addf(&sql, "EXPLAIN QUERY PLAN %s", stmt_sql((enum stmt_id)id));
        cr_expect(eq(int, sqlite3_prepare_v2(raw, sql.ptr, -1, &s, NULL), SQLITE_OK), "%s: %s", name,
                  sqlite3_errmsg(raw));
        while (sqlite3_step(s) == SQLITE_ROW) {
            const char *plan = (const char *)sqlite3_column_text(s, 3);
            cr_expect(eq(int, strstr(plan, "AUTOMATIC") == NULL, 1), "%s: %s", name, plan);
            if (strncmp(plan, "SCAN", 4) == 0)
                cr_expect(eq(int, is_allowed(name, plan), 1), "%s: %s", name, plan);
        }
        sqlite3_finalize(s);
        buf_free(&sql);
    }
}

Test(stmt, values_come_back_as_they_were_bound)
{
    struct rows q;
    must(stmt_run(f.db, STMT_SETTING_SET, ARGS(v_str("a"), v_text("x\xC3\xA9y", 3)), &f.err));
    must(rows_open(&q, f.db, STMT_SETTING_GET, ARGS(v_str("a")), &f.err));
    cr_assert(eq(int, rows_next(&q), 1));
    cr_expect(eq(sz, rows_text(&q, 0).len, 3));
    same_text(rows_dup(&q, 0, &f.arena), "x\xC3\xA9");
    cr_expect(eq(int, rows_next(&q), 0));
    must(rows_close(&q, &f.err));
    fails(stmt_run(f.db, STMT_SETTING_SET, ARGS(v_str("a"), v_null()), &f.err), ERR_CONFLICT, "NOT NULL");
}

Test(stmt, a_running_statement_can_be_used_again_inside)
{
    struct rows outer;
    int pairs = 0;
    fixture_fill(&f, 3);
    must(rows_open(&outer, f.db, STMT_RESPONSE_EACH, NO_ARGS, &f.err));
    while (rows_next(&outer)) {
        struct rows inner;
        must(rows_open(&inner, f.db, STMT_RESPONSE_EACH, NO_ARGS, &f.err));
        while (rows_next(&inner))
            pairs++;
        must(rows_close(&inner, &f.err));
    }
    must(rows_close(&outer, &f.err));
    cr_expect(eq(int, pairs, 36));
}

Test(stmt, an_integer_that_is_not_there_leaves_the_answer_alone)
{
    int64_t n = 42;
    must(stmt_int(f.db, STMT_SOURCE_FIND, ARGS(v_str("none")), &n, &f.err));
    cr_expect(eq(i64, n, 42));
}
