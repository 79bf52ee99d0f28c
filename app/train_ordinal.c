#include "app/train_ordinal.h"

#include "app/grades.h"
#include "app/mixing.h"
#include "app/select_ridge.h"
#include "app/targets.h"
#include "app/train.h"
#include "app/train_regression.h"
#include "core/base/mem.h"
#include "core/linalg.h"
#include "core/ordinal_path.h"

#include <math.h>
#include <string.h>

static const char *const own_options[] = {"attributes",      "rows", MIXING_NAMES, "outputs", "warm-start",
                                          SELECT_PATH_NAMES, NULL};

enum outputs {
#define X(id, name, text) OUTPUTS_##id,
    ORDINAL_OUTPUTS(X)
#undef X
};
static const char *const outputs_names[] = {
#define X(id, name, text) name,
    ORDINAL_OUTPUTS(X)
#undef X
        NULL,
};

struct own {
    struct targets_opts targets;
    struct mixing_opts mixing;
    enum outputs outputs;
    struct select select; /* its path alone */
};

struct found {
    struct ordinal *model; /* one an attribute, over the levels of all */
    struct bt_info *info;
    struct grades *train, *held;
    struct penalties penalties;
    struct mixing mixing;
    size_t answers, ratings; /* that were fitted */
    size_t k;
};

static bool read_own(const struct args *args, struct train_opts *o, struct err *err)
{
    struct own *own = mem_alloc(sizeof *own);
    int outputs = OUTPUTS_LATENT;
    o->own = own;
    if (!targets_read(args, &own->targets, err) || !mixing_read(args, &own->mixing, err) ||
        !args_choice(args, "outputs", outputs_names, &outputs, err) || !select_read(args, &own->select, err))
        return false;
    own->outputs = (enum outputs)outputs;
    if (!args_has(args, "rows"))
        own->targets.rows = RATED_RATINGS;
    o->wish.single_ratings = true; /* the mean of grades is no grade */
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
    penalties_free(&found->penalties);
    mem_free(found->model);
    mem_free(found->info);
    mem_free(found->train);
    mem_free(found->held);
    mixing_free(&found->mixing);
    mem_free(found);
}

/* ---- the fit ---- */

struct work {
    const struct data *d;
    const struct train_opts *o;
    struct training *t;
    struct found *found;
    const struct targets *y;
    struct grades_side fit, held;
    struct design x;
    size_t *fold; /* fit.answers.n, when penalties are chosen */
    double *ridge_W, *ridge_b;
};

static bool fill(struct work *k, struct err *err)
{
    const struct embeddings *e = &k->d->e;
    double *row = mem_array(e->d, sizeof *row);
    bool ok = design_init(&k->x, k->fit.answers.n, e->d, BT_AUTO, err);
    for (size_t i = 0; ok && i < k->fit.answers.n; i++) {
        embeddings_row_f64(e, k->fit.answers.row[i], row);
        ok = design_put(&k->x, i, row) ||
             err_set(err, ERR_NUMERIC, "row %zu holds NaN or infinity", k->fit.answers.row[i]);
    }
    mem_free(row);
    return ok;
}

static void measure(const struct work *k, size_t j, const struct grades_models *m, struct grades_side *s,
                    struct grades *out)
{
    grades_count(s, ((const struct own *)k->o->own)->targets.rows, j, m->head);
    grades_measure(s, &k->d->e, m, out);
}

/* b such that the head is 0 at the middle cut. */
static void centre(struct ordinal *o, double *b)
{
    *b = -o->cut[(o->levels - 1) / 2];
    for (size_t c = 0; c + 1 < o->levels; c++)
        o->cut[c] += *b;
}

/* The penalty of attribute j, by cross-validation when a path was given; k->fit.count are its grades. */
static bool choose_penalty(struct work *k, size_t j, const struct ordinal *o, double *l2,
                           const struct progress *progress, struct err *err)
{
    const struct own *own = k->o->own;
    struct penalties *x = &k->found->penalties;
    struct ordinal_path_info info;
    *l2 = k->o->l2;
    if (own->select.l2 == NULL)
        return true;
    const struct ordinal_path p = {
        &k->x, k->fit.count, k->fold, x->folds, own->select.l2, own->select.n_l2, k->o->max_iterations};
    if (!ordinal_path_run(o, &p, x->score + j * x->n_l2, &info, progress, err))
        return false;
    penalties_choose(x, &own->select, j);
    *l2 = penalties_of(x, j, *l2);
    k->t->passes += info.passes;
    return true;
}

