/* What can be typed behind `:`. A view adds commands of its own (struct view_ops); those of the views on the stack come
 * first. */
#ifndef ASSAY_UI_COMMAND_H
#define ASSAY_UI_COMMAND_H

#include "ui/screen.h"

/* Run one line: a name, or an unambiguous beginning of one, and its argument. An empty line does nothing. */
MUST_CHECK bool command_run(struct screen *s, const char *line, struct err *err);
/* Complete the last word of the command line; says what there is when it could be several. */
void command_complete(struct screen *s);
/* All commands that hold now, as lines "name args<TAB>help", appended. */
void command_list(const struct command *of_view, struct buf *out);

#endif
