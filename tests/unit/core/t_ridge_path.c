#include "core/ridge_path.h"

#include "core/base/mem.h"
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

TestSuite(ridge_path, .init = set_up);

enum { T = 3, FOLDS = 4, PATH = 5 };
static const double path[PATH] = {1, 1e-4, 0.1, 1e-2, 10};

/* Data with a signal, missing values, weights (some 0) and folds of unequal size. */
struct data {
    size_t n, d;
    double *X, *Y, *weight;
    size_t *fold;
    struct ridge_matrix matrix;
    struct ridge_rows rows;
};

static void make(struct data *t, size_t n, size_t d)
{
    struct rng r;
    rng_seed(&r, n * 100 + d);
    *t = (struct data){.n = n, .d = d};
    t->X = mem_array(n * d, sizeof *t->X);
    t->Y = mem_array(n * T, sizeof *t->Y);
    t->weight = mem_array(n, sizeof *t->weight);
    t->fold = mem_array(n, sizeof *t->fold);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < d; j++)
            t->X[i * d + j] = 2 + rng_normal(&r) / (1 + (double)j);
        for (size_t j = 0; j < T; j++)
            t->Y[i * T + j] = 5 + t->X[i * d] * (double)j + rng_normal(&r);
        if (i % 3 == 0)
            t->Y[i * T + 1] = NAN;
        t->weight[i] = (double)(rng_u64(&r) % 3);
        t->fold[i] = (3 * i + i / 5) % 7 % FOLDS;
    }
    t->matrix = (struct ridge_matrix){t->X, d};
    t->rows = ridge_rows_of(&t->matrix, n);
    t->rows.weight = t->weight;
}

static void free_data(struct data *t)
{
    mem_free(t->X);
    mem_free(t->Y);
    mem_free(t->weight);
    mem_free(t->fold);
}

static bool run(const struct data *t, int threads, struct ridge_path *p)
{
    const struct ridge_path_opts o = {.l2 = path, .n_l2 = PATH, .fold = t->fold, .folds = FOLDS, .threads = threads};
    return ridge_path_run(&t->rows, t->Y, T, &o, p, NULL, &err);
}

/* The slow twin: rows of the other folds fitted by ridge_fit, rows of this one predicted one by one. */
static void twin(const struct data *t, size_t fold, double l2, double mse[T])
{
    double *Y = mem_array(t->n * T, sizeof *Y), *W = mem_array(T * t->d, sizeof *W), b[T];
    struct ridge_info info[T];
    for (size_t i = 0; i < t->n; i++)
        for (size_t j = 0; j < T; j++)
            Y[i * T + j] = t->fold[i] == fold ? NAN : t->Y[i * T + j];
    cr_assert(ridge_fit(&t->rows, Y, T, l2, W, b, info, NULL, &err), "%s", err.text);
    for (size_t j = 0; j < T; j++) {
        double sum = 0, weight = 0;
        for (size_t i = 0; i < t->n; i++) {
            double y = t->Y[i * T + j], e = linalg_dot(W + j * t->d, t->X + i * t->d, t->d) + b[j] - y;
            if (t->fold[i] != fold || isnan(y))
                continue;
            sum += t->weight[i] * e * e;
            weight += t->weight[i];
        }
        mse[j] = sum / weight;
    }
    mem_free(Y);
    mem_free(W);
}

static void expect_twin(size_t n, size_t d, int threads)
{
    struct data t;
    struct ridge_path p;
    make(&t, n, d);
    cr_assert(run(&t, threads, &p), "%s", err.text);
    for (size_t i = 0; i < PATH; i++)
        for (size_t f = 0; f < FOLDS; f++) {
            double mse[T];
            twin(&t, f, path[i], mse);
            for (size_t j = 0; j < T; j++)
                cr_expect(epsilon_eq(dbl, p.mse[(j * PATH + i) * FOLDS + f], mse[j], 1e-9 * (1 + mse[j])));
        }
    ridge_path_free(&p);
    free_data(&t);
}

Test(ridge_path, every_held_out_error_is_that_of_a_fit_of_its_own)
{
    expect_twin(90, 7, 1);
    expect_twin(700, 5, 2); /* several blocks */
}

Test(ridge_path, the_same_with_more_columns_than_rows)
{
    expect_twin(40, 60, 1);
    expect_twin(40, 60, 2);
}

Test(ridge_path, the_same_when_only_some_targets_have_few_rows)
{
    expect_twin(60, 45, 2);
}

