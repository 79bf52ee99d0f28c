#include "core/more.h"

#include "core/base/rng.h"
#include "core/bt.h"
#include "core/linalg.h"
#include "tests/support/rows.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static struct err err;

/* ---- the reference example ---- */

/* Differences of three sources, two each, and the head of the check values. */
static const float differences[] = {1, 0, 1, 1, -1, 1, 0, 2, 1, -2, 2, -1};
static const size_t source_of[] = {0, 0, 1, 1, 2, 2};
static const double head[] = {0.5, -0.25};

struct example {
    struct rows rows;
    struct more m;
};

static void example_open(struct example *x, size_t sources)
{
    rows_take(&x->rows, differences, 2 * sources, 2);
    cr_assert(more_init(&x->m, &x->rows.e, x->rows.pairs, NULL, source_of, 2 * sources, sources, SIZE_MAX, 1, &err),
              "%s", err.text);
}

static void example_close(struct example *x)
{
    more_free(&x->m);
    rows_free(&x->rows);
}

static const double losses[] = {0.525008, 1.055474, 0.282595};
static const double gradients[] = {-0.407682, -0.218912, 0.339589, -0.962049, -0.357171, 0.380291};

Test(more, losses_and_gradients_of_three_sources)
{
    struct example x;
    double f[3], g[6];
    example_open(&x, 3);
    cr_assert(more_measure(&x.m, 0, head, f, g, &err));
    for (size_t i = 0; i < 3; i++)
        cr_expect(epsilon_eq(dbl, f[i], losses[i], 1e-6));
    for (size_t i = 0; i < 6; i++)
        cr_expect(epsilon_eq(dbl, g[i], gradients[i], 1e-6));
    example_close(&x);
}

static double eq7(const double *lambda, const double *loss, size_t k)
{
    double share[MINNORM_MOST];
    more_shares(lambda, NULL, k, share);
    return linalg_dot(share, loss, k);
}

Test(more, weights_of_two_sources)
{
    struct example x;
    struct more_state s;
    example_open(&x, 2);
    cr_assert(more_state_of(&x.m, 0, head, &s, &err));
    cr_expect(epsilon_eq(dbl, s.lambda[0], 0.872178, 1e-6));
    cr_expect(epsilon_eq(dbl, s.stationarity, sqrt(0.195980), 1e-6));
    cr_expect(epsilon_eq(dbl, eq7(s.lambda, s.loss, 2), 0.592813, 1e-6));
    cr_expect(epsilon_eq(dbl, eq7((double[]){0.5, 0.5}, s.loss, 2), 0.790241, 1e-6));
    cr_expect(le(dbl, s.gap, 1e-8));
    example_close(&x);
}

Test(more, weights_of_three_sources)
{
    struct example x;
    struct more_state s;
    example_open(&x, 3);
    cr_assert(more_state_of(&x.m, 0, head, &s, &err));
    cr_expect(eq(dbl, s.lambda[0], 0.0));
    cr_expect(epsilon_eq(dbl, s.lambda[1], 0.331975, 1e-6));
    cr_expect(epsilon_eq(dbl, s.stationarity, sqrt(0.020110), 1e-6));
    cr_expect(epsilon_eq(dbl, eq7(s.lambda, s.loss, 3), 0.539172, 1e-6));
    example_close(&x);
}

/* ---- variants ---- */

static void weigh(enum more_variant v, bool clamped, size_t k, double *lambda)
{
    double G[9];
    linalg_gemm_nt(gradients, gradients, 0, G, k, k, 2);
    cr_assert(more_weigh(&(struct more_rule){v, clamped}, G, losses, k, lambda, &err), "%s", err.text);
}

/* The weights of gradients that were divided first, by the slow way: divide, multiply, solve. */
static void divided(const double *by, size_t k, double *lambda)
{
    double g[6], G[9];
    for (size_t i = 0; i < 2 * k; i++)
        g[i] = gradients[i] / by[i / 2];
    linalg_gemm_nt(g, g, 0, G, k, k, 2);
    cr_assert(minnorm_solve(G, k, lambda, NULL, &err));
}

