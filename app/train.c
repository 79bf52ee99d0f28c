#include "app/train.h"

#include "app/data_thumbs.h"
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/linalg.h"
#include "core/loss.h"

#include <math.h>
#include <string.h>

static double entropy_floor(const struct data *d, const size_t *which, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += loss_entropy(d->pairs.pairs.v[which[i]].p);
    return n > 0 ? sum / (double)n : 0;
}

/* Only pairs with equal rewards need to be looked at. */
static size_t count_equal(const struct data *d, const double *rewards, const size_t *which, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        const struct pair *p = &d->pairs.pairs.v[which[i]];
        if (rewards[p->chosen] == rewards[p->rejected] && embeddings_equal(&d->e, p->chosen, p->rejected))
            count++;
    }
    return count;
}

/* The reward of every row was made: one that is not finite comes of a number that is not. */
static bool saw_finite(const struct data *d, const double *rewards, int threads, struct err *err)
{
    for (size_t i = 0; i < d->e.n; i++)
        if (!isfinite(rewards[i]))
            return embeddings_check_finite(&d->e, threads, err);
    return true;
}

static bool evaluate_both(const struct data *d, const struct train_opts *o, struct training *t, struct err *err)
{
    const struct part *p = &t->pairs;
    double *rewards = evaluate_rewards(&t->head, &d->e, err);
    if (rewards == NULL)
        return false;
    struct evaluate_opts e = {.bins = o->bins, .seed = o->seed};
    struct calibration map;
    head_calibration(&t->head, &map);
    t->equal_pairs = count_equal(d, rewards, p->fit, p->n_fit);
    t->floor = entropy_floor(d, p->fit, p->n_fit);
    t->held_floor = entropy_floor(d, p->held, p->n_held);
    bool ok = (!d->unchecked || saw_finite(d, rewards, o->threads, err)) &&
              evaluate_pairs(d, rewards, &map, p->fit, p->n_fit, &e, &t->train, err) &&
              evaluate_pairs(d, rewards, &map, p->held, p->n_held, &e, &t->held, err);
    calibration_free(&map);
    mem_free(rewards);
    return ok;
}

bool train_fit(const struct data *d, const struct train_opts *o, struct part *pairs, struct part *ratings,
               struct training *t, const struct progress *progress, struct err *err)
{
    *t = (struct training){.kind = o->kind, .l2 = o->l2, .pairs = *pairs, .ratings = *ratings};
    t->holdout = part_share(d, o->holdout);
    linalg_threads(o->threads);
    double start = clock_monotonic();
    bool ok = warm_fits(&o->warm, d->e.d, err) && o->kind->fit(d, o, t, progress, err);
    t->seconds = clock_monotonic() - start;
    return ok;
}

bool train_on(const struct data *d, const struct train_opts *o, struct part *pairs, struct part *ratings,
              struct training *t, const struct progress *progress, struct err *err)
{
    return train_fit(d, o, pairs, ratings, t, progress, err) && evaluate_both(d, o, t, err);
}

bool train_head(const struct data *d, const struct train_opts *o, struct training *t, const struct progress *progress,
                struct err *err)
{
    struct part pairs = {0}, ratings = {0};
    double share = part_share(d, o->holdout);
    part_pairs(d, o->split, share, o->seed, &pairs);
    if (o->need & DATA_RATINGS) {
        part_ratings(d, o->split, share, o->seed, &ratings);
        part_align(d, &pairs, &ratings);
    }
    return train_on(d, o, &pairs, &ratings, t, progress, err);
}

bool train_has_pairs(const struct data *d, const struct training *t, struct err *err)
{
    return t->pairs.n_fit > 0 || err_set(err, ERR_MISSING, "no pair is left to train on (%zu pairs, %zu held out)",
                                         d->pairs.pairs.n, t->pairs.n_held);
}

void train_ended(struct training *t, const struct bt_info *info)
{
    t->objective = info->objective;
    t->grad_norm = info->grad_norm;
    t->iterations = info->iterations;
    t->passes = info->passes;
    t->converged = info->converged;
    t->stationary = info->stop == BT_STATIONARY;
    t->stop = bt_stop_text(info->stop);
}

