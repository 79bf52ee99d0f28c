#include "store/staging.h"

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/thread.h"
#include "core/base/vec.h"
#include "store/db_internal.h"

#include <string.h>

/* So much that a change of threads costs little beside it, even when others want the cores; several, as records and
 * statements do not take turns evenly. */
enum { BATCHES = 4, FULL_BYTES = 1 << 20, FULL_ROWS = 16384, BLOCK = FULL_BYTES + FULL_BYTES / 4 };

/* What puts the rows in is a statement as others; or a text, where the table that they go to is not always there. */
static const struct {
    const char *name;
    size_t columns;
    enum stmt_id add;
    const char *add_now; /* NULL: add does it */
} tables[] = {
#define X(id, name, columns) {"staged_" #name, columns, STMT_STAGE_##id, NULL},
    STAGE_TABLES(X)
#undef X
#define X(id, name, columns)                                                                                           \
    {"staged_" #name, columns, STMT_COUNT, "INSERT OR ROLLBACK INTO new_" #name " SELECT * FROM staged_" #name},
        STAGE_IDS(X)
#undef X
};

struct batch {
    VEC(struct value) values[STAGE_COUNT];     /* columns a row */
    size_t from[STAGE_COUNT], to[STAGE_COUNT]; /* rows to be put in */
    size_t rows, bytes;
    char *block; /* BLOCK bytes for texts, the first of which are taken */
    size_t taken;
    struct arena text; /* those that do not fit */
};

struct staging {
    struct db *db;
    struct batch batches[BATCHES]; /* in turn; those sent stand before the one that is filled */
    struct batch *filling;
    const struct batch *writing; /* seen by the staged_... tables */
    pthread_t thread;
    bool threaded; /* without one everything is put in by the caller */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t sent; /* and not in yet */
    bool over, failed;
    struct err err; /* why it failed */
};

/* ---- the staged_... tables ---- */

struct table {
    sqlite3_vtab base;
    struct db *db;
    enum staging_table t;
};

struct port {
    struct db *db;
    enum staging_table t;
};

struct cursor {
    sqlite3_vtab_cursor base;
    const struct value *row, *end;
    size_t columns;
};

static int connect(sqlite3 *sql, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **text)
{
    (void)argc, (void)argv, (void)text;
    const struct port *p = aux;
    struct buf declared = BUF_INIT;
    buf_adds(&declared, "CREATE TABLE staged (");
    for (size_t i = 0; i < tables[p->t].columns; i++)
        buf_addf(&declared, "%sc%zu", i > 0 ? ", " : "", i);
    buf_adds(&declared, ")");
    int rc = sqlite3_declare_vtab(sql, declared.ptr);
    buf_free(&declared);
    if (rc != SQLITE_OK)
        return rc;
    sqlite3_vtab_config(sql, SQLITE_VTAB_DIRECTONLY);
    struct table *table = mem_alloc(sizeof *table);
    table->db = p->db;
    table->t = p->t;
    *out = &table->base;
    return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *table)
{
    mem_free(table);
    return SQLITE_OK;
}

static int best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    info->estimatedCost = FULL_ROWS;
    return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
    (void)table;
    struct cursor *c = mem_alloc(sizeof *c);
    *out = &c->base;
    return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
    mem_free(base);
    return SQLITE_OK;
}

static int filter(sqlite3_vtab_cursor *base, int plan, const char *name, int argc, sqlite3_value **argv)
{
    (void)plan, (void)name, (void)argc, (void)argv;
    struct cursor *c = (struct cursor *)base;
    const struct table *table = (const struct table *)base->pVtab;
    const struct batch *b = table->db->staging != NULL ? table->db->staging->writing : NULL;
    c->row = c->end = NULL;
    c->columns = tables[table->t].columns;
    if (b == NULL || b->values[table->t].n == 0)
        return SQLITE_OK;
    c->row = b->values[table->t].v + b->from[table->t] * c->columns;
    c->end = b->values[table->t].v + b->to[table->t] * c->columns;
    return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *base)
{
    struct cursor *c = (struct cursor *)base;
    c->row += c->columns;
    return SQLITE_OK;
}

