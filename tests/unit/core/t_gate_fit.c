#include "core/gate_fit.h"

#include "core/base/rng.h"
#include "core/bt.h"
#include "core/linalg.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

/* Prompts of two kinds, told by the sign of a column: for one it is the first attribute that matters, for the other the
 * second; the third is verbosity, which is part of the second. Rows: prompts, then two answers to each. */
enum { D = 8, K = 3, FIT = 900, HELD = 300, TEST_ = 900, N = FIT + HELD + TEST_ };

static struct err err;
static double values[3 * N * D], outputs[3 * N * K];
static struct pair pairs[N];
static size_t order[N];
static struct embeddings e;
static const double mix[K * K] = {1, 0, 0, 0, 1, -1, 0, 0, 0};

static bool first_kind(size_t prompt)
{
    return values[prompt * D] > 1;
}

static double truth(size_t prompt, size_t row)
{
    const double *r = outputs + row * K;
    return first_kind(prompt) ? 2 * r[0] : 2 * (r[1] - r[2]);
}

static void set_up(void)
{
    struct rng r;
    struct tensor t;
    linalg_threads(1);
    rng_seed(&r, 17);
    for (size_t i = 0; i < 3 * N * D; i++)
        values[i] = (float)(1 + 3 * rng_normal(&r));
    for (size_t i = 0; i < 3 * N; i++) {
        double *o = outputs + i * K;
        o[0] = 1 + rng_normal(&r);
        o[2] = 2 + rng_normal(&r);
        o[1] = o[2] + rng_normal(&r);
    }
    for (size_t i = 0; i < N; i++) {
        size_t a = N + 2 * i, b = a + 1;
        bool first = rng_uniform(&r) < bt_sigma(truth(i, a) - truth(i, b));
        pairs[i] = (struct pair){first ? a : b, first ? b : a, .weight = 1, .p = 1, .strength = 1, .prompt = i};
        order[i] = i;
    }
    tensor_borrow(&t, TENSOR_F64, values, 3 * N, D);
    embeddings_init(&e);
    cr_assert(embeddings_add_tensor(&e, &t, "memory", NULL, &err), "%s", err.text);
}

static void tear_down(void)
{
    embeddings_close(&e);
}

TestSuite(gate_fit, .init = set_up, .fini = tear_down);

static struct gate_opts options(size_t hidden)
{
    struct gate_opts o = {.hidden = hidden, .temperature = 1, .descent = descent_default()};
    o.descent.nets = 2;
    o.descent.epochs = 20;
    o.descent.rate = 0.02;
    return o;
}

static struct gate_data data(void)
{
    return (struct gate_data){&e, pairs, outputs, K, mix};
}

static struct gate fit(const struct gate_opts *o, struct descent_info *info)
{
    struct gate g;
    struct gate_data d = data();
    cr_assert(gate_fit(&d, order, FIT, order + FIT, HELD, o, &g, info, NULL, &err), "%s", err.text);
    return g;
}

/* Mean plain loss of pairs [first, first + n). */
static double loss_of(const struct gate *g, size_t first, size_t n)
{
    double sum = 0, weights[K];
    for (size_t i = first; i < first + n; i++) {
        gate_weights(g, values + pairs[i].prompt * D, weights);
        sum += bt_softplus(gate_reward(g, weights, outputs + pairs[i].rejected * K) -
                           gate_reward(g, weights, outputs + pairs[i].chosen * K));
    }
    return sum / (double)n;
}

/* The best weights that are the same for all prompts. */
static double constant_loss(void)
{
    static double rows[(FIT + HELD) * K];
    double w[K], sum = 0;
    struct bt_problem b;
    struct bt_info info;
    for (size_t i = 0; i < FIT + HELD; i++)
        for (size_t j = 0; j < K; j++)
            rows[i * K + j] = outputs[pairs[i].chosen * K + j] - outputs[pairs[i].rejected * K + j];
    cr_assert(bt_init_rows(&b, rows, FIT + HELD, K, NULL, NULL, BT_F64, &err), "%s", err.text);
    cr_assert(bt_fit(&b, 1e-6, &(struct bt_opts){0}, w, &info, NULL, &err), "%s", err.text);
    bt_free(&b);
    for (size_t i = FIT + HELD; i < N; i++)
        sum += bt_softplus(linalg_dot(w, outputs + pairs[i].rejected * K, K) -
                           linalg_dot(w, outputs + pairs[i].chosen * K, K));
    return sum / TEST_;
}

Test(gate_fit, it_finds_which_attribute_matters_for_which_prompt)
{
    for (size_t hidden = 0; hidden <= 16; hidden += 16) {
        struct gate_opts o = options(hidden);
        struct descent_info info;
        struct gate g = fit(&o, &info);
        double best = 0, right = 0, weights[K];
        for (size_t i = FIT + HELD; i < N; i++) {
            best += bt_softplus(truth(i, pairs[i].rejected) - truth(i, pairs[i].chosen)) / TEST_;
            gate_weights(&g, values + i * D, weights);
            right += (weights[0] > weights[1]) == first_kind(i);
        }
        double gated = loss_of(&g, FIT + HELD, TEST_), constant = constant_loss();
        cr_expect(lt(dbl, gated, best + (constant - best) / 3), "%.3f, the truth's %.3f, constant weights' %.3f", gated,
                  best, constant);
        cr_expect(gt(dbl, right, 0.9 * TEST_));
        gate_free(&g);
    }
}