static bool fit_attribute(struct work *k, size_t j, const struct progress *progress, struct err *err)
{
    const struct targets *y = k->y;
    struct ordinal *o = &k->found->model[j], shares;
    struct head *h = &k->t->head;
    double l2;
    if (!ordinal_init(o, y->fit.y + j, y->fit.n, y->k, err))
        return err_context(err, "%s", y->names[j]);
    grades_count(&k->fit, ((const struct own *)k->o->own)->targets.rows, j, o);
    shares = *o;
    if (!choose_penalty(k, j, o, &l2, progress, err))
        return err_context(err, "%s", y->names[j]);
    const struct ordinal_fit f = {&k->x, k->fit.count, l2, k->o->max_iterations, warm_output(&k->o->warm, y->names[j])};
    if (!ordinal_fit(o, &f, h->W + j * h->d, &k->found->info[j], progress, err))
        return err_context(err, "%s", y->names[j]);
    centre(o, &h->b[j]);
    const struct grades_models m = {o, &shares, h->W + j * h->d, h->b[j], k->ridge_W + j * h->d, k->ridge_b[j]};
    measure(k, j, &m, &k->fit, &k->found->train[j]);
    measure(k, j, &m, &k->held, &k->found->held[j]);
    return true;
}

/* ---- the head ---- */

/* Put `level` into the ascending list of *n; false when it is full. */
static bool add_level(double *all, size_t *n, double level)
{
    size_t at = 0;
    while (at < *n && all[at] < level)
        at++;
    if (at < *n && all[at] <= level)
        return true;
    if (*n == ORDINAL_LEVELS)
        return false;
    memmove(all + at + 1, all + at, (*n - at) * sizeof *all);
    all[at] = level;
    ++*n;
    return true;
}

/* All attributes over the levels of any of them, so that the cuts make one tensor. */
static bool describe(const struct own *own, struct found *found, struct head *h, struct err *err)
{
    double all[ORDINAL_LEVELS];
    size_t n = 0;
    for (size_t j = 0; j < h->k; j++)
        for (size_t i = 0; i < found->model[j].levels; i++)
            if (!add_level(all, &n, found->model[j].level[i]))
                return err_set(err, ERR_RANGE, "the attributes have more than %d different grades together",
                               (int)ORDINAL_LEVELS);
    double *cuts = mem_array(h->k, (n - 1) * sizeof *cuts);
    for (size_t j = 0; j < h->k; j++) {
        ordinal_widen(&found->model[j], all, n);
        memcpy(cuts + j * (n - 1), found->model[j].cut, (n - 1) * sizeof *cuts);
    }
    head_set_tensor(h, "ordinal.cuts", h->k, n - 1, cuts);
    if (own->outputs == OUTPUTS_EXPECTED)
        head_set_tensor(h, "ordinal.levels", n, 0, all);
    mem_free(cuts);
    return true;
}

static void sum_up(struct training *t, const struct found *found)
{
    enum bt_stop stop = BT_OPTIMAL;
    for (size_t j = 0; j < found->k; j++) {
        const struct bt_info *info = &found->info[j];
        t->objective += info->objective;
        t->grad_norm = fmax(t->grad_norm, info->grad_norm);
        t->iterations += info->iterations;
        t->passes += info->passes;
        if (!info->converged)
            stop = info->stop;
    }
    t->converged = stop == BT_OPTIMAL;
    t->stop = bt_stop_text(stop);
}

/* What the head has to beat: least squares, with penalties of its own from the same path. */
static bool fit_ridge(struct work *k, struct ridge_info *info, const struct progress *progress, struct err *err)
{
    const struct own *own = k->o->own;
    const struct rated *r = &k->y->fit;
    struct penalties of_ridge = {0};
    bool ok = own->select.l2 == NULL
                  ? regression_fit(k->d, r, k->o->l2, k->ridge_W, k->ridge_b, info, progress, err)
                  : select_ridge(&own->select, k->d, k->o, r, k->ridge_W, k->ridge_b, info, &of_ridge, progress, err);
    penalties_free(&of_ridge);
    return ok;
}

static bool open_path(struct work *k, struct err *err)
{
    const struct own *own = k->o->own;
    size_t folds = own->select.folds;
    if (own->select.l2 == NULL)
        return true;
    if (!penalties_folds(k->d, k->fit.answers.row, k->fit.answers.n, k->o->seed, &folds, &k->fold, err))
        return false;
    penalties_init(&k->found->penalties, PENALTY_NLL, &own->select, k->y->k, folds);
    return true;
}

