/* Fitting nets with one hidden layer (mlp.h) to pairs: several at once from different beginnings, by AdamW on
 * mini-batches of
 *
 *   f = (1/W) sum over pairs of loss(r(chosen) - r(rejected)),   W the sum of their weights
 *
 * in float32, losses and sums in float64, each net stopped early by the log-loss of pairs held out for that. Inputs
 * are standardised by the answers trained on, and the result takes plain ones. The problem is not convex: nothing is
 * certified, and a gain over the linear head is to be seen on pairs that neither training nor stopping has used. */
#ifndef ASSAY_CORE_MLP_FIT_H
#define ASSAY_CORE_MLP_FIT_H

#include "core/descent.h"
#include "core/mlp.h"
#include "core/pairs.h"

struct mlp_opts {
    size_t hidden; /* units of one net, at least 1 */
    enum activation activation;
    struct loss loss;
    struct descent_opts descent;
};

/* The pairs[fit[i]], i < n_fit, are trained on; the pairs[held[i]], i < n_held, say when to stop (none: all epochs are
 * run). *out, the average of the nets, is the caller's (mlp_free). Early stopping and info->net[].nll use the plain
 * log-loss, whatever the loss of the fit. ERR_RANGE when there is no pair or no weight to train on, otherwise as
 * standard_init and descent_run. On failure nothing needs freeing. */
MUST_CHECK bool mlp_fit(const struct embeddings *e, const struct pair *pairs, const size_t *fit, size_t n_fit,
                        const size_t *held, size_t n_held, const struct mlp_opts *o, struct mlp *out,
                        struct descent_info *info, const struct progress *progress, struct err *err);

#endif
