/* One head on thumbs at a fixed shift, or with a free one:
 *
 *   f(w) = sum o_i phi_i(w.x_i - shift) + (l2/2) |w|^2
 *
 * phi as in core/thumbs_loss.h, o_i shares of the objective that hold everything an example is weighted by. A free
 * shift (an intercept of -shift, not penalised) is minimised out: f stays convex, its gradient is that at the best
 * shift, and its Hessian is X'KX - h h' / sum k + l2 I with K = diag(o phi''), h = X'k (Schur complement).
 *
 * Newton's method, steps by conjugate gradients (Nocedal and Wright, algorithm 7.1: where the curvature is negative the
 * step so far is taken) with the sampled Gram matrix of core/precondition.h, and a line search that costs no reading.
 */
#ifndef ASSAY_CORE_THUMBS_NEWTON_H
#define ASSAY_CORE_THUMBS_NEWTON_H

#include "core/base/progress.h"
#include "core/bt.h"
#include "core/precondition.h"
#include "core/sweep.h"
#include "core/thumbs_loss.h"

struct thumbs_problem {
    struct sweep *x; /* the examples' rows; must live as long */
    enum thumbs_kind kind;
    double beta, l2;      /* > 0 */
    const bool *up;       /* n */
    const double *weight; /* n: the o_i */
    struct precondition m;
};

/* Samples rows for the preconditioner. Errors of precondition_init. On failure nothing needs freeing. */
MUST_CHECK bool thumbs_problem_init(struct thumbs_problem *p, struct err *err);
void thumbs_problem_free(struct thumbs_problem *p);

/* f at rewards r (n) = X w. */
double thumbs_value(const struct thumbs_problem *p, const double *r, double shift, const double *w);
/* The shift that minimises f for given rewards. Both classes must have weight. */
double thumbs_best_shift(const struct thumbs_problem *p, const double *r, double from);

struct thumbs_newton_opts {
    bool free_shift;
    double gradient; /* |g| to reach; at least the goal of bt_fit: |g| <= 1e-6 and |g|^2 / (2 l2) <= 1e-6 f */
    size_t max_iterations;
};
struct thumbs_newton_info {
    double objective, grad_norm;
    size_t iterations;
    enum bt_stop stop; /* STATIONARY for kto */
};

/* w (d) and *shift: where to start (a free shift is only a first guess), and the result; r (n): the rewards there.
 * Ticks of `progress` are (steps of -log10|g|, 6). ERR_MEMORY. */
MUST_CHECK bool thumbs_newton(struct thumbs_problem *p, const struct thumbs_newton_opts *opts, double *w, double *shift,
                              double *r, struct thumbs_newton_info *info, const struct progress *progress,
                              struct err *err);

/* The parts of it, for tests: gradient (d) and Hessian product (d) of f at rewards r. A free shift must be the best. */
void thumbs_gradient(struct thumbs_problem *p, const double *w, const double *r, double shift, double *g);
/* h: X'k (d) and *bend: sum k, for a free shift; NULL for a fixed one. k (n) = o phi''. */
void thumbs_curvatures(struct thumbs_problem *p, const double *r, double shift, double *k, double *h, double *bend);
void thumbs_hessian_times(struct thumbs_problem *p, const double *k, const double *h, double bend, const double *v,
                          double *out);

#endif
