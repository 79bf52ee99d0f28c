#include "core/gate_nets.h"

#include "core/base/rng.h"
#include "core/linalg.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

enum { ROWS = 12, D = 5, N = 30, NETS = 3, K = 4, M = 7 };

static struct err err;
static double values[ROWS * D], z[ROWS * D]; /* z: standardised */
static double delta[N * K], weight[N], p[N], strength[N];
static size_t prompt[N], order[N];
static const struct gate_examples examples = {N, prompt, delta, weight, p, strength};
static struct embeddings e;
static struct standard inputs;
static struct team *team;
static const bool alive[NETS] = {true, true, true};
static const struct loss scaled = {.kind = LOSS_SCALED, .noise = LOSS_SMOOTHING, .rate = 0.1};

static void set_up(void)
{
    struct rng r;
    struct tensor t;
    size_t rows[ROWS];
    linalg_threads(1);
    rng_seed(&r, 8);
    for (size_t i = 0; i < ROWS * D; i++)
        values[i] = (float)(3 + rng_normal(&r));
    for (size_t i = 0; i < N; i++) {
        prompt[i] = (size_t)rng_below(&r, ROWS);
        weight[i] = rng_uniform(&r);
        p[i] = rng_uniform(&r);
        strength[i] = (double)(i % 4);
        order[i] = N - 1 - i;
        for (size_t j = 0; j < K; j++)
            delta[i * K + j] = rng_normal(&r);
    }
    for (size_t i = 0; i < ROWS; i++)
        rows[i] = i;
    tensor_borrow(&t, TENSOR_F64, values, ROWS, D);
    embeddings_init(&e);
    cr_assert(embeddings_add_tensor(&e, &t, "memory", NULL, &err), "%s", err.text);
    cr_assert(standard_init(&inputs, &e, rows, ROWS, &err), "%s", err.text);
    for (size_t i = 0; i < ROWS; i++) {
        float out[D];
        standard_row(&inputs, i, out);
        for (size_t j = 0; j < D; j++)
            z[i * D + j] = (double)out[j];
    }
    team = team_open(2);
}

static void tear_down(void)
{
    team_close(team);
    standard_free(&inputs);
    embeddings_close(&e);
}

TestSuite(gate_nets, .init = set_up, .fini = tear_down);

static const double begin[K] = {0.1, 0.4, 0.3, 0.2};

static struct gate_shape shape(size_t m)
{
    return (struct gate_shape){.weights = begin,

                               .nets = NETS,
                               .k = K,
                               .m = m,
                               .temperature = 2,
                               .beta = 1.5,
                               .examples = N,
                               .dropout = 0.5,
                               .seed = 4};
}

static struct gate_nets nets_of(size_t m)
{
    struct gate_shape s = shape(m);
    struct gate_nets t;
    s.dropout = 0;
    cr_assert(gate_nets_init(&t, &s, &inputs, team, &err), "%s", err.text);
    for (size_t i = 0; i < t.V.n; i++)
        t.V.w[i] = (float)((i * 7) % 11) / 5 - 1;
    for (size_t i = 0; i < t.c.n; i++)
        t.c.w[i] = (float)i / 10;
    for (size_t i = 0; i < t.hidden.units; i++)
        t.hidden.b.w[i] = 0.5F - (float)i / 20;
    for (size_t s2 = 0; s2 < NETS; s2++)
        t.log_beta.w[s2] = (float)s2 / 2;
    return t;
}

/* One net by itself, on standardised prompts. */
static struct gate one_of(const struct gate_nets *t, size_t net)
{
    struct gate all, one;
    size_t in = t->m > 0 ? t->m : D;
    cr_assert(gate_init(&all, NETS, K, D, t->m, t->temperature, &err));
    cr_assert(gate_init(&one, 1, K, D, t->m, t->temperature, &err));
    gate_nets_copy(t, net, &all);
    memcpy(one.U, all.U + net * t->m * D, t->m * D * sizeof *one.U);
    memcpy(one.b, all.b + net * t->m, t->m * sizeof *one.b);
    memcpy(one.V, all.V + net * K * in, K * in * sizeof *one.V);
    memcpy(one.c, all.c + net * K, K * sizeof *one.c);
    one.beta[0] = all.beta[net];
    gate_free(&all);
    return one;
}

