/* The inner loops of a pass over differences: a few rows at a time, written once in vectors of 32 bytes and compiled
 * for AVX2 and for any CPU. Both do the same operations in the same order without fused multiply-add, so both give the
 * same bits; `kernel_choose` takes the faster. */
#ifndef ASSAY_CORE_KERNEL_H
#define ASSAY_CORE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

enum { KERNEL_ROWS = 16 }; /* at most this many rows at a time: they stay in the cache between dots and add */

/* What the loss of Bradley-Terry needs to know about KERNEL_ROWS pairs, and what comes out of it. Fewer pairs: the rest
 * has weight 0. */
struct kernel_pairs {
    double z[KERNEL_ROWS], weight[KERNEL_ROWS], p[KERNEL_ROWS];
    double anchor[KERNEL_ROWS]; /* margins where the slope counts as 0 */
    bool anchored;
    double slope[KERNEL_ROWS]; /* out: weight (sigma(z) - p), or weight (sigma(z) - sigma(anchor)) */
    double loss, curvature;    /* out: sums of weight loss and of weight sigma (1 - sigma) */
};

struct kernel {
    /* z[r] = x_r . w, summed in float by lanes, the lanes in double; x: rows x d */
    void (*dots)(const float *x, size_t rows, size_t d, const float *w, double *z);
    /* g += sum c_r x_r; the `ahead` rows after them are fetched into the cache on the way */
    void (*add)(const float *x, size_t rows, size_t d, const float *c, float *g, size_t ahead);
    /* The same in double. */
    void (*dots_f64)(const double *x, size_t rows, size_t d, const double *w, double *z);
    void (*add_f64)(const double *x, size_t rows, size_t d, const double *c, double *g);
    /* Losses and slopes without a branch: exp and log1p to about 1e-15. */
    void (*losses)(struct kernel_pairs *k);
};

/* For this CPU (see widen_fast). */
const struct kernel *kernel_choose(void);

#endif
