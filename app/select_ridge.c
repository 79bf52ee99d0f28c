#include "app/select_ridge.h"

#include "app/train_regression.h"
#include "core/base/mem.h"
#include "core/draws.h"
#include "core/interval.h"
#include "core/linalg.h"
#include "core/ridge_path.h"
#include "core/split.h"

#include <math.h>
#include <string.h>

/* Of the prompts of the rows of r; the caller frees them. */
static uint64_t *keys_of(const struct data *d, const struct rated *r)
{
    uint64_t *of_row = mem_array(d->e.n, sizeof *of_row), *keys = mem_array(r->n, sizeof *keys);
    for (size_t i = 0; i < d->ratings.rows.n; i++)
        of_row[d->ratings.rows.v[i].row] = d->rating_keys[i];
    for (size_t i = 0; i < r->n; i++)
        keys[i] = of_row[r->row[i]];
    mem_free(of_row);
    return keys;
}

/* Folds by prompt of the rows of r; *folds becomes the number of those that are not empty. */
static size_t *make_folds(const struct data *d, const struct rated *r, uint64_t seed, size_t *folds)
{
    size_t *fold = mem_array(r->n, sizeof *fold), used = 0;
    uint64_t *keys = keys_of(d, r);
    split_folds(keys, r->n, *folds, seed, fold);
    for (size_t i = 0; i < r->n; i++) /* they are filled from the first on */
        used = fold[i] >= used ? fold[i] + 1 : used;
    *folds = used;
    mem_free(keys);
    return fold;
}

static void take_scores(const struct select *s, const struct ridge_path *p, struct ridge_selection *out)
{
    *out = (struct ridge_selection){.k = p->k, .n_l2 = p->n_l2, .folds = p->folds};
    out->l2 = mem_array(p->n_l2, sizeof *out->l2);
    out->score = mem_array(p->k * p->n_l2, sizeof *out->score);
    out->choice = mem_array(p->k, sizeof *out->choice);
    out->chosen = mem_array(p->k, sizeof *out->chosen);
    memcpy(out->l2, p->l2, p->n_l2 * sizeof *out->l2);
    memcpy(out->score, p->score, p->k * p->n_l2 * sizeof *out->score);
    for (size_t j = 0; j < p->k; j++) {
        out->choice[j] = choose_among(p->score + j * p->n_l2, p->n_l2);
        out->chosen[j] = choose_by(&out->choice[j], s->rule);
    }
}

bool select_ridge(const struct select *s, const struct data *d, const struct train_opts *o, const struct rated *r,
                  double *W, double *b, struct ridge_info *info, struct ridge_selection *out,
                  const struct progress *progress, struct err *err)
{
    struct regression_rows list;
    const struct ridge_rows rows = regression_rows_of(&list, d, r);
    struct ridge_path path = {0};
    size_t folds = s->folds, *fold = make_folds(d, r, o->seed, &folds);
    const struct ridge_path_opts opts = {
        .l2 = s->l2, .n_l2 = s->n_l2, .fold = fold, .folds = folds, .threads = o->threads};
    double *l2 = mem_array(r->k, sizeof *l2);
    bool ok = folds > 1 ||
              err_set(err, ERR_MISSING, "the ratings to train on are all of one prompt: there is nothing to leave out");
    ok = ok && ridge_path_run(&rows, r->y, r->k, &opts, &path, progress, err);
    if (ok) {
        take_scores(s, &path, out);
        for (size_t j = 0; j < r->k; j++)
            l2[j] = out->l2[out->chosen[j]];
        ok = ridge_path_solve(&path, &rows, r->y, l2, W, b, info, err);
    }
    ridge_path_free(&path);
    mem_free(fold);
    mem_free(l2);
    return ok;
}

void ridge_selection_free(struct ridge_selection *x)
{
    mem_free(x->l2);
    mem_free(x->score);
    mem_free(x->choice);
    mem_free(x->chosen);
    *x = (struct ridge_selection){0};
}

/* ---- the bootstrap ---- */

struct drawing {
    const struct data *d;
    const struct rated *r;
    const struct head *h;
    const double *l2;
    double *weight, *y, *w; /* of a draw: rows, values of an attribute, its weights */
};

/* member (d) and *bias: the reward of the head fitted to the rows as often as `counts` says. An attribute of which the
 * draw holds no rating cannot be fitted: its part stays what the head has. */
static bool fit_draw(struct drawing *k, const uint8_t *counts, double *member, double *bias, struct err *err)
{
    struct regression_rows list;
    struct ridge_rows rows = regression_rows_of(&list, k->d, k->r);
    size_t d = k->h->d;
    for (size_t i = 0; i < k->r->n; i++)
        k->weight[i] = (k->r->weight != NULL ? k->r->weight[i] : 1) * counts[i];
    rows.weight = k->weight;
    memset(member, 0, d * sizeof *member);
    *bias = 0;
    for (size_t j = 0; j < k->h->k; j++) {
        struct ridge_info info;
        double b = k->h->b[j];
        bool any = false;
        if (k->h->mix[j] == 0)
            continue;
        for (size_t i = 0; i < k->r->n; i++) {
            k->y[i] = k->r->y[i * k->r->k + j];
            any = any || (k->weight[i] > 0 && !isnan(k->y[i]));
        }
        memcpy(k->w, k->h->W + j * d, d * sizeof *k->w);
        if (any && !ridge_fit(&rows, k->y, 1, k->l2[j], k->w, &b, &info, NULL, err))
            return false;
        linalg_axpy(k->h->mix[j], k->w, member, d);
        *bias += k->h->mix[j] * b;
    }
    return true;
}

