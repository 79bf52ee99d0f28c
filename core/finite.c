#include "core/finite.h"

#include "core/simd.h"

#include <string.h>

/* Bytes that are looked at together before it is asked whether one of them was bad. */
enum { BLOCK = 4096, VECTOR = 32 };

#define BODY static inline __attribute__((always_inline)) bool
#ifdef __x86_64__
#define FAST __attribute__((target("avx2")))
#endif

/* any_16, any_32, any_64: has one of the n numbers at p all bits of the mask? n: whole vectors. */
#define ANY(bits)                                                                                                      \
    typedef uint##bits##_t lanes_##bits __attribute__((vector_size(VECTOR), aligned(1), may_alias));                   \
    BODY any_##bits##_body(const unsigned char *p, size_t bytes, uint64_t mask)                                        \
    {                                                                                                                  \
        const lanes_##bits all = (lanes_##bits){0} + (uint##bits##_t)mask;                                             \
        lanes_##bits bad = {0};                                                                                        \
        uint64_t parts[VECTOR / sizeof(uint64_t)];                                                                     \
        for (size_t i = 0; i < bytes; i += VECTOR)                                                                     \
            bad |= (lanes_##bits)((*(const lanes_##bits *)(const void *)(p + i) & all) == all);                        \
        memcpy(parts, &bad, sizeof parts);                                                                             \
        return (parts[0] | parts[1] | parts[2] | parts[3]) != 0;                                                       \
    }
ANY(16)
ANY(32)
ANY(64)
#undef ANY

BODY any_body(size_t size, const unsigned char *p, size_t bytes, uint64_t mask)
{
    return size == 2   ? any_16_body(p, bytes, mask)
           : size == 4 ? any_32_body(p, bytes, mask)
                       : any_64_body(p, bytes, mask);
}

static bool any_plain(size_t size, const unsigned char *p, size_t bytes, uint64_t mask)
{
    return any_body(size, p, bytes, mask);
}

#ifdef FAST
FAST static bool any_fast(size_t size, const unsigned char *p, size_t bytes, uint64_t mask)
{
    return any_body(size, p, bytes, mask);
}
#endif

static bool any(size_t size, const unsigned char *p, size_t bytes, uint64_t mask)
{
#ifdef FAST
    if (simd_level() >= SIMD_AVX2)
        return any_fast(size, p, bytes, mask);
#endif
    return any_plain(size, p, bytes, mask);
}

/* A number of `size` bytes as this machine reads it. */
static uint64_t load(const unsigned char *p, size_t size)
{
    uint16_t half;
    uint32_t single;
    uint64_t full;
    switch (size) {
    case sizeof half:
        memcpy(&half, p, sizeof half);
        return half;
    case sizeof single:
        memcpy(&single, p, sizeof single);
        return single;
    default:
        memcpy(&full, p, sizeof full);
        return full;
    }
}

/* The bits of the exponent, where they stand in a word that this machine read. */
static uint64_t exponent(enum tensor_type type, bool big_endian)
{
    static const uint64_t masks[] = {
        [TENSOR_F16] = 0x7C00, [TENSOR_BF16] = 0x7F80, [TENSOR_F32] = 0x7F800000, [TENSOR_F64] = 0x7FF0000000000000};
    unsigned char bytes[sizeof(uint64_t)];
    size_t size = tensor_type_size(type);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)(masks[type] >> 8 * (big_endian ? size - 1 - i : i));
    return load(bytes, size);
}

size_t finite_first_bad(enum tensor_type type, bool big_endian, const void *p, size_t n)
{
    const unsigned char *from = p;
    size_t size = tensor_type_size(type), bytes = n * size;
    uint64_t mask = exponent(type, big_endian);
    for (size_t at = 0, taken; at < bytes; at += taken) {
        taken = bytes - at < BLOCK ? bytes - at : BLOCK;
        size_t whole = taken - taken % VECTOR; /* the rest is shorter than a vector: one by one */
        for (size_t i = at + (any(size, from + at, whole, mask) ? 0 : whole); i < at + taken; i += size)
            if ((load(from + i, size) & mask) == mask)
                return i / size;
    }
    return n;
}
