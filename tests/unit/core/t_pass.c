#include "core/pass.h"

#include "core/base/rng.h"
#include "core/bt.h"
#include "core/linalg.h"
#include "core/widen.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

enum { N = 1111, D = 43 };

static struct err err;
static double values[2 * N * D], w[D];
static struct pair pairs[N];
static struct embeddings e;

static void set_up(void)
{
    struct rng r;
    rng_seed(&r, 7);
    linalg_threads(1);
    for (size_t i = 0; i < 2 * N * D; i++)
        values[i] = rng_normal(&r);
    for (size_t i = 0; i < N; i++) /* every third weight is 0, labels are soft */
        pairs[i] = (struct pair){.chosen = 2 * i, .rejected = 2 * i + 1, .weight = (double)(i % 3), .p = i % 5 / 4.0};
    for (size_t j = 0; j < D; j++)
        w[j] = rng_normal(&r);
    struct tensor t;
    tensor_borrow(&t, TENSOR_F64, values, 2 * N, D);
    embeddings_init(&e);
    cr_assert(embeddings_add_tensor(&e, &t, "memory", NULL, &err), "%s", err.text);
}

static void tear_down(void)
{
    embeddings_close(&e);
}

TestSuite(pass, .init = set_up, .fini = tear_down);

Test(pass, losses_are_those_of_libm_for_any_margin)
{
    static const double z[] = {0, -0.0, 1e-300, -1e-9, 0.3, -0.3, 1, -1, 3.5, -20, 36.7, -40, 699, -707, 5000, -1e6};
    for (int plain = 0; plain < 2; plain++) {
        widen_force_plain(plain == 1);
        for (size_t i = 0; i < KERNEL_ROWS; i++) {
            struct kernel_pairs k = {.anchored = plain == 1};
            k.z[i] = z[i];
            k.anchor[i] = -0.5 * z[i];
            k.weight[i] = 3;
            k.p[i] = 0.25;
            kernel_choose()->losses(&k);
            double loss = 3 * (0.25 * bt_softplus(-z[i]) + 0.75 * bt_softplus(z[i])), s = bt_sigma(z[i]);
            double bend = 3 * s * bt_sigma(-z[i]), slope = 3 * (s - (plain == 1 ? bt_sigma(-0.5 * z[i]) : 0.25));
            cr_expect(epsilon_eq(dbl, k.loss, loss, 4e-15 * loss), "z %g", z[i]);
            cr_expect(epsilon_eq(dbl, k.slope[i], slope, 4e-15), "z %g", z[i]);
            cr_expect(epsilon_eq(dbl, k.curvature, bend, 4e-15 * bend + 1e-300), "z %g", z[i]);
        }
    }
}

struct got {
    struct pass_sums sums;
    double g[D];
};

/* At w = s + where the anchor was taken. */
static struct got run_pass(size_t memory, int threads, const double *at, const float *s, const double *from)
{
    struct got out;
    struct diff f;
    struct pass p;
    static double z[N];
    struct team *team = team_open(threads);
    cr_assert(diff_init(&f, &e, pairs, NULL, N, memory, team, &err), "%s", err.text);
    cr_assert(pass_init(&p, &f, team, &err), "%s", err.text);
    if (from != NULL || at != NULL)
        cr_assert(pass_exact(&p, from != NULL ? from : at, z, out.g, &out.sums, &err));
    if (s != NULL)
        out.sums = pass_run(&p, s, from != NULL ? z : NULL, out.g);
    pass_free(&p);
    diff_free(&f);
    team_close(team);
    return out;
}

static void slow_twin(const double *at, double *loss, double *g)
{
    struct bt_problem b;
    static double z[N];
    cr_assert(bt_init(&b, &e, pairs, NULL, N, BT_F64, &err), "%s", err.text);
    bt_margins(&b, at, z);
    *loss = bt_loss(&b, z);
    bt_gradient(&b, 0, at, z, g);
    bt_free(&b);
}

static void expect_near(const struct got *a, double loss, const double *g, double tolerance)
{
    cr_expect(epsilon_eq(dbl, a->sums.loss, loss, tolerance * loss));
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, a->g[j], g[j], tolerance), "column %zu", j);
}

Test(pass, sums_are_those_of_the_slow_twin)
{
    float s[D];
    double at[D], loss, g[D];
    for (size_t j = 0; j < D; j++)
        at[j] = (double)(s[j] = (float)w[j]);
    slow_twin(at, &loss, g);
    struct got exact = run_pass(0, 2, at, NULL, NULL), quick = run_pass(SIZE_MAX, 2, NULL, s, NULL);
    expect_near(&exact, loss, g, 1e-13);
    expect_near(&quick, loss, g, 1e-6);
}

/* A small step from an anchor: the error is that of the step, not that of the whole. */
Test(pass, an_anchor_gives_what_float64_gives)
{
    float s[D];
    double at[D], loss, g[D], g0[D], loss0;
    for (size_t j = 0; j < D; j++) {
        s[j] = 1e-4F * (float)(j % 7);
        at[j] = w[j] + (double)s[j];
    }
    slow_twin(w, &loss0, g0);
    slow_twin(at, &loss, g);
    linalg_axpy(-1, g0, g, D);
    struct got a = run_pass(SIZE_MAX, 1, NULL, s, w);
    cr_expect(gt(dbl, linalg_nrm2(g, D), 1e-5));
    expect_near(&a, loss, g, 1e-11);
}

/* Kept or formed again, one thread or three, AVX2 or not: the same bits. */
Test(pass, bits_do_not_depend_on_how_it_is_done)
{
    float s[D];
    for (size_t j = 0; j < D; j++)
        s[j] = (float)w[j];
    struct got first = run_pass(SIZE_MAX, 1, NULL, s, w);
    for (int way = 1; way < 8; way++) {
        widen_force_plain(way & 1);
        struct got next = run_pass((way & 2) != 0 ? 0 : SIZE_MAX, (way & 4) != 0 ? 3 : 1, NULL, s, w);
        cr_expect(eq(int, memcmp(next.g, first.g, sizeof first.g), 0), "way %d", way);
        cr_expect(eq(dbl, next.sums.loss, first.sums.loss));
        cr_expect(eq(dbl, next.sums.curvature, first.sums.curvature));
    }
}
