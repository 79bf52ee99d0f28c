#include "core/hidden.h"

#include "core/base/rng.h"
#include "core/linalg.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

/* 3 nets of 30 units (tiles cut through nets) on 11 examples of two views. */
enum { ROWS = 40, D = 19, NETS = 3, PER_NET = 30, UNITS = NETS * PER_NET, N = 11 };

static struct err err;
static double values[ROWS * D];
static struct embeddings e;
static struct standard inputs;
static size_t rows[2 * N];
static const struct hidden_shape shape = {
    .nets = NETS, .per_net = PER_NET, .activation = ACTIVATION_TANH, .examples = N, .views = 2, .seed = 3};

static void set_up(void)
{
    struct rng r;
    struct tensor t;
    size_t all[ROWS];
    linalg_threads(1);
    rng_seed(&r, 5);
    for (size_t i = 0; i < ROWS * D; i++)
        values[i] = 2 + 3 * rng_normal(&r);
    for (size_t i = 0; i < ROWS; i++)
        all[i] = i;
    for (size_t i = 0; i < 2 * N; i++)
        rows[i] = (size_t)rng_below(&r, ROWS);
    tensor_borrow(&t, TENSOR_F64, values, ROWS, D);
    embeddings_init(&e);
    cr_assert(embeddings_add_tensor(&e, &t, "memory", NULL, &err), "%s", err.text);
    cr_assert(standard_init(&inputs, &e, all, ROWS, &err), "%s", err.text);
}

static void tear_down(void)
{
    standard_free(&inputs);
    embeddings_close(&e);
}

TestSuite(hidden, .init = set_up, .fini = tear_down);

static struct hidden layer(const struct hidden_shape *s, struct team *team)
{
    struct hidden h;
    cr_assert(hidden_init(&h, s, &inputs, team, &err), "%s", err.text);
    for (size_t c = 0; c < h.units; c++)
        h.b.w[c] = (float)c / 100;
    return h;
}

/* A loss that is linear in the values: its derivatives are given. */
static void fill_G(struct hidden *h)
{
    struct rng r;
    rng_seed(&r, 9);
    for (size_t i = 0; i < h->units * 2 * h->n; i++)
        h->G[i] = (float)rng_normal(&r);
}

Test(hidden, values_and_gradients_are_those_of_the_slow_twin)
{
    for (int f = ACTIVATION_TANH; f <= ACTIVATION_LINEAR; f++) {
        struct team *team = team_open(2);
        struct hidden_shape s = shape;
        s.activation = (enum activation)f;
        struct hidden h = layer(&s, team);
        hidden_forward(&h, rows, N, 1);
        fill_G(&h);
        static float G[UNITS * 2 * N];
        memcpy(G, h.G, sizeof G);
        hidden_backward(&h, NULL);
        for (size_t c = 0; c < UNITS; c++) {
            double gU[D] = {0}, gb = 0;
            for (size_t i = 0; i < 2 * N; i++) {
                float x[D];
                double a = (double)h.b.w[c];
                standard_row(&inputs, rows[i], x);
                for (size_t j = 0; j < D; j++)
                    a += (double)h.U.w[c * D + j] * (double)x[j];
                double value = activation_value(s.activation, a);
                double g = (double)G[c * 2 * N + i] * activation_slope(s.activation, value);
                cr_assert(epsilon_eq(dbl, h.H[c * 2 * N + i], value, 2e-6));
                gb += g;
                for (size_t j = 0; j < D; j++)
                    gU[j] += g * (double)x[j];
            }
            cr_assert(epsilon_eq(dbl, h.b.g[c], gb, 2e-5));
            for (size_t j = 0; j < D; j++)
                cr_assert(epsilon_eq(dbl, h.U.g[c * D + j], gU[j], 2e-5));
        }
        hidden_free(&h);
        team_close(team);
    }
}

Test(hidden, any_number_of_threads_gives_the_same_bits)
{
    static float one[UNITS * D];
    struct adam adam = adam_default();
    for (int threads = 1; threads <= 4; threads++) {
        struct team *team = team_open(threads);
        struct hidden_shape s = shape;
        s.dropout = 0.3;
        struct hidden h = layer(&s, team);
        for (size_t t = 1; t <= 3; t++) {
            struct adam_step step = adam_at(&adam, t);
            hidden_forward(&h, rows, N, t);
            fill_G(&h);
            hidden_backward(&h, &step);
        }
        if (threads == 1)
            memcpy(one, h.U.w, sizeof one);
        cr_expect(eq(int, memcmp(one, h.U.w, sizeof one), 0), "%d threads", threads);
        hidden_free(&h);
        team_close(team);
    }
}

