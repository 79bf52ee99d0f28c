/* Everything between the terminal and the views: keys become requests, the command line, messages, the grid. Knows no
 * terminal: tests and scripts drive it the same way the loop does. */
#ifndef ASSAY_UI_SCREEN_H
#define ASSAY_UI_SCREEN_H

#include "ui/cmdline.h"
#include "ui/messages.h"
#include "ui/tastes.h"
#include "ui/theme.h"
#include "ui/view_stack.h"

struct workbench;

struct screen {
    const struct keys *keys;     /* borrowed */
    struct workbench *workbench; /* borrowed; NULL: there is one view only */
    struct view_stack views;
    struct cmdline cmdline; /* behind `:` */
    struct cmdline finder;  /* behind `/` */
    char *sought;           /* what was searched last, or NULL */
    struct grid grid;
    char message[480]; /* for the message line until the next key */
    bool error;        /* it is one */
    struct messages messages;
    bool resizable; /* `:resize` may set the size: there is no terminal */
    enum theme theme;
    bool theme_chosen; /* by the person, not by default: more than $NO_COLOR */
    bool mouse;
    struct tastes tastes;
    /* Wishes to whoever drives it, who clears them. */
    bool beep, repaint, suspend;
    bool edit; /* `editing` shall go through the person's own editor, back by screen_edited */
    struct buf editing;
    bool left; /* it is over */
};

void screen_init(struct screen *s, const struct keys *keys, int rows, int cols, bool ascii);
void screen_release(struct screen *s);

/* What came in. */
void screen_key(struct screen *s, struct key k);
/* The mouse, where it reports: a press on a cell. */
void screen_click(struct screen *s, int row, int col);
void screen_paste(struct screen *s, const char *text, size_t n);
void screen_resize(struct screen *s, int rows, int cols);
/* A worker has something to say. */
void screen_woken(struct screen *s);
/* Milliseconds until a view wants a tick; -1: none does. */
int screen_wait_ms(const struct screen *s);
/* Give those their tick whose time has come. */
void screen_tick(struct screen *s);
/* Is any view waiting for work to be done? */
bool screen_busy(const struct screen *s);
/* One command without its colon. Errors name what exists instead. */
MUST_CHECK bool screen_command(struct screen *s, const char *line, struct err *err);
/* The editor has ended: its text goes to the view that sent it. NULL: it failed, `why` says how. */
void screen_edited(struct screen *s, const struct buf *text, const char *why);
/* Fill s->grid. */
void screen_draw(struct screen *s);
/* Text lines: the model of every open view, top first. */
void screen_dump_model(const struct screen *s, struct buf *out);

/* For views. */
void screen_say(struct screen *s, const char *fmt, ...) PRINTF(2, 3);
/* Send a text to the person's own editor; view_ops.edited of the top view gets it back. */
void screen_edit(struct screen *s, const char *text, size_t n);
/* The same, with a bell: it could not be done. */
void screen_refuse(struct screen *s, const char *fmt, ...) PRINTF(2, 3);
/* Open a view on top of those that are. */
void screen_push(struct screen *s, struct view v);
/* Close the top view; with the last one the screen is left. */
void screen_pop(struct screen *s);

#endif
