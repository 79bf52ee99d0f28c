#include "core/bt.h"

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

TestSuite(bt, .init = set_up);

/* Four pairs in two dimensions whose losses are known. Pairs 2 and 3 are opposite, but along (1, 1) no pair gets worse.
 */
static const double F[] = {1, 0, -1, 1, 1, -1, -1, 2};
static const double F_w[] = {0.5, -0.25};

static struct bt_problem problem(const double *D, size_t n, size_t d, const double *weight, const double *p)
{
    struct bt_problem b;
    cr_assert(bt_init_rows(&b, D, n, d, weight, p, BT_F64, &err), "%s", err.text);
    return b;
}

/* A random problem that is not separable. */
static void fill(double *v, size_t n, uint64_t seed)
{
    struct rng r;
    rng_seed(&r, seed);
    for (size_t i = 0; i < n; i++)
        v[i] = rng_normal(&r);
}

Test(bt, sigma_and_softplus_are_stable_far_out)
{
    cr_expect(eq(dbl, bt_sigma(0), 0.5));
    cr_expect(eq(dbl, bt_sigma(800), 1.0));
    cr_expect(ge(dbl, bt_sigma(-800), 0.0));
    cr_expect(eq(dbl, bt_softplus(800), 800.0));
    cr_expect(eq(dbl, bt_softplus(-800), 0.0));
    cr_expect(eq(dbl, bt_softplus(-40), exp(-40)));
    cr_expect(epsilon_eq(dbl, bt_softplus(0), log(2), 1e-16));
    cr_expect(epsilon_eq(dbl, bt_sigma(0.5), 0.622459, 1e-6));
    cr_expect(epsilon_eq(dbl, bt_softplus(0.75), 1.136871, 1e-6));
}

static void expect_value(const double *weight, const double *p, double value, double g0, double g1)
{
    struct bt_problem b = problem(F, 4, 2, weight, p);
    double z[4], g[2];
    bt_margins(&b, F_w, z);
    bt_gradient(&b, 0, F_w, z, g);
    cr_expect(epsilon_eq(dbl, bt_value(&b, 0, F_w, z), value, 1e-6));
    cr_expect(epsilon_eq(dbl, g[0], g0, 1e-6));
    cr_expect(epsilon_eq(dbl, g[1], g1, 1e-6));
    bt_free(&b);
}

Test(bt, values_and_gradients_are_those_worked_out_by_hand)
{
    expect_value(NULL, NULL, 0.827770, 0.177969, -0.455119);
    expect_value((double[]){1, 3, 2, 1}, NULL, 0.853099, 0.249916, -0.408287);
    expect_value(NULL, (double[]){0.9, 0.9, 0.9, 0.9}, 0.815270, 0.177969, -0.405119);
    expect_value(NULL, (double[]){2.0 / 3, 1, 5.0 / 6, 0.5}, 0.775687, 0.177969, -0.246785);
}

Test(bt, hessian_is_the_one_worked_out_by_hand)
{
    struct bt_problem b = problem(F, 4, 2, NULL, NULL);
    double z[4], h[2], diagonal[2];
    bt_margins(&b, F_w, z);
    bt_hessian_times(&b, 0, z, (double[]){1, 0}, h);
    cr_expect(epsilon_eq(dbl, h[0], 0.216851, 1e-6));
    cr_expect(epsilon_eq(dbl, h[1], -0.207253, 1e-6));
    bt_hessian_times(&b, 0, z, (double[]){0, 1}, h);
    cr_expect(epsilon_eq(dbl, h[0], -0.207253, 1e-6));
    cr_expect(epsilon_eq(dbl, h[1], 0.305559, 1e-6));
    bt_hessian_diagonal(&b, 0.5, z, diagonal);
    cr_expect(epsilon_eq(dbl, diagonal[0], 0.716851, 1e-6));
    cr_expect(epsilon_eq(dbl, diagonal[1], 0.805559, 1e-6));
    bt_free(&b);
}

/* The roots of x^2 - trace x + determinant. */
Test(bt, hessian_has_the_eigenvalues_worked_out_by_hand)
{
    struct bt_problem b = problem(F, 4, 2, NULL, NULL);
    double z[4], h[2][2];
    bt_margins(&b, F_w, z);
    bt_hessian_times(&b, 0, z, (double[]){1, 0}, h[0]);
    bt_hessian_times(&b, 0, z, (double[]){0, 1}, h[1]);
    double half = (h[0][0] + h[1][1]) / 2, root = hypot((h[0][0] - h[1][1]) / 2, h[0][1]);
    cr_expect(epsilon_eq(dbl, half - root, 0.049259, 1e-6));
    cr_expect(epsilon_eq(dbl, half + root, 0.473152, 1e-6));
    bt_free(&b);
}

