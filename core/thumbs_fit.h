/* A head on thumbs: logistic regression, binary classifier optimisation (BCO) or a KTO-like head on frozen embeddings.
 * The reward of a response is w.x - shift, P(thumb up) = sigma(beta (w.x - shift)).
 *
 *   f(w) = (1 / sum o_i) sum o_i c_i q_i phi_i(w.x_i - shift) + (l2/2) |w|^2
 *
 * with phi of core/thumbs_loss.h, o_i an example's own weight, c_i that of its class, and q_i for bco a thumb down's
 * prompt density ratio (1 otherwise). Balanced classes weigh the same, c_up sum o_up = c_down sum o_down: f is then
 * (E_up phi + E_down phi) / 2, the loss of the paper on bco, and what the one on kto advises; without it, all c_i 1, it
 * is the mean over all examples that trainers take. With unbalanced classes a tied shift drags w along the mean of the
 * embeddings, for no gain.
 *
 *   logistic  the shift is -intercept, free.
 *   bco       the shift is delta(w): a fixed point. For each shift the problem is convex and solved to its certified
 *             optimum w(shift); the outer loop finds shift = delta(w(shift)) by the secant rule inside a bracket (for
 *             large shifts delta stays behind, as w is bounded, so there is one). Means of rewards are weighted by o_i.
 *   kto       the shift is the reference point z0(w), found in the same way; the inner problem is not convex, so that a
 *             fit ends as stationary, and there may be a better point: `starts` begins at the logistic solution and at
 *             others drawn around it, and the lowest end is taken. */
#ifndef ASSAY_CORE_THUMBS_FIT_H
#define ASSAY_CORE_THUMBS_FIT_H

#include "core/base/progress.h"
#include "core/bt.h"
#include "core/thumbs.h"
#include "core/thumbs_loss.h"

struct thumbs_opts {
    enum thumbs_kind kind;
    enum thumbs_delta delta;        /* bco */
    double l2;                      /* > 0 */
    double beta;                    /* > 0 */
    bool balance;                   /* c_i so that both classes weigh the same */
    double up_weight, down_weight;  /* > 0: further factors of c_i; kto wants down / up in [1, 4/3] of a balance */
    bool match_prompts;             /* bco: weigh thumbs down by prompt density ratios; every thumb needs a prompt */
    double ratio_least, ratio_most; /* they are clipped to */
    double prompt_l2;               /* of the classifier; 0: 1 / examples, which is what scikit-learn takes (C = 1) */
    size_t starts;                  /* kto; 0 = 1 */
    uint64_t seed;                  /* of the further starts */
    bool warm;                      /* start at the given w and bias; for kto the only start */
    size_t max_iterations;          /* Newton steps of one inner problem; 0 = 500 */
    int threads;                    /* 0 = 1 */
};
/* beta 1, weights 1, clipped to [0.5, 10], balanced but for logistic, all else 0. */
struct thumbs_opts thumbs_opts_of(enum thumbs_kind kind, double l2);

struct thumbs_info {
    size_t n_up, n_down, n_mismatched;
    double weight_up, weight_down; /* sums of o_i c_i */
    double objective;              /* at w and the shift */
    double at_zero;                /* the same of no head at all, w = 0 and a shift of 0: a tied shift may end above */
    double grad_norm;
    double shift;  /* the reward that counts as neither up nor down: delta, z0, or -intercept */
    double gap;    /* |delta(w) - shift|; 0 for logistic */
    size_t rounds; /* inner problems */
    size_t iterations, passes;
    size_t start;         /* kto: which start won, 0 = the logistic solution */
    bool converged;       /* stop == BT_OPTIMAL: every inner problem that counts certified, and the shift settled:
                             gap <= 1e-6 (1 + |shift|) */
    enum bt_stop stop;    /* kto: STATIONARY at best, UNSETTLED when its solution jumps where the shift would meet it */
    double ratio_mean;    /* of thumbs down, after clipping; 1 when prompts are not matched */
    size_t ratio_clipped; /* thumbs down whose ratio was */
    double
        prompt_accuracy; /* of the classifier of prompts, half for each class; 1/2 says that prompts are alike. NaN */
};

/* Fit w (d) and *bias = -shift to thumbs[which[i]], i < n. `info` is always filled on success; not converging is an
 * answer. ERR_RANGE for l2, beta or weights outside their range, and when all thumbs are up or all are down;
 * ERR_MISSING when prompts are to be matched and a thumb has none; ERR_NUMERIC, ERR_MEMORY. `progress` may be NULL; the
 * same inputs and options give the same bits, with any number of threads. */
MUST_CHECK bool thumbs_fit(const struct embeddings *e, const struct thumb *thumbs, const size_t *which, size_t n,
                           const struct thumbs_opts *opts, double *w, double *bias, struct thumbs_info *info,
                           const struct progress *progress, struct err *err);

/* q (n): the density ratios of the thumbs down by a balanced logistic classifier of prompts, 1 for thumbs up. */
MUST_CHECK bool thumbs_prompt_ratios(const struct embeddings *e, const struct thumb *thumbs, const size_t *which,
                                     size_t n, const struct thumbs_opts *opts, double *q, struct thumbs_info *info,
                                     struct err *err);

#endif
