#include "core/gate.h"

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

TestSuite(gate, .init = set_up);

static const struct loss plain = {.kind = LOSS_PLAIN};

static struct gate gate(size_t nets, size_t k, size_t d, size_t m, double temperature)
{
    struct gate g;
    cr_assert(gate_init(&g, nets, k, d, m, temperature, &err), "%s", err.text);
    return g;
}

static void expect_weights(const double *weights, double a, double b, double c)
{
    cr_expect(epsilon_eq(dbl, weights[0], a, 1e-6));
    cr_expect(epsilon_eq(dbl, weights[1], b, 1e-6));
    cr_expect(epsilon_eq(dbl, weights[2], c, 1e-6));
}

Test(gate, weights_are_those_worked_out_by_hand)
{
    double weights[3];
    gate_softmax((double[]){2, 0, -1}, 3, 10, weights);
    expect_weights(weights, 0.390694, 0.319873, 0.289433);
    gate_softmax((double[]){2, 0, -1}, 3, 1, weights);
    expect_weights(weights, 0.843795, 0.114195, 0.042010);
}

Test(gate, weights_sum_to_one_far_out_and_ignore_what_all_logits_share)
{
    double a[3], b[3];
    gate_softmax((double[]){1e4, 2, -1e4}, 3, 1, a);
    expect_weights(a, 1, 0, 0);
    gate_softmax((double[]){0.3, -0.2, 1}, 3, 0.7, a);
    gate_softmax((double[]){500.3, 499.8, 501}, 3, 0.7, b);
    for (size_t j = 0; j < 3; j++)
        cr_expect(epsilon_eq(dbl, a[j], b[j], 1e-12));
    cr_expect(epsilon_eq(dbl, a[0] + a[1] + a[2], 1, 1e-15));
}

/* Three attributes, the third of them verbosity, of which the others lose 0.2 and 0.5 times as much, and a gate whose
 * logits are (2, 0, -1) for every prompt. */
static const double chosen[] = {0.7, 0.6, 0.8}, rejected[] = {0.6, 0.7, 0.3};

static struct gate known_gate(void)
{
    static const double mix[] = {1, 0, -0.2, 0, 1, -0.5, 0, 0, 0}, c[] = {2, 0, -1};
    struct gate g = gate(1, 3, 2, 0, 10);
    memcpy(g.mix, mix, sizeof mix);
    memcpy(g.c, c, sizeof c);
    return g;
}

Test(gate, rewards_are_decorrelated_and_weighed_as_worked_out_by_hand)
{
    static const double prompt[] = {3, -4};
    struct gate g = known_gate();
    double weights[3], mixed[3];
    gate_mix(&g, chosen, mixed);
    expect_weights(mixed, 0.54, 0.2, 0);
    gate_mix(&g, rejected, mixed);
    expect_weights(mixed, 0.54, 0.55, 0);
    gate_weights(&g, prompt, weights);
    expect_weights(weights, 0.390694, 0.319873, 0.289433);
    cr_expect(epsilon_eq(dbl, gate_reward(&g, weights, chosen), 0.274949, 1e-6));
    cr_expect(epsilon_eq(dbl, gate_reward(&g, weights, rejected), 0.386905, 1e-6));
    gate_free(&g);
}

static double known_loss(const struct gate *g)
{
    static const double prompt[] = {3, -4};
    double a[3], b[3], delta[3];
    gate_mix(g, chosen, a);
    gate_mix(g, rejected, b);
    for (size_t j = 0; j < 3; j++)
        delta[j] = a[j] - b[j];
    struct gate_examples x = {1, &(size_t){0}, delta, &(double){1}, &(double){1}, &(double){1}};
    return gate_loss(g, prompt, &x, &plain, NULL);
}

Test(gate, the_loss_is_that_of_decorrelated_rewards_and_not_that_of_a_softmax_over_the_answers)
{
    struct gate g = known_gate();
    cr_expect(epsilon_eq(dbl, known_loss(&g), 0.750691, 1e-6));
    /* Over the two answers to one prompt, both weights are one half, and on raw rewards the verbose answer wins by
     * 0.25: a loss of log(1 + exp(-0.25)). */
    double half[2], wrong = 0;
    gate_softmax((double[]){2, 2}, 2, 10, half);
    for (size_t j = 0; j < 3; j++)
        wrong += half[0] * chosen[j] - half[1] * rejected[j];
    cr_expect(epsilon_eq(dbl, wrong, 0.25, 1e-12));
    cr_expect(gt(dbl, known_loss(&g), log1p(exp(-wrong)) + 0.1));
    gate_free(&g);
}

enum { K = 4, D = 3, M = 5, ROWS = 6, N = 9 };
static double prompts[ROWS * D], delta[N * K], weight[N], p[N], strength[N];
static size_t prompt_of[N];
static const struct gate_examples examples = {N, prompt_of, delta, weight, p, strength};

static void fill(double *x, size_t n, struct rng *rng)
{
    for (size_t i = 0; i < n; i++)
        x[i] = rng_normal(rng);
}