Test(more, every_variant_divides_by_what_its_name_says)
{
    double norm[3], by_loss[3], both[3], sum = 0, lambda[3], twin[3];
    const double *by[] = {[MORE_L2] = norm, [MORE_LOSS] = by_loss, [MORE_LOSS_PLUS] = both};
    for (size_t i = 0; i < 3; i++) {
        norm[i] = hypot(gradients[2 * i], gradients[2 * i + 1]);
        both[i] = norm[i] * losses[i];
        sum += losses[i] + 1;
    }
    for (size_t i = 0; i < 3; i++)
        by_loss[i] = (losses[i] + 1) / sum;
    /* The sum in the divisor of `loss` is over three here: a common factor changes nothing. */
    for (enum more_variant v = MORE_L2; v <= MORE_LOSS_PLUS; v++)
        for (size_t k = 2; k <= 3; k++) {
            weigh(v, false, k, lambda);
            divided(by[v], k, twin);
            for (size_t i = 0; i < k; i++)
                cr_expect(epsilon_eq(dbl, lambda[i], twin[i], 1e-12), "%s", more_variant_name(v));
        }
    weigh(MORE_L2, false, 3, lambda);
    cr_expect(epsilon_eq(dbl, lambda[0], 0.0, 1e-12));
    cr_expect(epsilon_eq(dbl, lambda[1], 0.5, 1e-12));
    cr_expect(epsilon_eq(dbl, lambda[2], 0.5, 1e-12));
}

/* The midpoint of two unit vectors is their shortest mixture: with l2 MORE is uniform mixing of two. */
Test(more, with_l2_two_objectives_always_share_equally)
{
    struct rng r;
    rng_seed(&r, 1);
    for (int i = 0; i < 50; i++) {
        double g[8], G[4], lambda[2];
        for (size_t j = 0; j < 8; j++)
            g[j] = rng_normal(&r) * (j < 4 ? 1 : 100);
        linalg_gemm_nt(g, g, 0, G, 2, 2, 4);
        for (int clamped = 0; clamped < 2; clamped++) {
            cr_assert(more_weigh(&(struct more_rule){MORE_L2, clamped}, G, (double[]){1, 2}, 2, lambda, &err));
            cr_expect(epsilon_eq(dbl, lambda[0], 0.5, 1e-12));
        }
    }
    cr_expect(more_is_uniform(&(struct more_rule){.variant = MORE_L2}, 2));
    cr_expect(not(more_is_uniform(&(struct more_rule){.variant = MORE_L2}, 3)));
    cr_expect(not(more_is_uniform(&(struct more_rule){.variant = MORE_PAPER}, 2)));
}

Test(more, a_gradient_of_zero_is_not_divided_by_its_norm)
{
    double lambda[2];
    for (enum more_variant v = MORE_PAPER; v <= MORE_LOSS_PLUS; v++) {
        cr_assert(more_weigh(&(struct more_rule){v, false}, (double[]){0, 0, 0, 4}, (double[]){0, 1}, 2, lambda, &err));
        cr_expect(eq(dbl, lambda[0], 1.0), "%s", more_variant_name(v));
    }
}

Test(more, the_scale_of_the_released_program_is_another_loss_unless_sizes_are_equal)
{
    double lambda[] = {0.5, 0.5}, share[2];
    more_shares(lambda, (size_t[]){2, 6}, 2, share);
    cr_expect(epsilon_eq(dbl, linalg_dot(share, losses, 2), 0.922858, 1e-6));
    more_shares(lambda, NULL, 2, share);
    cr_expect(epsilon_eq(dbl, linalg_dot(share, losses, 2), 0.790241, 1e-6));
    more_shares((double[]){0.3, 0.7}, (size_t[]){4, 4}, 2, share);
    cr_expect(epsilon_eq(dbl, share[0], 0.3, 1e-15));
    cr_expect(epsilon_eq(dbl, share[1], 0.7, 1e-15));
}

/* ---- gradients ---- */

/* Weights and soft labels on every pair: one row is not like the other. */
static void season(struct rows *r)
{
    for (size_t i = 0; i < r->n; i++) {
        r->pairs[i].weight = 0.5 + (double)(i % 3);
        r->pairs[i].p = 1 - 0.2 * (double)(i % 4);
    }
}

