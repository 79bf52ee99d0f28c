#include "core/many_product.h"

#include "core/simd.h"

#include <string.h>

enum { ROWS = PRODUCT_ROWS, STRIP = PRODUCT_STRIP, PANEL = PRODUCT_PANEL, GROUP = PRODUCT_GROUP };
/* Rows of a tile of Z. Strips of a panel that are used together, so that they stay in the first-level cache. */
enum { TILE = 6, CHUNK = 10 };
_Static_assert(ROWS % TILE == 0, "rows are whole tiles");

size_t many_product_width(size_t d)
{
    return (d + STRIP - 1) / STRIP * STRIP;
}

size_t many_product_panels(size_t m)
{
    return (m + PANEL - 1) / PANEL;
}

size_t many_product_rows_size(size_t d)
{
    return ROWS * many_product_width(d);
}

size_t many_product_columns_size(size_t m, size_t d)
{
    return many_product_panels(m) * PANEL * many_product_width(d);
}

size_t many_product_tiles_size(size_t m)
{
    return many_product_panels(m) * PANEL * ROWS;
}

void many_product_columns(const float *W, size_t m, size_t d, float *packed)
{
    size_t width = many_product_width(d);
    memset(packed, 0, many_product_columns_size(m, d) * sizeof *packed);
    for (size_t j = 0; j < m; j++)
        for (size_t k = 0; k < d; k++)
            packed[(j / PANEL * width + k) * PANEL + j % PANEL] = W[j * d + k];
}

#ifdef __x86_64__
#include <immintrin.h>

#define FAST __attribute__((target("avx2,fma")))

bool many_product_fast(void)
{
    return simd_level() >= SIMD_AVX2 && __builtin_cpu_supports("fma");
}

/* Rows after these will be wanted next: they are fetched meanwhile. */
enum { FETCHED = 8 };

FAST static void pack_row(const float *x, size_t d, float *out)
{
    size_t k = 0;
    for (; k + STRIP <= d; k += STRIP, out += ROWS * STRIP) {
        __builtin_prefetch(x + k + FETCHED * d, 0, 2);
        __builtin_prefetch(x + k + FETCHED * d + 16, 0, 2);
        for (int v = 0; v < STRIP; v += 8)
            _mm256_storeu_ps(out + v, _mm256_loadu_ps(x + k + v));
    }
    if (k < d) {
        memset(out, 0, STRIP * sizeof *out);
        memcpy(out, x + k, (d - k) * sizeof *out);
    }
}

void many_product_rows(const float *x, size_t n, size_t d, float *packed)
{
    size_t width = many_product_width(d), whole = (n + TILE - 1) / TILE * TILE;
    for (size_t r = 0; r < n; r++)
        pack_row(x + r * d, d, packed + r * STRIP);
    for (size_t k = 0; k < width; k += STRIP)
        memset(packed + k * ROWS + n * STRIP, 0, (whole - n) * STRIP * sizeof *packed);
}

/* z (TILE x PANEL) = or += products of TILE rows with a panel over some strips */
FAST static void dots(const float *x, const float *w, size_t strips, bool add, float *z)
{
    __m256 sum[TILE][2];
#pragma GCC unroll 6
    for (int r = 0; r < TILE; r++) {
        sum[r][0] = add ? _mm256_loadu_ps(z + r * PANEL) : _mm256_setzero_ps();
        sum[r][1] = add ? _mm256_loadu_ps(z + r * PANEL + 8) : _mm256_setzero_ps();
    }
    for (size_t s = 0; s < strips; s++, x += ROWS * STRIP)
        for (int k = 0; k < STRIP; k++, w += PANEL) {
            __m256 low = _mm256_loadu_ps(w), high = _mm256_loadu_ps(w + 8);
#pragma GCC unroll 6
            for (int r = 0; r < TILE; r++) {
                __m256 v = _mm256_broadcast_ss(x + r * STRIP + k);
                sum[r][0] = _mm256_fmadd_ps(v, low, sum[r][0]);
                sum[r][1] = _mm256_fmadd_ps(v, high, sum[r][1]);
            }
        }
#pragma GCC unroll 6
    for (int r = 0; r < TILE; r++) {
        _mm256_storeu_ps(z + r * PANEL, sum[r][0]);
        _mm256_storeu_ps(z + r * PANEL + 8, sum[r][1]);
    }
}

void many_product_forward(const float *rows, size_t n, const float *columns, size_t m, size_t d, float *tiles, float *Z)
{
    size_t width = many_product_width(d), strips = width / STRIP;
    for (size_t s = 0; s < strips; s += CHUNK) {
        size_t some = strips - s < CHUNK ? strips - s : CHUNK;
        for (size_t p = 0; p < many_product_panels(m); p++)
            for (size_t r = 0; r < n; r += TILE)
                dots(rows + (s * ROWS + r) * STRIP, columns + (p * width + s * STRIP) * PANEL, some, s > 0,
                     tiles + (p * ROWS + r) * PANEL);
    }
    for (size_t j = 0; j < m; j++)
        for (size_t r = 0; r < n; r++)
            Z[j * n + r] = tiles[(j / PANEL * ROWS + r) * PANEL + j % PANEL];
}

/* A strip of GROUP rows of G += C x; rows of G are `width` apart. */
FAST static void add(const float *x, const float *c, size_t n, size_t width, float *g)
{
    __m256 sum[GROUP][3];
#pragma GCC unroll 4
    for (size_t j = 0; j < GROUP; j++)
#pragma GCC unroll 3
        for (int v = 0; v < 3; v++)
            sum[j][v] = _mm256_loadu_ps(g + j * width + 8 * v);
    for (size_t r = 0; r < n; r++, x += STRIP) {
        __m256 a = _mm256_loadu_ps(x), b = _mm256_loadu_ps(x + 8), e = _mm256_loadu_ps(x + 16);
#pragma GCC unroll 4
        for (size_t j = 0; j < GROUP; j++) {
            __m256 v = _mm256_broadcast_ss(c + j * n + r);
            sum[j][0] = _mm256_fmadd_ps(v, a, sum[j][0]);
            sum[j][1] = _mm256_fmadd_ps(v, b, sum[j][1]);
            sum[j][2] = _mm256_fmadd_ps(v, e, sum[j][2]);
        }
    }
#pragma GCC unroll 4
    for (size_t j = 0; j < GROUP; j++)
#pragma GCC unroll 3
        for (int v = 0; v < 3; v++)
            _mm256_storeu_ps(g + j * width + 8 * v, sum[j][v]);
}

void many_product_backward(const float *rows, size_t n, float *C, size_t m, size_t d, float *G)
{
    size_t width = many_product_width(d), whole = (m + GROUP - 1) / GROUP * GROUP;
    memset(C + m * n, 0, (whole - m) * n * sizeof *C);
    for (size_t k = 0; k < width; k += STRIP)
        for (size_t j = 0; j < m; j += GROUP)
            add(rows + k * ROWS, C + j * n, n, width, G + j * width + k);
}

#else

bool many_product_fast(void)
{
    return false;
}

void many_product_rows(const float *x, size_t n, size_t d, float *packed)
{
    (void)x, (void)n, (void)d, (void)packed;
}

void many_product_forward(const float *rows, size_t n, const float *columns, size_t m, size_t d, float *tiles, float *Z)
{
    (void)rows, (void)n, (void)columns, (void)m, (void)d, (void)tiles, (void)Z;
}

void many_product_backward(const float *rows, size_t n, float *C, size_t m, size_t d, float *G)
{
    (void)rows, (void)n, (void)C, (void)m, (void)d, (void)G;
}

#endif
