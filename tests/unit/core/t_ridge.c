#include "core/ridge.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/linalg.h"
#include "core/linalg_ref.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static struct err err;

static void set_up(void)
{
    linalg_threads(1);
}

TestSuite(ridge, .init = set_up);

static void fill(double *v, size_t n, uint64_t seed)
{
    struct rng r;
    rng_seed(&r, seed);
    for (size_t i = 0; i < n; i++)
        v[i] = rng_normal(&r);
}

static bool fit(const double *X, size_t n, size_t d, const double *Y, size_t k, double l2, double *W, double *b,
                struct ridge_info *info)
{
    const struct ridge_matrix m = {X, d};
    const struct ridge_rows rows = ridge_rows_of(&m, n);
    return ridge_fit(&rows, Y, k, l2, W, b, info, NULL, &err);
}

/* f written out: the objective of one target. */
static double objective(const double *X, size_t n, size_t d, const double *Y, size_t k, size_t target, const double *w,
                        double b, double l2)
{
    double sum = 0, count = 0;
    for (size_t i = 0; i < n; i++) {
        double y = Y[i * k + target];
        if (isnan(y))
            continue;
        double r = linalg_ref_dot(X + i * d, w, d) + b - y;
        sum += r * r;
        count++;
    }
    return sum / (2 * count) + l2 / 2 * linalg_ref_dot(w, w, d);
}

/* One column: w = sxy / (sxx + n l2), b = my - w mx. Here sxx = 2, sxy = 2, n = 3. */
Test(ridge, one_column_by_hand)
{
    double W[1], b[1];
    struct ridge_info info[1];
    cr_assert(fit((double[]){0, 1, 2}, 3, 1, (double[]){1, 2, 3}, 1, 0, W, b, info));
    cr_expect(epsilon_eq(dbl, W[0], 1, 1e-12));
    cr_expect(epsilon_eq(dbl, b[0], 1, 1e-12));
    cr_expect(epsilon_eq(dbl, info[0].objective, 0, 1e-12));
    cr_assert(fit((double[]){0, 1, 2}, 3, 1, (double[]){1, 2, 3}, 1, 2, W, b, info));
    cr_expect(epsilon_eq(dbl, W[0], 0.25, 1e-12));
    cr_expect(epsilon_eq(dbl, b[0], 1.75, 1e-12));
}

enum { N = 40, D = 6, T = 3 };

static void expect_minimum(size_t n, size_t d)
{
    double *X = mem_array(n * d, sizeof *X), *Y = mem_array(n * T, sizeof *Y), *W = mem_array(T * d, sizeof *W), b[T];
    struct ridge_info info[T];
    fill(X, n * d, 1);
    fill(Y, n * T, 2);
    for (size_t i = 0; i < n; i += 3)
        Y[i * T + 1] = NAN;
    cr_assert(fit(X, n, d, Y, T, 0.05, W, b, info), "%s", err.text);
    for (size_t t = 0; t < T; t++) {
        double f = objective(X, n, d, Y, T, t, W + t * d, b[t], 0.05);
        cr_expect(epsilon_eq(dbl, info[t].objective, f, 1e-12));
        cr_expect(le(dbl, info[t].grad_norm, 1e-12));
        cr_expect(eq(sz, info[t].n, t == 1 ? n - (n + 2) / 3 : n));
        for (size_t j = 0; j <= d; j++) /* no step in any direction is better */
            for (int side = -1; side <= 1; side += 2) {
                double w[64], bias = b[t] + (j == d ? side * 1e-3 : 0);
                memcpy(w, W + t * d, d * sizeof *w);
                if (j < d)
                    w[j] += side * 1e-3;
                cr_expect(gt(dbl, objective(X, n, d, Y, T, t, w, bias, 0.05), f));
            }
    }
    mem_free(X);
    mem_free(Y);
    mem_free(W);
}

Test(ridge, solution_is_the_minimum_with_more_rows_than_columns)
{
    expect_minimum(N, D);
}

Test(ridge, solution_is_the_minimum_with_more_columns_than_rows)
{
    expect_minimum(12, 30);
}

