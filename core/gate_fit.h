/* Fitting gates (gate.h) to pairs: several at once from different beginnings, by AdamW on mini-batches of
 *
 *   f = (1/W) sum over pairs of loss(beta g(prompt) . mix (r(chosen) - r(rejected))),   W the sum of their weights
 *
 * with the attributes r as they were fitted to ratings. Gates begin where they are of use already, at the constant
 * weights, none below 0, that fit best (core/mix.h), so what a net learns is how prompts differ; beta is learnt as its
 * logarithm. Prompts are standardised by those trained on, and the result takes plain ones. float32, but for the
 * softmax, the losses and sums; each net is stopped early by the log-loss of pairs held out for that. */
#ifndef ASSAY_CORE_GATE_FIT_H
#define ASSAY_CORE_GATE_FIT_H

#include "core/descent.h"
#include "core/gate.h"
#include "core/pairs.h"

struct gate_opts {
    size_t hidden;      /* units of one net, 0: linear */
    double temperature; /* > 0 */
    struct loss loss;
    struct descent_opts descent;
};
#define GATE_TEMPERATURE 10.0

struct gate_data {
    const struct embeddings *e; /* its rows are answers and prompts */
    const struct pair *pairs;   /* with a prompt each */
    const double *outputs;      /* e->n x k by rows: what the attribute heads say (of answers; the rest is not read) */
    size_t k;
    const double *mix; /* k x k by rows; NULL: the identity */
};

/* As mlp_fit: fit, held: indices into pairs. *out, which holds the mix, is the caller's (gate_free). ERR_MISSING when
 * a pair has no prompt, ERR_RANGE when there is no pair, no weight or only one attribute, ERR_NUMERIC when outputs are
 * not finite, otherwise as standard_init and descent_run. On failure nothing needs freeing. */
MUST_CHECK bool gate_fit(const struct gate_data *data, const size_t *fit, size_t n_fit, const size_t *held,
                         size_t n_held, const struct gate_opts *o, struct gate *out, struct descent_info *info,
                         const struct progress *progress, struct err *err);

#endif
