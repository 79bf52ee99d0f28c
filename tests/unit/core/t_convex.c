#include "core/convex.h"

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

TestSuite(convex, .init = set_up);

/* The mean of softplus(-z): plain Bradley-Terry, whose own fit is the twin. */
struct plain {
    size_t n;
};

static double value(void *ctx, const double *z)
{
    const struct plain *p = ctx;
    double sum = 0;
    for (size_t i = 0; i < p->n; i++)
        sum += bt_softplus(-z[i]);
    return sum / (double)p->n;
}

static void slopes(void *ctx, const double *z, double *u)
{
    const struct plain *p = ctx;
    for (size_t i = 0; i < p->n; i++)
        u[i] = -bt_sigma(-z[i]) / (double)p->n;
}

static void curvatures(void *ctx, const double *z, double *out)
{
    const struct plain *p = ctx;
    for (size_t i = 0; i < p->n; i++)
        out[i] = bt_sigma(z[i]) * bt_sigma(-z[i]) / (double)p->n;
}

static void curve(void *ctx, const double *z, double *u)
{
    const struct plain *p = ctx;
    for (size_t i = 0; i < p->n; i++)
        u[i] *= bt_sigma(z[i]) * bt_sigma(-z[i]) / (double)p->n;
}

struct drawn {
    struct design x;
    double *rows;
    size_t n, d;
    struct plain plain;
};

/* Columns of falling size, so that the problem is ill-conditioned. */
static struct drawn draw(size_t n, size_t d, double fall)
{
    struct drawn s = {.n = n, .d = d, .plain = {n}, .rows = mem_array(n * d, sizeof(double))};
    struct rng r;
    rng_seed(&r, 9);
    cr_assert(design_init(&s.x, n, d, BT_F64, &err));
    for (size_t i = 0; i < n; i++) {
        double *row = s.rows + i * d;
        for (size_t j = 0; j < d; j++)
            row[j] = rng_normal(&r) * pow((double)(j + 1), -fall);
        if ((row[0] + 2 * row[d / 2] < 0) != (i % 8 == 3)) /* one in eight is wrong */
            linalg_scale(-1, row, d);
        cr_assert(design_put(&s.x, i, row));
    }
    return s;
}

static void drop(struct drawn *s)
{
    design_free(&s->x);
    mem_free(s->rows);
}

static void expect_like_newton(size_t n, size_t d, double l2, double fall, size_t passes)
{
    struct drawn s = draw(n, d, fall);
    struct convex_loss loss = {&s.plain, value, slopes, curve, curvatures};
    double *w = mem_array(d, sizeof *w), *v = mem_array(d, sizeof *v);
    struct bt_problem b;
    struct bt_info info, twin;
    cr_assert(convex_fit(&s.x, &loss, l2, 0, w, &info, NULL, &err), "%s", err.text);
    cr_assert(bt_init_rows(&b, s.rows, n, d, NULL, NULL, BT_F64, &err));
    cr_assert(bt_fit(&b, l2, NULL, v, &twin, NULL, &err));
    cr_expect(info.converged);
    cr_expect(le(dbl, info.grad_norm, 1e-6));
    cr_expect(epsilon_eq(dbl, info.objective, twin.objective, 1e-9));
    cr_expect(le(sz, info.passes, passes), "%zu passes for %zu x %zu", info.passes, n, d);
    bt_free(&b);
    mem_free(w);
    mem_free(v);
    drop(&s);
}

Test(convex, finds_the_optimum_of_newton_in_few_passes)
{
    expect_like_newton(900, 40, 1e-3, 0, 50);
    expect_like_newton(900, 40, 1e-5, 1.5, 50);
    expect_like_newton(60, 150, 1e-3, 1, 55);
}

Test(convex, many_rows_are_sampled_for_the_preconditioner)
{
    expect_like_newton(4000, 12, 1e-4, 1, 50);
}

Test(convex, the_start_is_taken)
{
    struct drawn s = draw(200, 6, 0);
    struct convex_loss loss = {&s.plain, value, slopes, curve, curvatures};
    double w[6] = {0};
    struct bt_info info;
    cr_assert(convex_fit(&s.x, &loss, 0.01, 0, w, &info, NULL, &err));
    cr_expect(gt(sz, info.iterations, 1));
    cr_assert(convex_fit(&s.x, &loss, 0.01, 0, w, &info, NULL, &err));
    cr_expect(eq(sz, info.iterations, 0));
    cr_expect(info.converged);
    drop(&s);
}

Test(convex, a_limit_of_steps_is_kept_and_said)
{
    struct drawn s = draw(200, 6, 0);
    struct convex_loss loss = {&s.plain, value, slopes, curve, curvatures};
    double w[6] = {0};
    struct bt_info info;
    cr_assert(convex_fit(&s.x, &loss, 1e-4, 2, w, &info, NULL, &err));
    cr_expect(eq(sz, info.iterations, 2));
    cr_expect(not(info.converged));
    cr_expect(eq(int, (int)info.stop, (int)BT_ITERATIONS));
    drop(&s);
}

Test(convex, a_penalty_is_needed)
{
    struct drawn s = draw(10, 2, 0);
    struct convex_loss loss = {&s.plain, value, slopes, curve, curvatures};
    double w[2] = {0};
    struct bt_info info;
    static const double bad[] = {0, -1, INFINITY, NAN};
    for (size_t i = 0; i < 4; i++) {
        cr_expect(not(convex_fit(&s.x, &loss, bad[i], 0, w, &info, NULL, &err)));
        cr_expect(eq(int, (int)err.kind, (int)ERR_RANGE));
    }
    drop(&s);
}

Test(convex, equal_inputs_give_equal_bytes)
{
    struct drawn s = draw(300, 20, 1);
    struct convex_loss loss = {&s.plain, value, slopes, curve, curvatures};
    double w[20] = {0}, v[20] = {0};
    struct bt_info info;
    cr_assert(convex_fit(&s.x, &loss, 1e-3, 0, w, &info, NULL, &err));
    cr_assert(convex_fit(&s.x, &loss, 1e-3, 0, v, &info, NULL, &err));
    cr_expect(eq(int, memcmp(w, v, sizeof w), 0));
    drop(&s);
}
