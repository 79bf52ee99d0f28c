#include "core/kernel.h"

#include "core/widen.h"

#include <string.h>

/* Vectors are read and written through unaligned types. */
typedef float floats __attribute__((vector_size(32), aligned(4), may_alias));
typedef double doubles __attribute__((vector_size(32), aligned(8), may_alias));
typedef long long longs __attribute__((vector_size(32), aligned(8), may_alias));

#define BODY static inline __attribute__((always_inline)) void

enum { LANES = 8, LANES_F64 = 4 };

static inline __attribute__((always_inline)) const floats *at(const float *p)
{
    return (const floats *)(const void *)p;
}

static inline __attribute__((always_inline)) const doubles *at_f64(const double *p)
{
    return (const doubles *)(const void *)p;
}

/* ---- float32 ---- */

/* `rows` is a constant wherever this is inlined: the sums stay in registers. */
BODY dots_of(const float *x, const size_t rows, size_t d, const float *w, double *z)
{
    floats sum[8];
    size_t j = 0;
    for (size_t r = 0; r < rows; r++)
        sum[r] = (floats){0};
    for (; j + LANES <= d; j += LANES) {
        floats v = *at(w + j);
#pragma GCC unroll 8
        for (size_t r = 0; r < rows; r++)
            sum[r] += *at(x + r * d + j) * v;
    }
    for (size_t r = 0; r < rows; r++) {
        double total = 0;
        for (size_t l = 0; l < LANES; l++)
            total += (double)sum[r][l];
        for (size_t k = j; k < d; k++)
            total += (double)(x[r * d + k] * w[k]);
        z[r] = total;
    }
}

BODY dots_body(const float *x, size_t rows, size_t d, const float *w, double *z)
{
    for (; rows >= 8; rows -= 8, x += 8 * d, z += 8)
        dots_of(x, 8, d, w, z);
    for (; rows > 0; rows--, x += d, z++)
        dots_of(x, 1, d, w, z);
}

/* Eight rows, added in pairs so that no addition waits for seven others; `fetch` rows further on are fetched. */
BODY add_eight(const float *x, size_t d, const float *c, float *g, size_t fetch)
{
    size_t j = 0;
    for (; j + LANES <= d; j += LANES) {
        const float *p = x + j;
        if (j % 16 == 0)
            for (size_t r = 0; r < fetch; r++)
                __builtin_prefetch(p + (8 + r) * d, 0, 3);
        floats a = *at(p) * c[0] + *at(p + d) * c[1], b = *at(p + 2 * d) * c[2] + *at(p + 3 * d) * c[3];
        floats e = *at(p + 4 * d) * c[4] + *at(p + 5 * d) * c[5], f = *at(p + 6 * d) * c[6] + *at(p + 7 * d) * c[7];
        *(floats *)(void *)(g + j) += (a + b) + (e + f);
    }
    for (; j < d; j++)
        for (size_t r = 0; r < 8; r++)
            g[j] += x[r * d + j] * c[r];
}

BODY add_one(const float *x, size_t d, const float *c, float *g)
{
    size_t j = 0;
    for (; j + LANES <= d; j += LANES)
        *(floats *)(void *)(g + j) += *at(x + j) * c[0];
    for (; j < d; j++)
        g[j] += x[j] * c[0];
}

BODY add_body(const float *x, size_t rows, size_t d, const float *c, float *g, size_t ahead)
{
    for (; rows >= 8; rows -= 8, x += 8 * d, c += 8) {
        size_t fetch = rows - 8 < 8 ? ahead : 0; /* the rows in between are in the cache already */
        add_eight(x, d, c, g, fetch < 8 ? fetch : 8);
    }
    for (; rows > 0; rows--, x += d, c++)
        add_one(x, d, c, g);
}

/* ---- float64 ---- */

BODY dots_f64_body(const double *x, size_t rows, size_t d, const double *w, double *z)
{
    for (size_t r = 0; r < rows; r++, x += d) {
        doubles sum[4] = {{0}, {0}, {0}, {0}};
        size_t j = 0;
        for (; j + 4 * LANES_F64 <= d; j += 4 * LANES_F64)
#pragma GCC unroll 4
            for (size_t k = 0; k < 4; k++)
                sum[k] += *at_f64(x + j + k * LANES_F64) * *at_f64(w + j + k * LANES_F64);
        doubles total = (sum[0] + sum[1]) + (sum[2] + sum[3]);
        z[r] = (total[0] + total[1]) + (total[2] + total[3]);
        for (; j < d; j++)
            z[r] += x[j] * w[j];
    }
}

/* Four rows at a time, or one. */
BODY add_f64_of(const double *x, const size_t rows, size_t d, const double *c, double *g)
{
    size_t j = 0;
    for (; j + LANES_F64 <= d; j += LANES_F64) {
        doubles sum = *at_f64(g + j);
#pragma GCC unroll 4
        for (size_t r = 0; r < rows; r++)
            sum += *at_f64(x + r * d + j) * c[r];
        *(doubles *)(void *)(g + j) = sum;
    }
    for (; j < d; j++)
        for (size_t r = 0; r < rows; r++)
            g[j] += x[r * d + j] * c[r];
}