static struct gate random_gate(size_t nets, size_t m)
{
    struct gate g = gate(nets, K, D, m, 0.8);
    struct rng rng;
    rng_seed(&rng, 3);
    fill(g.U, nets * m * D, &rng);
    fill(g.b, nets * m, &rng);
    fill(g.V, nets * K * (m > 0 ? m : D), &rng);
    fill(g.c, nets * K, &rng);
    fill(g.mix, K * K, &rng);
    fill(prompts, ROWS * D, &rng);
    fill(delta, N * K, &rng);
    for (size_t s = 0; s < nets; s++)
        g.beta[s] = 0.5 + (double)s;
    for (size_t i = 0; i < N; i++) {
        prompt_of[i] = (i * 5) % ROWS;
        weight[i] = 0.5 + rng_uniform(&rng);
        p[i] = rng_uniform(&rng);
        strength[i] = 1 + (double)(i % 3);
    }
    return g;
}

static void expect_slopes(struct gate *g, const struct loss *loss, double *at, const double *slope, size_t n, bool log)
{
    for (size_t i = 0; i < n; i++) {
        double was = at[i], h = 1e-5;
        at[i] = log ? was * exp(h) : was + h;
        double up = gate_loss(g, prompts, &examples, loss, NULL);
        at[i] = log ? was * exp(-h) : was - h;
        double down = gate_loss(g, prompts, &examples, loss, NULL);
        at[i] = was;
        cr_expect(epsilon_eq(dbl, slope[i], (up - down) / (2 * h), 2e-8));
    }
}

Test(gate, gradients_agree_with_differences_linear_and_with_a_hidden_layer)
{
    static const struct loss losses[] = {{.kind = LOSS_PLAIN}, {.kind = LOSS_SCALED_MARGIN}};
    for (size_t m = 0; m <= M; m += M)
        for (size_t l = 0; l < 2; l++) {
            struct gate g = random_gate(1, m), grad = gate(1, K, D, m, 0.8);
            gate_loss(&g, prompts, &examples, &losses[l], &grad);
            expect_slopes(&g, &losses[l], g.U, grad.U, m * D, false);
            expect_slopes(&g, &losses[l], g.b, grad.b, m, false);
            expect_slopes(&g, &losses[l], g.V, grad.V, K * (m > 0 ? m : D), false);
            expect_slopes(&g, &losses[l], g.c, grad.c, K, false);
            expect_slopes(&g, &losses[l], g.beta, grad.beta, 1, true);
            gate_free(&g);
            gate_free(&grad);
        }
}

Test(gate, several_gates_average_their_rewards_and_their_weights_sum_to_one)
{
    enum { NETS = 3 };
    struct gate g = random_gate(NETS, M);
    double outputs[K], weights[K], mean = 0, sum = 0;
    fill(outputs, K, &(struct rng){{1, 2, 3, 4}});
    for (size_t s = 0; s < NETS; s++) { /* one gate of the three, by itself */
        struct gate one = g;
        one.nets = 1;
        one.U += s * M * D;
        one.b += s * M;
        one.V += s * K * M;
        one.c += s * K;
        one.beta += s;
        gate_weights(&one, prompts, weights);
        mean += gate_reward(&one, weights, outputs) / NETS;
    }
    gate_weights(&g, prompts, weights);
    cr_expect(epsilon_eq(dbl, gate_reward(&g, weights, outputs), mean, 1e-13));
    for (size_t j = 0; j < K; j++) {
        sum += weights[j];
        cr_expect(gt(dbl, weights[j], 0));
    }
    cr_expect(epsilon_eq(dbl, sum, 1, 1e-14));
    cr_expect(eq(dbl, gate_scale(&g), 1.5));
    gate_free(&g);
}

Test(gate, exchanging_the_answers_and_their_probability_changes_nothing)
{
    struct gate g = random_gate(1, M);
    double was = gate_loss(&g, prompts, &examples, &plain, NULL);
    for (size_t i = 0; i < N; i++)
        p[i] = 1 - p[i];
    for (size_t i = 0; i < N * K; i++)
        delta[i] = -delta[i];
    cr_expect(epsilon_eq(dbl, gate_loss(&g, prompts, &examples, &plain, NULL), was, 1e-13));
    gate_free(&g);
}

Test(gate, a_gate_that_was_taught_nothing_weighs_all_attributes_alike)
{
    static const double prompt[D] = {1, -2, 3};
    struct gate g = gate(2, K, D, M, 1);
    double weights[K];
    gate_weights(&g, prompt, weights);
    for (size_t j = 0; j < K; j++)
        cr_expect(epsilon_eq(dbl, weights[j], 1.0 / K, 1e-15));
    cr_expect(epsilon_eq(dbl, gate_reward(&g, weights, (double[]){1, 2, 3, 6}), 3, 1e-13));
    gate_free(&g);
}

Test(gate, memory_that_cannot_be_had_is_an_error)
{
    for (size_t i = 1; i <= 6; i++) {
        struct gate g;
        mem_fail_after = i;
        cr_expect(not(gate_init(&g, 1, K, D, M, 1, &err)));
        cr_expect(eq(int, err.kind, ERR_MEMORY));
    }
    mem_fail_after = 0;
}
