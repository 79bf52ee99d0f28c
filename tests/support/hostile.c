#include "tests/support/hostile.h"

#include "core/base/utf8.h"

#include <string.h>

#define TEXT(what, bytes)                                                                                              \
    {                                                                                                                  \
        what, bytes, sizeof(bytes) - 1, true                                                                           \
    }
#define BYTES(what, bytes)                                                                                             \
    {                                                                                                                  \
        what, bytes, sizeof(bytes) - 1, false                                                                          \
    }

const struct hostile_text hostile_texts[] = {
    TEXT("C0 controls", "a\001b\002c\007d\010e\013f\014g\016h\017i\033j\177k"),
    TEXT("NUL", "before\0after"),
    TEXT("C1 controls", "a\302\200b\302\204c\302\233d\302\235e\302\237f"),
    TEXT("carriage returns", "overwritten\rby this\r\nand a line"),
    TEXT("CSI: clear, move, colour", "\033[2J\033[H\033[31mred\033[0m\033[999;999H"),
    TEXT("CSI of 8 bits", "\302\2332J\302\23331m"),
    TEXT("OSC 52: the clipboard", "\033]52;c;cm0gLXJmIH4=\007 and \033]52;c;cm0=\033\\"),
    TEXT("OSC 0 and 8: title, link", "\033]0;owned\007\033]8;;http://example.org\033\\here\033]8;;\033\\"),
    TEXT("DCS, APC, PM, SOS", "\033P1$r\033\\ \033_payload\033\\ \033^x\033\\ \033Xy\033\\"),
    TEXT("answers asked of the terminal", "\033[c\033[6n\033[>0q\005"),
    TEXT("modes: mouse, paste, other screen", "\033[?1000h\033[?2004h\033[?1049h\033c"),
    TEXT("bidi overrides", "user\u202etxt.exe\u202c \u2066isolate\u2069 \u200frtl\u200e"),
    TEXT("right to left", "\u05e9\u05dc\u05d5\u05dd abc \u0645\u0631\u062d\u0628\u0627"),
    TEXT("zero width", "pass\u200bword \u200c \u200d \ufeff \u2060 \u00ad soft"),
    TEXT("separators", "line\u2028paragraph\u2029next\302\205nel"),
    TEXT("a flood of marks",
         "e\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030a\u030b\u030c\u030d\u030e f"),
    TEXT("marks without a base", "\u0301\u0302 \u20dd"),
    TEXT("emoji sequences", "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 \U0001f44d\U0001f3fd "
                            "\U0001f1e9\U0001f1ea \u2764\ufe0f 1\ufe0f\u20e3"),
    TEXT("wide and ambiguous", "\u65e5\u672c\u8a9e\uff21 \u00a7\u2460\u2500\u25b6"),
    TEXT("jamo and halfwidth", "\u1100\u1161\u11a8 \uff76\uff9e"),
    TEXT("tabs", "\ta\tbb\tccc\t"),
    TEXT("tags, private use, no character", "\U000e0041\U000e0042 \ue000 \uf8ff \uffff \U0010ffff"),
    TEXT("variation selectors", "a\ufe0f\ufe0e\U000e0100 \u2602\ufe0e"),
    TEXT("spaces of all kinds", "a\u00a0b\u2003c\u3000d\u1680e\u180ef"),
    BYTES("invalid UTF-8", "\x80 \xc3( \xe2\x82 \xf0\x9f\x98 \xff\xfe"),
    BYTES("overlong and surrogates", "\xc0\xaf \xe0\x80\xaf \xed\xa0\x80 \xf4\x90\x80\x80"),
    BYTES("a sequence cut short", "end \xf0\x9f"),
    {0},
};

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

static const char *cell_fault(const struct cell *c)
{
    size_t n = strlen(c->text), bad;
    if (!utf8_valid(c->text, n, &bad))
        return "no UTF-8";
    for (size_t i = 0; i < n;) {
        uint32_t code;
        i += (size_t)utf8_decode(c->text + i, n - i, &code);
        if (is_control(code))
            return "a control";
    }
    if (c->style >= STYLE_COUNT)
        return "no style";
    if ((c->width == 0) != (n == 0))
        return "a width without a text";
    return c->width > 0 && safe_width(c->text, n) != c->width ? "another width" : NULL;
}

const char *hostile_fault(const struct grid *g, struct buf *why)
{
    buf_reset(why);
    for (int row = 0; row < g->rows; row++) {
        int width = 0;
        for (int col = 0; col < g->cols; col++) {
            const struct cell *c = &g->cells[row * g->cols + col];
            const char *fault = cell_fault(c);
            width += c->width;
            if (fault != NULL)
                buf_addf(why, "row %d, column %d: %s; ", row, col, fault);
        }
        if (width != g->cols)
            buf_addf(why, "row %d is %d wide; ", row, width);
    }
    if (g->cursor_row >= g->rows || g->cursor_col > g->cols)
        buf_addf(why, "the cursor is at %d, %d", g->cursor_row, g->cursor_col);
    return why->len > 0 ? why->ptr : NULL;
}
