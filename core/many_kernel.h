/* Losses and slopes of one column on many pairs, in float32: the part of a batched pass between its two products. In
 * vectors of 32 bytes, compiled for AVX2 and for any CPU; both give the same bits (see kernel.h). */
#ifndef ASSAY_CORE_MANY_KERNEL_H
#define ASSAY_CORE_MANY_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

enum { MANY_LANES = 8 };

/* Pairs side by side, with the names of struct loss_form (core/loss.h). */
struct many_pairs {
    size_t n; /* a multiple of MANY_LANES; pairs that only fill up have weight 0 */
    const float *weight, *a, *b, *shift;
    bool shifted; /* some shift is not 0 */
};

/* z (n): margins in, weight x slope out. Added to sums: loss and weight x curvature. Relative errors of 1e-7 each, none
 * of which cancel: slopes are differences only where a label is not sure. */
void many_losses(const struct many_pairs *pairs, float *z, double sums[2]);

#endif
