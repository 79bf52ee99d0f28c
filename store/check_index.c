#include "store/check_internal.h"

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/vec.h"

#include <string.h>

/* One index of a table; `names` are those of its entries: the columns that it is about, then those that lead to the
 * row. In the list of the table's reading they stand behind `first`, which says whether the index has the row. */
struct index {
    const char *name, *names, *condition; /* condition: of a partial one, or "1" */
    bool unique, is_table;                /* is_table: rows are kept in the order of this key */
    int n_key, n, first;
    uint64_t sum, rows;
};

typedef VEC(struct index) indexes;

/* ---- entries as bytes that compare as SQLite compares the values ---- */

enum { NOTHING = 1, INTEGER, TEXT, BYTES }; /* in SQLite's order */

static void put_number(struct buf *b, int64_t x)
{
    uint64_t u = (uint64_t)x ^ UINT64_C(1) << 63;
    char c[9] = {INTEGER};
    for (int i = 0; i < 8; i++)
        c[1 + i] = (char)(u >> (56 - 8 * i) & 0xff);
    buf_add(b, c, sizeof c);
}

/* Zeros are kept apart from the end, which is smaller than anything. */
static void put_bytes(struct buf *b, const char *p, size_t n)
{
    while (n > 0) {
        const char *zero = memchr(p, 0, n);
        size_t run = zero != NULL ? (size_t)(zero - p) + 1 : n;
        buf_add(b, p, run);
        if (zero != NULL)
            buf_addc(b, 1);
        p += run;
        n -= run;
    }
    buf_add(b, "\0", 2);
}

/* Reals do not compare so, but no index has any: one would be a doubt, which SQLite resolves. */
static bool put_value(struct buf *b, sqlite3_stmt *s, int column)
{
    int type = sqlite3_column_type(s, column);
    if (type == SQLITE_NULL) {
        buf_addc(b, NOTHING);
    } else if (type == SQLITE_INTEGER) {
        put_number(b, sqlite3_column_int64(s, column));
    } else {
        buf_addc(b, type == SQLITE_BLOB ? BYTES : TEXT);
        const char *p = sqlite3_column_blob(s, column);
        put_bytes(b, p, (size_t)sqlite3_column_bytes(s, column));
    }
    return type != SQLITE_NULL;
}

