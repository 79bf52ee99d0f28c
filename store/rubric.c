#include "store/rubric.h"

#include "core/base/asset.h"
#include "core/base/clock.h"
#include "core/base/json.h"
#include "store/audit.h"
#include "store/setting.h"
#include "store/stmt.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Refuse a field that nobody would read: most often it is a misspelt one. */
static bool only_fields(struct json_object *o, const char *const *known, const char *where, struct err *err)
{
    json_object_object_foreach(o, key, value)
    {
        (void)value;
        const char *const *k = known;
        while (*k != NULL && strcmp(*k, key) != 0)
            k++;
        if (*k == NULL)
            return err_set(err, ERR_SYNTAX, "unknown field \"%.60s\" in %s", key, where);
    }
    return true;
}

static bool text_field(struct json_object *o, const char *key, struct arena *a, const char **out, struct err *err)
{
    struct json_text t = {0};
    if (!json_get_text(o, key, JSON_REQUIRED, &t, err))
        return false;
    *out = arena_ndup(a, t.ptr, t.len);
    return t.len > 0 || err_set(err, ERR_SYNTAX, "\"%s\" is empty", key);
}

/* Keys stand in files, on command lines and in JSON paths. */
static bool key_field(struct json_object *o, struct arena *a, const char **out, struct err *err)
{
    if (!text_field(o, "key", a, out, err))
        return false;
    for (const char *p = *out; *p != '\0'; p++)
        if (!(islower((unsigned char)*p) || isdigit((unsigned char)*p) || *p == '_' || *p == '-'))
            return err_set(err, ERR_SYNTAX, "the key \"%.60s\" may hold small letters, digits, _ and - only", *out);
    return strlen(*out) <= 40 || err_set(err, ERR_SYNTAX, "the key \"%.60s\" is longer than 40 letters", *out);
}

static bool parse_levels(struct json_object *o, struct arena *a, struct attribute *at, struct err *err)
{
    struct json_object *levels = NULL;
    if (!json_get_array(o, "levels", JSON_REQUIRED, &levels, err))
        return false;
    size_t n = json_object_array_length(levels), want = (size_t)(at->max - at->min + 1);
    if (n != want)
        return err_set(err, ERR_SYNTAX, "\"levels\" has %zu sentences, %d to %d needs %zu", n, at->min, at->max, want);
    for (size_t i = 0; i < n; i++) {
        struct json_text t = {0};
        if (!json_as_text(json_object_array_get_idx(levels, i), "levels", &t, err))
            return false;
        at->levels[i] = arena_ndup(a, t.ptr, t.len);
    }
    return true;
}

static bool parse_attribute(struct json_object *o, struct arena *a, struct rubric *r, struct err *err)
{
    static const char *const known[] = {"key", "label", "about", "min", "max", "levels", "required", NULL};
    struct attribute *at = &r->attributes[r->n_attributes];
    int64_t min = 0, max = 0;
    at->required = true;
    if (!only_fields(o, known, "an attribute", err) ||
        !json_get_bool(o, "required", JSON_OPTIONAL, &at->required, err) || !key_field(o, a, &at->key, err) ||
        !text_field(o, "label", a, &at->label, err) || !text_field(o, "about", a, &at->about, err) ||
        !json_get_int(o, "min", JSON_REQUIRED, 0, 9, &min, err) ||
        !json_get_int(o, "max", JSON_REQUIRED, 0, 9, &max, err))
        return false;
    if (min >= max)
        return err_set(err, ERR_RANGE, "\"min\" must be less than \"max\"");
    at->min = (int)min;
    at->max = (int)max;
    if (rubric_find(r, at->key, strlen(at->key)) >= 0)
        return err_set(err, ERR_CONFLICT, "the attribute \"%s\" stands twice", at->key);
    return parse_levels(o, a, at, err);
}

static bool parse_attributes(struct json_object *o, struct arena *a, struct rubric *r, struct err *err)
{
    struct json_object *list = NULL;
    if (!json_get_array(o, "attributes", JSON_REQUIRED, &list, err))
        return false;
    size_t n = json_object_array_length(list);
    if (n > RUBRIC_MAX_ATTRIBUTES)
        return err_set(err, ERR_RANGE, "%zu attributes are more than the %d there is room for", n,
                       RUBRIC_MAX_ATTRIBUTES);
    for (size_t i = 0; i < n; i++) {
        struct json_object *item = json_object_array_get_idx(list, i);
        if (!json_object_is_type(item, json_type_object))
            return err_set(err, ERR_SYNTAX, "attribute %zu must be an object, but is %s", i + 1, json_type_name(item));
        if (!parse_attribute(item, a, r, err))
            return err_context(err, "attribute %zu", i + 1);
        r->n_attributes++;
    }
    return true;
}

static bool parse_reason(struct json_object *o, struct arena *a, struct reason *list, size_t i, struct err *err)
{
    static const char *const known[] = {"letter", "key", "text", NULL};
    struct json_text letter = {0};
    if (!only_fields(o, known, "a reason", err) || !json_get_text(o, "letter", JSON_REQUIRED, &letter, err) ||
        !key_field(o, a, &list[i].key, err) || !text_field(o, "text", a, &list[i].text, err))
        return false;
    if (letter.len != 1 || !islower((unsigned char)letter.ptr[0]))
        return err_set(err, ERR_SYNTAX, "\"letter\" must be one small letter, a to z");
    list[i].letter = letter.ptr[0];
    for (size_t k = 0; k < i; k++)
        if (list[k].letter == list[i].letter || strcmp(list[k].key, list[i].key) == 0)
            return err_set(err, ERR_CONFLICT, "the letter \"%c\" or the key \"%s\" stands twice", list[i].letter,
                           list[i].key);
    return true;
}

