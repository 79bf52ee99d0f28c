#include "core/thumbs_newton.h"

#include "core/base/rng.h"
#include "core/linalg.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

enum { N = 90, D = 6 };

static struct err err;
static double values[N * D], weight[N], w[D], r[N];
static size_t rows[N];
static bool up[N];
static struct embeddings e;
static struct team *team;
static struct sweep x;

static void set_up(void)
{
    struct rng g;
    struct tensor t;
    rng_seed(&g, 5);
    linalg_threads(1);
    for (size_t i = 0; i < N; i++) {
        rows[i] = i;
        weight[i] = rng_uniform(&g) / N;
        up[i] = rng_uniform(&g) < 0.4;
        for (size_t j = 0; j < D; j++)
            values[i * D + j] = rng_normal(&g) + 0.5 + (up[i] && j == 2 ? 1 : 0);
    }
    for (size_t j = 0; j < D; j++)
        w[j] = rng_normal(&g);
    embeddings_init(&e);
    tensor_borrow(&t, TENSOR_F64, values, N, D);
    cr_assert(embeddings_add_tensor(&e, &t, "memory", NULL, &err));
    team = team_open(1);
    cr_assert(sweep_init(&x, &e, rows, N, team, &err));
}

static void tear_down(void)
{
    sweep_free(&x);
    team_close(team);
    embeddings_close(&e);
}

TestSuite(thumbs_newton, .init = set_up, .fini = tear_down);

static struct thumbs_problem problem(enum thumbs_kind kind)
{
    return (struct thumbs_problem){.x = &x, .kind = kind, .beta = 1.3, .l2 = 0.05, .up = up, .weight = weight};
}

/* f at w, with the best shift when it is free. */
static double value(struct thumbs_problem *p, const double *at, bool free_shift, double *shift)
{
    double z[N];
    sweep_times(&x, at, z);
    if (free_shift)
        *shift = thumbs_best_shift(p, z, *shift);
    return thumbs_value(p, z, *shift, at);
}

static void gradient(struct thumbs_problem *p, const double *at, bool free_shift, double *shift, double *g)
{
    double z[N];
    sweep_times(&x, at, z);
    if (free_shift)
        *shift = thumbs_best_shift(p, z, *shift);
    thumbs_gradient(p, at, z, *shift, g);
}

static void expect_differences(enum thumbs_kind kind, bool free_shift)
{
    struct thumbs_problem p = problem(kind);
    double shift = 0.3, g[D], a[D], b[D], v[D], h[D], Hv[D], k[N], bend, at[D];
    static const double eps = 1e-5;
    gradient(&p, w, free_shift, &shift, g);
    for (size_t j = 0; j < D; j++) {
        double f[2];
        for (int side = 0; side < 2; side++) {
            for (size_t i = 0; i < D; i++)
                at[i] = w[i] + (i == j ? (side == 0 ? -eps : eps) : 0);
            f[side] = value(&p, at, free_shift, &shift);
        }
        cr_expect(epsilon_eq(dbl, (f[1] - f[0]) / (2 * eps), g[j], 1e-9), "%s %zu", thumbs_kind_name(kind), j);
        v[j] = (double)j - 1.5;
    }
    sweep_times(&x, w, r);
    if (free_shift)
        shift = thumbs_best_shift(&p, r, 0);
    thumbs_curvatures(&p, r, shift, k, free_shift ? h : NULL, &bend);
    thumbs_hessian_times(&p, k, free_shift ? h : NULL, bend, v, Hv);
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i < D; i++)
            at[i] = w[i] + (side == 0 ? -eps : eps) * v[i];
        gradient(&p, at, free_shift, &shift, side == 0 ? a : b);
    }
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, (b[j] - a[j]) / (2 * eps), Hv[j], 1e-8), "%s %zu", thumbs_kind_name(kind), j);
}

