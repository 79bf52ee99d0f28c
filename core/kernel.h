/* The inner loops of a pass over differences: a few rows at a time, written in vectors of 32 bytes and compiled for
 * each level of core/simd.h. All do the same operations in the same order without fused multiply-add, so all give the
 * same bits; `kernel_choose` takes the fastest. */
#ifndef ASSAY_CORE_KERNEL_H
#define ASSAY_CORE_KERNEL_H

#include "core/kernel_coarse.h"
#include "core/kernel_loss.h"

struct kernel {
    /* z[r] = x_r . w, summed in float by lanes, the lanes in double; x: rows x d, rows <= KERNEL_ROWS. When KERNEL_ROWS
     * rows come after them (ahead: how many do), the first half of those is fetched into the cache on the way. */
    void (*dots)(const float *x, size_t rows, size_t d, const float *w, double *z, size_t ahead);
    /* g += sum c_r x_r; fetches the other half */
    void (*add)(const float *x, size_t rows, size_t d, const float *c, float *g, size_t ahead);
    /* The same in double; any number of rows. */
    void (*dots_f64)(const double *x, size_t rows, size_t d, const double *w, double *z);
    void (*add_f64)(const double *x, size_t rows, size_t d, const double *c, double *g);
    /* The bits of these two on rows of float, which are widened on the way. */
    void (*dots_wide)(const float *x, size_t rows, size_t d, const double *w, double *z);
    void (*add_wide)(const float *x, size_t rows, size_t d, const double *c, double *g, size_t ahead);
    /* out = a - b, widened first (d each) */
    void (*subtract_f64)(const float *a, const float *b, size_t d, double *out);
    /* See core/kernel_loss.h. */
    void (*losses)(const struct kernel_forms *f, struct kernel_pairs *k);
    const struct kernel_coarse *coarse;
};

/* For this CPU (see widen_fast). */
const struct kernel *kernel_choose(void);

#endif
