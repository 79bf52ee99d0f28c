#include "core/mlp.h"

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

TestSuite(mlp, .init = set_up);

static const struct loss plain = {.kind = LOSS_PLAIN};

/* Four pairs in two dimensions and a net of two tangents, whose loss and gradient are known. */
static const double C[] = {1, 0, 0, 1, 2, 1, 1, 1};
static const double R[] = {0, 0, 1, 0, 1, 2, 2, -1};
static const double quarter[] = {0.25, 0.25, 0.25, 0.25}, sure[] = {1, 1, 1, 1};

static struct mlp net(size_t m, size_t d, enum activation f)
{
    struct mlp h;
    cr_assert(mlp_init(&h, m, d, f, &err), "%s", err.text);
    return h;
}

static struct mlp known_net(void)
{
    static const double U[] = {0.3, -0.2, 0.1, 0.4}, b[] = {0.1, -0.1}, v[] = {0.7, -0.5};
    struct mlp h = net(2, 2, ACTIVATION_TANH);
    memcpy(h.U, U, sizeof U);
    memcpy(h.b, b, sizeof b);
    memcpy(h.v, v, sizeof v);
    return h;
}

Test(mlp, loss_and_gradient_are_those_worked_out_elsewhere)
{
    static const double z[] = {0.146363, -0.481388, 0.424442, -0.698877};
    static const double dU[] = {-0.015002, -0.192356, -0.050584, 0.202154};
    struct mlp h = known_net(), g = net(2, 2, ACTIVATION_TANH);
    struct loss_pairs pairs = {4, quarter, sure, NULL};
    cr_expect(epsilon_eq(dbl, mlp_loss(&h, C, R, &plain, &pairs, &g), 0.797722, 1e-6));
    for (size_t i = 0; i < 4; i++) {
        cr_expect(epsilon_eq(dbl, mlp_reward(&h, C + 2 * i) - mlp_reward(&h, R + 2 * i), z[i], 1e-6));
        cr_expect(epsilon_eq(dbl, g.U[i], dU[i], 1e-6));
    }
    cr_expect(epsilon_eq(dbl, g.v[0], 0.082600, 1e-6));
    cr_expect(epsilon_eq(dbl, g.v[1], -0.148690, 1e-6));
    cr_expect(epsilon_eq(dbl, g.b[0], -0.044278, 1e-6));
    cr_expect(epsilon_eq(dbl, g.b[1], 0.000292, 1e-6));
    mlp_free(&h);
    mlp_free(&g);
}

enum { N = 7, M = 5, D = 4 };
static double c[N * D], r[N * D], weight[N], p[N], strength[N];

static void fill(double *x, size_t n, struct rng *rng)
{
    for (size_t i = 0; i < n; i++)
        x[i] = rng_normal(rng);
}

static struct mlp random_net(enum activation f)
{
    struct mlp h = net(M, D, f);
    struct rng rng;
    rng_seed(&rng, 11);
    fill(h.U, M * D, &rng);
    fill(h.b, M, &rng);
    fill(h.v, M, &rng);
    fill(c, N * D, &rng);
    fill(r, N * D, &rng);
    for (size_t i = 0; i < N; i++) {
        weight[i] = 0.5 + rng_uniform(&rng);
        p[i] = rng_uniform(&rng);
        strength[i] = 1 + (double)(i % 3);
    }
    return h;
}

static void expect_slopes(struct mlp *h, const struct loss *loss, double *at, const double *g, size_t n)
{
    struct loss_pairs pairs = {N, weight, p, strength};
    for (size_t i = 0; i < n; i++) {
        double was = at[i], up, down;
        at[i] = was + 1e-5;
        up = mlp_loss(h, c, r, loss, &pairs, NULL);
        at[i] = was - 1e-5;
        down = mlp_loss(h, c, r, loss, &pairs, NULL);
        at[i] = was;
        cr_expect(epsilon_eq(dbl, g[i], (up - down) / 2e-5, 2e-8));
    }
}

Test(mlp, gradients_agree_with_differences_for_every_activation_and_loss)
{
    struct loss_pairs pairs = {N, weight, p, strength};
    for (int f = ACTIVATION_TANH; f <= ACTIVATION_LINEAR; f++)
        for (int kind = LOSS_PLAIN; kind <= LOSS_SCALED_MARGIN; kind++) {
            struct loss loss = {.kind = (enum loss_kind)kind};
            struct mlp h = random_net((enum activation)f), g = net(M, D, (enum activation)f);
            mlp_loss(&h, c, r, &loss, &pairs, &g);
            expect_slopes(&h, &loss, h.U, g.U, M * D);
            expect_slopes(&h, &loss, h.b, g.b, M);
            expect_slopes(&h, &loss, h.v, g.v, M);
            expect_slopes(&h, &loss, &h.c, &g.c, 1);
            mlp_free(&h);
            mlp_free(&g);
        }
}

Test(mlp, exchanging_the_answers_and_their_probability_changes_nothing)
{
    struct mlp h = random_net(ACTIVATION_TANH);
    double swapped[N];
    for (size_t i = 0; i < N; i++)
        swapped[i] = 1 - p[i];
    struct loss_pairs there = {N, weight, p, strength}, back = {N, weight, swapped, strength};
    cr_expect(
        epsilon_eq(dbl, mlp_loss(&h, c, r, &plain, &there, NULL), mlp_loss(&h, r, c, &plain, &back, NULL), 1e-13));
    mlp_free(&h);
}

Test(mlp, a_linear_layer_is_a_linear_head)
{
    struct mlp h = random_net(ACTIVATION_LINEAR);
    double w[D] = {0}, bias = 0.5;
    h.c = 0.5;
    for (size_t i = 0; i < M; i++) {
        linalg_axpy(h.v[i], h.U + i * D, w, D);
        bias += h.v[i] * h.b[i];
    }
    for (size_t i = 0; i < N; i++)
        cr_expect(epsilon_eq(dbl, mlp_reward(&h, c + i * D), linalg_dot(w, c + i * D, D) + bias, 1e-13));
    mlp_free(&h);
}

Test(mlp, many_rewards_at_once_are_those_one_by_one)
{
    for (int f = ACTIVATION_TANH; f <= ACTIVATION_LINEAR; f++) {
        struct mlp h = random_net((enum activation)f);
        double scratch[N * M], out[N];
        h.c = -2;
        mlp_rewards(&h, c, N, scratch, out);
        for (size_t i = 0; i < N; i++)
            cr_expect(epsilon_eq(dbl, out[i], mlp_reward(&h, c + i * D), 1e-13));
        mlp_free(&h);
    }
}