static void expect_solution(size_t n, size_t d)
{
    struct data t;
    struct ridge_path p;
    const double l2[T] = {0.3, 1e-3, 0.01};
    double *W = mem_array(T * d, sizeof *W), *V = mem_array(T * d, sizeof *V), b[T], c[T];
    struct ridge_info info[T], twin_info[T];
    make(&t, n, d);
    cr_assert(run(&t, 2, &p), "%s", err.text);
    cr_assert(ridge_path_solve(&p, &t.rows, t.Y, l2, W, b, info, &err), "%s", err.text);
    for (size_t j = 0; j < T; j++) {
        cr_assert(ridge_fit(&t.rows, t.Y, T, l2[j], V, c, twin_info, NULL, &err));
        cr_expect(epsilon_eq(dbl, b[j], c[j], 1e-9));
        for (size_t i = 0; i < d; i++)
            cr_expect(epsilon_eq(dbl, W[j * d + i], V[j * d + i], 1e-9));
        cr_expect(eq(sz, info[j].n, twin_info[j].n));
        cr_expect(epsilon_eq(dbl, info[j].objective, twin_info[j].objective, 1e-10));
        cr_expect(le(dbl, info[j].grad_norm, 1e-9));
    }
    ridge_path_free(&p);
    free_data(&t);
    mem_free(W);
    mem_free(V);
}

Test(ridge_path, each_target_is_solved_at_its_own_penalty)
{
    expect_solution(90, 7);
    expect_solution(40, 60);
}

Test(ridge_path, means_are_over_rows_and_errors_over_folds)
{
    struct data t;
    struct ridge_path p;
    make(&t, 90, 7);
    cr_assert(run(&t, 1, &p));
    for (size_t j = 0; j < T; j++) {
        double weight = 0, sum = 0, spread = 0;
        const double *mse = p.mse + j * PATH * FOLDS, *share = p.weight + j * FOLDS;
        for (size_t f = 0; f < FOLDS; f++) {
            weight += share[f];
            sum += share[f] * mse[f];
        }
        cr_expect(epsilon_eq(dbl, p.score[j * PATH].mean, sum / weight, 1e-12));
        for (size_t f = 0; f < FOLDS; f++)
            spread += share[f] / weight * pow(mse[f] - sum / weight, 2);
        cr_expect(epsilon_eq(dbl, p.score[j * PATH].se, sqrt(spread / (FOLDS - 1)), 1e-12));
    }
    ridge_path_free(&p);
    free_data(&t);
}

Test(ridge_path, the_order_of_the_rows_does_not_matter)
{
    struct data t;
    struct ridge_path a, b;
    make(&t, 90, 7);
    cr_assert(run(&t, 1, &a));
    for (size_t i = 0, j = t.n - 1; i < j; i++, j--) {
        double x[7], y[T], weight = t.weight[i];
        size_t fold = t.fold[i];
        memcpy(x, t.X + i * 7, sizeof x);
        memcpy(t.X + i * 7, t.X + j * 7, sizeof x);
        memcpy(t.X + j * 7, x, sizeof x);
        memcpy(y, t.Y + i * T, sizeof y);
        memcpy(t.Y + i * T, t.Y + j * T, sizeof y);
        memcpy(t.Y + j * T, y, sizeof y);
        t.weight[i] = t.weight[j];
        t.weight[j] = weight;
        t.fold[i] = t.fold[j];
        t.fold[j] = fold;
    }
    cr_assert(run(&t, 1, &b));
    for (size_t i = 0; i < T * PATH * FOLDS; i++)
        cr_expect(epsilon_eq(dbl, a.mse[i], b.mse[i], 1e-11));
    ridge_path_free(&a);
    ridge_path_free(&b);
    free_data(&t);
}

Test(ridge_path, rows_far_from_the_origin_lose_no_digits)
{
    struct data t;
    struct ridge_path a, b;
    make(&t, 90, 7);
    cr_assert(run(&t, 1, &a));
    for (size_t i = 0; i < t.n * t.d; i++)
        t.X[i] += 1e6;
    cr_assert(run(&t, 1, &b));
    for (size_t i = 0; i < T * PATH * FOLDS; i++)
        cr_expect(epsilon_eq(dbl, a.mse[i], b.mse[i], 1e-7)); /* 1e6 rounds X itself to 1e-10 */
    ridge_path_free(&a);
    ridge_path_free(&b);
    free_data(&t);
}

Test(ridge_path, repeats_bit_for_bit_and_hardly_depends_on_threads)
{
    struct data t;
    struct ridge_path a, b, c;
    make(&t, 700, 6);
    cr_assert(run(&t, 2, &a));
    cr_assert(run(&t, 2, &b));
    cr_assert(run(&t, 1, &c));
    cr_expect(eq(int, memcmp(a.mse, b.mse, T * PATH * FOLDS * sizeof *a.mse), 0));
    for (size_t i = 0; i < T * PATH * FOLDS; i++)
        cr_expect(epsilon_eq(dbl, a.mse[i], c.mse[i], 1e-10));
    ridge_path_free(&a);
    ridge_path_free(&b);
    ridge_path_free(&c);
    free_data(&t);
}

