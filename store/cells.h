/* Rows of cells of a CSV or TSV file (RFC 4180, by libcsv): plain, gzip or zstd, UTF-8. A quoted cell may hold line
 * ends, kept as they are. Nothing is trimmed. Lines without any cell are passed over.
 *
 * A row that is not right is handed over with what is wrong with it, and reading goes on with the next line. */
#ifndef ASSAY_STORE_CELLS_H
#define ASSAY_STORE_CELLS_H

#include "core/base/buf.h"
#include "core/base/lines.h"

struct cells;

enum { CELLS_ROW_MAX = 64 << 20 }; /* bytes: a quote that is never closed ends here */

/* Of `lines`, whose next line is the first row; it stays the caller's. mark: what parts the cells. Never NULL. */
struct cells *cells_open(struct lines *lines, char mark);
void cells_close(struct cells *c);

struct cells_row {
    const char *const *text; /* n cells, terminated; len[i] bytes each */
    const size_t *len;
    size_t n;          /* 0 with a fault, and at the end */
    long line;         /* where it begins */
    const char *raw;   /* the row as it stands in the file, without its end */
    size_t raw_len;    /* 0 only at the end */
    const char *fault; /* what is wrong; NULL: nothing */
};
/* Borrowed until the next call. Errors are those of lines_next. */
MUST_CHECK bool cells_next(struct cells *c, struct cells_row *row, struct err *err);

/* The line as the first row of a file: ',', '\t' or ';' (as spreadsheets write where the comma is the decimal mark),
 * whichever parts it into most cells. */
char cells_mark(const char *line, size_t n);

#endif
