#include "app/select.h"

#include "core/base/mem.h"
#include "core/blend.h"
#include "core/compact.h"
#include "core/draws.h"
#include "core/fit.h"
#include "core/interval.h"
#include "core/linalg.h"
#include "core/many.h"
#include "core/metric.h"
#include "core/singly.h"
#include "core/split.h"

#include <math.h>
#include <string.h>

enum { FOLDS = 5, MAX_FOLDS = 100, MAX_DRAWS = 2000 };

/* ---- what was asked for ---- */

bool select_read(const struct args *args, struct select *s, struct err *err)
{
    const char *path = args_get(args, "l2-path"), *rule = args_get(args, "rule");
    int64_t folds = FOLDS, draws = 0;
    *s = (struct select){.rule = CHOOSE_BEST};
    if (path != NULL && args_has(args, "l2"))
        return err_set(err, ERR_USAGE, "--l2 gives the penalty that --l2-path is to find; give one of them");
    if (path == NULL && (rule != NULL || args_has(args, "folds")))
        return err_set(err, ERR_USAGE, "--%s is for the choice of a penalty; --l2-path is missing",
                       rule != NULL ? "rule" : "folds");
    if (!args_int(args, "folds", 2, MAX_FOLDS, &folds, err) ||
        !args_int(args, "bootstrap", 2, MAX_DRAWS, &draws, err) ||
        (rule != NULL && !choose_rule_parse(rule, &s->rule, err)))
        return false;
    s->folds = (size_t)folds;
    s->draws = (size_t)draws;
    return path == NULL || choose_path(path, &s->l2, &s->n_l2, err) || err_context(err, "--l2-path");
}

void select_free(struct select *s)
{
    mem_free(s->l2);
    *s = (struct select){0};
}

/* ---- many fits ---- */

struct fits {
    struct many_problem p;
    const struct select_model *model;
    struct many_column *columns;
    size_t m;
    double *W, *held;
    struct bt_info *info;
    double **anchors; /* m: of each column, when there is an anchor; of others */
    double **without; /* n_without, ours: the anchors without a fold, when they are fitted anew */
    size_t n_without;
    struct ties *ties; /* m, for a likelihood of ties */
    bool singly;
    size_t passes, converged;
    bool stopped;
};

static void fits_free(struct fits *f)
{
    for (size_t k = 0; k < f->n_without; k++)
        mem_free(f->without[k]);
    mem_free(f->without);
    mem_free(f->anchors);
    mem_free(f->ties);
    mem_free(f->columns);
    mem_free(f->W);
    mem_free(f->held);
    mem_free(f->info);
}

static void start_fits(struct fits *f, const struct data *d, const struct select_model *x, const struct training *t,
                       size_t m)
{
    *f = (struct fits){.m = m, .model = x};
    f->p = (struct many_problem){.e = &d->e,
                                 .pairs = d->pairs.pairs.v,
                                 .which = t->pairs.fit,
                                 .n = t->pairs.n_fit,
                                 .loss = x->model->loss,
                                 .normalise = x->model->normalise};
    f->columns = mem_array(m, sizeof *f->columns);
    f->info = mem_array(m, sizeof *f->info);
    f->singly = x->own != NULL || !fit_takes(x->model) || !loss_is_convex(&x->model->loss) || x->anchor->w != NULL;
    if (x->model->ties != TIES_NONE)
        f->ties = mem_array(m, sizeof *f->ties);
    if (x->anchor->w == NULL)
        return;
    f->anchors = mem_array(m, sizeof *f->anchors);
    for (size_t j = 0; j < m; j++)
        f->anchors[j] = x->anchor->w;
}

static bool fit_columns(struct fits *f, const struct many_opts *opts, const struct progress *progress, struct err *err)
{
    const struct singly s = {&f->p, f->model->model, (const double *const *)f->anchors, f->model->anchor->mu,
                             f->model->own != NULL ? &f->model->own->fit : NULL};
    struct singly_out out = {.W = f->W, .info = f->info, .ties = f->ties, .held = f->held};
    if (!f->singly)
        return many_fit(&f->p, f->columns, f->m, opts, f->W, f->info, f->held, &f->passes, progress, err);
    bool ok = singly_fit(&s, f->columns, f->m, opts, &out, progress, err);
    f->passes = out.passes;
    return ok;
}

