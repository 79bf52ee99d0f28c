#include "core/linalg.h"
#include "core/more.h"
#include "tests/support/conflict.h"
#include "tests/support/rows.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static struct err err;

enum { D = 20 };

struct stage {
    struct conflict c;
    struct more m;
};

static void stage_open(struct stage *s, size_t first, size_t second)
{
    struct conflict_opts o = {
        .groups = 2, .pairs = {first, second}, .d = D, .values = 3, .conflict = 1, .margin = 1.5, .cond = 2, .seed = 5};
    conflict_draw(&s->c, &o);
    cr_assert(more_init(&s->m, &s->c.e, s->c.pairs, NULL, s->c.of, s->c.n, o.groups, SIZE_MAX, 1, &err), "%s",
              err.text);
}

static void stage_close(struct stage *s)
{
    more_free(&s->m);
    conflict_free(&s->c);
}

static struct more_info train(struct stage *s, double l2, const struct more_batch_opts *o, double *w)
{
    struct more_info info;
    cr_assert(more_fit_batches(&s->m, l2, o, w, &info, NULL, &err), "%s", err.text);
    cr_expect(eq(int, info.stop, MORE_EPOCHS));
    return info;
}

/* ---- one step is what the formula says ---- */

/* A batch of all pairs, plain steps: w = -rate sum share_k g_k at w = 0, with the shortest mixture. */
static void expect_one_step(size_t first, size_t second, bool by_size)
{
    struct stage s;
    struct more_state state;
    double zero[D] = {0}, w[D], f[2], g[2 * D], share[2], wanted[D];
    stage_open(&s, first, second);
    struct more_batch_opts o = {
        .batch = (first + second) / 2, .by_size = by_size, .optimiser = MORE_SGD, .rate = 0.5, .seed = 1};
    struct more_info info = train(&s, 0, &o, w);
    cr_assert(more_measure(&s.m, 0, zero, f, g, &err));
    cr_assert(more_state_of(&s.m, 0, zero, &state, &err));
    more_shares(state.lambda, by_size ? (size_t[]){first, second} : NULL, 2, share);
    linalg_gemv_t(g, 2, D, share, 0, wanted);
    cr_expect(eq(sz, info.steps, 1));
    for (size_t k = 0; k < 2; k++) {
        cr_expect(epsilon_eq(dbl, info.trace.lambda[k], state.lambda[k], 1e-6));
        cr_expect(epsilon_eq(dbl, info.trace.loss[k], log(2), 1e-6));
    }
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, w[j], -0.5 * wanted[j], 1e-6));
    more_info_free(&info);
    stage_close(&s);
}

Test(more_batch, a_batch_of_everything_is_a_step_along_the_mixture)
{
    expect_one_step(50, 50, false);
}

Test(more_batch, by_size_has_the_scale_of_the_released_program)
{
    expect_one_step(70, 30, true);
    expect_one_step(40, 40, true); /* the same as equation 7 then */
}

/* What `start` says is what the first weights come from when hardly anything of a gradient enters the average. */
Test(more_batch, averages_begin_where_their_start_says)
{
    struct stage s;
    struct more_batch_opts o = {.batch = 60, .optimiser = MORE_SGD, .rate = 0.1, .alpha = 1e-9, .seed = 1};
    struct more_state state;
    double w[D], zero[D] = {0}, lambda[3];
    stage_open(&s, 60, 60);
    cr_assert(more_state_of(&s.m, 0, zero, &state, &err));
    for (enum more_ema_start start = MORE_EMA_FIRST; start <= MORE_EMA_LAYER; start++) {
        o.start = start;
        struct more_info info = train(&s, 0, &o, w);
        lambda[start] = info.trace.lambda[0];
        more_info_free(&info);
    }
    cr_expect(epsilon_eq(dbl, lambda[MORE_EMA_FIRST], state.lambda[0], 1e-6));
    cr_expect(epsilon_eq(dbl, lambda[MORE_EMA_ZERO], state.lambda[0], 1e-6)); /* all scaled by alpha */
    /* One layer for all: vectors that are equal but for alpha; the shortest is near a vertex or in between by chance,
     * but it is not what the gradients say. */
    cr_expect(gt(dbl, fabs(lambda[MORE_EMA_LAYER] - state.lambda[0]), 1e-3));
    stage_close(&s);
}

/* alpha = 1 is no average at all, whatever it starts from (but for the numbers that a layer takes from the generator).
 */
Test(more_batch, alpha_one_forgets_the_start)
{
    struct stage s;
    double w[2][D];
    struct more_batch_opts o = {.epochs = 2, .alpha = 1, .seed = 3};
    stage_open(&s, 100, 60);
    for (int i = 0; i < 2; i++) {
        o.start = i == 0 ? MORE_EMA_FIRST : MORE_EMA_ZERO;
        struct more_info info = train(&s, 1e-3, &o, w[i]);
        more_info_free(&info);
    }
    cr_expect(eq(int, memcmp(w[0], w[1], sizeof w[0]), 0));
    stage_close(&s);
}

/* ---- epochs ---- */

/* Smaller objectives are gone through again until the largest was gone through once. */
Test(more_batch, an_epoch_is_as_long_as_the_largest_objective)
{
    struct stage s;
    double w[D];
    stage_open(&s, 100, 30);
    struct more_info info = train(&s, 0, &(struct more_batch_opts){.batch = 16, .epochs = 3, .seed = 1}, w);
    cr_expect(eq(sz, info.steps, 21)); /* 7 batches of 16 reach 100 */
    more_info_free(&info);
    info = train(&s, 0, &(struct more_batch_opts){.batch = 16, .samples = 400, .seed = 1}, w);
    cr_expect(eq(sz, info.steps, 25));
    more_info_free(&info);
    info = train(&s, 0, &(struct more_batch_opts){.batch = 16, .by_size = true, .seed = 1}, w);
    cr_expect(eq(sz, info.steps, 5)); /* 5 batches of 32 reach 130 */
    more_info_free(&info);
    stage_close(&s);
}

