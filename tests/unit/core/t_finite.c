#include "core/finite.h"
#include "core/tensor.h"

#include "core/base/rng.h"
#include "core/simd.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static void tear_down(void)
{
    simd_limit(SIMD_AVX512);
}

TestSuite(finite, .fini = tear_down);

enum { MOST = 5000, BYTES = MOST * 8 + 16 };

static const uint64_t infinities[] = {
    [TENSOR_F16] = 0x7C00, [TENSOR_BF16] = 0x7F80, [TENSOR_F32] = 0x7F800000, [TENSOR_F64] = 0x7FF0000000000000};

/* `bits` as number i of an array. */
static void put(unsigned char *p, enum tensor_type type, bool big_endian, size_t i, uint64_t bits)
{
    size_t size = tensor_type_size(type);
    for (size_t b = 0; b < size; b++)
        p[i * size + b] = (unsigned char)(bits >> 8 * (big_endian ? size - 1 - b : b));
}

/* The slow twin: decode and ask the library. */
static size_t slow_first_bad(enum tensor_type type, bool big_endian, const void *p, size_t n)
{
    struct tensor t = {.type = type, .big_endian = big_endian, .rows = 1, .cols = n, .data = p};
    double row[MOST];
    size_t i = 0;
    tensor_row_f64(&t, 0, row);
    while (i < n && isfinite(row[i]))
        i++;
    return i;
}

/* Random bits hold a NaN or infinity now and then; all lengths near those of vectors and blocks, any alignment. */
Test(finite, equals_its_slow_twin_on_random_bits)
{
    static const size_t lengths[] = {0, 1, 2, 15, 16, 17, 31, 33, 100, 511, 2047, 2048, 2049, 4096, MOST};
    static unsigned char bytes[BYTES];
    struct rng r;
    rng_seed(&r, 3);
    for (enum tensor_type type = TENSOR_F16; type <= TENSOR_F64; type++)
        for (size_t round = 0; round < 60; round++) {
            size_t n = lengths[round % (sizeof lengths / sizeof *lengths)], offset = round % 5;
            bool big_endian = round % 2 == 1;
            for (size_t i = 0; i < BYTES; i++)
                bytes[i] = (unsigned char)rng_below(&r, 256);
            for (size_t i = 0; round % 3 != 0 && i < n; i++) /* an exponent that is not all ones, but for a few */
                if (rng_below(&r, n) > 2)
                    put(bytes + offset, type, big_endian, i,
                        rng_u64(&r) & ~(infinities[type] & (~infinities[type] + 1)));
            size_t want = slow_first_bad(type, big_endian, bytes + offset, n);
            for (int plain = 0; plain < 2; plain++) {
                simd_limit(plain == 1 ? SIMD_PLAIN : SIMD_AVX512);
                cr_expect(eq(sz, finite_first_bad(type, big_endian, bytes + offset, n), want), "%s of %zu, plain %d",
                          tensor_type_name(type), n, plain);
            }
        }
}

/* Infinity and NaN of either sign are found wherever they stand; the largest number and a subnormal are fine. */
Test(finite, one_bad_number_is_found_at_every_place)
{
    enum { N = 2100 };
    static unsigned char bytes[N * 8];
    for (enum tensor_type type = TENSOR_F16; type <= TENSOR_F64; type++) {
        size_t size = tensor_type_size(type);
        uint64_t sign = (uint64_t)1 << (8 * size - 1), infinity = infinities[type];
        const uint64_t fine[] = {0, 1, sign, infinity - 1, sign | (infinity - 1)};
        const uint64_t bad[] = {infinity, infinity + 1, sign | infinity, sign | (infinity + 1), sign | (sign - 1)};
        for (int big_endian = 0; big_endian < 2; big_endian++) {
            for (size_t i = 0; i < N; i++)
                put(bytes, type, big_endian, i, fine[i % 5]);
            cr_expect(eq(sz, finite_first_bad(type, big_endian, bytes, N), N), "%s", tensor_type_name(type));
            for (size_t i = 0; i < N; i += i < 40 || i > N - 40 ? 1 : 37) {
                put(bytes, type, big_endian, i, bad[i % 5]);
                cr_expect(eq(sz, finite_first_bad(type, big_endian, bytes, N), i), "%s", tensor_type_name(type));
                put(bytes, type, big_endian, i, fine[i % 5]);
            }
        }
    }
}
