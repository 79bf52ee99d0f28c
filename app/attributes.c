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
/* Without a rating of some attribute in the other folds the one head has to do for this fold, too. */
static bool fit_fold(const struct data *d, const struct targets_opts *o, const struct training *t, const size_t *fold,
                     size_t only, double *outputs, const struct progress *progress, struct err *err)
{
    struct part others;
    struct head h = {0};
    struct targets y;
    part_without(&t->ratings, fold + t->pairs.n_fit, only, &others);
    bool ok = targets_init(&y, d, o, &others, false, err) && fit_attributes(d, o, &y, t->l2, &h, progress, err);
    if (ok)
        find_outputs(d, &h, t->pairs.fit, t->pairs.n_fit, fold, only, outputs);
    targets_free(&y);
    head_free(&h);
    part_free(&others);
    return ok || err->kind == ERR_RANGE || err->kind == ERR_MISSING;
}

bool attributes_outside(const struct data *d, const struct targets_opts *o, size_t folds, uint64_t seed,
                        const struct training *t, double *outputs, const struct progress *progress, struct err *err)
{
    size_t *fold = part_folds(d, &t->pairs, &t->ratings, folds, seed);
    bool ok = true;
    find_outputs(d, &t->head, t->pairs.fit, t->pairs.n_fit, NULL, 0, outputs);
    for (size_t f = 0; ok && f < folds; f++)
        ok = fit_fold(d, o, t, fold, f, outputs, progress, err);
    mem_free(fold);
    return ok;
}
