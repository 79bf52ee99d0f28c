#include "core/tensor_type.h"

#include <string.h>

static const struct {
    const char *name;
    size_t size;
} types[] = {
#define X(id, name, size) {name, size},
    TENSOR_TYPES(X)
#undef X
};

const char *tensor_type_name(enum tensor_type type)
{
    return types[type].name;
}

size_t tensor_type_size(enum tensor_type type)
{
    return types[type].size;
}

/* A bit pattern as float and back, without touching its value. */
static float as_float(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

float tensor_f16_to_f32(uint16_t bits)
{
    uint32_t sign = (uint32_t)(bits & 0x8000) << 16;
    uint32_t exponent = (bits >> 10) & 0x1F;
    uint32_t fraction = bits & 0x3FF;
    if (exponent == 0x1F)
        return as_float(sign | 0x7F800000u | fraction << 13);
    if (exponent == 0) { /* zero or subnormal: fraction * 2^-24, exact in float */
        float f = (float)fraction * 0x1p-24f;
        return sign != 0 ? -f : f;
    }
    return as_float(sign | (exponent + 112) << 23 | fraction << 13);
}

float tensor_bf16_to_f32(uint16_t bits)
{
    return as_float((uint32_t)bits << 16);
}
