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

bool select_ridge(const struct select *s, const struct data *d, const struct train_opts *o, const struct rated *r,
                  double *W, double *b, struct ridge_info *info, struct penalties *out, const struct progress *progress,
                  struct err *err)
{
    struct regression_rows list;
    const struct ridge_rows rows = regression_rows_of(&list, d, r);
    struct ridge_path path = {0};
    size_t folds = s->folds, *fold = NULL;
    double *l2 = mem_array(r->k, sizeof *l2);
    bool ok = penalties_folds(d, r->row, r->n, o->seed, &folds, &fold, err);
    const struct ridge_path_opts opts = {
        .l2 = s->l2, .n_l2 = s->n_l2, .fold = fold, .folds = folds, .threads = o->threads};
    ok = ok && ridge_path_run(&rows, r->y, r->k, &opts, &path, progress, err);
    if (ok) {
        penalties_init(out, PENALTY_MSE, s, r->k, folds);
        memcpy(out->score, path.score, r->k * s->n_l2 * sizeof *out->score);
        for (size_t j = 0; j < r->k; j++) {
            penalties_choose(out, s, j);
            l2[j] = penalties_of(out, j, 0);
        }
        ok = ridge_path_solve(&path, &rows, r->y, l2, W, b, info, err);
    }
    ridge_path_free(&path);
    mem_free(fold);
    mem_free(l2);
    return ok;
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
    uint64_t *keys = penalties_keys(d, r->row, n);
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

void ridge_bootstrap_text(size_t draws, struct buf *out)
{
    if (draws > 0)
        buf_addf(out,
                 "\nBootstrap over prompts: %zu heads solved exactly, with the weights of the reward as they are;\n"
                 "\"score\" and \"eval\" give intervals by them.\n",
                 draws);
}
