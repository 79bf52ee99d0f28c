/* Are the numbers of an array finite? The bits alone tell: infinity and NaN, and nothing else, have every bit of the
 * exponent set (IEEE 754-2019, 3.4; bfloat16 is the upper half of binary32). So nothing is converted, and the other
 * byte order only wants another mask. */
#ifndef ASSAY_CORE_FINITE_H
#define ASSAY_CORE_FINITE_H

#include "core/tensor_type.h"

#include <stdbool.h>

/* The index of the first of n numbers that is NaN or infinite; n when there is none. p: any alignment. At the speed of
 * the memory where the CPU has AVX2 (see core/simd.h); the plain twin finds the same. */
size_t finite_first_bad(enum tensor_type type, bool big_endian, const void *p, size_t n);

#endif
