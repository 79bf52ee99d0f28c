#include "core/widen.h"

#include "core/simd.h"
#include "core/tensor.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

enum { ALL = 65536 };

/* Every bit pattern that is not NaN, from an odd address, by both twins. */
Test(widen, halves_are_widened_exactly)
{
    static unsigned char bytes[2 * ALL + 1];
    static float out[2][ALL];
    for (unsigned i = 0; i < ALL; i++) {
        uint16_t bits = (uint16_t)i;
        memcpy(bytes + 1 + 2 * i, &bits, 2);
    }
    for (int kind = 0; kind < 2; kind++) {
        for (int plain = 0; plain < 2; plain++) {
            simd_limit(plain == 1 ? SIMD_PLAIN : SIMD_AVX512);
            (kind == 0 ? widen_f16 : widen_bf16)(bytes + 1, ALL - 3, out[plain]);
        }
        for (unsigned i = 0; i < ALL - 3; i++) {
            float want = (kind == 0 ? tensor_f16_to_f32 : tensor_bf16_to_f32)((uint16_t)i);
            cr_assert(isnan(want) || memcmp(&want, &out[0][i], sizeof want) == 0, "fast %d %x", kind, i);
            cr_assert(isnan(want) || memcmp(&want, &out[1][i], sizeof want) == 0, "plain %d %x", kind, i);
        }
    }
}

/* Differences of every type are those of the widened numbers, by both twins, from odd addresses. */
Test(widen, rows_of_every_type_are_subtracted_as_their_floats_are)
{
    enum { N = 37 };
    static const enum tensor_type types[] = {TENSOR_F16, TENSOR_BF16, TENSOR_F32};
    unsigned char bytes[2][4 * N + 1];
    float wide[2][N], want[N], out[N];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i / sizeof *bytes][i % sizeof *bytes] =
            (unsigned char)(i * 37 % 60); /* small exponents: all are finite */
    for (size_t k = 0; k < sizeof types / sizeof *types; k++)
        for (int plain = 0; plain < 2; plain++) {
            bool finite[] = {true, true}, exact[] = {true, true};
            simd_limit(plain == 1 ? SIMD_PLAIN : SIMD_AVX512);
            for (int s = 0; s < 2; s++)
                if (types[k] == TENSOR_F32)
                    memcpy(wide[s], bytes[s] + 1, sizeof wide[s]);
                else
                    (types[k] == TENSOR_F16 ? widen_f16 : widen_bf16)(bytes[s] + 1, N, wide[s]);
            widen_subtract(TENSOR_F32, wide[0], wide[1], N, want, &finite[0], &exact[0]);
            widen_subtract(types[k], bytes[0] + 1, bytes[1] + 1, N, out, &finite[1], &exact[1]);
            cr_expect(eq(int, memcmp(out, want, sizeof out), 0), "type %zu plain %d", k, plain);
            cr_expect(finite[0] && finite[1] && exact[0] == exact[1]);
        }
}

static void expect_flags(const float *a, const float *b, size_t n, bool want_finite, bool want_exact)
{
    for (int plain = 0; plain < 2; plain++) {
        float out[32];
        bool finite = true, exact = true;
        simd_limit(plain == 1 ? SIMD_PLAIN : SIMD_AVX512);
        widen_subtract(TENSOR_F32, a, b, n, out, &finite, &exact);
        for (size_t j = 0; j < n; j++)
            cr_expect(isnan(a[j] - b[j]) || out[j] == a[j] - b[j]);
        cr_expect(eq(int, finite, want_finite), "finite, plain %d", plain);
        if (want_finite)
            cr_expect(eq(int, exact, want_exact), "exact, plain %d", plain);
    }
}

Test(widen, subtraction_tells_rounding_and_infinity_wherever_they_stand)
{
    float a[21], b[21];
    for (size_t at = 0; at < 21; at++) {
        for (size_t j = 0; j < 21; j++) {
            a[j] = (float)j + 0.5F;
            b[j] = 1.25F * (float)j;
        }
        expect_flags(a, b, 21, true, true);
        a[at] = 1;
        b[at] = 0x1p-30F; /* needs 31 bits */
        expect_flags(a, b, 21, true, false);
        b[at] = INFINITY;
        expect_flags(a, b, 21, false, false);
        a[at] = 3e38F;
        b[at] = -3e38F; /* finite, their difference is not */
        expect_flags(a, b, 21, false, false);
        a[at] = NAN;
        expect_flags(a, b, 21, false, false);
    }
}
