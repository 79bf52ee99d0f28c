#include "core/mlp_fit.h"

#include "core/base/rng.h"
#include "core/bt.h"
#include "core/fit.h"
#include "core/linalg.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

/* Answers whose reward is the product of two of their columns, which no linear head can tell: pairs to train on, to
 * stop by, and to test on. */
enum { D = 6, FIT = 1200, HELD = 300, TEST_ = 1000, N = FIT + HELD + TEST_ };

static struct err err;
static double values[2 * N * D];
static struct pair pairs[N];
static size_t order[N];
static struct embeddings e;

static double reward(const double *x)
{
    return 2 * (x[0] - 1) / 2 * (x[1] - 1) / 2 + 0.3 * (x[2] - 1) / 2;
}

static void set_up(void)
{
    struct rng r;
    struct tensor t;
    linalg_threads(1);
    rng_seed(&r, 21);
    for (size_t i = 0; i < 2 * N * D; i++)
        values[i] = (float)(1 + 2 * rng_normal(&r));
    for (size_t i = 0; i < N; i++) {
        double z = reward(values + 2 * i * D) - reward(values + (2 * i + 1) * D);
        bool first = rng_uniform(&r) < bt_sigma(z);
        pairs[i] = (struct pair){2 * i + !first, 2 * i + first, .weight = 1, .p = 1, .strength = 1};
        order[i] = i;
    }
    tensor_borrow(&t, TENSOR_F64, values, 2 * N, D);
    embeddings_init(&e);
    cr_assert(embeddings_add_tensor(&e, &t, "memory", NULL, &err), "%s", err.text);
}

static void tear_down(void)
{
    embeddings_close(&e);
}

TestSuite(mlp_fit, .init = set_up, .fini = tear_down);

static struct mlp_opts options(void)
{
    struct mlp_opts o = {.hidden = 16, .activation = ACTIVATION_TANH, .descent = descent_default()};
    o.descent.nets = 2;
    o.descent.epochs = 30;
    o.descent.batch = 64;
    o.descent.rate = 0.01;
    return o;
}

static struct mlp fit(const struct mlp_opts *o, size_t n_fit, size_t n_held, struct descent_info *info)
{
    struct mlp h;
    cr_assert(mlp_fit(&e, pairs, order, n_fit, order + FIT, n_held, o, &h, info, NULL, &err), "%s", err.text);
    return h;
}

/* Mean plain loss over pairs [first, first + n), with the gradient of the sum. */
static double loss_of(const struct mlp *h, size_t first, size_t n, struct mlp *g)
{
    static double C[N * D], R[N * D], weight[N], p[N];
    static const struct loss plain = {.kind = LOSS_PLAIN};
    for (size_t i = 0; i < n; i++) {
        embeddings_row_f64(&e, pairs[first + i].chosen, C + i * D);
        embeddings_row_f64(&e, pairs[first + i].rejected, R + i * D);
        weight[i] = pairs[first + i].weight;
        p[i] = pairs[first + i].p;
    }
    struct loss_pairs of = {n, weight, p, NULL};
    return mlp_loss(h, C, R, &plain, &of, g) / (double)n;
}

static double linear_loss(void)
{
    double w[D], sum = 0;
    struct fit_opts o = {.threads = 1, .memory = 1 << 20};
    struct bt_info info;
    cr_assert(fit_pairs(&e, pairs, order, FIT + HELD, 1e-3, &o, w, &info, NULL, &err), "%s", err.text);
    for (size_t i = FIT + HELD; i < N; i++)
        sum += bt_softplus(linalg_dot(w, values + pairs[i].rejected * D, D) -
                           linalg_dot(w, values + pairs[i].chosen * D, D));
    return sum / TEST_;
}

Test(mlp_fit, it_learns_what_no_linear_head_can)
{
    for (int f = ACTIVATION_TANH; f <= ACTIVATION_RELU; f++) {
        struct mlp_opts o = options();
        struct descent_info info;
        o.activation = (enum activation)f;
        struct mlp h = fit(&o, FIT, HELD, &info);
        double best = 0, net = loss_of(&h, FIT + HELD, TEST_, NULL), line = linear_loss();
        for (size_t i = FIT + HELD; i < N; i++)
            best += bt_softplus(reward(values + pairs[i].rejected * D) - reward(values + pairs[i].chosen * D)) / TEST_;
        cr_expect(gt(dbl, line, log(2) - 0.03), "the linear head's %.3f", line);
        cr_expect(lt(dbl, net, best + (line - best) / 3), "%.3f, the truth's %.3f, the linear head's %.3f", net, best,
                  line);
        mlp_free(&h);
    }
}

Test(mlp_fit, what_is_reported_is_the_log_loss_of_the_net_that_is_returned)
{
    struct mlp_opts o = options();
    struct descent_info info;
    o.descent.nets = 1;
    o.loss.kind = LOSS_SCALED_MARGIN; /* stopping goes by the plain one all the same */
    for (size_t i = 0; i < N; i++)
        pairs[i].strength = 1 + (int)(i % 3);
    struct mlp h = fit(&o, FIT, HELD, &info);
    cr_expect(epsilon_eq(dbl, loss_of(&h, FIT, HELD, NULL), info.net[0].nll, 1e-5));
    cr_expect(lt(sz, info.net[0].epoch, info.epochs + 1));
    mlp_free(&h);
}

