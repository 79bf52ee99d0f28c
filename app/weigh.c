#include "app/weigh.h"

#include "app/evaluate.h"
#include "core/base/mem.h"
#include "core/interval.h"
#include "core/linalg.h"
#include "core/safe.h"
#include "core/weigh.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 256 };

static const char *const names[] = {
#define X(id, name, formula, text) name,
    WEIGHS(X)
#undef X
        NULL,
};

/* ---- what was asked for ---- */

static bool check(const struct weigh *w, struct err *err)
{
    if (w->judge.kind != NULL && (w->kind == WEIGH_NONE || w->kind == WEIGH_RELIABILITY))
        return err_set(err, ERR_USAGE, "--weigh-by is for --weigh gap and --weigh uncertainty");
    return w->judge.kind != NULL || w->kind != WEIGH_UNCERTAINTY ||
           err_set(err, ERR_USAGE, "--weigh uncertainty needs a head that knows its own: --weigh-by HEAD");
}

bool weigh_read(const struct args *args, struct weigh *w, struct err *err)
{
    const char *path = args_get(args, "weigh-by");
    int kind = WEIGH_NONE;
    *w = (struct weigh){0};
    if (!args_choice(args, "weigh", names, &kind, err))
        return false;
    w->kind = (enum weigh_kind)kind;
    if (path != NULL && (!head_load(path, &w->judge, err) || !digest_file(path, w->sha256, err)))
        return false;
    return check(w, err);
}

void weigh_free(struct weigh *w)
{
    head_free(&w->judge);
}

/* ---- weights ---- */

/* Multiply the weights of the fitted pairs. */
static void multiply(struct weighed *x, const struct part *part, const double *factor)
{
    x->least = INFINITY;
    x->most = x->mean = 0;
    for (size_t i = 0; i < part->n_fit; i++) {
        x->data.pairs.pairs.v[part->fit[i]].weight *= factor[i];
        x->least = fmin(x->least, factor[i]);
        x->most = fmax(x->most, factor[i]);
        x->mean += factor[i] / (double)part->n_fit;
    }
}

static bool by_gap(const struct weigh *w, const struct data *d, const struct part *part, double *factor,
                   struct err *err)
{
    struct calibration map = {.temperature = 1};
    double *rewards = NULL;
    if (w->judge.kind != NULL) {
        rewards = evaluate_rewards(&w->judge, &d->e, err);
        if (rewards == NULL)
            return false;
        head_calibration(&w->judge, &map);
    }
    for (size_t i = 0; i < part->n_fit; i++) {
        const struct pair *p = &d->pairs.pairs.v[part->fit[i]];
        double gap =
            rewards == NULL ? p->strength : fabs(calibration_margin(&map, rewards[p->chosen] - rewards[p->rejected]));
        factor[i] = weigh_gap(gap, WEIGH_W, WEIGH_K);
    }
    calibration_free(&map);
    mem_free(rewards);
    return true;
}

/* Differences of the rows of n pairs, the fitted ones from `first` on. */
static void differences(const struct data *d, const struct part *part, size_t first, size_t n, double *X, double *row)
{
    for (size_t i = 0; i < n; i++) {
        const struct pair *p = &d->pairs.pairs.v[part->fit[first + i]];
        embeddings_row_f64(&d->e, p->chosen, X + i * d->e.d);
        embeddings_row_f64(&d->e, p->rejected, row);
        linalg_axpy(-1, row, X + i * d->e.d, d->e.d);
    }
}

static bool by_uncertainty(const struct weigh *w, const struct data *d, const struct part *part, double *factor,
                           struct err *err)
{
    struct interval_source source;
    struct interval sd[BLOCK];
    static const double zero[BLOCK];
    if (!interval_source_of(&w->judge, &source, err))
        return false;
    if (source.kind == INTERVAL_NONE)
        return err_set(err, ERR_MISSING,
                       "the head of --weigh-by does not know how sure it is; fit it with --bootstrap or --laplace");
    if (w->judge.d != d->e.d)
        return err_set(err, ERR_CONFLICT, "the head of --weigh-by has %zu columns, the embeddings %zu", w->judge.d,
                       d->e.d);
    double *X = mem_array(BLOCK * d->e.d, sizeof *X), *row = mem_array(d->e.d, sizeof *row);
    bool ok = true;
    for (size_t first = 0; ok && first < part->n_fit; first += BLOCK) {
        size_t n = part->n_fit - first < BLOCK ? part->n_fit - first : BLOCK;
        differences(d, part, first, n, X, row);
        ok = interval_of_rows(&source, X, n, zero, sd, err);
        for (size_t i = 0; ok && i < n; i++)
            factor[first + i] = weigh_uncertainty(sd[i].sd / w->judge.temperature);
    }
    mem_free(X);
    mem_free(row);
    return ok;
}

