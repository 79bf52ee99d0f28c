#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "store/bulk.h"
#include "store/db_internal.h"
#include "store/workspace.h"
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

TestSuite(bulk, .init = open_one, .fini = close_one);

/* Files with everything that a record can do to those before it. */
static const struct {
    const char *format, *text;
} files[] = {
    {"trl", "{\"prompt\":\"a\",\"chosen\":\"x\",\"rejected\":\"y\"}\n"
            "{\"prompt\":\"a\",\"chosen\":\"y\",\"rejected\":\"x\"}\n"                     /* the other way round */
            "{\"prompt\":\"a\",\"chosen\":\"x\",\"rejected\":\"y\"}\n"                     /* said already */
            "{\"prompt\":\"new\",\"chosen\":\"n1\",\"rejected\":\" \"}\n"                  /* refused when half is in */
            "{\"prompt\":\"b\",\"chosen\":\"x\",\"rejected\":\"x\"}\n"                     /* refused as a whole */
            "{\"prompt\":\"b\",\"chosen\":\"x\",\"rejected\":\"z\",\"split\":\"test\"}\n"  /* after that prompt */
            "{\"prompt\":\"a\",\"chosen\":\"x\",\"rejected\":\"y\",\"split\":\"train\"}\n" /* learns its split */
            "{\"prompt\":\"new\",\"chosen\":\"n2\",\"rejected\":\"n1\"}\n"
            "not JSON\n"},
    {"trl", "{\"prompt\":\"p\",\"completion\":\"c\",\"label\":true}\n"
            "{\"prompt\":\"p\",\"completion\":\"c\",\"label\":false}\n"
            "{\"prompt\":\"p\",\"completion\":\"c\",\"label\":true}\n"},
    {"multipref",
     "{\"text\":\"q\",\"completion_a\":\"one\",\"completion_b\":\"two\",\"model_a\":\"m\",\"model_b\":\"n\","
     "\"normal_worker_annotations\":[{\"evaluator\":\"ann\",\"overall_pref\":\"A-is-clearly-better\"},"
     "{\"evaluator\":\"bob\",\"overall_pref\":\"B-is-slightly-better\"}],\"expert_worker_annotations\":[]}\n"},
    {"ultrafeedback",
     "{\"instruction\":\"q\",\"completions\":[{\"model\":\"m\",\"response\":\"one\",\"annotations\":{\"helpfulness\":"
     "{\"Rating\":\"3\"}}},{\"model\":\"n\",\"response\":\"two\",\"annotations\":{\"helpfulness\":{\"Rating\":"
     "\"4\"}}}]}\n"},
    {"helpsteer2", "{\"prompt\":\"h\",\"response\":\"one\",\"helpfulness\":4,\"correctness\":3,\"coherence\":4,"
                   "\"complexity\":1,\"verbosity\":2}\n"
                   "{\"prompt\":\"h\",\"response\":\"two\",\"helpfulness\":1,\"correctness\":3,\"coherence\":4,"
                   "\"complexity\":1,\"verbosity\":2}\n"
                   "{\"prompt\":\"h\",\"response\":\"\",\"helpfulness\":1,\"correctness\":3,\"coherence\":4,"
                   "\"complexity\":1,\"verbosity\":2}\n"},
    {"axolotl", "{\"prompt\":\"n\",\"answers\":[{\"answer\":\"one\",\"rank\":1,\"model\":\"m\"},"
                "{\"answer\":\"two\",\"rank\":2},{\"answer\":\"two\",\"rank\":3,\"model\":\"late\"}]}\n"},
    {"judgements", "{\"prompt\":\"j\",\"responses\":[{\"text\":\"one\"},{\"text\":\"two\"}],\"principle\":\"be brief\","
                   "\"judgement\":{\"annotator\":\"ada\",\"preference\":2}}\n"},
    {"trl", "{\"prompt\":\"after\",\"chosen\":\"x\",\"rejected\":\"y\"}\n"},
};
enum { FILES = sizeof files / sizeof *files };

struct outcome {
    struct buf counts;
    const char *tables;
};

static void add_counts(struct buf *b, const struct fixture *at)
{
    const struct import_counts *c = &at->counts;
    const struct import_tally *all[] = {&c->prompts, &c->responses, &c->comparisons, &c->judgements};
    buf_addf(b, "%s %lld read, %lld refused:", c->format, (long long)c->records, (long long)c->refused);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_addf(b, " %lld+%lld", (long long)all[i]->made, (long long)all[i]->known);
    buf_addf(b, "\n%s", at->refusals.ptr != NULL ? at->refusals.ptr : "");
}

static bool import_each(struct db *db, void *ctx, struct err *err)
{
    (void)db;
    struct outcome *o = ctx;
    for (size_t i = 0; i < FILES; i++) {
        if (!fixture_import(&f, "file.jsonl", files[i].format, files[i].text)) {
            *err = f.err;
            return false;
        }
        add_counts(&o->counts, &f);
    }
    return true;
}