/* The end of splitmix64: every bit of x changes half of those of the result. */
static uint64_t mixed(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static uint64_t hash(const struct buf *b)
{
    uint64_t h = b->len * UINT64_C(0x9e3779b97f4a7c15), word;
    for (size_t i = 0; i < b->len; i += sizeof word) {
        size_t n = b->len - i < sizeof word ? b->len - i : sizeof word;
        word = 0;
        memcpy(&word, b->ptr + i, n);
        h = mixed((h ^ word) + UINT64_C(0x9e3779b97f4a7c15));
    }
    return h;
}

/* ---- reading ---- */

/* Add what the table says; NOT INDEXED: from its own pages. */
static bool read_table(struct db *db, const char *table, indexes *all, struct err *err)
{
    struct buf sql = BUF_INIT, entry = BUF_INIT;
    sqlite3_stmt *s = NULL;
    buf_adds(&sql, "SELECT ");
    for (size_t i = 0, column = 0; i < all->n; i++) {
        struct index *x = &all->v[i];
        buf_addf(&sql, "%s%s, %s", i > 0 ? ", " : "", x->condition, x->names);
        x->first = (int)column;
        column += 1 + (size_t)x->n;
    }
    buf_addf(&sql, " FROM \"%s\" NOT INDEXED", table);
    int rc = sqlite3_prepare_v2(db->sql, sql.ptr, -1, &s, NULL);
    while (rc == SQLITE_OK || rc == SQLITE_ROW) {
        rc = sqlite3_step(s);
        for (size_t i = 0; rc == SQLITE_ROW && i < all->n; i++) {
            struct index *x = &all->v[i];
            if (sqlite3_column_int(s, x->first) == 0)
                continue;
            buf_reset(&entry);
            for (int k = 0; k < x->n; k++)
                put_value(&entry, s, x->first + 1 + k);
            x->sum += hash(&entry);
            x->rows++;
        }
    }
    bool ok = rc == SQLITE_DONE || db_error(db, rc, sql.ptr, err);
    sqlite3_finalize(s);
    buf_free(&sql);
    buf_free(&entry);
    return ok;
}

/* Does the entry stand behind the one before, and is its key another where it must be? */
static bool follows(const struct index *x, const struct buf *before, size_t key_before, const struct buf *entry,
                    size_t key, bool whole)
{
    size_t n = before->len < entry->len ? before->len : entry->len;
    if (memcmp(before->ptr, entry->ptr, n) >= 0)
        return false;
    return !x->unique || !whole || key != key_before || memcmp(before->ptr, entry->ptr, key) != 0;
}

/* Take away what the index says; *sound: it is in order, and nothing is left. */
static bool read_index(struct db *db, const char *table, struct index *x, bool *sound, struct err *err)
{
    struct buf sql = BUF_INIT, both[2] = {BUF_INIT, BUF_INIT};
    sqlite3_stmt *s = NULL;
    size_t key[2] = {0};
    int now = 0;
    *sound = true;
    buf_addf(&sql, "SELECT %s FROM \"%s\" ", x->names, table);
    if (x->is_table)
        buf_adds(&sql, "NOT INDEXED");
    else
        buf_addf(&sql, "INDEXED BY \"%s\" WHERE %s", x->name, x->condition);
    int rc = sqlite3_prepare_v2(db->sql, sql.ptr, -1, &s, NULL);
    while (rc == SQLITE_OK || rc == SQLITE_ROW) {
        bool whole = true;
        rc = sqlite3_step(s);
        if (rc != SQLITE_ROW)
            break;
        buf_reset(&both[now]);
        for (int k = 0; k < x->n; k++) {
            bool there = put_value(&both[now], s, k);
            if (k < x->n_key) {
                whole = whole && there;
                key[now] = both[now].len;
            }
        }
        if (both[!now].len > 0 && !follows(x, &both[!now], key[!now], &both[now], key[now], whole))
            *sound = false;
        x->sum -= hash(&both[now]);
        x->rows--;
        now = !now;
    }
    bool ok = rc == SQLITE_DONE || db_error(db, rc, sql.ptr, err);
    *sound = *sound && x->sum == 0 && x->rows == 0;
    sqlite3_finalize(s);
    buf_free(&sql);
    buf_free(&both[0]);
    buf_free(&both[1]);
    return ok;
}

/* ---- what there is to read ---- */

static bool indexes_of(struct db *db, const char *table, struct arena *a, indexes *out, bool *plain, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, STMT_CHECK_INDEXES_OF, ARGS(v_str(table)), err))
        return false;
    while (rows_next(&q)) {
        *plain = *plain && rows_int(&q, 6) != 0;
        vec_push(out, ((struct index){.name = rows_dup(&q, 0, a),
                                      .names = rows_dup(&q, 1, a),
                                      .n_key = (int)rows_int(&q, 2),
                                      .n = (int)rows_int(&q, 3),
                                      .unique = rows_int(&q, 4) != 0,
                                      .is_table = rows_int(&q, 5) != 0,
                                      .condition = rows_dup(&q, 7, a)}));
    }
    return rows_close(&q, err);
}

static bool check_table(struct db *db, const char *table, struct checking *c, struct err *err)
{
    struct arena a = {0};
    indexes all = {0};
    bool sound = true, ok = indexes_of(db, table, &a, &all, &sound, err);
    if (ok && sound && all.n > 0) {
        ok = read_table(db, table, &all, err);
        for (size_t i = 0; ok && sound && i < all.n; i++)
            ok = read_index(db, table, &all.v[i], &sound, err);
    }
    if (ok && !sound) {
        struct buf sql = BUF_INIT;
        buf_addf(&sql, "PRAGMA integrity_check(\"%s\")", table);
        ok = check_integrity(db, sql.ptr, c, err);
        buf_free(&sql);
    }
    vec_free(&all);
    arena_free(&a);
    return ok;
}

bool check_indexes(struct db *db, struct checking *c, struct err *err)
{
    struct rows q;
    bool ok = rows_open(&q, db, STMT_CHECK_TABLES, NO_ARGS, err);
    if (!ok)
        return false;
    while (ok && rows_next(&q))
        ok = check_table(db, rows_text(&q, 0).ptr, c, err);
    return ok ? rows_close(&q, err) : rows_abandon(&q);
}
