/* Markdown that is read as it stands, too, in a terminal or a diff: no line is wider than MARKDOWN_COLUMNS where that
 * can be helped. All texts are escaped already (core/page.h). */
#ifndef ASSAY_CORE_MARKDOWN_H
#define ASSAY_CORE_MARKDOWN_H

#include "core/base/buf.h"
#include "core/base/vec.h"

#include <stdbool.h>

enum { MARKDOWN_COLUMNS = 100 };

/* A paragraph on lines. They break at blanks, and only before a letter or a bracket: whatever else begins a line might
 * make a list, a heading or a rule of it. */
void markdown_wrap(const char *text, size_t n, struct buf *out);

/* A table: columns, then rows of cells from the left; a row may have fewer cells than there are columns.
 * Zero-initialised is empty. */
struct markdown_table {
    VEC(bool) number;  /* of each column: to the right */
    VEC(char *) cells; /* names of the columns, then the rows */
};
void markdown_column(struct markdown_table *t, const char *name, size_t n, bool number);
void markdown_row(struct markdown_table *t);
void markdown_cell(struct markdown_table *t, const char *text, size_t n);
/* Write it, with a line's end, and free it. What is wider than a line becomes several tables below one another, an
 * empty line between, each with the first column. */
void markdown_table_end(struct markdown_table *t, struct buf *out);
/* Drop one that was not ended. */
void markdown_table_free(struct markdown_table *t);

#endif