/* With l2 = 0.1 one full step from w goes to (0.582426, 0.975965). H is solved by Cramer's rule. */
Test(bt, one_newton_step_is_the_one_worked_out_by_hand)
{
    struct bt_problem b = problem(F, 4, 2, NULL, NULL);
    double z[4], g[2], h[2][2];
    bt_margins(&b, F_w, z);
    bt_gradient(&b, 0.1, F_w, z, g);
    cr_expect(epsilon_eq(dbl, g[0], 0.227969, 1e-6));
    cr_expect(epsilon_eq(dbl, g[1], -0.480119, 1e-6));
    bt_hessian_times(&b, 0.1, z, (double[]){1, 0}, h[0]);
    bt_hessian_times(&b, 0.1, z, (double[]){0, 1}, h[1]);
    double det = h[0][0] * h[1][1] - h[0][1] * h[1][0];
    cr_expect(epsilon_eq(dbl, F_w[0] - (h[1][1] * g[0] - h[1][0] * g[1]) / det, 0.582426, 1e-6));
    cr_expect(epsilon_eq(dbl, F_w[1] - (h[0][0] * g[1] - h[0][1] * g[0]) / det, 0.975965, 1e-6));
    bt_free(&b);
}

Test(bt, fit_finds_the_optimum_worked_out_by_hand)
{
    struct bt_problem b = problem(F, 4, 2, NULL, NULL);
    static const double probability[] = {0.647674, 0.566441, 0.433559, 0.758325};
    double w[2], z[4];
    struct bt_info info;
    cr_assert(bt_fit(&b, 0.1, NULL, w, &info, NULL, &err));
    cr_expect(info.converged);
    cr_expect(epsilon_eq(dbl, w[0], 0.608830, 2e-5));
    cr_expect(epsilon_eq(dbl, w[1], 0.876173, 2e-5));
    cr_expect(epsilon_eq(dbl, info.objective, 0.585698, 1e-6));
    bt_margins(&b, w, z);
    for (size_t i = 0; i < 4; i++)
        cr_expect(epsilon_eq(dbl, bt_sigma(z[i]), probability[i], 1e-5));
    bt_free(&b);
}

/* The published scaled loss divides by n and not by the sum of weights: the same optimum at l2 * n / sum. */
Test(bt, fit_with_weights_finds_the_optimum_of_the_scaled_loss)
{
    struct bt_problem b = problem(F, 4, 2, (double[]){1, 3, 2, 1}, NULL);
    double w[2];
    struct bt_info info;
    cr_assert(bt_fit(&b, 0.1 * 4 / 7, NULL, w, &info, NULL, &err));
    cr_expect(info.converged);
    cr_expect(epsilon_eq(dbl, w[0], 0.507772, 2e-5));
    cr_expect(epsilon_eq(dbl, w[1], 0.938434, 2e-5));
    cr_expect(epsilon_eq(dbl, info.objective * 7 / 4, 1.072723, 1e-6));
    bt_free(&b);
}

enum { N = 37, D = 5 };

Test(bt, gradient_is_the_slope_of_the_value)
{
    double X[N * D], w[D], z[N], g[D], weight[N], p[N];
    fill(X, N * D, 1);
    fill(w, D, 2);
    for (size_t i = 0; i < N; i++) {
        weight[i] = (double)(i % 4);
        p[i] = (double)(i % 5) / 4;
    }
    struct bt_problem b = problem(X, N, D, weight, p);
    const double l2s[] = {0, 0.3};
    for (size_t l = 0; l < 2; l++) {
        bt_margins(&b, w, z);
        bt_gradient(&b, l2s[l], w, z, g);
        for (size_t j = 0; j < D; j++) {
            double at = w[j], step = cbrt(2.2e-16) * fmax(1, fabs(at)), value[2];
            for (int side = 0; side < 2; side++) {
                w[j] = at + (side == 0 ? step : -step);
                bt_margins(&b, w, z);
                value[side] = bt_value(&b, l2s[l], w, z);
            }
            w[j] = at;
            cr_expect(epsilon_eq(dbl, g[j], (value[0] - value[1]) / (2 * step), 1e-9));
        }
    }
    bt_free(&b);
}

