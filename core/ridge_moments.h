/* What least squares needs to know of the rows of one group of targets, fold by fold, from one reading. Not for use
 * outside core/ridge*.
 *
 * With the row u_i = (x_i - shift, 1, y_i - shift_y) of p = d + 1 + nt numbers and the weight o_i, the moments of fold
 * f are M_f = sum over its rows of o_i u_i u_i': the Gram matrix, the right sides, the sums, the sums of squares and
 * the weight in one symmetric matrix. Moments of several folds are added; their sum is that of all rows. `shift` is
 * near the mean of the rows, so that centring (subtracting the rank-one part of the mean) loses no digits. */
#ifndef ASSAY_CORE_RIDGE_MOMENTS_H
#define ASSAY_CORE_RIDGE_MOMENTS_H

#include "core/base/team.h"
#include "core/ridge_group.h"

struct ridge_moments {
    size_t d, nt, p, folds;
    double *shift; /* p: of x; 0; of y */
    double *M;     /* folds x p x p, upper triangles */
};

/* fold: of every row of `rows`, below `folds`. Rows are read by all workers of the team, each a fixed part of a fold;
 * BLAS should have one thread. Ticks of `progress` are (folds, folds). ERR_NUMERIC for NaN or infinity, ERR_MEMORY,
 * ERR_STOPPED. On failure nothing needs freeing. */
MUST_CHECK bool ridge_moments_of(const struct ridge_rows *rows, const double *Y, size_t k, const struct ridge_group *g,
                                 const size_t *fold, size_t folds, struct team *team, struct ridge_moments *out,
                                 const struct progress *progress, struct err *err);
void ridge_moments_free(struct ridge_moments *m);

#endif
