#include "core/base/json.h"

#include "core/base/json_plain.h"
#include "core/base/json_quick.h"
#include "core/base/utf8.h"

#include <limits.h>
#include <math.h>
#include <string.h>

/* json-c, strict as it is, lets NaN and Infinity through; our inputs never mean them. */
static bool has_nonfinite(struct json_object *v)
{
    switch (json_object_get_type(v)) {
    case json_type_double:
        return !isfinite(json_object_get_double(v));
    case json_type_array:
        for (size_t i = 0; i < json_object_array_length(v); i++)
            if (has_nonfinite(json_object_array_get_idx(v, i)))
                return true;
        return false;
    case json_type_object: {
        json_object_object_foreach(v, key, item)
        {
            (void)key;
            if (has_nonfinite(item))
                return true;
        }
        return false;
    }
    default:
        return false;
    }
}

/* json-c, strict as it is, also takes keys in single quotes and raw control characters in strings. *at: the first of
 * them. */
static bool has_loose_quotes(const char *text, size_t n, size_t *at)
{
    bool inside = false;
    for (size_t i = 0; i < n; i++) {
        if (inside)
            i += json_plain_run(text + i, n - i);
        if (i == n)
            break;
        unsigned char c = (unsigned char)text[i];
        *at = i;
        if (inside ? c < 0x20 : c == '\'')
            return true;
        if (c == '"')
            inside = !inside;
        else if (inside && c == '\\')
            i++;
    }
    return false;
}

bool json_parse(const char *text, size_t n, struct json_object **out, struct err *err)
{
    size_t bad;
    if (!utf8_valid(text, n, &bad))
        return err_set(err, ERR_SYNTAX, "not UTF-8 at byte %zu", bad + 1);
    if (json_quick(text, n, out))
        return true;
    if (memchr(text, '\0', n) != NULL)
        return err_set(err, ERR_SYNTAX, "a NUL byte");
    if (has_loose_quotes(text, n, &bad))
        return err_set(err, ERR_SYNTAX, "not JSON at column %zu (%s)", bad + 1,
                       text[bad] == '\'' ? "strings stand in double quotes" : "a control character inside a string");
    if (n > INT_MAX - 1)
        return err_set(err, ERR_RANGE, "longer than 2 GiB");
    struct json_tokener *t = json_tokener_new_ex(JSON_MAX_DEPTH);
    if (t == NULL)
        BUG("out of memory");
    json_tokener_set_flags(t, JSON_TOKENER_STRICT);
    struct json_object *v = json_tokener_parse_ex(t, text, (int)n);
    enum json_tokener_error e = json_tokener_get_error(t);
    size_t used = json_tokener_get_parse_end(t);
    if (e == json_tokener_continue) { /* a bare number ends only where the text does */
        v = json_tokener_parse_ex(t, "", 1);
        e = json_tokener_get_error(t);
        used = n;
        if (e == json_tokener_continue)
            e = json_tokener_error_parse_eof;
    }
    json_tokener_free(t);
    if (e != json_tokener_success) {
        json_object_put(v);
        return err_set(err, ERR_SYNTAX, "not JSON at column %zu (%s)", used + 1,
                       e == json_tokener_error_parse_eof ? "it ends too early" : json_tokener_error_desc(e));
    }
    while (used < n && strchr(" \t\r\n", text[used]) != NULL)
        used++;
    if (used < n) {
        json_object_put(v);
        return err_set(err, ERR_SYNTAX, "more text after the JSON value at column %zu", used + 1);
    }
    if (has_nonfinite(v)) {
        json_object_put(v);
        return err_set(err, ERR_SYNTAX, "not JSON (NaN or Infinity)");
    }
    *out = v;
    return true;
}

const char *json_type_name(struct json_object *v)
{
    switch (json_object_get_type(v)) {
    case json_type_null:
        return "null";
    case json_type_boolean:
        return "true or false";
    case json_type_double:
        return "a number with a fraction";
    case json_type_int:
        return "an integer";
    case json_type_object:
        return "an object";
    case json_type_array:
        return "a list";
    case json_type_string:
        return "a string";
    }
    return "something else";
}

