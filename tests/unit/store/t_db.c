#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "core/base/asset.h"
#include "core/base/clock.h"
#include "store/audit.h"
#include "store/db_internal.h"
#include "store/judgement.h"
#include "store/migrate.h"
#include "store/setting.h"
#include "store/workspace.h"
#include "tests/support/store_fixture.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fixture f;

static void open_one(void)
{
    fixture_open(&f, "helpsteer2");
}

static void close_one(void)
{
    fixture_close(&f);
}

TestSuite(db, .init = open_one, .fini = close_one);

Test(db, a_new_workspace_is_stamped_with_application_and_version)
{
    cr_expect(eq(i64, fixture_count(&f, "PRAGMA application_id"), DB_APPLICATION_ID));
    cr_expect(eq(i64, fixture_count(&f, "PRAGMA user_version"), migrate_newest()));
    cr_expect(eq(i64, fixture_count(&f, "PRAGMA page_size"), 16384));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'"), 1));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM audit WHERE what = 'create'"), 1));
}

Test(db, a_workspace_is_never_made_over_a_file_that_exists)
{
    struct db *other;
    fails(workspace_create(f.path, &f.rubric, NULL, &other, &f.err), ERR_CONFLICT, "exists already");
    const char *text = fixture_file(&f, "note.txt", "mine");
    fails(workspace_create(text, &f.rubric, NULL, &other, &f.err), ERR_CONFLICT, "exists already");
    same_text(fixture_read(&f, text), "mine");
}

static bool count_ticks(void *ctx, double done, double total)
{
    int *ticks = ctx;
    cr_expect(done <= 0 && total <= 0);
    return ++*ticks < 3;
}

Test(db, whoever_watches_can_end_what_takes_long)
{
    static const char slow[] =
        "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT max(i) FROM n";
    int ticks = 0;
    const struct progress p = {.tick = count_ticks, .ctx = &ticks};
    db_watch(f.db, &p);
    fails(db_exec(f.db, slow, &f.err), ERR_STOPPED, "stopped");
    cr_expect(eq(int, ticks, 3));
    db_watch(f.db, NULL);
    must(db_exec(f.db, slow, &f.err));
    cr_expect(eq(int, ticks, 3));
}

Test(db, options_of_a_new_workspace_are_kept)
{
    struct db *db;
    struct arena a = {0};
    const char *value = NULL;
    int64_t overlap = 0;
    struct workspace_options o = {.title = "Tides", .guidelines = "Read first.", .overlap = 3, .who = "ada"};
    must(workspace_create(fixture_path(&f, "second.assay"), &f.rubric, &o, &db, &f.err));
    must(setting_get(db, "title", &a, &value, &f.err));
    same_text(value, "Tides");
    must(setting_get(db, "guidelines", &a, &value, &f.err));
    same_text(value, "Read first.");
    must(setting_get_int(db, "overlap", 1, &overlap, &f.err));
    cr_expect(eq(i64, overlap, 3));
    arena_free(&a);
    db_close(db);
}

Test(db, a_missing_file_says_how_to_make_one)
{
    struct db *db;
    fails(db_open(fixture_path(&f, "none.assay"), DB_READ, &db, &f.err), ERR_MISSING,
          "file not found: make one with \"assay init\"");
    fails(db_open(f.dir, DB_READ, &db, &f.err), ERR_SCHEMA, "is a directory");
}

Test(db, a_text_file_is_refused_and_not_touched)
{
    struct db *db;
    const char *path =
        fixture_file(&f, "a.assay", "this is certainly no database, but a text that goes on for a while\n");
    fails(db_open(path, DB_WRITE, &db, &f.err), ERR_SCHEMA, "not an assay workspace");
    same_text(fixture_read(&f, path), "this is certainly no database, but a text that goes on for a while\n");
}

Test(db, a_strangers_database_is_refused)
{
    sqlite3 *raw;
    struct db *db;
    const char *path = fixture_path(&f, "other.db");
    cr_assert(eq(int, sqlite3_open(path, &raw), SQLITE_OK));
    sqlite3_exec(raw, "CREATE TABLE t (x); PRAGMA application_id = 7", NULL, NULL, NULL);
    sqlite3_close(raw);
    fails(db_open(path, DB_WRITE, &db, &f.err), ERR_SCHEMA, "not an assay workspace");
    fails(db_open(path, DB_READ, &db, &f.err), ERR_SCHEMA, "not an assay workspace");
}

