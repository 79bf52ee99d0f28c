/* Rows in 16 bits beside slow twins: numbers are rounded one at a time, products are made of them in double. */
#include "core/base/rng.h"
#include "core/coarse.h"
#include "core/kernel.h"
#include "core/simd.h"
#include "tests/support/spectrum.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

enum { MOST = 100, WORDS = 64 };

static const size_t widths[] = {1, 7, 8, 15, 16, 17, 31, 32, 33, 64, MOST};

/* Number j of a row, by the order that kernel_coarse.h tells. */
static double number(const uint32_t *row, size_t j, float unit)
{
    size_t k = j % COARSE_GROUP, half = COARSE_GROUP / 2;
    uint32_t word = row[j / COARSE_GROUP * half + k % half];
    int32_t bits;
    word = k < half ? word << 16 : word;
    memcpy(&bits, &word, sizeof bits);
    return (double)bits * (double)unit;
}

static void fill(float *x, size_t n, struct rng *r)
{
    for (size_t j = 0; j < n; j++)
        x[j] = (float)(rng_normal(r) * pow(10, 4 * rng_uniform(r) - 2));
}

static double largest(const float *x, size_t n)
{
    double size = 0;
    for (size_t j = 0; j < n; j++)
        size = fmax(size, fabs((double)x[j]));
    return size;
}

Test(coarse, numbers_are_off_by_a_small_share_of_the_largest)
{
    static const float scales[] = {1, 1e-6F, 1e6F, 1e-25F, 0x1p127F, -3};
    struct rng r;
    float x[MOST];
    uint32_t row[WORDS], twin[WORDS];
    rng_seed(&r, 1);
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++)
        for (size_t s = 0; s < sizeof scales / sizeof *scales; s++) {
            size_t d = widths[w], words = (d + 31) / 32 * 16;
            for (size_t j = 0; j < d; j++)
                x[j] = scales[s] * (float)(2 * rng_uniform(&r) - 1);
            x[d / 2] = scales[s] * (rng_below(&r, 2) > 0 ? 1.0F : -1.0F); /* both ends of the integers */
            memset(row, 0xff, sizeof row);
            float unit = kernel_choose()->coarse->encode(x, d, words, row);
            for (size_t j = 0; j < 2 * words; j++) {
                double want = j < d ? (double)x[j] : 0, got = number(row, j, unit);
                cr_expect(le(dbl, fabs(got - want), COARSE_ERROR * largest(x, d)), "%a became %a", want, got);
            }
            for (enum simd level = SIMD_PLAIN; level < SIMD_AVX512; level++) {
                simd_limit(level);
                cr_expect(eq(flt, kernel_choose()->coarse->encode(x, d, words, twin), unit));
                cr_expect(eq(int, memcmp(row, twin, words * sizeof *row), 0));
            }
            simd_limit(SIMD_AVX512);
        }
}

Test(coarse, rows_of_nothing_or_next_to_nothing_are_zeros)
{
    const float x[3][4] = {{0, -0.0F, 0, 0}, {FLT_TRUE_MIN, -FLT_TRUE_MIN, 0, 0}, {1e-31F, -FLT_MIN, 0, 0}};
    uint32_t row[COARSE_GROUP];
    for (size_t i = 0; i < 3; i++) {
        memset(row, 0xff, sizeof row);
        cr_expect(eq(flt, kernel_choose()->coarse->encode(x[i], 4, COARSE_GROUP, row), 0));
        for (size_t k = 0; k < COARSE_GROUP; k++)
            cr_expect(eq(u32, row[k], 0));
    }
}

Test(coarse, products_are_those_of_the_rounded_rows_with_the_same_bits_everywhere)
{
    struct rng r;
    static float x[KERNEL_ROWS * MOST], v[2 * WORDS], c[KERNEL_ROWS], g[SIMD_LEVELS][2 * WORDS];
    static uint32_t rows[KERNEL_ROWS * WORDS];
    rng_seed(&r, 2);
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
        size_t d = widths[w], words = (d + 31) / 32 * 16;
        for (size_t n = 1; n <= KERNEL_ROWS; n++) {
            double z[SIMD_LEVELS][KERNEL_ROWS];
            float unit[KERNEL_ROWS];
            fill(x, n * d, &r);
            fill(v, d, &r);
            memset(v + d, 0, (2 * words - d) * sizeof *v);
            fill(c, n, &r);
            for (enum simd level = SIMD_PLAIN; level < SIMD_LEVELS; level++) {
                simd_limit(level);
                const struct kernel_coarse *kernel = kernel_choose()->coarse;
                for (size_t i = 0; i < n; i++)
                    unit[i] = kernel->encode(x + i * d, d, words, rows + i * words);
                memset(g[level], 0, sizeof g[level]);
                kernel->dots(rows, n, words, v, z[level], 0);
                kernel->add(rows, n, words, c, g[level], 0);
            }
            simd_limit(SIMD_AVX512);
            for (enum simd level = SIMD_AVX2; level < SIMD_LEVELS; level++) {
                cr_expect(eq(int, memcmp(z[0], z[level], n * sizeof *z[0]), 0));
                cr_expect(eq(int, memcmp(g[0], g[level], sizeof g[0]), 0));
            }
            for (size_t i = 0; i < n; i++) {
                double sum = 0, size = 0;
                for (size_t j = 0; j < d; j++) {
                    double term = number(rows + i * words, j, unit[i]) * (double)v[j];
                    sum += term;
                    size += fabs(term);
                }
                cr_expect(epsilon_eq(dbl, z[0][i] * (double)unit[i], sum, 1e-6 * size));
            }
            for (size_t j = 0; j < d; j++) {
                double sum = 0, size = 0;
                for (size_t i = 0; i < n; i++) {
                    double term = number(rows + i * words, j, 1) * (double)c[i];
                    sum += term;
                    size += fabs(term);
                }
                cr_expect(epsilon_eq(dbl, (double)g[0][j], sum, 1e-6 * size));
            }
        }
    }
}

Test(coarse, rows_that_are_not_kept_are_the_same)
{
    struct spectrum s;
    struct diff f;
    struct err err;
    struct coarse kept, formed;
    spectrum_draw(&s, 40, 37, 1, 3);
    cr_assert(diff_init(&f, &s.e, s.pairs, NULL, s.n, 0, NULL, &err), "%s", err.text);
    cr_assert(coarse_init(&kept, &f, s.n * 32 * sizeof *kept.x, &err)); /* two lines a row: just enough */
    cr_assert(coarse_init(&formed, &f, s.n * 32 * sizeof *kept.x - 1, &err));
    cr_assert(ne(ptr, kept.x, NULL));
    cr_assert(eq(ptr, formed.x, NULL));
    uint32_t *scratch = mem_array(coarse_scratch(&f, 5), sizeof *scratch);
    float *form = mem_array(3 * f.d, sizeof *form);
    for (size_t i = 0; i < f.n; i++) {
        const float *x = diff_rows(&f, i, 1, form);
        coarse_take(&kept, i, x, NULL);
        coarse_take(&formed, i, x, scratch); /* only the unit stays */
        cr_expect(eq(flt, kept.unit[i], formed.unit[i]));
    }
    for (size_t i = 0; i < f.n; i += 5)
        cr_expect(eq(int,
                     memcmp(coarse_rows(&kept, i, 5, NULL), coarse_rows(&formed, i, 5, scratch),
                            5 * kept.words * sizeof *kept.x),
                     0));
    mem_free(form);
    mem_free(scratch);
    coarse_free(&kept);
    coarse_free(&formed);
    diff_free(&f);
    spectrum_free(&s);
}
