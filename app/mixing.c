#include "app/mixing.h"

#include "core/base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char word_fitted[] = "fitted", word_positive[] = "positive", word_rubric[] = "rubric";

/* The weights of a rubric are of ratings as people gave them. */
static bool rubric_fits(const struct args *args, struct err *err)
{
    const char *head = args_get(args, "head"), *scale = args_get(args, "scale"), *outputs = args_get(args, "outputs");
    if (scale != NULL && strcmp(scale, "none") != 0)
        return err_set(err, ERR_USAGE, "--mix rubric weighs ratings as they are: leave --scale out");
    if (head != NULL && strcmp(head, "ordinal") == 0 && (outputs == NULL || strcmp(outputs, "expected") != 0))
        return err_set(err, ERR_USAGE,
                       "--mix rubric weighs ratings: an ordinal head gives them with --outputs expected");
    return true;
}

bool mixing_read(const struct args *args, struct mixing_opts *o, struct err *err)
{
    *o = (struct mixing_opts){args_get(args, "reward"), args_get(args, "mix"), args_get(args, "decorrelate")};
    if (o->reward != NULL && o->mix != NULL)
        return err_set(err, ERR_USAGE, "--reward and --mix both say what the reward is: give one of them");
    return o->mix == NULL || strcmp(o->mix, word_rubric) != 0 || rubric_fits(args, err);
}

void mixing_free(struct mixing *m)
{
    mem_free(m->weights);
    mem_free(m->penalty);
    mem_free(m->before);
    mem_free(m->after);
    *m = (struct mixing){0};
}

static bool find_attribute(const struct head *h, const char *option, const char *name, size_t n, size_t *j,
                           struct err *err)
{
    for (*j = 0; *j < h->k; ++*j)
        if (strncmp(h->objectives[*j], name, n) == 0 && h->objectives[*j][n] == '\0')
            return true;
    return err_set(err, ERR_USAGE, "--%s %.*s is none of the attributes that are fitted", option, (int)n, name);
}

/* ---- weights ---- */

/* "helpfulness=0.7,verbosity=-0.1": what is not named gets 0. */
static bool read_weights(const struct head *h, const char *list, double *weights, struct err *err)
{
    while (*list != '\0') {
        size_t n = strcspn(list, ",="), j;
        char *end;
        if (list[n] != '=')
            return err_set(
                err, ERR_USAGE,
                "--mix must be a list like helpfulness=0.7,verbosity=-0.1, or one of %s, nemotron, %s, %s; not "
                "\"%.80s\"",
                word_rubric, word_fitted, word_positive, list);
        if (!find_attribute(h, "mix", list, n, &j, err))
            return false;
        weights[j] = strtod(list + n + 1, &end);
        if (end == list + n + 1 || (*end != ',' && *end != '\0') || !isfinite(weights[j]))
            return err_set(err, ERR_USAGE, "--mix: \"%.40s\" does not begin with a number", list + n + 1);
        list = end + (*end == ',');
    }
    return true;
}

static bool rubric_weights(const struct head *h, const struct data *d, double *weights, struct err *err)
{
    if (d->rubric.n == 0)
        return err_set(err, ERR_MISSING, "--mix rubric: %s; say --mix A=W,B=W,...",
                       d->from_workspace ? "the rubric of the workspace weighs nothing"
                                         : "files have no rubric, a workspace has one");
    for (size_t i = 0; i < d->rubric.n; i++) {
        const struct rubric_weight *r = &d->rubric.v[i];
        size_t j;
        if (r->weight <= 0)
            continue;
        if (!find_attribute(h, "mix rubric:", r->attribute, strlen(r->attribute), &j, err))
            return false;
        weights[j] = r->weight;
    }
    return true;
}

/* out (n x k): outputs of `rows`, freed by B (k x k). */
static void outputs(const struct head *h, const struct embeddings *e, const size_t *rows, size_t n, const double *B,
                    double *out)
{
    double *x = mem_array(h->d, sizeof *x), *r = mem_array(h->k, sizeof *r);
    for (size_t i = 0; i < n; i++) {
        embeddings_row_f64(e, rows[i], x);
        head_outputs(h, x, r);
        mix_apply(B, h->k, r, out + i * h->k);
    }
    mem_free(x);
    mem_free(r);
}