Test(db, a_newer_version_is_refused_and_not_touched)
{
    struct db *db;
    db_close(f.db);
    f.db = NULL;
    fixture_sql(&f, "PRAGMA user_version = 999");
    fails(db_open(f.path, DB_WRITE, &db, &f.err), ERR_SCHEMA, "made by a newer assay (workspace version 999");
    cr_expect(eq(i64, fixture_count(&f, "PRAGMA user_version"), 999));
}

/* A workspace as an older program made it: the schema's steps up to `version` alone, and one judgement. */
static void make_of_version(const char *path, int version)
{
    sqlite3 *sql;
    char identity[80];
    cr_assert(eq(int, sqlite3_open(path, &sql), SQLITE_OK));
    for (const struct asset *a = assets; a->name != NULL; a++)
        if (strncmp(a->name, "sql/schema/", 11) == 0 && strtol(a->name + 11, NULL, 10) <= version)
            cr_assert(eq(int, sqlite3_exec(sql, (const char *)a->data, NULL, NULL, NULL), SQLITE_OK));
    static const char rows[] =
        "INSERT INTO rubric VALUES (1, 'pairwise', 1, '{}', 5); INSERT INTO source (source, name, created) VALUES (1, "
        "'hand', 5);"
        "INSERT INTO annotator (annotator, name, kind, created) VALUES (1, 'ann', 'person', 5);"
        "INSERT INTO prompt VALUES (1, zeroblob(16), '[]');"
        "INSERT INTO response (response, id, prompt, text) VALUES (1, zeroblob(16), 1, 'x'), (2, randomblob(16), 1, "
        "'y');"
        "INSERT INTO comparison (comparison, id, prompt, first, second, source, created, people)"
        " VALUES (1, zeroblob(16), 1, 1, 2, 1, 5, 1);"
        "INSERT INTO judgement (judgement, id, comparison, annotator, revision, kind, preference, rubric, created)"
        " VALUES (1, zeroblob(16), 1, 1, 1, 'judged', -2, 1, 5);"
        "INSERT INTO latest (comparison, annotator, judgement, kind) VALUES (1, 1, 1, 'judged');"
        "INSERT INTO run VALUES (7, 'train', '{}', '{}', '{}', 'x', 'y', 3, 4)";
    cr_assert(eq(int, sqlite3_exec(sql, rows, NULL, NULL, NULL), SQLITE_OK));
    snprintf(identity, sizeof identity, "PRAGMA application_id = %d; PRAGMA user_version = %d", DB_APPLICATION_ID,
             version);
    cr_assert(eq(int, sqlite3_exec(sql, identity, NULL, NULL, NULL), SQLITE_OK));
    sqlite3_close(sql);
}

static bool refer_to_nothing(struct db *db, void *ctx, struct err *err)
{
    (void)ctx;
    return db_exec(db, "INSERT INTO side (annotator, comparison, a_is, ordinal, drawn) VALUES (99, 1, 1, 0, 5)", err);
}

Test(db, an_older_version_is_brought_up_to_date_and_kept)
{
    for (int version = 1; version < migrate_newest(); version++) {
        char name[48];
        struct db *db;
        struct judgement j;
        struct arena a = {0};
        snprintf(name, sizeof name, "old%d.assay", version);
        const char *path = fixture_path(&f, name);
        make_of_version(path, version);
        must(db_open(path, DB_READ, &db, &f.err));
        must(judgement_get(db, 1, &a, &j, &f.err));
        cr_expect(eq(str, (char *)j.annotator_name, "ann"));
        cr_expect(eq(int, j.preference, -2));
        db_close(db);
        must(db_open(path, DB_WRITE, &db, &f.err));
        int now = 0;
        must(migrate_version(db, &now, &f.err));
        cr_expect(eq(int, now, migrate_newest()));
        /* references are enforced again */
        fails(db_write(db, refer_to_nothing, NULL, &f.err), ERR_CONFLICT, "FOREIGN KEY");
        db_close(db);
        snprintf(name, sizeof name, "old%d.v%d.assay", version, version);
        cr_expect(eq(int, access(fixture_path(&f, name), R_OK), 0), "no %s beside it", name);
        arena_free(&a);
    }
}

