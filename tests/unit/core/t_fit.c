#include "core/fit.h"

#include "core/linalg.h"
#include "core/precondition.h"
#include "tests/support/spectrum.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static struct err err;

static struct bt_info fit(const struct spectrum *s, double l2, const struct fit_opts *o, double *w)
{
    struct bt_info info;
    cr_assert(fit_pairs(&s->e, s->pairs, NULL, s->n, l2, o, w, &info, NULL, &err), "%s", err.text);
    return info;
}

/* Objective and gradient at w by the slow twin, in float64. */
static double slow_objective(const struct spectrum *s, double l2, const double *w, double *grad_norm)
{
    struct bt_problem b;
    double *z = mem_array(s->n, sizeof *z), *g = mem_array(s->d, sizeof *g);
    cr_assert(bt_init(&b, &s->e, s->pairs, NULL, s->n, BT_F64, &err), "%s", err.text);
    bt_margins(&b, w, z);
    bt_gradient(&b, l2, w, z, g);
    double f = bt_value(&b, l2, w, z);
    *grad_norm = linalg_nrm2(g, s->d);
    bt_free(&b);
    mem_free(z);
    mem_free(g);
    return f;
}

static void expect_certified(const struct spectrum *s, double l2, const struct bt_info *info, const double *w)
{
    double grad_norm, f = slow_objective(s, l2, w, &grad_norm);
    cr_expect(info->converged);
    cr_expect(eq(int, info->stop, BT_OPTIMAL));
    cr_expect(le(dbl, grad_norm, 1e-6 * (1 + 1e-6)));
    cr_expect(le(dbl, grad_norm * grad_norm / (2 * l2), 1e-6 * f));
    cr_expect(epsilon_eq(dbl, info->objective, f, 1e-12));
    cr_expect(epsilon_eq(dbl, info->grad_norm, grad_norm, 1e-12));
}

/* Counts, not seconds: they say the same on every machine. */
Test(fit, few_passes_for_flat_and_steep_spectra)
{
    for (int i = 0; i <= 2; i++) {
        struct spectrum s;
        double alpha = i == 2 ? 1.5 : i, w[64];
        spectrum_draw(&s, 1024, 64, alpha, 11);
        struct fit_opts o = {.threads = 2, .memory = SIZE_MAX};
        struct bt_info info = fit(&s, 1e-4, &o, w);
        expect_certified(&s, 1e-4, &info, w);
        cr_expect(le(sz, info.passes, 20), "alpha %g: %zu passes", alpha, info.passes);
        spectrum_free(&s);
    }
}

/* With hundreds of pairs a column a larger sample is cheap beside a pass, and saves some. */
Test(fit, fewer_passes_for_many_pairs_a_column)
{
    for (int i = 0; i < 2; i++) {
        struct spectrum s;
        double alpha = i == 0 ? 1 : 1.5, w[32];
        spectrum_draw(&s, 20000, 32, alpha, 12);
        struct fit_opts o = {.threads = 2, .memory = SIZE_MAX};
        struct bt_info info = fit(&s, 1e-4, &o, w);
        expect_certified(&s, 1e-4, &info, w);
        cr_expect(le(sz, info.passes, 14), "alpha %g: %zu passes", alpha, info.passes);
        spectrum_free(&s);
    }
}

/* The rows that are looked at say that all eigenvalues are equal, the others differ: it notices, and takes the metric
 * after all, instead of hundreds of passes. */
