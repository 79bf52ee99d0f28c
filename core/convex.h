/* Fit a linear function w . x to a convex loss of its values at given rows:
 *
 *   f(w) = L(X w) + (l2/2) |w|^2,   l2 > 0
 *
 * L may have minimised parameters of its own out, an intercept or cuts, which are not penalised: with F jointly convex,
 * L(z) = min_t F(z, t) is convex, its slope is that of F at the best t, and its second derivative
 * F_zz - F_zt F_tt^-1 F_tz.
 *
 * Newton's method, steps by conjugate gradients (Nocedal and Wright, algorithm 7.1), preconditioned by the Gram matrix
 * with the curvatures of the start (core/gram.h), with a backtracking line search that costs no pass over the data. */
#ifndef ASSAY_CORE_CONVEX_H
#define ASSAY_CORE_CONVEX_H

#include "core/design.h"

/* The last three are asked at the z last given to `value`, of which one may therefore keep what it found out. All
 * arrays: a number a row. */
struct convex_loss {
    void *ctx;
    double (*value)(void *ctx, const double *z);
    void (*slopes)(void *ctx, const double *z, double *u);       /* u := dL/dz */
    void (*curve)(void *ctx, const double *z, double *u);        /* u := (d2L/dz2) u */
    void (*curvatures)(void *ctx, const double *z, double *out); /* at least the diagonal of d2L/dz2; >= 0 */
};

/* w (d): the start, in and out. Converged means certified: |g| <= 1e-6 and |g|^2 / (2 l2) <= 1e-6 |f|, a bound of
 * f - min f by strong convexity. max_iterations: Newton steps, 0 = 200. Ticks of `progress` are (steps of -log10|g|,
 * 6). At the end the loss was last asked at the margins of w. Asked to stop, it ends as
 * interrupted with the best w so far. ERR_RANGE for an l2 that is not positive and finite, ERR_MEMORY. */
MUST_CHECK bool convex_fit(struct design *x, const struct convex_loss *loss, double l2, size_t max_iterations,
                           double *w, struct bt_info *info, const struct progress *progress, struct err *err);

#endif
