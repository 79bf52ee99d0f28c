#include "core/record.h"

#include "core/base/lines.h"

#include <limits.h>

static bool take_line(const char *text, size_t n, bool (*take)(void *, struct json_object *, struct err *), void *ctx,
                      struct err *err)
{
    struct json_object *o = NULL;
    if (!json_parse(text, n, &o, err))
        return false;
    bool ok = json_object_is_type(o, json_type_object)
                  ? take(ctx, o, err)
                  : err_set(err, ERR_SYNTAX, "a line must be an object, but is %s", json_type_name(o));
    json_object_put(o);
    return ok;
}

bool record_each(const char *path, bool (*take)(void *, struct json_object *, struct err *), void *ctx, struct err *err)
{
    struct lines *l = lines_open(path, err);
    if (l == NULL)
        return false;
    char *text;
    size_t n;
    bool ok;
    while ((ok = lines_next(l, &text, &n, err)) && text != NULL) {
        if (n == 0)
            continue;
        ok = take_line(text, n, take, ctx, err);
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
            return err_set(err, ERR_MISSING,
                           "\"%s\" is the id \"%.80s\", but the embeddings have no ids; give --ids FILE", key, id.ptr);
        return err_set(err, ERR_MISSING, "\"%s\" is the id \"%.80s\", which the embeddings do not have", key, id.ptr);
    }
    if (!json_object_is_type(v, json_type_int))
        return err_set(err, ERR_SYNTAX, "\"%s\" must be an id or a row number, but is %s", key, json_type_name(v));
    int64_t i;
    if (!json_as_int(v, key, INT64_MIN, INT64_MAX, &i, err))
        return false;
    if (i < 0 || (uint64_t)i >= e->n)
        return err_set(err, ERR_RANGE, "\"%s\" is row %lld, but the embeddings have rows 0 to %lld", key, (long long)i,
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
