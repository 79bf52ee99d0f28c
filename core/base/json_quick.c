#include "core/base/json_quick.h"

#include "core/base/buf.h"
#include "core/base/json_plain.h"
#include "core/base/utf8.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH = 32, KEY_MAX = 128, NUMBER_MAX = 40, WHOLE_DIGITS = 18 };

struct reader {
    const char *at, *end;
    struct buf text; /* a string with escapes, as it is meant */
};

static bool value(struct reader *r, int depth, struct json_object **out);

static void skip_space(struct reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r'))
        r->at++;
}

/* The next character that is no white space, passed by if it is this one. */
static bool take(struct reader *r, char c)
{
    skip_space(r);
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

static const char *plain_end(const char *p, const char *end)
{
    p += json_plain_run(p, (size_t)(end - p));
    while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20)
        p++;
    return p;
}

static bool hex4(struct reader *r, uint32_t *out)
{
    if (r->end - r->at < 4)
        return false;
    *out = 0;
    for (int i = 0; i < 4; i++) {
        char c = *r->at++;
        char low = (char)(c | 0x20);
        if (c >= '0' && c <= '9')
            *out = *out << 4 | (uint32_t)(c - '0');
        else if (low >= 'a' && low <= 'f')
            *out = *out << 4 | (uint32_t)(low - 'a' + 10);
        else
            return false;
    }
    return true;
}

/* Behind "\u". A NUL, and half of a pair, are not plain. */
static bool unicode(struct reader *r)
{
    char bytes[4];
    uint32_t c, low;
    if (!hex4(r, &c) || c == 0 || (c >= 0xDC00 && c < 0xE000))
        return false;
    if (c >= 0xD800 && c < 0xDC00) {
        if (r->end - r->at < 2 || r->at[0] != '\\' || r->at[1] != 'u')
            return false;
        r->at += 2;
        if (!hex4(r, &low) || low < 0xDC00 || low >= 0xE000)
            return false;
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    }
    buf_add(&r->text, bytes, (size_t)utf8_encode(c, bytes));
    return true;
}

static bool escape(struct reader *r)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (r->end - r->at < 2)
        return false;
    char c = r->at[1];
    r->at += 2;
    if (c == 'u')
        return unicode(r);
    const char *k = c != '\0' ? strchr(from, c) : NULL;
    if (k == NULL)
        return false;
    buf_addc(&r->text, to[k - from]);
    return true;
}

/* Behind the first quote. What it gives lives until the next one. */
static bool string(struct reader *r, const char **text, size_t *n)
{
    const char *from = r->at;
    r->at = plain_end(from, r->end);
    bool escaped = r->at < r->end && *r->at == '\\';
    buf_reset(&r->text);
    while (r->at < r->end && *r->at == '\\') {
        buf_add(&r->text, from, (size_t)(r->at - from));
        if (!escape(r))
            return false;
        from = r->at;
        r->at = plain_end(from, r->end);
    }
    if (r->at == r->end || *r->at != '"')
        return false;
    if (escaped)
        buf_add(&r->text, from, (size_t)(r->at - from));
    *text = escaped ? r->text.ptr : from;
    *n = escaped ? r->text.len : (size_t)(r->at - from);
    r->at++;
    return true;
}

static size_t digits(struct reader *r)
{
    const char *from = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
        r->at++;
    return (size_t)(r->at - from);
}

/* As json-c keeps it: a fraction or an exponent makes it a double, which remembers how it was written. */
static bool number(struct reader *r, struct json_object **out)
{
    const char *from = r->at;
    char text[NUMBER_MAX], *stop;
    bool whole = true;
    r->at += *r->at == '-';
    const char *first = r->at;
    size_t n = digits(r);
    if (n == 0 || n > WHOLE_DIGITS || (n > 1 && *first == '0'))
        return false;
    if (r->at < r->end && *r->at == '.') {
        whole = false;
        r->at++;
        if (digits(r) == 0)
            return false;
    }
    if (r->at < r->end && (*r->at == 'e' || *r->at == 'E'))
        return false;
    size_t length = (size_t)(r->at - from);
    if (length >= sizeof text || (whole && *first == '0' && first > from)) /* -0 */
        return false;
    memcpy(text, from, length);
    text[length] = '\0';
    if (whole) {
        *out = json_object_new_int64(strtoll(text, NULL, 10));
        return true;
    }
    double x = strtod(text, &stop);
    if (*stop != '\0') /* of a language with another point */
        return false;
    *out = json_object_new_double_s(x, text);
    return true;
}

static bool word(struct reader *r, const char *text)
{
    size_t n = strlen(text);
    if ((size_t)(r->end - r->at) < n || memcmp(r->at, text, n) != 0)
        return false;
    r->at += n;
    return true;
}

static bool member(struct reader *r, int depth, struct json_object *o)
{
    const char *text;
    char key[KEY_MAX];
    size_t n;
    struct json_object *v;
    if (!take(r, '"') || !string(r, &text, &n) || n >= sizeof key || memchr(text, '\0', n) != NULL)
        return false;
    memcpy(key, text, n);
    key[n] = '\0';
    return take(r, ':') && value(r, depth, &v) && json_object_object_add(o, key, v) == 0;
}

static bool element(struct reader *r, int depth, struct json_object *list)
{
    struct json_object *v;
    return value(r, depth, &v) && json_object_array_add(list, v) == 0;
}

static bool several(struct reader *r, int depth, char close, struct json_object *all,
                    bool (*one)(struct reader *r, int depth, struct json_object *all), struct json_object **out)
{
    bool ok = all != NULL && depth < DEPTH;
    if (ok && !take(r, close)) {
        do
            ok = one(r, depth + 1, all);
        while (ok && take(r, ','));
        ok = ok && take(r, close);
    }
    if (!ok)
        json_object_put(all);
    *out = ok ? all : NULL;
    return ok;
}

static bool value(struct reader *r, int depth, struct json_object **out)
{
    const char *text;
    size_t n;
    skip_space(r);
    *out = NULL;
    if (r->at == r->end)
        return false;
    switch (*r->at) {
    case '{':
        r->at++;
        return several(r, depth, '}', json_object_new_object(), member, out);
    case '[':
        r->at++;
        return several(r, depth, ']', json_object_new_array(), element, out);
    case '"':
        r->at++;
        if (!string(r, &text, &n) || n > INT32_MAX)
            return false;
        *out = json_object_new_string_len(text, (int)n);
        return *out != NULL;
    case 't':
        *out = json_object_new_boolean(true);
        break;
    case 'f':
        *out = json_object_new_boolean(false);
        break;
    case 'n':
        return word(r, "null");
    default:
        return number(r, out);
    }
    if (word(r, json_object_get_boolean(*out) ? "true" : "false"))
        return true;
    json_object_put(*out);
    return false;
}

bool json_quick(const char *text, size_t n, struct json_object **out)
{
    struct reader r = {.at = text, .end = text + n, .text = BUF_INIT};
    struct json_object *v = NULL;
    bool ok = value(&r, 0, &v);
    buf_free(&r.text);
    skip_space(&r);
    if (ok && r.at < r.end) {
        json_object_put(v);
        ok = false;
    }
    if (ok)
        *out = v;
    return ok;
}
