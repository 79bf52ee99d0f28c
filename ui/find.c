#include "ui/find.h"

#include "core/base/utf8.h"

#include <string.h>
#include <utf8proc.h>

/* The next character, folded unless `exact`; a byte that is none stands for itself, above all characters. */
static uint32_t next(const char *text, size_t n, size_t *at, bool exact)
{
    uint32_t c;
    int len = utf8_decode(text + *at, n - *at, &c);
    if (len <= 0) {
        c = 0x200000u + (unsigned char)text[*at];
        len = 1;
    }
    *at += (size_t)len;
    return exact || c >= 0x110000 ? c : (uint32_t)utf8proc_tolower((utf8proc_int32_t)c);
}

static bool has_capital(const char *what, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t same = i;
        if (next(what, n, &i, true) != next(what, n, &same, false))
            return true;
    }
    return false;
}

static bool begins(const char *text, size_t n, size_t from, const char *what, size_t len, bool exact)
{
    for (size_t i = 0; i < len;)
        if (from == n || next(what, len, &i, exact) != next(text, n, &from, exact))
            return false;
    return true;
}

size_t find_text(const char *text, size_t n, size_t from, const char *what)
{
    size_t len = strlen(what);
    bool exact = has_capital(what, len);
    while (len > 0 && from < n) {
        if (begins(text, n, from, what, len, exact))
            return from;
        next(text, n, &from, true);
    }
    return n;
}

bool find_in(const char *text, const char *what)
{
    size_t n = strlen(text);
    return find_text(text, n, 0, what) < n;
}