static bool by_reliability(const struct data *d, const struct part *part, double l2, const struct fit_opts *opts,
                           struct weighed *x, const struct progress *progress, struct err *err)
{
    size_t groups = names_count(&d->pairs.groups);
    struct bt_info info;
    if (groups == 0)
        return err_set(err, ERR_MISSING,
                       "--weigh reliability needs to know who labelled a pair: \"group\" in the lines of --pairs");
    double *w = mem_array(d->e.d, sizeof *w), *truth = mem_array(part->n_fit, sizeof *truth);
    bool ok = crowd_fit(&d->e, d->pairs.pairs.v, part->fit, part->n_fit, groups, l2, opts, w, &x->crowd, truth, &info,
                        progress, err);
    for (size_t i = 0; ok && i < part->n_fit; i++)
        x->data.pairs.pairs.v[part->fit[i]].p = truth[i];
    mem_free(w);
    mem_free(truth);
    return ok;
}

bool weigh_pairs(const struct weigh *w, const struct data *d, const struct part *part, double l2,
                 const struct fit_opts *opts, struct weighed *out, const struct progress *progress, struct err *err)
{
    *out = (struct weighed){.data = *d, .least = 1, .mean = 1, .most = 1};
    size_t n = d->pairs.pairs.n;
    out->data.pairs.pairs.v = mem_array(n, sizeof *out->data.pairs.pairs.v);
    memcpy(out->data.pairs.pairs.v, d->pairs.pairs.v, n * sizeof *out->data.pairs.pairs.v);
    if (w->kind == WEIGH_NONE)
        return true;
    if (w->kind == WEIGH_RELIABILITY)
        return by_reliability(d, part, l2, opts, out, progress, err);
    double *factor = mem_array(part->n_fit, sizeof *factor);
    bool ok = w->kind == WEIGH_GAP ? by_gap(w, d, part, factor, err) : by_uncertainty(w, d, part, factor, err);
    if (ok)
        multiply(out, part, factor);
    mem_free(factor);
    return ok;
}

void weighed_free(struct weighed *w)
{
    mem_free(w->data.pairs.pairs.v);
    crowd_free(&w->crowd);
    w->data = (struct data){0};
}

/* ---- what is told ---- */

void weigh_json(const struct weigh *w, struct json_writer *j)
{
    if (w->kind == WEIGH_NONE)
        return;
    jw_kstr(j, "weigh", names[w->kind]);
    if (w->judge.kind != NULL)
        jw_kstr(j, "weigh_by", w->sha256);
}

void weighed_json(const struct weigh *w, const struct weighed *x, struct json_writer *j)
{
    if (w->kind == WEIGH_NONE)
        return;
    if (w->kind != WEIGH_RELIABILITY) {
        jw_key(j, "weights");
        jw_object(j);
        jw_knum(j, "least", x->least);
        jw_knum(j, "mean", x->mean);
        jw_knum(j, "most", x->most);
        jw_object_end(j);
        return;
    }
    jw_key(j, "reliability");
    jw_object(j);
    for (size_t k = 0; k < x->crowd.groups; k++) {
        jw_key(j, names_text(&x->data.pairs.groups, k));
        jw_object(j);
        jw_knum(j, "eta", x->crowd.eta[k]);
        jw_kint(j, "n_pairs", (int64_t)x->crowd.pairs[k]);
        jw_object_end(j);
    }
    jw_object_end(j);
}

void weighed_text(const struct weigh *w, const struct weighed *x, struct buf *out)
{
    if (w->kind == WEIGH_NONE)
        return;
    if (w->kind != WEIGH_RELIABILITY) {
        buf_addf(out, "  weighed by %s: factors %.3g to %.3g, mean %.3g\n", names[w->kind], x->least, x->most, x->mean);
        return;
    }
    buf_adds(out, "  labels that are true, by group:");
    for (size_t k = 0; k < x->crowd.groups; k++) {
        const char *name = names_text(&x->data.pairs.groups, k);
        buf_adds(out, k > 0 ? ", " : " ");
        safe_text(name, strlen(name), out, 40);
        buf_addf(out, " %.1f %%", 100 * x->crowd.eta[k]);
    }
    buf_addc(out, '\n');
}