Test(bt, hessian_product_is_the_slope_of_the_gradient)
{
    double X[N * D], w[D], v[D], z[N], plus[D], minus[D], h[D];
    fill(X, N * D, 3);
    fill(w, D, 4);
    fill(v, D, 5);
    struct bt_problem b = problem(X, N, D, NULL, NULL);
    bt_margins(&b, w, z);
    bt_hessian_times(&b, 0.2, z, v, h);
    double step = cbrt(2.2e-16);
    linalg_axpy(step, v, w, D);
    bt_margins(&b, w, z);
    bt_gradient(&b, 0.2, w, z, plus);
    linalg_axpy(-2 * step, v, w, D);
    bt_margins(&b, w, z);
    bt_gradient(&b, 0.2, w, z, minus);
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, h[j], (plus[j] - minus[j]) / (2 * step), 1e-9));
    bt_free(&b);
}

/* More rows than a block, so that blocks are summed right; against sums written out. */
Test(bt, blocks_add_up_in_both_precisions)
{
    enum { MANY = 1000, WIDE = 7 };
    double *X = mem_array(MANY * WIDE, sizeof *X), *z = mem_array(MANY, sizeof *z), w[WIDE], g[WIDE], want[WIDE] = {0};
    fill(X, MANY * WIDE, 6);
    fill(w, WIDE, 7);
    for (size_t i = 0; i < MANY; i++) {
        double s = bt_sigma(linalg_ref_dot(X + i * WIDE, w, WIDE));
        for (size_t j = 0; j < WIDE; j++)
            want[j] += (s - 1) * X[i * WIDE + j] / MANY;
    }
    for (int single = 0; single < 2; single++) {
        struct bt_problem b;
        cr_assert(bt_init_rows(&b, X, MANY, WIDE, NULL, NULL, single ? BT_F32 : BT_F64, &err));
        cr_expect(eq(int, b.single, single));
        bt_margins(&b, w, z);
        bt_gradient(&b, 0, w, z, g);
        for (size_t j = 0; j < WIDE; j++)
            cr_expect(epsilon_eq(dbl, g[j], want[j], single ? 1e-7 : 1e-14));
        bt_free(&b);
    }
    mem_free(X);
    mem_free(z);
}

Test(bt, loss_at_zero_is_log_two)
{
    double X[N * D], w[D] = {0}, z[N];
    fill(X, N * D, 8);
    struct bt_problem b = problem(X, N, D, NULL, NULL);
    bt_margins(&b, w, z);
    cr_expect(epsilon_eq(dbl, bt_value(&b, 0, w, z), log(2), 1e-15));
    bt_free(&b);
}

static void fit(const double *X, size_t n, const double *weight, const double *p, double l2, double *w)
{
    struct bt_problem b = problem(X, n, D, weight, p);
    struct bt_info info;
    cr_assert(bt_fit(&b, l2, NULL, w, &info, NULL, &err));
    cr_expect(info.converged);
    cr_expect(le(dbl, info.grad_norm, 1e-6));
    bt_free(&b);
}

Test(bt, swapping_all_sides_negates_the_head)
{
    double X[N * D], w[D], v[D];
    fill(X, N * D, 9);
    fit(X, N, NULL, NULL, 0.01, w);
    linalg_scale(-1, X, N * D);
    fit(X, N, NULL, NULL, 0.01, v);
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, v[j], -w[j], 1e-12));
}

/* The certificate allows |w - w*| <= |g| / l2, here 1e-4. */
Test(bt, order_duplication_and_label_side_change_nothing)
{
    double X[2 * N * D], Y[2 * N * D], w[D], v[D], half[2 * N], p[N];
    fill(X, N * D, 10);
    memcpy(X + N * D, X, N * D * sizeof *X);
    fit(X, N, NULL, NULL, 0.01, w);
    for (size_t i = 0; i < N; i++) /* backwards */
        memcpy(Y + i * D, X + (N - 1 - i) * D, D * sizeof *Y);
    fit(Y, N, NULL, NULL, 0.01, v);
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, v[j], w[j], 1e-9));
    for (size_t i = 0; i < 2 * N; i++)
        half[i] = 0.5;
    fit(X, 2 * N, half, NULL, 0.01, v);
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, v[j], w[j], 1e-9));
    for (size_t i = 0; i < N; i++) /* "the other one, with probability 0" is the same statement */
        p[i] = i % 2 == 0 ? 1 : 0;
    memcpy(Y, X, N * D * sizeof *Y);
    for (size_t i = 1; i < N; i += 2)
        linalg_scale(-1, Y + i * D, D);
    fit(Y, N, NULL, p, 0.01, v);
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, v[j], w[j], 1e-9));
}

Test(bt, weight_zero_is_as_if_absent)
{
    double X[N * D], weight[N], w[D], v[D];
    fill(X, N * D, 11);
    for (size_t i = 0; i < N; i++)
        weight[i] = i < 20;
    fit(X, N, weight, NULL, 0.01, w);
    fit(X, 20, NULL, NULL, 0.01, v);
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, w[j], v[j], 1e-9));
}

