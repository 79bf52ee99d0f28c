#include "store/rubric.h"

#include "core/base/asset.h"
#include "core/base/clock.h"
#include "store/audit.h"
#include "store/setting.h"
#include "store/stmt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool rubric_builtin(const char *name, struct arena *a, struct rubric *out, struct err *err)
{
    static const char folder[] = "rubrics/", end[] = ".json";
    char list[200] = "";
    for (const struct asset *f = assets; f->name != NULL; f++) {
        size_t n = strlen(f->name);
        if (strncmp(f->name, folder, sizeof folder - 1) != 0 || n < sizeof folder + sizeof end - 2)
            continue;
        const char *at = f->name + sizeof folder - 1;
        int len = (int)(n - (sizeof folder - 1) - (sizeof end - 1));
        if (strlen(name) == (size_t)len && strncmp(at, name, (size_t)len) == 0)
            return rubric_parse((const char *)f->data, f->size, f->name, a, out, err);
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%.*s", used > 0 ? ", " : "", len, at);
    }
    return err_set(err, ERR_MISSING, "there is no rubric \"%.60s\"; there are %s, or give a JSON file", name, list);
}

/* q stands on a row (rubric, name, version, body). */
static bool from_row(struct rows *q, struct arena *a, struct rubric *out, struct err *err)
{
    struct json_text body = rows_text(q, 3);
    if (!rubric_parse(body.ptr, body.len, "the rubric in the workspace", a, out, err))
        return false;
    out->row = rows_int(q, 0);
    out->version = (int)rows_int(q, 2);
    return true;
}

/* *out->row is 0 when there is none. */
static bool fetch(struct db *db, enum stmt_id id, struct value key, struct arena *a, struct rubric *out,
                  struct err *err)
{
    struct rows q;
    out->row = 0;
    if (!rows_open(&q, db, id, ARGS(key), err))
        return false;
    if (rows_next(&q) && !from_row(&q, a, out, err))
        return rows_abandon(&q);
    return rows_close(&q, err);
}

bool rubric_load(struct db *db, int64_t row, struct arena *a, struct rubric *out, struct err *err)
{
    if (!fetch(db, STMT_RUBRIC_GET, v_int(row), a, out, err))
        return false;
    return out->row != 0 || err_set(err, ERR_MISSING, "%s: holds no rubric; \"assay check\" tells more", db_path(db));
}

bool rubric_current(struct db *db, struct arena *a, struct rubric *out, struct err *err)
{
    int64_t row = 0;
    return setting_get_int(db, "rubric", 0, &row, err) && rubric_load(db, row, a, out, err);
}

static bool put(struct db *db, void *ctx, struct err *err)
{
    struct rubric *r = ctx;
    int64_t row = 0, version = 0;
    if (!stmt_int(db, STMT_RUBRIC_SAME, ARGS(v_str(r->name), v_str(r->body)), &row, err) ||
        !stmt_int(db, STMT_RUBRIC_NEWEST, ARGS(v_str(r->name)), &version, err))
        return false;
    if (row == 0) {
        version++;
        if (!stmt_insert(db, STMT_RUBRIC_ADD,
                         ARGS(v_str(r->name), v_int(version), v_str(r->body), v_int(clock_now_ms())), &row, err))
            return false;
    } else if (!stmt_int(db, STMT_RUBRIC_VERSION, ARGS(v_int(row)), &version, err)) {
        return false;
    }
    r->row = row;
    r->version = (int)version;
    return true;
}

bool rubric_put(struct db *db, struct rubric *r, struct err *err)
{
    return db_write(db, put, r, err);
}

static bool save(struct db *db, void *ctx, struct err *err)
{
    struct rubric *r = ctx;
    return put(db, r, err) && setting_set_int(db, "rubric", r->row, err);
}

bool rubric_save(struct db *db, struct rubric *r, struct err *err)
{
    return db_write(db, save, r, err);
}

struct using
{
    struct rubric *r;
    const char *who;
};

static bool use(struct db *db, void *ctx, struct err *err)
{
    const struct using *u = ctx;
    char row[32];
    if (u->r->row == 0 && !put(db, u->r, err))
        return false;
    snprintf(row, sizeof row, "{\"version\":%d}", u->r->version);
    return setting_set_int(db, "rubric", u->r->row, err) && audit_add(db, u->who, "rubric", u->r->name, row, err);
}

bool rubric_use(struct db *db, struct rubric *r, const char *who, struct err *err)
{
    return db_write(db, use, &(struct using){r, who}, err);
}

bool rubric_each(struct db *db, void (*each)(void *ctx, const struct rubric *r), void *ctx, struct err *err)
{
    struct rows q;
    struct arena a = {0};
    bool ok = true;
    if (!rows_open(&q, db, STMT_RUBRIC_LIST, NO_ARGS, err))
        return false;
    while (ok && rows_next(&q)) {
        struct rubric r;
        ok = from_row(&q, &a, &r, err);
        if (ok)
            each(ctx, &r);
        arena_reset(&a);
    }
    arena_free(&a);
    return ok ? rows_close(&q, err) : rows_abandon(&q);
}

/* "name@version" in two; version 0: none. */
static bool take_apart(const char *name, struct arena *a, const char **plain, int64_t *version, struct err *err)
{
    const char *at = strchr(name, '@');
    char *end = NULL;
    *plain = at != NULL ? arena_ndup(a, name, (size_t)(at - name)) : name;
    *version = at != NULL ? strtoll(at + 1, &end, 10) : 0;
    return at == NULL || (end != at + 1 && *end == '\0' && *version >= 1) ||
           err_set(err, ERR_SYNTAX, "\"%.60s\" is no rubric; write name@version", name);
}

bool rubric_held(struct db *db, const char *name, struct arena *a, struct rubric *out, struct err *err)
{
    const char *plain;
    int64_t version, row = 0;
    return take_apart(name, a, &plain, &version, err) &&
           stmt_int(db, STMT_RUBRIC_FIND, ARGS(v_str(plain), v_int(version)), &row, err) &&
           (row != 0 || err_set(err, ERR_MISSING, "the rubric \"%.60s\" is not in this workspace", name)) &&
           rubric_load(db, row, a, out, err);
}

bool rubric_named(struct db *db, const char *name, struct arena *a, struct rubric *out, struct err *err)
{
    const char *plain;
    int64_t version;
    struct err missing = {.kind = ERR_NONE}, ignored;
    if (!take_apart(name, a, &plain, &version, err))
        return false;
    if (rubric_held(db, name, a, out, &missing))
        return true;
    if (missing.kind != ERR_MISSING) {
        if (err != NULL)
            *err = missing;
        return false;
    }
    if (version > 1 || !rubric_builtin(plain, a, out, &ignored))
        return err_set(err, ERR_MISSING, "the rubric \"%.60s\" is not in this workspace", name);
    return rubric_put(db, out, err) &&
           (version == 0 || out->version == version ||
            err_set(err, ERR_MISSING, "the rubric \"%.60s\" is not in this workspace", name));
}
