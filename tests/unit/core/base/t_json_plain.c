#include "core/base/json_plain.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdbool.h>

static bool plain(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\';
}

static bool ascii(unsigned char c)
{
    return plain(c) && c < 0x7F;
}

/* A run never goes over a byte that is not of its kind, and stops at most 7 bytes early. */
static void expect_run(size_t got, size_t want, unsigned c, size_t at, size_t n)
{
    cr_expect(le(sz, got, want), "0x%02x at %zu of %zu", c, at, n);
    cr_expect(ge(sz, got + 7, want), "0x%02x at %zu of %zu", c, at, n);
}

Test(json_plain, every_byte_at_every_place_ends_a_run_or_does_not)
{
    enum { MOST = 41 };
    char text[MOST];
    for (unsigned c = 0; c < 256; c++)
        for (size_t n = 1; n <= MOST; n++)
            for (size_t at = 0; at < n; at++) {
                memset(text, 'x', n);
                text[at] = (char)c;
                expect_run(json_plain_run(text, n), plain((unsigned char)c) ? n : at, c, at, n);
                expect_run(json_ascii_run(text, n), ascii((unsigned char)c) ? n : at, c, at, n);
                cr_expect(eq(int, json_is_plain(text, n), plain((unsigned char)c)), "0x%02x at %zu of %zu", c, at, n);
            }
}