Test(more_batch, repeats_with_the_seed_alone)
{
    struct stage s;
    double w[3][D];
    stage_open(&s, 200, 80);
    for (int i = 0; i < 3; i++) {
        struct more_info info = train(&s, 1e-3, &(struct more_batch_opts){.epochs = 2, .seed = i < 2 ? 7 : 8}, w[i]);
        more_info_free(&info);
    }
    cr_expect(eq(int, memcmp(w[0], w[1], sizeof w[0]), 0));
    cr_expect(ne(int, memcmp(w[0], w[2], sizeof w[0]), 0));
    stage_close(&s);
}

/* Differences along different axes: each weight moves in the one step that has its pair. */
Test(more_batch, an_epoch_sees_every_pair_once)
{
    enum { N = 20, B = 4 };
    static const float identity[N * N];
    struct rows r;
    struct more m;
    struct more_info info;
    double w[N], moved = 0, rates = 0;
    size_t of[N] = {0};
    rows_take(&r, identity, N, N);
    for (size_t i = 0; i < N; i++)
        r.x[2 * i * N + i] = 1;
    cr_assert(more_init(&m, &r.e, r.pairs, NULL, of, N, 1, SIZE_MAX, 1, &err));
    struct more_batch_opts o = {.batch = B, .optimiser = MORE_SGD, .rate = 1e-3, .seed = 4};
    cr_assert(more_fit_batches(&m, 0, &o, w, &info, NULL, &err));
    for (size_t t = 0; t < N / B; t++)
        rates += 1e-3 * (1 + cos(acos(-1.0) * (double)t / (N / B))) / 2;
    for (size_t j = 0; j < N; j++) {
        cr_expect(gt(dbl, w[j], 0.0));
        moved += w[j];
    }
    cr_expect(epsilon_eq(dbl, moved, rates / 2, 1e-6)); /* sigma - 1 is -1/2 at w = 0 */
    more_info_free(&info);
    more_free(&m);
    rows_free(&r);
}

/* ---- where it goes ---- */

static double worst(const struct more_info *info)
{
    return fmax(info->state.loss[0], info->state.loss[1]);
}

Test(more_batch, many_epochs_end_near_a_stationary_point)
{
    struct stage s;
    double w[D];
    stage_open(&s, 600, 300);
    for (enum more_optimiser optimiser = MORE_ADAMW; optimiser <= MORE_SGD; optimiser++) {
        struct more_batch_opts o = {
            .batch = 32, .epochs = 40, .optimiser = optimiser, .rate = optimiser == MORE_SGD ? 0.3 : 0.02, .seed = 2};
        struct more_info info = train(&s, 1e-3, &o, w);
        cr_expect(lt(dbl, info.state.stationarity, 0.02), "%s: %g", more_optimiser_name(optimiser),
                  info.state.stationarity);
        cr_expect(lt(dbl, worst(&info), 0.66));
        cr_expect(not(info.converged)); /* and it says that it is only near */
        more_info_free(&info);
    }
    stage_close(&s);
}

static bool stop_later(void *ctx, double done, double total)
{
    (void)ctx, (void)total;
    return done < 64;
}

Test(more_batch, asked_to_stop_it_keeps_what_it_has)
{
    struct stage s;
    struct more_info info;
    struct progress p = {.tick = stop_later};
    double w[D];
    stage_open(&s, 200, 100);
    cr_assert(more_fit_batches(&s.m, 0, &(struct more_batch_opts){.batch = 2, .seed = 1}, w, &info, &p, &err), "%s",
              err.text);
    cr_expect(eq(int, info.stop, MORE_INTERRUPTED));
    cr_expect(eq(sz, info.steps, 64)); /* of 100 */
    cr_expect(lt(dbl, info.state.loss[0] + info.state.loss[1], 2 * log(2)));
    more_info_free(&info);
    stage_close(&s);
}

Test(more_batch, refuses_what_is_out_of_range)
{
    struct stage s;
    struct more_info info;
    double w[D];
    static const struct {
        struct more_batch_opts o;
        double l2;
    } bad[] = {{{.rate = -1}, 0}, {{.rate = NAN}, 0}, {{.alpha = 1.5}, 0}, {{.alpha = -0.1}, 0}, {{.rate = 0}, -1}};
    stage_open(&s, 20, 20);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_expect(not(more_fit_batches(&s.m, bad[i].l2, &bad[i].o, w, &info, NULL, &err)), "%zu", i);
        cr_expect(eq(int, err.kind, ERR_RANGE));
    }
    stage_close(&s);
}

Test(more_batch, exhausted_memory_is_an_error_at_each_place)
{
    struct stage s;
    struct more_info info;
    double w[D];
    size_t refused = 0;
    stage_open(&s, 20, 20);
    for (size_t k = 1; k <= 10; k++) {
        mem_fail_after = k;
        bool ok = more_fit_batches(&s.m, 0, &(struct more_batch_opts){.seed = 1}, w, &info, NULL, &err);
        mem_fail_after = 0;
        refused += !ok;
        if (ok)
            more_info_free(&info);
        else
            cr_expect(eq(int, err.kind, ERR_MEMORY), "%s", err.text);
    }
    cr_expect(ge(sz, refused, 6), "%zu", refused);
    stage_close(&s);
}
