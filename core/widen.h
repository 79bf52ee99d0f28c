/* Numbers in bulk: rows widened to float32 and subtracted, eight at a time where the CPU can. The plain twins give the
 * same bits on every machine (no fused multiply-add is used), for all but the payload of NaN. */
#ifndef ASSAY_CORE_WIDEN_H
#define ASSAY_CORE_WIDEN_H

#include "core/tensor_type.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* out[j] = from[j], n values of any alignment. */
void widen_f16(const void *from, size_t n, float *out);
void widen_bf16(const void *from, size_t n, float *out);
void widen_f32(const float *from, size_t n, double *out);

/* out[j] = a[j] - b[j], rounded to float; a and b: n values of one type but float64, at any alignment. *finite becomes
 * false when one is NaN or infinite, *exact (NULL: nobody asks) when one was rounded; neither is ever set to true. */
void widen_subtract(enum tensor_type type, const void *a, const void *b, size_t n, float *out, bool *finite,
                    bool *exact);

#endif
