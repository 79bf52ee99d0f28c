/* The fitting engine: Bradley-Terry heads (the objective of bt.h) at the speed of the memory, for every loss of the
 * family that is a sum of two softplus (core/loss.h), with an anchor or without.
 *
 * L-BFGS (Nocedal and Wright, algorithm 7.4) with the inverse of a sampled Gram matrix as its first guess of the
 * inverse Hessian (precondition.h), one reading of the data an evaluation (pass.h). That reading is of differences
 * rounded to 16 bits (coarse.h), half the bytes of float32, relative to an anchor: a point where margins and gradient
 * are known from the embeddings themselves (iterative refinement). The first anchor is 0, whose gradient comes with the
 * reading that rounds. When the gradient is down to what rounding may have done to it, it is measured again from
 * float32 rows, and that point is the next anchor; when it looks small enough to end, in float64. Two or three anchors
 * do. Where coarse rows are a poor guide, as with columns that are nearly the same, they are given up for float32 rows;
 * with far fewer pairs than columns rows are float32 from the start.
 * What is reported was always measured in float64. */
#ifndef ASSAY_CORE_FIT_H
#define ASSAY_CORE_FIT_H

#include "core/bt.h"

struct fit_opts {
    size_t max_iterations; /* steps; 0 = 1000 */
    bool warm;             /* start at the given w instead of 0 */
    int threads;           /* 0 = 1 */
    size_t memory; /* bytes of differences that may be kept; when that is too little they are formed at each pass,
                    * which changes no bit of the result */
    const struct bt_model *model; /* NULL: plain Bradley-Terry */
    const double *anchor;         /* d, or NULL: adds (mu/2) |w - anchor|^2 */
    double mu;                    /* >= 0 */
    struct ties *ties;            /* out: thresholds, when the model has ties; may be NULL */
};

/* Is the model one for the engine? The others (ties, reward centring, the noisy channel) are fitted by Newton. */
bool fit_takes(const struct bt_model *m);

/* Fit w (d) to the pairs[which[i]], i < n (which NULL: the first n). The goal, the kinds of stop and `info` are those
 * of bt_fit: converged means certified. bt_fit itself, Newton in float64, fits what the engine does not take, and takes
 * over when there is no penalty (l2 + mu = 0) and from where no step helps any more. Ticks of `progress` are (steps of
 * -log10|g|, 6). The same inputs and options give the same bits. Errors as bt_fit and diff_init. */
MUST_CHECK bool fit_pairs(const struct embeddings *e, const struct pair *pairs, const size_t *which, size_t n,
                          double l2, const struct fit_opts *opts, double *w, struct bt_info *info,
                          const struct progress *progress, struct err *err);

#endif
