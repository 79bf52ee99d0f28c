#include "core/fit.h"
#include "core/linalg.h"
#include "core/more.h"
#include "tests/support/conflict.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static struct err err;

enum { D = 24 };

/* Two groups that disagree, of unequal size. */
static const struct conflict_opts two = {.groups = 2,
                                         .pairs = {700, 250},
                                         .tests = 0,
                                         .d = D,
                                         .values = 3,
                                         .conflict = 1,
                                         .margin = 1.5,
                                         .cond = 5,
                                         .seed = 1};

static struct conflict_opts three(void)
{
    struct conflict_opts o = two;
    o.groups = 3;
    o.pairs[2] = 400;
    return o;
}

static void open_problem(struct more *m, const struct conflict *c, size_t memory, int threads)
{
    cr_assert(more_init(m, &c->e, c->pairs, NULL, c->of, c->n, c->groups, memory, threads, &err), "%s", err.text);
}

static struct more_info fit(struct more *m, double l2, const struct more_opts *o, double *w)
{
    struct more_info info;
    cr_assert(more_fit(m, l2, o, w, &info, NULL, &err), "%s", err.text);
    return info;
}

/* The optimum of sum weight_k f_k by the engine for one objective: pairs of objective k weigh weight_k / n_k. */
static struct bt_info mixture(const struct conflict *c, const struct more *m, const double *weight, double l2,
                              double *w)
{
    struct bt_info info;
    struct pair *pairs = mem_array(c->n, sizeof *pairs);
    for (size_t i = 0; i < c->n; i++) {
        pairs[i] = c->pairs[i];
        pairs[i].weight = weight[c->of[i]] / (double)m->f[c->of[i]].n;
    }
    struct fit_opts o = {.memory = SIZE_MAX};
    cr_assert(fit_pairs(&c->e, pairs, NULL, c->n, l2, &o, w, &info, NULL, &err), "%s", err.text);
    mem_free(pairs);
    return info;
}

/* ---- what "stationary" means ---- */

/* The certificate in other words: with its weights given, the end is the optimum of one ordinary problem. */
Test(more_fit, ends_at_the_optimum_of_the_mixture_by_its_weights)
{
    struct conflict_opts o = three();
    for (enum more_metric metric = MORE_NEWTON; metric <= MORE_PLAIN; metric++) {
        struct conflict c;
        struct more m;
        double w[D], v[D];
        conflict_draw(&c, &o);
        open_problem(&m, &c, SIZE_MAX, 2);
        struct more_info info = fit(&m, 1e-2, &(struct more_opts){.metric = metric}, w);
        struct bt_info best = mixture(&c, &m, info.state.lambda, 1e-2, v);
        double reached = linalg_dot(info.state.lambda, info.state.loss, m.k);
        cr_expect(info.converged);
        cr_expect(eq(int, info.stop, MORE_STATIONARY));
        cr_expect(le(dbl, info.state.stationarity, 1e-6));
        cr_expect(le(dbl, info.state.gap, 1e-8));
        cr_expect(epsilon_eq(dbl, reached, best.objective, 1e-6 * best.objective));
        for (size_t j = 0; j < D; j++) /* both are within |g| / l2 of the optimum */
            cr_expect(epsilon_eq(dbl, w[j], v[j], 2e-4));
        more_info_free(&info);
        more_free(&m);
        conflict_free(&c);
    }
}

/* Counts, not seconds. */
Test(more_fit, the_newton_metric_needs_few_passes)
{
    static const double conds[] = {1, 30, 1000};
    for (size_t i = 0; i < 3; i++) {
        struct conflict_opts o = three();
        struct conflict c;
        struct more m;
        double w[D];
        o.cond = conds[i];
        conflict_draw(&c, &o);
        open_problem(&m, &c, SIZE_MAX, 1);
        struct more_info info = fit(&m, 1e-4, &(struct more_opts){0}, w);
        cr_expect(info.converged);
        cr_expect(le(sz, info.passes, 20), "cond %g: %zu passes", conds[i], info.passes);
        more_info_free(&info);
        more_free(&m);
        conflict_free(&c);
    }
}

