#include "app/train.h"

#include "app/family.h"
#include "core/base/clock.h"
#include "core/base/json_writer.h"
#include "core/fit.h"
#include "core/linalg.h"

#include <math.h>
#include <string.h>

/* ---- which examples ---- */

static bool marked(const struct data *d)
{
    for (size_t i = 0; i < d->pairs.pairs.n; i++)
        if (d->pairs.pairs.v[i].split != SPLIT_NONE)
            return true;
    for (size_t i = 0; i < d->ratings.rows.n; i++)
        if (d->ratings.rows.v[i].split != SPLIT_NONE)
            return true;
    return false;
}

double train_holdout(const struct data *d, double holdout)
{
    return holdout >= 0 ? holdout : marked(d) ? 0 : TRAIN_HOLDOUT_SHARE;
}

static bool wanted(enum split s, const char *split)
{
    if (split == NULL)
        return s == SPLIT_NONE || s == SPLIT_TRAIN;
    return strcmp(split_name(s), split) == 0;
}

/* Part the examples that are wanted into those to fit and those held out. */
static void choose(const uint64_t *keys, const bool *use, size_t n, double holdout, uint64_t seed, size_t **fit,
                   size_t *n_fit, size_t **held, size_t *n_held)
{
    size_t *index = mem_array(n, sizeof *index);
    uint64_t *used_keys = mem_array(n, sizeof *used_keys);
    bool *out = mem_array(n, sizeof *out);
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        if (use[i]) {
            used_keys[m] = keys[i];
            index[m++] = i;
        }
    split_holdout(used_keys, m, holdout, seed, out);
    *fit = mem_array(m, sizeof **fit);
    *held = mem_array(m, sizeof **held);
    *n_fit = *n_held = 0;
    for (size_t i = 0; i < m; i++)
        if (out[i])
            (*held)[(*n_held)++] = index[i];
        else
            (*fit)[(*n_fit)++] = index[i];
    mem_free(index);
    mem_free(used_keys);
    mem_free(out);
}

void train_choose_pairs(const struct data *d, const char *split, double holdout, uint64_t seed, size_t **fit,
                        size_t *n_fit, size_t **held, size_t *n_held)
{
    size_t n = d->pairs.pairs.n;
    bool *use = mem_array(n, sizeof *use);
    for (size_t i = 0; i < n; i++)
        use[i] = wanted(d->pairs.pairs.v[i].split, split);
    choose(d->pair_keys, use, n, holdout, seed, fit, n_fit, held, n_held);
    mem_free(use);
}

/* ---- Bradley-Terry ---- */

/* The engine knows plain Bradley-Terry; the rest of the family, and a pull towards another head, are for Newton. */
static bool engine_fits(const struct bt_model *m)
{
    return m->loss.kind == LOSS_PLAIN && m->loss.noise == LOSS_NONE && m->ties == TIES_NONE && !(m->center > 0);
}

static bool fit_by_engine(const struct data *d, const struct train_opts *o, struct training *t,
                          const struct progress *progress, struct err *err)
{
    struct fit_opts opts = {.max_iterations = o->max_iterations, .threads = o->threads, .memory = o->memory};
    return fit_pairs(&d->e, d->pairs.pairs.v, t->fit_pairs, t->n_fit, o->l2, &opts, t->head.W, &t->bt, progress, err);
}

static bool fit_by_newton(const struct data *d, const struct train_opts *o, struct training *t,
                          const struct progress *progress, struct err *err)
{
    struct bt_problem problem;
    if (!bt_init_model(&problem, &o->model, &d->e, d->pairs.pairs.v, t->fit_pairs, t->n_fit, BT_AUTO, err))
        return false;
    struct bt_opts opts = {.max_iterations = o->max_iterations, .anchor = o->anchor.w, .mu = o->anchor.mu};
    bool ok = bt_fit(&problem, o->l2, &opts, t->head.W, &t->bt, progress, err);
    t->ties = problem.ties;
    bt_free(&problem);
    return ok;
}

