/* The Bradley-Terry model on differences of embeddings (Bradley and Terry 1952; Ouyang et al., arXiv:2203.02155, eq.
 * 1).
 *
 *   z_i  = w . d_i                 d_i = x(chosen) - x(rejected)
 *   f(w) = (1/sum o_i) sum o_i [ p_i softplus(-z_i) + (1 - p_i) softplus(z_i) ] + (l2/2) |w|^2
 *   g(w) = (1/sum o_i) sum o_i (sigma(z_i) - p_i) d_i + l2 w
 *   H(w) = (1/sum o_i) sum o_i sigma(z_i) (1 - sigma(z_i)) d_i d_i' + l2 I
 *
 * with weights o_i >= 0 and probabilities p_i in [0, 1]. f is convex. There is no intercept: it cancels.
 *
 * A model replaces softplus by another loss of the family (core/loss.h) or by a likelihood with ties (core/ties.h, its
 * thresholds minimised out), and may add reward centring, C mean (r_c + r_r)^2 (arXiv:2312.09244, eq. 2): then the sums
 * s_i = x(chosen) + x(rejected) are further rows of the problem, n to 2n-1, with a quadratic loss. */
#ifndef ASSAY_CORE_BT_H
#define ASSAY_CORE_BT_H

#include "core/base/progress.h"
#include "core/embedding.h"
#include "core/loss.h"
#include "core/pairs.h"
#include "core/ties.h"

/* Stable for any z: never the exponential of a positive number. */
double bt_sigma(double z);
double bt_softplus(double z);

/* How differences are kept. Sums are in float64 either way. */
enum bt_storage {
    BT_AUTO, /* float64 while the matrix stays below BT_AUTO_BYTES, float32 above */
    BT_F64,
    BT_F32
};
#define BT_AUTO_BYTES ((size_t)1 << 29)

/* All zero: plain Bradley-Terry. */
struct bt_model {
    struct loss loss;
    enum loss_normalise normalise;
    enum ties_model ties; /* only with the plain loss */
    double center;        /* C >= 0 */
};
/* Can the parts be joined? ERR_USAGE says which cannot and why. */
MUST_CHECK bool bt_model_check(const struct bt_model *m, double l2, struct err *err);

struct bt_problem {
    size_t n, d;
    size_t rows; /* n, or 2n with centring */
    bool single; /* rows are float in `f32`, otherwise double in `f64` */
    double *f64; /* rows x d by rows, or NULL */
    float *f32;
    double *weight, *p, *strength; /* n each */
    double sum_weight;             /* > 0 */
    double divisor;                /* of the mean loss: sum_weight, or what the model says; > 0 */
    struct bt_model model;
    struct ties ties; /* thresholds: the best for the margins last given */
    double *terms;    /* workspace: rows */
    double *block;    /* workspace: BT_BLOCK x d doubles */
    double *zblock;   /* workspace: BT_BLOCK */
};

/* Differences of the pairs[which[i]], i < n (which NULL: the first n); weights and p are those of the pairs.
 * ERR_RANGE when n = 0 or all weights are 0, ERR_NUMERIC for NaN or infinity, ERR_MEMORY. On failure nothing needs
 * freeing. */
MUST_CHECK bool bt_init(struct bt_problem *b, const struct embeddings *e, const struct pair *pairs, const size_t *which,
                        size_t n, enum bt_storage storage, struct err *err);
/* The same for another model. Further errors: those of ties_init, and ERR_RANGE when all pairs have weight 0 after
 * scaling. */
MUST_CHECK bool bt_init_model(struct bt_problem *b, const struct bt_model *model, const struct embeddings *e,
                              const struct pair *pairs, const size_t *which, size_t n, enum bt_storage storage,
                              struct err *err);
/* The same from differences in memory: D n x d by rows, copied; weight and p may be NULL (all 1). */
MUST_CHECK bool bt_init_rows(struct bt_problem *b, const double *D, size_t n, size_t d, const double *weight,
                             const double *p, enum bt_storage storage, struct err *err);
/* D: model.center > 0 ? 2n : n rows, the sums behind the differences; strength may be NULL (all 1). */
struct bt_rows {
    const double *D;
    size_t n, d;
    const double *weight, *p, *strength;
};
MUST_CHECK bool bt_init_rows_model(struct bt_problem *b, const struct bt_model *model, const struct bt_rows *rows,
                                   enum bt_storage storage, struct err *err);
