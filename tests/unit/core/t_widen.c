#include "core/widen.h"

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
            widen_force_plain(plain == 1);
            (kind == 0 ? widen_f16 : widen_bf16)(bytes + 1, ALL - 3, out[plain]);
        }
        for (unsigned i = 0; i < ALL - 3; i++) {
            float want = (kind == 0 ? tensor_f16_to_f32 : tensor_bf16_to_f32)((uint16_t)i);
            cr_assert(isnan(want) || memcmp(&want, &out[0][i], sizeof want) == 0, "fast %d %x", kind, i);
            cr_assert(isnan(want) || memcmp(&want, &out[1][i], sizeof want) == 0, "plain %d %x", kind, i);
        }
    }
}

static void expect_flags(const float *a, const float *b, size_t n, bool want_finite, bool want_exact)
{
    for (int plain = 0; plain < 2; plain++) {
        float out[32];
        bool finite = true, exact = true;
        widen_force_plain(plain == 1);
        widen_subtract(a, b, n, out, &finite, &exact);
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