static bool fit_bt(const struct data *d, const struct train_opts *o, struct training *t,
                   const struct progress *progress, struct err *err)
{
    static const char *const reward[] = {"reward"};
    if (t->n_fit == 0)
        return err_set(err, ERR_MISSING, "no pair is left to train on (%zu pairs, %zu held out)", d->pairs.pairs.n,
                       t->n_held);
    if (!anchor_fits(&o->anchor, d, t->n_held, err))
        return false;
    head_init(&t->head, "bt", reward, 1, d->e.d);
    bool engine = engine_fits(&o->model) && o->anchor.w == NULL;
    bool ok = engine ? fit_by_engine(d, o, t, progress, err) : fit_by_newton(d, o, t, progress, err);
    t->anchor = o->anchor;
    if (ok)
        anchor_extrapolate(&t->anchor, d, t->held_pairs, t->n_held, t->head.W);
    t->objective = t->bt.objective;
    t->grad_norm = t->bt.grad_norm;
    t->iterations = t->bt.iterations;
    t->passes = t->bt.passes;
    t->converged = t->bt.converged;
    t->stop = bt_stop_text(t->bt.stop);
    return ok;
}

/* ---- regression ---- */

/* Columns of the ratings that are fitted. */
static bool choose_attributes(const struct data *d, const char *list, size_t **columns, size_t *k, struct err *err)
{
    size_t all = names_count(&d->ratings.attributes);
    *columns = mem_array(all, sizeof **columns);
    *k = 0;
    if (list == NULL) {
        for (*k = 0; *k < all; ++*k)
            (*columns)[*k] = *k;
        return true;
    }
    while (*list != '\0') {
        size_t n = strcspn(list, ",");
        size_t j = names_find(&d->ratings.attributes, list, n);
        if (j == NAMES_NONE)
            return err_set(err, ERR_USAGE, "--attributes: there are no ratings of \"%.*s\"", (int)n, list);
        for (size_t i = 0; i < *k; i++)
            if ((*columns)[i] == j)
                return err_set(err, ERR_USAGE, "--attributes names \"%.*s\" twice", (int)n, list);
        (*columns)[(*k)++] = j;
        list += n + (list[n] == ',');
    }
    return true;
}

struct rated_rows {
    const struct data *d;
    const size_t *which;
};

static void rated_row(const void *ctx, size_t i, double *out)
{
    const struct rated_rows *r = ctx;
    embeddings_row_f64(&r->d->e, r->d->ratings.rows.v[r->which[i]].row, out);
}

/* y: n x k of the chosen examples and columns. */
static double *targets(const struct data *d, const size_t *which, size_t n, const size_t *columns, size_t k)
{
    size_t all = names_count(&d->ratings.attributes);
    double *y = mem_array(n * k, sizeof *y);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < k; j++)
            y[i * k + j] = d->ratings.values[which[i] * all + columns[j]];
    return y;
}

static struct metric_ratings *rate_fit(const struct head *h, const struct data *d, const size_t *which, size_t n,
                                       const double *y)
{
    double *f = mem_array(n * h->k, sizeof *f), *x = mem_array(h->d, sizeof *x);
    struct metric_ratings *out = mem_array(h->k, sizeof *out);
    for (size_t i = 0; i < n; i++) {
        embeddings_row_f64(&d->e, d->ratings.rows.v[which[i]].row, x);
        head_outputs(h, x, f + i * h->k);
    }
    for (size_t j = 0; j < h->k; j++)
        metric_ratings_of(y + j, f + j, n, h->k, &out[j]);
    mem_free(f);
    mem_free(x);
    return out;
}