static bool parse_reasons(struct json_object *o, const char *field, struct arena *a, struct reason *list, size_t *n,
                          struct err *err)
{
    struct json_object *array = NULL;
    if (!json_get_array(o, field, JSON_OPTIONAL, &array, err))
        return false;
    size_t count = array != NULL ? json_object_array_length(array) : 0;
    if (count > RUBRIC_MAX_REASONS)
        return err_set(err, ERR_RANGE, "\"%s\" has %zu reasons, at most %d fit", field, count, RUBRIC_MAX_REASONS);
    for (size_t i = 0; i < count; i++) {
        struct json_object *item = json_object_array_get_idx(array, i);
        if (!json_object_is_type(item, json_type_object))
            return err_set(err, ERR_SYNTAX, "%s: reason %zu must be an object, but is %s", field, i + 1,
                           json_type_name(item));
        if (!parse_reason(item, a, list, i, err))
            return err_context(err, "%s: reason %zu", field, i + 1);
    }
    *n = count;
    return true;
}

static bool parse_preference(struct json_object *o, struct rubric *r, struct err *err)
{
    static const char *const known[] = {"required", "zero_allowed", "max", NULL};
    struct json_object *p = NULL;
    int64_t max = PREFERENCE_MAX;
    if (!json_get_object(o, "preference", JSON_OPTIONAL, &p, err))
        return false;
    r->preference_required = r->zero_allowed = true;
    bool ok = p == NULL || (only_fields(p, known, "\"preference\"", err) &&
                            json_get_bool(p, "required", JSON_OPTIONAL, &r->preference_required, err) &&
                            json_get_bool(p, "zero_allowed", JSON_OPTIONAL, &r->zero_allowed, err) &&
                            json_get_int(p, "max", JSON_OPTIONAL, 1, PREFERENCE_MAX, &max, err));
    r->preference_max = (int)max;
    return ok;
}

static bool parse_justification(struct json_object *o, struct arena *a, struct rubric *r, struct err *err)
{
    static const char *const known[] = {"min_words", "max_words", "hint", NULL};
    struct json_object *j = NULL;
    int64_t words = 0, most = 0;
    struct json_text hint = {"", 0};
    if (!json_get_object(o, "justification", JSON_OPTIONAL, &j, err))
        return false;
    if (j != NULL && (!only_fields(j, known, "\"justification\"", err) ||
                      !json_get_int(j, "min_words", JSON_OPTIONAL, 0, 1000, &words, err) ||
                      !json_get_int(j, "max_words", JSON_OPTIONAL, 1, 1000, &most, err) ||
                      !json_get_text(j, "hint", JSON_OPTIONAL, &hint, err)))
        return false;
    if (most > 0 && most < words)
        return err_set(err, ERR_RANGE, "\"max_words\" must not be less than \"min_words\"");
    r->justification_min_words = (int)words;
    r->justification_max_words = (int)most;
    r->justification_hint = arena_ndup(a, hint.ptr, hint.len);
    return true;
}

static bool parse_object(struct json_object *o, struct arena *a, struct rubric *r, struct err *err)
{
    static const char *const known[] = {"name",          "attributes",   "preference",
                                        "justification", "skip_reasons", "flag_reasons",
                                        "confidence",    "ranking",      NULL};
    if (!json_object_is_type(o, json_type_object))
        return err_set(err, ERR_SYNTAX, "a rubric must be an object, but is %s", json_type_name(o));
    if (!only_fields(o, known, "the rubric", err) || !text_field(o, "name", a, &r->name, err) ||
        !parse_attributes(o, a, r, err) || !parse_preference(o, r, err) || !parse_justification(o, a, r, err) ||
        !json_get_bool(o, "confidence", JSON_OPTIONAL, &r->asks_confidence, err) ||
        !json_get_bool(o, "ranking", JSON_OPTIONAL, &r->ranks, err) ||
        !parse_reasons(o, "skip_reasons", a, r->skip_reasons, &r->n_skip_reasons, err) ||
        !parse_reasons(o, "flag_reasons", a, r->flag_reasons, &r->n_flag_reasons, err))
        return false;
    if (strchr(r->name, '@') != NULL)
        return err_set(err, ERR_SYNTAX, "\"name\" may not hold @");
    return true;
}

bool rubric_parse(const char *json, size_t n, const char *what, struct arena *a, struct rubric *out, struct err *err)
{
    struct json_object *o = NULL;
    struct rubric r = {0};
    bool ok = json_parse(json, n, &o, err) && parse_object(o, a, &r, err);
    json_object_put(o);
    if (!ok)
        return err_context(err, "%s", what);
    r.body = arena_ndup(a, json, n);
    *out = r;
    return true;
}

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

int rubric_find(const struct rubric *r, const char *key, size_t n)
{
    for (size_t i = 0; i < r->n_attributes; i++)
        if (strlen(r->attributes[i].key) == n && memcmp(r->attributes[i].key, key, n) == 0)
            return (int)i;
    return -1;
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