Test(gate_fit, what_is_reported_is_the_log_loss_of_the_gate_that_is_returned)
{
    for (size_t hidden = 0; hidden <= 5; hidden += 5) {
        struct gate_opts o = options(hidden);
        struct descent_info info;
        o.descent.nets = 1;
        o.loss.kind = LOSS_MARGIN; /* stopping goes by the plain one all the same */
        struct gate g = fit(&o, &info);
        cr_expect(epsilon_eq(dbl, loss_of(&g, FIT, HELD), info.net[0].nll, 1e-5));
        gate_free(&g);
    }
}

Test(gate_fit, the_mix_is_used_and_kept)
{
    struct gate_opts o = options(0);
    struct descent_info info;
    struct gate mixed = fit(&o, &info);
    double with = info.net[0].nll;
    cr_expect(eq(int, memcmp(mixed.mix, mix, sizeof mix), 0));
    struct gate_data raw = data();
    struct gate g;
    raw.mix = NULL;
    cr_assert(gate_fit(&raw, order, FIT, order + FIT, HELD, &o, &g, &info, NULL, &err), "%s", err.text);
    cr_expect(gt(dbl, info.net[0].nll, with + 0.02), "weights that sum to 1 cannot take verbosity away");
    cr_expect(eq(dbl, g.mix[0], 1));
    cr_expect(eq(dbl, g.mix[1 * K + 2], 0));
    gate_free(&mixed);
    gate_free(&g);
}

Test(gate_fit, it_begins_where_constant_weights_fit_best)
{
    /* Without steps worth the name, what comes out is where it began. */
    for (size_t hidden = 0; hidden <= 4; hidden += 4) {
        struct gate_opts o = options(hidden);
        struct descent_info info;
        o.descent.rate = 1e-12;
        o.descent.epochs = 1;
        struct gate g = fit(&o, &info);
        double was = loss_of(&g, FIT + HELD, TEST_);
        cr_expect(epsilon_eq(dbl, was, constant_loss(), 0.01));
        double best = loss_of(&g, 0, FIT);
        for (int side = -1; side <= 1; side += 2) { /* the scale is the best one */
            for (size_t s = 0; s < 2; s++)
                g.beta[s] *= 1 + 0.04 * side;
            cr_expect(gt(dbl, loss_of(&g, 0, FIT), best - (hidden > 0 ? 0 : 1e-4)));
            for (size_t s = 0; s < 2; s++)
                g.beta[s] /= 1 + 0.04 * side;
        }
        gate_free(&g);
    }
}

Test(gate_fit, the_seed_decides_and_the_threads_do_not)
{
    struct gate_opts o = options(20);
    struct descent_info info;
    o.descent.epochs = 2;
    o.descent.dropout = 0.2;
    struct gate first = fit(&o, &info);
    for (int threads = 2; threads <= 3; threads++) {
        o.descent.threads = threads;
        struct gate again = fit(&o, &info);
        cr_expect(eq(int, memcmp(first.V, again.V, 2 * K * 20 * sizeof *first.V), 0), "%d threads", threads);
        cr_expect(eq(int, memcmp(first.U, again.U, 2 * 20 * D * sizeof *first.U), 0), "%d threads", threads);
        cr_expect(eq(int, memcmp(first.beta, again.beta, 2 * sizeof *first.beta), 0), "%d threads", threads);
        gate_free(&again);
    }
    o.descent.seed = 2;
    struct gate other = fit(&o, &info);
    cr_expect(ne(int, memcmp(first.V, other.V, 2 * K * 20 * sizeof *first.V), 0));
    gate_free(&other);
    gate_free(&first);
}

Test(gate_fit, attributes_that_say_the_contrary_do_not_break_it)
{
    struct gate_opts o = options(0);
    struct descent_info info;
    for (size_t i = 0; i < 3 * N * K; i++)
        outputs[i] = -outputs[i];
    struct gate g = fit(&o, &info);
    cr_expect(gt(dbl, gate_scale(&g), 0));
    cr_expect(lt(dbl, info.net[0].nll, log(2) + 0.01));
    gate_free(&g);
}

static void expect_error(const struct gate_data *d, const struct gate_opts *o, size_t n_fit, enum err_kind kind)
{
    struct gate g;
    struct descent_info info;
    cr_expect(not(gate_fit(d, order, n_fit, order + FIT, HELD, o, &g, &info, NULL, &err)));
    cr_expect(eq(int, err.kind, kind), "%s", err.text);
}

Test(gate_fit, what_cannot_be_fitted_is_an_error)
{
    struct gate_opts o = options(3);
    struct gate_data d = data();
    expect_error(&d, &o, 0, ERR_RANGE);
    d.k = 1;
    expect_error(&d, &o, FIT, ERR_RANGE);
    d.k = K;
    o.temperature = 0;
    expect_error(&d, &o, FIT, ERR_RANGE);
    o = options(3);
    o.descent.batch = 0;
    expect_error(&d, &o, FIT, ERR_RANGE);
    o = options(3);
    outputs[pairs[5].rejected * K] = NAN;
    expect_error(&d, &o, FIT, ERR_NUMERIC);
    outputs[pairs[5].rejected * K] = 0;
    pairs[7].prompt = SIZE_MAX;
    expect_error(&d, &o, FIT, ERR_MISSING);
    pairs[7].prompt = 0;
    for (size_t i = 0; i < FIT; i++)
        pairs[i].weight = 0;
    expect_error(&d, &o, FIT, ERR_RANGE);
}

Test(gate_fit, memory_that_cannot_be_had_is_an_error)
{
    struct gate_opts o = options(3);
    struct gate_data d = data();
    for (size_t k = 1; k <= 26; k++) {
        mem_fail_after = k;
        expect_error(&d, &o, FIT, ERR_MEMORY);
    }
    mem_fail_after = 0;
}
