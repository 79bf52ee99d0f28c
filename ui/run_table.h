/* Recorded runs as a table: read from the workspace, sorted by any column, marked for a comparison. */
#ifndef ASSAY_UI_RUN_TABLE_H
#define ASSAY_UI_RUN_TABLE_H

#include "core/base/buf.h"
#include "core/metric.h"
#include "store/run.h"

/* id, title, columns of text, larger first */
#define RUN_COLUMNS(X)                                                                                                 \
    X(NUMBER, "#", 4, true)                                                                                            \
    X(KIND, "what", 10, false)                                                                                         \
    X(HEAD, "head", 11, false)                                                                                         \
    X(L2, "lambda", 9, false)                                                                                          \
    X(ACCURACY, "accuracy", 18, true)                                                                                  \
    X(NLL, "log-loss", 9, false)                                                                                       \
    X(ECE, "ECE", 7, false)                                                                                            \
    X(DATE, "when", 16, true)
enum run_column {
#define X(id, title, columns, down) RUN_##id,
    RUN_COLUMNS(X)
#undef X
        RUN_COLUMN_COUNT
};
struct run_column_info {
    const char *title;
    int columns;
    bool down; /* the largest comes first */
};
const struct run_column_info *run_column(enum run_column c);

/* Figures are those on pairs that were not fitted to; NaN: there are none. */
struct run_row {
    const struct run *run;
    const char *head; /* "": none */
    double l2, accuracy, nll, ece;
    struct metric_interval interval; /* of the accuracy */
    size_t pairs;
    bool marked;
};

/* What a record says; `run` is borrowed, strings go to the arena. */
struct run_row run_row_of(const struct run *run, struct arena *a);

struct run_table {
    struct arena arena;
    struct run_row *row;
    size_t n;
    enum run_column by;
    bool backwards; /* the other way round than the column says */
};

/* Zero-initialised is empty, by number. Read anew; marks stay on the runs that they were on. */
MUST_CHECK bool run_table_read(struct run_table *t, struct db *db, struct err *err);
void run_table_free(struct run_table *t);
/* What has no value comes last, whichever way; of equal ones the newest comes first. */
void run_table_sort(struct run_table *t, enum run_column by, bool backwards);
/* One cell as text. */
void run_table_cell(const struct run_row *r, enum run_column c, struct buf *out);
/* Heads of marked runs, in the order of the table from its end, each once; at most `most`. Returns how many. */
size_t run_table_marked(const struct run_table *t, const char **path, size_t most);

#endif
