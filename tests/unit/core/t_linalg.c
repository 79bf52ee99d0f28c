#include "core/linalg.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/linalg_ref.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { M = 13, N = 7, K = 5 };

static struct err err;
static double A[M * M], B[M * M], x[M], fast[M * M], slow[M * M];

static void set_up(void)
{
    struct rng r;
    linalg_threads(1);
    rng_seed(&r, 42);
    for (size_t i = 0; i < M * M; i++) {
        A[i] = rng_normal(&r);
        B[i] = rng_normal(&r);
        fast[i] = slow[i] = rng_normal(&r);
    }
    for (size_t i = 0; i < M; i++)
        x[i] = rng_normal(&r);
}

TestSuite(linalg, .init = set_up);

static void expect_same(size_t n)
{
    for (size_t i = 0; i < n; i++)
        cr_expect(epsilon_eq(dbl, fast[i], slow[i], 1e-12));
}

Test(linalg, vectors_equal_their_slow_twins)
{
    cr_expect(epsilon_eq(dbl, linalg_dot(A, B, M), linalg_ref_dot(A, B, M), 1e-13));
    cr_expect(epsilon_eq(dbl, linalg_nrm2(A, M), linalg_ref_nrm2(A, M), 1e-13));
    cr_expect(eq(dbl, linalg_dot(A, B, 0), 0.0));
    linalg_axpy(2, A, fast, M);
    linalg_scale(3, fast, M);
    for (size_t i = 0; i < M; i++)
        cr_expect(epsilon_eq(dbl, fast[i], 3 * (slow[i] + 2 * A[i]), 1e-13));
}

Test(linalg, gemv_equals_its_slow_twin)
{
    linalg_gemv(A, M, N, x, 0.5, fast);
    linalg_ref_gemv(A, M, N, x, 0.5, slow);
    expect_same(M);
    linalg_gemv_t(A, M, N, x, 0, fast);
    linalg_ref_gemv_t(A, M, N, x, 0, slow);
    expect_same(N);
}

Test(linalg, gemm_equals_its_slow_twin_in_all_three_forms)
{
    linalg_gemm(A, B, 1, fast, M, N, K);
    linalg_ref_gemm(A, B, 1, slow, M, N, K);
    expect_same(M * N);
    linalg_gemm_tn(A, B, 0, fast, M, N, K);
    linalg_ref_gemm_tn(A, B, 0, slow, M, N, K);
    expect_same(M * N);
    linalg_gemm_nt(A, B, 2, fast, M, N, K);
    linalg_ref_gemm_nt(A, B, 2, slow, M, N, K);
    expect_same(M * N);
}

/* The slow twin's product of the same numbers, rounded to float first. */
static void expect_f32(void (*f32)(const float *, const float *, float, float *, size_t, size_t, size_t),
                       void (*ref)(const double *, const double *, double, double *, size_t, size_t, size_t))
{
    static float a[M * M], b[M * M], c[M * M];
    static double da[M * M], db[M * M];
    for (size_t i = 0; i < M * M; i++) {
        da[i] = a[i] = (float)A[i];
        db[i] = b[i] = (float)B[i];
        slow[i] = c[i] = (float)fast[i];
    }
    f32(a, b, 0.5F, c, M, N, K);
    ref(da, db, 0.5, slow, M, N, K);
    for (size_t i = 0; i < M * N; i++)
        cr_expect(epsilon_eq(dbl, c[i], slow[i], 2e-6));
}

Test(linalg, single_precision_gemm_equals_the_slow_twin_in_all_three_forms)
{
    expect_f32(linalg_f32_gemm, linalg_ref_gemm);
    expect_f32(linalg_f32_gemm_tn, linalg_ref_gemm_tn);
    expect_f32(linalg_f32_gemm_nt, linalg_ref_gemm_nt);
}

Test(linalg, syrk_equals_its_slow_twin_and_leaves_the_lower_triangle_alone)
{
    linalg_syrk_t(A, M, N, 1, fast);
    linalg_ref_syrk_t(A, M, N, 1, slow);
    expect_same(N * N);
    linalg_syrk_n(A, N, K, 0, fast);
    linalg_ref_syrk_n(A, N, K, 0, slow);
    expect_same(N * N);
}

Test(linalg, positive_definite_systems_are_solved)
{
    double S[N * N] = {0}, full[N * N], X[N * K], Y[N * K];
    linalg_syrk_t(A, M, N, 0, S);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++)
            full[i * N + j] = i <= j ? S[i * N + j] : S[j * N + i];
    memcpy(X, B, sizeof X);
    memcpy(Y, B, sizeof Y);
    cr_assert(linalg_solve_spd(S, N, X, K, 1e-12, &err));
    cr_assert(linalg_ref_solve(full, N, Y, K));
    for (size_t i = 0; i < N * K; i++)
        cr_expect(epsilon_eq(dbl, X[i], Y[i], 1e-11));
}

