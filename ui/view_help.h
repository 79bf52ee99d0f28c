/* Every key and command of a view, from the tables that also run them. */
#ifndef ASSAY_UI_VIEW_HELP_H
#define ASSAY_UI_VIEW_HELP_H

#include "ui/view.h"

/* Help for the view that is open. */
struct view view_help(const struct keys *keys, const struct view *of);
/* Its text, appended: one line for each request that a key of the view means, by group, then the commands. */
void help_text(const struct keys *keys, enum keymap map, const struct command *commands, struct buf *out);

#endif