/* Everything that stands in the tables, in the order of their keys. */
static const char *tables(void)
{
    static const char *const queries[] = {
        "SELECT prompt, hex(id), messages FROM prompt ORDER BY 1",
        "SELECT response, hex(id), prompt, text, model, language, tags FROM response ORDER BY 1",
        "SELECT comparison, hex(id), prompt, first, second, source, split, people, principle FROM comparison ORDER BY "
        "1",
        "SELECT judgement, hex(id), comparison, response, annotator, revision, kind, preference, neither, "
        "justification, "
        "reason, a_is, rubric, extra FROM judgement ORDER BY 1",
        "SELECT comparison, response, annotator, judgement, kind FROM latest ORDER BY judgement",
        "SELECT judgement, response, attribute, value, position FROM rating ORDER BY 1, 2, 3",
        "SELECT source, split, people, n FROM tally WHERE n > 0 ORDER BY 1, 2, 3",
        "SELECT annotator, name, kind FROM annotator ORDER BY 1",
        "SELECT source, name FROM source ORDER BY 1",
        "SELECT rubric, name FROM rubric ORDER BY 1",
        "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY 1, 2",
        "SELECT integrity_check FROM pragma_integrity_check", /* also that each index agrees with its table */
        "SELECT hex(id), (SELECT count(*) FROM response INDEXED BY response_by_id WHERE response.id = p.id), "
        "(SELECT prompt FROM prompt INDEXED BY prompt_by_id WHERE prompt.id = p.id) FROM prompt p ORDER BY 1"};
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        sqlite3_stmt *s;
        cr_assert(eq(int, sqlite3_prepare_v2(f.db->sql, queries[i], -1, &s, NULL), SQLITE_OK), "%s", queries[i]);
        while (sqlite3_step(s) == SQLITE_ROW) {
            for (int k = 0; k < sqlite3_column_count(s); k++) {
                const char *text = (const char *)sqlite3_column_text(s, k);
                buf_addf(&b, "%s|", text != NULL ? text : "-");
            }
            buf_addc(&b, '\n');
        }
        sqlite3_finalize(s);
    }
    const char *text = arena_ndup(&f.arena, b.ptr, b.len);
    buf_free(&b);
    return text;
}

static void see(struct outcome *o)
{
    o->tables = tables();
}

Test(bulk, what_is_filled_fast_is_what_is_filled_row_by_row)
{
    struct outcome slow = {.counts = BUF_INIT}, fast = {.counts = BUF_INIT};
    must(db_write(f.db, import_each, &slow, &f.err));
    see(&slow);
    db_close(f.db);
    db_remove(f.path);
    must(workspace_create(f.path, &f.rubric, NULL, &f.db, &f.err));
    must(bulk_write(f.db, 0, import_each, &fast, &f.err));
    see(&fast);
    same_text(fast.counts.ptr, slow.counts.ptr);
    same_text(fast.tables, slow.tables);
    buf_free(&slow.counts);
    buf_free(&fast.counts);
}

static bool see_that_it_is_on(struct db *db, void *ctx, struct err *err)
{
    (void)err;
    *(bool *)ctx = bulk_on(db);
    return true;
}

Test(bulk, it_is_for_much_data_and_a_new_workspace_only)
{
    bool on = false;
    must(bulk_write(f.db, BULK_LEAST_BYTES, see_that_it_is_on, &on, &f.err));
    cr_expect(eq(int, on, 1));
    must(bulk_write(f.db, BULK_LEAST_BYTES - 1, see_that_it_is_on, &on, &f.err));
    cr_expect(eq(int, on, 0));
    fixture_fill(&f, 1);
    must(bulk_write(f.db, 0, see_that_it_is_on, &on, &f.err));
    cr_expect(eq(int, on, 0));
}

static int64_t journal_is_wal(void)
{
    return fixture_count(&f, "SELECT journal_mode = 'wal' FROM pragma_journal_mode");
}

Test(bulk, the_log_is_back_afterwards_and_stays_when_others_need_it)
{
    struct outcome o = {.counts = BUF_INIT};
    struct db *other = NULL;
    must(db_open(f.path, DB_READ, &other, &f.err));
    int64_t n = -1;
    must(stmt_int(other, STMT_BULK_IS_NEW, NO_ARGS, &n, &f.err));
    cr_expect(eq(i64, n, 1));
    must(bulk_write(f.db, 0, import_each, &o, &f.err));
    must(stmt_int(other, STMT_BULK_IS_NEW, NO_ARGS, &n, &f.err));
    cr_expect(eq(i64, n, 0));
    db_close(other);
    cr_expect(eq(i64, journal_is_wal(), 1));
    buf_free(&o.counts);
}

static bool import_and_fail(struct db *db, void *ctx, struct err *err)
{
    return import_each(db, ctx, err) && err_set(err, ERR_STOPPED, "enough");
}

static bool go_on_after_a_failure(struct db *db, void *ctx, struct err *err)
{
    cr_expect(eq(int, db_write(db, import_and_fail, ctx, err), 0));
    cr_expect(eq(int, bulk_on(db), 0));
    return fixture_import(&f, "last.jsonl", "trl", files[FILES - 1].text);
}