Test(bt, same_input_gives_the_same_bits)
{
    double X[N * D], w[D], v[D];
    fill(X, N * D, 12);
    fit(X, N, NULL, NULL, 1e-3, w);
    fit(X, N, NULL, NULL, 1e-3, v);
    cr_expect(eq(int, memcmp(w, v, sizeof w), 0));
}

Test(bt, warm_start_at_the_optimum_stops_at_once)
{
    double X[N * D], w[D];
    struct bt_info info;
    fill(X, N * D, 13);
    struct bt_problem b = problem(X, N, D, NULL, NULL);
    cr_assert(bt_fit(&b, 0.01, NULL, w, &info, NULL, &err));
    cr_expect(gt(sz, info.iterations, 0));
    cr_assert(bt_fit(&b, 0.01, &(struct bt_opts){.warm = true}, w, &info, NULL, &err));
    cr_expect(eq(sz, info.iterations, 0));
    cr_expect(info.converged);
    bt_free(&b);
}

Test(bt, without_penalty_a_finite_optimum_is_found)
{
    static const double overlapping[] = {1, 0, -1, 1, 1, -1, -1, 2, -1, -1};
    struct bt_problem b = problem(overlapping, 5, 2, NULL, NULL);
    double w[2], z[5], g[2];
    struct bt_info info;
    cr_assert(bt_fit(&b, 0, NULL, w, &info, NULL, &err));
    cr_expect(info.converged, "%s", bt_stop_text(info.stop));
    bt_margins(&b, w, z);
    bt_gradient(&b, 0, w, z, g);
    cr_expect(le(dbl, linalg_nrm2(g, 2), 1e-6));
    bt_free(&b);
}

Test(bt, without_penalty_separable_pairs_are_reported_unconverged)
{
    static const double separable[] = {1, 0, 2, 1, 0.5, -0.25};
    static const double half_separable[] = {1, 0, 1, 0, -1, 0, 0, 1}; /* the second column only ever gains */
    static const double *const data[] = {separable, half_separable, F};
    static const size_t sizes[] = {3, 4, 4};
    for (size_t i = 0; i < 3; i++) {
        struct bt_problem b = problem(data[i], sizes[i], 2, NULL, NULL);
        double w[2];
        struct bt_info info;
        cr_assert(bt_fit(&b, 0, NULL, w, &info, NULL, &err));
        cr_expect(not(info.converged));
        cr_expect(eq(int, (int)info.stop, (int)BT_SEPARABLE));
        cr_expect(isfinite(w[0]) && isfinite(w[1]));
        cr_assert(bt_fit(&b, 1e-3, NULL, w, &info, NULL, &err));
        cr_expect(info.converged);
        bt_free(&b);
    }
}

/* Many columns of very different size, pairs that can just be separated: plain conjugate gradients would take tens of
 * thousands of products. */
Test(bt, hard_steps_without_penalty_take_few_passes)
{
    enum { PAIRS = 180, COLUMNS = 90 };
    static double rows[PAIRS * COLUMNS];
    struct rng r;
    rng_seed(&r, 5);
    for (size_t i = 0; i < PAIRS * COLUMNS; i++)
        rows[i] = rng_normal(&r) / pow(1 + (double)(i % COLUMNS), 1.5);
    for (size_t n = PAIRS; n >= PAIRS / 2; n -= PAIRS / 2) {
        struct bt_problem b = problem(rows, n, COLUMNS, NULL, NULL);
        double w[COLUMNS];
        struct bt_info info;
        cr_assert(bt_fit(&b, 0, NULL, w, &info, NULL, &err));
        cr_expect(eq(int, (int)info.stop, n < PAIRS ? BT_SEPARABLE : (int)info.stop));
        cr_expect(le(sz, info.passes, 600), "%zu pairs: %zu passes, %s", n, info.passes, bt_stop_text(info.stop));
        bt_free(&b);
    }
}

Test(bt, zero_differences_teach_nothing)
{
    static const double zeros[6] = {0};
    struct bt_problem b = problem(zeros, 3, 2, NULL, NULL);
    double w[2] = {9, 9};
    struct bt_info info;
    cr_assert(bt_fit(&b, 0.1, NULL, w, &info, NULL, &err));
    cr_expect(info.converged);
    cr_expect(eq(dbl[2], w, ((double[2]){0, 0})));
    cr_expect(epsilon_eq(dbl, info.objective, log(2), 1e-15));
    cr_assert(bt_fit(&b, 0, NULL, w, &info, NULL, &err));
    cr_expect(info.converged);
    bt_free(&b);
}

