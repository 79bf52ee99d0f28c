/* Bradley-Terry with other losses, ties, centring and an anchor; the plain model is in t_bt.c. */
#include "core/bt.h"

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

TestSuite(bt_model, .init = set_up);

enum { N = 37, D = 5 };

static const double F[] = {1, 0, -1, 1, 1, -1, -1, 2};
static const double F_w[] = {0.5, -0.25};

static void fill(double *v, size_t n, uint64_t seed)
{
    struct rng r;
    rng_seed(&r, seed);
    for (size_t i = 0; i < n; i++)
        v[i] = rng_normal(&r);
}

/* The fixture with its sums behind it, and strengths. */
static const double F_and_sums[] = {1, 0, -1, 1, 1, -1, -1, 2, 1, 0, 1, 1, 3, 3, 3, 0};
static const double F_strength[] = {1, 3, 2, 1};

static struct bt_problem problem_of(const struct bt_model *model, const struct bt_rows *rows)
{
    struct bt_problem b;
    cr_assert(bt_init_rows_model(&b, model, rows, BT_F64, &err), "%s", err.text);
    return b;
}

Test(bt_model, centring_is_the_one_worked_out_by_hand)
{
    struct bt_model model = {.center = 0.01};
    struct bt_problem b = problem_of(&model, &(struct bt_rows){.D = F_and_sums, .n = 4, .d = 2});
    double z[8], g[2];
    bt_margins(&b, F_w, z);
    bt_gradient(&b, 0, F_w, z, g);
    cr_expect(epsilon_eq(dbl, bt_value(&b, 0, F_w, z), 0.835583, 1e-6));
    cr_expect(epsilon_eq(dbl, g[0], 0.215469, 1e-6));
    cr_expect(epsilon_eq(dbl, g[1], -0.442619, 1e-6));
    bt_free(&b);
}

/* From embeddings: the same rows as those put together by hand. */
Test(bt_model, sums_are_made_of_embeddings)
{
    static const double rows[] = {1, 0, 0, 0, 0, 1, 1, 0, 2, 1, 1, 2, 1, 1, 2, -1};
    struct bt_model model = {.center = 0.01};
    struct pair pairs[4];
    struct embeddings e;
    struct tensor t;
    embeddings_init(&e);
    tensor_borrow(&t, TENSOR_F64, rows, 8, 2);
    cr_assert(embeddings_add_tensor(&e, &t, "memory", NULL, &err), "%s", err.text);
    for (size_t i = 0; i < 4; i++)
        pairs[i] = (struct pair){.chosen = 2 * i, .rejected = 2 * i + 1, .weight = 1, .p = 1, .strength = 1};
    struct bt_problem b;
    cr_assert(bt_init_model(&b, &model, &e, pairs, NULL, 4, BT_F64, &err), "%s", err.text);
    cr_expect(eq(sz, b.rows, 8));
    cr_expect(eq(int, memcmp(b.f64, F_and_sums, sizeof F_and_sums), 0));
    bt_free(&b);
    embeddings_close(&e);
}

/* The published scaled loss divides by n. */
Test(bt_model, fit_of_the_scaled_loss_is_the_one_worked_out_by_hand)
{
    struct bt_model model = {.loss = {.kind = LOSS_SCALED}};
    struct bt_problem b = problem_of(&model, &(struct bt_rows){.D = F, .n = 4, .d = 2, .strength = F_strength});
    double w[2];
    struct bt_info info;
    cr_assert(bt_fit(&b, 0.1, NULL, w, &info, NULL, &err));
    cr_expect(info.converged);
    cr_expect(epsilon_eq(dbl, w[0], 0.507772, 2e-5));
    cr_expect(epsilon_eq(dbl, w[1], 0.938434, 2e-5));
    cr_expect(epsilon_eq(dbl, info.objective, 1.072723, 1e-6));
    bt_free(&b);
}

static const struct bt_model models[] = {
    {.loss = {.kind = LOSS_MARGIN}},
    {.loss = {.kind = LOSS_SCALED}, .normalise = LOSS_BY_WEIGHTS},
    {.loss = {.kind = LOSS_SCALED_MARGIN, .noise = LOSS_SMOOTHING, .rate = 0.1}},
    {.loss = {.noise = LOSS_FLIP, .rate = 0.2}, .center = 0.3},
    {.ties = TIES_RAO_KUPPER},
    {.ties = TIES_DAVIDSON, .center = 0.1},
    {.ties = TIES_GRADED},
};
enum { MODELS = sizeof models / sizeof *models };

struct drawn {
    double X[4 * N * D], weight[2 * N], p[2 * N], strength[2 * N];
};

