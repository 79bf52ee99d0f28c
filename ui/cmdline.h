/* The line behind `:` or `/`: editing, history, completion. */
#ifndef ASSAY_UI_CMDLINE_H
#define ASSAY_UI_CMDLINE_H

#include "ui/editor.h"

struct cmdline {
    char sign; /* what it stands behind */
    bool open;
    struct editor editor;
    VEC(char *) history; /* oldest first */
    size_t at;           /* which of them stands on the line; history.n: none */
    char *kept;          /* what was typed before going up */
};

enum { CMDLINE_MAX = 4096, CMDLINE_HISTORY = 100 };

void cmdline_init(struct cmdline *c, char sign);
void cmdline_release(struct cmdline *c);
void cmdline_open(struct cmdline *c);
/* Close; the line typed, if there is one, becomes the newest of the history and is returned (borrowed, "" for none). */
const char *cmdline_accept(struct cmdline *c);
void cmdline_cancel(struct cmdline *c);
/* Make a line the newest of the history, unless it is already. */
void cmdline_remember(struct cmdline *c, const char *line);
/* Editing requests, up and down through the history. False when it is none of those. */
bool cmdline_request(struct cmdline *c, enum request r);
/* Replace the last word by the longest beginning that all names beginning with it have in common. `names` ends with
 * NULL. Returns how many there are. */
int cmdline_complete(struct cmdline *c, const char *const *names);
/* Does this name begin with the word before the caret? */
bool cmdline_begins(const struct cmdline *c, const char *name);
/* Draw it on a row, with the hardware cursor; scrolls sideways so that the caret is seen. */
void cmdline_draw(const struct cmdline *c, struct grid *g, int row);

#endif