/* More columns than pairs, a small penalty: hard for float32. */
Test(more_fit, few_pairs_of_many_columns_are_certified_too)
{
    enum { WIDE = 200 };
    struct conflict_opts o = three();
    struct conflict c;
    struct more m;
    double w[WIDE];
    o.d = WIDE;
    o.pairs[0] = 60, o.pairs[1] = 30, o.pairs[2] = 20;
    conflict_draw(&c, &o);
    open_problem(&m, &c, SIZE_MAX, 1);
    for (double l2 = 1e-4; l2 < 0.1; l2 *= 10) {
        struct more_info info = fit(&m, l2, &(struct more_opts){0}, w);
        cr_expect(info.converged, "l2 %g: |v| %g, %s", l2, info.state.stationarity, more_stop_text(info.stop));
        more_info_free(&info);
    }
    more_free(&m);
    conflict_free(&c);
}

/* ---- common descent ---- */

/* No step raises any objective, but for the rounding of float32. */
Test(more_fit, every_objective_falls_at_every_step)
{
    struct conflict_opts o = three();
    struct conflict c;
    struct more m;
    double w[D];
    conflict_draw(&c, &o);
    open_problem(&m, &c, SIZE_MAX, 1);
    for (enum more_metric metric = MORE_NEWTON; metric <= MORE_PLAIN; metric++) {
        struct more_info info = fit(&m, 1e-2, &(struct more_opts){.metric = metric}, w);
        const struct more_trace *t = &info.trace;
        cr_assert(eq(sz, t->every, 1));
        cr_expect(eq(sz, t->rows, info.steps + 1));
        for (size_t r = 1; r < t->rows; r++)
            for (size_t k = 0; k < m.k; k++)
                cr_expect(le(dbl, t->loss[r * m.k + k], t->loss[(r - 1) * m.k + k] + 1e-7), "%s: step %zu",
                          more_metric_name(metric), r);
        for (size_t k = 0; k < m.k; k++)
            cr_expect(lt(dbl, info.state.loss[k], t->loss[k] - 0.01));
        more_info_free(&info);
    }
    more_free(&m);
    conflict_free(&c);
}

/* Pooling is Pareto-stationary, with the shares of the pairs as weights: from there MORE goes nowhere. */
Test(more_fit, the_pooled_optimum_is_an_end_already)
{
    struct conflict c;
    struct more m;
    struct bt_info pooled;
    double w[D], start[D];
    conflict_draw(&c, &two);
    open_problem(&m, &c, SIZE_MAX, 1);
    struct fit_opts o = {.memory = SIZE_MAX};
    cr_assert(fit_pairs(&c.e, c.pairs, NULL, c.n, 1e-3, &o, start, &pooled, NULL, &err));
    memcpy(w, start, sizeof w);
    struct more_info info = fit(&m, 1e-3, &(struct more_opts){.warm = true}, w);
    cr_expect(info.converged);
    cr_expect(eq(sz, info.steps, 0));
    cr_expect(eq(int, memcmp(w, start, sizeof w), 0));
    cr_expect(epsilon_eq(dbl, info.state.lambda[0], 700.0 / 950, 1e-4));
    more_info_free(&info);
    more_free(&m);
    conflict_free(&c);
}

/* ---- what it must agree with ---- */

Test(more_fit, one_objective_is_an_ordinary_fit)
{
    struct conflict_opts o = {
        .groups = 1, .pairs = {800}, .d = D, .values = 2, .conflict = 0, .margin = 1.5, .cond = 3, .seed = 2};
    struct conflict c;
    struct more m;
    struct bt_info one;
    double w[D], v[D];
    struct fit_opts f = {.memory = SIZE_MAX};
    conflict_draw(&c, &o);
    open_problem(&m, &c, SIZE_MAX, 1);
    struct more_info info = fit(&m, 1e-2, &(struct more_opts){0}, w);
    cr_assert(fit_pairs(&c.e, c.pairs, NULL, c.n, 1e-2, &f, v, &one, NULL, &err));
    cr_expect(info.converged);
    cr_expect(eq(dbl, info.state.lambda[0], 1.0));
    cr_expect(epsilon_eq(dbl, info.state.loss[0], one.objective, 1e-6 * one.objective));
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, w[j], v[j], 2e-4));
    more_info_free(&info);
    more_free(&m);
    conflict_free(&c);
}