static bool set_reward(struct head *h, const char *reward, struct err *err)
{
    if (reward == NULL)
        return true;
    size_t j = head_find(h, reward);
    if (j == SIZE_MAX)
        return err_set(err, ERR_USAGE, "--reward %s is none of the attributes that are fitted", reward);
    for (size_t i = 0; i < h->k; i++)
        h->mix[i] = i == j ? 1 : 0;
    return true;
}

static bool fit_columns(const struct data *d, const struct train_opts *o, struct training *t, const size_t *columns,
                        size_t k, const size_t *fit, const size_t *held, const struct progress *progress,
                        struct err *err)
{
    const char **names = mem_array(k, sizeof *names);
    for (size_t j = 0; j < k; j++)
        names[j] = names_text(&d->ratings.attributes, columns[j]);
    head_init(&t->head, "regression", names, k, d->e.d);
    mem_free(names);
    if (!set_reward(&t->head, o->reward, err))
        return false;
    double *y = targets(d, fit, t->n_fit_ratings, columns, k);
    double *y_held = targets(d, held, t->n_held_ratings, columns, k);
    t->ridge = mem_array(k, sizeof *t->ridge);
    struct rated_rows ctx = {d, fit};
    struct ridge_rows rows = {.n = t->n_fit_ratings, .d = d->e.d, .row = rated_row, .ctx = &ctx};
    bool ok = ridge_fit(&rows, y, k, o->l2, t->head.W, t->head.b, t->ridge, progress, err);
    if (ok) {
        t->ratings_train = rate_fit(&t->head, d, fit, t->n_fit_ratings, y);
        t->ratings_held = rate_fit(&t->head, d, held, t->n_held_ratings, y_held);
    }
    mem_free(y);
    mem_free(y_held);
    return ok;
}

static bool fit_regression(const struct data *d, const struct train_opts *o, struct training *t,
                           const struct progress *progress, struct err *err)
{
    size_t n = d->ratings.rows.n, *fit, *held, *columns, k;
    bool *use = mem_array(n, sizeof *use);
    for (size_t i = 0; i < n; i++)
        use[i] = wanted(d->ratings.rows.v[i].split, o->split);
    choose(d->rating_keys, use, n, t->holdout, o->seed, &fit, &t->n_fit_ratings, &held, &t->n_held_ratings);
    bool ok = choose_attributes(d, o->attributes, &columns, &k, err);
    if (ok && (t->n_fit_ratings == 0 || k == 0))
        ok = err_set(err, ERR_MISSING, "no rating is left to train on (%zu rated rows, %zu held out)", n,
                     t->n_held_ratings);
    ok = ok && fit_columns(d, o, t, columns, k, fit, held, progress, err);
    for (size_t j = 0; ok && j < k; j++) {
        t->objective += t->ridge[j].objective;
        t->grad_norm = fmax(t->grad_norm, t->ridge[j].grad_norm);
    }
    t->iterations = 1;
    t->converged = ok;
    t->stop = "solved exactly";
    mem_free(use);
    mem_free(fit);
    mem_free(held);
    mem_free(columns);
    return ok;
}

/* ---- both ---- */

static double entropy_floor(const struct data *d, const size_t *which, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += loss_entropy(d->pairs.pairs.v[which[i]].p);
    return n > 0 ? sum / (double)n : 0;
}

static bool evaluate_both(const struct data *d, const struct train_opts *o, struct training *t, struct err *err)
{
    double *rewards = evaluate_rewards(&t->head, &d->e, err);
    if (rewards == NULL)
        return false;
    struct evaluate_opts e = {.bins = o->bins, .seed = o->seed};
    t->floor = entropy_floor(d, t->fit_pairs, t->n_fit);
    t->held_floor = entropy_floor(d, t->held_pairs, t->n_held);
    bool ok = evaluate_pairs(d, rewards, 1, t->fit_pairs, t->n_fit, &e, &t->train, err) &&
              evaluate_pairs(d, rewards, 1, t->held_pairs, t->n_held, &e, &t->held, err);
    mem_free(rewards);
    return ok;
}

