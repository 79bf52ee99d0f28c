/* Several nets with one hidden layer (mlp.h) on mini-batches of pairs: losses, gradients and steps of all of them at
 * once. Not for use outside core: mlp_fit.h is the door. */
#ifndef ASSAY_CORE_MLP_NETS_H
#define ASSAY_CORE_MLP_NETS_H

#include "core/descent.h"
#include "core/hidden.h"
#include "core/mlp.h"
#include "core/pairs.h"

struct mlp_nets {
    size_t nets, m; /* m: units of one net */
    struct hidden hidden;
    struct adam_block v;      /* nets x m */
    const struct pair *pairs; /* must live as long */
    struct team *team;
    const struct loss *loss;
    /* the last batch */
    size_t n, *which;             /* indices into pairs */
    size_t *rows;                 /* 2 x n: chosen, rejected */
    double scale;                 /* of the gradient */
    const bool *alive;            /* nets */
    const struct adam_step *step; /* that the nets take, or NULL */
    bool learning;
    double *z;                    /* nets x batch: margins, then slopes of the loss */
    double sum[DESCENT_MAX_NETS]; /* of the losses of its pairs */
};

/* shape->views must be 2. v is 0: a net begins with no opinion, so what it holds was learnt. ERR_MEMORY; on failure
 * nothing needs freeing. */
MUST_CHECK bool mlp_nets_init(struct mlp_nets *t, const struct hidden_shape *shape, const struct standard *inputs,
                              const struct pair *pairs, struct team *team, struct err *err);
void mlp_nets_free(struct mlp_nets *t);

/* Losses (t->sum) of the living nets on the pairs which[0 .. n-1], n <= shape->examples; the gradients of `scale` times
 * them, in the adam_blocks, under the masks of step number `draw` (from 1); and one step along these unless `step` is
 * NULL. */
void mlp_nets_learn(struct mlp_nets *t, const struct loss *loss, const size_t *which, size_t n, double scale,
                    uint64_t draw, const struct adam_step *step, const bool *alive);
/* Losses alone, of the whole nets. */
void mlp_nets_judge(struct mlp_nets *t, const struct loss *loss, const size_t *which, size_t n, const bool *alive);
/* Copy a net, as it is for standardised inputs, to where it belongs in `out`, which has the units of all nets. */
void mlp_nets_copy(const struct mlp_nets *t, size_t net, struct mlp *out);

#endif