/* Two equal objectives are one; so is an objective of equal answers, which only asks for a small head. */
Test(more_fit, the_same_pairs_twice_are_one_objective)
{
    struct conflict_opts o = {
        .groups = 2, .pairs = {300, 300}, .d = D, .values = 2, .conflict = 0, .margin = 1.5, .cond = 3, .seed = 3};
    struct conflict c;
    struct more m;
    double w[D], v[D];
    conflict_draw(&c, &o);
    memcpy(c.pairs + 300, c.pairs, 300 * sizeof *c.pairs);
    open_problem(&m, &c, SIZE_MAX, 1);
    struct more_info info = fit(&m, 1e-2, &(struct more_opts){0}, w);
    struct bt_info one = mixture(&c, &m, (double[]){1, 0}, 1e-2, v);
    cr_expect(info.converged);
    cr_expect(epsilon_eq(dbl, info.state.loss[0], one.objective, 1e-6));
    cr_expect(epsilon_eq(dbl, info.state.loss[1], one.objective, 1e-6));
    more_info_free(&info);
    more_free(&m);
    conflict_free(&c);
}

Test(more_fit, equal_answers_everywhere_give_a_head_of_zero)
{
    struct conflict c;
    struct more m;
    double w[D];
    conflict_draw(&c, &two);
    for (size_t i = 0; i < c.n; i++)
        c.pairs[i].rejected = c.pairs[i].chosen;
    open_problem(&m, &c, 0, 1);
    struct more_info info = fit(&m, 1e-2, &(struct more_opts){0}, w);
    cr_expect(info.converged);
    for (size_t j = 0; j < D; j++)
        cr_expect(eq(dbl, w[j], 0.0));
    more_info_free(&info);
    more_free(&m);
    conflict_free(&c);
}

/* ---- properties ---- */

/* Another order of the pairs, the sides of some exchanged: the same head. */
Test(more_fit, neither_the_order_of_pairs_nor_their_sides_matter)
{
    struct conflict c;
    struct more m;
    double w[2][D];
    conflict_draw(&c, &two);
    for (int again = 0; again < 2; again++) {
        open_problem(&m, &c, SIZE_MAX, 1);
        struct more_info info = fit(&m, 1e-2, &(struct more_opts){0}, w[again]);
        more_info_free(&info);
        more_free(&m);
        for (size_t i = 0; i < c.n / 2; i++) {
            size_t other = c.n - 1 - i, of = c.of[i];
            struct pair p = c.pairs[i];
            c.pairs[i] = c.pairs[other], c.of[i] = c.of[other];
            c.of[other] = of;
            c.pairs[other] = (struct pair){.chosen = p.rejected, .rejected = p.chosen, .weight = 1, .p = 1 - p.p};
        }
    }
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, w[0][j], w[1][j], 1e-4));
    conflict_free(&c);
}

Test(more_fit, the_same_options_give_the_same_bits)
{
    static const struct {
        size_t memory;
        int threads;
    } ways[] = {{SIZE_MAX, 2}, {SIZE_MAX, 2}, {0, 2}, {SIZE_MAX, 1}};
    struct conflict_opts o = three();
    struct conflict c;
    double w[4][D], loss[4];
    conflict_draw(&c, &o);
    for (size_t i = 0; i < 4; i++) {
        struct more m;
        open_problem(&m, &c, ways[i].memory, ways[i].threads);
        struct more_info info = fit(&m, 1e-3, &(struct more_opts){0}, w[i]);
        loss[i] = info.state.loss[0];
        more_info_free(&info);
        more_free(&m);
    }
    cr_expect(eq(int, memcmp(w[0], w[1], sizeof w[0]), 0));
    cr_expect(eq(int, memcmp(w[0], w[2], sizeof w[0]), 0)); /* formed again at each pass: the same differences */
    cr_expect(epsilon_eq(dbl, loss[0], loss[3], 1e-6));
    conflict_free(&c);
}

/* ---- the variants ---- */

