/* The normal equations of least squares with an unpenalised intercept, ready for any penalty. Not for use outside
 * core/ridge*.
 *
 *   (A + o l2 I) w_j = c_j      A = sum o_i (x_i - m)(x_i - m)', c_j = sum o_i (x_i - m)(y_ij - m_j), o = sum o_i
 *
 * A is brought to tridiagonal form once, A = Q T Q' (about the cost of seven Cholesky factorisations at d = 1024);
 * every penalty then costs two turns of its solutions and O(d) steps instead of a factorisation. */
#ifndef ASSAY_CORE_RIDGE_NORMAL_H
#define ASSAY_CORE_RIDGE_NORMAL_H

#include "core/ridge_moments.h"

struct ridge_normal {
    size_t d, nt;
    double *A, *tau;    /* d x d, d: Q */
    double *diag, *off; /* d each: T */
    double *R;          /* d x nt by rows: Q' c */
    double *mean;       /* p = d + 1 + nt, from moments: of their rows, around their shift */
    double weight;
};

/* Room for d unknowns and nt right sides; A has p x p numbers, p >= d. ERR_MEMORY. */
MUST_CHECK bool ridge_normal_room(struct ridge_normal *n, size_t d, size_t nt, size_t p, struct err *err);
/* A (upper triangle, without padding) and R = c are there: make them T, Q and Q' c. ERR_NUMERIC for NaN. */
MUST_CHECK bool ridge_normal_reduce(struct ridge_normal *n, struct err *err);

/* Of all folds but `left_out` (SIZE_MAX: of all). ERR_RANGE when no weight is left, ERR_MEMORY. On failure nothing
 * needs freeing. */
MUST_CHECK bool ridge_normal_of(const struct ridge_moments *m, size_t left_out, struct ridge_normal *out,
                                struct err *err);
void ridge_normal_free(struct ridge_normal *n);

/* Solve for every l2[i], i < n, and every target: S (d x n nt by rows), target j at l2[i] in column i nt + j.
 * ERR_NUMERIC when l2 = 0 and the columns are linearly dependent (or nearly so). */
MUST_CHECK bool ridge_normal_solve(const struct ridge_normal *n, const double *l2, size_t n_l2, double *S,
                                   struct err *err);

#endif
