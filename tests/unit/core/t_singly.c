#include "core/singly.h"

#include "core/base/mem.h"
#include "core/fit.h"
#include "core/linalg.h"
#include "tests/support/spectrum.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

enum { N = 150, D = 8, FOLDS = 3, PATH = 3, M = FOLDS * PATH };

static struct err err;

struct trial {
    struct spectrum s;
    struct many_problem p;
    struct bt_model model;
    struct singly singly;
    struct many_opts o;
    struct many_column columns[M];
    size_t fold[N];
    uint8_t counts[2 * N];
    double W[M * D], held[N * PATH];
    struct bt_info info[M];
    struct ties ties[M];
    struct singly_out out;
};

/* Pairs of strength 0 to 3 in turn, penalties in an order of no help. */
static void draw(struct trial *t, struct bt_model model)
{
    static const double l2[PATH] = {0.03, 1, 0.001};
    *t = (struct trial){.model = model, .o = {.threads = 1, .memory = SIZE_MAX}};
    spectrum_draw(&t->s, N, D, 1, 7);
    for (size_t i = 0; i < N; i++) {
        t->s.pairs[i].strength = (int)(i % 4);
        t->s.pairs[i].p = i % 4 == 0 ? 0.5 : 1;
        t->s.pairs[i].weight = 1 + (double)(i % 3) / 2;
        t->fold[i] = i * 7 % FOLDS;
    }
    for (size_t j = 0; j < M; j++)
        t->columns[j] = (struct many_column){l2[j / FOLDS], j % FOLDS, MANY_NONE, -1};
    t->p = (struct many_problem){.e = &t->s.e, .pairs = t->s.pairs, .n = N, .fold = t->fold};
    t->singly = (struct singly){.p = &t->p, .model = &t->model};
    t->out = (struct singly_out){.W = t->W, .info = t->info, .ties = t->ties, .held = t->held};
}

static double margin(const struct trial *t, size_t i, const double *w)
{
    double a[D], b[D];
    embeddings_row_f64(&t->s.e, t->s.pairs[i].chosen, a);
    embeddings_row_f64(&t->s.e, t->s.pairs[i].rejected, b);
    return linalg_dot(w, a, D) - linalg_dot(w, b, D);
}

/* Column j is the fit of its pairs alone, from nothing: head, thresholds and margins. */
static void expect_separate(const struct trial *t, size_t j, const char *name)
{
    size_t which[N], n = 0;
    double w[D];
    struct bt_info info;
    struct ties ties = {0};
    const struct many_column *c = &t->columns[j];
    const struct fit_opts o = {.memory = SIZE_MAX,
                               .model = &t->model,
                               .ties = &ties,
                               .anchor = t->singly.anchor != NULL ? t->singly.anchor[j] : NULL,
                               .mu = t->singly.mu};
    for (size_t i = 0; i < N; i++)
        if (t->fold[i] != c->left_out)
            which[n++] = i;
    cr_assert(fit_pairs(&t->s.e, t->s.pairs, which, n, c->l2, &o, w, &info, NULL, &err), "%s", err.text);
    cr_expect(epsilon_eq(dbl, t->info[j].objective, info.objective, 1e-6 * info.objective), "%s", name);
    cr_expect(eq(int, t->info[j].stop, info.stop), "%s", name);
    for (size_t i = 0; i < D; i++)
        cr_expect(epsilon_eq(dbl, t->W[j * D + i], w[i], 2e-3), "%s: column %zu", name, j);
    for (size_t i = 0; i < ties.k; i++)
        cr_expect(epsilon_eq(dbl, t->ties[j].t[i], ties.t[i], 1e-4), "%s: threshold %zu", name, i);
    for (size_t i = 0; i < N; i++)
        if (t->fold[i] == c->left_out)
            cr_expect(
                epsilon_eq(dbl, t->held[i * PATH + many_held_place(t->columns, j)], margin(t, i, t->W + j * D), 1e-9));
}

static void expect_all_separate(struct trial *t, const char *name)
{
    cr_assert(singly_fit(&t->singly, t->columns, M, &t->o, &t->out, NULL, &err), "%s: %s", name, err.text);
    for (size_t j = 0; j < M; j++)
        expect_separate(t, j, name);
    cr_expect(ge(sz, t->out.passes, (size_t)M));
    spectrum_free(&t->s);
}

Test(singly, columns_of_every_model_are_separate_fits)
{
    static const struct {
        const char *name;
        struct bt_model model;
    } models[] = {{"davidson", {.ties = TIES_DAVIDSON}},
                  {"rao-kupper", {.ties = TIES_RAO_KUPPER}},
                  {"graded", {.ties = TIES_GRADED}},
                  {"centred", {.center = 0.1}},
                  {"centred davidson", {.ties = TIES_DAVIDSON, .center = 0.1}},
                  {"channel", {.loss = {.noise = LOSS_CHANNEL, .rate = 0.1}}}};
    static struct trial t;
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        draw(&t, models[i].model);
        expect_all_separate(&t, models[i].name);
    }
}

