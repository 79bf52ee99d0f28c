#include "app/select.h"

#include "core/base/mem.h"
#include "core/fit.h"
#include "core/linalg.h"
#include "core/split.h"
#include "tests/support/spectrum.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

enum { N = 240, D = 10, FOLDS = 3, PATH = 4, WIDE = 90 };

static struct err err;

struct bench {
    struct spectrum s;
    size_t n, columns;
    struct data d;
    struct train_opts o;
    struct training t;
    struct select select;
    struct selection x;
    struct bt_model model;
    struct anchor anchor;
    struct select_model m;
};

/* Pairs of which three and three are of one prompt. */
static void open_sized(struct bench *b, size_t n, size_t columns)
{
    static const double path[PATH] = {1e-3, 1e-2, 1e-1, 1};
    *b = (struct bench){.o = {.threads = 1, .memory = SIZE_MAX, .seed = 5, .bins = 10}, .n = n, .columns = columns};
    b->m = (struct select_model){&b->model, &b->anchor, NULL};
    spectrum_draw(&b->s, n, columns, 1, 3);
    b->d.e = b->s.e;
    b->d.pair_keys = mem_array(n, sizeof *b->d.pair_keys);
    b->t.pairs.fit = mem_array(n, sizeof *b->t.pairs.fit);
    b->t.pairs.n_fit = n;
    for (size_t i = 0; i < n; i++) {
        b->s.pairs[i].p = i % 6 == 0 ? 0.75 : 1;
        vec_push(&b->d.pairs.pairs, b->s.pairs[i]);
        b->d.pair_keys[i] = i / 3 * 17;
        b->t.pairs.fit[i] = n - 1 - i;
    }
    b->select = (struct select){.l2 = mem_array(PATH, sizeof *b->select.l2), .n_l2 = PATH, .folds = FOLDS};
    for (size_t j = 0; j < PATH; j++)
        b->select.l2[j] = path[j];
    head_init(&b->t.head, "bt", (const char *const[]){"reward"}, 1, columns);
}

static void open_bench(struct bench *b)
{
    open_sized(b, N, D);
}

static void close_bench(struct bench *b)
{
    selection_free(&b->x);
    select_free(&b->select);
    head_free(&b->t.head);
    vec_free(&b->d.pairs.pairs);
    mem_free(b->d.pair_keys);
    mem_free(b->t.pairs.fit);
    spectrum_free(&b->s);
}

/* Mean held-out log-loss of penalty l2 by fits one at a time. */
static double slow_loss(struct bench *b, double l2, size_t *right)
{
    uint64_t keys[N];
    size_t fold[N];
    double sum = 0, w[D], x[2][D];
    for (size_t i = 0; i < N; i++)
        keys[i] = b->d.pair_keys[b->t.pairs.fit[i]];
    split_folds(keys, N, FOLDS, b->o.seed, fold);
    *right = 0;
    for (size_t k = 0; k < FOLDS; k++) {
        struct bt_info info;
        size_t which[N], n = 0;
        for (size_t i = 0; i < N; i++)
            if (fold[i] != k)
                which[n++] = b->t.pairs.fit[i];
        cr_assert(fit_pairs(&b->d.e, b->d.pairs.pairs.v, which, n, l2, &(struct fit_opts){.memory = SIZE_MAX}, w, &info,
                            NULL, &err));
        for (size_t i = 0; i < N; i++) {
            const struct pair *p = &b->d.pairs.pairs.v[b->t.pairs.fit[i]];
            embeddings_row_f64(&b->d.e, p->chosen, x[0]);
            embeddings_row_f64(&b->d.e, p->rejected, x[1]);
            double z = linalg_dot(w, x[0], D) - linalg_dot(w, x[1], D);
            if (fold[i] != k)
                continue;
            sum += p->p * bt_softplus(-z) + (1 - p->p) * bt_softplus(z);
            *right += z > 0;
        }
    }
    return sum / N;
}

Test(select, figures_of_the_path_are_those_of_fits_one_at_a_time)
{
    static struct bench b;
    open_bench(&b);
    cr_assert(select_penalty(&b.select, &b.m, &b.d, &b.o, &b.t, &b.x, NULL, &err), "%s", err.text);
    cr_assert(eq(sz, b.x.n_rows, PATH));
    cr_expect(eq(sz, b.x.converged, PATH * FOLDS));
    for (size_t j = 0; j < PATH; j++) {
        size_t right;
        cr_expect(epsilon_eq(dbl, b.x.rows[j].nll.mean, slow_loss(&b, b.select.l2[j], &right), 1e-5));
        cr_expect(gt(dbl, b.x.rows[j].nll.se, 0.0));
        cr_expect(lt(dbl, b.x.rows[j].nll.se, 0.1));
        cr_expect(ge(dbl, b.x.rows[j].accuracy, (double)right / N - 0.05)); /* soft labels count in part */
    }
    close_bench(&b);
}