static int at_end(sqlite3_vtab_cursor *base)
{
    const struct cursor *c = (const struct cursor *)base;
    return c->row == c->end;
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *to, int k)
{
    const struct value *v = &((const struct cursor *)base)->row[k];
    switch (v->type) {
    case VALUE_NULL:
        sqlite3_result_null(to);
        break;
    case VALUE_INT:
        sqlite3_result_int64(to, v->i);
        break;
    case VALUE_REAL:
        sqlite3_result_double(to, v->d);
        break;
    case VALUE_TEXT:
        sqlite3_result_text64(to, v->p, v->n, SQLITE_STATIC, SQLITE_UTF8);
        break;
    case VALUE_BLOB:
        sqlite3_result_blob64(to, v->p, v->n, SQLITE_STATIC);
        break;
    }
    return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    (void)base;
    *out = 0; /* nobody asks */
    return SQLITE_OK;
}

static const sqlite3_module module = {.xConnect = connect,
                                      .xDisconnect = disconnect,
                                      .xBestIndex = best_index,
                                      .xOpen = open_cursor,
                                      .xClose = close_cursor,
                                      .xFilter = filter,
                                      .xNext = next,
                                      .xEof = at_end,
                                      .xColumn = column,
                                      .xRowid = rowid};

bool staging_attach(struct db *db, struct err *err)
{
    for (int t = 0; t < STAGE_COUNT; t++) {
        struct port *p = mem_alloc(sizeof *p);
        *p = (struct port){db, (enum staging_table)t};
        int rc = sqlite3_create_module_v2(db->sql, tables[t].name, &module, p, mem_free);
        if (rc != SQLITE_OK)
            return db_error(db, rc, tables[t].name, err);
    }
    return true;
}

bool staging_is_own(enum stmt_id id)
{
    for (int t = 0; t < STAGE_COUNT; t++)
        if (tables[t].add == id)
            return true;
    return false;
}

/* ---- putting in ---- */

static bool run(struct db *db, int t, struct err *err)
{
    if (tables[t].add_now == NULL)
        return stmt_run(db, tables[t].add, NO_ARGS, err);
    int rc = sqlite3_exec(db->sql, tables[t].add_now, NULL, NULL, NULL); /* db_exec would wait for us */
    return rc == SQLITE_OK || db_error(db, rc, tables[t].name, err);
}

/* Rows that begin with their number get it from SQLite, which counts on from the last: the same, or nothing is right.
 */
static bool add(struct db *db, const struct batch *b, int t, struct err *err)
{
    if (!run(db, t, err))
        return false;
    const struct value *last = &b->values[t].v[(b->to[t] - 1) * tables[t].columns];
    return t > STAGE_JUDGEMENT || sqlite3_last_insert_rowid(db->sql) == last->i ||
           err_set(err, ERR_IO, "%s: a row of %s got another number than it was given", db->path, tables[t].name);
}

/* That it fails is no fault of the record that is being read just now, whatever SQLite says. */
static bool put_in(struct staging *s, struct batch *b, struct err *err)
{
    struct err why = {.kind = ERR_NONE};
    s->writing = b;
    for (int t = 0; why.kind == ERR_NONE && t < STAGE_COUNT; t++)
        if (b->from[t] < b->to[t] && !add(s->db, b, t, &why) && (why.kind == ERR_CONFLICT || why.kind == ERR_RANGE))
            why.kind = ERR_IO;
    s->writing = NULL;
    if (why.kind != ERR_NONE && err != NULL)
        *err = why;
    return why.kind == ERR_NONE;
}

/* From then on nothing is put in any more. */
static void fail(struct staging *s, const struct err *why)
{
    s->failed = true;
    s->err = *why;
}

/* So many turns after the one that is filled. */
static struct batch *turn(struct staging *s, size_t later)
{
    return &s->batches[((size_t)(s->filling - s->batches) + later) % BATCHES];
}

