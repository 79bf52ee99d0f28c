#include "app/train_regression.h"

#include "app/mixing.h"
#include "app/select_ridge.h"
#include "app/targets.h"
#include "app/train.h"
#include "core/base/mem.h"

#include <math.h>
#include <string.h>

static const char *const own_options[] = {TARGETS_NAMES, MIXING_NAMES, SELECT_NAMES, NULL};

struct own {
    struct targets_opts targets;
    struct mixing_opts mixing;
    struct select select;
};

struct found {
    struct ridge_info *ridge; /* one an attribute */
    struct mixing mixing;
    struct penalties selection;
    size_t rows;  /* that were fitted */
    size_t draws; /* of the bootstrap, that the head keeps */
};

static bool read_own(const struct args *args, struct train_opts *o, struct err *err)
{
    struct own *own = mem_alloc(sizeof *own);
    o->own = own;
    if (!targets_read(args, &own->targets, err) || !mixing_read(args, &own->mixing, err) ||
        !select_read(args, &own->select, err))
        return false;
    o->wish.single_ratings = own->targets.rows == RATED_RATINGS;
    return true;
}

static void free_own(void *p)
{
    struct own *own = p;
    select_free(&own->select);
    mem_free(own);
}

static void free_found(void *p)
{
    struct found *found = p;
    if (found == NULL)
        return;
    mem_free(found->ridge);
    mixing_free(&found->mixing);
    penalties_free(&found->selection);
    mem_free(found);
}

/* ---- least squares ---- */

static void rated_row(const void *ctx, size_t i, double *out)
{
    const struct regression_rows *r = ctx;
    embeddings_row_f64(r->e, r->row[i], out);
}

struct ridge_rows regression_rows_of(struct regression_rows *list, const struct data *d, const struct rated *r)
{
    *list = (struct regression_rows){&d->e, r->row};
    return (struct ridge_rows){.n = r->n, .d = d->e.d, .row = rated_row, .ctx = list, .weight = r->weight};
}

bool regression_fit(const struct data *d, const struct rated *r, double l2, double *W, double *b,
                    struct ridge_info *info, const struct progress *progress, struct err *err)
{
    struct regression_rows list;
    const struct ridge_rows rows = regression_rows_of(&list, d, r);
    return ridge_fit(&rows, r->y, r->k, l2, W, b, info, progress, err);
}

/* ---- the kind ---- */

/* With the given penalty, or with one an attribute by cross-validation: then t->l2 is that of the reward. */
static bool fit_rows(const struct data *d, const struct train_opts *o, const struct rated *r, struct training *t,
                     const struct progress *progress, struct err *err)
{
    const struct own *own = o->own;
    struct found *found = t->own;
    struct penalties *x = &found->selection;
    if (own->select.l2 == NULL)
        return regression_fit(d, r, o->l2, t->head.W, t->head.b, found->ridge, progress, err);
    if (!select_ridge(&own->select, d, o, r, t->head.W, t->head.b, found->ridge, x, progress, err))
        return false;
    penalties_describe(x, &t->head);
    for (size_t j = r->k; j-- > 0;)
        if (t->head.mix[j] != 0)
            t->l2 = penalties_of(x, j, o->l2);
    return true;
}

/* How sure the head is. Who wants the work to end has a head that is none the worse. */
static bool find_spread(const struct data *d, const struct train_opts *o, const struct rated *r, struct training *t,
                        bool *stopped, const struct progress *progress, struct err *err)
{
    const struct own *own = o->own;
    struct found *found = t->own;
    const struct penalties *x = &found->selection;
    if (own->select.draws == 0)
        return true;
    double *l2 = mem_array(r->k, sizeof *l2);
    for (size_t j = 0; j < r->k; j++)
        l2[j] = penalties_of(x, j, o->l2);
    bool ok = select_ridge_bootstrap(&own->select, d, o, r, l2, &t->head, progress, err);
    mem_free(l2);
    *stopped = !ok && err->kind == ERR_STOPPED;
    found->draws = ok ? own->select.draws : 0;
    return ok || *stopped;
}