Test(mlp_fit, several_nets_at_once_are_those_that_come_out_one_by_one_averaged)
{
    struct mlp_opts o = options();
    struct descent_info info;
    o.descent.epochs = 3;
    struct mlp both = fit(&o, FIT, HELD, &info);
    double second = info.net[1].nll;
    o.descent.nets = 1;
    struct mlp one = fit(&o, FIT, HELD, &info);
    cr_assert(eq(sz, both.m, 2 * one.m));
    for (size_t i = 0; i < one.m * D; i++)
        cr_expect(epsilon_eq(dbl, both.U[i], one.U[i], 2e-4));
    for (size_t c = 0; c < one.m; c++)
        cr_expect(epsilon_eq(dbl, 2 * both.v[c], one.v[c], 2e-4));
    cr_expect(gt(dbl, fabs(second - info.net[0].nll), 1e-6));
    mlp_free(&both);
    mlp_free(&one);
}

static bool same_bytes(const struct mlp *a, const struct mlp *b)
{
    return a->m == b->m && memcmp(a->U, b->U, a->m * D * sizeof *a->U) == 0 &&
           memcmp(a->b, b->b, a->m * sizeof *a->b) == 0 && memcmp(a->v, b->v, a->m * sizeof *a->v) == 0;
}

Test(mlp_fit, the_seed_decides_and_the_threads_do_not)
{
    struct mlp_opts o = options();
    struct descent_info info;
    o.hidden = 40;
    o.descent.nets = 3;
    o.descent.epochs = 2;
    o.descent.dropout = 0.2;
    struct mlp first = fit(&o, FIT, HELD, &info);
    for (int threads = 2; threads <= 3; threads++) {
        o.descent.threads = threads;
        struct mlp again = fit(&o, FIT, HELD, &info);
        cr_expect(same_bytes(&first, &again), "%d threads", threads);
        mlp_free(&again);
    }
    o.descent.seed = 2;
    struct mlp other = fit(&o, FIT, HELD, &info);
    cr_expect(not(same_bytes(&first, &other)));
    mlp_free(&other);
    mlp_free(&first);
}

Test(mlp_fit, labels_without_meaning_stop_it_early)
{
    struct mlp_opts o = options();
    struct descent_info info;
    struct rng r;
    rng_seed(&r, 3);
    for (size_t i = 0; i < N; i++)
        if (rng_uniform(&r) < 0.5) {
            size_t t = pairs[i].chosen;
            pairs[i].chosen = pairs[i].rejected;
            pairs[i].rejected = t;
        }
    o.descent.epochs = 200;
    o.descent.patience = 4;
    struct mlp h = fit(&o, 300, HELD, &info);
    cr_expect(eq(int, info.stop, DESCENT_PATIENCE));
    cr_expect(lt(sz, info.epochs, 40));
    for (size_t s = 0; s < 2; s++)
        cr_expect(lt(dbl, info.net[s].nll, log(2) + 0.15));
    mlp_free(&h);
}

Test(mlp_fit, a_pair_of_weight_2_is_two_pairs)
{
    static size_t twice[FIT + 100];
    struct mlp_opts o = options();
    struct descent_info info;
    o.descent.nets = 1;
    o.descent.epochs = 200;
    o.descent.batch = 200;
    for (size_t i = 0; i < 200; i++)
        twice[i] = i % 100;
    struct mlp a, b;
    cr_assert(mlp_fit(&e, pairs, twice, 200, NULL, 0, &o, &a, &info, NULL, &err), "%s", err.text);
    for (size_t i = 0; i < 100; i++)
        pairs[i].weight = 2;
    cr_assert(mlp_fit(&e, pairs, twice, 100, NULL, 0, &o, &b, &info, NULL, &err), "%s", err.text);
    for (size_t i = 0; i < 20; i++)
        cr_expect(epsilon_eq(dbl, mlp_reward(&a, values + i * D), mlp_reward(&b, values + i * D), 0.02));
    mlp_free(&a);
    mlp_free(&b);
}

Test(mlp_fit, equal_answers_teach_nothing_and_break_nothing)
{
    struct mlp_opts o = options();
    struct descent_info info;
    for (size_t i = 0; i < N; i++)
        pairs[i].rejected = pairs[i].chosen;
    o.descent.epochs = 2;
    o.descent.dropout = 0.5; /* both answers are seen through the same mask */
    struct mlp h = fit(&o, FIT, HELD, &info);
    cr_expect(epsilon_eq(dbl, info.loss, log(2), 1e-12));
    mlp_free(&h);
}

static void expect_error(const struct mlp_opts *o, size_t n_fit, enum err_kind kind)
{
    struct mlp h;
    struct descent_info info;
    cr_expect(not(mlp_fit(&e, pairs, order, n_fit, order + FIT, HELD, o, &h, &info, NULL, &err)));
    cr_expect(eq(int, err.kind, kind), "%s", err.text);
}

Test(mlp_fit, what_cannot_be_fitted_is_an_error)
{
    struct mlp_opts o = options();
    expect_error(&o, 0, ERR_RANGE);
    o.hidden = 0;
    expect_error(&o, FIT, ERR_RANGE);
    o = options();
    o.descent.dropout = 1;
    expect_error(&o, FIT, ERR_RANGE);
    o = options();
    o.activation = ACTIVATION_RELU;
    o.descent.rate = 1e30;
    expect_error(&o, FIT, ERR_NUMERIC);
    o = options();
    for (size_t i = 0; i < N; i++)
        pairs[i].weight = 0;
    expect_error(&o, FIT, ERR_RANGE);
}

Test(mlp_fit, memory_that_cannot_be_had_is_an_error)
{
    struct mlp_opts o = options();
    for (size_t k = 1; k <= 13; k++) {
        mem_fail_after = k;
        expect_error(&o, FIT, ERR_MEMORY);
    }
    mem_fail_after = 0;
}