/* Where the final fit begins is next to where it ends. */
Test(select, the_start_lies_next_to_the_head_of_all_pairs)
{
    static struct bench b;
    double w[D], far = 0, size = 0;
    struct bt_info info;
    open_bench(&b);
    cr_assert(select_penalty(&b.select, &b.m, &b.d, &b.o, &b.t, &b.x, NULL, &err), "%s", err.text);
    cr_assert(fit_pairs(&b.d.e, b.d.pairs.pairs.v, NULL, N, b.x.rows[b.x.chosen].l2,
                        &(struct fit_opts){.memory = SIZE_MAX}, w, &info, NULL, &err));
    for (size_t j = 0; j < D; j++) {
        far += (w[j] - b.x.start[j]) * (w[j] - b.x.start[j]);
        size += w[j] * w[j];
    }
    cr_expect(lt(dbl, sqrt(far), 0.1 * sqrt(size)));
    close_bench(&b);
}

/* The pairs of a prompt are in a draw together or not at all, so pairs that say the same thrice widen the spread: a
 * bootstrap of single pairs would make it narrower by the root of three. */
Test(select, the_bootstrap_draws_whole_prompts)
{
    static struct bench b;
    double spread[2] = {0};
    for (int whole = 0; whole < 2; whole++) {
        open_bench(&b);
        for (size_t i = 0; i < N; i++) {
            b.d.pairs.pairs.v[i] = b.d.pairs.pairs.v[i / 3 * 3];
            b.d.pair_keys[i] = whole ? i / 3 : i;
        }
        b.select.draws = 60;
        b.t.l2 = 0.1;
        cr_assert(select_bootstrap(&b.select, &b.m, &b.d, &b.o, &b.t, &b.x, NULL, &err), "%s", err.text);
        cr_expect(eq(sz, b.x.draws_converged, 60));
        const struct head_tensor *t = head_tensor(&b.t.head, "ensemble.weight");
        cr_assert(t != NULL && t->rows == 60 && t->cols == D);
        for (size_t j = 0; j < D; j++) {
            double mean = 0, squares = 0;
            for (size_t k = 0; k < 60; k++)
                mean += t->v[k * D + j] / 60;
            for (size_t k = 0; k < 60; k++)
                squares += (t->v[k * D + j] - mean) * (t->v[k * D + j] - mean);
            spread[whole] += squares / 59;
        }
        close_bench(&b);
    }
    cr_expect(epsilon_eq(dbl, sqrt(spread[1] / spread[0]), sqrt(3), 0.25));
}

Test(select, one_prompt_cannot_be_cut)
{
    static struct bench b;
    open_bench(&b);
    for (size_t i = 0; i < N; i++)
        b.d.pair_keys[i] = 4;
    cr_expect(not(select_penalty(&b.select, &b.m, &b.d, &b.o, &b.t, &b.x, NULL, &err)));
    cr_expect(eq(int, err.kind, ERR_MISSING));
    close_bench(&b);
}

/* No more folds than prompts. */
Test(select, few_prompts_make_fewer_folds)
{
    static struct bench b;
    open_bench(&b);
    for (size_t i = 0; i < N; i++)
        b.d.pair_keys[i] = i % 2;
    cr_assert(select_penalty(&b.select, &b.m, &b.d, &b.o, &b.t, &b.x, NULL, &err), "%s", err.text);
    cr_expect(eq(sz, b.x.folds, 2));
    cr_expect(eq(sz, b.x.fits, 2 * PATH));
    close_bench(&b);
}

