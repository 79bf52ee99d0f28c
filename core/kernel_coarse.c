#include "core/kernel_coarse.h"

#include "core/kernel_loss.h"
#include "core/vectors.h"

#include <string.h>

typedef uint32_t words_of_8 __attribute__((vector_size(32), aligned(4), may_alias));
typedef int32_t ints __attribute__((vector_size(32), aligned(4), may_alias));

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
    for (size_t r = 0; r < rows; r++) {
        const half_floats *halves = (const half_floats *)(const void *)&sum[r];
        doubles left = __builtin_convertvector(halves[0], doubles), right = __builtin_convertvector(halves[1], doubles);
        left += right;
        z[r] = (left[0] + left[1]) + (left[2] + left[3]);
    }
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

/* ---- compiled twice ---- */

#define INSTANCE(NAME, TARGET)                                                                                         \
    TARGET static void dots_##NAME(const uint32_t *x, size_t rows, size_t words, const float *v, double *z,            \
                                   size_t ahead)                                                                       \
    {                                                                                                                  \
        dots_body(x, rows, words, v, z, ahead);                                                                        \
    }                                                                                                                  \
    TARGET static void add_##NAME(const uint32_t *x, size_t rows, size_t words, const float *c, float *g,              \
                                  size_t ahead)                                                                        \
    {                                                                                                                  \
        add_body(x, rows, words, c, g, ahead);                                                                         \
    }                                                                                                                  \
    TARGET static float encode_##NAME(const float *x, size_t d, size_t words, uint32_t *out)                           \
    {                                                                                                                  \
        return encode_body(x, d, words, out);                                                                          \
    }                                                                                                                  \
    const struct kernel_coarse kernel_coarse_##NAME = {dots_##NAME, add_##NAME, encode_##NAME};

INSTANCE(plain, )
#ifdef __x86_64__
INSTANCE(avx2, __attribute__((target("avx2"))))
#endif
