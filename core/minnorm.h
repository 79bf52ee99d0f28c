/* The shortest vector in the convex hull of K vectors, from their products alone:
 *
 *   lambda = argmin  lambda' G lambda   over lambda >= 0, sum lambda = 1        G: K x K by rows, G_ij = g_i . g_j
 *
 * the weights of gradients g_i whose mixture v = sum lambda_i g_i lowers every objective when one steps along -v
 * (Desideri 2012; Sener and Koltun, arXiv:1810.04650; arXiv:2312.07401, section 4). Optimal exactly when
 *
 *   g_i . v >= v . v for all i, with equality where lambda_i > 0
 *
 * and v = 0 exactly when no direction lowers all. v is unique; lambda is not when the g_i are affinely dependent: test
 * the condition, not lambda. G may be of any inner product; only a positive semidefinite one has a meaning. */
#ifndef ASSAY_CORE_MINNORM_H
#define ASSAY_CORE_MINNORM_H

#include "core/base/err.h"

#include <stddef.h>

enum { MINNORM_MOST = 64 };

struct minnorm {
    double value; /* v . v, not negative */
    double gap;   /* max_i (v . v - g_i . v), at least 0: it bounds |v - optimum|^2 (Frank and Wolfe 1956) */
    size_t steps; /* of the method */
};

/* Exact: for K = 2 the closed form, else Wolfe's algorithm (Wolfe 1976, "Finding the nearest point in a polytope"), an
 * active-set method that ends after finitely many steps. It stops where rounding of the products hides any further
 * gain; lambda (K) is then exact but for rounding. Equal vectors share: K = 2 gives 1/2 each. ERR_RANGE for K = 0 or
 * above MINNORM_MOST, ERR_NUMERIC when G holds NaN or infinity or a negative square. `out` may be NULL. */
MUST_CHECK bool minnorm_solve(const double *G, size_t k, double *lambda, struct minnorm *out, struct err *err);

/* As the program released with arXiv:2312.07401 does it: the best pair of vectors, then Frank-Wolfe steps whose line
 * search answers 0.999 or 0.001 where 1 or 0 would be right, at most 1000, until a step moves lambda by less than 1e-5
 * in sum. Right to about 1e-3; never a vertex for K = 2. Errors as above. */
MUST_CHECK bool minnorm_solve_clamped(const double *G, size_t k, double *lambda, struct minnorm *out, struct err *err);

/* Value and gap of any lambda; slack (k, may be NULL) becomes g_i . v - v . v: the multiplier of lambda_i >= 0. */
struct minnorm minnorm_check(const double *G, size_t k, const double *lambda, double *slack);

#endif
