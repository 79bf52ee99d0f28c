#include "core/guard.h"

#include "core/base/utf8.h"
#include "core/guard_name.h"
#include "core/guard_person.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

enum { UNBROKEN_MAX = 2000, LINE_MAX_BYTES = 50000, SHORT_TEXT = 200 };

enum part { PART_RESPONSE, PART_ANY, PART_PAIR };

static const struct {
    const char *word, *sentence;
    enum part part;
} reasons[] = {
#define X(id, word, where, sentence) {word, sentence, PART_##where},
    GUARD_REASONS(X)
#undef X
};

const char *guard_word(enum guard_reason r)
{
    return reasons[r].word;
}

const char *guard_sentence(enum guard_reason r)
{
    return reasons[r].sentence;
}

/* ---- control characters, long lines ---- */

static bool find_control(const char *text, size_t n, struct guard_span *out)
{
    const unsigned char *p = (const unsigned char *)text;
    for (size_t i = 0; i < n; i++) {
        bool c0 = (p[i] < 0x20 && p[i] != '\t' && p[i] != '\n' && p[i] != '\r') || p[i] == 0x7F;
        bool c1 = p[i] == 0xC2 && i + 1 < n && p[i + 1] >= 0x80 && p[i + 1] < 0xA0;
        bool override = p[i] == 0xE2 && i + 2 < n && p[i + 1] == 0x80 && (p[i + 2] == 0xAD || p[i + 2] == 0xAE);
        if (c0 || c1 || override) {
            *out = (struct guard_span){i, c0 ? 1 : c1 ? 2 : 3};
            return true;
        }
    }
    return false;
}

static bool find_long_line(const char *text, size_t n, struct guard_span *out)
{
    size_t line = 0, run = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '\n')
            line = i + 1;
        if (c <= ' ' || c >= 0x80)
            run = i + 1;
        if (i + 1 - line > LINE_MAX_BYTES || i + 1 - run > UNBROKEN_MAX) {
            size_t from = i + 1 - run > UNBROKEN_MAX ? run : line;
            *out = (struct guard_span){from, i + 1 - from};
            return true;
        }
    }
    return false;
}

/* ---- mojibake ---- */

/* The byte that Windows-1252 or Latin-1 shows as this character; -1: none. */
static int byte_of(uint32_t c)
{
    static const uint16_t windows[32] = {0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                         0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F,
                                         0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                         0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};
    if (c < 0x100)
        return (int)c;
    for (int i = 0; i < 32; i++)
        if (windows[i] == c)
            return 0x80 + i;
    return -1;
}

/* What the characters from p on were before they were garbled: the length of the UTF-8 sequence that their bytes make,
 * 0: none; *taken bytes of the text. *sure: the second one is no mark that could stand behind a capital letter. */
static int garbled(const char *p, size_t n, size_t *taken, bool *sure)
{
    unsigned char bytes[4] = {0};
    uint32_t c = 0;
    int length = utf8_decode(p, n, &c), wanted;
    if (length == 0 || c < 0xC2 || c > 0xF4)
        return 0;
    bytes[0] = (unsigned char)c;
    wanted = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
    *taken = (size_t)length;
    *sure = wanted > 2;
    for (int i = 1; i < wanted; i++) {
        length = *taken < n ? utf8_decode(p + *taken, n - *taken, &c) : 0;
        int b = length > 0 ? byte_of(c) : -1;
        if (b < 0x80 || b > 0xBF)
            return 0;
        bytes[i] = (unsigned char)b;
        *sure = *sure || (c < 0xC0 && (bytes[0] == 0xC2 || bytes[0] == 0xC3));
        *taken += (size_t)length;
    }
    return utf8_decode((const char *)bytes, (size_t)wanted, &c) == wanted ? wanted : 0;
}

static bool find_mojibake(const char *text, size_t n, struct guard_span *out)
{
    int doubtful = 0;
    for (size_t i = 0; i < n;) {
        const unsigned char *p = (const unsigned char *)text + i;
        size_t taken = 1;
        bool sure = false;
        if (*p < 0x80) {
            i++;
            continue;
        }
        if (n - i >= 3 && memcmp(p, "\xEF\xBF\xBD", 3) == 0) {
            *out = (struct guard_span){i, 3};
            return true;
        }
        if (garbled(text + i, n - i, &taken, &sure) > 0 && (sure || ++doubtful > 2)) {
            *out = (struct guard_span){i, taken};
            return true;
        }
        i += taken;
    }
    return false;
}