Test(db, one_that_cannot_be_brought_up_keeps_what_sqlite_said)
{
    const char *path = fixture_path(&f, "stuck.assay");
    sqlite3 *sql;
    struct db *db;
    make_of_version(path, 12);
    cr_assert(eq(int, sqlite3_open(path, &sql), SQLITE_OK));
    cr_assert(eq(int, sqlite3_exec(sql, "CREATE TABLE aspect (x)", NULL, NULL, NULL), SQLITE_OK));
    sqlite3_close(sql);
    fails(db_open(path, DB_READ, &db, &f.err), ERR_IO, "is of an older version (12) and cannot be brought up to date");
    cr_expect(eq(int, f.err.code, SQLITE_ERROR));
}

Test(db, a_connection_for_reading_refuses_to_write)
{
    struct db *reader;
    must(db_open(f.path, DB_READ, &reader, &f.err));
    fails(setting_set(reader, "title", "x", &f.err), ERR_IO, "may not be written");
    db_close(reader);
}

static bool set_and_fail(struct db *db, void *ctx, struct err *err)
{
    (void)ctx;
    return setting_set(db, "title", "lost", err) && err_set(err, ERR_RANGE, "on purpose");
}

static bool set_around_failure(struct db *db, void *ctx, struct err *err)
{
    struct err inner;
    return setting_set(db, "title", "kept", err) && !db_write(db, set_and_fail, ctx, &inner);
}

Test(db, a_transaction_that_fails_leaves_nothing)
{
    fails(db_write(f.db, set_and_fail, NULL, &f.err), ERR_RANGE, "on purpose");
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM setting WHERE key = 'title'"), 0));
}

Test(db, an_inner_transaction_that_fails_undoes_only_itself)
{
    must(db_write(f.db, set_around_failure, NULL, &f.err));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM setting WHERE key = 'title' AND value = 'kept'"), 1));
}

Test(db, a_lock_held_by_another_process_is_reported_as_busy_within_the_timeout)
{
    sqlite3 *other;
    cr_assert(eq(int, sqlite3_open(f.path, &other), SQLITE_OK));
    cr_assert(eq(int, sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK));
    db_set_timeout(f.db, 50);
    double start = clock_monotonic();
    fails(setting_set(f.db, "title", "x", &f.err), ERR_BUSY, "another process is writing");
    cr_expect(lt(dbl, clock_monotonic() - start, 5.0));
    sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_close(other);
    must(setting_set(f.db, "title", "x", &f.err));
}

static bool fill_up(struct db *db, void *ctx, struct err *err)
{
    struct buf *big = ctx;
    for (int i = 0; i < 100; i++)
        if (!audit_add(db, NULL, "filler", big->ptr, NULL, err))
            return false;
    return true;
}

Test(db, a_full_disk_is_named_and_what_was_saved_stays)
{
    struct buf big = BUF_INIT;
    for (int i = 0; i < 64 * 1024; i++)
        buf_addc(&big, 'x');
    must(setting_set(f.db, "title", "before", &f.err));
    int64_t pages = fixture_count(&f, "PRAGMA page_count");
    struct buf limit = BUF_INIT;
    buf_addf(&limit, "PRAGMA max_page_count = %lld", (long long)pages + 8);
    must(db_exec(f.db, limit.ptr, &f.err));
    fails(db_write(f.db, fill_up, &big, &f.err), ERR_IO, "the disk is full");
    must(setting_set(f.db, "title", "after", &f.err));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM audit WHERE what = 'filler'"), 0));
    buf_free(&big);
    buf_free(&limit);
}

Test(db, a_backup_is_a_workspace_of_its_own)
{
    struct db *copy;
    const char *path = fixture_path(&f, "copy.assay");
    fixture_fill(&f, 5);
    must(db_backup(f.db, path, &f.err));
    fails(db_backup(f.db, path, &f.err), ERR_CONFLICT, "exists already");
    must(db_open(path, DB_WRITE, &copy, &f.err));
    int faults = -1;
    must(db_check(copy, NULL, NULL, &faults, &f.err));
    cr_expect(eq(int, faults, 0));
    db_close(copy);
}

