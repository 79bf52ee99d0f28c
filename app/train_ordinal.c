#include "app/train_ordinal.h"

#include "app/mixing.h"
#include "app/targets.h"
#include "app/train.h"
#include "app/train_regression.h"
#include "core/base/mem.h"
#include "core/linalg.h"
#include "core/ordinal.h"

#include <math.h>
#include <string.h>

static const char *const own_options[] = {"attributes", "rows", MIXING_NAMES, "outputs", "warm-start", NULL};

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
};

/* Figures on the ratings of one attribute: of the head, of the shares of the grades alone, of least squares. */
struct figures {
    struct ordinal_metric head, shares, ridge;
};

struct found {
    struct ordinal *model; /* one an attribute, over the levels of all */
    struct bt_info *info;
    struct figures *train, *held;
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
        !args_choice(args, "outputs", outputs_names, &outputs, err))
        return false;
    own->outputs = (enum outputs)outputs;
    if (!args_has(args, "rows"))
        own->targets.rows = RATED_RATINGS;
    o->wish.single_ratings = true; /* the mean of grades is no grade */
    return true;
}

static void free_found(void *p)
{
    struct found *found = p;
    if (found == NULL)
        return;
    mem_free(found->model);
    mem_free(found->info);
    mem_free(found->train);
    mem_free(found->held);
    mixing_free(&found->mixing);
    mem_free(found);
}

/* ---- the fit ---- */

/* The answers of the fitted or of the held-out ratings. */
struct side {
    const struct rated *rated;
    struct rated_answers answers;
    double *z, *count; /* answers.n, answers.n x levels: of the attribute at hand */
};

static void open_side(struct side *s, const struct rated *r)
{
    *s = (struct side){.rated = r};
    rated_answers_init(&s->answers, r);
    s->z = mem_array(s->answers.n, sizeof *s->z);
    s->count = mem_array(s->answers.n, ORDINAL_LEVELS * sizeof *s->count);
}

static void close_side(struct side *s)
{
    rated_answers_free(&s->answers);
    mem_free(s->z);
    mem_free(s->count);
}

struct work {
    const struct data *d;
    const struct train_opts *o;
    struct training *t;
    struct found *found;
    const struct targets *y;
    struct side fit, held;
    struct design x;
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

/* s->z := w . x + b of the answers */
static void margins(const struct data *d, const double *w, double b, struct side *s)
{
    double *row = mem_array(d->e.d, sizeof *row);
    for (size_t i = 0; i < s->answers.n; i++) {
        embeddings_row_f64(&d->e, s->answers.row[i], row);
        s->z[i] = linalg_dot(w, row, d->e.d) + b;
    }
    mem_free(row);
}

static void measure(const struct work *k, size_t j, const struct ordinal *o, const struct ordinal *shares,
                    struct side *s, struct figures *out)
{
    const struct head *h = &k->t->head;
    size_t d = h->d;
    rated_grades(s->rated, &s->answers, ((const struct own *)k->o->own)->targets.rows, j, o, s->count);
    margins(k->d, k->ridge_W + j * d, k->ridge_b[j], s);
    ordinal_measure_values(o, s->z, s->count, s->answers.n, &out->ridge);
    memset(s->z, 0, s->answers.n * sizeof *s->z);
    ordinal_measure(shares, s->z, s->count, s->answers.n, &out->shares);
    margins(k->d, h->W + j * d, h->b[j], s);
    ordinal_measure(o, s->z, s->count, s->answers.n, &out->head);
}

/* b such that the head is 0 at the middle cut. */
static void centre(struct ordinal *o, double *b)
{
    *b = -o->cut[(o->levels - 1) / 2];
    for (size_t c = 0; c + 1 < o->levels; c++)
        o->cut[c] += *b;
}

static bool fit_attribute(struct work *k, size_t j, const struct progress *progress, struct err *err)
{
    const struct targets *y = k->y;
    struct ordinal *o = &k->found->model[j], shares;
    struct head *h = &k->t->head;
    if (!ordinal_init(o, y->fit.y + j, y->fit.n, y->k, err))
        return err_context(err, "%s", y->names[j]);
    rated_grades(&y->fit, &k->fit.answers, ((const struct own *)k->o->own)->targets.rows, j, o, k->fit.count);
    const struct ordinal_fit f = {&k->x, k->fit.count, k->o->l2, k->o->max_iterations,
                                  warm_output(&k->o->warm, y->names[j])};
    shares = *o;
    if (!ordinal_fit(o, &f, h->W + j * h->d, &k->found->info[j], progress, err))
        return err_context(err, "%s", y->names[j]);
    centre(o, &h->b[j]);
    measure(k, j, o, &shares, &k->fit, &k->found->train[j]);
    measure(k, j, o, &shares, &k->held, &k->found->held[j]);
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
    bool ok = fill(k, err) && regression_fit(k->d, &k->y->fit, k->o->l2, k->ridge_W, k->ridge_b, ridge, progress, err);
    for (size_t j = 0; ok && j < n; j++)
        ok = fit_attribute(k, j, progress, err);
    mem_free(ridge);
    mem_free(k->ridge_W);
    mem_free(k->ridge_b);
    design_free(&k->x);
    if (!ok || !describe(own, found, &t->head, err) ||
        !mixing_apply(&own->mixing, k->d, &plain, t, &k->y->fit, &found->mixing, progress, err))
        return false;
    found->answers = k->fit.answers.n;
    found->ratings = k->y->fit.n;
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
        open_side(&k.fit, &y.fit);
        open_side(&k.held, &y.held);
        ok = fit_attributes(&k, progress, err);
        close_side(&k.fit);
        close_side(&k.held);
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
}

static void metric_json(const char *key, const struct ordinal_metric *m, struct json_writer *w)
{
    jw_key(w, key);
    jw_object(w);
    jw_knum(w, "nll", m->nll);
    jw_knum(w, "accuracy", m->accuracy);
    jw_knum(w, "mae", m->mae);
    jw_knum(w, "rmse", m->rmse);
    jw_object_end(w);
}

static void figures_json(const char *key, const struct figures *f, struct json_writer *w)
{
    jw_key(w, key);
    if (!(f->head.weight > 0)) {
        jw_null(w);
        return;
    }
    jw_object(w);
    jw_knum(w, "weight", f->head.weight);
    metric_json("head", &f->head, w);
    metric_json("shares", &f->shares, w);
    metric_json("least_squares", &f->ridge, w);
    jw_object_end(w);
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
        figures_json("train", &found->train[j], w);
        figures_json("holdout", &found->held[j], w);
        jw_object_end(w);
    }
    jw_object_end(w);
}