static struct bt_rows draw(struct drawn *x)
{
    fill(x->X, 2 * N * D, 21);
    for (size_t i = 0; i < N; i++) {
        x->weight[i] = 0.5 + (double)(i % 3);
        x->strength[i] = (double)(i % 4);
        x->p[i] = i % 4 == 0 ? 0.5 : i % 5 == 0 ? 0.25 : 1;
    }
    return (struct bt_rows){.D = x->X, .n = N, .d = D, .weight = x->weight, .p = x->p, .strength = x->strength};
}

/* With ties the thresholds move with w: these are the derivatives of the value at the best thresholds. */
Test(bt_model, derivatives_of_every_model_are_those_of_finite_differences)
{
    struct drawn x;
    struct bt_rows rows = draw(&x);
    for (size_t m = 0; m < MODELS; m++) {
        struct bt_problem b = problem_of(&models[m], &rows);
        double w[D], v[D], z[2 * N], g[D], h[D], diagonal[D], up[D], down[D], step = 6e-6;
        fill(w, D, 22);
        fill(v, D, 23);
        bt_margins(&b, w, z);
        bt_gradient(&b, 0.2, w, z, g);
        bt_hessian_times(&b, 0.2, z, v, h);
        bt_hessian_diagonal(&b, 0.2, z, diagonal);
        linalg_axpy(step, v, w, D);
        bt_margins(&b, w, z);
        double high = bt_value(&b, 0.2, w, z);
        bt_gradient(&b, 0.2, w, z, up);
        linalg_axpy(-2 * step, v, w, D);
        bt_margins(&b, w, z);
        double low = bt_value(&b, 0.2, w, z);
        bt_gradient(&b, 0.2, w, z, down);
        cr_expect(epsilon_eq(dbl, linalg_dot(g, v, D), (high - low) / (2 * step), 1e-8), "model %zu", m);
        for (size_t j = 0; j < D; j++)
            cr_expect(epsilon_eq(dbl, h[j], (up[j] - down[j]) / (2 * step), 1e-8), "model %zu", m);
        linalg_axpy(step, v, w, D);
        bt_margins(&b, w, z);
        for (size_t j = 0; j < D; j++) {
            double unit[D] = {0};
            unit[j] = 1;
            bt_hessian_times(&b, 0.2, z, unit, h);
            if (models[m].ties == TIES_NONE)
                cr_expect(epsilon_eq(dbl, h[j], diagonal[j], 1e-13), "model %zu", m);
            else
                cr_expect(le(dbl, h[j], diagonal[j] + 1e-13), "model %zu", m);
        }
        bt_free(&b);
    }
}

static void fit_model(const struct bt_model *model, const struct bt_rows *rows, double *w, double *objective)
{
    struct bt_problem b = problem_of(model, rows);
    struct bt_info info;
    cr_assert(bt_fit(&b, 0.01, NULL, w, &info, NULL, &err), "%s", err.text);
    cr_expect(info.converged, "%s", bt_stop_text(info.stop));
    *objective = info.objective;
    bt_free(&b);
}

static void copy_pair(struct drawn *to, size_t i, const struct drawn *from, size_t k, size_t n)
{
    for (size_t part = 0; part < 2; part++) /* the difference, and the sum behind all differences */
        memcpy(to->X + (part * n + i) * D, from->X + (part * N + k) * D, D * sizeof *to->X);
    to->weight[i] = from->weight[k];
    to->p[i] = from->p[k];
    to->strength[i] = from->strength[k];
}

/* Backwards; every pair twice with half its weight; every other pair told from the other side. */
Test(bt_model, order_duplication_and_side_change_no_model)
{
    struct drawn x, y;
    struct bt_rows rows = draw(&x), changed;
    for (size_t m = 0; m < MODELS; m++) {
        double w[D], v[D], f, g;
        fit_model(&models[m], &rows, w, &f);
        for (int change = 0; change < 3; change++) {
            size_t n = change == 1 ? 2 * N : N;
            for (size_t i = 0; i < n; i++) {
                copy_pair(&y, i, &x, change == 0 ? N - 1 - i : i % N, n);
                if (change == 1)
                    y.weight[i] /= 2;
                if (change == 2 && i % 2 == 1) {
                    linalg_scale(-1, y.X + i * D, D);
                    y.p[i] = 1 - y.p[i];
                }
            }
            changed = (struct bt_rows){y.X, n, D, y.weight, y.p, y.strength};
            fit_model(&models[m], &changed, v, &g);
            cr_expect(epsilon_eq(dbl, f, g, 1e-10), "model %zu change %d", m, change);
            for (size_t j = 0; j < D; j++)
                cr_expect(epsilon_eq(dbl, v[j], w[j], 1e-7), "model %zu change %d", m, change);
        }
    }
}

