#include "store/stmt.h"

#include "core/base/clock.h"
#include "core/base/trace.h"
#include "store/bulk.h"
#include "store/db_internal.h"
#include "store/staging.h"

#include <limits.h>
#include <math.h>
#include <string.h>

static const struct {
    const char *name, *sql;
} statements[] = {
#define STMT(id, sql) {#id, sql},
#include "stmt_list.h"
#undef STMT
};

const char *stmt_name(enum stmt_id id)
{
    return statements[id].name;
}

const char *stmt_sql(enum stmt_id id)
{
    return statements[id].sql;
}

struct value v_null(void)
{
    return (struct value){.type = VALUE_NULL};
}

struct value v_int(int64_t x)
{
    return (struct value){.type = VALUE_INT, .i = x};
}

struct value v_int_or_null(int64_t x)
{
    return x == 0 ? v_null() : v_int(x);
}

struct value v_real(double x)
{
    return isnan(x) ? v_null() : (struct value){.type = VALUE_REAL, .d = x};
}

struct value v_str(const char *s)
{
    return s == NULL ? v_null() : v_text(s, strlen(s));
}

struct value v_text(const char *s, size_t n)
{
    return s == NULL ? v_null() : (struct value){.type = VALUE_TEXT, .p = s, .n = n};
}

struct value v_id(const struct id *id)
{
    return (struct value){.type = VALUE_BLOB, .p = id->b, .n = sizeof id->b};
}

static int bind_one(sqlite3_stmt *s, int k, const struct value *v)
{
    switch (v->type) {
    case VALUE_NULL:
        return sqlite3_bind_null(s, k);
    case VALUE_INT:
        return sqlite3_bind_int64(s, k, v->i);
    case VALUE_REAL:
        return sqlite3_bind_double(s, k, v->d);
    case VALUE_TEXT:
        return sqlite3_bind_text64(s, k, v->p, v->n, SQLITE_STATIC, SQLITE_UTF8);
    case VALUE_BLOB:
        return sqlite3_bind_blob64(s, k, v->p, v->n, SQLITE_STATIC);
    }
    return SQLITE_MISUSE;
}

static void trace_statement(enum stmt_id id, sqlite3_stmt *s)
{
    char *sql = sqlite3_expanded_sql(s);
    trace(TRACE_SQL, "%s: %.2000s", statements[id].name, sql != NULL ? sql : statements[id].sql);
    sqlite3_free(sql);
}

static int prepare(struct db *db, enum stmt_id id, unsigned flags, sqlite3_stmt **s)
{
    return sqlite3_prepare_v3(db->sql, statements[id].sql, -1, flags, s, NULL);
}

bool rows_open(struct rows *q, struct db *db, enum stmt_id id, const struct value *args, size_t n, struct err *err)
{
    *q = (struct rows){.db = db};
    if (db->bulk != NULL && !staging_is_own(id) && !bulk_settle(db, err))
        return false;
    sqlite3_stmt **slot = &db->cache[id];
    int rc = SQLITE_OK;
    if (*slot == NULL)
        rc = prepare(db, id, SQLITE_PREPARE_PERSISTENT, slot);
    if (rc == SQLITE_OK && sqlite3_stmt_busy(*slot)) {
        q->own = true;
        rc = prepare(db, id, 0, &q->s);
    } else {
        q->s = *slot;
    }
    if (rc == SQLITE_OK && (size_t)sqlite3_bind_parameter_count(q->s) != n)
        BUG("%s takes %d values, %zu were given", statements[id].name, sqlite3_bind_parameter_count(q->s), n);
    for (size_t i = 0; rc == SQLITE_OK && i < n; i++)
        rc = bind_one(q->s, (int)i + 1, &args[i]);
    if (rc != SQLITE_OK) {
        db_error(db, rc, statements[id].name, err);
        return rows_abandon(q);
    }
    if (trace_on(TRACE_SQL))
        trace_statement(id, q->s);
    return true;
}

