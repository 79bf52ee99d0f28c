#include "ui/decoder.h"

#include "core/base/utf8.h"

#include <stdio.h>
#include <string.h>

enum { ESC = 0x1b };

/* What terminals send for keys when they call themselves something else than they are, and the keypad of a VT100 (SS3,
 * p to y), which some turn on when a program asks for the keypad. */
static const struct sequence {
    const char *bytes; /* behind Esc */
    struct key key;
} sequences[] = {
    {"[A", {K_UP, false}},      {"OA", {K_UP, false}},      {"[B", {K_DOWN, false}},     {"OB", {K_DOWN, false}},
    {"[C", {K_RIGHT, false}},   {"OC", {K_RIGHT, false}},   {"[D", {K_LEFT, false}},     {"OD", {K_LEFT, false}},
    {"[H", {K_HOME, false}},    {"OH", {K_HOME, false}},    {"[1~", {K_HOME, false}},    {"[7~", {K_HOME, false}},
    {"[F", {K_END, false}},     {"OF", {K_END, false}},     {"[4~", {K_END, false}},     {"[8~", {K_END, false}},
    {"[2~", {K_INSERT, false}}, {"[3~", {K_DELETE, false}}, {"[5~", {K_PAGE_UP, false}}, {"[6~", {K_PAGE_DOWN, false}},
    {"[Z", {K_BACKTAB, false}}, {"OP", {K_F1, false}},      {"[11~", {K_F1, false}},     {"OM", {K_ENTER, false}},
    {"Oj", {'*', false}},       {"Ok", {'+', false}},       {"Ol", {',', false}},        {"Om", {'-', false}},
    {"On", {'.', false}},       {"Oo", {'/', false}},       {"Op", {'0', false}},        {"Oq", {'1', false}},
    {"Or", {'2', false}},       {"Os", {'3', false}},       {"Ot", {'4', false}},        {"Ou", {'5', false}},
    {"Ov", {'6', false}},       {"Ow", {'7', false}},       {"Ox", {'8', false}},        {"Oy", {'9', false}},
    {"[1;5D", {K_LEFT, true}},  {"[1;5C", {K_RIGHT, true}},
};

void decoder_add(struct decoder *d, unsigned char byte)
{
    if (d->n < DECODER_SIZE)
        d->bytes[d->n++] = byte;
}

static void drop(struct decoder *d, size_t n)
{
    d->n -= n;
    memmove(d->bytes, d->bytes + n, d->n);
}

static bool give(struct decoder *d, size_t n, struct key key, struct key *out)
{
    drop(d, n);
    *out = key;
    return true;
}

static struct key find(const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++)
        if (strlen(sequences[i].bytes) == n && memcmp(sequences[i].bytes, bytes, n) == 0)
            return sequences[i].key;
    return (struct key){K_OTHER, false};
}

/* ---- mouse (XTerm Control Sequences, "Mouse Tracking") ---- */

enum { BUTTON_LEFT = 0, WHEEL_UP = 64, WHEEL_DOWN = 65, REPORT_BYTES = 3, REPORT_BASE = 32 };

static bool mouse_key(struct decoder *d, int button, int col, int row, struct key *out)
{
    d->row = row - 1;
    d->col = col - 1;
    *out = (struct key){button == WHEEL_UP ? K_WHEEL_UP : button == WHEEL_DOWN ? K_WHEEL_DOWN : K_CLICK, false};
    return button == BUTTON_LEFT || button == WHEEL_UP || button == WHEEL_DOWN;
}

/* "[<button;column;row" and M for a press: Esc and what is behind it, n bytes. */
static bool parse_report(struct decoder *d, size_t n, struct key *out)
{
    char text[DECODER_SIZE + 1];
    int button, col, row;
    char end;
    memcpy(text, d->bytes, n);
    text[n] = '\0';
    return sscanf(text + 3, "%5d;%5d;%5d%c", &button, &col, &row, &end) == 4 && end == 'M' && col > 0 && row > 0 &&
           mouse_key(d, button, col, row, out);
}

/* A report of `n` bytes in all has come; true when it is a key, else what follows it is. */
static bool next_report(struct decoder *d, size_t n, bool ended, struct key *out)
{
    bool is_key = d->bytes[2] == '<' ? parse_report(d, n, out)
                                     : mouse_key(d, d->bytes[3] - REPORT_BASE, d->bytes[4] - REPORT_BASE,
                                                 d->bytes[5] - REPORT_BASE, out);
    drop(d, n);
    return is_key || decoder_next(d, ended, out);
}

/* ---- sequences ---- */

/* Esc [ or Esc O, then parameters, then one final byte (ECMA-48, 5.4). */
static bool next_sequence(struct decoder *d, bool ended, struct key *out)
{
    size_t i = 2;
    while (i < d->n && d->bytes[i] >= 0x20 && d->bytes[i] < 0x40)
        i++;
    bool whole = i < d->n && d->bytes[i] >= 0x40 && d->bytes[i] < 0x7f;
    bool old_report = whole && i == 2 && d->bytes[1] == '[' && d->bytes[2] == 'M';
    if (old_report && d->n < i + 1 + REPORT_BYTES && !ended)
        return false;
    if (old_report && d->n >= i + 1 + REPORT_BYTES)
        return next_report(d, i + 1 + REPORT_BYTES, ended, out);
    if (whole && d->bytes[1] == '[' && d->bytes[2] == '<')
        return next_report(d, i + 1, ended, out);
    if (whole)
        return give(d, i + 1, find(d->bytes + 1, i), out);
    if (i == 2 && (i < d->n || ended)) /* typed: Esc, then the other */
        return give(d, 1, (struct key){K_ESC, false}, out);
    if (i < d->n || ended)
        return give(d, i, (struct key){K_OTHER, false}, out);
    if (d->n == DECODER_SIZE)
        d->n = 3; /* longer than any that is known: the rest of it goes the same way */
    return false;
}

static bool next_character(struct decoder *d, bool ended, struct key *out)
{
    unsigned char first = d->bytes[0];
    uint32_t code;
    size_t need = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4, have = 1;
    int n = utf8_decode((const char *)d->bytes, d->n, &code);
    while (have < d->n && have < need && (d->bytes[have] & 0xc0) == 0x80)
        have++;
    if (n == 0 && first >= 0xc2 && first < 0xf5 && have == d->n && have < need && !ended)
        return false;
    if (n == 0)
        return give(d, have, (struct key){0xfffd, false}, out);
    if (code < 0x20 || code == 0x7f)
        return give(d, 1, key_from_control((unsigned char)code), out);
    if (code < 0xa0 && code >= 0x80) /* controls of the second kind */
        return give(d, (size_t)n, (struct key){K_OTHER, false}, out);
    return give(d, (size_t)n, (struct key){code, false}, out);
}

bool decoder_next(struct decoder *d, bool ended, struct key *out)
{
    if (d->n == 0)
        return false;
    if (d->bytes[0] != ESC)
        return next_character(d, ended, out);
    if (d->n == 1 && !ended)
        return false;
    if (d->n > 1 && (d->bytes[1] == '[' || d->bytes[1] == 'O'))
        return next_sequence(d, ended, out);
    return give(d, 1, (struct key){K_ESC, false}, out);
}
