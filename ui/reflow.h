/* A text with tables in it, brought to a width: sentences are wrapped, rows of tables stay whole. */
#ifndef ASSAY_UI_REFLOW_H
#define ASSAY_UI_REFLOW_H

#include "core/base/buf.h"

/* Append the text with every line that is wider than `width` columns and is prose wrapped between words; further rows
 * stand below its first word, or below what follows a name ("accuracy   cannot tell, ..."). A line is prose when no two
 * blanks stand together inside it, but for those behind a name. Returns the columns of the widest line. Nothing but
 * blanks and line breaks is added or taken away. */
int reflow(const char *text, int width, struct buf *out);
/* The byte of `to` that is byte `at` of `from`, both being flows of the same text. */
size_t reflow_place(const char *from, size_t at, const char *to);

#endif