/* Of what is not convex no more can be said than that it was stopped by its own judgement. */
void train_descended(struct training *t, const struct descent_info *info)
{
    t->objective = info->loss;
    t->grad_norm = NAN;
    t->iterations = info->steps;
    t->converged = info->stop == DESCENT_PATIENCE;
    t->stop = descent_stop_text(info->stop);
}

void train_free(struct training *t)
{
    if (t->kind != NULL && t->kind->free_found != NULL)
        t->kind->free_found(t->own);
    head_free(&t->head);
    part_free(&t->pairs);
    part_free(&t->ratings);
    mem_free(t->ratings_train);
    mem_free(t->ratings_held);
    mem_free(t->thumbs_train);
    mem_free(t->thumbs_held);
}

void train_settings_json(const struct train_opts *o, const struct training *t, struct buf *out)
{
    struct json_writer w;
    jw_start(&w, out);
    jw_object(&w);
    jw_kstr(&w, "head", t->head.kind);
    jw_knum(&w, "l2", t->l2);
    jw_knum(&w, "holdout", t->holdout);
    if (o->split != NULL)
        jw_kstr(&w, "split", o->split);
    jw_kint(&w, "seed", (int64_t)o->seed);
    jw_kint(&w, "threads", o->threads);
    if (o->wish.soft != LABELS_HARD)
        jw_kstr(&w, "soft", labels_soft_names[o->wish.soft]);
    warm_json(&o->warm, &w);
    if (o->kind->settings_json != NULL)
        o->kind->settings_json(o, t, &w);
    jw_object_end(&w);
}

void train_fit_json(const struct training *t, struct buf *out)
{
    struct json_writer w;
    jw_start(&w, out);
    jw_object(&w);
    jw_knum(&w, "objective", t->objective);
    jw_knum(&w, "grad_norm", t->grad_norm);
    jw_kint(&w, "iterations", (int64_t)t->iterations);
    jw_kbool(&w, "converged", t->converged);
    jw_kbool(&w, "interrupted", t->interrupted);
    jw_kstr(&w, "stop", t->stop);
    jw_object_end(&w);
}

void train_inputs_json(const struct data *d, struct buf *out)
{
    struct json_writer w;
    jw_start(&w, out);
    jw_object(&w);
    jw_kstr(&w, "embeddings", data_embeddings_sha256(d));
    jw_kint(&w, "rows", (int64_t)d->e.n);
    jw_kstr(&w, "pairs", d->pairs_sha256);
    jw_kint(&w, "n_pairs", (int64_t)d->pairs.pairs.n);
    jw_kstr(&w, "ratings", d->ratings_sha256);
    jw_kint(&w, "n_ratings", (int64_t)d->ratings.rows.n);
    aggregated_json(&d->aggregation, &w);
    data_thumbs_json(d, &w);
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
        jw_knum(w, "spearman", r[j].spearman);
        jw_knum(w, "kendall", r[j].kendall);
        jw_object_end(w);
    }
    jw_object_end(w);
}

static void part_json(const struct training *t, const char *key, const struct evaluation *v,
                      const struct metric_ratings *r, size_t n_ratings, const struct thumbs_evaluation *thumbs,
                      struct json_writer *w)
{
    jw_key(w, key);
    if (v->m.n == 0 && n_ratings == 0 && (thumbs == NULL || thumbs->m.n == 0)) {
        jw_null(w);
        return;
    }
    jw_object(w);
    evaluation_json(v, w);
    if (r != NULL)
        ratings_json(&t->head, r, w);
    if (thumbs != NULL)
        thumbs_evaluation_json(thumbs, w);
    jw_object_end(w);
}

void train_metrics_json(const struct training *t, struct buf *out)
{
    struct json_writer w;
    jw_start(&w, out);
    jw_object(&w);
    part_json(t, "train", &t->train, t->ratings_train, t->ratings.n_fit, t->thumbs_train, &w);
    part_json(t, "holdout", &t->held, t->ratings_held, t->ratings.n_held, t->thumbs_held, &w);
    jw_object_end(&w);
}
