#include "app/attributes.h"

#include "app/train_regression.h"
#include "core/base/mem.h"

/* A regression head on the rated rows p->fit. */
static bool fit_attributes(const struct data *d, const struct targets_opts *o, const struct targets *y, double l2,
                           struct head *h, const struct progress *progress, struct err *err)
{
    struct ridge_info *info = mem_array(y->k, sizeof *info);
    head_init(h, "regression", y->names, y->k, d->e.d);
    targets_describe(o, y, h);
    bool ok = regression_fit(d, &y->fit, l2, h->W, h->b, info, progress, err);
    mem_free(info);
    return ok;
}

bool attributes_fit(const struct data *d, const struct targets_opts *o, struct training *t,
                    const struct progress *progress, struct err *err)
{
    struct targets y;
    bool ok =
        targets_init(&y, d, o, &t->ratings, false, err) && fit_attributes(d, o, &y, t->l2, &t->head, progress, err);
    if (ok) {
        t->ratings_train = targets_measure(&t->head, d, &y.fit);
        t->ratings_held = targets_measure(&t->head, d, &y.held);
    }
    targets_free(&y);
    return ok;
}

/* outputs (rows of k): what the head says of both answers of the pairs which[0 .. n-1]; of those whose fold is `only`,
 * unless fold is NULL. */
static void find_outputs(const struct data *d, const struct head *h, const size_t *which, size_t n, const size_t *fold,
                         size_t only, double *outputs)
{
    double *x = mem_array(h->d, sizeof *x);
    for (size_t i = 0; i < n; i++) {
        const struct pair *pair = &d->pairs.pairs.v[which[i]];
        const size_t rows[] = {pair->chosen, pair->rejected};
        for (int side = 0; side < 2 && (fold == NULL || fold[i] == only); side++) {
            embeddings_row_f64(&d->e, rows[side], x);
            head_outputs(h, x, outputs + rows[side] * h->k);
        }
    }
    mem_free(x);
}

/* ---- attributes of the training pairs ---- */

/* fold: of the pairs that are fitted, then of the rated rows. */
static void find_folds(const struct data *d, const struct training *t, size_t folds, uint64_t seed, size_t *fold)
{
    size_t n = t->pairs.n_fit, m = t->ratings.n_fit;
    uint64_t *keys = mem_array(n + m, sizeof *keys);
    for (size_t i = 0; i < n; i++)
        keys[i] = d->pair_keys[t->pairs.fit[i]];
    for (size_t i = 0; i < m; i++)
        keys[n + i] = d->rating_keys[t->ratings.fit[i]];
    split_folds(keys, n + m, folds, seed, fold);
    mem_free(keys);
}

/* Without a rating of some attribute in the other folds the one head has to do for this fold, too. */
static bool fit_fold(const struct data *d, const struct targets_opts *o, const struct training *t, const size_t *fold,
                     size_t only, double *outputs, const struct progress *progress, struct err *err)
{
    size_t n = t->pairs.n_fit, *rows = mem_array(t->ratings.n_fit, sizeof *rows);
    struct part others = {.fit = rows};
    struct head h = {0};
    struct targets y;
    for (size_t i = 0; i < t->ratings.n_fit; i++)
        if (fold[n + i] != only)
            rows[others.n_fit++] = t->ratings.fit[i];
    bool ok = targets_init(&y, d, o, &others, false, err) && fit_attributes(d, o, &y, t->l2, &h, progress, err);
    if (ok)
        find_outputs(d, &h, t->pairs.fit, n, fold, only, outputs);
    targets_free(&y);
    head_free(&h);
    mem_free(rows);
    return ok || err->kind == ERR_RANGE || err->kind == ERR_MISSING;
}

bool attributes_outside(const struct data *d, const struct targets_opts *o, size_t folds, uint64_t seed,
                        const struct training *t, double *outputs, const struct progress *progress, struct err *err)
{
    size_t *fold = mem_array(t->pairs.n_fit + t->ratings.n_fit, sizeof *fold);
    bool ok = true;
    find_outputs(d, &t->head, t->pairs.fit, t->pairs.n_fit, NULL, 0, outputs);
    find_folds(d, t, folds, seed, fold);
    for (size_t f = 0; ok && f < folds; f++)
        ok = fit_fold(d, o, t, fold, f, outputs, progress, err);
    mem_free(fold);
    return ok;
}
