/* How sure a fitted head is: Laplace's approximation. The posterior of w is taken as normal around the optimum, with
 * the inverse of the second derivative of the whole objective (sum, not mean) as its covariance (MacKay 1992, "The
 * evidence framework applied to classification networks").
 *
 *   H = sum_i c_i d_i d_i' + a I        c_i: curvature of pair i's loss, its weight included; for Bradley-Terry
 *                                       sigma(z)(1 - sigma(z)). a = n (l2 + mu), n: what the mean loss divides by
 *   var(x . w) = x' H^-1 x
 *
 * H is kept as its Cholesky factor, d x d; with fewer rows than columns it can be kept by its rows instead, n x d and
 * n x n (matrix inversion lemma). All in float64. */
#ifndef ASSAY_CORE_LAPLACE_H
#define ASSAY_CORE_LAPLACE_H

#include "core/bt.h"
#include "core/ridge.h"

enum laplace_form {
    LAPLACE_AUTO,   /* by rows when there are fewer of them than columns */
    LAPLACE_FACTOR, /* d x d */
    LAPLACE_ROWS
};

struct laplace {
    size_t d, m; /* columns; side of the factor */
    double a;
    double *factor; /* m x m: U, upper triangle, zeros below */
    double *rows;   /* NULL: H = U'U. Otherwise B, m x d: H = a I + B'B and U'U = a I + B B' */
    double log_det; /* of H */
};

/* The widest factor that is worth keeping: 4096 columns are 64 MB in a head's file. */
enum { LAPLACE_MAX = 4096 };

/* rows: d_i, and c_i as their weights. H is lowered by V'V for n_minus rows V (by rows; NULL for none; not by rows).
 * BLAS is left with `threads`. ERR_NUMERIC when H is not positive definite (a = 0
 * and directions that no row tells), ERR_RANGE when there are no rows or a < 0, ERR_MEMORY. On failure nothing needs
 * freeing. */
MUST_CHECK bool laplace_of(const struct ridge_rows *rows, const double *minus, size_t n_minus, double a,
                           enum laplace_form form, int threads, struct laplace *out, struct err *err);
void laplace_free(struct laplace *l);

/* Of a Bradley-Terry head w fitted to the pairs[which[i]], i < n (which NULL: the first n), of any model of bt.h: for a
 * loss that is not convex the curvature counts where it is positive; thresholds of ties are as uncertain as the pairs
 * leave them. l2: with the mu of an anchor. Errors of laplace_of, and of bt_init. */
MUST_CHECK bool laplace_of_pairs(const struct embeddings *e, const struct pair *pairs, const size_t *which, size_t n,
                                 const struct bt_model *model, double l2, const double *w, enum laplace_form form,
                                 int threads, struct laplace *out, struct err *err);

/* v (n) = x' H^-1 x for the rows x of X (n x d), which is overwritten. ERR_MEMORY (by rows only). */
MUST_CHECK bool laplace_variances(const struct laplace *l, double *X, size_t n, double *v, struct err *err);

/* The margin whose sigma is the mean of sigma(z) for z normal with this mean and variance:
 * mean / sqrt(1 + pi variance / 8) (MacKay 1992, equation 10). */
double laplace_margin(double mean, double variance);

#endif