BODY add_f64_body(const double *x, size_t rows, size_t d, const double *c, double *g)
{
    for (; rows >= 4; rows -= 4, x += 4 * d, c += 4)
        add_f64_of(x, 4, d, c, g);
    for (; rows > 0; rows--, x += d, c++)
        add_f64_of(x, 1, d, c, g);
}

/* ---- the loss ---- */

/* *e = exp(-|z|), the exponent kept above -708: k = round(x / ln 2), then a Taylor polynomial on |r| <= ln 2 / 2 and
 * 2^k put together from its bits. */
BODY exp_minus_abs(const doubles *z, doubles *e)
{
    static const double inverse[] = {
        1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040,
        1.0 / 720,        1.0 / 120,       1.0 / 24,       1.0 / 6,       0.5,          1,           1};
    doubles x = (doubles)((longs)*z | (-0x7fffffffffffffffLL - 1)); /* -|z| */
    longs low = x < -708.0;
    x = (doubles)(((longs)x & ~low) | ((longs)((doubles){0} - 708.0) & low));
    doubles shifted = x * 0x1.71547652b82fep0 + 0x1.8p52, k = shifted - 0x1.8p52;
    doubles r = (x - k * 0x1.62e42fefa38p-1) - k * 0x1.ef35793c7673p-45, sum = {0};
    for (size_t i = 0; i < sizeof inverse / sizeof *inverse; i++)
        sum = sum * r + inverse[i];
    *e = (doubles)(((longs)shifted << 52) + (longs)sum);
}

/* *l = log(1 + e) for 0 <= e <= 1: 2 artanh(s) with s = e / (2 + e) <= 1/3. */
BODY log_one_plus(const doubles *e, doubles *l)
{
    doubles s = *e / (*e + 2.0), ss = s * s, sum = {0};
    for (int i = 35; i > 0; i -= 2)
        sum = sum * ss + 2.0 / i;
    *l = s * sum;
}

BODY sigma_of(const doubles *z, const doubles *e, doubles *sigma)
{
    doubles one = 1.0 / (*e + 1.0), other = *e * one;
    longs negative = *z < 0.0;
    *sigma = (doubles)(((longs)one & ~negative) | ((longs)other & negative));
}

BODY losses_body(struct kernel_pairs *k)
{
    doubles loss = {0}, bend = {0};
    for (size_t i = 0; i < KERNEL_ROWS; i += LANES_F64) {
        doubles z = *at_f64(k->z + i), o = *at_f64(k->weight + i), p = *at_f64(k->p + i), e, l, sigma, from = p;
        exp_minus_abs(&z, &e);
        log_one_plus(&e, &l);
        sigma_of(&z, &e, &sigma);
        doubles size = (doubles)((longs)z & 0x7fffffffffffffffLL);
        doubles above = (size + z) * 0.5, below = (size - z) * 0.5;
        loss += o * (l + p * below + (1.0 - p) * above);
        bend += o * (e / ((e + 1.0) * (e + 1.0)));
        if (k->anchored) {
            doubles e0;
            exp_minus_abs(at_f64(k->anchor + i), &e0);
            sigma_of(at_f64(k->anchor + i), &e0, &from);
        }
        *(doubles *)(void *)(k->slope + i) = o * (sigma - from);
    }
    k->loss = (loss[0] + loss[1]) + (loss[2] + loss[3]);
    k->curvature = (bend[0] + bend[1]) + (bend[2] + bend[3]);
}

/* ---- compiled twice ---- */

#define INSTANCE(NAME, TARGET)                                                                                         \
    TARGET static void dots_##NAME(const float *x, size_t rows, size_t d, const float *w, double *z)                   \
    {                                                                                                                  \
        dots_body(x, rows, d, w, z);                                                                                   \
    }                                                                                                                  \
    TARGET static void add_##NAME(const float *x, size_t rows, size_t d, const float *c, float *g, size_t ahead)       \
    {                                                                                                                  \
        add_body(x, rows, d, c, g, ahead);                                                                             \
    }                                                                                                                  \
    TARGET static void dots_f64_##NAME(const double *x, size_t rows, size_t d, const double *w, double *z)             \
    {                                                                                                                  \
        dots_f64_body(x, rows, d, w, z);                                                                               \
    }                                                                                                                  \
    TARGET static void add_f64_##NAME(const double *x, size_t rows, size_t d, const double *c, double *g)              \
    {                                                                                                                  \
        add_f64_body(x, rows, d, c, g);                                                                                \
    }                                                                                                                  \
    TARGET static void losses_##NAME(struct kernel_pairs *k)                                                           \
    {                                                                                                                  \
        losses_body(k);                                                                                                \
    }                                                                                                                  \
    static const struct kernel kernel_##NAME = {dots_##NAME, add_##NAME, dots_f64_##NAME, add_f64_##NAME,              \
                                                losses_##NAME};

INSTANCE(plain, )
#ifdef __x86_64__
INSTANCE(avx2, __attribute__((target("avx2"))))
#endif

const struct kernel *kernel_choose(void)
{
#ifdef __x86_64__
    if (widen_fast())
        return &kernel_avx2;
#endif
    return &kernel_plain;
}
