/* What `assay check` verifies: SQLite's own check, references, the rules of queries.sql whose names begin with
 * "check_", that every content id is that of its content, and that what ratings come to is what was written down. */
#include "core/base/buf.h"
#include "store/check_internal.h"
#include "store/content.h"
#include "store/handout.h"

void check_fault(struct checking *c, const char *text)
{
    c->faults++;
    if (c->report != NULL)
        c->report(c->ctx, text);
}

/* A PRAGMA that gives faults as rows. */
static bool check_pragma(struct db *db, const char *sql, void (*row)(struct checking *c, sqlite3_stmt *s),
                         struct checking *c, struct err *err)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(db->sql, sql, -1, &s, NULL);
    while (rc == SQLITE_OK || rc == SQLITE_ROW) {
        rc = sqlite3_step(s);
        if (rc == SQLITE_ROW)
            row(c, s);
    }
    bool ok = rc == SQLITE_DONE || db_error(db, rc, sql, err);
    sqlite3_finalize(s);
    return ok;
}

static void integrity_row(struct checking *c, sqlite3_stmt *s)
{
    const char *text = (const char *)sqlite3_column_text(s, 0);
    if (text != NULL && sqlite3_stricmp(text, "ok") != 0)
        check_fault(c, text);
}

static void reference_row(struct checking *c, sqlite3_stmt *s)
{
    struct buf b = BUF_INIT;
    buf_addf(&b, "a row of \"%s\" refers to a row of \"%s\" that is not there", (const char *)sqlite3_column_text(s, 0),
             (const char *)sqlite3_column_text(s, 2));
    check_fault(c, b.ptr);
    buf_free(&b);
}

static bool check_rule(struct db *db, enum stmt_id id, struct checking *c, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, id, NO_ARGS, err))
        return false;
    while (rows_next(&q)) {
        struct json_text t = rows_text(&q, 0);
        check_fault(c, t.ptr != NULL ? t.ptr : stmt_name(id));
    }
    return rows_close(&q, err);
}

static void compare_id(struct checking *c, const char *what, const struct id *there, const struct id *wanted)
{
    if (id_compare(there, wanted) == 0)
        return;
    char hex[ID_HEX_SIZE];
    struct buf b = BUF_INIT;
    id_hex(there, hex);
    buf_addf(&b, "%s %s: its id is not that of its content", what, hex);
    check_fault(c, b.ptr);
    buf_free(&b);
}

static bool check_prompts(struct db *db, struct checking *c, struct err *err)
{
    struct rows q;
    struct arena a = {0};
    if (!rows_open(&q, db, STMT_CHECK_PROMPT_EACH, NO_ARGS, err))
        return false;
    while (rows_next(&q)) {
        struct id there = rows_id(&q, 0), wanted = {{0}};
        struct message *m;
        size_t n;
        struct err ignored;
        if (content_messages(rows_text(&q, 1), &a, &m, &n, &ignored))
            wanted = content_prompt_id(m, n);
        compare_id(c, "prompt", &there, &wanted);
        arena_reset(&a);
    }
    arena_free(&a);
    return rows_close(&q, err);
}

static bool check_responses(struct db *db, struct checking *c, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, STMT_CHECK_RESPONSE_EACH, NO_ARGS, err))
        return false;
    while (rows_next(&q)) {
        struct id there = rows_id(&q, 0), prompt = rows_id(&q, 1);
        struct id wanted = content_response_id(&prompt, rows_text(&q, 2));
        compare_id(c, "response", &there, &wanted);
    }
    return rows_close(&q, err);
}

static bool check_comparisons(struct db *db, struct checking *c, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, STMT_CHECK_COMPARISON_EACH, NO_ARGS, err))
        return false;
    while (rows_next(&q)) {
        struct id there = rows_id(&q, 0), first = rows_id(&q, 1), second = rows_id(&q, 2);
        struct id wanted = content_comparison_id(&first, &second), original = rows_id(&q, 3);
        if (!rows_null(&q, 3) && !rows_null(&q, 4))
            wanted = handout_repeat_id(&original, rows_text(&q, 4).ptr);
        compare_id(c, "comparison", &there, &wanted);
    }
    return rows_close(&q, err);
}

bool check_integrity(struct db *db, const char *sql, struct checking *c, struct err *err)
{
    return check_pragma(db, sql, integrity_row, c, err);
}

/* The structure of the file, what the schema says of single rows, and indexes. */
static bool check_file(struct db *db, struct checking *c, struct err *err)
{
    return check_integrity(db, "PRAGMA quick_check", c, err);
}

static bool check_references(struct db *db, struct checking *c, struct err *err)
{
    return check_pragma(db, "PRAGMA foreign_key_check", reference_row, c, err);
}

static bool check_rules(struct db *db, struct checking *c, struct err *err)
{
    static const enum stmt_id rules[] = {
        STMT_CHECK_LATEST, STMT_CHECK_REVISIONS,  STMT_CHECK_SIDES, STMT_CHECK_COMPARISON_PROMPT,
        STMT_CHECK_PEOPLE, STMT_CHECK_ANNOTATORS, STMT_CHECK_JSON,  STMT_CHECK_EMBEDDING_ROWS,
        STMT_CHECK_ITEMS,  STMT_CHECK_SETTINGS,   STMT_CHECK_TALLY, STMT_CHECK_RANKINGS};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (!check_rule(db, rules[i], c, err))
            return false;
    return true;
}

/* What is verified, and the share of the time that it takes where nothing is wrong. */
static const struct {
    bool (*check)(struct db *db, struct checking *c, struct err *err);
    int share;
} parts[] = {{check_file, 25},   {check_indexes, 25}, {check_references, 10}, {check_rules, 20},
             {check_ratings, 5}, {check_prompts, 3},  {check_responses, 6},   {check_comparisons, 6}};

static bool check_all(struct db *db, void *ctx, struct err *err)
{
    int total = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        total += parts[i].share;
    db->watch_total = total;
    db->watch_done = 0;
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof parts / sizeof *parts; i++) {
        ok = parts[i].check(db, ctx, err);
        db->watch_done += parts[i].share;
    }
    db->watch_done = db->watch_total = 0;
    return ok;
}

bool db_check(struct db *db, void (*report)(void *ctx, const char *text), void *ctx, int *faults, struct err *err)
{
    struct checking c = {.report = report, .ctx = ctx};
    struct err why = {.kind = ERR_NONE};
    if (!db_snapshot(db, check_all, &c, &why)) {
        if ((why.code & 0xff) != SQLITE_CORRUPT) {
            if (err != NULL)
                *err = why;
            return false;
        }
        check_fault(&c, "what stands behind a damaged page cannot be read, and was not checked");
    }
    *faults = c.faults;
    return true;
}