bool train_head(const struct data *d, const struct train_opts *o, struct training *t, const struct progress *progress,
                struct err *err)
{
    memset(t, 0, sizeof *t);
    linalg_threads(o->threads);
    t->holdout = train_holdout(d, o->holdout);
    train_choose_pairs(d, o->split, t->holdout, o->seed, &t->fit_pairs, &t->n_fit, &t->held_pairs, &t->n_held);
    double start = clock_monotonic();
    bool ok = o->kind == TRAIN_BT ? fit_bt(d, o, t, progress, err) : fit_regression(d, o, t, progress, err);
    t->seconds = clock_monotonic() - start;
    return ok && evaluate_both(d, o, t, err);
}

void train_free(struct training *t)
{
    head_free(&t->head);
    mem_free(t->fit_pairs);
    mem_free(t->held_pairs);
    mem_free(t->ridge);
    mem_free(t->ratings_train);
    mem_free(t->ratings_held);
}

void train_settings_json(const struct train_opts *o, const struct training *t, struct buf *out)
{
    struct json_writer w;
    jw_start(&w, out);
    jw_object(&w);
    jw_kstr(&w, "head", t->head.kind);
    jw_knum(&w, "l2", o->l2);
    jw_knum(&w, "holdout", t->holdout);
    if (o->split != NULL)
        jw_kstr(&w, "split", o->split);
    jw_kint(&w, "seed", (int64_t)o->seed);
    jw_kint(&w, "threads", o->threads);
    if (o->soft != LABELS_HARD)
        jw_kstr(&w, "soft", labels_soft_names[o->soft]);
    family_json(&o->model, &t->ties, &w);
    anchor_json(&t->anchor, &w);
    jw_object_end(&w);
}

void train_inputs_json(const struct data *d, struct buf *out)
{
    struct json_writer w;
    jw_start(&w, out);
    jw_object(&w);
    jw_kstr(&w, "embeddings", d->embeddings_sha256);
    jw_kint(&w, "rows", (int64_t)d->e.n);
    jw_kstr(&w, "pairs", d->pairs_sha256);
    jw_kint(&w, "n_pairs", (int64_t)d->pairs.pairs.n);
    jw_kstr(&w, "ratings", d->ratings_sha256);
    jw_kint(&w, "n_ratings", (int64_t)d->ratings.rows.n);
    jw_object_end(&w);
}

static void ratings_json(const struct head *h, const struct metric_ratings *r, struct json_writer *w)
{
    jw_key(w, "ratings");
    jw_object(w);
    for (size_t j = 0; j < h->k; j++) {
        jw_key(w, h->objectives[j]);
        jw_object(w);
        jw_kint(w, "n", (int64_t)r[j].n);
        jw_knum(w, "rmse", r[j].rmse);
        jw_knum(w, "mae", r[j].mae);
        jw_knum(w, "r2", r[j].r2);
        jw_knum(w, "pearson", r[j].pearson);
        jw_object_end(w);
    }
    jw_object_end(w);
}

static void part_json(const struct training *t, const char *key, const struct evaluation *v,
                      const struct metric_ratings *r, size_t n_ratings, struct json_writer *w)
{
    jw_key(w, key);
    if (v->m.n == 0 && n_ratings == 0) {
        jw_null(w);
        return;
    }
    jw_object(w);
    evaluation_json(v, false, w);
    if (r != NULL)
        ratings_json(&t->head, r, w);
    jw_object_end(w);
}

void train_metrics_json(const struct training *t, struct buf *out)
{
    struct json_writer w;
    jw_start(&w, out);
    jw_object(&w);
    part_json(t, "train", &t->train, t->ratings_train, t->n_fit_ratings, &w);
    part_json(t, "holdout", &t->held, t->ratings_held, t->n_held_ratings, &w);
    jw_object_end(&w);
}