Test(fit, a_wrong_guess_about_the_spectrum_is_corrected)
{
    struct spectrum s, flat;
    enum { ROWS = 10000, WIDE = 128, LOOKED_AT = 64 };
    double w[WIDE];
    spectrum_draw(&s, ROWS, WIDE, 2, 13);
    spectrum_draw(&flat, LOOKED_AT, WIDE, 0, 14);
    for (size_t i = 0; i < LOOKED_AT; i++)
        memcpy(s.rows + 2 * (i * ROWS / LOOKED_AT) * WIDE, flat.rows + 2 * i * WIDE, 2 * WIDE * sizeof *s.rows);
    struct fit_opts o = {.threads = 1, .memory = SIZE_MAX};
    struct bt_info info = fit(&s, 1e-4, &o, w);
    expect_certified(&s, 1e-4, &info, w);
    cr_expect(gt(sz, info.passes, 40), "%zu passes", info.passes); /* the guess was tried */
    cr_expect(le(sz, info.passes, 80), "%zu passes", info.passes);
    spectrum_free(&s);
    spectrum_free(&flat);
}

/* The certificate is checked in float64 by other code, whatever the shape, the storage and the way. */
Test(fit, what_it_calls_optimal_is_optimal)
{
    static const struct {
        size_t n, d;
        double alpha, l2;
    } cases[] = {{3000, 40, 1, 1e-4}, {500, 60, 1.5, 1e-6}, {90, 120, 1, 1e-3}, {40, 300, 0, 1e-4},
                 {200, 200, 1, 1e-2}, {1, 3, 0, 0.1},       {2000, 1, 0, 1e-3}, {257, 33, 2, 10}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int kept = 0; kept < 2; kept++) {
            struct spectrum s;
            double w[300];
            spectrum_draw(&s, cases[i].n, cases[i].d, cases[i].alpha, 12 + i);
            struct fit_opts o = {.threads = 1 + kept, .memory = kept ? SIZE_MAX : 0};
            struct bt_info info = fit(&s, cases[i].l2, &o, w);
            expect_certified(&s, cases[i].l2, &info, w);
            spectrum_free(&s);
        }
}

Test(fit, weights_and_soft_labels_give_the_optimum_of_newton)
{
    struct spectrum s;
    struct bt_problem b;
    struct bt_info info, slow;
    double w[30], v[30];
    spectrum_draw(&s, 700, 30, 1, 21);
    for (size_t i = 0; i < s.n; i++) {
        s.pairs[i].weight = (double)(i % 4) * 50;
        s.pairs[i].p = 0.5 + 0.5 * (double)(i % 3) / 2;
    }
    info = fit(&s, 1e-3, &(struct fit_opts){.memory = SIZE_MAX}, w);
    cr_assert(bt_init(&b, &s.e, s.pairs, NULL, s.n, BT_F64, &err));
    cr_assert(bt_fit(&b, 1e-3, NULL, v, &slow, NULL, &err));
    cr_expect(info.converged);
    cr_expect(epsilon_eq(dbl, info.objective, slow.objective, 1e-6 * slow.objective));
    for (size_t j = 0; j < s.d; j++) /* both are within |g| / l2 of the optimum */
        cr_expect(epsilon_eq(dbl, w[j], v[j], 2e-3));
    bt_free(&b);
    spectrum_free(&s);
}

/* The family: the engine's, by each normalisation, and what it leaves to Newton. */
static const struct bt_model models[] = {
    {.loss = {.kind = LOSS_MARGIN}},
    {.loss = {.kind = LOSS_SCALED}},
    {.loss = {.kind = LOSS_SCALED}, .normalise = LOSS_BY_WEIGHTS},
    {.loss = {.kind = LOSS_SCALED_MARGIN}},
    {.loss = {.noise = LOSS_SMOOTHING, .rate = 0.1}},
    {.loss = {.kind = LOSS_MARGIN, .noise = LOSS_SMOOTHING, .rate = 0.2}},
    {.loss = {.noise = LOSS_FLIP, .rate = 0.2}},
    {.loss = {.kind = LOSS_SCALED, .noise = LOSS_FLIP, .rate = 0.1}, .normalise = LOSS_BY_WEIGHTS},
    {.ties = TIES_RAO_KUPPER},
    {.center = 0.01},
};
enum { MODELS = sizeof models / sizeof *models, TAKEN = MODELS - 2 };

