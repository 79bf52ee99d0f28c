#include "core/laplace.h"

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

TestSuite(laplace, .init = set_up);

enum { N = 40, D = 6 };

/* Embeddings and pairs: N random ones, or the fixture of four. */
struct bench {
    struct embeddings e;
    double X[2 * N * D];
    struct pair pairs[N];
    size_t n;
};

static void open_bench(struct bench *b, size_t n, size_t d)
{
    struct tensor t;
    tensor_borrow(&t, TENSOR_F64, b->X, 2 * n, d);
    embeddings_init(&b->e);
    cr_assert(embeddings_add_tensor(&b->e, &t, "memory", NULL, &err), "%s", err.text);
    b->n = n;
    for (size_t i = 0; i < n; i++)
        b->pairs[i] = (struct pair){.chosen = 2 * i, .rejected = 2 * i + 1, .weight = 1, .p = 1, .strength = 1};
}

static void open_random(struct bench *b, size_t n, size_t d)
{
    struct rng r;
    rng_seed(&r, 1);
    for (size_t i = 0; i < 2 * n * d; i++)
        b->X[i] = rng_normal(&r);
    open_bench(b, n, d);
    for (size_t i = 0; i < n; i++) {
        b->pairs[i].weight = (double)(i % 3) + 0.5;
        b->pairs[i].strength = (int)(i % 4);
        b->pairs[i].p = i % 4 == 0 ? 0.5 : i % 5 == 0 ? 0.7 : 1;
    }
}

static void open_fixture(struct bench *b)
{
    static const double rows[] = {1, 0, 0, 0, 0, 1, 1, 0, 2, 1, 1, 2, 1, 1, 2, -1};
    memcpy(b->X, rows, sizeof rows);
    open_bench(b, 4, 2);
}

static double variance(const struct laplace *l, const double *x)
{
    double copy[D], v;
    memcpy(copy, x, l->d * sizeof *copy);
    cr_assert(laplace_variances(l, copy, 1, &v, &err), "%s", err.text);
    return v;
}

Test(laplace, example_worked_out_apart_from_this_program)
{
    static const double d[][2] = {{1, 1}, {2, 0}, {0.2, -0.1}, {-1, 1.5}}, want[][3] = {{1.485003, 3.363663, 0.726068},
                                                                                        {1.217660, 4.707511, 0.672927},
                                                                                        {0.034149, 0.031655, 0.508484},
                                                                                        {0.705430, 1.436127, 0.637396}};
    struct bench b;
    struct laplace l;
    const double w[2] = {0.608830, 0.876173};
    open_fixture(&b);
    const struct bt_model plain = {0};
    cr_assert(laplace_of_pairs(&b.e, b.pairs, NULL, 4, &plain, 0.1, w, LAPLACE_AUTO, 1, &l, &err), "%s", err.text);
    cr_expect(eq(ptr, l.rows, NULL));
    for (size_t i = 0; i < 4; i++) {
        double mean = linalg_dot(w, d[i], 2), v = variance(&l, d[i]);
        cr_expect(epsilon_eq(dbl, mean, want[i][0], 2e-6));
        cr_expect(epsilon_eq(dbl, v, want[i][1], 2e-5));
        cr_expect(epsilon_eq(dbl, bt_sigma(laplace_margin(mean, v)), want[i][2], 2e-6));
    }
    laplace_free(&l);
    embeddings_close(&b.e);
}

Test(laplace, an_unsure_margin_pulls_its_probability_towards_a_half)
{
    cr_expect(eq(dbl, laplace_margin(1.3, 0), 1.3));
    cr_expect(lt(dbl, laplace_margin(1.3, 2), 1.3));
    cr_expect(eq(dbl, laplace_margin(0, 5), 0));
    cr_expect(eq(dbl, laplace_margin(-1.3, 2), -laplace_margin(1.3, 2)));
}

/* H v by the factor. */
static void times(const struct laplace *l, const double *v, double *out)
{
    double Uv[D];
    linalg_gemv(l->factor, l->d, l->d, v, 0, Uv);
    linalg_gemv_t(l->factor, l->d, l->d, Uv, 0, out);
}

