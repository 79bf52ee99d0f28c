/* Least squares (core/ridge.h) for all targets, all penalties and all folds at once: which l2 predicts rows best that
 * the fit has not seen?
 *
 * The rows are read once, into one matrix of moments a fold (core/ridge_moments.h). The fit without fold f needs the
 * sum of the others, brought to tridiagonal form once for all penalties (core/ridge_normal.h), and its squared error on
 * fold f is a quadratic form of the moments of f: no row is predicted one by one. With no more rows than columns all of
 * this is done on the inner products of the rows instead (core/ridge_dual.h).
 *
 * All in float64: the figures are those of ridge_fit, fold by fold and penalty by penalty, to rounding. Same inputs and
 * threads, same bytes. Memory: (folds + threads + 1) square matrices of the smaller of rows and columns. */
#ifndef ASSAY_CORE_RIDGE_PATH_H
#define ASSAY_CORE_RIDGE_PATH_H

#include "core/choose.h"
#include "core/ridge.h"

struct ridge_path_opts {
    const double
        *l2; /* n_l2 penalties, at least 1, each at least 0 and finite, in any order; ascending for choose_among */
    size_t n_l2;
    const size_t *fold; /* of every row, below `folds`; rows of one prompt belong into one (core/split.h) */
    size_t folds;       /* 2 or more */
    int threads;        /* 0 = 1 */
};

struct ridge_path {
    size_t k, n_l2, folds;
    int threads;
    double *l2;  /* n_l2, a copy */
    double *mse; /* k x n_l2 x folds: weighted mean squared error on the fold's rows with a value, NaN: none has one */
    double *weight;               /* k x folds: their weight */
    struct choose_score *score;   /* k x n_l2: over all rows with a value, its error from the spread over folds */
    struct ridge_path_fits *fits; /* what ridge_path_solve needs */
};

/* Y: n x k by rows, NaN = missing. Errors as ridge_fit, and ERR_RANGE for bad folds. Ticks of `progress` are
 * (steps, steps). BLAS is left with opts->threads. Free with ridge_path_free; on failure nothing needs freeing. */
MUST_CHECK bool ridge_path_run(const struct ridge_rows *rows, const double *Y, size_t k,
                               const struct ridge_path_opts *opts, struct ridge_path *out,
                               const struct progress *progress, struct err *err);
void ridge_path_free(struct ridge_path *p);

/* The fit to all rows, target j with penalty l2[j] (which need not be on the path): the same result as ridge_fit, from
 * what ridge_path_run kept; rows and Y are those it was given, and are read once more for `info`. W: k x d by rows,
 * b: k, info: k. BLAS is left with p->threads. */
MUST_CHECK bool ridge_path_solve(const struct ridge_path *p, const struct ridge_rows *rows, const double *Y,
                                 const double *l2, double *W, double *b, struct ridge_info *info, struct err *err);

#endif
