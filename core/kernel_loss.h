/* Losses and slopes of a few pairs at a time, for any member of the family that is a sum of two softplus (struct
 * loss_form of core/loss.h). Vectors without a branch: exp and log1p to about 1e-15, compiled for each level of
 * core/simd.h, with the same bits.
 *
 *   loss_i  = o_i [ a_i softplus(h_i - z_i) + b_i softplus(h_i + z_i) ]
 *   slope_i = o_i [ b_i sigma(h_i + z_i) - a_i sigma(h_i - z_i) ]            its derivative in z_i
 *   bend_i  = o_i [ a_i sigma'(h_i - z_i) + b_i sigma'(h_i + z_i) ]          sigma' = sigma (1 - sigma) */
#ifndef ASSAY_CORE_KERNEL_LOSS_H
#define ASSAY_CORE_KERNEL_LOSS_H

#include <stdbool.h>

enum { KERNEL_ROWS = 8 }; /* at most this many rows at a time: they stay in the cache between dots and add */

/* The forms of KERNEL_ROWS pairs: where there are fewer the rest has weight 0. */
struct kernel_forms {
    double weight[KERNEL_ROWS], a[KERNEL_ROWS], b[KERNEL_ROWS], shift[KERNEL_ROWS];
};

struct kernel_pairs {
    double z[KERNEL_ROWS];     /* margins */
    bool shifted;              /* a shift may differ from 0 */
    double slope[KERNEL_ROWS]; /* out */
    double loss, curvature;    /* out: sums of loss_i and of bend_i */
};

void kernel_losses_plain(const struct kernel_forms *f, struct kernel_pairs *k);
#ifdef __x86_64__
void kernel_losses_avx2(const struct kernel_forms *f, struct kernel_pairs *k);
void kernel_losses_avx512(const struct kernel_forms *f, struct kernel_pairs *k);
#endif

#endif
