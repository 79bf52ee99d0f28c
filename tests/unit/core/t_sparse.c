#include "core/sparse.h"

#include "core/base/rng.h"
#include "core/linalg.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static struct err err;

static void set_up(void)
{
    linalg_threads(1);
}

TestSuite(sparse, .init = set_up);

/* n rows in m columns with about a tenth of the cells, strong in the first few columns so that the spectrum falls. */
static struct sparse random_matrix(size_t n, size_t m, uint64_t seed)
{
    struct sparse s = {.m = m};
    struct rng r;
    rng_seed(&r, seed);
    for (size_t i = 0; i < n; i++) {
        struct sparse_cell cells[64];
        size_t k = 0;
        for (uint32_t j = 0; j < m && k < 64; j++)
            if (rng_uniform(&r) < (j < 8 ? 0.5 : 0.1))
                cells[k++] = (struct sparse_cell){j, (float)((j < 8 ? 8.0 - j : 0.5) * rng_normal(&r))};
        sparse_add_row(&s, cells, k);
    }
    return s;
}

static double distance(const float *X, size_t stride, size_t a, size_t b, size_t k)
{
    double sum = 0;
    for (size_t j = 0; j < k; j++)
        sum += pow((double)X[a * stride + j] - (double)X[b * stride + j], 2);
    return sum;
}

/* All directions together keep every distance between rows. */
Test(sparse, a_full_reduction_keeps_distances)
{
    enum { N = 30, M = 50 };
    struct sparse s = random_matrix(N, M, 1);
    static float X[N * N], dense[N * M];
    cr_assert(sparse_reduce(&s, N, 1, X, N, NULL, &err), "%s", err.text);
    for (size_t i = 0; i < N; i++)
        for (size_t c = s.start.v[i]; c < s.start.v[i + 1]; c++)
            dense[i * M + s.cells.v[c].col] = s.cells.v[c].value;
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < i; j++)
            cr_expect(epsilon_eq(dbl, distance(X, N, i, j, N), distance(dense, M, i, j, M), 1e-3));
    sparse_free(&s);
}

Test(sparse, columns_fall_in_size_and_the_largest_entry_is_positive)
{
    enum { N = 40, K = 10 };
    struct sparse s = random_matrix(N, 60, 2);
    float X[N * K];
    double before = INFINITY;
    cr_assert(sparse_reduce(&s, K, 1, X, K, NULL, &err));
    for (size_t j = 0; j < K; j++) {
        double length = 0, largest = 0;
        for (size_t i = 0; i < N; i++) {
            length += pow((double)X[i * K + j], 2);
            largest = fabs((double)X[i * K + j]) > fabs(largest) ? (double)X[i * K + j] : largest;
        }
        cr_expect(le(dbl, length, before));
        cr_expect(gt(dbl, largest, 0));
        before = length;
    }
    sparse_free(&s);
}

/* Rows repeated beyond the limit of the exact method have the same singular directions; so they have beyond the limit
 * of the matrix that is written out. */
static void expect_same_directions(size_t times, double tolerance)
{
    enum { N = 100, K = 6 };
    struct sparse s = random_matrix(N, 80, 3), many = {.m = 80};
    size_t n = N * times;
    float X[N * K], *Y = mem_array(n * K, sizeof *Y), *again = mem_array(n * K, sizeof *again);
    for (size_t t = 0; t < times; t++)
        for (size_t i = 0; i < N; i++)
            sparse_add_row(&many, s.cells.v + s.start.v[i], s.start.v[i + 1] - s.start.v[i]);
    cr_assert(sparse_reduce(&s, K, 1, X, K, NULL, &err));
    cr_assert(sparse_reduce(&many, K, 1, Y, K, NULL, &err), "%s", err.text);
    for (size_t i = 0; i < n * K; i++)
        if (fabs((double)(Y[i] - X[i % (N * K)])) > tolerance)
            cr_assert(epsilon_eq(dbl, (double)Y[i], (double)X[i % (N * K)], tolerance));
    cr_assert(sparse_reduce(&many, K, 1, again, K, NULL, &err));
    cr_expect(eq(int, memcmp(again, Y, n * K * sizeof *Y), 0));
    mem_free(Y);
    mem_free(again);
    sparse_free(&s);
    sparse_free(&many);
}

Test(sparse, random_iteration_agrees_with_the_exact_method)
{
    expect_same_directions(SPARSE_EXACT / 100 + 1, 1e-3);
}

Test(sparse, products_through_the_cells_agree_with_the_exact_method)
{
    expect_same_directions(SPARSE_FULL / 100 + 1, 1e-3);
}

