/* A text in the person's own editor: $VISUAL, $EDITOR, or vi. No shell is asked: the words of the variable (blanks part
 * them, quotes hold them together) are the program and its arguments, the file comes behind them. The file has mode
 * 0600 and stands in a new folder of its own that nobody else can read; both are gone afterwards, with all the editor
 * left there. */
#ifndef ASSAY_UI_EXTERNAL_H
#define ASSAY_UI_EXTERNAL_H

#include "core/base/buf.h"

enum { EXTERNAL_MOST = 1 << 20 }; /* bytes that are read back */

/* Waits until the editor has ended; the terminal must have been given up before. *out: what the file holds then,
 * without the line break at its end; what lies behind EXTERNAL_MOST is left out. Errors: ERR_IO, ERR_MISSING when there
 * is no such program, ERR_RANGE when it ended with an error; the text is not changed then. */
MUST_CHECK bool external_edit(const char *text, size_t n, struct buf *out, struct err *err);

/* The words of a command, at most `max` of them, put into `room` (strlen(command) + 1 bytes) one behind the other and
 * named by `words`, NULL behind the last. Returns how many. */
size_t external_words(const char *command, char *room, char *words[], size_t max);

#endif
