/* Held-out errors of least squares with no more rows than columns: everything from the inner products of the rows. Not
 * for use outside core/ridge*.
 *
 * With K = X X' around any point, the fit without a fold solves (A + o l2 I) a = c, where A holds the inner products of
 * the rows that are left around their mean, times the roots of their weights, and c their targets likewise; its value
 * at a held-out row h is mean_y + sum_i root_i a_i (x_h - mean) . (x_i - mean), again sums of entries of K. */
#ifndef ASSAY_CORE_RIDGE_DUAL_H
#define ASSAY_CORE_RIDGE_DUAL_H

#include "core/ridge_group.h"

struct ridge_dual {
    const struct ridge_group *g;
    double *K; /* n x n, both triangles */
    double *y; /* n x nt */
};

/* Reads the rows once; n x d doubles for as long as that takes. ERR_NUMERIC for NaN or infinity, ERR_MEMORY. On failure
 * nothing needs freeing. */
MUST_CHECK bool ridge_dual_of(const struct ridge_rows *rows, const double *Y, size_t k, const struct ridge_group *g,
                              struct ridge_dual *out, struct err *err);
void ridge_dual_free(struct ridge_dual *d);

/* Fit to the rows whose fold is not `left_out`, for all l2, and give the weighted sums of squared errors on those whose
 * fold is: sse (n_l2 nt), target j at l2[i] in i nt + j. fold: of every row of the data. Errors as those of
 * ridge_normal_solve, and ERR_RANGE when no row is left. */
MUST_CHECK bool ridge_dual_errors(const struct ridge_dual *d, const size_t *fold, size_t left_out, const double *l2,
                                  size_t n_l2, double *sse, struct err *err);

#endif
