#include "core/minnorm.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/linalg.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static struct err err;

enum { MOST_COLUMNS = 100 };

/* K vectors by rows and their products. */
struct hull {
    size_t k, d;
    double g[MINNORM_MOST * MOST_COLUMNS], G[MINNORM_MOST * MINNORM_MOST];
};

static void multiply(struct hull *h)
{
    linalg_gemm_nt(h->g, h->g, 0, h->G, h->k, h->k, h->d);
    for (size_t i = 0; i < h->k; i++) /* the same bits on both sides of the diagonal */
        for (size_t j = 0; j < i; j++)
            h->G[i * h->k + j] = h->G[j * h->k + i];
}

static struct hull *hull_of(size_t k, size_t d, const double *g)
{
    static struct hull h;
    h.k = k;
    h.d = d;
    memcpy(h.g, g, k * d * sizeof *g);
    multiply(&h);
    return &h;
}

static struct hull *hull_draw(size_t k, size_t d, double shift, struct rng *r)
{
    static double g[MINNORM_MOST * MOST_COLUMNS];
    for (size_t i = 0; i < k * d; i++)
        g[i] = rng_normal(r) + (i % d == 0 ? shift : 0);
    return hull_of(k, d, g);
}

static struct minnorm solved(const struct hull *h, double *lambda)
{
    struct minnorm out;
    cr_assert(minnorm_solve(h->G, h->k, lambda, &out, &err), "%s", err.text);
    return out;
}

/* g_i . v >= v . v with equality where lambda_i > 0, to 1e-8 of the largest square, from the vectors themselves. */
static void expect_optimal(const struct hull *h, const double *lambda, const char *what)
{
    double v[MOST_COLUMNS], largest = 0, sum = 0;
    linalg_gemv_t(h->g, h->k, h->d, lambda, 0, v);
    for (size_t i = 0; i < h->k; i++) {
        largest = fmax(largest, h->G[i * h->k + i]);
        sum += lambda[i];
        cr_expect(ge(dbl, lambda[i], 0.0));
    }
    cr_expect(epsilon_eq(dbl, sum, 1.0, 1e-14));
    double square = linalg_dot(v, v, h->d), tolerance = 1e-8 * largest;
    for (size_t i = 0; i < h->k; i++) {
        double slack = linalg_dot(h->g + i * h->d, v, h->d) - square;
        cr_expect(ge(dbl, slack, -tolerance), "%s: K = %zu: vector %zu: %g", what, h->k, i, slack);
        if (lambda[i] > 1e-10)
            cr_expect(le(dbl, slack, tolerance), "%s: K = %zu: vector %zu of weight %g: %g", what, h->k, i, lambda[i],
                      slack);
    }
}

/* ---- slow twins ---- */

/* All active sets: G_SS x = 1, normalised, kept when x >= 0; the shortest of them. Only for independent vectors. */
static double enumerated(const struct hull *h, double *lambda)
{
    double least = INFINITY;
    for (size_t set = 1; set < (size_t)1 << h->k; set++) {
        size_t member[10], n = 0;
        double A[100], x[10], sum = 0;
        for (size_t i = 0; i < h->k; i++)
            if (set >> i & 1)
                member[n++] = i;
        for (size_t i = 0; i < n; i++) {
            x[i] = 1;
            for (size_t j = 0; j < n; j++)
                A[i * n + j] = h->G[member[i] * h->k + member[j]];
        }
        if (!linalg_solve_spd(A, n, x, 1, 1e-14, &err))
            continue;
        bool inside = true;
        for (size_t i = 0; i < n; i++) {
            sum += x[i];
            inside = inside && x[i] >= 0;
        }
        if (!inside || 1 / sum >= least)
            continue;
        least = 1 / sum;
        memset(lambda, 0, h->k * sizeof *lambda);
        for (size_t i = 0; i < n; i++)
            lambda[member[i]] = x[i] / sum;
    }
    return least;
}

