#include "core/record.h"

#include "core/base/lines.h"

#include <limits.h>
#include <stdio.h>

static bool take_line(const struct record_taker *t, const char *text, size_t n, struct err *err)
{
    struct json_object *o = NULL;
    struct flat f;
    if (t->quick != NULL && flat_scan(text, n, &f) && t->quick(t->ctx, &f))
        return true;
    if (!json_parse(text, n, &o, err))
        return false;
    bool ok = json_object_is_type(o, json_type_object)
                  ? t->take(t->ctx, o, err)
                  : err_set(err, ERR_SYNTAX, "a line must be an object, but is %s", json_type_name(o));
    json_object_put(o);
    return ok;
}

bool record_each(const char *path, const struct record_taker *t, struct err *err)
{
    struct lines *l = lines_open(path, err);
    if (l == NULL)
        return false;
    char *text;
    size_t n;
    bool list, ok = lines_of_list(l, &list, err);
    while (ok && (ok = lines_next(l, &text, &n, err)) && text != NULL) {
        if (n == 0)
            continue;
        ok = take_line(t, text, n, err);
        if (!ok) {
            err_context(err, "%s:%ld", lines_name(l), lines_number(l));
            break;
        }
    }
    lines_close(l);
    return ok;
}

bool record_row(struct json_object *o, const char *key, const struct embeddings *e, size_t *row, struct err *err)
{
    struct json_object *v = NULL;
    if (!json_object_object_get_ex(o, key, &v) || v == NULL)
        return err_set(err, ERR_MISSING, "\"%s\" is missing", key);
    if (json_object_is_type(v, json_type_string)) {
        struct json_text id;
        if (!json_as_text(v, key, &id, err))
            return false;
        if (embeddings_find(e, id.ptr, id.len, row))
            return true;
        if (names_count(&e->ids) == 0)
            return err_set(err, ERR_MISSING, "\"%s\" is the id \"%.80s\", but the %s have no ids; give --ids FILE", key,
                           id.ptr, e->noun);
        return err_set(err, ERR_MISSING, "\"%s\" is the id \"%.80s\", which the %s do not have", key, id.ptr, e->noun);
    }
    if (!json_object_is_type(v, json_type_int))
        return err_set(err, ERR_SYNTAX, "\"%s\" must be an id or a row number, but is %s", key, json_type_name(v));
    int64_t i;
    if (!json_as_int(v, key, INT64_MIN, INT64_MAX, &i, err))
        return false;
    if (e->n == 0)
        return err_set(err, ERR_RANGE, "\"%s\" is row %lld, but the %s have no rows", key, (long long)i, e->noun);
    if (i < 0 || (uint64_t)i >= e->n)
        return err_set(err, ERR_RANGE, "\"%s\" is row %lld, but the %s have rows 0 to %lld", key, (long long)i, e->noun,
                       (long long)e->n - 1);
    *row = (size_t)i;
    return true;
}

bool record_name(struct json_object *o, const char *key, struct names *names, int *index, struct err *err)
{
    struct json_text text = {0};
    *index = -1;
    if (!json_get_text(o, key, JSON_OPTIONAL, &text, err))
        return false;
    if (text.ptr == NULL)
        return true;
    size_t at = names_add(names, text.ptr, text.len, NULL);
    if (at > INT_MAX)
        return err_set(err, ERR_RANGE, "\"%s\": more names than %d", key, INT_MAX);
    *index = (int)at;
    return true;
}

void record_fact(struct json_object *o, const char *key, struct names *names, int *index)
{
    struct json_object *v = NULL;
    struct json_text text;
    char digits[24];
    *index = -1;
    if (!json_object_object_get_ex(o, key, &v))
        return;
    if (json_object_is_type(v, json_type_int)) {
        int n = snprintf(digits, sizeof digits, "%lld", (long long)json_object_get_int64(v));
        text = (struct json_text){digits, (size_t)n};
    } else if (!json_object_is_type(v, json_type_string) || !json_as_text(v, key, &text, NULL)) {
        return;
    }
    size_t at = names_add(names, text.ptr, text.len, NULL);
    *index = at <= INT_MAX ? (int)at : -1;
}

bool record_split(struct json_object *o, enum split *split, struct err *err)
{
    struct json_text text = {0};
    *split = SPLIT_NONE;
    if (!json_get_text(o, "split", JSON_OPTIONAL, &text, err))
        return false;
    if (text.ptr == NULL || split_parse(text.ptr, text.len, split))
        return true;
    return err_set(err, ERR_SYNTAX, "\"split\" is \"%.40s\"; train, calibration and test are known", text.ptr);
}

bool record_quick_row(const struct flat *f, const char *key, const struct embeddings *e, size_t *row)
{
    const struct flat_member *m = flat_get(f, key);
    if (m == NULL)
        return false;
    if (m->kind == FLAT_TEXT)
        return embeddings_find(e, m->text, m->len, row);
    if (m->kind != FLAT_INT || m->i < 0 || (uint64_t)m->i >= e->n)
        return false;
    *row = (size_t)m->i;
    return true;
}

bool record_quick_name(const struct flat *f, const char *key, struct names *names, int *index)
{
    const struct flat_member *m = flat_get(f, key);
    *index = -1;
    if (m == NULL)
        return true;
    if (m->kind != FLAT_TEXT)
        return false;
    size_t at = names_add(names, m->text, m->len, NULL);
    *index = at <= INT_MAX ? (int)at : -1;
    return at <= INT_MAX;
}

bool record_quick_split(const struct flat *f, enum split *split)
{
    const struct flat_member *m = flat_get(f, "split");
    *split = SPLIT_NONE;
    return m == NULL || (m->kind == FLAT_TEXT && split_parse(m->text, m->len, split));
}