/* The chosen answers of the training pairs, then the rejected ones. */
static size_t *answers_of(const struct data *d, const struct part *p)
{
    size_t *rows = mem_array(2 * p->n_fit, sizeof *rows);
    for (size_t i = 0; i < p->n_fit; i++) {
        rows[i] = d->pairs.pairs.v[p->fit[i]].chosen;
        rows[p->n_fit + i] = d->pairs.pairs.v[p->fit[i]].rejected;
    }
    return rows;
}

/* What the folds' heads are fitted with. */
struct crossing {
    const struct data *d;
    const struct train_opts *plain;
    const struct training *t;
    const double *B;
    const struct progress *progress;
};

/* R (2n x k): outputs of both answers of the pairs in fold f by a head fitted to the other folds' ratings. When those
 * do not rate every attribute, what stands in R stays. */
static bool cross_fold(const struct crossing *c, const size_t *fold, size_t f, double *R, struct err *err)
{
    const struct training *t = c->t;
    size_t n = t->pairs.n_fit, k = t->head.k, *rows = answers_of(c->d, &t->pairs);
    struct training others = {.kind = t->kind, .l2 = c->plain->l2};
    part_without(&t->ratings, fold + n, f, &others.ratings);
    bool ok = t->kind->fit(c->d, c->plain, &others, c->progress, err);
    for (size_t i = 0; ok && others.head.k == k && i < 2 * n; i++)
        if (fold[i % n] == f)
            outputs(&others.head, &c->d->e, rows + i, 1, c->B, R + i * k);
    ok = ok || err->kind == ERR_RANGE || err->kind == ERR_MISSING;
    train_free(&others);
    mem_free(rows);
    return ok;
}

/* R (2n x k): outputs of the chosen answers of the training pairs, then of the rejected ones. */
static bool cross_outputs(const struct crossing *c, double *R, struct err *err)
{
    const struct training *t = c->t;
    size_t *rows = answers_of(c->d, &t->pairs);
    size_t *fold = part_folds(c->d, &t->pairs, &t->ratings, MIXING_FOLDS, c->plain->seed);
    bool ok = true;
    outputs(&t->head, &c->d->e, rows, 2 * t->pairs.n_fit, c->B, R);
    for (size_t f = 0; ok && f < MIXING_FOLDS; f++)
        ok = cross_fold(c, fold, f, R, err);
    mem_free(rows);
    mem_free(fold);
    return ok;
}

static bool fit_weights(const struct crossing *c, bool non_negative, struct mixing *m, struct err *err)
{
    const struct part *p = &c->t->pairs;
    size_t n = p->n_fit, k = m->k;
    if (n == 0)
        return err_set(err, ERR_MISSING, "--mix: there are no pairs to fit the weights of attributes on");
    double *R = mem_array(2 * n, k * sizeof *R), *weight = mem_array(n, sizeof *weight),
           *chosen = mem_array(n, sizeof *chosen);
    bool ok = cross_outputs(c, R, err);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < k; j++)
            R[i * k + j] -= R[(n + i) * k + j];
        weight[i] = c->d->pairs.pairs.v[p->fit[i]].weight;
        chosen[i] = c->d->pairs.pairs.v[p->fit[i]].p;
    }
    const struct mix_pairs pairs = {R, n, k, weight, chosen};
    m->fitted = ok && mix_fit(&pairs, &(struct mix_opts){MIXING_L2, non_negative}, m->weights, &m->info, err);
    mem_free(R);
    mem_free(weight);
    mem_free(chosen);
    return m->fitted || err_context(err, "--mix");
}

static bool find_weights(const struct mixing_opts *o, const struct crossing *c, struct mixing *m, struct err *err)
{
    const struct head *h = &c->t->head;
    bool found;
    if (o->reward != NULL) {
        size_t j;
        if (!find_attribute(h, "reward", o->reward, strlen(o->reward), &j, err))
            return false;
        m->weights[j] = 1;
        return true;
    }
    if (o->mix == NULL) {
        memcpy(m->weights, h->mix, h->k * sizeof *m->weights);
        return true;
    }
    if (strcmp(o->mix, word_rubric) == 0)
        return rubric_weights(h, c->d, m->weights, err);
    if (strcmp(o->mix, word_fitted) == 0 || strcmp(o->mix, word_positive) == 0)
        return fit_weights(c, strcmp(o->mix, word_positive) == 0, m, err);
    return mix_published(o->mix, (const char *const *)h->objectives, h->k, m->weights, &found, err) &&
           (found || read_weights(h, o->mix, m->weights, err));
}