/* The same in as few columns as the pairs need (core/compact.h). Sums of embeddings and an anchor have more. */
static bool fit_compact(struct fits *f, const struct compact *c, struct many_opts opts, const struct progress *progress,
                        struct err *err)
{
    struct many_problem whole = f->p;
    double *W = f->W, *V = mem_block(f->m, c->r * sizeof *V), *start = mem_array(c->r, sizeof *start);
    if (opts.start != NULL) {
        compact_see(c, opts.start, start);
        opts.start = start;
    }
    f->p.e = &c->e;
    f->p.pairs = c->pairs;
    f->p.which = NULL;
    f->W = V;
    bool ok = (V != NULL || err_set(err, ERR_MEMORY, "no memory for %zu heads of %zu columns", f->m, c->r)) &&
              fit_columns(f, &opts, progress, err) && compact_heads(c, V, f->m, W, err);
    f->p = whole;
    f->W = W;
    mem_free(V);
    mem_free(start);
    return ok;
}

static bool fit_somehow(struct fits *f, const struct many_opts *opts, const struct progress *progress, struct err *err)
{
    struct compact c;
    struct err ignored;
    bool plain = f->anchors == NULL && f->model->own == NULL && !(f->model->model->center > 0);
    if (!plain || !compact_pays(f->p.n, f->p.e->d, opts->memory) ||
        !compact_init(&c, f->p.e, f->p.pairs, f->p.which, f->p.n, &ignored)) /* who fits says what is wrong */
        return fit_columns(f, opts, progress, err);
    bool ok = fit_compact(f, &c, *opts, progress, err);
    compact_free(&c);
    return ok;
}

static bool run_fits(struct fits *f, const struct train_opts *o, const double *start, const struct progress *progress,
                     struct err *err)
{
    struct many_opts opts = {
        .max_iterations = o->max_iterations, .threads = o->threads, .memory = o->memory, .start = start};
    size_t width = many_held_width(f->columns, f->m);
    f->W = mem_block(f->m, f->p.e->d * sizeof *f->W);
    f->held = width > 0 ? mem_block(f->p.n, width * sizeof *f->held) : NULL;
    if (f->W == NULL || (width > 0 && f->held == NULL))
        return err_set(err, ERR_MEMORY, "no memory for %zu heads of %zu columns", f->m, f->p.e->d);
    bool ok = fit_somehow(f, &opts, progress, err);
    for (size_t j = 0; ok && j < f->m; j++) {
        f->converged += f->info[j].converged;
        f->stopped = f->stopped || f->info[j].stop == BT_INTERRUPTED;
    }
    return ok;
}

/* ---- the penalty ---- */

/* Folds by prompt, of the pairs; when ratings are fitted too, to the head or to its anchor, of the rated rows as well,
 * behind those of the pairs. *folds becomes the number of those that hold pairs, or more when rated rows alone fill
 * one. */
static size_t *make_folds(const struct data *d, const struct train_opts *o, const struct training *t,
                          const struct select_model *m, size_t *folds)
{
    static const struct part none = {0};
    bool rated = m->own != NULL || m->anchor->from;
    size_t n = t->pairs.n_fit, used = 0;
    size_t *fold = part_folds(d, &t->pairs, rated ? &t->ratings : &none, *folds, o->seed);
    for (size_t i = 0; i < n; i++) /* they are filled from the first on */
        used = fold[i] >= used ? fold[i] + 1 : used;
    *folds = used;
    return fold;
}

/* An anchor that is fitted first has seen ratings of every prompt: without fold k it is fitted to the others. */
static bool anchors_without(struct fits *f, const struct data *d, const struct train_opts *o, const struct training *t,
                            const size_t *fold, size_t folds, struct err *err)
{
    const struct anchor *a = f->model->anchor;
    bool ok = true;
    if (!a->from)
        return true;
    f->without = mem_array(folds, sizeof *f->without);
    f->n_without = folds;
    for (size_t k = 0; ok && k < folds; k++) {
        struct anchor x = {.from = true, .wish = a->attribute};
        struct part pairs, ratings;
        part_without(&t->pairs, fold, k, &pairs);
        part_without(&t->ratings, fold + t->pairs.n_fit, k, &ratings);
        ok = anchor_fit(&x, d, o->l2, o->seed, &pairs, &ratings, err) || err_context(err, "without fold %zu", k + 1);
        f->without[k] = x.w;
        x.w = NULL;
        anchor_free(&x);
        part_free(&pairs);
        part_free(&ratings);
    }
    for (size_t j = 0; ok && j < f->m; j++)
        f->anchors[j] = f->without[f->columns[j].left_out];
    return ok;
}

