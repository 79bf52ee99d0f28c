#include "core/kernel_coarse.h"

#include "core/kernel_loss.h"
#include "core/vectors.h"

#include <string.h>

typedef uint32_t words_of_8 __attribute__((vector_size(32), aligned(4), may_alias));
typedef int32_t ints __attribute__((vector_size(32), aligned(4), may_alias));
typedef int32_t wide_ints __attribute__((vector_size(64), aligned(4), may_alias));

/* The group at x. */
BODY widen(const uint32_t *x, floats *low, floats *high)
{
    words_of_8 both = *(const words_of_8 *)(const void *)x;
    *low = __builtin_convertvector((ints)(both << 16), floats);
    *high = __builtin_convertvector((ints)both, floats);
}

BODY put(float *p, const floats *v)
{
    *(floats *)(void *)p = *v;
}

/* As fetch_rows of core/kernel.c: at each line of the rows at work, a line of each row to fetch. */
BODY fetch(const uint32_t *next, const size_t first, const size_t end, size_t words, size_t k)
{
#pragma GCC unroll 8
    for (size_t r = first; r < end; r++)
        __builtin_prefetch(next + r * words + k, 0, 2);
}

/* ---- dots ---- */

BODY add_lanes(const floats *sum, double *z)
{
    const half_floats *halves = (const half_floats *)(const void *)sum;
    doubles left = __builtin_convertvector(halves[0], doubles), right = __builtin_convertvector(halves[1], doubles);
    left += right;
    *z = (left[0] + left[1]) + (left[2] + left[3]);
}

/* `rows` is a constant wherever this is inlined: the sums stay in registers. */
BODY dots_of(const uint32_t *x, const size_t rows, size_t words, const float *v, double *z, const size_t ahead)
{
    floats sum[KERNEL_ROWS], low, high;
    for (size_t r = 0; r < rows; r++)
        sum[r] = (floats){0};
    for (size_t k = 0; k < words; k += LANES) {
        if (k % COARSE_GROUP == 0)
            fetch(x + rows * words, 0, ahead, words, k);
#pragma GCC unroll 8
        for (size_t r = 0; r < rows; r++) {
            widen(x + r * words + k, &low, &high);
            sum[r] += low * *at(v + 2 * k) + high * *at(v + 2 * k + LANES);
        }
    }
    for (size_t r = 0; r < rows; r++)
        add_lanes(&sum[r], &z[r]);
}

BODY dots_body(const uint32_t *x, size_t rows, size_t words, const float *v, double *z, size_t ahead)
{
    if (rows == KERNEL_ROWS && ahead >= KERNEL_ROWS)
        dots_of(x, KERNEL_ROWS, words, v, z, KERNEL_ROWS / 2);
    else if (rows == KERNEL_ROWS)
        dots_of(x, KERNEL_ROWS, words, v, z, 0);
    else
        for (; rows > 0; rows--, x += words, z++)
            dots_of(x, 1, words, v, z, 0);
}

/* ---- sums ---- */

/* `rows` is 1 or KERNEL_ROWS; of those two at a time, so that few additions wait for others. */
BODY add_of(const uint32_t *x, const size_t rows, size_t words, const float *c, float *g, const size_t ahead)
{
    floats low, high, low2, high2;
    for (size_t k = 0; k < words; k += LANES) {
        floats left = *at(g + 2 * k), right = *at(g + 2 * k + LANES);
        if (k % COARSE_GROUP == 0)
            fetch(x + rows * words, KERNEL_ROWS - ahead, KERNEL_ROWS, words, k);
        if (rows == 1) {
            widen(x + k, &low, &high);
            left += low * c[0];
            right += high * c[0];
        }
#pragma GCC unroll 4
        for (size_t r = 0; r + 2 <= rows; r += 2) {
            widen(x + r * words + k, &low, &high);
            widen(x + (r + 1) * words + k, &low2, &high2);
            left += low * c[r] + low2 * c[r + 1];
            right += high * c[r] + high2 * c[r + 1];
        }
        put(g + 2 * k, &left);
        put(g + 2 * k + LANES, &right);
    }
}