static void make_soft(struct spectrum *s)
{
    for (size_t i = 0; i < s->n; i++) {
        s->pairs[i].weight = 1 + (double)(i % 3);
        s->pairs[i].strength = (int)(i % 4);
        s->pairs[i].p = i % 4 == 0 ? 0.5 : i % 5 == 0 ? 0.75 : 1;
    }
}

/* The optimum of Newton, with an anchor and without. */
Test(fit, every_model_has_the_optimum_of_newton)
{
    struct spectrum s;
    double w[30], v[30], anchor[30];
    spectrum_draw(&s, 700, 30, 1, 22);
    make_soft(&s);
    for (size_t j = 0; j < s.d; j++)
        anchor[j] = 0.3 * cos((double)j);
    for (size_t m = 0; m < MODELS; m++)
        for (int drawn = 0; drawn < 2; drawn++) {
            struct bt_problem b;
            struct bt_info info, slow;
            struct fit_opts o = {.memory = SIZE_MAX, .model = &models[m], .mu = 0.05, .anchor = drawn ? anchor : NULL};
            cr_expect(eq(int, fit_takes(&models[m]), m < TAKEN));
            info = fit(&s, 1e-3, &o, w);
            cr_assert(bt_init_model(&b, &models[m], &s.e, s.pairs, NULL, s.n, BT_F64, &err), "%s", err.text);
            cr_assert(bt_fit(&b, 1e-3, &(struct bt_opts){.anchor = o.anchor, .mu = o.mu}, v, &slow, NULL, &err));
            cr_expect(info.converged && slow.converged, "model %zu", m);
            cr_expect(epsilon_eq(dbl, info.objective, slow.objective, 1e-6 * fabs(slow.objective)), "model %zu", m);
            for (size_t j = 0; j < s.d; j++) /* both are within |g| / l2 of the optimum */
                cr_expect(epsilon_eq(dbl, w[j], v[j], 2e-3), "model %zu", m);
            bt_free(&b);
        }
    spectrum_free(&s);
}

/* Labels told from the other side, pairs backwards, every pair twice with half its weight. */
Test(fit, order_duplication_and_side_change_no_loss)
{
    struct spectrum s;
    struct pair changed[800];
    double w[20], v[20];
    struct bt_info info;
    spectrum_draw(&s, 400, 20, 1, 23);
    make_soft(&s);
    for (size_t m = 0; m < TAKEN; m++) {
        struct fit_opts o = {.memory = SIZE_MAX, .model = &models[m]};
        double f = fit(&s, 1e-2, &o, w).objective;
        for (size_t i = 0; i < 2 * s.n; i++) {
            struct pair *p = &changed[i];
            *p = s.pairs[s.n - 1 - i % s.n];
            p->weight /= 2;
            if (i % 2 == 1)
                *p = (struct pair){.chosen = p->rejected,
                                   .rejected = p->chosen,
                                   .weight = p->weight,
                                   .p = 1 - p->p,
                                   .strength = p->strength,
                                   .prompt = SIZE_MAX};
        }
        cr_assert(fit_pairs(&s.e, changed, NULL, 2 * s.n, 1e-2, &o, v, &info, NULL, &err), "%s", err.text);
        cr_expect(epsilon_eq(dbl, info.objective, f, 1e-6 * fabs(f)), "model %zu", m);
        for (size_t j = 0; j < s.d; j++)
            cr_expect(epsilon_eq(dbl, w[j], v[j], 2e-4), "model %zu", m);
    }
    spectrum_free(&s);
}

