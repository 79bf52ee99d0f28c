/* What import_table.c, which reads rows, and import_columns.c, which reads the head, share. */
#ifndef ASSAY_STORE_IMPORT_COLUMNS_H
#define ASSAY_STORE_IMPORT_COLUMNS_H

#include "core/base/vec.h"
#include "store/cells.h"
#include "store/import_table.h"

enum field {
#define X(id, name, others) FIELD_##id,
    IMPORT_FIELDS(X)
#undef X
        N_FIELDS,
    FIELD_RATING, /* of an attribute */
    FIELD_NONE
};
enum { COLUMN_OF_BOTH = 2 };
struct column {
    const char *name; /* lives in the table's arena */
    enum field field;
    int which;             /* of a rating: 0, 1 or COLUMN_OF_BOTH */
    const char *attribute; /* of a rating */
    bool mapped;
};

struct import_table {
    struct cells *cells;
    struct arena arena;
    VEC(struct column) columns;
    size_t at[N_FIELDS]; /* column of a field + 1; 0: none */
    const struct import_format *format;
    bool plain;         /* the row is the record, all its fields text */
    bool ours;          /* a table of our own: what looked like a formula has an apostrophe in front */
    const char *source; /* of rows that do not say */
    struct buf record, head, told;
    char fault[160];
};

/* Reads the head line, gives every column its field and decides for a format; errors as import_table_open. */
MUST_CHECK bool import_columns_read(struct import_table *t, struct import *im, const char *name,
                                    const struct import_table_options *o, struct err *err);
/* Is the word, whatever its case, one of a list parted by spaces? */
bool import_columns_word(const char *list, const char *word);

static inline bool import_columns_have(const struct import_table *t, enum field f)
{
    return t->at[f] > 0;
}

#endif