static bool fit_attributes(struct work *k, const struct progress *progress, struct err *err)
{
    struct found *found = k->found;
    struct training *t = k->t;
    const struct own *own = k->o->own;
    struct own without = *own;
    struct train_opts plain = *k->o;
    size_t n = k->y->k;
    without.mixing = (struct mixing_opts){0};
    plain.own = &without;
    struct ridge_info *ridge = mem_array(n, sizeof *ridge);
    k->ridge_W = mem_array(n * k->d->e.d, sizeof *k->ridge_W);
    k->ridge_b = mem_array(n, sizeof *k->ridge_b);
    bool ok = fill(k, err) && fit_ridge(k, ridge, progress, err) && open_path(k, err);
    for (size_t j = 0; ok && j < n; j++)
        ok = fit_attribute(k, j, progress, err);
    mem_free(k->fold);
    mem_free(ridge);
    mem_free(k->ridge_W);
    mem_free(k->ridge_b);
    design_free(&k->x);
    if (!ok || !describe(own, found, &t->head, err) ||
        !mixing_apply(&own->mixing, k->d, &plain, t, &k->y->fit, &found->mixing, progress, err))
        return false;
    found->answers = k->fit.answers.n;
    found->ratings = k->y->fit.n;
    penalties_describe(&found->penalties, &t->head);
    for (size_t j = n; j-- > 0;) /* that of the reward is the head's */
        if (t->head.mix[j] != 0)
            t->l2 = penalties_of(&found->penalties, j, t->l2);
    sum_up(t, found);
    return true;
}

static bool fit(const struct data *d, const struct train_opts *o, struct training *t, const struct progress *progress,
                struct err *err)
{
    const struct own *own = o->own;
    struct found *found = t->own = mem_alloc(sizeof *found);
    struct targets y;
    bool ok = targets_init(&y, d, &own->targets, &t->ratings, true, err);
    if (ok) {
        struct work k = {.d = d, .o = o, .t = t, .found = found, .y = &y};
        found->k = y.k;
        found->model = mem_array(y.k, sizeof *found->model);
        found->info = mem_array(y.k, sizeof *found->info);
        found->train = mem_array(y.k, sizeof *found->train);
        found->held = mem_array(y.k, sizeof *found->held);
        head_init(&t->head, "ordinal", y.names, y.k, d->e.d);
        grades_open(&k.fit, &y.fit);
        grades_open(&k.held, &y.held);
        ok = fit_attributes(&k, progress, err);
        grades_close(&k.fit);
        grades_close(&k.held);
    }
    targets_free(&y);
    return ok;
}

/* ---- told ---- */

static void settings_json(const struct train_opts *o, const struct training *t, struct json_writer *w)
{
    const struct own *own = o->own;
    const struct found *found = t->own;
    jw_kstr(w, "outputs", outputs_names[own->outputs]);
    jw_kstr(w, "rows", rated_rows_names[own->targets.rows]);
    jw_key(w, "levels");
    jw_array(w);
    for (size_t i = 0; i < found->model[0].levels; i++)
        jw_num(w, found->model[0].level[i]);
    jw_array_end(w);
    mixing_json(&own->mixing, &found->mixing, &t->head, w);
    select_settings_json(&own->select, w);
}

static void found_json(const struct train_opts *o, const struct training *t, struct json_writer *w)
{
    (void)o;
    const struct found *found = t->own;
    jw_key(w, "attributes");
    jw_object(w);
    for (size_t j = 0; j < found->k; j++) {
        jw_key(w, t->head.objectives[j]);
        jw_object(w);
        jw_knum(w, "objective", found->info[j].objective);
        jw_kint(w, "iterations", (int64_t)found->info[j].iterations);
        jw_key(w, "cuts");
        jw_array(w);
        for (size_t c = 0; c + 1 < found->model[j].levels; c++)
            jw_num(w, found->model[j].cut[c]);
        jw_array_end(w);
        grades_json("train", &found->train[j], w);
        grades_json("holdout", &found->held[j], w);
        jw_object_end(w);
    }
    jw_object_end(w);
    penalties_json(&found->penalties, &t->head, w);
}

static void size_text(const struct training *t, struct buf *out)
{
    const struct found *found = t->own;
    buf_addf(out, "on %zu ratings of %zu answers x %zu, %zu attribute%s", found->ratings, found->answers, t->head.d,
             t->head.k, t->head.k == 1 ? "" : "s");
}

static void settings_text(const struct train_opts *o, const struct training *t, struct buf *out)
{
    const struct own *own = o->own;
    if (own->select.l2 != NULL && t->head.k > 1)
        buf_adds(out, PENALTIES_NOTE);
    if (own->targets.rows == RATED_MEANS)
        buf_adds(out, "  ratings: those of an answer share one vote\n");
    if (own->outputs == OUTPUTS_EXPECTED)
        buf_adds(out, "  outputs: expected ratings\n");
}

static void found_text(const struct train_opts *o, const struct training *t, struct buf *out)
{
    const struct own *own = o->own;
    const struct found *found = t->own;
    grades_table(&t->head, found->train, found->held, out);
    penalties_text(&found->penalties, &own->select, &t->head, out);
    mixing_text(&own->mixing, &found->mixing, &t->head, out);
}

const struct kind kind_ordinal = {
    .name = "ordinal",
    .title = "ordinal",
    .text = "grades an attribute from ratings: cumulative logit",
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
