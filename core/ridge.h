/* Least squares with a penalty, several targets at once, with missing values.
 *
 *   f_j(w, b) = (1/(2 o_j)) sum over the rows with a value of o_i (w . x_i + b - y_ij)^2 + (l2/2) |w|^2
 *
 * with weights o_i (1 unless given) and o_j their sum over the rows with a value of target j. The intercept b is not
 * penalised. Targets that miss the same rows share one factorisation. core/ridge_path.h fits many l2 at once. */
#ifndef ASSAY_CORE_RIDGE_H
#define ASSAY_CORE_RIDGE_H

#include "core/base/err.h"
#include "core/base/progress.h"

#include <stddef.h>

/* Rows of the training matrix, on demand: n x d. `row` may be called by several threads at once. */
struct ridge_rows {
    size_t n, d;
    void (*row)(const void *ctx, size_t i, double *out);
    const void *ctx;
    const double *weight; /* n, at least 0; NULL: all 1 */
};

/* Rows of an n x d matrix in memory (by rows); it must live as long as the result. */
struct ridge_matrix {
    const double *X;
    size_t d;
};
struct ridge_rows ridge_rows_of(const struct ridge_matrix *m, size_t n);

struct ridge_info {
    size_t n;         /* rows with a value and a weight above 0 */
    double objective; /* at the solution */
    double grad_norm; /* of (w, b) together, a check of the solution */
};

/* Y: n x k by rows, NaN = missing. Out: W k x d by rows, b: k, info: k.
 * Exact: Cholesky of the centred Gram matrix, d x d, or n x n when there are fewer rows than columns. ERR_NUMERIC when
 * l2 = 0 and the columns are linearly dependent (or nearly so), ERR_RANGE when a target has no value at all or l2 is
 * negative or not finite, ERR_MEMORY. */
MUST_CHECK bool ridge_fit(const struct ridge_rows *rows, const double *Y, size_t k, double l2, double *W, double *b,
                          struct ridge_info *info, const struct progress *progress, struct err *err);

/* Mean and standard deviation (divided by n) of the columns; a column that does not vary gets sd 1.
 * Standardising is x -> (x - mean) / sd. mean, sd: d. */
void ridge_standardise(const struct ridge_rows *rows, double *mean, double *sd);

#endif
