/* A file on its way in, as import.c (the file), import_batch.c (its lines) and import_formats.c (what they look like)
 * share it. */
#ifndef ASSAY_STORE_IMPORT_RUN_H
#define ASSAY_STORE_IMPORT_RUN_H

#include "core/base/lines.h"
#include "core/base/vec.h"
#include "store/import_format.h"
#include "store/import_table.h"

struct import_line {
    size_t at, n;      /* in text: the record */
    size_t raw, raw_n; /* in text: as it stands in the file */
    size_t fault;      /* in text: why it is refused; 0: nothing is known against it */
    long number;
};

struct import_run {
    const char *path;
    struct import im;
    const struct import_format *format; /* NULL: not known yet */
    struct lines *lines;
    struct import_table *table; /* NULL: a record a line */
    struct buf text;            /* of the batch; a NUL behind each line */
    VEC(struct import_line) batch;
    struct buf held; /* why the record that was read last is to be held; "": it is not */
};

/* All formats, in the order in which they are tried on a record; earlier ones are more particular. */
const struct import_format *const *import_format_table(size_t *n);
/* What most lines of the batch look like goes to r->format; NULL: no format fits. */
void import_find_out_format(struct import_run *r);
/* Says why none fits; always false. */
bool import_no_format(const struct import_run *r, struct err *err);

/* Each record of the batch goes in, is held or is refused. */
MUST_CHECK bool import_take_batch(struct import_run *r, struct err *err);

#endif
