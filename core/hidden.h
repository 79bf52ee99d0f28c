/* A hidden layer of several nets side by side, trained by mini-batches: the units of all nets are the rows of one
 * matrix, so that a batch is read once and multiplied once for all of them.
 *
 *   A = U X' + b        H = f(A) . mask        a row a unit, a column an example
 *
 * Work is cut into tiles of units whose size depends on the number of units alone, so any number of threads gives the
 * same bits. */
#ifndef ASSAY_CORE_HIDDEN_H
#define ASSAY_CORE_HIDDEN_H

#include "core/activation.h"
#include "core/adam.h"
#include "core/base/team.h"
#include "core/standard.h"

struct hidden_shape {
    size_t nets, per_net; /* units = nets x per_net */
    enum activation activation;
    size_t examples; /* at most, of a batch */
    size_t views;    /* inputs an example has (2: its two answers); all are seen through the same mask */
    double dropout;  /* share of the units that a mask hides, in [0, 1); the others are scaled up by 1/(1-share) */
    uint64_t seed;   /* of weights and masks: net s has a stream of its own */
};

struct hidden {
    struct hidden_shape shape;
    const struct standard *inputs; /* must live as long, as must the team */
    struct team *team;
    size_t units, d, tile;
    struct adam_block U, b; /* units x d by rows, units; for standardised inputs */
    const bool *alive;      /* nets that are still trained, or NULL for all; the others may be left as they are */
    size_t n;               /* examples of the last batch */
    const size_t *rows;     /* of the last batch: views x n */
    float *X;               /* views x n x d: its inputs, standardised */
    float *H, *slope, *G;   /* units x (views n): values; their derivatives in A; in: derivatives of the loss in H */
    uint64_t draw;          /* names the masks of the last batch; 0: none */
    const struct adam_step *step;
};

/* Weights are drawn from N(0, 1/d), for ReLU from N(0, 2/d) (He et al., arXiv:1502.01852); biases are 0. ERR_MEMORY; on
 * failure nothing needs freeing. */
MUST_CHECK bool hidden_init(struct hidden *h, const struct hidden_shape *shape, const struct standard *inputs,
                            struct team *team, struct err *err);
void hidden_free(struct hidden *h);

/* H, and for draw > 0 (the number of the step, which names its masks) slope, for n examples. rows: views x n, first
 * view first; it must live until hidden_backward. draw = 0 is the whole net, unmasked, for judging it. */
void hidden_forward(struct hidden *h, const size_t *rows, size_t n, uint64_t draw);
/* From G, the gradients of U and b; and the step along them unless it is NULL. G is overwritten. */
void hidden_backward(struct hidden *h, const struct adam_step *step);

#endif