/* ---- decorrelation ---- */

static bool decorrelate(const struct mixing_opts *o, const struct data *d, const struct part *p,
                        const struct rated *rated, const struct head *h, double *B, struct mixing *m, struct err *err)
{
    size_t k = h->k;
    m->penalty = mem_array(k, sizeof *m->penalty);
    m->before = mem_array(k, sizeof *m->before);
    m->after = mem_array(k, sizeof *m->after);
    m->from = SIZE_MAX;
    mix_matrix(m->penalty, k, 0, B); /* the identity, as all penalties are 0 */
    if (o->decorrelate == NULL)
        return true;
    if (!find_attribute(h, "decorrelate", o->decorrelate, strlen(o->decorrelate), &m->from, err))
        return false;
    size_t n = p->n_fit > 0 ? 2 * p->n_fit : rated->n;
    size_t *rows = p->n_fit > 0 ? answers_of(d, p) : NULL;
    double *R = mem_array(n, k * sizeof *R);
    outputs(h, &d->e, rows != NULL ? rows : rated->row, n, B, R);
    bool ok =
        mix_decorrelate(R, n, k, m->from, m->penalty, m->before, m->after, err) || err_context(err, "--decorrelate");
    if (ok)
        mix_matrix(m->penalty, k, m->from, B);
    mem_free(rows);
    mem_free(R);
    return ok;
}

bool mixing_apply(const struct mixing_opts *o, const struct data *d, const struct train_opts *plain, struct training *t,
                  const struct rated *rated, struct mixing *m, const struct progress *progress, struct err *err)
{
    struct head *h = &t->head;
    size_t k = h->k;
    *m = (struct mixing){.k = k, .weights = mem_array(k, sizeof *m->weights)};
    double *B = mem_array(k * k, sizeof *B);
    const struct crossing c = {d, plain, t, B, progress};
    bool ok = decorrelate(o, d, &t->pairs, rated, h, B, m, err) && find_weights(o, &c, m, err);
    for (size_t i = 0; ok && i < k; i++) {
        h->mix[i] = 0;
        for (size_t j = 0; j < k; j++)
            h->mix[i] += B[i * k + j] * m->weights[j];
    }
    mem_free(B);
    return ok;
}

/* ---- told ---- */

void mixing_json(const struct mixing_opts *o, const struct mixing *m, const struct head *h, struct json_writer *w)
{
    if (o->mix != NULL) {
        jw_kstr(w, "mix", o->mix);
        jw_key(w, "weights");
        jw_object(w);
        for (size_t j = 0; j < m->k; j++)
            jw_knum(w, h->objectives[j], m->weights[j]);
        jw_object_end(w);
    }
    if (o->decorrelate == NULL)
        return;
    jw_kstr(w, "decorrelate", o->decorrelate);
    jw_key(w, "penalties");
    jw_object(w);
    for (size_t j = 0; j < m->k; j++)
        jw_knum(w, h->objectives[j], m->penalty[j]);
    jw_object_end(w);
}

void mixing_text(const struct mixing_opts *o, const struct mixing *m, const struct head *h, struct buf *out)
{
    if (o->mix == NULL && o->decorrelate == NULL)
        return;
    bool first = true;
    buf_adds(out, "\n  reward =");
    for (size_t j = 0; j < m->k; j++)
        if (m->weights[j] < 0 || m->weights[j] > 0) {
            buf_addf(out, " %s%.4g ", m->weights[j] < 0 ? "- " : first ? "" : "+ ", fabs(m->weights[j]));
            app_add_name(out, h->objectives[j]);
            first = false;
        }
    buf_adds(out, first ? " 0" : "");
    buf_adds(out, m->fitted ? "\n  (weights fitted on the training pairs, by outputs of other folds)\n" : "\n");
    if (m->fitted && !m->info.converged)
        buf_addf(out, "  the fit of the weights %s\n", bt_stop_text(m->info.stop));
    if (o->decorrelate == NULL)
        return;
    buf_addf(out, "\n  freed of %-15s %10s %10s %10s\n", o->decorrelate, "correlated", "penalty", "left");
    for (size_t j = 0; j < m->k; j++)
        if (j != m->from) {
            buf_adds(out, "  ");
            app_add_column(out, h->objectives[j], 24);
            buf_addf(out, " %10.3f %10.3g %10.3f\n", m->before[j], m->penalty[j], m->after[j]);
        }
}