bool rows_next(struct rows *q)
{
    if (q->code != SQLITE_OK)
        return false;
    int rc = sqlite3_step(q->s);
    if (rc == SQLITE_ROW)
        return true;
    q->code = rc;
    return false;
}

bool rows_abandon(struct rows *q)
{
    if (q->s == NULL)
        return false;
    if (q->own) {
        sqlite3_finalize(q->s);
    } else {
        sqlite3_reset(q->s);
        sqlite3_clear_bindings(q->s);
    }
    q->s = NULL;
    return false;
}

bool rows_close(struct rows *q, struct err *err)
{
    bool ok = q->code == SQLITE_OK || q->code == SQLITE_DONE;
    if (!ok)
        db_error(q->db, q->code, NULL, err); /* before the reset, which may lose the text */
    rows_abandon(q);
    return ok;
}

bool rows_null(struct rows *q, int column)
{
    return sqlite3_column_type(q->s, column) == SQLITE_NULL;
}

int64_t rows_int(struct rows *q, int column)
{
    return sqlite3_column_int64(q->s, column);
}

double rows_real(struct rows *q, int column)
{
    return rows_null(q, column) ? (double)NAN : sqlite3_column_double(q->s, column);
}

struct json_text rows_text(struct rows *q, int column)
{
    const char *p = (const char *)sqlite3_column_text(q->s, column);
    return (struct json_text){p, p == NULL ? 0 : (size_t)sqlite3_column_bytes(q->s, column)};
}

struct id rows_id(struct rows *q, int column)
{
    struct id id = {{0}};
    const void *p = sqlite3_column_blob(q->s, column);
    if (p != NULL && sqlite3_column_bytes(q->s, column) == (int)sizeof id.b)
        memcpy(id.b, p, sizeof id.b);
    return id;
}

const char *rows_dup(struct rows *q, int column, struct arena *a)
{
    struct json_text t = rows_text(q, column);
    return t.ptr == NULL ? NULL : arena_ndup(a, t.ptr, t.len);
}

bool stmt_change(struct db *db, enum stmt_id id, const struct value *args, size_t n, int64_t *changed, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, id, args, n, err))
        return false;
    if (rows_next(&q))
        BUG("%s gave a row", statements[id].name);
    if (!rows_close(&q, err))
        return false;
    *changed = sqlite3_changes64(db->sql);
    return true;
}

bool stmt_run(struct db *db, enum stmt_id id, const struct value *args, size_t n, struct err *err)
{
    int64_t changed;
    return stmt_change(db, id, args, n, &changed, err);
}

bool stmt_insert(struct db *db, enum stmt_id id, const struct value *args, size_t n, int64_t *row, struct err *err)
{
    if (!stmt_run(db, id, args, n, err))
        return false;
    *row = sqlite3_last_insert_rowid(db->sql);
    return true;
}

bool stmt_insert_new(struct db *db, enum stmt_id id, const struct value *args, size_t n, bool *made, int64_t *row,
                     struct err *err)
{
    int64_t changed;
    if (!stmt_change(db, id, args, n, &changed, err))
        return false;
    *made = changed > 0;
    if (*made)
        *row = sqlite3_last_insert_rowid(db->sql);
    return true;
}

bool stmt_int(struct db *db, enum stmt_id id, const struct value *args, size_t n, int64_t *out, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, id, args, n, err))
        return false;
    if (rows_next(&q) && !rows_null(&q, 0))
        *out = rows_int(&q, 0);
    return rows_close(&q, err);
}

bool stmt_insert_or_find(struct db *db, enum stmt_id add, const struct value *args, size_t n, enum stmt_id find,
                         const struct id *id, bool *made, int64_t *row, struct err *err)
{
    return stmt_insert_new(db, add, args, n, made, row, err) && (*made || stmt_int(db, find, ARGS(v_id(id)), row, err));
}
