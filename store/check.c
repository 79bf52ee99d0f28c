/* What `assay check` verifies: SQLite's own check, references, the rules of queries.sql whose names begin with
 * "check_", that every content id is that of its content, and that what ratings come to is what was written down. */
#include "core/base/buf.h"
#include "store/content.h"
#include "store/criteria.h"
#include "store/db_internal.h"
#include "store/handout.h"

#include <math.h>

struct checking {
    void (*report)(void *ctx, const char *text);
    void *ctx;
    int faults;
};

static void fault(struct checking *c, const char *text)
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
        fault(c, text);
}

static void reference_row(struct checking *c, sqlite3_stmt *s)
{
    struct buf b = BUF_INIT;
    buf_addf(&b, "a row of \"%s\" refers to a row of \"%s\" that is not there", (const char *)sqlite3_column_text(s, 0),
             (const char *)sqlite3_column_text(s, 2));
    fault(c, b.ptr);
    buf_free(&b);
}

static bool check_rule(struct db *db, enum stmt_id id, struct checking *c, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, id, NO_ARGS, err))
        return false;
    while (rows_next(&q)) {
        struct json_text t = rows_text(&q, 0);
        fault(c, t.ptr != NULL ? t.ptr : stmt_name(id));
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
    fault(c, b.ptr);
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

#define ROUNDING 1e-9 /* of a lean, which is at most 3 */

/* The same as of its ratings, but for the order in which they were summed. */
static void compare_criteria(struct checking *c, const struct rubric *r, const struct judgement *there)
{
    static const char *const failed[] = {"neither", "the first", "the second", "both"};
    struct judgement wanted = *there;
    struct buf b = BUF_INIT;
    char hex[ID_HEX_SIZE];
    criteria_apply(r, &wanted);
    id_hex(&there->id, hex);
    if (there->failed != wanted.failed)
        buf_addf(&b,
                 "judgement %s says that %s of the responses fails, but by its ratings and the rubric %s@%d %s does",
                 hex, failed[there->failed & 3], r->name, r->version, failed[wanted.failed & 3]);
    else if (there->has_lean != wanted.has_lean || fabs(there->lean - wanted.lean) > ROUNDING)
        buf_addf(&b, "judgement %s does not lean as its ratings do by the weights of the rubric %s@%d", hex, r->name,
                 r->version);
    if (b.len > 0)
        fault(c, b.ptr);
    buf_free(&b);
}

static bool check_criteria_under(struct db *db, const struct rubric *r, struct checking *c, struct err *err)
{
    struct rows q;
    struct arena a = {0};
    struct judgement j;
    if (!rows_open(&q, db, STMT_CHECK_CRITERIA_EACH, ARGS(v_int(r->row), v_int(criteria_any(r))), err))
        return false;
    bool ok = true;
    while (ok && rows_next(&q)) {
        ok = judgement_get(db, rows_int(&q, 0), &a, &j, err);
        if (ok)
            compare_criteria(c, r, &j);
        arena_reset(&a);
    }
    arena_free(&a);
    return ok ? rows_close(&q, err) : rows_abandon(&q);
}

static bool check_criteria(struct db *db, struct checking *c, struct err *err)
{
    struct rows q;
    struct arena a = {0};
    struct rubric r;
    if (!rows_open(&q, db, STMT_CHECK_CRITERIA_RUBRICS, NO_ARGS, err))
        return false;
    bool ok = true;
    while (ok && rows_next(&q)) {
        struct err why = {.kind = ERR_NONE};
        if (rubric_load(db, rows_int(&q, 0), &a, &r, &why)) {
            ok = check_criteria_under(db, &r, c, err);
        } else if (why.code == 0) {
            fault(c, why.text);
        } else {
            ok = false;
            if (err != NULL)
                *err = why;
        }
        arena_reset(&a);
    }
    arena_free(&a);
    return ok ? rows_close(&q, err) : rows_abandon(&q);
}

static bool check_all(struct db *db, void *ctx, struct err *err)
{
    static const enum stmt_id rules[] = {
        STMT_CHECK_LATEST,         STMT_CHECK_REVISIONS, STMT_CHECK_RATING_RANGE,      STMT_CHECK_ASPECT_RANGE,
        STMT_CHECK_RATING_SUBJECT, STMT_CHECK_SIDES,     STMT_CHECK_COMPARISON_PROMPT, STMT_CHECK_PEOPLE,
        STMT_CHECK_ANNOTATORS,     STMT_CHECK_JSON,      STMT_CHECK_EMBEDDING_ROWS,    STMT_CHECK_ITEMS,
        STMT_CHECK_SETTINGS,       STMT_CHECK_TALLY,     STMT_CHECK_RANKINGS};
    struct checking *c = ctx;
    if (!check_pragma(db, "PRAGMA integrity_check", integrity_row, c, err) ||
        !check_pragma(db, "PRAGMA foreign_key_check", reference_row, c, err))
        return false;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (!check_rule(db, rules[i], c, err))
            return false;
    return check_criteria(db, c, err) && check_prompts(db, c, err) && check_responses(db, c, err) &&
           check_comparisons(db, c, err);
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
        fault(&c, "what stands behind a damaged page cannot be read, and was not checked");
    }
    *faults = c.faults;
    return true;
}
