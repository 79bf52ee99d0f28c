#include "core/flat.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* More than a double ever needs: 18 digits on either side of the point, and an exponent. */
enum { LONGEST_NUMBER = 48 };

/* What is left of the line. */
struct cursor {
    const char *p, *end;
};

static void skip_blanks(struct cursor *c)
{
    while (c->p < c->end && (*c->p == ' ' || *c->p == '\t' || *c->p == '\r' || *c->p == '\n'))
        c->p++;
}

static bool accept(struct cursor *c, char wanted)
{
    if (c->p == c->end || *c->p != wanted)
        return false;
    c->p++;
    return true;
}

static bool scan_text(struct cursor *c, const char **text, size_t *len)
{
    if (!accept(c, '"'))
        return false;
    *text = c->p;
    while (c->p < c->end && *c->p >= ' ' && *c->p <= '~' && *c->p != '"' && *c->p != '\\')
        c->p++;
    *len = (size_t)(c->p - *text);
    return accept(c, '"');
}

/* Append digits to *v and return how many there were; those beyond 18 in all are counted only. */
static int scan_digits(struct cursor *c, int64_t *v)
{
    const char *start = c->p;
    for (; c->p < c->end && *c->p >= '0' && *c->p <= '9' && c->p - start < 19; c->p++)
        if (*v < INT64_C(100000000000000000))
            *v = *v * 10 + (*c->p - '0');
    return (int)(c->p - start);
}

static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* Up to 15 digits and powers up to 1e22 are doubles, so one operation rounds once: the nearest double (Clinger, How to
 * read floating point numbers accurately, PLDI 1990, section 3). The library finds it for all others. */
static bool scale(int64_t digits, int n, int64_t power, const char *text, size_t len, double *out)
{
    char copy[LONGEST_NUMBER + 1];
    if (n <= 15 && power >= -22 && power <= 22) {
        *out = power < 0 ? (double)digits / powers[-power] : (double)digits * powers[power];
        return true;
    }
    if (len > LONGEST_NUMBER)
        return false;
    memcpy(copy, text, len);
    copy[len] = '\0';
    *out = strtod(copy, NULL);
    return isfinite(*out);
}

static bool scan_number(struct cursor *c, struct flat_member *m)
{
    int64_t digits = 0, power = 0, down = 0;
    bool minus = accept(c, '-');
    const char *start = c->p;
    int n = scan_digits(c, &digits), fraction = 0;
    if (n == 0 || n > 18 || (*start == '0' && n > 1))
        return false; /* not JSON, or too long */
    m->kind = FLAT_INT;
    m->i = minus ? -digits : digits;
    m->number = (double)m->i;
    if (c->p == c->end || (*c->p != '.' && *c->p != 'e' && *c->p != 'E'))
        return digits != 0 || !minus; /* -0 is no integer */
    m->kind = FLAT_NUMBER;
    if (accept(c, '.')) {
        fraction = scan_digits(c, &digits);
        if (fraction == 0 || fraction > 18)
            return false;
    }
    if (accept(c, 'e') || accept(c, 'E')) {
        bool negative = accept(c, '-');
        if (!negative)
            accept(c, '+');
        int width = scan_digits(c, &power);
        if (width == 0 || width > 3)
            return false;
        down = negative ? power : -power;
    }
    if (!scale(digits, n + fraction, -down - fraction, start, (size_t)(c->p - start), &m->number))
        return false;
    m->number = minus ? -m->number : m->number;
    return true;
}

static bool scan_word(struct cursor *c, struct flat_member *m)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]);
        if ((size_t)(c->end - c->p) < n || memcmp(c->p, words[i], n) != 0)
            continue;
        m->kind = FLAT_WORD;
        m->text = c->p;
        m->len = n;
        c->p += n;
        return true;
    }
    return false;
}

static bool scan_value(struct cursor *c, struct flat_member *m)
{
    if (c->p == c->end)
        return false;
    if (*c->p == '"') {
        m->kind = FLAT_TEXT;
        return scan_text(c, &m->text, &m->len);
    }
    return *c->p == '-' || (*c->p >= '0' && *c->p <= '9') ? scan_number(c, m) : scan_word(c, m);
}

static const struct flat_member *find(const struct flat *f, const char *key, size_t len)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->members[i].key_len == len && memcmp(f->members[i].key, key, len) == 0)
            return &f->members[i];
    return NULL;
}

static bool scan_member(struct cursor *c, struct flat *f)
{
    if (f->n == FLAT_MAX)
        return false;
    struct flat_member *m = &f->members[f->n];
    *m = (struct flat_member){0};
    if (!scan_text(c, &m->key, &m->key_len) || find(f, m->key, m->key_len) != NULL)
        return false;
    skip_blanks(c);
    if (!accept(c, ':'))
        return false;
    skip_blanks(c);
    f->n++;
    return scan_value(c, m);
}

bool flat_scan(const char *line, size_t n, struct flat *out)
{
    struct cursor c = {line, line + n};
    out->n = 0;
    skip_blanks(&c);
    if (!accept(&c, '{'))
        return false;
    do {
        skip_blanks(&c);
        if (!scan_member(&c, out))
            return false;
        skip_blanks(&c);
    } while (accept(&c, ','));
    if (!accept(&c, '}'))
        return false;
    skip_blanks(&c);
    return c.p == c.end;
}

const struct flat_member *flat_get(const struct flat *f, const char *key)
{
    return find(f, key, strlen(key));
}
