/* A file on its way in, as import.c (the file), import_batch.c (its lines) and import_formats.c (what they look like)
 * share it. */
#ifndef ASSAY_STORE_IMPORT_RUN_H
#define ASSAY_STORE_IMPORT_RUN_H

#include "core/base/lines.h"
#include "core/base/vec.h"
#include "store/import_format.h"
#include "store/import_table.h"

struct import_line {
    const char *text, *raw; /* the record; as it stands in the file */
    size_t n, raw_n;
    const char *fault; /* why it is refused; NULL: nothing is known against it */
    long number;
};

struct import_run {
    const char *path;
    struct import im;
    const struct import_format *format; /* NULL: not known yet */
    struct lines *lines;
    struct import_table *table; /* NULL: a record a line */
    VEC(struct import_line) batch;
    struct arena text; /* of the batch */
    size_t bytes;      /* so many */
    struct buf held;   /* why the record that was read last is to be held; "": it is not */
};

/* All formats, in the order in which they are tried on a record; earlier ones are more particular. */
const struct import_format *const *import_format_table(size_t *n);
/* What most lines of the batch look like goes to r->format; NULL: no format fits. */
void import_find_out_format(struct import_run *r);
/* Says why none fits; always false. */
bool import_no_format(const struct import_run *r, struct err *err);

/* A record goes in, is held or is refused, at once: while a new workspace is filled. */
MUST_CHECK bool import_take_line(struct import_run *r, const struct import_line *l, struct err *err);
/* The same for each record of the batch. */
MUST_CHECK bool import_take_batch(struct import_run *r, struct err *err);

#endif
