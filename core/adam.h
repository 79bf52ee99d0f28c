/* Adam: steps of mini-batches, scaled by running moments of the gradient (Kingma and Ba, arXiv:1412.6980, algorithm 1),
 * with decoupled weight decay (Loshchilov and Hutter, arXiv:1711.05101, algorithm 2: "AdamW"). For t = 1, 2, ...:
 *
 *   m = b1 m + (1-b1) g            v = b2 v + (1-b2) g^2
 *   w = (1 - rate_t decay) w - rate_t (m / (1-b1^t)) / (sqrt(v / (1-b2^t)) + epsilon)
 *
 * These are the steps of torch.optim.AdamW; with decay 0 they are those of torch.optim.Adam. */
#ifndef ASSAY_CORE_ADAM_H
#define ASSAY_CORE_ADAM_H

#include "core/base/err.h"

#include <stddef.h>

enum adam_schedule {
    ADAM_COSINE,  /* rate_t = rate (1 + cos(pi (t-1) / steps)) / 2 */
    ADAM_CONSTANT /* rate_t = rate */
};

struct adam {
    double rate, decay; /* rate > 0, decay >= 0 */
    double beta1, beta2, epsilon;
    enum adam_schedule schedule;
    size_t steps; /* of the whole fit, for the cosine: a rate of 0 comes after the last */
};
/* The constants that the paper proposes, rate 0.001. */
struct adam adam_default(void);

/* One step's numbers, worked out once for all parameters. */
struct adam_step {
    float keep;       /* 1 - rate_t decay */
    float b1, b2;     /* of the moments */
    float a1, a2;     /* 1 - b1, 1 - b2 */
    float rate;       /* rate_t / (1 - b1^t) */
    float correction; /* 1 / sqrt(1 - b2^t) */
    float epsilon;
};
struct adam_step adam_at(const struct adam *a, size_t t); /* t counts from 1 */

/* Parameters with their gradient and moments, n each, in one block. */
struct adam_block {
    size_t n;
    float *w, *g, *m, *v;
};
/* All 0. ERR_MEMORY; on failure nothing needs freeing. */
MUST_CHECK bool adam_block_init(struct adam_block *p, size_t n, struct err *err);
void adam_block_free(struct adam_block *p);
/* One step of w[first .. first+n-1] along its g; `decays`: weights do, biases and scales do not. */
void adam_block_step(struct adam_block *p, size_t first, size_t n, const struct adam_step *s, bool decays);

#endif
