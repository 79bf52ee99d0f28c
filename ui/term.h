/* The terminal: curses lives here and nowhere else. Reads keys, shows grids, sending only what changed. */
#ifndef ASSAY_UI_TERM_H
#define ASSAY_UI_TERM_H

#include "ui/grid.h"
#include "ui/key.h"
#include "ui/theme.h"
#include "ui/ui.h"

struct term;

enum input_kind { INPUT_NONE, INPUT_KEY, INPUT_PASTE, INPUT_CLOSED };

struct input {
    enum input_kind kind;
    struct key key;
    int row, col;     /* KEY of a mouse: the cell it was over */
    const char *text; /* PASTE: valid until the next read */
    size_t len;
};

/* Take the terminal over. Errors: ERR_USAGE when it is none, or cannot place a cursor ($TERM). */
struct term *term_open(FILE *in, FILE *out, enum ui_color color, struct err *err);
/* Give it back as it was. NULL is allowed. */
void term_close(struct term *t);

void term_size(const struct term *t, int *rows, int *cols);
/* Ask the system for the size anew, after a resize. */
void term_update_size(struct term *t);
/* Readable when a key has come. */
int term_fd(const struct term *t);
/* The next key or paste; never waits. A paste is handed out whole. */
struct input term_read(struct term *t);
/* In the middle of a paste, whose end may have been lost: read again after this many milliseconds. 0: no. */
int term_wait_ms(const struct term *t);
/* Show a grid of the terminal's size. `all`: send everything anew. Returns the number of cells that changed. */
int term_show(struct term *t, const struct grid *g, bool all);
void term_beep(struct term *t);
/* Put the screen back, for another program to use it; term_resume takes it again. */
void term_leave(struct term *t);
/* Have the terminal report its mouse, or not. */
void term_mouse(struct term *t, bool on);
/* How styles look from the next term_show on. `chosen`: by the person, which is more than $NO_COLOR, but not than
 * UI_COLOR_NEVER. */
void term_theme(struct term *t, enum theme theme, bool chosen);
/* Put the screen back and stop the process; returns when it goes on. */
void term_suspend(struct term *t);
/* Take the screen again after the process was stopped. */
void term_resume(struct term *t);

#endif
