/* The last row of the screen: the keys that matter now, taken from the live bindings, and over the first of them a
 * message if there is one. The others stay, so that little is sent when the message goes. */
#ifndef ASSAY_UI_STRIP_H
#define ASSAY_UI_STRIP_H

#include "ui/screen.h"

enum { STRIP_KEYS = 3 };

struct strip_item {
    enum request requests[STRIP_KEYS]; /* their keys are shown in this order; REQ_NONE fills up */
    const char *join;                  /* between the keys: "-" or " " */
    const char *word;
};

/* Draw on the last row from column `col` on. Items that do not fit are left out from the end, but the last one is
 * always there; requests without a key are left out. */
void strip_keys(const struct screen *s, struct grid *g, int col, enum keymap map, const struct strip_item *items,
                size_t n);
/* " -- NAME -- " in front of it: other keys hold than one is used to. Returns the column behind it. */
int strip_mode(struct grid *g, const char *name);
/* The same with the message. */
void strip_draw(const struct screen *s, struct grid *g, int col, enum keymap map, const struct strip_item *items,
                size_t n);

#endif
