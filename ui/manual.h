/* The keys of every view as part of the manual page, from the tables that the program runs by. */
#ifndef ASSAY_UI_MANUAL_H
#define ASSAY_UI_MANUAL_H

#include "ui/keys.h"

/* In mdoc, appended: a list for each keymap, of what it does not share with generic. The page is made with it when the
 * program is built (`assay __keys`). */
void manual_keys(const struct keys *keys, struct buf *out);

#endif