/* Column of penalty j without fold k. */
static size_t column_of(const struct selection *x, size_t j, size_t k)
{
    return j * x->folds + k;
}

/* The loss of a pair at margin z by the thresholds of heads that have not seen it; NaN: it does not count. */
static bool loss_of_pair(const struct ties *t, const struct pair *p, double z, double *loss, struct err *err)
{
    *loss = p->p * bt_softplus(-z) + (1 - p->p) * bt_softplus(z);
    if (t == NULL || (t->model == TIES_NONE && p->strength > 0))
        return true;
    bool known = t->model != TIES_NONE && ties_knows(t, p->strength);
    *loss = known ? ties_at(t, p->p, p->strength, z).value : NAN;
    return known || !(p->weight > 0) ||
           err_set(err, ERR_RANGE,
                   "all pairs of strength %d are in one fold, so that heads of the others know of none; give other "
                   "--folds or another --seed",
                   p->strength);
}

/* Figures of the penalties from margins of pairs that were left out: n x penalties. */
static bool judge(const struct data *d, const struct train_opts *o, const struct fits *f, const size_t *fold,
                  struct selection *x, struct err *err)
{
    size_t n = f->p.n, k = x->n_rows;
    double *loss = mem_array(n * k, sizeof *loss), *z = mem_array(n, sizeof *z), *p = mem_array(n, sizeof *p);
    struct choose_score *scores = mem_array(k, sizeof *scores);
    bool ok = true;
    for (size_t i = 0; i < n; i++)
        p[i] = d->pairs.pairs.v[f->p.which[i]].p;
    for (size_t j = 0; ok && j < k; j++) {
        struct metric m;
        struct metric_pairs pairs = {.z = z, .p = p, .n = n};
        for (size_t i = 0; ok && i < n; i++) {
            const struct ties *ties = f->ties != NULL ? &f->ties[column_of(x, j, fold[i])] : NULL;
            z[i] = f->held[i * k + j];
            ok = loss_of_pair(ties, &d->pairs.pairs.v[f->p.which[i]], z[i], &loss[i * k + j], err);
        }
        ok = ok && metric_pairs_of(&pairs, o->bins, &m, err);
        x->rows[j].accuracy = m.accuracy;
        x->rows[j].ece = m.ece;
    }
    choose_scores(loss, n, k, NULL, fold, x->folds, scores);
    for (size_t j = 0; j < k; j++)
        x->rows[j].nll = scores[j];
    x->choice = choose_among(scores, k);
    mem_free(loss);
    mem_free(z);
    mem_free(p);
    mem_free(scores);
    return ok;
}

/* The mean of the heads of the chosen penalty is next to the head of all pairs. */
static void find_start(const struct fits *f, struct selection *x)
{
    size_t d = f->p.e->d;
    x->start = mem_array(d, sizeof *x->start);
    x->steps = SIZE_MAX;
    for (size_t k = 0; k < x->folds; k++) {
        size_t j = column_of(x, x->chosen, k);
        linalg_axpy(1 / (double)x->folds, f->W + j * d, x->start, d);
        x->steps = f->info[j].iterations < x->steps ? f->info[j].iterations : x->steps;
    }
}

bool select_penalty(const struct select *s, const struct select_model *m, const struct data *d,
                    const struct train_opts *o, const struct training *t, struct selection *out,
                    const struct progress *progress, struct err *err)
{
    struct fits f;
    out->n_rows = s->n_l2;
    out->folds = s->folds;
    out->rows = mem_array(s->n_l2, sizeof *out->rows);
    size_t *fold = make_folds(d, o, t, m, &out->folds);
    if (m->own != NULL)
        m->own->rating_fold = fold + t->pairs.n_fit;
    start_fits(&f, d, m, t, s->n_l2 * out->folds);
    f.p.fold = fold;
    for (size_t j = 0; j < s->n_l2; j++) {
        out->rows[j].l2 = s->l2[j];
        for (size_t k = 0; k < out->folds; k++)
            f.columns[column_of(out, j, k)] = (struct many_column){s->l2[j], k, MANY_NONE, -1};
    }
    bool ok = out->folds > 1 ||
              err_set(err, ERR_MISSING, "the pairs to train on are all of one prompt: there is nothing to leave out");
    ok = ok && anchors_without(&f, d, o, t, fold, out->folds, err) && run_fits(&f, o, NULL, progress, err) &&
         judge(d, o, &f, fold, out, err);
    if (ok) {
        out->chosen = choose_by(&out->choice, s->rule);
        out->passes = f.passes;
        out->fits = f.m;
        out->converged = f.converged;
        out->singly = f.singly;
        out->ties = f.ties != NULL;
        find_start(&f, out);
    }
    fits_free(&f);
    mem_free(fold);
    if (m->own != NULL)
        m->own->rating_fold = NULL;
    return ok;
}

