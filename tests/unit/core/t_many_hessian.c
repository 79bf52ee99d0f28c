#include "core/many_hessian.h"

#include "core/linalg.h"
#include "tests/support/spectrum.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static struct err err;

struct bench {
    struct spectrum s;
    struct team *team;
    struct many_rows rows;
    struct bt_problem b;
    size_t *fold;
    double *z;
};

static void open_bench(struct bench *t, size_t n, size_t d, int threads, const double *w)
{
    linalg_threads(1);
    spectrum_draw(&t->s, n, d, 1, 17);
    t->fold = mem_array(n, sizeof *t->fold);
    for (size_t i = 0; i < n; i++) {
        t->fold[i] = i % 2;
        t->s.pairs[i].weight = 1 + (double)(i % 3);
    }
    t->team = team_open(threads);
    struct many_problem p = {.e = &t->s.e, .pairs = t->s.pairs, .n = n, .fold = t->fold};
    cr_assert(many_rows_init(&t->rows, &p, SIZE_MAX, t->team, &err), "%s", err.text);
    cr_assert(bt_init(&t->b, &t->s.e, t->s.pairs, NULL, n, BT_F64, &err));
    double *zero = mem_array(d, sizeof *zero);
    t->z = mem_array(n, sizeof *t->z);
    bt_margins(&t->b, w != NULL ? w : zero, t->z);
    mem_free(zero);
}

static void close_bench(struct bench *t)
{
    bt_free(&t->b);
    many_rows_free(&t->rows);
    team_close(t->team);
    mem_free(t->z);
    mem_free(t->fold);
    spectrum_free(&t->s);
}

/* |M x - g| / |g| for x = M^-1 g by the factor, M = ratio (H + lift) + l2 with H in float64. */
static double residual(struct bench *t, const struct many_hessian *h, double l2, double ratio)
{
    size_t d = t->s.d, k = 3;
    struct many_factor f = {.l2 = l2};
    double *g = mem_array(k * d, sizeof *g), *x = mem_array(k * d, sizeof *x), *Mx = mem_array(d, sizeof *Mx);
    float *scratch = mem_array(many_factor_scratch(h, k), sizeof *scratch);
    const double *from[3] = {g, g + d, g + 2 * d};
    double *to[3] = {x, x + d, x + 2 * d}, worst = 0;
    for (size_t j = 0; j < k * d; j++)
        g[j] = 1e-30 * sin((double)j); /* tiny: nothing may vanish in float */
    cr_assert(many_factor_set(&f, h, ratio, &err));
    many_factor_apply(&f, from, to, k, scratch);
    for (size_t i = 0; i < k; i++) {
        bt_hessian_times(&t->b, 0, t->z, to[i], Mx);
        linalg_scale(ratio, Mx, d);
        linalg_axpy(f.ridge, to[i], Mx, d);
        linalg_axpy(-1, from[i], Mx, d);
        worst = fmax(worst, linalg_nrm2(Mx, d) / linalg_nrm2(from[i], d));
    }
    many_factor_free(&f);
    mem_free(g);
    mem_free(x);
    mem_free(Mx);
    mem_free(scratch);
    return worst;
}

Test(many_hessian, factors_solve_with_the_hessian_at_the_start)
{
    static const struct {
        size_t n, d;
        enum precondition_kind kind;
    } cases[] = {{900, 30, PRECONDITION_GRAM}, {40, 70, PRECONDITION_DUAL}};
    double w[70];
    for (size_t j = 0; j < 70; j++)
        w[j] = 0.2 * cos((double)j);
    for (size_t k = 0; k < 2; k++)
        for (int threads = 1; threads <= 2; threads++)
            for (int warm = 0; warm < 2; warm++) {
                struct bench t;
                struct many_hessian h;
                open_bench(&t, cases[k].n, cases[k].d, threads, warm ? w : NULL);
                cr_assert(many_hessian_init(&h, &t.rows, warm ? w : NULL, t.team, &err), "%s", err.text);
                cr_expect(eq(int, h.kind, cases[k].kind));
                cr_expect(le(dbl, residual(&t, &h, 1e-3, 1), 2e-3));
                cr_expect(le(dbl, residual(&t, &h, 1e-1, 0.4), 2e-3));
                many_hessian_free(&h);
                close_bench(&t);
            }
}

/* Equal rows and tiny penalties: not positive definite in float, but never refused. */
Test(many_hessian, a_singular_hessian_is_lifted)
{
    struct bench t;
    struct many_hessian h;
    struct many_factor f = {.l2 = 1e-30};
    double g[20], x[20], *to = x;
    const double *from = g;
    float scratch[40];
    open_bench(&t, 60, 20, 1, NULL);
    many_rows_free(&t.rows);
    for (size_t i = 0; i < 2 * t.s.n; i++)
        memcpy(t.s.rows + i * 20, t.s.rows + i % 2 * 20, 20 * sizeof *t.s.rows);
    struct many_problem p = {.e = &t.s.e, .pairs = t.s.pairs, .n = t.s.n};
    cr_assert(many_rows_init(&t.rows, &p, SIZE_MAX, t.team, &err));
    cr_assert(many_hessian_init(&h, &t.rows, NULL, t.team, &err));
    cr_assert(many_factor_set(&f, &h, 1, &err));
    for (size_t j = 0; j < 20; j++)
        g[j] = 1 + (double)j;
    many_factor_apply(&f, &from, &to, 1, scratch);
    cr_expect(gt(dbl, linalg_dot(g, x, 20), 0.0));
    cr_expect(lt(dbl, linalg_nrm2(x, 20), 1e30));
    many_factor_free(&f);
    many_hessian_free(&h);
    close_bench(&t);
}

/* What is used when matrices would be too large. */
Test(many_hessian, without_matrices_it_is_a_number)
{
    struct many_hessian h = {.kind = PRECONDITION_SCALAR, .n = 5, .d = 4, .trace = 8};
    struct many_factor f = {.l2 = 1};
    double g[4] = {1, 2, 3, 4}, x[4], *to = x;
    const double *from = g;
    float scratch[4];
    cr_assert(many_factor_set(&f, &h, 0.5, &err));
    many_factor_apply(&f, &from, &to, 1, scratch);
    for (size_t j = 0; j < 4; j++)
        cr_expect(epsilon_eq(dbl, x[j], g[j] / 2, 1e-15)); /* 0.5 * 8/4 + 1 */
}