Test(ridge, solution_is_the_minimum_over_several_blocks)
{
    expect_minimum(600, D);
}

Test(ridge, missing_values_are_as_if_the_rows_were_absent)
{
    double X[N * D], Y[N], Z[N * T], W[T * D], V[D], b[T], c[1];
    struct ridge_info info[T];
    fill(X, N * D, 3);
    fill(Z, N * T, 4);
    for (size_t i = 0; i < N; i++) {
        Y[i] = Z[i * T + 2];
        if (i >= 25)
            Z[i * T + 2] = NAN;
    }
    cr_assert(fit(X, N, D, Z, T, 0.1, W, b, info));
    cr_assert(fit(X, 25, D, Y, 1, 0.1, V, c, info));
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, W[2 * D + j], V[j], 1e-12));
    cr_expect(epsilon_eq(dbl, b[2], c[0], 1e-12));
}

/* Row i of n stands weight[i] times in the twin. */
static void expect_weight_is_repetition(size_t n, size_t d)
{
    double X[N * D], Y[N * T], XX[3 * N * D], YY[3 * N * T], weight[N], W[T * D], V[T * D], b[T], c[T];
    struct ridge_info info[T], twin[T];
    size_t m = 0;
    fill(X, n * d, 11);
    fill(Y, n * T, 12);
    Y[1 * T + 2] = NAN;
    for (size_t i = 0; i < n; i++) {
        weight[i] = (double)(i % 4);
        for (size_t r = 0; r < i % 4; r++, m++) {
            memcpy(XX + m * d, X + i * d, d * sizeof *X);
            memcpy(YY + m * T, Y + i * T, T * sizeof *Y);
        }
    }
    const struct ridge_matrix matrix = {X, d};
    struct ridge_rows rows = ridge_rows_of(&matrix, n);
    rows.weight = weight;
    cr_assert(ridge_fit(&rows, Y, T, 0.1, W, b, info, NULL, &err), "%s", err.text);
    cr_assert(fit(XX, m, d, YY, T, 0.1, V, c, twin), "%s", err.text);
    for (size_t j = 0; j < T * d; j++)
        cr_expect(epsilon_eq(dbl, W[j], V[j], 1e-12));
    for (size_t j = 0; j < T; j++) {
        cr_expect(epsilon_eq(dbl, b[j], c[j], 1e-12));
        cr_expect(epsilon_eq(dbl, info[j].objective, twin[j].objective, 1e-12));
        cr_expect(le(dbl, info[j].grad_norm, 1e-12));
    }
}

Test(ridge, a_weight_is_a_repetition)
{
    expect_weight_is_repetition(N, D);
    expect_weight_is_repetition(5, D);
}

Test(ridge, weights_are_checked)
{
    double W[1], b[1];
    struct ridge_info info[1];
    const struct ridge_matrix matrix = {(double[]){1, 2}, 1};
    struct ridge_rows rows = ridge_rows_of(&matrix, 2);
    rows.weight = (double[]){1, -1};
    cr_expect(not(ridge_fit(&rows, (double[]){1, 2}, 1, 1, W, b, info, NULL, &err)));
    cr_expect(ne(ptr, strstr(err.text, "row 2 has weight -1"), NULL), "%s", err.text);
    rows.weight = (double[]){0, 0};
    cr_expect(not(ridge_fit(&rows, (double[]){1, 2}, 1, 1, W, b, info, NULL, &err)));
    cr_expect(ne(ptr, strstr(err.text, "no value"), NULL), "%s", err.text);
}

Test(ridge, a_shift_of_the_target_moves_only_the_intercept)
{
    double X[N * D], Y[N], W[D], V[D], b[1], c[1];
    struct ridge_info info[1];
    fill(X, N * D, 5);
    fill(Y, N, 6);
    cr_assert(fit(X, N, D, Y, 1, 0.1, W, b, info));
    for (size_t i = 0; i < N; i++)
        Y[i] += 100;
    cr_assert(fit(X, N, D, Y, 1, 0.1, V, c, info));
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, W[j], V[j], 1e-11));
    cr_expect(epsilon_eq(dbl, c[0], b[0] + 100, 1e-10));
}

