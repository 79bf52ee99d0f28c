#include "core/base/json_writer.h"

#include "core/base/json_plain.h"
#include "core/base/utf8.h"

#include <math.h>
#include <string.h>

void jw_start(struct json_writer *w, struct buf *b)
{
    memset(w, 0, sizeof *w);
    w->b = b;
}

static void before_value(struct json_writer *w)
{
    if (w->after_key) {
        w->after_key = false;
        return;
    }
    if (w->more[w->depth])
        buf_addc(w->b, ',');
    w->more[w->depth] = true;
}

static void nest(struct json_writer *w, char open)
{
    before_value(w);
    buf_addc(w->b, open);
    if (++w->depth >= JSON_WRITER_DEPTH)
        BUG("JSON nested deeper than %d", JSON_WRITER_DEPTH);
    w->more[w->depth] = false;
}

static void unnest(struct json_writer *w, char close)
{
    if (w->depth == 0 || w->after_key)
        BUG("JSON closed where nothing is open");
    w->depth--;
    buf_addc(w->b, close);
}

void jw_object(struct json_writer *w)
{
    nest(w, '{');
}

void jw_object_end(struct json_writer *w)
{
    unnest(w, '}');
}

void jw_array(struct json_writer *w)
{
    nest(w, '[');
}

void jw_array_end(struct json_writer *w)
{
    unnest(w, ']');
}

/* Characters that do something to a terminal, or to JavaScript, are escaped. */
static bool must_escape(uint32_t c)
{
    return c < 0x20 || c == '"' || c == '\\' || (c >= 0x7F && c < 0xA0) || c == 0x061C ||
           (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
}

static void add_escape(struct buf *b, uint32_t c)
{
    static const char plain[] = "\b\f\n\r\t\"\\";
    static const char letter[] = "bfnrt\"\\";
    const char *p = c < 0x80 && c != 0 ? strchr(plain, (int)c) : NULL;
    static const char digits[] = "0123456789abcdef";
    const char two[] = {'\\', p != NULL ? letter[p - plain] : 'u'};
    const char four[] = {digits[c >> 12 & 15], digits[c >> 8 & 15], digits[c >> 4 & 15], digits[c & 15]};
    buf_add(b, two, sizeof two); /* printf would cost more than all the rest */
    if (p == NULL)
        buf_add(b, four, sizeof four);
}

static void add_string(struct buf *b, const char *s, size_t n)
{
    buf_addc(b, '"');
    size_t from = 0;
    for (size_t i = 0; i < n;) {
        uint32_t c;
        i += json_ascii_run(s + i, n - i);
        if (i == n)
            break;
        int len = utf8_decode(s + i, n - i, &c);
        if (len == 0 || must_escape(c)) {
            buf_add(b, s + from, i - from);
            if (len == 0)
                buf_adds(b, "\xEF\xBF\xBD"); /* JSON is UTF-8: a stray byte becomes U+FFFD */
            else
                add_escape(b, c);
            from = i + (size_t)(len > 0 ? len : 1);
        }
        i += (size_t)(len > 0 ? len : 1);
    }
    buf_add(b, s + from, n - from);
    buf_addc(b, '"');
}

void jw_key(struct json_writer *w, const char *key)
{
    before_value(w);
    add_string(w->b, key, strlen(key));
    buf_addc(w->b, ':');
    w->after_key = true;
}

void jw_strn(struct json_writer *w, const char *s, size_t n)
{
    before_value(w);
    add_string(w->b, s, n);
}

void jw_str(struct json_writer *w, const char *s)
{
    jw_strn(w, s, strlen(s));
}

void jw_int(struct json_writer *w, int64_t v)
{
    before_value(w);
    buf_addf(w->b, "%lld", (long long)v);
}

void jw_num(struct json_writer *w, double v)
{
    if (!isfinite(v)) {
        jw_null(w);
        return;
    }
    before_value(w);
    buf_addf(w->b, "%.17g", v);
}

void jw_bool(struct json_writer *w, bool v)
{
    before_value(w);
    buf_adds(w->b, v ? "true" : "false");
}

void jw_null(struct json_writer *w)
{
    before_value(w);
    buf_adds(w->b, "null");
}

void jw_raw(struct json_writer *w, const char *json, size_t n)
{
    before_value(w);
    buf_add(w->b, json, n);
}

void jw_members(struct json_writer *w, const char *json, size_t n)
{
    if (n > 2)
        jw_raw(w, json + 1, n - 2);
}

void jw_kstr(struct json_writer *w, const char *key, const char *s)
{
    jw_key(w, key);
    jw_str(w, s);
}

void jw_kstrn(struct json_writer *w, const char *key, const char *s, size_t n)
{
    jw_key(w, key);
    jw_strn(w, s, n);
}

void jw_kint(struct json_writer *w, const char *key, int64_t v)
{
    jw_key(w, key);
    jw_int(w, v);
}

void jw_knum(struct json_writer *w, const char *key, double v)
{
    jw_key(w, key);
    jw_num(w, v);
}

void jw_kbool(struct json_writer *w, const char *key, bool v)
{
    jw_key(w, key);
    jw_bool(w, v);
}