bool json_has(struct json_object *o, const char *key)
{
    struct json_object *v;
    return json_object_object_get_ex(o, key, &v) && v != NULL;
}

/* *v is the value or NULL when it is optional and absent. */
static bool field(struct json_object *o, const char *key, enum json_need need, struct json_object **v, struct err *err)
{
    *v = NULL;
    bool there = json_object_object_get_ex(o, key, v);
    if (*v != NULL || need == JSON_OPTIONAL)
        return true;
    return err_set(err, ERR_MISSING, there ? "\"%s\" is null" : "\"%s\" is missing", key);
}

static bool wrong_type(const char *what, const char *wanted, struct json_object *v, struct err *err)
{
    return err_set(err, ERR_SYNTAX, "\"%s\" must be %s, but is %s", what, wanted, json_type_name(v));
}

static bool get_typed(struct json_object *o, const char *key, enum json_need need, enum json_type type,
                      const char *wanted, struct json_object **out, struct err *err)
{
    struct json_object *v;
    if (!field(o, key, need, &v, err))
        return false;
    if (v == NULL)
        return true;
    if (!json_object_is_type(v, type))
        return wrong_type(key, wanted, v, err);
    *out = v;
    return true;
}

bool json_get_object(struct json_object *o, const char *key, enum json_need need, struct json_object **out,
                     struct err *err)
{
    return get_typed(o, key, need, json_type_object, "an object", out, err);
}

bool json_get_array(struct json_object *o, const char *key, enum json_need need, struct json_object **out,
                    struct err *err)
{
    return get_typed(o, key, need, json_type_array, "a list", out, err);
}

bool json_as_text(struct json_object *v, const char *what, struct json_text *out, struct err *err)
{
    if (!json_object_is_type(v, json_type_string))
        return wrong_type(what, "a string", v, err);
    struct json_text t = {json_object_get_string(v), (size_t)json_object_get_string_len(v)};
    if (memchr(t.ptr, '\0', t.len) != NULL)
        return err_set(err, ERR_SYNTAX, "\"%s\" holds a NUL character", what);
    *out = t;
    return true;
}

bool json_get_text(struct json_object *o, const char *key, enum json_need need, struct json_text *out, struct err *err)
{
    struct json_object *v;
    if (!field(o, key, need, &v, err))
        return false;
    return v == NULL || json_as_text(v, key, out, err);
}

bool json_as_int(struct json_object *v, const char *what, int64_t min, int64_t max, int64_t *out, struct err *err)
{
    int64_t i;
    if (json_object_is_type(v, json_type_int)) {
        i = json_object_get_int64(v);
    } else if (json_object_is_type(v, json_type_double)) {
        double d = json_object_get_double(v);
        if (d != floor(d) || fabs(d) > 1e15)
            return wrong_type(what, "an integer", v, err);
        i = (int64_t)d;
    } else {
        return wrong_type(what, "an integer", v, err);
    }
    if (i < min || i > max)
        return err_set(err, ERR_RANGE, "\"%s\" is %lld, outside %lld to %lld", what, (long long)i, (long long)min,
                       (long long)max);
    *out = i;
    return true;
}

bool json_get_int(struct json_object *o, const char *key, enum json_need need, int64_t min, int64_t max, int64_t *out,
                  struct err *err)
{
    struct json_object *v;
    if (!field(o, key, need, &v, err))
        return false;
    return v == NULL || json_as_int(v, key, min, max, out, err);
}

bool json_get_number(struct json_object *o, const char *key, enum json_need need, double *out, struct err *err)
{
    struct json_object *v;
    if (!field(o, key, need, &v, err))
        return false;
    if (v == NULL)
        return true;
    if (!json_object_is_type(v, json_type_double) && !json_object_is_type(v, json_type_int))
        return wrong_type(key, "a number", v, err);
    *out = json_object_get_double(v);
    return true;
}

bool json_get_bool(struct json_object *o, const char *key, enum json_need need, bool *out, struct err *err)
{
    struct json_object *v = NULL;
    if (!get_typed(o, key, need, json_type_boolean, "true or false", &v, err))
        return false;
    if (v != NULL)
        *out = json_object_get_boolean(v);
    return true;
}
