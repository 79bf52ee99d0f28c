#include "core/kernel.h"

#include "core/simd.h"
#include "core/vectors.h"

/* Four values from number i on. (Vectors are not returned: their ABI would depend on the target.) */
BODY take_wide(const void *x, size_t i, const int narrow, doubles *v)
{
    if (narrow)
        *v = __builtin_convertvector(*(const half_floats *)(const void *)((const float *)x + i), doubles);
    else
        *v = *at_f64((const double *)x + i);
}

/* ---- float32 ---- */

/* Memory is kept busy all the time: while KERNEL_ROWS rows are worked on, those after them come into the second-level
 * cache from end to end, the first half during the dots, the second during the add: at each line of the rows at work as
 * many lines as there are rows to fetch. */
BODY fetch_rows(const float *next, const size_t first, const size_t end, size_t d, size_t j)
{
#pragma GCC unroll 8
    for (size_t r = first; r < end; r++)
        __builtin_prefetch(next + first * d + (end - first) * j + (r - first) * 16, 0, 2);
}

/* `rows` is a constant wherever this is inlined: the sums stay in registers. */
BODY dots_of(const float *x, const size_t rows, size_t d, const float *w, double *z, const size_t fetch)
{
    floats sum[8];
    size_t j = 0;
    for (size_t r = 0; r < rows; r++)
        sum[r] = (floats){0};
    for (; j + 2 * LANES <= d; j += 2 * LANES) { /* a line of the cache at a time */
        fetch_rows(x + rows * d, 0, fetch, d, j);
        floats v = *at(w + j), u = *at(w + j + LANES);
#pragma GCC unroll 8
        for (size_t r = 0; r < rows; r++) {
            sum[r] += *at(x + r * d + j) * v;
            sum[r] += *at(x + r * d + j + LANES) * u;
        }
    }
    for (; j + LANES <= d; j += LANES) {
        floats v = *at(w + j);
        for (size_t r = 0; r < rows; r++)
            sum[r] += *at(x + r * d + j) * v;
    }
    for (size_t r = 0; r < rows; r++) {
        doubles low, high;
        take_wide(&sum[r], 0, 1, &low);
        take_wide(&sum[r], LANES_F64, 1, &high);
        low += high;
        z[r] = (low[0] + low[1]) + (low[2] + low[3]);
        for (size_t k = j; k < d; k++)
            z[r] += (double)(x[r * d + k] * w[k]);
    }
}

BODY dots_body(const float *x, size_t rows, size_t d, const float *w, double *z, size_t ahead)
{
    if (rows == KERNEL_ROWS && ahead >= KERNEL_ROWS)
        dots_of(x, KERNEL_ROWS, d, w, z, KERNEL_ROWS / 2);
    else if (rows == KERNEL_ROWS)
        dots_of(x, KERNEL_ROWS, d, w, z, 0);
    else
        for (; rows > 0; rows--, x += d, z++)
            dots_of(x, 1, d, w, z, 0);
}

