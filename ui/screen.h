/* Everything between the terminal and the views: keys become requests, the command line, messages, the grid. Knows no
 * terminal: tests and scripts drive it the same way the loop does. */
#ifndef ASSAY_UI_SCREEN_H
#define ASSAY_UI_SCREEN_H

#include "ui/cmdline.h"
#include "ui/view_stack.h"

struct screen {
    const struct keys *keys; /* borrowed */
    struct view_stack views;
    struct cmdline cmdline;
    struct grid grid;
    char message[256]; /* for the message line until the next key */
    bool error;        /* it is one */
    bool resizable;    /* `:resize` may set the size: there is no terminal */
    /* Wishes to whoever drives it, who clears them. */
    bool beep, repaint, suspend;
    bool left; /* it is over */
};

void screen_init(struct screen *s, const struct keys *keys, int rows, int cols, bool ascii);
void screen_release(struct screen *s);

/* What came in. */
void screen_key(struct screen *s, struct key k);
void screen_paste(struct screen *s, const char *text, size_t n);
void screen_resize(struct screen *s, int rows, int cols);
/* One command without its colon. Errors name what exists instead. */
MUST_CHECK bool screen_command(struct screen *s, const char *line, struct err *err);
/* Fill s->grid. */
void screen_draw(struct screen *s);
/* Text lines: the model of every open view, top first. */
void screen_dump_model(const struct screen *s, struct buf *out);

/* For views. */
void screen_say(struct screen *s, const char *fmt, ...) PRINTF(2, 3);
/* The same, with a bell: it could not be done. */
void screen_refuse(struct screen *s, const char *fmt, ...) PRINTF(2, 3);
void screen_push(struct screen *s, struct view v);
void screen_pop(struct screen *s);

#endif