Test(more, gradients_are_those_of_finite_differences)
{
    enum { N = 30, D = 5, K = 3 };
    struct rows rows;
    struct more m;
    double w[D], f[K], g[K * D], up[K], down[K], unused[K * D];
    size_t of[N];
    struct rng r;
    rng_seed(&r, 2);
    rows_draw(&rows, N, D, &r);
    season(&rows);
    for (size_t i = 0; i < N; i++)
        of[i] = i % K;
    for (size_t j = 0; j < D; j++)
        w[j] = rng_normal(&r);
    cr_assert(more_init(&m, &rows.e, rows.pairs, NULL, of, N, K, 0, 1, &err));
    cr_assert(more_measure(&m, 0.3, w, f, g, &err));
    for (size_t j = 0; j < D; j++) {
        double h = 1e-5, at = w[j];
        w[j] = at + h;
        cr_assert(more_measure(&m, 0.3, w, up, unused, &err));
        w[j] = at - h;
        cr_assert(more_measure(&m, 0.3, w, down, unused, &err));
        w[j] = at;
        for (size_t k = 0; k < K; k++)
            cr_expect(epsilon_eq(dbl, g[k * D + j], (up[k] - down[k]) / (2 * h), 1e-8));
    }
    more_free(&m);
    rows_free(&rows);
}

/* Every objective is the Bradley-Terry problem of its own pairs. */
Test(more, every_objective_is_the_problem_of_its_pairs)
{
    enum { N = 600, D = 20, K = 4 };
    struct rows rows;
    struct more m;
    double w[D], f[K], g[K * D], z[N], slow[D];
    size_t of[N], own[N];
    struct rng r;
    rng_seed(&r, 3);
    rows_draw(&rows, N, D, &r);
    season(&rows);
    for (size_t i = 0; i < N; i++)
        of[i] = (size_t)rng_below(&r, K);
    for (size_t j = 0; j < D; j++)
        w[j] = rng_normal(&r) / 4;
    cr_assert(more_init(&m, &rows.e, rows.pairs, NULL, of, N, K, SIZE_MAX, 2, &err));
    cr_assert(more_measure(&m, 0.01, w, f, g, &err));
    for (size_t k = 0; k < K; k++) {
        struct bt_problem b;
        size_t n = 0;
        for (size_t i = 0; i < N; i++)
            if (of[i] == k)
                own[n++] = i;
        cr_assert(bt_init(&b, &rows.e, rows.pairs, own, n, BT_F64, &err));
        bt_margins(&b, w, z);
        bt_gradient(&b, 0.01, w, z, slow);
        cr_expect(epsilon_eq(dbl, f[k], bt_value(&b, 0.01, w, z), 1e-12));
        for (size_t j = 0; j < D; j++)
            cr_expect(epsilon_eq(dbl, g[k * D + j], slow[j], 1e-12));
        bt_free(&b);
    }
    more_free(&m);
    rows_free(&rows);
}

/* ---- what is reported ---- */

Test(more, a_long_trace_is_kept_as_means)
{
    struct more_trace t;
    more_trace_start(&t, 1);
    for (size_t i = 0; i < 5000; i++)
        more_trace_add(&t, &(double){(double)i}, &(double){2 * (double)i});
    cr_expect(eq(sz, t.every, 8));
    cr_expect(eq(sz, t.rows, 625));
    for (size_t r = 0; r < t.rows; r++) {
        cr_expect(epsilon_eq(dbl, t.lambda[r], (double)(r * 8) + 3.5, 1e-9));
        cr_expect(epsilon_eq(dbl, t.loss[r], 2 * t.lambda[r], 1e-9));
    }
    more_info_free(&(struct more_info){.trace = t});
}

Test(more, refuses_objectives_without_pairs_and_too_many)
{
    struct rows rows;
    struct more m;
    size_t of[] = {0, 0, 2, 2};
    rows_take(&rows, differences, 4, 2);
    cr_expect(not(more_init(&m, &rows.e, rows.pairs, NULL, of, 4, 3, 0, 1, &err)));
    cr_expect(eq(int, err.kind, ERR_RANGE));
    cr_expect(ne(ptr, strstr(err.text, "objective 2 of 3"), NULL), "%s", err.text);
    cr_expect(not(more_init(&m, &rows.e, rows.pairs, NULL, of, 4, MINNORM_MOST + 1, 0, 1, &err)));
    cr_expect(eq(int, err.kind, ERR_RANGE));
    cr_expect(not(more_init(&m, &rows.e, rows.pairs, NULL, of, 4, 0, 0, 1, &err)));
    rows_free(&rows);
}