/* The thresholds of ties come out of it too; what cannot be joined is refused. */
Test(fit, ties_and_what_cannot_be)
{
    struct spectrum s;
    struct ties ties = {0};
    struct bt_info info;
    double w[6];
    spectrum_draw(&s, 200, 6, 0, 24);
    make_soft(&s);
    struct fit_opts o = {.memory = SIZE_MAX, .model = &models[TAKEN], .ties = &ties};
    cr_expect(fit(&s, 1e-3, &o, w).converged);
    cr_expect(eq(int, ties.model, TIES_RAO_KUPPER));
    cr_expect(gt(dbl, ties.t[0], 0.0));
    o.model = &(struct bt_model){.loss = {.kind = LOSS_MARGIN, .noise = LOSS_FLIP, .rate = 0.1}};
    cr_expect(not(fit_pairs(&s.e, s.pairs, NULL, s.n, 1e-3, &o, w, &info, NULL, &err)));
    cr_expect(eq(int, err.kind, ERR_USAGE));
    o = (struct fit_opts){.anchor = w, .mu = -1};
    cr_expect(not(fit_pairs(&s.e, s.pairs, NULL, s.n, 1e-3, &o, w, &info, NULL, &err)));
    cr_expect(eq(int, err.kind, ERR_RANGE));
    for (size_t i = 0; i < s.n; i++)
        s.pairs[i].strength = 0;
    o = (struct fit_opts){.model = &models[2]}; /* nothing is left of the weights */
    cr_expect(not(fit_pairs(&s.e, s.pairs, NULL, s.n, 1e-3, &o, w, &info, NULL, &err)));
    cr_expect(eq(int, err.kind, ERR_RANGE));
    s.pairs[0].strength = 3; /* finite as a weight, infinite as a scaled one */
    s.pairs[0].weight = 1e308;
    cr_expect(not(fit_pairs(&s.e, s.pairs, NULL, s.n, 1e-3, &o, w, &info, NULL, &err)));
    cr_expect(ne(ptr, strstr(err.text, "infinity"), NULL), "%s", err.text);
    spectrum_free(&s);
}

/* Rows a thousand times as long: float32 alone cannot bring the gradient to 1e-6, anchors can. */
Test(fit, large_features_are_certified_by_anchors)
{
    struct spectrum s;
    double w[50];
    spectrum_draw(&s, 900, 50, 1, 31);
    for (size_t i = 0; i < 2 * s.n * s.d; i++)
        s.rows[i] *= 1000;
    struct bt_info info = fit(&s, 1e-2, &(struct fit_opts){.memory = SIZE_MAX}, w);
    expect_certified(&s, 1e-2, &info, w);
    cr_expect(le(sz, info.passes, 60), "%zu passes", info.passes);
    spectrum_free(&s);
}

/* The small eigenvalues of columns that are nearly the same drown in what rounding to 16 bits adds: then rows are taken
 * as they are. (From 2^-14 on float32 has trouble too.) At 2^-10 the passes hang on the CPU: 31 to 67 with the kernels
 * of OpenBLAS from Nehalem to SkylakeX; at 2^-6 all of them take 19 or 20. */
Test(fit, columns_that_coarse_rows_cannot_tell_apart_are_fitted_all_the_same)
{
    static const struct {
        int power;
        size_t most;
    } cases[] = {{6, 60}, {10, 90}, {14, 300}, {18, 300}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct spectrum s;
        double w[24];
        spectrum_draw(&s, 700, 24, 0, 71);
        for (size_t i = 0; i < 2 * s.n; i++)
            for (size_t j = 1; j < s.d; j += 2)
                s.rows[i * s.d + j] = s.rows[i * s.d + j - 1] + ldexpf(s.rows[i * s.d + j], -cases[k].power);
        struct bt_info info = fit(&s, 1e-9, &(struct fit_opts){.memory = SIZE_MAX}, w);
        expect_certified(&s, 1e-9, &info, w);
        cr_expect(le(sz, info.passes, cases[k].most), "2^-%d: %zu passes", cases[k].power, info.passes);
        spectrum_free(&s);
    }
}

