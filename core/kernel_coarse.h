/* The inner loops over rows in 16 bits a number (core/coarse.h): dots and sums as those of core/kernel.h, each number
 * widened on the way, and the rounding that makes such rows. Compiled for each level of core/simd.h, with the same
 * bits.
 *
 * A row is integers times a unit of its own. They stand in groups of COARSE_GROUP, two in a word: number k of a group
 * is the low half of word k (two's complement), number k + 8 the whole word, whose upper half was chosen so that the
 * lower one does not matter. Eight words become sixteen floats, 2^16 times the integers, by two conversions and a
 * shift. */
#ifndef ASSAY_CORE_KERNEL_COARSE_H
#define ASSAY_CORE_KERNEL_COARSE_H

#include <stddef.h>
#include <stdint.h>

enum { COARSE_GROUP = 16 };
#define COARSE_ERROR 1.6e-5

/* words: of a row, a multiple of COARSE_GROUP (a line of the cache). v and g: two numbers for each. */
struct kernel_coarse {
    /* z[r] = x_r . v in units, in float by lanes, the lanes in double; x: rows <= KERNEL_ROWS rows. When KERNEL_ROWS
     * rows come after them (ahead: how many do), half of those is fetched into the cache on the way. */
    void (*dots)(const uint32_t *x, size_t rows, size_t words, const float *v, double *z, size_t ahead);
    /* g += sum c_r x_r, x_r in units; fetches the other half */
    void (*add)(const uint32_t *x, size_t rows, size_t words, const float *c, float *g, size_t ahead);
    /* out = x (d finite values) rounded to units. Returns the unit: about 2^-31 of the largest number, 0 when all are 0
     * or tiny (1e-30). No number is off by more than COARSE_ERROR of the largest, nor is a 0 of those that fill up the
     * words: v is to be 0 there. */
    float (*encode)(const float *x, size_t d, size_t words, uint32_t *out);
};

extern const struct kernel_coarse kernel_coarse_plain;
#ifdef __x86_64__
extern const struct kernel_coarse kernel_coarse_avx2, kernel_coarse_avx512;
#endif

#endif