/* Frank-Wolfe with away steps (Guelat and Marcotte 1986): simple, convergent, slow. */
static double by_away_steps(const struct hull *h, double *lambda)
{
    memset(lambda, 0, h->k * sizeof *lambda);
    lambda[0] = 1;
    double square = h->G[0];
    for (int step = 0; step < 20000; step++) {
        double c[MINNORM_MOST];
        size_t to = 0, from = h->k;
        linalg_gemv(h->G, h->k, h->k, lambda, 0, c);
        square = linalg_dot(lambda, c, h->k);
        for (size_t i = 0; i < h->k; i++) {
            to = c[i] < c[to] ? i : to;
            if (lambda[i] > 0 && (from == h->k || c[i] > c[from]))
                from = i;
        }
        if (square - c[to] <= 1e-13 * (1 + square))
            break;
        bool away = c[from] - square > square - c[to];
        size_t t = away ? from : to;
        double sign = away ? -1 : 1, most = away ? lambda[t] / (1 - lambda[t]) : 1;
        double slope = sign * (c[t] - square), bend = square - 2 * c[t] + h->G[t * h->k + t];
        double length = fmin(most, bend > 0 ? -slope / bend : most);
        for (size_t i = 0; i < h->k; i++)
            lambda[i] = lambda[i] * (1 - sign * length) + (i == t ? sign * length : 0);
        if (away && length >= most)
            lambda[t] = 0;
    }
    return square;
}

/* ---- check values ---- */

/* Gradients of the three sources of the reference. */
static const double sources[] = {-0.407682, -0.218912, 0.339589, -0.962049, -0.357171, 0.380291};

Test(minnorm, two_vectors_have_a_closed_form)
{
    double lambda[2];
    struct minnorm out = solved(hull_of(2, 2, sources), lambda);
    cr_expect(epsilon_eq(dbl, lambda[0], 0.872178, 1e-6));
    cr_expect(epsilon_eq(dbl, lambda[1], 0.127822, 1e-6));
    cr_expect(epsilon_eq(dbl, out.value, 0.195980, 1e-6));
    cr_expect(le(dbl, out.gap, 1e-15));
    solved(hull_of(2, 2, (double[]){1, 0, 2, 0.5}), lambda);
    cr_expect(eq(dbl, lambda[0], 1.0));
    cr_expect(eq(dbl, lambda[1], 0.0));
    solved(hull_of(2, 2, (double[]){3, 4, 3, 4}), lambda);
    cr_expect(eq(dbl, lambda[0], 0.5));
}

Test(minnorm, three_vectors_by_active_sets)
{
    double lambda[3];
    struct minnorm out = solved(hull_of(3, 2, sources), lambda);
    cr_expect(eq(dbl, lambda[0], 0.0));
    cr_expect(epsilon_eq(dbl, lambda[1], 0.331975, 1e-6));
    cr_expect(epsilon_eq(dbl, lambda[2], 0.668025, 1e-6));
    cr_expect(epsilon_eq(dbl, out.value, 0.020110, 1e-6));
    out = solved(hull_of(3, 3, (double[]){1, 0, 0, 0, 1, 0, 0, 0, 2}), lambda);
    cr_expect(epsilon_eq(dbl, lambda[0], 4.0 / 9, 1e-15));
    cr_expect(epsilon_eq(dbl, lambda[1], 4.0 / 9, 1e-15));
    cr_expect(epsilon_eq(dbl, lambda[2], 1.0 / 9, 1e-15));
    cr_expect(epsilon_eq(dbl, out.value, 4.0 / 9, 1e-15));
}