Test(hidden, a_mask_hides_its_share_of_the_units_from_both_views_and_scales_up_the_others)
{
    static float whole[UNITS * 2 * N];
    struct team *team = team_open(1);
    struct hidden_shape s = shape;
    s.dropout = 0.25;
    struct hidden h = layer(&s, team);
    hidden_forward(&h, rows, N, 0);
    memcpy(whole, h.H, sizeof whole);
    hidden_forward(&h, rows, N, 7);
    size_t hidden = 0;
    for (size_t c = 0; c < UNITS; c++)
        for (size_t i = 0; i < N; i++) {
            size_t a = c * 2 * N + i, b = a + N;
            float up = h.slope[a] == 0.0F ? 0 : 1 / 0.75F;
            hidden += up == 0.0F;
            cr_expect(epsilon_eq(flt, h.H[a], up * whole[a], 1e-6));
            cr_expect(epsilon_eq(flt, h.H[b], up * whole[b], 1e-6));
            cr_expect(epsilon_eq(flt, h.slope[b], up * (1 - whole[b] * whole[b]), 1e-6));
        }
    cr_expect(epsilon_eq(dbl, (double)hidden / (UNITS * N), 0.25, 0.05)); /* 990 draws: sd 0.014 */
    hidden_free(&h);
    team_close(team);
}

Test(hidden, masks_differ_from_step_to_step_and_repeat)
{
    static float first[UNITS * 2 * N];
    struct team *team = team_open(1);
    struct hidden_shape s = shape;
    s.dropout = 0.5;
    struct hidden h = layer(&s, team);
    hidden_forward(&h, rows, N, 1);
    memcpy(first, h.H, sizeof first);
    hidden_forward(&h, rows, N, 2);
    cr_expect(ne(int, memcmp(first, h.H, sizeof first), 0));
    hidden_forward(&h, rows, N, 1);
    cr_expect(eq(int, memcmp(first, h.H, sizeof first), 0));
    hidden_free(&h);
    team_close(team);
}

Test(hidden, nets_begin_differently_and_a_net_begins_the_same_in_any_company)
{
    struct team *team = team_open(1);
    struct hidden_shape alone = shape;
    alone.nets = 1;
    struct hidden many = layer(&shape, team), one = layer(&alone, team);
    cr_expect(eq(int, memcmp(many.U.w, one.U.w, PER_NET * D * sizeof *one.U.w), 0));
    cr_expect(ne(int, memcmp(many.U.w, many.U.w + PER_NET * D, PER_NET * D * sizeof *one.U.w), 0));
    hidden_free(&many);
    hidden_free(&one);
    team_close(team);
}

Test(hidden, nets_that_are_no_longer_trained_cost_nothing)
{
    static const bool alive[NETS] = {true, false, false};
    struct team *team = team_open(1);
    struct hidden h = layer(&shape, team);
    struct adam adam = adam_default();
    struct adam_step step = adam_at(&adam, 1);
    static float before[UNITS * D];
    memcpy(before, h.U.w, sizeof before);
    h.alive = alive;
    hidden_forward(&h, rows, N, 1);
    fill_G(&h);
    hidden_backward(&h, &step);
    size_t last = UNITS - 1; /* its tile holds units of dead nets only */
    cr_expect(ne(flt, h.U.w[0], before[0]));
    cr_expect(eq(flt, h.U.w[last * D], before[last * D]));
    hidden_free(&h);
    team_close(team);
}

Test(hidden, memory_that_cannot_be_had_is_an_error)
{
    struct team *team = team_open(1);
    for (size_t k = 1; k <= 6; k++) {
        struct hidden h;
        mem_fail_after = k;
        cr_expect(not(hidden_init(&h, &shape, &inputs, team, &err)));
        cr_expect(eq(int, err.kind, ERR_MEMORY));
    }
    mem_fail_after = 0;
    team_close(team);
}