/* H is the second derivative that the fit itself uses, which bt's tests hold against finite differences. */
static void expect_hessian(const struct bt_model *model, double l2)
{
    struct bench bench;
    struct bt_problem b;
    struct laplace l;
    double w[D], v[D], z[2 * N], want[D], got[D];
    open_random(&bench, N, D);
    struct rng r;
    rng_seed(&r, 7);
    for (size_t j = 0; j < D; j++) {
        w[j] = 0.3 * rng_normal(&r);
        v[j] = rng_normal(&r);
    }
    cr_assert(bt_init_model(&b, model, &bench.e, bench.pairs, NULL, N, BT_F64, &err), "%s", err.text);
    bt_margins(&b, w, z);
    bt_hessian_times(&b, l2, z, v, want);
    for (int threads = 1; threads <= 2; threads++) {
        bool ok = laplace_of_pairs(&bench.e, bench.pairs, NULL, N, model, l2, w, LAPLACE_AUTO, threads, &l, &err);
        cr_assert(ok, "%s", err.text);
        times(&l, v, got);
        for (size_t j = 0; j < D; j++)
            cr_expect(epsilon_eq(dbl, got[j] / b.divisor, want[j], 1e-7 * (1 + fabs(want[j]))));
        laplace_free(&l);
    }
    bt_free(&b);
    embeddings_close(&bench.e);
}

Test(laplace, curvature_is_that_of_the_fit_for_every_loss)
{
    for (int kind = LOSS_PLAIN; kind <= LOSS_SCALED_MARGIN; kind++)
        for (int by = LOSS_BY_PAIRS; by <= LOSS_BY_WEIGHTS; by++) {
            const struct bt_model model = {.loss = {.kind = (enum loss_kind)kind},
                                           .normalise = (enum loss_normalise)by};
            expect_hessian(&model, 0.02);
        }
    for (int noise = LOSS_SMOOTHING; noise <= LOSS_CHANNEL; noise++) {
        const struct bt_model model = {.loss = {.noise = (enum loss_noise)noise, .rate = 0.1}};
        expect_hessian(&model, 0.02);
    }
}

Test(laplace, curvature_is_that_of_the_fit_with_centring)
{
    expect_hessian(&(struct bt_model){.center = 0.05}, 0.02);
}

Test(laplace, thresholds_of_ties_give_way)
{
    for (int ties = TIES_RAO_KUPPER; ties <= TIES_GRADED; ties++)
        expect_hessian(&(struct bt_model){.ties = (enum ties_model)ties}, 0.02);
}

/* x'H^-1 x by solving, for both forms. */
Test(laplace, both_forms_agree_with_solving)
{
    enum { ROWS = 5, WIDE = 12 };
    double X[ROWS * WIDE], c[ROWS], H[WIDE * WIDE], x[3 * WIDE], solved[WIDE * 3], a = 0.3, v[3], u[3];
    struct rng r;
    rng_seed(&r, 3);
    for (size_t i = 0; i < ROWS * WIDE; i++)
        X[i] = rng_normal(&r);
    for (size_t i = 0; i < 3 * WIDE; i++)
        x[i] = rng_normal(&r);
    for (size_t i = 0; i < ROWS; i++)
        c[i] = 0.1 + rng_uniform(&r);
    for (size_t i = 0; i < WIDE * WIDE; i++) {
        H[i] = i / WIDE == i % WIDE ? a : 0;
        for (size_t k = 0; k < ROWS; k++)
            H[i] += c[k] * X[k * WIDE + i / WIDE] * X[k * WIDE + i % WIDE];
    }
    for (size_t i = 0; i < 3 * WIDE; i++)
        solved[i % WIDE * 3 + i / WIDE] = x[i];
    cr_assert(linalg_solve_spd(H, WIDE, solved, 3, 0, &err));
    const struct ridge_matrix matrix = {X, WIDE};
    struct ridge_rows rows = ridge_rows_of(&matrix, ROWS);
    rows.weight = c;
    struct laplace factor, few;
    cr_assert(laplace_of(&rows, NULL, 0, a, LAPLACE_FACTOR, 1, &factor, &err));
    cr_assert(laplace_of(&rows, NULL, 0, a, LAPLACE_AUTO, 1, &few, &err));
    cr_expect(ne(ptr, few.rows, NULL));
    cr_expect(eq(sz, few.m, ROWS));
    cr_expect(epsilon_eq(dbl, factor.log_det, few.log_det, 1e-12));
    double copy[3 * WIDE];
    memcpy(copy, x, sizeof x);
    cr_assert(laplace_variances(&factor, copy, 3, v, &err));
    memcpy(copy, x, sizeof x);
    cr_assert(laplace_variances(&few, copy, 3, u, &err));
    for (size_t i = 0; i < 3; i++) {
        double want = 0;
        for (size_t j = 0; j < WIDE; j++)
            want += x[i * WIDE + j] * solved[j * 3 + i];
        cr_expect(epsilon_eq(dbl, v[i], want, 1e-12));
        cr_expect(epsilon_eq(dbl, u[i], want, 1e-12));
    }
    laplace_free(&factor);
    laplace_free(&few);
}