Test(ridge_path, a_fold_without_values_of_a_target_is_left_out_of_its_mean)
{
    struct data t;
    struct ridge_path p;
    make(&t, 90, 7);
    for (size_t i = 0; i < t.n; i++)
        if (t.fold[i] == 2)
            t.Y[i * T] = NAN;
    cr_assert(run(&t, 1, &p), "%s", err.text);
    cr_expect(isnan(p.mse[2]) && isfinite(p.mse[1]) && isfinite(p.score[0].mean) && isfinite(p.score[0].se));
    cr_expect(eq(dbl, p.weight[2], 0));
    ridge_path_free(&p);
    free_data(&t);
}

Test(ridge_path, no_penalty_needs_independent_columns_in_every_fold)
{
    struct data t;
    struct ridge_path p;
    make(&t, 90, 7);
    const double none = 0;
    struct ridge_path_opts o = {.l2 = &none, .n_l2 = 1, .fold = t.fold, .folds = FOLDS};
    cr_assert(ridge_path_run(&t.rows, t.Y, T, &o, &p, NULL, &err), "%s", err.text);
    double mse[T];
    twin(&t, 1, 0, mse);
    cr_expect(epsilon_eq(dbl, p.mse[1], mse[0], 1e-9));
    ridge_path_free(&p);
    for (size_t i = 0; i < t.n; i++)
        t.X[i * 7 + 3] = t.X[i * 7] - 2 * t.X[i * 7 + 1];
    cr_expect(not(ridge_path_run(&t.rows, t.Y, T, &o, &p, NULL, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_NUMERIC));
    cr_expect(ne(ptr, strstr(err.text, "larger l2"), NULL), "%s", err.text);
    free_data(&t);
}

static void expect_refused(const struct data *t, const struct ridge_path_opts *o, enum err_kind kind, const char *text)
{
    struct ridge_path p;
    cr_expect(not(ridge_path_run(&t->rows, t->Y, T, o, &p, NULL, &err)));
    cr_expect(eq(int, (int)err.kind, (int)kind), "%s", err.text);
    cr_expect(ne(ptr, strstr(err.text, text), NULL), "%s", err.text);
}

Test(ridge_path, errors_say_what_is_wrong)
{
    struct data t;
    make(&t, 40, 3);
    const struct ridge_path_opts good = {.l2 = path, .n_l2 = PATH, .fold = t.fold, .folds = FOLDS};
    struct ridge_path_opts o = good;
    o.folds = 1;
    expect_refused(&t, &o, ERR_RANGE, "2 folds");
    o.folds = 3;
    expect_refused(&t, &o, ERR_RANGE, "of fold 4, but there are 3");
    o = good;
    o.n_l2 = 0;
    expect_refused(&t, &o, ERR_RANGE, "0 penalties");
    o = good;
    o.l2 = (double[]){1, 1, -1, 1, 1};
    expect_refused(&t, &o, ERR_RANGE, "l2 is -1");
    for (size_t i = 0; i < t.n; i++)
        if (t.fold[i] != 1)
            t.Y[i * T + 2] = NAN;
    expect_refused(&t, &good, ERR_RANGE, "in one fold");
    t.X[8 * 3] = NAN; /* in a row of weight 0 nothing would be wrong */
    t.weight[8] = 1;
    t.Y[8 * T] = t.Y[8 * T + 2] = 1;
    expect_refused(&t, &good, ERR_NUMERIC, "NaN or infinity");
    free_data(&t);
}

static bool stop_at_third(void *ctx, double done, double total)
{
    cr_expect(le(dbl, done, total));
    return ++*(int *)ctx < 3;
}

Test(ridge_path, can_be_stopped)
{
    struct data t;
    struct ridge_path p;
    int ticks = 0;
    const struct progress progress = {.tick = stop_at_third, .ctx = &ticks};
    make(&t, 90, 7);
    const struct ridge_path_opts o = {.l2 = path, .n_l2 = PATH, .fold = t.fold, .folds = FOLDS};
    cr_expect(not(ridge_path_run(&t.rows, t.Y, T, &o, &p, &progress, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_STOPPED));
    cr_expect(eq(int, ticks, 3));
    free_data(&t);
}

static void expect_memory_errors(size_t n, size_t d)
{
    struct data t;
    struct ridge_path p;
    size_t k = 1;
    make(&t, n, d);
    for (;; k++) {
        cr_assert(lt(sz, k, 200));
        mem_fail_after = k;
        if (run(&t, 1, &p))
            break;
        cr_expect(eq(int, (int)err.kind, (int)ERR_MEMORY));
    }
    mem_fail_after = 0;
    cr_expect(gt(sz, k, 8));
    ridge_path_free(&p);
    free_data(&t);
}

Test(ridge_path, exhausted_memory_is_an_error)
{
    expect_memory_errors(60, 3);
    expect_memory_errors(12, 20);
}