static bool fit_targets(const struct data *d, const struct train_opts *o, const struct targets *y, struct training *t,
                        const struct progress *progress, struct err *err)
{
    const struct own *own = o->own;
    struct found *found = t->own;
    struct own without = *own;
    struct train_opts plain = *o;
    bool stopped = false;
    without.mixing = (struct mixing_opts){0};
    without.select.draws = 0;
    plain.own = &without;
    found->ridge = mem_array(y->k, sizeof *found->ridge);
    found->rows = y->fit.n;
    head_init(&t->head, "regression", y->names, y->k, d->e.d);
    targets_describe(&own->targets, y, &t->head);
    if (!fit_rows(d, o, &y->fit, t, progress, err) ||
        !mixing_apply(&own->mixing, d, &plain, t, &y->fit, &found->mixing, progress, err) ||
        !find_spread(d, o, &y->fit, t, &stopped, progress, err))
        return false;
    t->ratings_train = targets_measure(&t->head, d, &y->fit);
    t->ratings_held = targets_measure(&t->head, d, &y->held);
    t->converged = !stopped;
    t->stop = stopped ? "was interrupted in its bootstrap" : "solved exactly";
    for (size_t j = 0; j < y->k; j++) {
        t->objective += found->ridge[j].objective;
        t->grad_norm = fmax(t->grad_norm, found->ridge[j].grad_norm);
    }
    return true;
}

static bool fit(const struct data *d, const struct train_opts *o, struct training *t, const struct progress *progress,
                struct err *err)
{
    const struct own *own = o->own;
    struct targets y;
    t->own = mem_alloc(sizeof(struct found));
    bool ok = targets_init(&y, d, &own->targets, &t->ratings, false, err) && fit_targets(d, o, &y, t, progress, err);
    targets_free(&y);
    t->iterations = 1;
    return ok;
}

static void settings_json(const struct train_opts *o, const struct training *t, struct json_writer *w)
{
    const struct own *own = o->own;
    const struct found *found = t->own;
    targets_json(&own->targets, w);
    mixing_json(&own->mixing, &found->mixing, &t->head, w);
    select_settings_json(&own->select, w);
}

static void found_json(const struct train_opts *o, const struct training *t, struct json_writer *w)
{
    (void)o;
    const struct found *found = t->own;
    jw_key(w, "objectives");
    jw_object(w);
    for (size_t j = 0; j < t->head.k; j++)
        jw_knum(w, t->head.objectives[j], found->ridge[j].objective);
    jw_object_end(w);
    penalties_json(&found->selection, &t->head, w);
    if (found->draws > 0) {
        jw_key(w, "ensemble");
        jw_object(w);
        jw_kint(w, "heads", (int64_t)found->draws);
        jw_object_end(w);
    }
}

static void size_text(const struct training *t, struct buf *out)
{
    const struct found *found = t->own;
    buf_addf(out, "on %zu rated answers x %zu, %zu attribute%s", found->rows, t->head.d, t->head.k,
             t->head.k == 1 ? "" : "s");
}

static void settings_text(const struct train_opts *o, const struct training *t, struct buf *out)
{
    const struct own *own = o->own;
    if (own->select.l2 != NULL && t->head.k > 1)
        buf_adds(out, PENALTIES_NOTE);
    targets_text(&own->targets, out);
}

static void found_text(const struct train_opts *o, const struct training *t, struct buf *out)
{
    const struct own *own = o->own;
    const struct found *found = t->own;
    targets_table(&t->head, t->ratings_train, t->ratings_held, out);
    penalties_text(&found->selection, &own->select, &t->head, out);
    ridge_bootstrap_text(found->draws, out);
    mixing_text(&own->mixing, &found->mixing, &t->head, out);
}

const struct kind kind_regression = {
    .name = "regression",
    .title = "regression",
    .text = "a value an attribute from ratings: ridge",
    .need = DATA_RATINGS,
    .options = own_options,
    .read = read_own,
    .free_own = free_own,
    .fit = fit,
    .free_found = free_found,
    .settings_json = settings_json,
    .found_json = found_json,
    .size_text = size_text,
    .settings_text = settings_text,
    .found_text = found_text,
};