/* Davidson without ties would be Bradley-Terry; with ties of weight w -> 0 it nearly is. */
Test(bt_model, davidson_with_hardly_a_tie_is_bradley_terry)
{
    struct drawn x;
    struct bt_rows rows = draw(&x);
    for (size_t i = 0; i < N; i++)
        if (x.strength[i] <= 0)
            x.weight[i] = 1e-9;
    double w[D], v[D], f, g;
    fit_model(&(struct bt_model){.ties = TIES_DAVIDSON}, &rows, w, &f);
    fit_model(&(struct bt_model){0}, &rows, v, &g);
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, v[j], w[j], 1e-4));
}

/* A label that is smoothed is never sure: separable pairs have a finite optimum without a penalty. */
Test(bt_model, smoothing_makes_separable_pairs_finite)
{
    static const double separable[] = {1, 2, 0.5};
    struct bt_model model = {.loss = {.noise = LOSS_SMOOTHING, .rate = 0.1}};
    struct bt_problem b = problem_of(&model, &(struct bt_rows){.D = separable, .n = 3, .d = 1});
    double w[1];
    struct bt_info info;
    cr_assert(bt_fit(&b, 0, NULL, w, &info, NULL, &err));
    cr_expect(info.converged, "%s", bt_stop_text(info.stop));
    bt_free(&b);
    model.loss.noise = LOSS_FLIP;
    b = problem_of(&model, &(struct bt_rows){.D = separable, .n = 3, .d = 1});
    cr_expect(not(bt_fit(&b, 0, NULL, w, &info, NULL, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_USAGE));
    bt_free(&b);
}

Test(bt_model, what_is_not_convex_is_not_called_optimal)
{
    struct bt_model model = {.loss = {.noise = LOSS_CHANNEL, .rate = 0.2}};
    struct bt_problem b = problem_of(&model, &(struct bt_rows){.D = F, .n = 4, .d = 2});
    double w[2];
    struct bt_info info;
    cr_assert(bt_fit(&b, 0.01, NULL, w, &info, NULL, &err));
    cr_expect(eq(int, (int)info.stop, (int)BT_STATIONARY));
    cr_expect(not(info.converged));
    cr_expect(le(dbl, info.grad_norm, 1e-6));
    bt_free(&b);
}

Test(bt_model, parts_that_cannot_be_joined_are_refused)
{
    cr_expect(not(bt_model_check(&(struct bt_model){.ties = TIES_DAVIDSON, .loss = {.kind = LOSS_SCALED}}, 1, &err)));
    cr_expect(not(bt_model_check(&(struct bt_model){.center = -1}, 1, &err)));
    cr_expect(not(bt_model_check(&(struct bt_model){.center = NAN}, 1, &err)));
    cr_expect(bt_model_check(&(struct bt_model){.ties = TIES_DAVIDSON, .center = 1}, 0, &err));
}

/* The anchor is a second penalty: its optimum has the slope of both, and with mu growing it goes to the anchor. */
Test(bt_model, an_anchor_draws_the_head_to_itself)
{
    const double anchor[] = {-2, 3};
    struct bt_problem b = problem_of(&(struct bt_model){0}, &(struct bt_rows){.D = F, .n = 4, .d = 2});
    double w[2], z[4], g[2];
    struct bt_info info;
    cr_assert(bt_fit(&b, 0.1, &(struct bt_opts){.anchor = anchor, .mu = 0.5}, w, &info, NULL, &err));
    cr_expect(info.converged);
    bt_margins(&b, w, z);
    bt_gradient(&b, 0.1, w, z, g);
    double penalty = 0;
    for (size_t j = 0; j < 2; j++) {
        cr_expect(epsilon_eq(dbl, g[j] + 0.5 * (w[j] - anchor[j]), 0, 1e-6));
        penalty += 0.25 * (w[j] - anchor[j]) * (w[j] - anchor[j]);
    }
    cr_expect(epsilon_eq(dbl, info.objective, bt_value(&b, 0.1, w, z) + penalty, 1e-12));
    cr_assert(bt_fit(&b, 0.1, &(struct bt_opts){.anchor = anchor, .mu = 1e6}, w, &info, NULL, &err));
    cr_expect(epsilon_eq(dbl, w[0], -2, 1e-5));
    cr_expect(not(bt_fit(&b, 0.1, &(struct bt_opts){.anchor = anchor, .mu = -1}, w, &info, NULL, &err)));
    bt_free(&b);
}