/* Mean held-out loss of a model with an anchor by fits one at a time; of ties by the thresholds of each. */
static double slow_model_loss(struct bench *b, double l2)
{
    size_t *fold = part_folds(&b->d, &b->t.pairs, &(struct part){0}, FOLDS, b->o.seed);
    double sum = 0, w[WIDE], x[2][WIDE];
    for (size_t k = 0; k < FOLDS; k++) {
        struct bt_info info;
        struct ties ties;
        size_t which[N], n = 0;
        const struct fit_opts o = {
            .memory = SIZE_MAX, .model = &b->model, .ties = &ties, .anchor = b->anchor.w, .mu = b->anchor.mu};
        for (size_t i = 0; i < b->n; i++)
            if (fold[i] != k)
                which[n++] = b->t.pairs.fit[i];
        cr_assert(fit_pairs(&b->d.e, b->d.pairs.pairs.v, which, n, l2, &o, w, &info, NULL, &err), "%s", err.text);
        for (size_t i = 0; i < b->n; i++) {
            const struct pair *p = &b->d.pairs.pairs.v[b->t.pairs.fit[i]];
            embeddings_row_f64(&b->d.e, p->chosen, x[0]);
            embeddings_row_f64(&b->d.e, p->rejected, x[1]);
            double z = linalg_dot(w, x[0], b->columns) - linalg_dot(w, x[1], b->columns);
            if (fold[i] == k)
                sum += b->model.ties != TIES_NONE ? ties_at(&ties, p->p, p->strength, z).value
                                                  : p->p * bt_softplus(-z) + (1 - p->p) * bt_softplus(z);
        }
    }
    mem_free(fold);
    return sum / (double)b->n;
}

static void make_ties(struct bench *b)
{
    for (size_t i = 0; i < b->n; i++) {
        b->d.pairs.pairs.v[i].strength = (int)(i / 2 % 4);
        b->d.pairs.pairs.v[i].p = i / 2 % 4 == 0 ? 0.5 : 1;
    }
}

Test(select, paths_with_ties_centring_or_an_anchor_are_those_of_fits_one_at_a_time)
{
    static const struct bt_model models[] = {
        {.ties = TIES_DAVIDSON}, {.ties = TIES_RAO_KUPPER}, {.ties = TIES_GRADED}, {.center = 0.05}, {.center = 0}};
    static struct bench b;
    double away[D];
    for (size_t j = 0; j < D; j++)
        away[j] = 0.3 * (double)(j % 3);
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        open_bench(&b);
        make_ties(&b);
        b.model = models[i];
        b.anchor = (struct anchor){.d = D, .mu = 0.2};
        b.anchor.w = i + 1 == sizeof models / sizeof *models ? away : NULL;
        cr_assert(select_penalty(&b.select, &b.m, &b.d, &b.o, &b.t, &b.x, NULL, &err), "%s", err.text);
        cr_expect(b.x.singly && b.x.converged == PATH * FOLDS);
        for (size_t j = 0; j < PATH; j++)
            cr_expect(epsilon_eq(dbl, b.x.rows[j].nll.mean, slow_model_loss(&b, b.select.l2[j]), 1e-5));
        close_bench(&b);
    }
}

/* Fitted in as few columns as there are pairs, with ties and without. */
Test(select, few_pairs_of_many_columns_are_told_alike)
{
    static struct bench b;
    for (int ties = 0; ties < 2; ties++) {
        open_sized(&b, 42, WIDE);
        if (ties)
            make_ties(&b);
        b.model.ties = ties ? TIES_DAVIDSON : TIES_NONE;
        cr_assert(select_penalty(&b.select, &b.m, &b.d, &b.o, &b.t, &b.x, NULL, &err), "%s", err.text);
        cr_expect(eq(sz, b.x.converged, PATH * FOLDS));
        for (size_t j = 0; j < PATH; j++)
            cr_expect(epsilon_eq(dbl, b.x.rows[j].nll.mean, slow_model_loss(&b, b.select.l2[j]), 1e-3));
        b.select.draws = 20;
        b.t.l2 = 0.1;
        cr_assert(select_bootstrap(&b.select, &b.m, &b.d, &b.o, &b.t, &b.x, NULL, &err), "%s", err.text);
        cr_expect(eq(sz, b.x.draws_converged, 20));
        cr_expect(eq(sz, head_tensor(&b.t.head, "ensemble.weight")->cols, WIDE));
        close_bench(&b);
    }
}

/* What all folds but one know nothing of has no likelihood there. */
Test(select, a_strength_of_one_fold_alone_is_refused)
{
    static struct bench b;
    open_bench(&b);
    make_ties(&b);
    for (size_t i = 0; i < N; i++)
        b.d.pairs.pairs.v[i].strength = i < 3 ? 3 : i / 2 % 3;
    b.model.ties = TIES_GRADED;
    cr_expect(not(select_penalty(&b.select, &b.m, &b.d, &b.o, &b.t, &b.x, NULL, &err)));
    cr_expect(strstr(err.text, "all pairs of strength 3 are in one fold") != NULL, "%s", err.text);
    close_bench(&b);
}