static void size_text(const struct training *t, struct buf *out)
{
    const struct found *found = t->own;
    buf_addf(out, "on %zu ratings of %zu answers x %zu, %zu attribute%s", found->ratings, found->answers, t->head.d,
             t->head.k, t->head.k == 1 ? "" : "s");
}

static void settings_text(const struct train_opts *o, const struct training *t, struct buf *out)
{
    (void)t;
    const struct own *own = o->own;
    if (own->targets.rows == RATED_MEANS)
        buf_adds(out, "  ratings: those of an answer share one vote\n");
    if (own->outputs == OUTPUTS_EXPECTED)
        buf_adds(out, "  outputs: expected ratings\n");
}

static void found_text(const struct train_opts *o, const struct training *t, struct buf *out)
{
    const struct own *own = o->own;
    const struct found *found = t->own;
    bool held = found->held[0].head.weight > 0;
    buf_addf(out, "\n  %-18s %17s %21s %16s %16s\n", held ? "held out" : "train", "log-loss (shares)",
             "grade hit  (by ridge)", "off by   (ridge)", "rmse   (ridge)");
    for (size_t j = 0; j < found->k; j++) {
        const struct figures *f = held ? &found->held[j] : &found->train[j];
        buf_adds(out, "  ");
        app_add_column(out, t->head.objectives[j], 18);
        buf_addf(out, " %8.3f %8.3f %9.1f %% %7.1f %% %7.3f %8.3f %7.3f %8.3f\n", f->head.nll, f->shares.nll,
                 100 * f->head.accuracy, 100 * f->ridge.accuracy, f->head.mae, f->ridge.mae, f->head.rmse,
                 f->ridge.rmse);
    }
    mixing_text(&own->mixing, &found->mixing, &t->head, out);
}

const struct kind kind_ordinal = {
    .name = "ordinal",
    .title = "ordinal",
    .text = "grades an attribute from ratings: cumulative logit",
    .need = DATA_RATINGS,
    .options = own_options,
    .read = read_own,
    .free_own = mem_free,
    .fit = fit,
    .free_found = free_found,
    .settings_json = settings_json,
    .found_json = found_json,
    .size_text = size_text,
    .settings_text = settings_text,
    .found_text = found_text,
};