static void expect_near(const float *fast, const double *slow, size_t n)
{
    for (size_t i = 0; i < n; i++)
        cr_expect(epsilon_eq(dbl, fast[i], 2 * slow[i], 2e-5));
}

Test(gate_nets, losses_and_gradients_are_those_of_the_slow_twin)
{
    for (size_t m = 0; m <= M; m += M) {
        struct gate_nets t = nets_of(m);
        gate_nets_learn(&t, &scaled, &examples, order, N, 2, 1, NULL, alive);
        for (size_t net = 0; net < NETS; net++) {
            struct gate one = one_of(&t, net), g = one_of(&t, net);
            cr_expect(epsilon_eq(dbl, t.sum[net], gate_loss(&one, z, &examples, &scaled, &g), 1e-5));
            expect_near(&t.log_beta.g[net], g.beta, 1);
            if (m > 0) {
                expect_near(t.hidden.U.g + net * M * D, g.U, M * D);
                expect_near(t.hidden.b.g + net * M, g.b, M);
                expect_near(t.V.g + net * K * M, g.V, K * M);
                expect_near(t.c.g + net * K, g.c, K);
            } else {
                expect_near(t.hidden.U.g + net * K * D, g.V, K * D);
                expect_near(t.hidden.b.g + net * K, g.c, K);
            }
            gate_free(&one);
            gate_free(&g);
        }
        gate_nets_free(&t);
    }
}

Test(gate_nets, judging_sees_through_no_mask)
{
    struct gate_shape s = shape(M);
    struct gate_nets t;
    cr_assert(gate_nets_init(&t, &s, &inputs, team, &err), "%s", err.text);
    for (size_t i = 0; i < t.V.n; i++)
        t.V.w[i] = 1 - (float)(i % 3);
    gate_nets_judge(&t, &scaled, &examples, order, N, alive);
    for (size_t net = 0; net < NETS; net++) {
        struct gate one = one_of(&t, net);
        double whole = gate_loss(&one, z, &examples, &scaled, NULL);
        cr_expect(epsilon_eq(dbl, t.sum[net], whole, 1e-5));
        gate_free(&one);
    }
    double judged = t.sum[0];
    gate_nets_learn(&t, &scaled, &examples, order, N, 1, 1, NULL, alive);
    cr_expect(gt(dbl, fabs(t.sum[0] - judged), 1e-4), "half of the units are hidden while it learns");
    gate_nets_free(&t);
}

Test(gate_nets, gates_begin_with_their_weights_for_every_prompt_and_linear_ones_nearly_so)
{
    for (size_t m = 0; m <= M; m += M) {
        struct gate_shape s = shape(m);
        struct gate_nets t;
        double weights[K];
        cr_assert(gate_nets_init(&t, &s, &inputs, team, &err), "%s", err.text);
        struct gate one = one_of(&t, 1);
        cr_expect(epsilon_eq(dbl, one.beta[0], 1.5, 1e-6));
        for (size_t i = 0; i < ROWS; i++) {
            gate_weights(&one, z + i * D, weights);
            for (size_t j = 0; j < K; j++)
                cr_expect(epsilon_eq(dbl, weights[j], begin[j], m > 0 ? 1e-6 : 0.1));
        }
        gate_free(&one);
        gate_nets_free(&t);
    }
}

Test(gate_nets, memory_that_cannot_be_had_is_an_error)
{
    struct gate_shape s = shape(M);
    for (size_t k = 1; k <= 11; k++) {
        struct gate_nets t;
        mem_fail_after = k;
        cr_expect(not(gate_nets_init(&t, &s, &inputs, team, &err)), "%zu", k);
        cr_expect(eq(int, err.kind, ERR_MEMORY));
    }
    mem_fail_after = 0;
}