Test(laplace, more_pairs_make_surer_and_no_pair_means_the_prior)
{
    struct bench b;
    struct laplace some, all;
    const struct bt_model plain = {0};
    double w[D] = {0}, x[D] = {1, -1, 0.5, 2, 0, 1};
    open_random(&b, N, D);
    for (size_t i = 0; i < N; i++)
        b.pairs[i].weight = i < N / 2;
    cr_assert(laplace_of_pairs(&b.e, b.pairs, NULL, N, &plain, 0.1, w, LAPLACE_FACTOR, 1, &some, &err));
    cr_expect(epsilon_eq(dbl, some.a, 0.1 * N / 2, 1e-12));
    for (size_t i = 0; i < N; i++)
        b.pairs[i].weight = 1;
    cr_assert(laplace_of_pairs(&b.e, b.pairs, NULL, N, &plain, 0.05, w, LAPLACE_FACTOR, 1, &all, &err));
    cr_expect(lt(dbl, variance(&all, x), variance(&some, x)));
    cr_expect(lt(dbl, variance(&some, x), linalg_dot(x, x, D) / some.a));
    laplace_free(&some);
    laplace_free(&all);
    embeddings_close(&b.e);
}

Test(laplace, what_has_no_covariance_is_refused)
{
    struct bench b;
    struct laplace l;
    const struct bt_model plain = {0};
    double w[D] = {0};
    open_random(&b, N, D);
    for (size_t i = 0; i < 2 * N; i++)
        b.X[i * D + 2] = b.X[i * D];
    cr_expect(not(laplace_of_pairs(&b.e, b.pairs, NULL, N, &plain, 0, w, LAPLACE_AUTO, 1, &l, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_NUMERIC));
    cr_expect(ne(ptr, strstr(err.text, "larger l2"), NULL), "%s", err.text);
    cr_expect(not(laplace_of_pairs(&b.e, b.pairs, NULL, 0, &plain, 1, w, LAPLACE_AUTO, 1, &l, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_RANGE));
    cr_expect(not(laplace_of_pairs(&b.e, b.pairs, NULL, N, &plain, -1, w, LAPLACE_AUTO, 1, &l, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_RANGE));
    b.X[3] = NAN;
    cr_expect(not(laplace_of_pairs(&b.e, b.pairs, NULL, N, &plain, 1, w, LAPLACE_AUTO, 1, &l, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_NUMERIC));
    embeddings_close(&b.e);
}

Test(laplace, exhausted_memory_is_an_error)
{
    for (int form = LAPLACE_FACTOR; form <= LAPLACE_ROWS; form++) {
        struct bench b;
        struct laplace l;
        const struct bt_model plain = {0};
        double w[D] = {0};
        size_t k = 1;
        open_random(&b, 4, D);
        for (;; k++) {
            cr_assert(lt(sz, k, 20));
            mem_fail_after = k;
            if (laplace_of_pairs(&b.e, b.pairs, NULL, 4, &plain, 1, w, (enum laplace_form)form, 1, &l, &err))
                break;
            cr_expect(eq(int, (int)err.kind, (int)ERR_MEMORY));
        }
        mem_fail_after = 0;
        cr_expect(gt(sz, k, 2));
        laplace_free(&l);
        embeddings_close(&b.e);
    }
}