Test(minnorm, the_clamped_solver_never_answers_a_vertex_and_may_use_all_its_steps)
{
    double lambda[3], exact[3];
    struct minnorm out;
    const struct hull *h = hull_of(2, 2, (double[]){1, 0, 2, 0.5});
    cr_assert(minnorm_solve_clamped(h->G, 2, lambda, &out, &err));
    cr_expect(epsilon_eq(dbl, lambda[0], 0.999, 1e-15));
    cr_expect(epsilon_eq(dbl, lambda[1], 0.001, 1e-15));
    /* At the optimum of these the line search meets a tie, which rounding decides: with products in float32, as there,
     * it steps away and back until the limit. */
    struct hull *tie = hull_of(3, 2, (double[]){1, (double)0.2F, (double)0.2F, 1, 1, 1});
    for (size_t i = 0; i < 9; i++)
        tie->G[i] = (double)(float)tie->G[i];
    cr_assert(minnorm_solve_clamped(tie->G, 3, lambda, &out, &err));
    solved(tie, exact);
    cr_expect(eq(sz, out.steps, 1000));
    for (size_t i = 0; i < 3; i++)
        cr_expect(epsilon_eq(dbl, lambda[i], exact[i], 1.1e-3));
}

/* ---- against the twins ---- */

Test(minnorm, equals_the_best_of_all_active_sets)
{
    struct rng r;
    rng_seed(&r, 3);
    for (size_t i = 0; i < 300; i++) {
        size_t k = 2 + i % 9;
        struct hull *h = hull_draw(k, k + i % 5, (double)(i % 4), &r);
        double lambda[10], twin[10], least = enumerated(h, twin);
        struct minnorm out = solved(h, lambda);
        cr_expect(epsilon_eq(dbl, out.value, least, 1e-12 * (1 + least)), "K = %zu", k);
        for (size_t j = 0; j < k; j++)
            cr_expect(epsilon_eq(dbl, lambda[j], twin[j], 1e-8), "K = %zu", k);
        expect_optimal(h, lambda, "drawn");
    }
}

Test(minnorm, is_never_longer_than_what_frank_wolfe_finds)
{
    struct rng r;
    rng_seed(&r, 4);
    for (size_t i = 0; i < 12; i++) {
        struct hull *h = hull_draw(3 + 5 * i, 1 + 9 * i % 64, (double)(i % 3), &r);
        double lambda[MINNORM_MOST], twin[MINNORM_MOST], square = by_away_steps(h, twin);
        struct minnorm out = solved(h, lambda);
        cr_expect(le(dbl, out.value, square + 1e-12 * (1 + square)));
        cr_expect(ge(dbl, out.value, square - 1e-6 * (1 + square)));
    }
}

/* ---- the optimality condition, for all kinds of vectors ---- */

/* Rows of another kind: what gradients of real objectives may look like. */
static void spoil(struct hull *h, size_t kind, struct rng *r)
{
    for (size_t i = 0; i < h->k; i++) {
        double *g = h->g + i * h->d, *other = h->g + (i / 2) * h->d, scale = pow(10, (double)(i % 7) - 3);
        for (size_t j = 0; j < h->d; j++)
            switch (kind) {
            case 0: /* as drawn */
                break;
            case 1: /* twice the same */
                g[j] = other[j];
                break;
            case 2: /* nearly the same */
                g[j] = other[j] + (i % 2 == 1 ? 1e-9 * rng_normal(r) : 0);
                break;
            case 3: /* lengths from 1e-3 to 1e3 */
                g[j] *= scale;
                break;
            case 4: /* opposite */
                g[j] = i % 2 == 1 ? -other[j] : g[j];
                break;
            case 5: /* one is zero */
                g[j] = i == h->k / 2 ? 0 : g[j];
                break;
            default: /* around a far point, or along one line */
                g[j] = kind == 6 ? 1e4 + g[j] : h->g[j] * (double)(i + 1);
            }
    }
    multiply(h);
}