/* ---- the bootstrap ---- */

/* How often each draw holds each pair, and behind them, when they are fitted too, each rated row. */
struct counts {
    uint8_t *pairs, *ratings; /* draws x n (with room for more), draws x m */
};

static bool draw_counts(const struct data *d, const struct training *t, size_t draws, uint64_t seed, bool rated,
                        struct counts *c, struct err *err)
{
    size_t n = t->pairs.n_fit, m = rated ? t->ratings.n_fit : 0;
    *c = (struct counts){.pairs = mem_block(draws, n + m), .ratings = mem_block(draws, m + 1)};
    if (c->pairs == NULL || c->ratings == NULL)
        return err_set(err, ERR_MEMORY, "no memory for %zu draws of %zu pairs", draws, n);
    uint64_t *keys = mem_array(n + m, sizeof *keys);
    for (size_t i = 0; i < n; i++)
        keys[i] = d->pair_keys[t->pairs.fit[i]];
    for (size_t i = 0; i < m; i++)
        keys[n + i] = d->rating_keys[t->ratings.fit[i]];
    draws_by_group(keys, n + m, draws, seed, c->pairs);
    for (size_t b = 0; b < draws && m > 0; b++) { /* those of the pairs move together */
        memcpy(c->ratings + b * m, c->pairs + b * (n + m) + n, m);
        memmove(c->pairs + b * n, c->pairs + b * (n + m), n);
    }
    mem_free(keys);
    return true;
}

static void counts_free(struct counts *c)
{
    mem_free(c->pairs);
    mem_free(c->ratings);
}

/* The heads into the file, each extrapolated as the head itself was. */
static void keep_draws(struct fits *f, struct training *t)
{
    const struct anchor *a = f->model->anchor;
    size_t d = f->p.e->d;
    for (size_t b = 0; a->expo && b < f->m; b++)
        blend(a->w, f->W + b * d, d, a->factor);
    head_set_tensor(&t->head, interval_tensor(INTERVAL_ENSEMBLE), f->m, d, f->W);
    if (f->model->own != NULL)
        head_set_tensor(&t->head, INTERVAL_BIAS, f->m, 0, f->model->own->bias);
}

bool select_bootstrap(const struct select *s, const struct select_model *m, const struct data *d,
                      const struct train_opts *o, struct training *t, struct selection *out,
                      const struct progress *progress, struct err *err)
{
    struct fits f;
    struct counts c;
    if (!draw_counts(d, t, s->draws, o->seed, m->own != NULL, &c, err)) {
        counts_free(&c);
        return false;
    }
    start_fits(&f, d, m, t, s->draws);
    f.p.counts = c.pairs;
    f.p.draws = s->draws;
    for (size_t b = 0; b < s->draws; b++)
        f.columns[b] = (struct many_column){t->l2, MANY_NONE, b, -1};
    if (m->own != NULL) {
        m->own->rating_counts = c.ratings;
        m->own->bias = mem_array(s->draws, sizeof *m->own->bias);
    }
    bool ok = run_fits(&f, o, t->head.W, progress, err) &&
              (!f.stopped || err_set(err, ERR_STOPPED, "the bootstrap was stopped"));
    if (ok) {
        keep_draws(&f, t);
        out->draws = s->draws;
        out->draws_converged = f.converged;
        out->draw_passes = f.passes;
        out->draws_singly = f.singly;
    }
    if (m->own != NULL) {
        m->own->rating_counts = NULL;
        mem_free(m->own->bias);
        m->own->bias = NULL;
    }
    fits_free(&f);
    counts_free(&c);
    return ok;
}

void selection_free(struct selection *x)
{
    mem_free(x->rows);
    mem_free(x->start);
    *x = (struct selection){0};
}