/* Eight rows, added in pairs so that no addition waits for seven others; `fetch` rows further on are fetched. */
BODY add_eight(const float *x, size_t d, const float *c, float *g, const size_t fetch)
{
    size_t j = 0;
    for (; j + LANES <= d; j += LANES) {
        const float *p = x + j;
        if (j % 16 == 0)
            fetch_rows(x + 8 * d, 4, 4 + fetch, d, j);
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
    if (rows == KERNEL_ROWS && ahead >= KERNEL_ROWS)
        add_eight(x, d, c, g, KERNEL_ROWS / 2);
    else if (rows == KERNEL_ROWS)
        add_eight(x, d, c, g, 0);
    else
        for (; rows > 0; rows--, x += d, c++)
            add_one(x, d, c, g);
}

/* ---- float64, over rows of double or (narrow) of float ---- */

INLINE double value_at(const void *x, size_t i, const int narrow)
{
    return narrow ? (double)((const float *)x)[i] : ((const double *)x)[i];
}

/* `rows` rows from number `first`: 1 or 2, a constant. */
BODY dots_wide_of(const void *x, size_t first, const size_t rows, size_t d, const double *w, double *z,
                  const int narrow)
{
    doubles sum[2][4] = {{{0}}};
    size_t j = 0, from = first * d;
    for (; j + 4 * LANES_F64 <= d; j += 4 * LANES_F64)
#pragma GCC unroll 4
        for (size_t k = 0; k < 4; k++)
#pragma GCC unroll 2
            for (size_t r = 0; r < rows; r++) {
                doubles v;
                take_wide(x, from + r * d + j + k * LANES_F64, narrow, &v);
                sum[r][k] += v * *at_f64(w + j + k * LANES_F64);
            }
    for (size_t r = 0; r < rows; r++) {
        doubles total = (sum[r][0] + sum[r][1]) + (sum[r][2] + sum[r][3]);
        z[first + r] = (total[0] + total[1]) + (total[2] + total[3]);
        for (size_t k = j; k < d; k++)
            z[first + r] += value_at(x, from + r * d + k, narrow) * w[k];
    }
}

BODY dots_wide_body(const void *x, size_t rows, size_t d, const double *w, double *z, const int narrow)
{
    size_t r = 0;
    for (; r + 2 <= rows; r += 2)
        dots_wide_of(x, r, 2, d, w, z, narrow);
    if (r < rows)
        dots_wide_of(x, r, 1, d, w, z, narrow);
}

/* Four rows at a time, or one; `fetch` rows of float further on are fetched. */
BODY add_wide_of(const void *x, size_t first, const size_t rows, size_t d, const double *c, double *g, const int narrow,
                 size_t fetch)
{
    size_t j = 0, from = first * d;
    for (; j + LANES_F64 <= d; j += LANES_F64) {
        if (j % 16 == 0)
            for (size_t r = 0; r < fetch; r++)
                __builtin_prefetch((const float *)x + from + j + (rows + r) * d, 0, 3);
        doubles sum = *at_f64(g + j);
#pragma GCC unroll 4
        for (size_t r = 0; r < rows; r++) {
            doubles v;
            take_wide(x, from + r * d + j, narrow, &v);
            sum += v * c[first + r];
        }
        put_f64(g + j, &sum);
    }
    for (; j < d; j++)
        for (size_t r = 0; r < rows; r++)
            g[j] += value_at(x, from + r * d + j, narrow) * c[first + r];
}

BODY add_wide_body(const void *x, size_t rows, size_t d, const double *c, double *g, const int narrow, size_t ahead)
{
    size_t r = 0;
    for (; r + 4 <= rows; r += 4)
        add_wide_of(x, r, 4, d, c, g, narrow, rows - r < 8 && ahead >= KERNEL_ROWS ? KERNEL_ROWS : 0);
    for (; r < rows; r++)
        add_wide_of(x, r, 1, d, c, g, narrow, 0);
}

/* a - b of floats in double, exactly. */
BODY subtract_f64_body(const float *a, const float *b, size_t d, double *out)
{
    size_t j = 0;
    for (; j + LANES_F64 <= d; j += LANES_F64) {
        doubles v, other;
        take_wide(a, j, 1, &v);
        take_wide(b, j, 1, &other);
        v -= other;
        put_f64(out + j, &v);
    }
    for (; j < d; j++)
        out[j] = (double)a[j] - (double)b[j];
}

/* ---- compiled for each level ---- */

#define INSTANCE(NAME, TARGET)                                                                                         \
    TARGET static void dots_##NAME(const float *x, size_t rows, size_t d, const float *w, double *z, size_t ahead)     \
    {                                                                                                                  \
        dots_body(x, rows, d, w, z, ahead);                                                                            \
    }                                                                                                                  \
    TARGET static void add_##NAME(const float *x, size_t rows, size_t d, const float *c, float *g, size_t ahead)       \
    {                                                                                                                  \
        add_body(x, rows, d, c, g, ahead);                                                                             \
    }                                                                                                                  \
    TARGET static void dots_f64_##NAME(const double *x, size_t rows, size_t d, const double *w, double *z)             \
    {                                                                                                                  \
        dots_wide_body(x, rows, d, w, z, 0);                                                                           \
    }                                                                                                                  \
    TARGET static void add_f64_##NAME(const double *x, size_t rows, size_t d, const double *c, double *g)              \
    {                                                                                                                  \
        add_wide_body(x, rows, d, c, g, 0, 0);                                                                         \
    }                                                                                                                  \
    TARGET static void dots_wide_##NAME(const float *x, size_t rows, size_t d, const double *w, double *z)             \
    {                                                                                                                  \
        dots_wide_body(x, rows, d, w, z, 1);                                                                           \
    }                                                                                                                  \
    TARGET static void add_wide_##NAME(const float *x, size_t rows, size_t d, const double *c, double *g,              \
                                       size_t ahead)                                                                   \
    {                                                                                                                  \
        add_wide_body(x, rows, d, c, g, 1, ahead);                                                                     \
    }                                                                                                                  \
    TARGET static void subtract_f64_##NAME(const float *a, const float *b, size_t d, double *out)                      \
    {                                                                                                                  \
        subtract_f64_body(a, b, d, out);                                                                               \
    }                                                                                                                  \
    static const struct kernel kernel_##NAME = {dots_##NAME,         add_##NAME,           dots_f64_##NAME,            \
                                                add_f64_##NAME,      dots_wide_##NAME,     add_wide_##NAME,            \
                                                subtract_f64_##NAME, kernel_losses_##NAME, &kernel_coarse_##NAME};

INSTANCE(plain, )
#ifdef __x86_64__
INSTANCE(avx2, __attribute__((target("avx2"))))
INSTANCE(avx512, __attribute__((target("avx512f,avx512dq"))))
#endif

const struct kernel *kernel_choose(void)
{
#ifdef __x86_64__
    static const struct kernel *const kernels[] = {&kernel_plain, &kernel_avx2, &kernel_avx512};
    return kernels[simd_level()];
#else
    return &kernel_plain;
#endif
}
