/* Named styles. Monochrome first: every difference that matters is carried by attributes or by a mark in the text;
 * colour only adds to it, in blue and orange rather than red and green, on the terminal's own background. */
#ifndef ASSAY_UI_STYLE_H
#define ASSAY_UI_STYLE_H

enum { ATTR_BOLD = 1, ATTR_DIM = 2, ATTR_REVERSE = 4, ATTR_UNDERLINE = 8 };
enum { COLOR_OWN = -1 }; /* the terminal's own foreground */

/* id, name, letter in dumps, attributes, colour of 8, colour of 256 */
#define STYLES(X)                                                                                                      \
    X(TEXT, "text", ' ', 0, COLOR_OWN, COLOR_OWN)                                                                      \
    X(DIM, "dim", 'd', ATTR_DIM, COLOR_OWN, COLOR_OWN)                                                                 \
    X(RULE, "rule", '-', ATTR_DIM, COLOR_OWN, COLOR_OWN)                                                               \
    X(TITLE, "title", 't', ATTR_BOLD, COLOR_OWN, COLOR_OWN)                                                            \
    X(LABEL, "label", 'l', 0, COLOR_OWN, COLOR_OWN)                                                                    \
    X(VALUE, "value", 'v', ATTR_BOLD, COLOR_OWN, COLOR_OWN)                                                            \
    X(CURSOR, "cursor", 'c', ATTR_REVERSE | ATTR_BOLD, COLOR_OWN, COLOR_OWN)                                           \
    X(MISSING, "missing", 'm', ATTR_BOLD, COLOR_OWN, COLOR_OWN)                                                        \
    X(ERROR, "error", 'e', ATTR_BOLD, 3, 172)                                                                          \
    X(MESSAGE, "message", 'M', ATTR_BOLD, COLOR_OWN, COLOR_OWN)                                                        \
    X(MODE, "mode", 'w', ATTR_REVERSE, COLOR_OWN, COLOR_OWN)                                                           \
    X(KEY, "key", 'k', ATTR_BOLD, COLOR_OWN, COLOR_OWN)                                                                \
    X(EMPHASIS, "emphasis", 'i', ATTR_UNDERLINE, COLOR_OWN, COLOR_OWN)                                                 \
    X(STRONG, "strong", 'b', ATTR_BOLD, COLOR_OWN, COLOR_OWN)                                                          \
    X(CODE, "code", 'o', 0, 6, 73)                                                                                     \
    X(LINK, "link", 'n', ATTR_UNDERLINE, 4, 75)                                                                        \
    X(SPAN, "span", 's', ATTR_UNDERLINE | ATTR_BOLD, COLOR_OWN, COLOR_OWN)                                             \
    X(HIT, "hit", 'h', ATTR_REVERSE, COLOR_OWN, COLOR_OWN)                                                             \
    X(HIT_NOW, "hit-now", 'H', ATTR_REVERSE | ATTR_BOLD | ATTR_UNDERLINE, COLOR_OWN, COLOR_OWN)                        \
    X(SELECTED, "selected", 'S', ATTR_REVERSE, COLOR_OWN, COLOR_OWN)                                                   \
    X(REPLACEMENT, "replacement", 'r', ATTR_UNDERLINE, 5, 133)                                                         \
    X(SIDE_A, "side-a", 'A', ATTR_BOLD, 4, 33)                                                                         \
    X(SIDE_B, "side-b", 'B', ATTR_BOLD, 3, 172)

enum style {
#define X(id, name, letter, attrs, c8, c256) STYLE_##id,
    STYLES(X)
#undef X
        STYLE_COUNT
};

struct style_info {
    const char *name;
    char letter;
    int attrs;
    short color8, color256;
};

const struct style_info *style_info(enum style s);

#endif
