#include "core/tiles.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/linalg.h"
#include "core/linalg_ref.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static void set_up(void)
{
    linalg_threads(1);
}

TestSuite(tiles, .init = set_up);

static float *draw(size_t m, size_t n, uint64_t seed)
{
    struct rng r;
    float *A = mem_array(m * n, sizeof *A);
    rng_seed(&r, seed);
    for (size_t i = 0; i < m * n; i++)
        A[i] = (float)rng_normal(&r);
    return A;
}

static double *widened(const float *A, size_t n)
{
    double *out = mem_array(n, sizeof *out);
    for (size_t i = 0; i < n; i++)
        out[i] = (double)A[i];
    return out;
}

/* Sides that are no multiple of a tile, below one tile, and of several. */
static const size_t shapes[][2] = {{1, 1}, {3, 5}, {70, 64}, {40, 200}, {300, 170}, {257, 401}};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static void check_upper(const float *C, const double *slow, const double *before, size_t n, double tolerance)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++) {
            double wanted = slow[i * n + j] + 0.5 * before[i * n + j];
            cr_assert(epsilon_eq(dbl, (double)C[i * n + j], wanted, tolerance), "%zu: %zu %zu", n, i, j);
        }
}

Test(tiles, products_are_those_of_the_slow_twin)
{
    for (size_t s = 0; s < SHAPES; s++)
        for (int by_rows = 0; by_rows < 2; by_rows++) {
            size_t m = shapes[s][0], n = shapes[s][1], side = by_rows ? m : n;
            struct team *team = team_open(3);
            float *A = draw(m, n, 1), *C = draw(side, side, 2);
            double *wide = widened(A, m * n), *before = widened(C, side * side);
            double *slow = mem_array(side * side, sizeof *slow);
            (by_rows ? tiles_syrk_n : tiles_syrk_t)(team, A, m, n, 0.5F, C);
            (by_rows ? linalg_ref_syrk_n : linalg_ref_syrk_t)(wide, m, n, 0, slow);
            check_upper(C, slow, before, side, 1e-6 * (double)(m + n));
            team_close(team);
            mem_free(A);
            mem_free(C);
            mem_free(wide);
            mem_free(before);
            mem_free(slow);
        }
}

/* U'U is the matrix again. */
Test(tiles, a_factor_times_itself_is_the_matrix)
{
    static const size_t sides[] = {1, 2, 63, 64, 65, 150, 391};
    for (size_t s = 0; s < sizeof sides / sizeof *sides; s++) {
        size_t n = sides[s];
        struct team *team = team_open(2);
        float *A = draw(2 * n, n, 3), *C = mem_array(n * n, sizeof *C);
        tiles_syrk_t(team, A, 2 * n, n, 0, C);
        float *U = mem_array(n * n, sizeof *U);
        memcpy(U, C, n * n * sizeof *U);
        cr_assert(tiles_cholesky(team, U, n));
        for (size_t i = 0; i < n; i++)
            for (size_t j = i; j < n; j++) {
                double sum = 0;
                for (size_t k = 0; k <= i; k++)
                    sum += (double)(U[k * n + i] * U[k * n + j]);
                cr_assert(epsilon_eq(dbl, sum, (double)C[i * n + j], 3e-6 * (double)n), "%zu: %zu %zu", n, i, j);
            }
        C[(n - 1) * n + n - 1] = -1;
        cr_expect(not(tiles_cholesky(team, C, n)));
        team_close(team);
        mem_free(A);
        mem_free(C);
        mem_free(U);
    }
}

Test(tiles, products_with_vectors_are_those_of_the_slow_twin)
{
    for (size_t s = 0; s < SHAPES; s++) {
        size_t m = shapes[s][0], n = shapes[s][1];
        struct team *team = team_open(2);
        float *A = draw(m, n, 4), *x = draw(m, n, 5), *y = mem_array(m + n, sizeof *y);
        double *wide = widened(A, m * n), *v = widened(x, m * n), *slow = mem_array(m + n, sizeof *slow);
        tiles_gemv(team, A, m, n, x, y);
        tiles_gemv_t(team, A, m, n, x, y + m);
        linalg_ref_gemv(wide, m, n, v, 0, slow);
        linalg_ref_gemv_t(wide, m, n, v, 0, slow + m);
        for (size_t i = 0; i < m + n; i++)
            cr_assert(epsilon_eq(dbl, (double)y[i], slow[i], 1e-6 * (double)(m + n)));
        team_close(team);
        mem_free(A);
        mem_free(x);
        mem_free(y);
        mem_free(wide);
        mem_free(v);
        mem_free(slow);
    }
}

Test(tiles, bits_do_not_depend_on_the_number_of_workers)
{
    enum { M = 210, SIDE = 330 };
    float *A = draw(M, SIDE, 6), *first = mem_array(SIDE * SIDE, sizeof *first);
    for (int workers = 0; workers < 4; workers++) { /* 0: no team at all */
        struct team *team = workers > 0 ? team_open(workers) : NULL;
        float *C = mem_array(SIDE * SIDE, sizeof *C);
        tiles_syrk_t(team, A, M, SIDE, 0, C);
        for (size_t i = 0; i < SIDE; i++)
            C[i * SIDE + i] += 1;
        cr_assert(tiles_cholesky(team, C, SIDE));
        if (workers == 0)
            memcpy(first, C, SIDE * SIDE * sizeof *C);
        for (size_t i = 0; i < SIDE; i++)
            cr_expect(eq(int, memcmp(C + i * SIDE + i, first + i * SIDE + i, (SIDE - i) * sizeof *C), 0));
        team_close(team);
        mem_free(C);
    }
    mem_free(A);
    mem_free(first);
}