Test(ridge, constant_columns_and_targets_get_weight_zero)
{
    double X[N * 2], Y[N * 2], W[4], b[2];
    struct ridge_info info[2];
    fill(X, N * 2, 7);
    fill(Y, N * 2, 8);
    for (size_t i = 0; i < N; i++) {
        X[2 * i] = 7;
        Y[2 * i + 1] = 3;
    }
    cr_assert(fit(X, N, 2, Y, 2, 0.1, W, b, info));
    cr_expect(epsilon_eq(dbl, W[0], 0, 1e-12));
    cr_expect(epsilon_eq(dbl, W[2], 0, 1e-12));
    cr_expect(epsilon_eq(dbl, W[3], 0, 1e-12));
    cr_expect(epsilon_eq(dbl, b[1], 3, 1e-12));
}

Test(ridge, dependent_columns_need_a_penalty)
{
    double X[N * 2], Y[N], W[2], b[1];
    struct ridge_info info[1];
    fill(X, N * 2, 9);
    fill(Y, N, 10);
    for (size_t i = 0; i < N; i++)
        X[2 * i + 1] = 2 * X[2 * i];
    cr_expect(not(fit(X, N, 2, Y, 1, 0, W, b, info)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_NUMERIC));
    cr_expect(ne(ptr, strstr(err.text, "set l2"), NULL));
    cr_expect(fit(X, N, 2, Y, 1, 1e-3, W, b, info));
    cr_expect(not(fit(X, 2, 2, Y, 1, 0, W, b, info)), "two rows cannot settle two columns and an intercept");
}

Test(ridge, errors_say_what_is_wrong)
{
    double W[2], b[2];
    struct ridge_info info[2];
    cr_expect(not(fit((double[]){1}, 0, 1, (double[]){1}, 1, 1, W, b, info)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_RANGE));
    cr_expect(not(fit((double[]){1, 2}, 2, 1, (double[]){1, NAN, 2, NAN}, 2, 1, W, b, info)));
    cr_expect(ne(ptr, strstr(err.text, "target 2 has no value"), NULL), "%s", err.text);
    cr_expect(not(fit((double[]){1, INFINITY}, 2, 1, (double[]){1, 2}, 1, 1, W, b, info)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_NUMERIC));
    cr_expect(not(fit((double[]){1, 2}, 2, 1, (double[]){1, 2}, 1, -1, W, b, info)));
    cr_expect(not(fit((double[]){1, 2}, 2, 1, (double[]){1, 2}, 1, NAN, W, b, info)));
}

Test(ridge, a_single_row_gives_its_value)
{
    double W[2], b[1];
    struct ridge_info info[1];
    cr_assert(fit((double[]){3, 4}, 1, 2, (double[]){5}, 1, 0.1, W, b, info));
    cr_expect(epsilon_eq(dbl, W[0], 0, 1e-15));
    cr_expect(epsilon_eq(dbl, b[0], 5, 1e-15));
}

Test(ridge, standardising_divides_by_n_and_spares_constant_columns)
{
    const struct ridge_matrix m = {(double[]){1, 7, 3, 7}, 2};
    const struct ridge_rows rows = ridge_rows_of(&m, 2);
    double mean[2], sd[2];
    ridge_standardise(&rows, mean, sd);
    cr_expect(eq(dbl[2], mean, ((double[2]){2, 7})));
    cr_expect(eq(dbl[2], sd, ((double[2]){1, 1})));
}

Test(ridge, exhausted_memory_is_an_error)
{
    double W[2], b[1];
    struct ridge_info info[1];
    size_t k = 1;
    for (;; k++) {
        cr_assert(lt(sz, k, 20));
        mem_fail_after = k;
        if (fit((double[]){1, 2, 3, 5, 4, 4}, 3, 2, (double[]){1, 2, 3}, 1, 0.1, W, b, info))
            break;
        cr_expect(eq(int, (int)err.kind, (int)ERR_MEMORY));
    }
    mem_fail_after = 0;
    cr_expect(gt(sz, k, 4));
}