Test(minnorm, the_optimality_condition_holds_to_1e_minus_8_for_all_kinds_of_vectors)
{
    struct rng r;
    rng_seed(&r, 5);
    for (size_t kind = 0; kind < 8; kind++)
        for (size_t i = 0; i < 24; i++) {
            size_t k = 2 + (i * 11) % 63, d = 1 + (i * 17) % 90;
            struct hull *h = hull_draw(k, d, (double)(i % 3), &r);
            char what[32];
            double lambda[MINNORM_MOST];
            spoil(h, kind, &r);
            struct minnorm out = solved(h, lambda);
            snprintf(what, sizeof what, "kind %zu, %zu columns", kind, d);
            expect_optimal(h, lambda, what);
            cr_expect(le(sz, out.steps, 10 * k), "%s: %zu steps", what, out.steps);
        }
}

Test(minnorm, sixty_four_vectors_and_one)
{
    struct rng r;
    double lambda[MINNORM_MOST];
    rng_seed(&r, 6);
    for (size_t d = 1; d <= 100; d += 33) {
        struct hull *h = hull_draw(MINNORM_MOST, d, 2, &r);
        solved(h, lambda);
        expect_optimal(h, lambda, "64");
    }
    struct minnorm out = solved(hull_of(1, 2, (double[]){3, 4}), lambda);
    cr_expect(eq(dbl, lambda[0], 1.0));
    cr_expect(eq(dbl, out.value, 25.0));
}

/* Scaling by a power of two changes no bit; another order of the vectors no v. */
Test(minnorm, neither_scale_nor_order_matter)
{
    struct rng r;
    double lambda[12], again[12], back[12], v[20], w[20], reversed[240], scaled[144];
    rng_seed(&r, 7);
    struct hull *h = hull_draw(12, 20, 1, &r);
    solved(h, lambda);
    linalg_gemv_t(h->g, 12, 20, lambda, 0, v);
    for (size_t i = 0; i < 144; i++)
        scaled[i] = h->G[i] * 0x1p-40;
    cr_assert(minnorm_solve(scaled, 12, again, NULL, &err));
    cr_expect(eq(int, memcmp(lambda, again, sizeof lambda), 0));
    for (size_t i = 0; i < 12; i++)
        memcpy(reversed + i * 20, h->g + (11 - i) * 20, 20 * sizeof *reversed);
    h = hull_of(12, 20, reversed);
    solved(h, back);
    linalg_gemv_t(h->g, 12, 20, back, 0, w);
    for (size_t j = 0; j < 20; j++)
        cr_expect(epsilon_eq(dbl, v[j], w[j], 1e-12));
}

Test(minnorm, slacks_are_the_multipliers)
{
    double slack[3];
    struct minnorm out = minnorm_check((double[]){1, 0, 0, 0, 1, 0, 0, 0, 4}, 3, (double[]){0.5, 0.5, 0}, slack);
    cr_expect(eq(dbl, out.value, 0.5));
    cr_expect(eq(dbl, slack[0], 0.0));
    cr_expect(eq(dbl, slack[2], -0.5));
    cr_expect(eq(dbl, out.gap, 0.5));
}

Test(minnorm, refuses_what_is_no_matrix_of_products)
{
    double lambda[MINNORM_MOST + 1];
    static double big[(MINNORM_MOST + 1) * (MINNORM_MOST + 1)];
    cr_expect(not(minnorm_solve(big, 0, lambda, NULL, &err)));
    cr_expect(eq(int, err.kind, ERR_RANGE));
    cr_expect(not(minnorm_solve(big, MINNORM_MOST + 1, lambda, NULL, &err)));
    cr_expect(eq(int, err.kind, ERR_RANGE));
    cr_expect(not(minnorm_solve((double[]){1, NAN, NAN, 1}, 2, lambda, NULL, &err)));
    cr_expect(eq(int, err.kind, ERR_NUMERIC));
    cr_expect(not(minnorm_solve_clamped((double[]){1, 0, 0, -1}, 2, lambda, NULL, &err)));
    cr_expect(eq(int, err.kind, ERR_NUMERIC));
}