Test(fit, the_same_options_give_the_same_bits)
{
    struct spectrum s;
    double w[3][48];
    spectrum_draw(&s, 2500, 48, 1, 41);
    struct fit_opts o = {.threads = 2, .memory = SIZE_MAX};
    struct bt_info first = fit(&s, 1e-4, &o, w[0]), again = fit(&s, 1e-4, &o, w[1]);
    cr_expect(eq(int, memcmp(w[0], w[1], sizeof w[0]), 0));
    cr_expect(eq(sz, first.passes, again.passes));
    o.memory = 0; /* formed again at each pass: the same differences */
    fit(&s, 1e-4, &o, w[2]);
    cr_expect(eq(int, memcmp(w[0], w[2], sizeof w[0]), 0));
    o = (struct fit_opts){.threads = 1, .memory = SIZE_MAX};
    cr_expect(epsilon_eq(dbl, fit(&s, 1e-4, &o, w[2]).objective, first.objective, 1e-6 * first.objective));
    spectrum_free(&s);
}

/* That one pass is the first reading of rows: also where they are to be kept, and are not yet. */
Test(fit, a_warm_start_at_the_optimum_costs_one_pass)
{
    static const size_t sizes[][2] = {{400, 20}, {30, 90}};
    for (size_t i = 0; i < 2; i++) {
        struct spectrum s;
        double w[90];
        spectrum_draw(&s, sizes[i][0], sizes[i][1], 1, 51);
        struct fit_opts o = {.memory = SIZE_MAX};
        struct bt_info cold = fit(&s, 1e-2, &o, w);
        o.warm = true;
        struct bt_info info = fit(&s, 1e-2, &o, w);
        cr_expect(info.converged);
        cr_expect(eq(sz, info.passes, 1));
        cr_expect(eq(sz, info.iterations, 0));
        cr_expect(epsilon_eq(dbl, info.objective, cold.objective, 1e-14));
        spectrum_free(&s);
    }
}

Test(fit, says_honestly_that_it_stopped_early)
{
    struct spectrum s;
    double w[40], grad_norm;
    spectrum_draw(&s, 600, 40, 1, 61);
    struct bt_info info = fit(&s, 1e-4, &(struct fit_opts){.memory = SIZE_MAX, .max_iterations = 2}, w);
    cr_expect(not(info.converged));
    cr_expect(eq(int, info.stop, BT_ITERATIONS));
    cr_expect(eq(sz, info.iterations, 2));
    cr_expect(epsilon_eq(dbl, info.objective, slow_objective(&s, 1e-4, w, &grad_norm), 1e-12));
    cr_expect(epsilon_eq(dbl, info.grad_norm, grad_norm, 1e-12));
    spectrum_free(&s);
}

/* Without a penalty the answer is Newton's: separable pairs have no optimum, others do. */
Test(fit, without_a_penalty_newton_decides)
{
    struct spectrum s;
    double w[60];
    spectrum_draw(&s, 30, 60, 0, 71);
    cr_expect(eq(int, fit(&s, 0, &(struct fit_opts){.memory = SIZE_MAX}, w).stop, BT_SEPARABLE));
    spectrum_free(&s);
    spectrum_draw(&s, 900, 4, 0, 72);
    cr_expect(fit(&s, 0, &(struct fit_opts){.memory = SIZE_MAX}, w).converged);
    spectrum_free(&s);
}

/* Zero differences teach nothing: w = 0 is optimal, at log 2. */
Test(fit, equal_answers_give_a_head_of_zero)
{
    struct spectrum s;
    double w[6];
    spectrum_draw(&s, 50, 6, 0, 81);
    for (size_t i = 0; i < s.n; i++)
        s.pairs[i].rejected = s.pairs[i].chosen;
    struct bt_info info = fit(&s, 1e-3, &(struct fit_opts){.memory = SIZE_MAX}, w);
    cr_expect(info.converged);
    cr_expect(epsilon_eq(dbl, info.objective, log(2), 1e-15));
    for (size_t j = 0; j < s.d; j++)
        cr_expect(eq(dbl, w[j], 0.0));
    spectrum_free(&s);
}

