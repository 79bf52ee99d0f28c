/* Standardised rows: x -> (x - mean) / sd by columns, with the mean and deviation of the rows that are trained on, and
 * how to take it back out of a layer that was fitted to such rows. */
#ifndef ASSAY_CORE_STANDARD_H
#define ASSAY_CORE_STANDARD_H

#include "core/embedding.h"

struct standard {
    const struct embeddings *e; /* must live as long */
    size_t d;
    float *mean, *factor; /* d each; factor is 1/sd, and 1 for a column that does not vary */
};

/* From the rows listed (n > 0; a row may stand there several times). ERR_NUMERIC when a column has no finite mean or
 * deviation as float32, ERR_MEMORY. On failure nothing needs freeing. */
MUST_CHECK bool standard_init(struct standard *s, const struct embeddings *e, const size_t *rows, size_t n,
                              struct err *err);
void standard_free(struct standard *s);

/* out: d values */
void standard_row(const struct standard *s, size_t row, float *out);
/* Make U standardised(x) + b into U x + b; U: units x d by rows, b: units. */
void standard_fold(const struct standard *s, size_t units, double *U, double *b);

#endif