/* ---- a text that ends in the middle ---- */

static bool is_fence(const char *line, size_t n)
{
    size_t i = 0;
    while (i < n && line[i] == ' ')
        i++;
    return n - i >= 3 && memcmp(line + i, "```", 3) == 0;
}

static bool find_open_fence(const char *text, size_t n, struct guard_span *out)
{
    bool open = false;
    for (size_t i = 0; i < n;) {
        const char *end = memchr(text + i, '\n', n - i);
        size_t len = end != NULL ? (size_t)(end - text) - i : n - i;
        if (is_fence(text + i, len)) {
            open = !open;
            *out = (struct guard_span){i, len};
        }
        i += len + 1;
    }
    return open;
}

/* "12." or "-" or "*" alone on the last line, of several. */
static bool is_bare_marker(const char *line, size_t n)
{
    size_t digits = 0;
    while (digits < n && isdigit((unsigned char)line[digits]))
        digits++;
    if (digits == 0)
        return n == 1 && ascii_one_of("-*", line[0]);
    return digits <= 2 && n == digits + 1 && (line[digits] == '.' || line[digits] == ')');
}

static bool find_truncated(const char *text, size_t n, struct guard_span *out)
{
    static const char *const leads_on[] = {"the",  "a",     "an",      "and",  "or",    "of",   "to",  "with", "for",
                                           "that", "which", "because", "from", "their", "your", "its", NULL};
    if (find_open_fence(text, n, out))
        return true;
    while (n > 0 && isspace((unsigned char)text[n - 1]))
        n--;
    size_t line = n, word = n;
    while (line > 0 && text[line - 1] != '\n')
        line--;
    while (word > line && isalpha((unsigned char)text[word - 1]))
        word--;
    *out = (struct guard_span){line, n - line};
    if (line > 0 && is_bare_marker(text + line, n - line))
        return true;
    if (n < SHORT_TEXT || n == line)
        return false;
    *out = (struct guard_span){word < n ? word : n - 1, word < n ? n - word : 1};
    if (word == n)
        return ascii_one_of(",([{", text[n - 1]);
    return word > line && text[word - 1] == ' ' && guard_is_one_of(leads_on, text + word, n - word);
}

/* ---- all of them ---- */

size_t guard_text(const char *text, size_t n, enum guard_part part, struct guard_finding out[GUARD_N_REASONS])
{
    static bool (*const finders[])(const char *, size_t, struct guard_span *) = {
        [GUARD_SELF_NAMING] = guard_find_name, [GUARD_TRUNCATED] = find_truncated, [GUARD_MOJIBAKE] = find_mojibake,
        [GUARD_CONTROL] = find_control,        [GUARD_LONG_LINE] = find_long_line, [GUARD_EMAIL] = guard_find_email,
        [GUARD_PHONE] = guard_find_phone};
    size_t found = 0;
    for (size_t r = 0; r < sizeof finders / sizeof *finders; r++) {
        struct guard_span s = {0, 0};
        bool asked = reasons[r].part == PART_ANY || part == GUARD_RESPONSE;
        if (asked && finders[r](text, n, &s))
            out[found++] = (struct guard_finding){(enum guard_reason)r, s.at, s.n};
    }
    return found;
}

/* Where the text that counts ends: behind the last letter or sign that is no blank and no full stop. */
static size_t text_end(const char *p, size_t n)
{
    while (n > 0 && (isspace((unsigned char)p[n - 1]) || ascii_one_of(".!", p[n - 1])))
        n--;
    return n;
}

bool guard_alike(const char *a, size_t n_a, const char *b, size_t n_b)
{
    size_t i = 0, k = 0;
    n_a = text_end(a, n_a);
    n_b = text_end(b, n_b);
    for (;;) {
        while (i < n_a && isspace((unsigned char)a[i]))
            i++;
        while (k < n_b && isspace((unsigned char)b[k]))
            k++;
        if (i == n_a || k == n_b)
            return i == n_a && k == n_b;
        if (tolower((unsigned char)a[i++]) != tolower((unsigned char)b[k++]))
            return false;
    }
}