/* Heads of the bootstrap are extrapolated like the head that they tell of. */
Test(select, the_bootstrap_extrapolates_its_heads)
{
    static struct bench b;
    double heads[2][20 * D], away[D];
    for (size_t j = 0; j < D; j++)
        away[j] = (double)(j % 2);
    for (int expo = 0; expo < 2; expo++) {
        open_bench(&b);
        b.select.draws = 20;
        b.t.l2 = 0.1;
        b.anchor = (struct anchor){.w = away, .d = D, .mu = 0.1, .expo = expo, .factor = 1.5};
        cr_assert(select_bootstrap(&b.select, &b.m, &b.d, &b.o, &b.t, &b.x, NULL, &err), "%s", err.text);
        cr_expect(b.x.draws_singly && b.x.draws_converged == 20);
        memcpy(heads[expo], head_tensor(&b.t.head, "ensemble.weight")->v, sizeof heads[expo]);
        close_bench(&b);
    }
    for (size_t i = 0; i < 20 * D; i++)
        cr_expect(epsilon_eq(dbl, heads[1][i], away[i % D] + 1.5 * (heads[0][i] - away[i % D]), 1e-12));
}

/* ---- a fit of its own, to pairs and ratings ---- */

/* Every other pair has a rating, of the same number and under the same key.
 * The fit looks whether both stand in the same fold and are drawn as often. */
struct own_fit {
    struct bench *b;
    struct select_own select;
    size_t columns;
};

/* How often pair `i` of the data is among those a column is fitted to. */
static double times_of(const struct own_fit *f, const struct pair *pairs, size_t n, size_t i)
{
    const struct pair *wanted = &f->b->d.pairs.pairs.v[i];
    for (size_t k = 0; k < n; k++)
        if (pairs[k].chosen == wanted->chosen && pairs[k].rejected == wanted->rejected)
            return pairs[k].weight / wanted->weight;
    return 0;
}

static bool fit_own(void *ctx, const struct many_column *c, const struct pair *pairs, size_t n,
                    const struct fit_opts *opts, double *w, struct bt_info *info, const struct progress *progress,
                    struct err *e)
{
    struct own_fit *f = ctx;
    const struct part *ratings = &f->b->t.ratings;
    (void)opts, (void)progress, (void)e;
    for (size_t i = 0; i < ratings->n_fit; i++) {
        double times = times_of(f, pairs, n, ratings->fit[i]);
        if (c->draw != MANY_NONE)
            cr_assert(eq(dbl, times, f->select.rating_counts[c->draw * ratings->n_fit + i]));
        else
            cr_assert(eq(int, times > 0, f->select.rating_fold[i] != c->left_out));
    }
    for (size_t j = 0; j < D; j++)
        w[j] = c->draw != MANY_NONE ? (double)c->draw : 0;
    if (c->draw != MANY_NONE)
        f->select.bias[c->draw] = 0.5 * (double)c->draw;
    *info = (struct bt_info){.converged = true};
    f->columns++;
    return true;
}

Test(select, ratings_are_left_out_and_drawn_with_the_pairs_of_their_prompt)
{
    enum { DRAWS = 7, RATED = N / 2 };
    static struct bench b;
    struct own_fit f = {.b = &b};
    open_bench(&b);
    b.d.rating_keys = mem_array(N, sizeof *b.d.rating_keys);
    memcpy(b.d.rating_keys, b.d.pair_keys, N * sizeof *b.d.rating_keys);
    b.t.ratings.fit = mem_array(RATED, sizeof *b.t.ratings.fit);
    b.t.ratings.n_fit = RATED;
    for (size_t i = 0; i < RATED; i++)
        b.t.ratings.fit[i] = 2 * i;
    f.select.fit = (struct singly_fit){fit_own, &f};
    b.m.own = &f.select;
    cr_assert(select_penalty(&b.select, &b.m, &b.d, &b.o, &b.t, &b.x, NULL, &err), "%s", err.text);
    cr_expect(eq(sz, f.columns, (size_t)(FOLDS * PATH)));
    cr_expect(epsilon_eq(dbl, b.x.rows[0].nll.mean, log(2), 1e-12), "heads of zeros know nothing");
    b.select.draws = DRAWS;
    cr_assert(select_bootstrap(&b.select, &b.m, &b.d, &b.o, &b.t, &b.x, NULL, &err), "%s", err.text);
    const struct head_tensor *weights = head_tensor(&b.t.head, "ensemble.weight"),
                             *bias = head_tensor(&b.t.head, "ensemble.bias");
    cr_assert(weights != NULL && bias != NULL && bias->rows == DRAWS);
    for (size_t k = 0; k < DRAWS; k++) {
        cr_expect(eq(dbl, weights->v[k * D], (double)k));
        cr_expect(eq(dbl, bias->v[k], 0.5 * (double)k));
    }
    mem_free(b.d.rating_keys);
    mem_free(b.t.ratings.fit);
    close_bench(&b);
}
