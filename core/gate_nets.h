/* Several gates (gate.h) on mini-batches of pairs: losses, gradients and steps of all of them at once. Not for use
 * outside core: gate_fit.h is the door. */
#ifndef ASSAY_CORE_GATE_NETS_H
#define ASSAY_CORE_GATE_NETS_H

#include "core/descent.h"
#include "core/gate.h"
#include "core/hidden.h"

struct gate_nets {
    size_t nets, k, m; /* m: hidden units of one net; 0: the logits themselves are the units of `hidden` */
    double temperature;
    struct hidden hidden;
    struct adam_block V, c;     /* (nets k) x m by rows, nets k; of no length when m = 0 */
    struct adam_block log_beta; /* nets */
    struct team *team;
    const struct gate_examples *x;
    const struct loss *loss;
    /* the last batch */
    size_t n;
    const size_t *which;          /* indices into x */
    size_t *rows;                 /* of the prompts */
    double scale;                 /* of the gradient */
    const bool *alive;            /* nets */
    const struct adam_step *step; /* that the nets take, or NULL */
    bool learning;
    float *logits, *slopes;       /* (nets k) x n; of the loss in them */
    double *softmax;              /* nets x k: of one example */
    double sum[DESCENT_MAX_NETS]; /* of the losses of its pairs */
};

struct gate_shape {
    size_t nets, k, m;
    double temperature;
    const double *weights; /* k, above 0, of sum 1: where the gates begin */
    double beta;           /* and with what scale */
    size_t examples;       /* at most, of a batch */
    double dropout;        /* of hidden units */
    uint64_t seed;
};

/* Gates begin with the given weights for every prompt; linear ones, which would all be the same, with weights that
 * are theirs to about a tenth. ERR_MEMORY; on failure nothing needs freeing. */
MUST_CHECK bool gate_nets_init(struct gate_nets *t, const struct gate_shape *shape, const struct standard *inputs,
                               struct team *team, struct err *err);
void gate_nets_free(struct gate_nets *t);

/* Losses (t->sum) of the living nets on examples which[0 .. n-1] of x, n <= shape->examples; the gradients of `scale`
 * times them, in the adam_blocks, under the masks of step number `draw` (from 1); and one step along these unless
 * `step` is NULL. */
void gate_nets_learn(struct gate_nets *t, const struct loss *loss, const struct gate_examples *x, const size_t *which,
                     size_t n, double scale, uint64_t draw, const struct adam_step *step, const bool *alive);
/* Losses alone, of the whole nets. */
void gate_nets_judge(struct gate_nets *t, const struct loss *loss, const struct gate_examples *x, const size_t *which,
                     size_t n, const bool *alive);
/* Copy a net, as it is for standardised prompts, to its place in `out`. */
void gate_nets_copy(const struct gate_nets *t, size_t net, struct gate *out);

#endif