Test(thumbs_newton, gradients_and_hessian_products_pass_finite_differences)
{
    expect_differences(THUMBS_LOGISTIC, true);
    expect_differences(THUMBS_BCO, false);
    expect_differences(THUMBS_KTO, false);
}

Test(thumbs_newton, the_best_shift_has_no_slope_from_wherever_it_is_looked_for)
{
    struct thumbs_problem p = problem(THUMBS_LOGISTIC);
    for (double size = 1e-3; size < 1e6; size *= 10)
        for (double from = -1e4; from <= 1e4; from += 2e3) {
            double slope = 0, total = 0;
            for (size_t i = 0; i < N; i++)
                r[i] = size * values[i * D];
            double shift = thumbs_best_shift(&p, r, from);
            for (size_t i = 0; i < N; i++) {
                double one = weight[i] * thumbs_loss_at(THUMBS_LOGISTIC, p.beta, up[i], r[i] - shift).slope;
                slope += one;
                total += fabs(one);
            }
            cr_expect(lt(dbl, fabs(slope), 1e-12 * total + 1e-12 * size), "%g from %g: %g", size, from, slope);
        }
}

/* The slow twin: many short steps downhill. */
static double creep(struct thumbs_problem *p, bool free_shift, double *at, double shift)
{
    double g[D];
    for (size_t j = 0; j < D; j++)
        at[j] = 0;
    for (int i = 0; i < 20000; i++) {
        gradient(p, at, free_shift, &shift, g);
        linalg_axpy(-0.5, g, at, D);
    }
    return value(p, at, free_shift, &shift);
}

Test(thumbs_newton, ends_where_the_slow_twin_ends)
{
    for (int kind = THUMBS_LOGISTIC; kind <= THUMBS_BCO; kind++) {
        struct thumbs_problem p = problem((enum thumbs_kind)kind);
        struct thumbs_newton_opts o = {.free_shift = kind == THUMBS_LOGISTIC, .gradient = 1e-10};
        struct thumbs_newton_info info;
        double slow[D], fast[D] = {0}, shift = 0.2, f = creep(&p, o.free_shift, slow, 0.2);
        cr_assert(thumbs_problem_init(&p, &err), "%s", err.text);
        cr_assert(thumbs_newton(&p, &o, fast, &shift, r, &info, NULL, &err), "%s", err.text);
        thumbs_problem_free(&p);
        cr_expect(eq(int, (int)info.stop, (int)BT_OPTIMAL));
        cr_expect(le(dbl, info.grad_norm, 1e-10));
        cr_expect(lt(sz, info.iterations, 12));
        cr_expect(epsilon_eq(dbl, info.objective, f, 1e-12));
        for (size_t j = 0; j < D; j++)
            cr_expect(epsilon_eq(dbl, fast[j], slow[j], 1e-8));
    }
}

static bool refuse(void *ctx, double done, double total)
{
    (void)done;
    (void)total;
    return --*(int *)ctx > 0;
}

Test(thumbs_newton, is_interrupted_with_the_best_so_far)
{
    struct thumbs_problem p = problem(THUMBS_LOGISTIC);
    struct thumbs_newton_opts o = {.free_shift = true, .gradient = 1e-6};
    struct thumbs_newton_info info;
    double before = INFINITY;
    cr_assert(thumbs_problem_init(&p, &err));
    for (int ticks = 1; ticks <= 3; ticks++) {
        int left = ticks;
        struct progress progress = {.tick = refuse, .ctx = &left};
        double at[D] = {0}, shift = 0;
        cr_assert(thumbs_newton(&p, &o, at, &shift, r, &info, &progress, &err));
        cr_expect(eq(int, (int)info.stop, (int)BT_INTERRUPTED));
        cr_expect(eq(sz, info.iterations, (size_t)ticks - 1));
        cr_expect(lt(dbl, info.objective, before));
        before = info.objective;
    }
    thumbs_problem_free(&p);
}
