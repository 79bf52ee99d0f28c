/* Cells in memory: what the screen shall look like. Everything drawn goes through here, and every text through
 * core/safe.h, so that no byte of data reaches the terminal as it is. Drawing outside is clipped. */
#ifndef ASSAY_UI_GRID_H
#define ASSAY_UI_GRID_H

#include "core/base/buf.h"
#include "core/safe.h"
#include "ui/style.h"

struct cell {
    char text[GLYPH_TEXT_SIZE]; /* UTF-8, terminated; "" right of a wide glyph */
    uint8_t width;              /* 1, 2, or 0: covered by the wide glyph to its left */
    uint8_t style;              /* enum style */
};

struct grid {
    int rows, cols;
    struct cell *cells;         /* rows x cols, row-major */
    int cursor_row, cursor_col; /* of the hardware cursor; row -1: nowhere */
    bool ascii;                 /* marks and rules without anything beyond ASCII */
};

/* Our own signs, in Unicode and in ASCII (of equal width). */
#define MARKS(X)                                                                                                       \
    X(RULE, "─", "-")                                                                                                  \
    X(BAR, "│", "|")                                                                                                   \
    X(TEE_DOWN, "┬", "+")                                                                                              \
    X(TEE_UP, "┴", "+")                                                                                                \
    X(CURSOR, "▶", ">")                                                                                                \
    X(ELLIPSIS, "…", "~")                                                                                              \
    X(LESS, "‹", "<")                                                                                                  \
    X(MORE, "›", ">")                                                                                                  \
    X(SHADE_1, "░", ".")                                                                                               \
    X(SHADE_2, "▒", ":")                                                                                               \
    X(SHADE_3, "▓", "+")                                                                                               \
    X(SHADE_4, "█", "#")                                                                                               \
    X(DOT, "·", "-")                                                                                                   \
    X(OFF, "◀", "!")                                                                                                   \
    X(MINUS, "−", "-")                                                                                                 \
    X(DOWN, "▼", "v")                                                                                                  \
    X(UP, "▲", "^")

enum mark {
#define X(id, utf8, ascii) MARK_##id,
    MARKS(X)
#undef X
};
const char *mark_text(enum mark m, bool ascii);

/* Zero-initialised is an empty grid. */
void grid_resize(struct grid *g, int rows, int cols);
void grid_release(struct grid *g);
/* All blank, cursor nowhere. */
void grid_clear(struct grid *g);
void grid_fill(struct grid *g, int row, int col, int rows, int cols, enum style style);
/* Give cells that are there another style. */
void grid_restyle(struct grid *g, int row, int col, int cols, enum style style);

/* Put one glyph; a wide one that would be cut by an edge becomes a blank. Glyphs that it half covers are blanked. */
void grid_glyph(struct grid *g, int row, int col, const struct glyph *glyph, enum style style);
/* Put n bytes of any text on one row, at most `max` columns; returns the columns used. Line breaks are shown as blanks.
 */
int grid_put(struct grid *g, int row, int col, int max, const char *text, size_t n, enum style style);
int grid_puts(struct grid *g, int row, int col, int max, const char *text, enum style style);
int grid_putf(struct grid *g, int row, int col, int max, enum style style, const char *fmt, ...) PRINTF(6, 7);
/* The same, but what does not fit is cut with an ellipsis. */
int grid_put_short(struct grid *g, int row, int col, int max, const char *text, size_t n, enum style style);
/* The same of a text of several lines: those at its beginning, all blanks and line breaks between two words as one. */
int grid_put_gist(struct grid *g, int row, int col, int max, const char *text, size_t n, enum style style);
/* n times a mark. */
void grid_marks(struct grid *g, int row, int col, int n, enum mark m, enum style style);

/* Plain text, one line a row, blanks at line ends trimmed. */
void grid_dump(const struct grid *g, struct buf *out);
/* The same with the letter of each cell's style instead of its text. */
void grid_dump_styles(const struct grid *g, struct buf *out);

#endif