static void *work(void *ctx)
{
    struct staging *s = ctx;
    pthread_mutex_lock(&s->lock);
    for (;;) {
        while (s->sent == 0 && !s->over)
            pthread_cond_wait(&s->changed, &s->lock);
        if (s->over)
            break;
        if (!s->failed) {
            struct batch *b = turn(s, BATCHES - s->sent);
            struct err why = {.kind = ERR_NONE};
            pthread_mutex_unlock(&s->lock);
            bool ok = put_in(s, b, &why);
            pthread_mutex_lock(&s->lock);
            if (!ok)
                fail(s, &why);
        }
        s->sent--;
        pthread_cond_broadcast(&s->changed);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

/* Until at most so many are on their way. */
static bool wait(struct staging *s, size_t most, struct err *err)
{
    pthread_mutex_lock(&s->lock);
    while (s->sent > most)
        pthread_cond_wait(&s->changed, &s->lock);
    bool ok = !s->failed;
    if (!ok && err != NULL)
        *err = s->err;
    pthread_mutex_unlock(&s->lock);
    return ok;
}

static void empty(struct batch *b)
{
    for (int t = 0; t < STAGE_COUNT; t++) {
        vec_clear(&b->values[t]);
        b->from[t] = b->to[t] = 0;
    }
    b->rows = b->bytes = b->taken = 0;
    arena_reset(&b->text);
}

bool staging_settle(struct staging *s, const struct staging_mark *mark, struct err *err)
{
    struct batch *b = s->filling;
    if (!wait(s, 0, err))
        return false;
    struct staging_mark all = staging_now(s);
    memcpy(b->to, mark != NULL ? mark->n : all.n, sizeof b->to);
    struct err why = {.kind = ERR_NONE};
    if (!put_in(s, b, &why)) {
        fail(s, &why);
        if (err != NULL)
            *err = why;
        return false;
    }
    memcpy(b->from, b->to, sizeof b->from);
    if (mark == NULL)
        empty(b);
    return true;
}

bool staging_send(struct staging *s, struct err *err)
{
    if (!s->threaded)
        return staging_settle(s, NULL, err);
    if (!wait(s, BATCHES - 2, err))
        return false;
    struct staging_mark all = staging_now(s);
    memcpy(s->filling->to, all.n, sizeof all.n);
    pthread_mutex_lock(&s->lock);
    s->filling = turn(s, 1);
    s->sent++;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    empty(s->filling);
    return true;
}

/* ---- filling ---- */

static const void *keep(struct batch *b, const struct value *v)
{
    b->bytes += v->n;
    if (v->n > BLOCK - b->taken)
        return arena_ndup(&b->text, v->p, v->n);
    char *to = b->block + b->taken;
    memcpy(to, v->p, v->n);
    b->taken += v->n;
    return to;
}

void staging_put(struct staging *s, enum staging_table t, const struct value *row)
{
    struct batch *b = s->filling;
    size_t n = tables[t].columns;
    vec_reserve(&b->values[t], b->values[t].n + n);
    struct value *to = b->values[t].v + b->values[t].n;
    for (size_t i = 0; i < n; i++) {
        to[i] = row[i];
        if (row[i].type == VALUE_TEXT || row[i].type == VALUE_BLOB)
            to[i].p = row[i].n > 0 ? keep(b, &row[i]) : "";
    }
    b->values[t].n += n;
    b->rows++;
}

struct staging_mark staging_now(const struct staging *s)
{
    struct staging_mark m;
    for (int t = 0; t < STAGE_COUNT; t++)
        m.n[t] = s->filling->values[t].n / tables[t].columns;
    return m;
}

void staging_forget(struct staging *s, const struct staging_mark *since)
{
    for (int t = 0; t < STAGE_COUNT; t++)
        s->filling->values[t].n = since->n[t] * tables[t].columns;
}

bool staging_is_full(const struct staging *s)
{
    const struct batch *b = s->filling;
    return b->bytes >= FULL_BYTES || b->rows >= FULL_ROWS;
}

struct staging *staging_open(struct db *db)
{
    struct staging *s = mem_alloc(sizeof *s);
    s->db = db;
    s->filling = s->batches;
    for (size_t i = 0; i < BATCHES; i++)
        s->batches[i].block = mem_resize(NULL, BLOCK);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    s->threaded = thread_start(&s->thread, work, s);
    return s;
}

void staging_close(struct staging *s)
{
    if (s == NULL)
        return;
    if (s->threaded) {
        pthread_mutex_lock(&s->lock);
        s->over = true;
        pthread_cond_broadcast(&s->changed);
        pthread_mutex_unlock(&s->lock);
        pthread_join(s->thread, NULL);
    }
    for (size_t i = 0; i < BATCHES; i++) {
        empty(&s->batches[i]);
        arena_free(&s->batches[i].text);
        mem_free(s->batches[i].block);
        for (int t = 0; t < STAGE_COUNT; t++)
            vec_free(&s->batches[i].values[t]);
    }
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    mem_free(s);
}