Test(bt, one_column_of_huge_and_tiny_values_is_solved)
{
    static const double column[] = {1e4, -1e4, 1e4, 1e-4};
    struct bt_problem b = problem(column, 4, 1, NULL, NULL);
    double w[1];
    struct bt_info info;
    cr_assert(bt_fit(&b, 1e-6, NULL, w, &info, NULL, &err));
    cr_expect(info.converged, "%s |g| %g", bt_stop_text(info.stop), info.grad_norm);
    cr_expect(epsilon_eq(dbl, w[0] * 1e4, log(2), 1e-2));
    bt_free(&b);
}

Test(bt, errors_say_what_is_wrong)
{
    struct bt_problem b;
    double w[2];
    struct bt_info info;
    cr_expect(not(bt_init_rows(&b, F, 0, 2, NULL, NULL, BT_AUTO, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_RANGE));
    cr_expect(not(bt_init_rows(&b, F, 4, 2, (double[4]){0}, NULL, BT_AUTO, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_RANGE));
    cr_expect(not(bt_init_rows(&b, F, 4, 2, NULL, (double[]){1, 1, 1.5, 1}, BT_AUTO, &err)));
    cr_expect(not(bt_init_rows(&b, (double[]){1, NAN}, 1, 2, NULL, NULL, BT_AUTO, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_NUMERIC));
    cr_expect(not(bt_init_rows(&b, (double[]){1, 1e300}, 1, 2, NULL, NULL, BT_F32, &err)));
    b = problem(F, 4, 2, NULL, NULL);
    cr_expect(not(bt_fit(&b, -1, NULL, w, &info, NULL, &err)));
    cr_expect(not(bt_fit(&b, NAN, NULL, w, &info, NULL, &err)));
    bt_free(&b);
}

/* The n-th tick asks to stop; what is minimised comes with each. */
struct watch {
    int left;
    double loss;
};

static bool count_down(void *ctx, double done, double total)
{
    struct watch *v = ctx;
    cr_expect(done >= 0 && done <= total);
    return --v->left > 0;
}

static void see(void *ctx, double value)
{
    struct watch *v = ctx;
    cr_expect(le(dbl, value, v->loss));
    v->loss = value;
}

Test(bt, interrupted_it_ends_with_the_best_so_far)
{
    struct bt_problem b = problem(F, 4, 2, NULL, NULL);
    double w[2], z[4];
    struct bt_info info;
    for (int ticks = 1; ticks <= 3; ticks++) {
        struct watch v = {ticks, INFINITY};
        struct progress p = {.tick = count_down, .ctx = &v, .loss = see};
        cr_assert(bt_fit(&b, 0.1, NULL, w, &info, &p, &err));
        cr_expect(eq(int, (int)info.stop, (int)BT_INTERRUPTED));
        cr_expect(not(info.converged));
        cr_expect(eq(sz, info.iterations, (size_t)ticks - 1));
        bt_margins(&b, w, z);
        cr_expect(eq(dbl, info.objective, bt_value(&b, 0.1, w, z)));
        cr_expect(eq(dbl, info.objective, v.loss));
    }
    bt_free(&b);
}

Test(bt, limit_of_iterations_is_kept_and_told)
{
    struct bt_problem b = problem(F, 4, 2, NULL, NULL);
    double w[2];
    struct bt_info info;
    cr_assert(bt_fit(&b, 1e-3, &(struct bt_opts){.max_iterations = 1}, w, &info, NULL, &err));
    cr_expect(not(info.converged));
    cr_expect(eq(int, (int)info.stop, (int)BT_ITERATIONS));
    cr_expect(eq(sz, info.iterations, 1));
    bt_free(&b);
}

/* Fails the k-th large allocation for k = 1, 2, ... until all succeed: each failure is reported and leaves nothing
 * behind. */
Test(bt, exhausted_memory_is_an_error)
{
    for (size_t k = 1;; k++) {
        struct bt_problem b;
        struct bt_info info;
        double w[2];
        cr_assert(lt(sz, k, 20));
        mem_fail_after = k;
        if (!bt_init_rows(&b, F, 4, 2, NULL, NULL, BT_F64, &err)) {
            cr_expect(eq(int, (int)err.kind, (int)ERR_MEMORY));
            continue;
        }
        bool ok = bt_fit(&b, 0.1, NULL, w, &info, NULL, &err);
        bt_free(&b);
        if (ok)
            break;
        cr_expect(eq(int, (int)err.kind, (int)ERR_MEMORY));
    }
    mem_fail_after = 0;
}
