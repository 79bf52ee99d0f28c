/* The numbers that matrices in files are made of. */
#ifndef ASSAY_CORE_TENSOR_TYPE_H
#define ASSAY_CORE_TENSOR_TYPE_H

#include <stddef.h>
#include <stdint.h>

/* id, name in safetensors, bytes */
#define TENSOR_TYPES(X) X(F16, "F16", 2) X(BF16, "BF16", 2) X(F32, "F32", 4) X(F64, "F64", 8)
enum tensor_type {
#define X(id, name, size) TENSOR_##id,
    TENSOR_TYPES(X)
#undef X
};

const char *tensor_type_name(enum tensor_type type);
size_t tensor_type_size(enum tensor_type type);

/* Exact for every bit pattern: subnormals, signed zeros, infinities, NaN. */
float tensor_f16_to_f32(uint16_t bits);
float tensor_bf16_to_f32(uint16_t bits);

#endif