/* For two objectives and l2 MORE is the mixture in equal parts. */
Test(more_fit, l2_ends_at_equal_parts)
{
    struct conflict c;
    struct more m;
    double w[D], v[D];
    conflict_draw(&c, &two);
    open_problem(&m, &c, SIZE_MAX, 1);
    struct more_info info = fit(&m, 1e-2, &(struct more_opts){.rule = {.variant = MORE_L2}}, w);
    mixture(&c, &m, (double[]){0.5, 0.5}, 1e-2, v);
    cr_expect(info.converged);
    for (size_t r = 0; r < info.trace.rows; r++)
        cr_expect(epsilon_eq(dbl, info.trace.lambda[2 * r], 0.5, 1e-9));
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, w[j], v[j], 2e-4));
    more_info_free(&info);
    more_free(&m);
    conflict_free(&c);
}

/* Whatever is divided by what, and even with the clamped solver, descent of the mixture ends at a stationary point or
 * says that it did not. */
Test(more_fit, every_variant_lowers_the_objectives_or_says_why_not)
{
    struct conflict_opts o = three();
    struct conflict c;
    struct more m;
    double w[D];
    conflict_draw(&c, &o);
    open_problem(&m, &c, SIZE_MAX, 1);
    for (enum more_variant v = MORE_PAPER; v <= MORE_LOSS_PLUS; v++)
        for (int clamped = 0; clamped < 2; clamped++) {
            struct more_info info = fit(&m, 1e-2, &(struct more_opts){.rule = {v, clamped}, .max_steps = 200}, w);
            cr_expect(eq(int, info.converged, info.stop == MORE_STATIONARY));
            cr_expect(le(dbl, info.state.stationarity, 1e-2), "%s: %g", more_variant_name(v), info.state.stationarity);
            for (size_t k = 0; k < m.k; k++)
                cr_expect(lt(dbl, info.state.loss[k], log(2)), "%s", more_variant_name(v));
            more_info_free(&info);
        }
    more_free(&m);
    conflict_free(&c);
}

/* ---- ends before the end ---- */

static bool stop_at_once(void *ctx, double done, double total)
{
    (void)ctx, (void)done, (void)total;
    return false;
}

Test(more_fit, says_honestly_that_it_stopped_early_and_refuses_nonsense)
{
    struct conflict c;
    struct more m;
    struct more_info info;
    struct progress p = {.tick = stop_at_once};
    double w[D];
    conflict_draw(&c, &two);
    open_problem(&m, &c, SIZE_MAX, 1);
    info = fit(&m, 1e-4, &(struct more_opts){.max_steps = 2}, w);
    cr_expect(not(info.converged));
    cr_expect(eq(int, info.stop, MORE_ITERATIONS));
    cr_expect(eq(sz, info.steps, 2));
    more_info_free(&info);
    cr_expect(not(more_fit(&m, 0, &(struct more_opts){0}, w, &info, NULL, &err)));
    cr_expect(eq(int, err.kind, ERR_RANGE));
    cr_expect(not(more_fit(&m, NAN, &(struct more_opts){0}, w, &info, NULL, &err)));
    cr_expect(eq(int, err.kind, ERR_RANGE));
    cr_assert(more_fit(&m, 1e-3, &(struct more_opts){0}, w, &info, &p, &err));
    cr_expect(eq(int, info.stop, MORE_INTERRUPTED));
    cr_expect(not(info.converged));
    more_info_free(&info);
    more_free(&m);
    conflict_free(&c);
}

/* Every block that cannot be had is an error, and nothing leaks (under the address sanitizer). */
Test(more_fit, exhausted_memory_is_an_error_at_each_place)
{
    struct conflict_opts o = two;
    struct conflict c;
    double w[D];
    size_t refused = 0;
    o.pairs[0] = 60, o.pairs[1] = 40;
    conflict_draw(&c, &o);
    for (size_t k = 1; k <= 40; k++) {
        struct more m;
        struct more_info info;
        mem_fail_after = k;
        bool ok = more_init(&m, &c.e, c.pairs, NULL, c.of, c.n, 2, SIZE_MAX, 1, &err);
        if (ok) {
            ok = more_fit(&m, 1e-2, &(struct more_opts){0}, w, &info, NULL, &err);
            more_free(&m);
        }
        mem_fail_after = 0;
        refused += !ok;
        if (ok) {
            cr_expect(info.converged); /* the differences themselves may do without */
            more_info_free(&info);
        } else {
            cr_expect(eq(int, err.kind, ERR_MEMORY), "%s", err.text);
        }
    }
    cr_expect(ge(sz, refused, 20), "%zu", refused);
    conflict_free(&c);
}