/* With one output the mix is applied by whoever reads the ensemble. */
static void keep_draws(struct head *h, size_t draws, double *W, double *b)
{
    for (size_t i = 0; h->k == 1 && h->mix[0] != 0 && i < draws; i++) {
        linalg_scale(1 / h->mix[0], W + i * h->d, h->d);
        b[i] /= h->mix[0];
    }
    head_set_tensor(h, interval_tensor(INTERVAL_ENSEMBLE), draws, h->d, W);
    head_set_tensor(h, INTERVAL_BIAS, draws, 0, b);
}

bool select_ridge_bootstrap(const struct select *s, const struct data *d, const struct train_opts *o,
                            const struct rated *r, const double *l2, struct head *h, const struct progress *progress,
                            struct err *err)
{
    size_t n = r->n, draws = s->draws;
    uint8_t *counts = mem_block(draws, n);
    double *W = mem_block(draws, h->d * sizeof *W);
    if (counts == NULL || W == NULL) {
        mem_free(counts);
        mem_free(W);
        return err_set(err, ERR_MEMORY, "no memory for %zu draws of %zu ratings", draws, n);
    }
    uint64_t *keys = keys_of(d, r);
    double *b = mem_array(draws, sizeof *b);
    struct drawing k = {.d = d, .r = r, .h = h, .l2 = l2};
    k.weight = mem_array(n, sizeof *k.weight);
    k.y = mem_array(n, sizeof *k.y);
    k.w = mem_array(h->d, sizeof *k.w);
    draws_by_group(keys, n, draws, o->seed, counts);
    bool ok = true;
    for (size_t i = 0; ok && i < draws; i++)
        ok = (fit_draw(&k, counts + i * n, W + i * h->d, &b[i], err) || err_context(err, "draw %zu", i + 1)) &&
             (progress_tick(progress, (double)i + 1, (double)draws) ||
              err_set(err, ERR_STOPPED, "the bootstrap was stopped"));
    if (ok)
        keep_draws(h, draws, W, b);
    mem_free(keys);
    mem_free(b);
    mem_free(k.weight);
    mem_free(k.y);
    mem_free(k.w);
    mem_free(counts);
    mem_free(W);
    return ok;
}

/* ---- told ---- */

static void attribute_json(const struct ridge_selection *x, size_t j, struct json_writer *w)
{
    jw_object(w);
    jw_knum(w, "chosen", x->l2[x->chosen[j]]);
    jw_knum(w, "best", x->l2[x->choice[j].best]);
    jw_knum(w, "1se", x->l2[x->choice[j].one_se]);
    jw_key(w, "path");
    jw_array(w);
    for (size_t i = 0; i < x->n_l2; i++) {
        jw_object(w);
        jw_knum(w, "l2", x->l2[i]);
        jw_knum(w, "mse", x->score[j * x->n_l2 + i].mean);
        jw_knum(w, "se", x->score[j * x->n_l2 + i].se);
        jw_object_end(w);
    }
    jw_array_end(w);
    jw_object_end(w);
}

void ridge_selection_json(const struct ridge_selection *x, const struct head *h, struct json_writer *w)
{
    if (x->l2 == NULL)
        return;
    jw_key(w, "cross_validation");
    jw_object(w);
    jw_kint(w, "folds", (int64_t)x->folds);
    jw_key(w, "attributes");
    jw_object(w);
    for (size_t j = 0; j < x->k; j++) {
        jw_key(w, h->objectives[j]);
        attribute_json(x, j, w);
    }
    jw_object_end(w);
    jw_object_end(w);
}

void ridge_selection_describe(const struct ridge_selection *x, struct head *h)
{
    struct buf text = BUF_INIT;
    struct json_writer w;
    if (x->l2 == NULL)
        return;
    jw_start(&w, &text);
    jw_object(&w);
    ridge_selection_json(x, h, &w);
    jw_object_end(&w);
    head_set_meta(h, "selection", text.ptr);
    buf_free(&text);
}

void ridge_selection_text(const struct select *s, const struct ridge_selection *x, const struct head *h,
                          struct buf *out)
{
    bool end = false;
    if (x->l2 == NULL)
        return;
    buf_addf(out, "\nCross-validation, %zu folds of whole prompts, %zu penalties, rule %s:\n\n", x->folds, x->n_l2,
             choose_rule_name(s->rule));
    buf_addf(out, "  %-18s %10s   %-20s %10s %10s\n", "", "lambda", "error left out", "best", "1se");
    for (size_t j = 0; j < x->k; j++) {
        const struct choose_score *score = &x->score[j * x->n_l2 + x->chosen[j]];
        size_t best = x->choice[j].best;
        end = end || best == 0 || best + 1 == x->n_l2;
        buf_adds(out, "  ");
        app_add_column(out, h->objectives[j], 18);
        buf_addf(out, " %10.4g   %-8.4f +- %-8.4f %10.4g %10.4g\n", x->l2[x->chosen[j]], score->mean, score->se,
                 x->l2[best], x->l2[x->choice[j].one_se]);
    }
    buf_adds(out, "  (mean squared error of ratings of prompts that were left out, with its standard error)\n");
    if (end)
        buf_adds(out, "  (a best one is an end of the path: there may be a better one beyond)\n");
}

void ridge_bootstrap_text(size_t draws, struct buf *out)
{
    if (draws > 0)
        buf_addf(out,
                 "\nBootstrap over prompts: %zu heads solved exactly, with the weights of the reward as they are;\n"
                 "\"score\" and \"eval\" give intervals by them.\n",
                 draws);
}