void bt_free(struct bt_problem *b);

/* z (rows) = D w. One pass over the data. */
void bt_margins(struct bt_problem *b, const double *w, double *z);
/* The loss alone, without the penalty, at margins z; no pass over the data. */
double bt_loss(struct bt_problem *b, const double *z);
/* f at w, given its margins z; no pass over the data. */
double bt_value(struct bt_problem *b, double l2, const double *w, const double *z);
/* g (d) at w, given its margins z. One pass. */
void bt_gradient(struct bt_problem *b, double l2, const double *w, const double *z, double *g);
/* out (d) = H v at the margins z, without the curvature of pairs where it is negative (only a loss that is not convex
 * has such). One pass; two with ties. */
void bt_hessian_times(struct bt_problem *b, double l2, const double *z, const double *v, double *out);
/* out (d) = the diagonal of H at the margins z; with ties an upper bound of it. One pass. */
void bt_hessian_diagonal(struct bt_problem *b, double l2, const double *z, double *out);

/* c (rows) = the second derivatives of the loss at the margins z, none below 0: H is about D' diag(c) D + l2 I, and
 * just that without ties. No pass over the data. */
void bt_curvatures(struct bt_problem *b, const double *z, double *c);

/* id, sentence */
#define BT_STOPS(X)                                                                                                    \
    X(OPTIMAL, "reached the optimum")                                                                                  \
    X(STATIONARY, "reached a stationary point: the loss is not convex, so there may be a lower one")                   \
    X(ITERATIONS, "stopped at the limit of iterations")                                                                \
    X(STALLED, "no step lowers the objective any more: the limit of double precision")                                 \
    X(UNSETTLED, "found no shift that its own solution agrees with: the loss is not convex, and that jumps there")     \
    X(INTERRUPTED, "was interrupted before it reached the optimum")                                                    \
    X(SEPARABLE, "without a penalty (l2 = 0) these pairs have no finite optimum: margins grow without bound; set l2")
enum bt_stop {
#define X(id, text) BT_##id,
    BT_STOPS(X)
#undef X
};
const char *bt_stop_text(enum bt_stop s);

struct bt_opts {
    size_t max_iterations; /* Newton steps; 0 = 200 */
    bool warm;             /* start at the given w instead of 0 */
    const double *anchor;  /* d, or NULL: adds (mu/2) |w - anchor|^2 */
    double mu;             /* >= 0 */
};

struct bt_info {
    double objective;
    double grad_norm;
    size_t iterations; /* Newton steps */
    size_t passes;     /* over the data */
    bool converged;    /* stop == BT_OPTIMAL */
    enum bt_stop stop;
};

/* Minimise f by Newton's method, steps by truncated conjugate gradients (Nocedal and Wright, algorithm 7.1) with a
 * backtracking line search that costs no pass. They are preconditioned by the diagonal of H, and by a factor of H
 * (core/gram.h) from the step on that takes many of them. Converged means certified: |g| <= 1e-6, and for a penalty l =
 * l2 + mu > 0 also |g|^2 / (2 l) <= 1e-6 |f|, which bounds the distance of f from its minimum (strong convexity); for l
 * = 0 also that a Newton step moves no margin by more than 1e-3, which fails when there is no finite optimum: a
 * direction along which no pair gets worse, as in separable data. A loss that is not convex has no such certificate: it
 * ends as stationary, not as converged. Thresholds of ties are minimised out and need no penalty; b->ties holds them
 * after it. w: d, in (opts->warm) and out. `info` is always filled on success; not converging is an answer, not an
 * error. `progress` may be NULL; ticks are (steps of -log10|g|, 6). ERR_RANGE for l2 < 0 or not finite, ERR_USAGE for a
 * model that cannot be (bt_model_check), ERR_MEMORY. Asked to stop, it ends as interrupted with the best w so far. */
MUST_CHECK bool bt_fit(struct bt_problem *b, double l2, const struct bt_opts *opts, double *w, struct bt_info *info,
                       const struct progress *progress, struct err *err);

#endif
