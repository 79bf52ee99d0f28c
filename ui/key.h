/* One key press, and how it is written: `a`, `é`, `<`, `<Enter>`, `<C-r>`, `<C-Left>`, `<F1>`. */
#ifndef ASSAY_UI_KEY_H
#define ASSAY_UI_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Keys that are no character. The names K_x stay clear of the macros of curses. */
#define NAMED_KEYS(X)                                                                                                  \
    X(ENTER, "Enter")                                                                                                  \
    X(ESC, "Esc")                                                                                                      \
    X(TAB, "Tab")                                                                                                      \
    X(BACKTAB, "S-Tab")                                                                                                \
    X(BACKSPACE, "BS")                                                                                                 \
    X(DELETE, "Del")                                                                                                   \
    X(INSERT, "Ins")                                                                                                   \
    X(UP, "Up")                                                                                                        \
    X(DOWN, "Down")                                                                                                    \
    X(LEFT, "Left")                                                                                                    \
    X(RIGHT, "Right")                                                                                                  \
    X(HOME, "Home")                                                                                                    \
    X(END, "End")                                                                                                      \
    X(PAGE_UP, "PgUp")                                                                                                 \
    X(PAGE_DOWN, "PgDn")                                                                                               \
    X(WHEEL_UP, "WheelUp") /* of a mouse */                                                                            \
    X(WHEEL_DOWN, "WheelDown")                                                                                         \
    X(CLICK, "Click")                                                                                                  \
    X(F1, "F1")                                                                                                        \
    X(F2, "F2")                                                                                                        \
    X(F3, "F3")                                                                                                        \
    X(F4, "F4")                                                                                                        \
    X(F5, "F5")                                                                                                        \
    X(F6, "F6")                                                                                                        \
    X(F7, "F7")                                                                                                        \
    X(F8, "F8")                                                                                                        \
    X(F9, "F9")                                                                                                        \
    X(F10, "F10")                                                                                                      \
    X(F11, "F11")                                                                                                      \
    X(F12, "F12")                                                                                                      \
    X(OTHER, "Other") /* a key that has no name here */

enum {
    K_FIRST = 0x110000, /* above every code point */
#define X(id, name) K_##id,
    NAMED_KEYS(X)
#undef X
        K_END_OF_LIST
};

struct key {
    uint32_t code; /* a code point from U+0020 on, or one of K_x */
    bool ctrl;     /* with a letter (then lower case) or one of K_x */
};

static inline bool key_equal(struct key a, struct key b)
{
    return a.code == b.code && a.ctrl == b.ctrl;
}
/* Is it a character that can be typed into a text? */
static inline bool key_is_text(struct key k)
{
    return !k.ctrl && k.code < K_FIRST;
}

/* Parse the name of one key, n bytes; false when it is none. Ctrl-M, -I, -H and -[ are what a terminal sends for Enter,
 * Tab, BS and Esc, and become these. */
bool key_parse(const char *name, size_t n, struct key *out);
/* Of a byte below 0x20 or 0x7f as a terminal sends it. */
struct key key_from_control(unsigned char byte);

enum { KEY_NAME_SIZE = 16 };
/* Its name as key_parse reads it. */
void key_spell(struct key k, char out[KEY_NAME_SIZE]);
/* As shown to people: without the brackets, "Ctrl-R". */
void key_label(struct key k, char out[KEY_NAME_SIZE]);

#endif