Test(singly, each_column_has_its_own_anchor)
{
    static struct trial t;
    static double far[M][D];
    const double *anchor[M];
    draw(&t, (struct bt_model){0});
    for (size_t j = 0; j < M; j++) {
        for (size_t i = 0; i < D; i++)
            far[j][i] = (double)((i + j) % 3) - 1;
        anchor[j] = far[j];
    }
    t.singly.anchor = anchor;
    t.singly.mu = 0.5;
    expect_all_separate(&t, "anchored");
}

/* What can share readings comes to the same heads. */
Test(singly, plain_columns_are_those_of_many)
{
    static struct trial t;
    static double W[M * D], held[N * PATH];
    static struct bt_info info[M];
    draw(&t, (struct bt_model){0});
    cr_assert(singly_fit(&t.singly, t.columns, M, &t.o, &t.out, NULL, &err), "%s", err.text);
    cr_assert(many_fit(&t.p, t.columns, M, &t.o, W, info, held, NULL, NULL, &err), "%s", err.text);
    for (size_t j = 0; j < M; j++)
        cr_expect(epsilon_eq(dbl, t.info[j].objective, info[j].objective, 1e-6 * info[j].objective));
    for (size_t i = 0; i < N * PATH; i++)
        cr_expect(eq(int, isnan(t.held[i]), isnan(held[i])));
    spectrum_free(&t.s);
}

/* A draw counts pairs; one that holds no tie has the head that its wins and losses alone have. */
Test(singly, a_draw_without_ties_is_fitted_without)
{
    static struct trial t;
    double w[D];
    struct bt_info info;
    static struct pair pairs[N];
    size_t n = 0;
    draw(&t, (struct bt_model){.ties = TIES_RAO_KUPPER});
    for (size_t i = 0; i < N; i++) {
        t.counts[i] = (uint8_t)(i % 3);
        t.counts[N + i] = t.s.pairs[i].strength == 0 ? 0 : (uint8_t)(i % 3);
        pairs[n] = t.s.pairs[i];
        pairs[n].weight *= t.counts[N + i];
        n += pairs[n].weight > 0;
    }
    t.p.counts = t.counts;
    t.p.draws = 2;
    for (size_t b = 0; b < 2; b++)
        t.columns[b] = (struct many_column){0.1, MANY_NONE, b, -1};
    t.out.held = NULL;
    cr_assert(singly_fit(&t.singly, t.columns, 2, &t.o, &t.out, NULL, &err), "%s", err.text);
    cr_expect(eq(int, t.ties[0].model, TIES_RAO_KUPPER));
    cr_expect(eq(int, t.ties[1].model, TIES_NONE));
    cr_assert(fit_pairs(&t.s.e, pairs, NULL, n, 0.1, &(struct fit_opts){.memory = SIZE_MAX}, w, &info, NULL, &err));
    cr_expect(epsilon_eq(dbl, t.info[1].objective, info.objective, 1e-6 * info.objective));
    spectrum_free(&t.s);
}

Test(singly, a_column_of_nothing_but_ties_is_refused_by_name)
{
    static struct trial t;
    draw(&t, (struct bt_model){.ties = TIES_DAVIDSON});
    for (size_t i = 0; i < N; i++)
        t.s.pairs[i].strength = t.fold[i] == 1;
    cr_expect(not(singly_fit(&t.singly, t.columns, M, &t.o, &t.out, NULL, &err)));
    cr_expect(strstr(err.text, "without fold 2: all pairs are ties") != NULL, "%s", err.text);
    spectrum_free(&t.s);
}

static bool until_half(void *ctx, double done, double total)
{
    *(size_t *)ctx += 1;
    return done < total / 2;
}

Test(singly, asked_to_stop_it_leaves_the_rest_where_it_would_have_begun)
{
    static struct trial t;
    size_t ticks = 0, left = 0;
    draw(&t, (struct bt_model){.ties = TIES_DAVIDSON});
    const struct progress p = {.tick = until_half, .ctx = &ticks};
    cr_assert(singly_fit(&t.singly, t.columns, M, &t.o, &t.out, &p, &err), "%s", err.text);
    for (size_t j = 0; j < M; j++) {
        left += t.info[j].stop == BT_INTERRUPTED;
        for (size_t i = 0; i < D; i++)
            cr_expect(isfinite(t.W[j * D + i]));
    }
    cr_expect(ge(sz, ticks, (size_t)M / 2));
    cr_expect(left + 1 >= M / 2 && left < M, "%zu", left);
    spectrum_free(&t.s);
}