/* Columns that repeat, are constant or are zero. */
Test(fit, rank_deficient_columns_are_no_obstacle)
{
    struct spectrum s;
    double w[64];
    spectrum_draw(&s, 2000, 64, 0, 91);
    for (size_t i = 0; i < 2 * s.n; i++)
        for (size_t j = 32; j < 64; j++)
            s.rows[i * 64 + j] = j < 48 ? s.rows[i * 64 + j - 32] : j < 56 ? 0 : 3;
    struct bt_info info = fit(&s, 1e-4, &(struct fit_opts){.memory = SIZE_MAX}, w);
    expect_certified(&s, 1e-4, &info, w);
    spectrum_free(&s);
}

static bool count_down(void *ctx, double done, double total)
{
    cr_expect(done >= 0 && done <= total);
    return --*(int *)ctx > 0;
}

/* What it ends with was measured in float64 like any other end. */
Test(fit, interrupted_it_ends_with_the_best_so_far)
{
    struct spectrum s;
    double w[8], before = INFINITY;
    struct fit_opts o = {.memory = SIZE_MAX};
    spectrum_draw(&s, 300, 8, 0, 101);
    for (int ticks = 1; ticks <= 3; ticks++) {
        struct bt_info info;
        struct bt_problem b;
        int left = ticks;
        double *z = mem_array(s.n, sizeof *z);
        struct progress p = {.tick = count_down, .ctx = &left};
        cr_assert(fit_pairs(&s.e, s.pairs, NULL, s.n, 1e-3, &o, w, &info, &p, &err), "%s", err.text);
        cr_expect(eq(int, (int)info.stop, (int)BT_INTERRUPTED));
        cr_expect(not(info.converged));
        cr_expect(lt(dbl, info.objective, before));
        before = info.objective;
        cr_assert(bt_init(&b, &s.e, s.pairs, NULL, s.n, BT_F64, &err));
        bt_margins(&b, w, z);
        cr_expect(epsilon_eq(dbl, info.objective, bt_value(&b, 1e-3, w, z), 1e-12));
        bt_free(&b);
        mem_free(z);
    }
    spectrum_free(&s);
}

Test(fit, refuses_nonsense)
{
    struct spectrum s;
    double w[8];
    struct bt_info info;
    struct fit_opts o = {.memory = SIZE_MAX};
    spectrum_draw(&s, 100, 8, 0, 101);
    cr_expect(not(fit_pairs(&s.e, s.pairs, NULL, s.n, -1, &o, w, &info, NULL, &err)));
    cr_expect(eq(int, err.kind, ERR_RANGE));
    cr_expect(not(fit_pairs(&s.e, s.pairs, NULL, 0, 1e-3, &o, w, &info, NULL, &err)));
    cr_expect(eq(int, err.kind, ERR_RANGE));
    spectrum_free(&s);
}

/* Every block that cannot be had is an error, and nothing leaks (under the address sanitizer). */
Test(fit, exhausted_memory_is_an_error_at_each_place)
{
    struct spectrum s;
    double w[16];
    struct bt_info info;
    struct fit_opts o = {.memory = SIZE_MAX};
    spectrum_draw(&s, 300, 16, 1, 111);
    size_t refused = 0;
    for (size_t k = 1; k <= 20; k++) {
        mem_fail_after = k;
        bool ok = fit_pairs(&s.e, s.pairs, NULL, s.n, 1e-3, &o, w, &info, NULL, &err);
        mem_fail_after = 0;
        refused += !ok;
        if (ok)
            cr_expect(info.converged); /* the differences themselves may do without */
        else
            cr_expect(eq(int, err.kind, ERR_MEMORY), "%s", err.text);
    }
    cr_expect(ge(sz, refused, 9), "%zu", refused);
    spectrum_free(&s);
}