/* A A' x written out, for matrices kept in full and not. */
Test(sparse, products_are_those_of_the_definition)
{
    static const size_t sizes[] = {20, SPARSE_FULL + 1};
    enum { M = 50, K = 19 };
    for (size_t t = 0; t < 2; t++) {
        size_t n = sizes[t];
        struct sparse s = random_matrix(n, M, 5);
        struct sparse_gram g;
        double *x = mem_array(n * K, sizeof *x), *y = mem_array(n * K, sizeof *y), middle[(M + 1) * K] = {0};
        struct rng r;
        rng_seed(&r, 6);
        s.m++; /* a column of one row alone */
        s.cells.v[s.cells.n - 1].col = M;
        for (size_t i = 0; i < n * K; i++)
            x[i] = rng_normal(&r);
        for (size_t i = 0; i < n; i++)
            for (size_t c = s.start.v[i]; c < s.start.v[i + 1]; c++)
                linalg_axpy((double)s.cells.v[c].value, x + i * K, middle + s.cells.v[c].col * K, K);
        cr_assert(sparse_gram_init(&g, &s, &err));
        cr_expect(eq(int, g.full != NULL, n <= SPARSE_FULL));
        cr_assert(sparse_gram_multiply(&g, x, y, K, NULL, &err));
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < K; j++) {
                double want = 0, scale = 1;
                for (size_t c = s.start.v[i]; c < s.start.v[i + 1]; c++) {
                    double term = (double)s.cells.v[c].value * middle[s.cells.v[c].col * K + j];
                    want += term;
                    scale += fabs(term);
                }
                if (!(fabs(y[i * K + j] - want) <= 1e-4 * scale))
                    cr_assert(epsilon_eq(dbl, y[i * K + j], want, 1e-4 * scale));
            }
        double last = (double)s.cells.v[s.cells.n - 1].value;
        cr_expect(ge(dbl, g.own[n - 1], last * last - 1e-12));
        sparse_gram_free(&g);
        sparse_free(&s);
        mem_free(x);
        mem_free(y);
    }
}

Test(sparse, missing_directions_are_zero)
{
    struct sparse s = {.m = 4};
    const struct sparse_cell cell = {2, 3};
    float X[3 * 3];
    sparse_add_row(&s, &cell, 1);
    sparse_add_row(&s, &cell, 0);
    sparse_add_row(&s, &cell, 1);
    cr_assert(sparse_reduce(&s, 3, 1, X, 3, NULL, &err));
    cr_expect(epsilon_eq(flt, X[0], 3, 1e-5f));
    cr_expect(epsilon_eq(flt, X[3], 0, 1e-5f));
    cr_expect(epsilon_eq(flt, X[6], 3, 1e-5f));
    for (size_t i = 0; i < 3; i++) {
        cr_expect(eq(flt, fabsf(X[3 * i + 1]), 0));
        cr_expect(eq(flt, fabsf(X[3 * i + 2]), 0));
    }
    sparse_free(&s);
}

static bool refuse(void *ctx, double done, double total)
{
    (void)ctx;
    return done > total;
}

static bool after_some(void *ctx, double done, double total)
{
    (void)done;
    (void)total;
    return ++*(int *)ctx < 2;
}

/* More rows than SPARSE_FULL are multiplied through the lists. */
Test(sparse, a_product_can_be_stopped_in_its_middle)
{
    enum { ROWS = SPARSE_FULL + 1, COLUMNS = 2000 };
    struct sparse s = random_matrix(ROWS, COLUMNS, 4);
    struct sparse_gram g;
    double *x = mem_array(ROWS, sizeof *x), *y = mem_array(ROWS, sizeof *y);
    int ticks = 0;
    cr_assert(sparse_gram_init(&g, &s, &err));
    cr_expect(not(sparse_gram_multiply(&g, x, y, 1, &(struct progress){.tick = after_some, .ctx = &ticks}, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_STOPPED));
    cr_expect(eq(int, ticks, 2));
    sparse_gram_free(&g);
    sparse_free(&s);
    mem_free(x);
    mem_free(y);
}

Test(sparse, exhausted_memory_and_stopping_are_errors)
{
    struct sparse s = random_matrix(SPARSE_EXACT + 1, 20, 4);
    static float X[(SPARSE_EXACT + 1) * 2];
    cr_expect(not(sparse_reduce(&s, 2, 1, X, 2, &(struct progress){.tick = refuse}, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_STOPPED));
    for (size_t k = 1;; k++) {
        cr_assert(lt(sz, k, 40));
        mem_fail_after = k;
        if (sparse_reduce(&s, 2, 1, X, 2, NULL, &err))
            break;
        cr_expect(eq(int, (int)err.kind, (int)ERR_MEMORY));
    }
    mem_fail_after = 0;
    sparse_free(&s);
}
