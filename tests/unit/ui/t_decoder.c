#include "ui/decoder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

/* All keys of the bytes, spelt, separated by blanks; nothing follows them. */
static void keys_of(const char *bytes, size_t n, char *out, size_t size)
{
    struct decoder d = {0};
    struct key key;
    char name[KEY_NAME_SIZE];
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i <= n; i++) {
        if (i < n)
            decoder_add(&d, (unsigned char)bytes[i]);
        while (decoder_next(&d, i == n, &key)) {
            key_spell(key, name);
            len += (size_t)snprintf(out + len, size - len, "%s%s", len > 0 ? " " : "", name);
        }
    }
    cr_expect(eq(sz, d.n, 0), "something is left");
}

Test(decoder, bytes_become_keys_and_unknown_sequences_are_taken_whole)
{
    static const struct {
        const char *bytes, *keys;
    } cases[] = {
        {"a4", "a 4"},
        {"é空\xF0\x9F\x98\x80", "é 空 \xF0\x9F\x98\x80"},
        {"\r\t\x7f\x12", "<Enter> <Tab> <BS> <C-r>"},
        {"\033", "<Esc>"},
        {"\033\033", "<Esc> <Esc>"},
        {"\033u", "<Esc> u"},
        {"\033[", "<Esc> ["},
        {"\033O", "<Esc> O"},
        {"\033[\r", "<Esc> [ <Enter>"},
        {"\033[A\033OB\033[1;5D", "<Up> <Down> <C-Left>"},
        {"\033[1~4", "<Home> 4"},
        {"\033[1;3A4", "<Other> 4"},
        {"\033[4;4", "<Other>"},
        {"\033[4\r", "<Other> <Enter>"},
        {"\033[4\033[3~", "<Other> <Del>"},
        {"\033Op\033Oy", "0 9"},
        {"\033[1111111111111111111111111111111111111111111111111111111111m4", "<Other> 4"},
        {"\xe9"
         "4",
         "\xEF\xBF\xBD 4"},
        {"\xc3", "\xEF\xBF\xBD"},
        {"\xc0\x80", "\xEF\xBF\xBD \xEF\xBF\xBD"},
        {"\xc2\x9b"
         "4",
         "<Other> 4"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char got[256];
        keys_of(cases[i].bytes, strlen(cases[i].bytes), got, sizeof got);
        cr_expect(eq(str, got, (char *)(uintptr_t)cases[i].keys), "case %zu", i);
    }
}

Test(decoder, waits_for_the_rest_of_a_key)
{
    static const char *const whole[] = {"\033[1~", "空", "\033"};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        struct decoder d = {0};
        struct key key;
        for (const char *p = whole[i]; p[1] != '\0'; p++) {
            decoder_add(&d, (unsigned char)*p);
            cr_expect(not(decoder_next(&d, false, &key)));
        }
    }
}

Test(decoder, any_bytes_end_in_keys_and_leave_nothing)
{
    uint32_t state = 7;
    char bytes[64], got[2048];
    static const char often[] = "\033[O;?0123456789~Am\xc3\xa9\xf0\x9f";
    for (int round = 0; round < 20000; round++) {
        size_t n = 1 + (state >> 20) % sizeof bytes;
        for (size_t i = 0; i < n; i++) {
            state = state * 1664525 + 1013904223;
            bytes[i] = (state >> 30) == 0 ? (char)(state >> 16) : often[(state >> 16) % (sizeof often - 1)];
        }
        keys_of(bytes, n, got, sizeof got);
    }
}

static struct key decode(struct decoder *d, const char *bytes, size_t n, bool *is)
{
    struct key k = {0};
    for (size_t i = 0; i < n; i++)
        decoder_add(d, (unsigned char)bytes[i]);
    *is = decoder_next(d, true, &k);
    return k;
}

Test(decoder, of_a_mouse_the_wheel_and_the_first_press_are_keys)
{
    struct decoder d = {0};
    bool is;
    cr_expect(eq(u32, decode(&d, "\033[<0;12;5M", 10, &is).code, K_CLICK));
    cr_expect(eq(int, d.row, 4));
    cr_expect(eq(int, d.col, 11));
    cr_expect(eq(u32, decode(&d, "\033[<64;1;1M", 10, &is).code, K_WHEEL_UP));
    cr_expect(eq(u32, decode(&d, "\033[<65;1;1M", 10, &is).code, K_WHEEL_DOWN));
    cr_expect(eq(u32, decode(&d, "\033[M\040\054\045", 6, &is).code, K_CLICK), "the older form");
    cr_expect(eq(int, d.row, 4));
    cr_expect(eq(int, d.col, 11));
}

Test(decoder, other_reports_of_a_mouse_are_nothing_and_swallow_nothing)
{
    struct decoder d = {0};
    bool is;
    decode(&d, "\033[<0;12;5m", 10, &is);
    cr_expect(not(is), "a release");
    decode(&d, "\033[<2;1;1M", 9, &is);
    cr_expect(not(is), "another button");
    decode(&d, "\033[<0;0;99999999999M", 19, &is);
    cr_expect(not(is), "no place");
    cr_expect(eq(u32, decode(&d, "\033[<0;1;1mx", 10, &is).code, 'x'));
    decoder_add(&d, 033);
    decoder_add(&d, '[');
    decoder_add(&d, 'M');
    struct key k;
    cr_expect(not(decoder_next(&d, false, &k)), "its three bytes are waited for");
}