BODY add_body(const uint32_t *x, size_t rows, size_t words, const float *c, float *g, size_t ahead)
{
    if (rows == KERNEL_ROWS && ahead >= KERNEL_ROWS)
        add_of(x, KERNEL_ROWS, words, c, g, KERNEL_ROWS / 2);
    else if (rows == KERNEL_ROWS)
        add_of(x, KERNEL_ROWS, words, c, g, 0);
    else
        for (; rows > 0; rows--, x += words, c++)
            add_of(x, 1, words, c, g, 0);
}

/* ---- for AVX-512: the same operations on the same lanes, two vectors in one ---- */

#define JOINED(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)

BODY widen_both(const wide_ints *both, wide_floats *low, wide_floats *high)
{
    *low = __builtin_convertvector(*both << 16, wide_floats);
    *high = __builtin_convertvector(*both, wide_floats);
}

/* KERNEL_ROWS rows, a lane for each lane of two rows. */
BODY dots_of_pairs(const uint32_t *x, size_t words, const float *v, double *z, const size_t ahead)
{
    wide_floats sum[KERNEL_ROWS / 2], low, high;
    for (size_t p = 0; p < KERNEL_ROWS / 2; p++)
        sum[p] = (wide_floats){0};
    for (size_t k = 0; k < words; k += LANES) {
        wide_floats v_low = JOINED(*at(v + 2 * k), *at(v + 2 * k));
        wide_floats v_high = JOINED(*at(v + 2 * k + LANES), *at(v + 2 * k + LANES));
        if (k % COARSE_GROUP == 0)
            fetch(x + KERNEL_ROWS * words, 0, ahead, words, k);
#pragma GCC unroll 4
        for (size_t p = 0; p < KERNEL_ROWS / 2; p++) {
            const ints *one = (const void *)(x + 2 * p * words + k),
                       *other = (const void *)(x + (2 * p + 1) * words + k);
            wide_ints both = JOINED(*one, *other);
            widen_both(&both, &low, &high);
            sum[p] += low * v_low + high * v_high;
        }
    }
    for (size_t r = 0; r < KERNEL_ROWS; r++)
        add_lanes((const floats *)(const void *)sum + r, &z[r]);
}

BODY dots_body_wide(const uint32_t *x, size_t rows, size_t words, const float *v, double *z, size_t ahead)
{
    if (rows == KERNEL_ROWS && ahead >= KERNEL_ROWS)
        dots_of_pairs(x, words, v, z, KERNEL_ROWS / 2);
    else if (rows == KERNEL_ROWS)
        dots_of_pairs(x, words, v, z, 0);
    else
        dots_body(x, rows, words, v, z, ahead);
}

