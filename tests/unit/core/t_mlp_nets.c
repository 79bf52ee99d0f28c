#include "core/mlp_nets.h"

#include "core/base/rng.h"
#include "core/linalg.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

enum { D = 5, N = 30, NETS = 3, M = 7 };

static struct err err;
static double values[2 * N * D], z[2 * N * D]; /* z: standardised */
static struct pair pairs[N];
static size_t order[N];
static struct embeddings e;
static struct standard inputs;
static struct team *team;
static const bool alive[NETS] = {true, true, true};
static const struct loss scaled = {.kind = LOSS_SCALED_MARGIN, .noise = LOSS_SMOOTHING, .rate = 0.1};

static void set_up(void)
{
    struct rng r;
    struct tensor t;
    size_t rows[2 * N];
    linalg_threads(1);
    rng_seed(&r, 8);
    for (size_t i = 0; i < 2 * N * D; i++)
        values[i] = (float)(3 + rng_normal(&r));
    for (size_t i = 0; i < N; i++) {
        pairs[i] =
            (struct pair){2 * i, 2 * i + 1, .weight = rng_uniform(&r), .p = rng_uniform(&r), .strength = (int)(i % 4)};
        order[i] = N - 1 - i;
    }
    for (size_t i = 0; i < 2 * N; i++)
        rows[i] = i;
    tensor_borrow(&t, TENSOR_F64, values, 2 * N, D);
    embeddings_init(&e);
    cr_assert(embeddings_add_tensor(&e, &t, "memory", NULL, &err), "%s", err.text);
    cr_assert(standard_init(&inputs, &e, rows, 2 * N, &err), "%s", err.text);
    for (size_t i = 0; i < 2 * N; i++) {
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

TestSuite(mlp_nets, .init = set_up, .fini = tear_down);

static struct mlp_nets nets_of(enum activation f)
{
    struct hidden_shape shape = {.nets = NETS, .per_net = M, .activation = f, .examples = N, .views = 2, .seed = 4};
    struct mlp_nets t;
    cr_assert(mlp_nets_init(&t, &shape, &inputs, pairs, team, &err), "%s", err.text);
    for (size_t c = 0; c < NETS * M; c++) {
        t.hidden.b.w[c] = (float)c / 20 - 0.5F;
        t.v.w[c] = (float)(c % 5) / 4 - 0.5F;
    }
    return t;
}

/* Loss and gradient of one net by the slow twin, on standardised inputs in the order of the batch. */
static double twin(const struct mlp_nets *t, size_t net, const struct loss *loss, struct mlp *g)
{
    double C[N * D], R[N * D], weight[N], p[N], strength[N];
    struct mlp all, one;
    cr_assert(mlp_init(&all, NETS * M, D, t->hidden.shape.activation, &err));
    cr_assert(mlp_init(&one, M, D, t->hidden.shape.activation, &err));
    cr_assert(mlp_init(g, M, D, t->hidden.shape.activation, &err));
    mlp_nets_copy(t, net, &all);
    memcpy(one.U, all.U + net * M * D, M * D * sizeof *one.U);
    memcpy(one.b, all.b + net * M, M * sizeof *one.b);
    memcpy(one.v, all.v + net * M, M * sizeof *one.v);
    for (size_t i = 0; i < N; i++) {
        const struct pair *pair = &pairs[order[i]];
        memcpy(C + i * D, z + pair->chosen * D, D * sizeof *C);
        memcpy(R + i * D, z + pair->rejected * D, D * sizeof *R);
        weight[i] = pair->weight;
        p[i] = pair->p;
        strength[i] = pair->strength;
    }
    struct loss_pairs of = {N, weight, p, strength};
    double value = mlp_loss(&one, C, R, loss, &of, g);
    mlp_free(&all);
    mlp_free(&one);
    return value;
}

Test(mlp_nets, losses_and_gradients_are_those_of_the_slow_twin)
{
    for (int f = ACTIVATION_TANH; f <= ACTIVATION_LINEAR; f++) {
        struct mlp_nets t = nets_of((enum activation)f);
        mlp_nets_learn(&t, &scaled, order, N, 2, 1, NULL, alive);
        for (size_t net = 0; net < NETS; net++) {
            struct mlp g;
            cr_expect(epsilon_eq(dbl, t.sum[net], twin(&t, net, &scaled, &g), 1e-5));
            for (size_t c = 0; c < M; c++) {
                cr_expect(epsilon_eq(dbl, t.v.g[net * M + c], 2 * g.v[c], 2e-5));
                cr_expect(epsilon_eq(dbl, t.hidden.b.g[net * M + c], 2 * g.b[c], 2e-5));
                for (size_t j = 0; j < D; j++)
                    cr_expect(epsilon_eq(dbl, t.hidden.U.g[(net * M + c) * D + j], 2 * g.U[c * D + j], 2e-5));
            }
            mlp_free(&g);
        }
        mlp_nets_free(&t);
    }
}

Test(mlp_nets, judging_changes_nothing_and_sees_through_no_mask)
{
    struct hidden_shape shape = {.nets = NETS,
                                 .per_net = M,
                                 .activation = ACTIVATION_TANH,
                                 .examples = N,
                                 .views = 2,
                                 .dropout = 0.5,
                                 .seed = 4};
    struct mlp_nets t, before;
    struct mlp g;
    cr_assert(mlp_nets_init(&t, &shape, &inputs, pairs, team, &err), "%s", err.text);
    cr_assert(mlp_nets_init(&before, &shape, &inputs, pairs, team, &err), "%s", err.text);
    mlp_nets_judge(&t, &scaled, order, N, alive);
    for (size_t net = 0; net < NETS; net++) {
        cr_expect(epsilon_eq(dbl, t.sum[net], twin(&t, net, &scaled, &g), 1e-5));
        mlp_free(&g);
    }
    cr_expect(eq(int, memcmp(t.v.w, before.v.w, 4 * NETS * M * sizeof *t.v.w), 0));
    cr_expect(eq(int, memcmp(t.hidden.U.w, before.hidden.U.w, 4 * NETS * M * D * sizeof *t.v.w), 0));
    mlp_nets_free(&before);
    mlp_nets_free(&t);
}

Test(mlp_nets, a_step_lowers_the_loss_of_the_living_and_leaves_the_dead)
{
    static const bool one[NETS] = {false, true, false};
    struct mlp_nets t = nets_of(ACTIVATION_TANH);
    struct adam adam = adam_default();
    struct adam_step s = adam_at(&adam, 1);
    float dead = t.v.w[0];
    mlp_nets_judge(&t, &scaled, order, N, alive);
    double was = t.sum[1];
    mlp_nets_learn(&t, &scaled, order, N, 1, 1, &s, one);
    mlp_nets_judge(&t, &scaled, order, N, one);
    cr_expect(lt(dbl, t.sum[1], was));
    cr_expect(eq(flt, t.v.w[0], dead));
    mlp_nets_free(&t);
}
