/* Products with chosen rows of embeddings, X (n x d), read from the files as they stand: nothing is copied, and rows of
 * any precision enter float64 sums exactly. Data larger than memory passes through it block by block.
 *
 * Threads take segments of the rows from a counter; a segment's sum is made by one thread and the sums are added in
 * order, so the bits depend neither on timing nor on the number of threads. */
#ifndef ASSAY_CORE_SWEEP_H
#define ASSAY_CORE_SWEEP_H

#include "core/base/team.h"
#include "core/embedding.h"

struct sweep {
    const struct embeddings *e; /* must live as long */
    const size_t *rows;         /* n; must live as long */
    size_t n, d;
    struct team *team;
    bool wide; /* some rows are float64 */
    size_t segments;
    double *sums;  /* segments x d */
    double *block; /* a worker: rows in float64 */
    size_t taken;  /* readings of the data so far */
};

/* Reads every row once: ERR_NUMERIC for NaN or infinity, ERR_RANGE when there are no rows, ERR_MEMORY. On failure
 * nothing needs freeing. BLAS must run on one thread while it is in use (linalg_threads). */
MUST_CHECK bool sweep_init(struct sweep *s, const struct embeddings *e, const size_t *rows, size_t n, struct team *team,
                           struct err *err);
void sweep_free(struct sweep *s);

/* z (n) = X v */
void sweep_times(struct sweep *s, const double *v, double *z);
/* out (d) = X' c */
void sweep_sum(struct sweep *s, const double *c, double *out);
/* out (d) = X' diag(c) X v, in one reading */
void sweep_curve(struct sweep *s, const double *c, const double *v, double *out);

#endif