Test(linalg, indefinite_and_nearly_singular_systems_are_refused)
{
    double b[2] = {1, 1};
    cr_expect(not(linalg_solve_spd((double[]){1, 2, 0, 1}, 2, b, 1, 1e-12, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_NUMERIC));
    cr_expect(not(linalg_solve_spd((double[]){1, 1, 0, 1 + 1e-14}, 2, b, 1, 1e-12, &err)));
    cr_expect(not(linalg_solve_spd((double[]){NAN, 0, 0, 1}, 2, b, 1, 1e-12, &err)));
    cr_expect(linalg_solve_spd((double[]){2}, 1, b, 1, 1e-12, &err));
    cr_expect(epsilon_eq(dbl, b[0], 0.5, 1e-15));
    cr_expect(linalg_solve_spd(NULL, 0, NULL, 3, 1e-12, &err));
}

Test(linalg, eigenvectors_stand_in_columns)
{
    double S[N * N] = {0}, V[N * N], w[N];
    linalg_syrk_t(A, M, N, 0, S);
    memcpy(V, S, sizeof V);
    cr_assert(linalg_eigen(V, N, w, &err));
    for (size_t k = 0; k < N; k++)
        for (size_t i = 0; i < N; i++) {
            double Sv = 0;
            for (size_t j = 0; j < N; j++)
                Sv += (i <= j ? S[i * N + j] : S[j * N + i]) * V[j * N + k];
            cr_expect(epsilon_eq(dbl, Sv, w[k] * V[i * N + k], 1e-11));
        }
    for (size_t k = 1; k < N; k++)
        cr_expect(le(dbl, w[k - 1], w[k]));
}

Test(linalg, orthonormal_columns_keep_the_span)
{
    double Q[M * N], G[N * N], P[M * N], QA[N * N];
    memcpy(Q, A, sizeof Q);
    cr_assert(linalg_orthonormal(Q, M, N, &err));
    linalg_ref_gemm_tn(Q, Q, 0, G, N, N, M);
    for (size_t i = 0; i < N * N; i++)
        cr_expect(epsilon_eq(dbl, G[i], i % (N + 1) == 0 ? 1 : 0, 1e-13));
    linalg_ref_gemm_tn(Q, A, 0, QA, N, N, M); /* Q Q' A = A */
    linalg_ref_gemm(Q, QA, 0, P, M, N, N);
    for (size_t i = 0; i < M * N; i++)
        cr_expect(epsilon_eq(dbl, P[i], A[i], 1e-12));
}

Test(linalg, exhausted_memory_is_an_error)
{
    double b[1] = {1};
    mem_fail_after = 1;
    cr_expect(not(linalg_solve_spd((double[]){2}, 1, b, 1, 0, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_MEMORY));
    mem_fail_after = 2;
    cr_expect(not(linalg_orthonormal(A, M, N, &err)));
    mem_fail_after = 0;
}

static void narrow(const double *from, float *to, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (float)from[i];
}

static void expect_close(const float *got, size_t n)
{
    for (size_t i = 0; i < n; i++)
        cr_expect(epsilon_eq(dbl, (double)got[i], slow[i], 1e-4));
}

Test(linalg, single_precision_gemm_is_the_same_to_rounding)
{
    float a[M * M], b[M * M], c[M * M];
    narrow(A, a, M * M);
    narrow(B, b, M * M);
    narrow(fast, c, M * M);
    linalg_f32_gemm(a, b, 1, c, M, N, K);
    linalg_ref_gemm(A, B, 1, slow, M, N, K);
    expect_close(c, M * N);
    linalg_f32_gemm_nt(a, b, 0, c, M, N, K);
    linalg_ref_gemm_nt(A, B, 0, slow, M, N, K);
    expect_close(c, M * N);
}

Test(linalg, right_sides_by_rows_are_solved_for_like_one)
{
    float u[K * K], X[3 * K], one[K];
    linalg_ref_gemm_nt(A, A, 0, slow, K, K, M);
    narrow(slow, u, K * K);
    narrow(B, X, 3 * K);
    cr_assert(linalg_f32_cholesky(u, K));
    linalg_f32_cholesky_solve_rows(u, K, X, 3);
    for (size_t i = 0; i < 3; i++) {
        narrow(B + i * K, one, K);
        linalg_f32_cholesky_solve(u, K, one);
        for (size_t j = 0; j < K; j++)
            cr_expect(epsilon_eq(dbl, (double)X[i * K + j], (double)one[j], 1e-5));
    }
}

/* As BLAS starts by itself, and when its threads were started anew. */
Test(linalg, a_program_that_begins_gets_the_same_numbers_and_leaves_its_environment)
{
    enum { SIDE = 300 };
    double *a = mem_array(SIDE * SIDE, sizeof *a), *c = mem_array(SIDE * SIDE, sizeof *c);
    double *again = mem_array(SIDE * SIDE, sizeof *again);
    struct rng r;
    rng_seed(&r, 9);
    for (size_t i = 0; i < SIDE * SIDE; i++)
        a[i] = rng_normal(&r);
    linalg_threads(2);
    linalg_gemm(a, a, 0, c, SIDE, SIDE, SIDE);
    bool there = getenv("OPENBLAS_THREAD_TIMEOUT") != NULL;
    linalg_begin();
    linalg_begin();
    cr_expect(eq(int, getenv("OPENBLAS_THREAD_TIMEOUT") != NULL, there));
    linalg_gemm(a, a, 0, again, SIDE, SIDE, SIDE);
    cr_expect(eq(int, memcmp(c, again, SIDE * SIDE * sizeof *c), 0));
    mem_free(a);
    mem_free(c);
    mem_free(again);
}