Test(db, judgements_cannot_be_changed_or_deleted)
{
    static const char *const attempts[] = {"UPDATE judgement SET preference = 3", "DELETE FROM judgement",
                                           "UPDATE rating SET value = 0", "DELETE FROM rating"};
    fixture_fill(&f, 1);
    fixture_judge(&f, fixture_person(&f, "ada"), 1, -1);
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
        sqlite3 *raw;
        char *text = NULL;
        cr_assert(eq(int, sqlite3_open(f.path, &raw), SQLITE_OK));
        cr_expect(ne(int, sqlite3_exec(raw, attempts[i], NULL, NULL, &text), SQLITE_OK));
        same_text(text, "judgements are append-only");
        sqlite3_free(text);
        sqlite3_close(raw);
    }
}

Test(db, settings_can_be_set_changed_and_taken_away)
{
    const char *value;
    int64_t n;
    must(setting_set(f.db, "k", "1", &f.err));
    must(setting_set(f.db, "k", "2", &f.err));
    must(setting_get(f.db, "k", &f.arena, &value, &f.err));
    same_text(value, "2");
    must(setting_set(f.db, "k", "two", &f.err));
    must(setting_get_int(f.db, "k", 9, &n, &f.err));
    cr_expect(eq(i64, n, 9));
    must(setting_set(f.db, "k", NULL, &f.err));
    must(setting_get(f.db, "k", &f.arena, &value, &f.err));
    cr_expect(eq(ptr, (void *)value, NULL));
}

static bool count_rows(void *ctx, const struct audit_row *row)
{
    int *n = ctx;
    if (*n == 0)
        same_text(row->what, "second");
    return ++*n < 2;
}

Test(db, the_audit_trail_is_read_newest_first_and_ends_when_told)
{
    int n = 0;
    must(audit_add(f.db, "ada", "first", "s", NULL, &f.err));
    must(audit_add(f.db, "ada", "second", "s", "{\"x\":1}", &f.err));
    must(audit_each(f.db, NULL, 0, count_rows, &n, &f.err));
    cr_expect(eq(int, n, 2));
    n = 0;
    must(audit_each(f.db, "second", 5, count_rows, &n, &f.err));
    cr_expect(eq(int, n, 1));
}

/* What a snapshot was found to have nothing of is looked for again once something is written in it. */
static bool look_and_write(struct db *db, void *ctx, struct err *err)
{
    bool *some = ctx;
    return db_some(db, DB_RATING, &some[0], err) && db_some(db, DB_RATING, &some[1], err) &&
           fixture_import(&f, "r.jsonl", "helpsteer2",
                          "{\"prompt\":\"p\",\"response\":\"r\",\"helpfulness\":4,\"correctness\":3,\"coherence\":4,"
                          "\"complexity\":1,\"verbosity\":2}\n") &&
           db_some(db, DB_RATING, &some[2], err);
}

Test(db, what_a_snapshot_has_none_of_is_asked_once)
{
    bool some[3] = {true, true, false};
    must(db_snapshot(f.db, look_and_write, some, &f.err));
    cr_expect(eq(int, some[0], 0));
    cr_expect(eq(int, some[1], 0));
    cr_expect(eq(int, some[2], 1));
    must(db_some(f.db, DB_RATING, &some[0], &f.err));
    cr_expect(eq(int, some[0], 1));
}

static bool write_soon(struct db *db, void *ctx, struct err *err)
{
    (void)ctx;
    return setting_set(db, "title", "soon", err);
}

Test(db, what_is_written_soon_is_seen_by_others_at_once)
{
    must(db_write_soon(f.db, write_soon, NULL, &f.err));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM setting WHERE value = 'soon'"), 1));
    sqlite3_stmt *s;
    cr_assert(eq(int, sqlite3_prepare_v2(f.db->sql, "PRAGMA synchronous", -1, &s, NULL), SQLITE_OK));
    cr_expect(eq(int, sqlite3_step(s), SQLITE_ROW));
    cr_expect(eq(int, sqlite3_column_int(s, 0), 2)); /* the next one waits for the disk again */
    sqlite3_finalize(s);
}