/* KERNEL_ROWS rows, two groups at a time: the low numbers of both, then the high ones. */
BODY add_of_groups(const uint32_t *x, size_t words, const float *c, float *g, const size_t ahead)
{
    wide_floats low, high, low2, high2;
    for (size_t k = 0; k < words; k += COARSE_GROUP) {
        float *sums = g + 2 * k;
        wide_floats left = JOINED(*at(sums), *at(sums + 2 * LANES));
        wide_floats right = JOINED(*at(sums + LANES), *at(sums + 3 * LANES));
        fetch(x + KERNEL_ROWS * words, KERNEL_ROWS - ahead, KERNEL_ROWS, words, k);
#pragma GCC unroll 4
        for (size_t r = 0; r < KERNEL_ROWS; r += 2) {
            const wide_ints *one = (const void *)(x + r * words + k), *other = (const void *)(x + (r + 1) * words + k);
            widen_both(one, &low, &high);
            widen_both(other, &low2, &high2);
            left += low * c[r] + low2 * c[r + 1];
            right += high * c[r] + high2 * c[r + 1];
        }
        *(wide_floats *)(void *)sums =
            __builtin_shufflevector(left, right, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
        *(wide_floats *)(void *)(sums + COARSE_GROUP) =
            __builtin_shufflevector(left, right, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
    }
}

BODY add_body_wide(const uint32_t *x, size_t rows, size_t words, const float *c, float *g, size_t ahead)
{
    if (rows == KERNEL_ROWS && ahead >= KERNEL_ROWS)
        add_of_groups(x, words, c, g, KERNEL_ROWS / 2);
    else if (rows == KERNEL_ROWS)
        add_of_groups(x, words, c, g, 0);
    else
        add_body(x, rows, words, c, g, ahead);
}

/* ---- rounding ---- */

/* The largest integer leaves room for what the lower half takes from the upper one. Rows of smaller numbers than the
 * tiniest would need a factor beyond float32. */
static const float most = 32760, tiniest = 1e-30F;

/* |x| as bits, which are in the order of the numbers. */
BODY enlarge(const float *x, ints *most_bits)
{
    ints bits = *(const ints *)(const void *)x & 0x7fffffff, larger = bits > *most_bits;
    *most_bits = (bits & larger) | (*most_bits & ~larger);
}

INLINE float largest(const float *x, size_t d)
{
    ints bits = {0};
    float last[LANES] = {0}, size, out = 0;
    size_t whole = d / LANES * LANES;
    for (size_t j = 0; j < whole; j += LANES)
        enlarge(x + j, &bits);
    memcpy(last, x + whole, (d - whole) * sizeof *last);
    enlarge(last, &bits);
    for (size_t k = 0; k < LANES; k++) {
        memcpy(&size, (const char *)&bits + k * sizeof size, sizeof size);
        out = size > out ? size : out;
    }
    return out;
}

/* To the nearest integer, which then stands in the last bits of the sum. */
BODY round_to_int(const floats *x, ints *out)
{
    const float magic = 0x1.8p23F;
    *out = (ints)(*x + magic) - 0x4b400000;
}

BODY encode_group(const float *x, float factor, uint32_t *out)
{
    floats low = *at(x) * factor, high = *at(x + LANES) * factor;
    ints lower, upper;
    round_to_int(&low, &lower);
    lower &= 0xffff;
    high -= __builtin_convertvector(lower, floats) * 0x1p-16F;
    round_to_int(&high, &upper);
    *(words_of_8 *)(void *)out = (words_of_8)upper << 16 | (words_of_8)lower;
}

INLINE float encode_body(const float *x, size_t d, size_t words, uint32_t *out)
{
    float last[COARSE_GROUP] = {0}, size = largest(x, d), factor = size > tiniest ? most / size : 0;
    size_t whole = d / COARSE_GROUP * COARSE_GROUP;
    for (size_t j = 0; j < whole; j += COARSE_GROUP)
        encode_group(x + j, factor, out + j / 2);
    memset(out + whole / 2, 0, (words - whole / 2) * sizeof *out);
    memcpy(last, x + whole, (d - whole) * sizeof *last);
    if (whole < d)
        encode_group(last, factor, out + whole / 2);
    return factor > 0 ? 0x1p-16F / factor : 0;
}

/* ---- compiled for each level ---- */

#define INSTANCE(NAME, TARGET, WIDE)                                                                                   \
    TARGET static void dots_##NAME(const uint32_t *x, size_t rows, size_t words, const float *v, double *z,            \
                                   size_t ahead)                                                                       \
    {                                                                                                                  \
        dots_body##WIDE(x, rows, words, v, z, ahead);                                                                  \
    }                                                                                                                  \
    TARGET static void add_##NAME(const uint32_t *x, size_t rows, size_t words, const float *c, float *g,              \
                                  size_t ahead)                                                                        \
    {                                                                                                                  \
        add_body##WIDE(x, rows, words, c, g, ahead);                                                                   \
    }                                                                                                                  \
    TARGET static float encode_##NAME(const float *x, size_t d, size_t words, uint32_t *out)                           \
    {                                                                                                                  \
        return encode_body(x, d, words, out);                                                                          \
    }                                                                                                                  \
    const struct kernel_coarse kernel_coarse_##NAME = {dots_##NAME, add_##NAME, encode_##NAME};

INSTANCE(plain, , )
#ifdef __x86_64__
INSTANCE(avx2, __attribute__((target("avx2"))), )
INSTANCE(avx512, __attribute__((target("avx512f,avx512dq"))), _wide)
#endif