Test(bulk, what_fails_leaves_a_new_workspace)
{
    struct outcome o = {.counts = BUF_INIT};
    fails(bulk_write(f.db, 0, import_and_fail, &o, &f.err), ERR_STOPPED, "enough");
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM prompt"), 0));
    cr_expect(eq(i64, journal_is_wal(), 1));
    must(bulk_write(f.db, 0, go_on_after_a_failure, &o, &f.err));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM prompt"), 1));
    buf_free(&o.counts);
}

enum { MANY = 60000 };

/* More than waits at once, so that the other thread has its part in it; every tenth prompt was there before. */
static bool put_many(struct db *db, void *ctx, struct err *err)
{
    char text[40];
    for (int i = 0; i < MANY; i++) {
        int n = snprintf(text, sizeof text, "prompt %d", i % 10 == 9 ? i - 9 : i);
        const struct message m = {.role = {"user", 4}, .content = {text, (size_t)n}};
        struct content_row prompt, response[2], again, comparison;
        bool swapped, keep = i % 7 != 3;
        int64_t source;
        bulk_record_begin(db);
        if (!content_source(db, (struct json_text){"many", 4}, &source, err) ||
            !content_prompt(db, &m, 1, &prompt, err) ||
            !content_response(db, &prompt, &(struct new_response){.text = {"a", 1}}, &response[0], err) ||
            !content_response(db, &prompt, &(struct new_response){.text = {"b", 1}}, &response[1], err) ||
            !content_response(db, &prompt, &(struct new_response){.text = {"a", 1}}, &again, err) ||
            !content_comparison(db, prompt.row, &response[0], &response[1], source, NULL, &comparison, &swapped, err) ||
            !(keep ? bulk_record_end(db, err) : bulk_record_undo(db, err)))
            return false;
        cr_assert(not(again.made), "one answer twice in a record");
        cr_assert(eq(i64, again.row, response[0].row));
        *(int *)ctx += keep && comparison.made;
    }
    return true;
}

Test(bulk, records_given_up_among_many_leave_nothing)
{
    int made = 0;
    must(bulk_write(f.db, 0, put_many, &made, &f.err));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM comparison"), made));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM response"), 2 * made));
    cr_expect(eq(i64, fixture_count(&f, "SELECT sum(n) FROM tally"), made));
    cr_expect(eq(i64, fixture_count(&f, "SELECT max(prompt) FROM prompt"), made));
}

/* The other thread finds the disk full; whoever goes on hears of it. */
Test(bulk, a_full_disk_is_told_and_leaves_a_new_workspace)
{
    int made = 0;
    cr_assert(eq(int, sqlite3_exec(f.db->sql, "PRAGMA max_page_count = 300", NULL, NULL, NULL), SQLITE_OK));
    fails(bulk_write(f.db, 0, put_many, &made, &f.err), ERR_IO, "full");
    cr_expect(gt(int, made, 0));
    cr_assert(eq(int, sqlite3_exec(f.db->sql, "PRAGMA max_page_count = 1000000", NULL, NULL, NULL), SQLITE_OK));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM prompt"), 0));
    cr_expect(
        eq(i64, fixture_count(&f, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0));
    made = 0;
    must(bulk_write(f.db, 0, put_many, &made, &f.err));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM comparison"), made));
}

/* Somebody else's row takes a number that was given to one which waits. */
static bool put_beside(struct db *db, void *ctx, struct err *err)
{
    (void)ctx;
    cr_assert(eq(
        int, sqlite3_exec(db->sql, "INSERT INTO prompt (id, messages) VALUES (randomblob(16), '[]')", NULL, NULL, NULL),
        SQLITE_OK));
    return fixture_import(&f, "y.jsonl", "trl", files[FILES - 1].text) && bulk_finish(db, err);
}

Test(bulk, rows_that_would_get_other_numbers_leave_a_new_workspace)
{
    fails(bulk_write(f.db, 0, put_beside, NULL, &f.err), ERR_IO, "a row of staged_prompt got another number");
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM prompt"), 0));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM response"), 0));
}

static bool put_wrong(struct db *db, void *ctx, struct err *err)
{
    bool wrong = sqlite3_exec(db->sql, "INSERT INTO prompt (id, messages) VALUES (randomblob(3), '[]')", NULL, NULL,
                              NULL) != SQLITE_OK;
    *(int *)ctx = 2 * *(int *)ctx + wrong;
    return bulk_finish(db, err);
}

static bool put_wrong_twice(struct db *db, void *ctx, struct err *err)
{
    cr_assert(put_many(db, &(int){0}, err) && bulk_finish(db, err));
    return put_wrong(db, ctx, err);
}

/* Also within the transaction, once the rows are in. */
Test(bulk, what_columns_may_hold_is_asked_again_afterwards)
{
    int wrong = 0;
    must(bulk_write(f.db, 0, put_wrong_twice, &wrong, &f.err));
    must(bulk_write(f.db, 0, put_wrong, &wrong, &f.err));
    cr_expect(eq(int, wrong, 3));
}
