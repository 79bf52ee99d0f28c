/* What was typed behind `:` and `/`, kept from one run to the next: a text file, one line each with its sign before it,
 * the oldest first. */
#ifndef ASSAY_UI_HISTORY_H
#define ASSAY_UI_HISTORY_H

#include "ui/cmdline.h"

/* Add what the file has; one that is not there has nothing. Lines that are none of ours are passed over. */
MUST_CHECK bool history_read(const char *path, struct cmdline *command, struct cmdline *search, struct err *err);
/* Write both anew; makes the folder, for this user alone, when it is not there. */
MUST_CHECK bool history_write(const char *path, const struct cmdline *command, const struct cmdline *search,
                              struct err *err);

#endif
