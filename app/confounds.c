#include "app/confounds.h"

#include "core/base/mem.h"
#include "core/summed.h"

#include <math.h>

/* ---- length ---- */

struct lengths {
    struct length_input in;
    double *z, *p, *chosen, *rejected, *reward, *length;
    uint64_t *key, *answer_key;
};

static bool known(const struct data *d, const struct pair *p)
{
    return embeddings_length(&d->e, p->chosen) >= 0 && embeddings_length(&d->e, p->rejected) >= 0;
}

/* Rewards and lengths of the answers of these pairs, each answer once; returns how many. key may be NULL. */
static size_t answers_of(const struct judged *j, const size_t *which, size_t n, double *reward, double *length,
                         uint64_t *key)
{
    const struct data *d = j->d;
    bool *seen = mem_array(d->e.n + 1, sizeof *seen);
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        const struct pair *p = &d->pairs.pairs.v[which[i]];
        const size_t rows[] = {p->chosen, p->rejected};
        for (size_t k = 0; k < 2 && known(d, p); k++) {
            if (seen[rows[k]] || !isfinite(j->rewards[rows[k]]))
                continue;
            seen[rows[k]] = true;
            reward[m] = j->rewards[rows[k]];
            length[m] = (double)embeddings_length(&d->e, rows[k]);
            if (key != NULL)
                key[m] = d->pair_keys[which[i]];
            m++;
        }
    }
    mem_free(seen);
    return m;
}

static void gather(const struct judged *j, struct lengths *l)
{
    size_t n = j->n + 1;
    l->z = mem_array(n, sizeof *l->z);
    l->p = mem_array(n, sizeof *l->p);
    l->chosen = mem_array(n, sizeof *l->chosen);
    l->rejected = mem_array(n, sizeof *l->rejected);
    l->key = mem_array(n, sizeof *l->key);
    l->reward = mem_array(2 * n, sizeof *l->reward);
    l->length = mem_array(2 * n, sizeof *l->length);
    l->answer_key = mem_array(2 * n, sizeof *l->answer_key);
    for (size_t i = 0; i < j->n; i++) {
        const struct pair *p = &j->d->pairs.pairs.v[j->which[i]];
        if (!known(j->d, p))
            continue;
        l->z[l->in.n] = j->margin[i];
        l->p[l->in.n] = j->p[i];
        l->chosen[l->in.n] = (double)embeddings_length(&j->d->e, p->chosen);
        l->rejected[l->in.n] = (double)embeddings_length(&j->d->e, p->rejected);
        l->key[l->in.n++] = j->key[i];
    }
    l->in.m = answers_of(j, j->which, j->n, l->reward, l->length, l->answer_key);
    l->in.z = l->z;
    l->in.p = l->p;
    l->in.chosen = l->chosen;
    l->in.rejected = l->rejected;
    l->in.key = l->key;
    l->in.reward = l->reward;
    l->in.length = l->length;
    l->in.answer_key = l->answer_key;
}

static void put_away(struct lengths *l)
{
    mem_free(l->z);
    mem_free(l->p);
    mem_free(l->chosen);
    mem_free(l->rejected);
    mem_free(l->key);
    mem_free(l->reward);
    mem_free(l->length);
    mem_free(l->answer_key);
}

/* From what the head was fitted to, as what is judged would be freed of its own length otherwise. */
static void find_slope(const struct judged *j, const struct lengths *l, struct confounds *out)
{
    size_t *fitted = NULL, n = 0;
    provenance_fitted(&j->provenance, j->d, &fitted, &n);
    double *reward = mem_array(2 * n + 1, sizeof *reward), *length = mem_array(2 * n + 1, sizeof *length);
    size_t m = j->head != NULL ? answers_of(j, fitted, n, reward, length, NULL) : 0;
    struct length_line line = length_line_of(length, reward, m);
    out->slope_source = SLOPE_FITTED;
    if (!isfinite(line.slope)) {
        m = l->in.m;
        line = length_line_of(l->length, l->reward, m);
        out->slope_source = isfinite(line.slope) ? SLOPE_JUDGED : SLOPE_NONE;
    }
    out->slope = line.slope;
    out->slope_answers = m;
    mem_free(fitted);
    mem_free(reward);
    mem_free(length);
}

static void of_length(const struct judged *j, struct confounds *out)
{
    struct lengths l = {0};
    gather(j, &l);
    out->n = l.in.n;
    out->without = j->n - l.in.n;
    if (l.in.n == 0) {
        out->no_length = "lengths of the answers are not known";
    } else {
        find_slope(j, &l, out);
        l.in.slope = out->slope;
        length_bias_of(&l.in, j->o.e.resamples, j->o.e.seed, &out->length);
    }
    put_away(&l);
}

/* ---- side ---- */

static void add_side(const void *ctx, size_t i, double *sums)
{
    const int *side = ctx;
    sums[0] += 1;
    sums[1] += side[i] > 0;
}

static void make_share(const void *ctx, const double *sums, double *figures)
{
    (void)ctx;
    figures[0] = sums[0] > 0 ? sums[1] / sums[0] : (double)NAN;
}

/* Of all votes there are, whatever the head is judged by. */
static void of_side(const struct judged *j, struct confounds *out)
{
    const struct data *d = j->d;
    int *side = mem_array(d->votes.n + 1, sizeof *side);
    uint64_t *key = mem_array(d->votes.n + 1, sizeof *key);
    for (size_t i = 0; i < d->votes.n; i++)
        if (d->votes.v[i].side != 0) {
            side[out->sided] = d->votes.v[i].side;
            key[out->sided++] = d->pair_keys[d->votes.v[i].pair];
        }
    const struct summed s = {out->sided, 2, 1, key, add_side, make_share, side};
    summed_of(&s, j->o.e.resamples, j->o.e.seed, &out->side_a, &out->side_a_interval);
    mem_free(side);
    mem_free(key);
}

bool confounds_of(const struct judged *j, struct confounds *out, struct err *err)
{
    (void)err;
    if (j->n == 0) {
        out->absent = "there are no pairs";
        return true;
    }
    of_length(j, out);
    of_side(j, out);
    if (out->no_length != NULL && out->sided == 0)
        out->absent = "neither lengths of the answers are known nor sides that people chose; lines of --ids may be "
                      "objects with a \"length\" or the \"response\" itself";
    return true;
}

/* ---- telling ---- */

static void length_json(const struct confounds *c, struct json_writer *w)
{
    static const char *const sources[] = {"none", "fitted", "judged"};
    jw_key(w, "length");
    if (c->no_length != NULL) {
        jw_null(w);
        jw_kstr(w, "no_length", c->no_length);
        return;
    }
    jw_object(w);
    jw_kint(w, "n", (int64_t)c->n);
    jw_kint(w, "n_without_length", (int64_t)c->without);
    jw_kint(w, "n_unequal", (int64_t)c->length.unequal);
    jw_kint(w, "n_better_is_longer", (int64_t)c->length.longer);
    jw_kint(w, "n_better_is_shorter", (int64_t)c->length.shorter);
    for (size_t f = 0; f < LENGTH_FIGURE_COUNT; f++)
        jw_knum(w, length_figure_keys[f], c->length.value[f]);
    jw_key(w, "intervals");
    jw_object(w);
    for (size_t f = 0; f < LENGTH_FIGURE_COUNT; f++)
        evaluation_interval_json(w, length_figure_keys[f], c->length.interval[f]);
    jw_object_end(w);
    jw_knum(w, "slope", c->slope);
    jw_kstr(w, "slope_from", sources[c->slope_source]);
    jw_kint(w, "slope_answers", (int64_t)c->slope_answers);
    jw_object_end(w);
}

void confounds_json(const struct confounds *c, struct json_writer *w)
{
    jw_key(w, "confounds");
    jw_object(w);
    length_json(c, w);
    jw_key(w, "side");
    if (c->sided == 0) {
        jw_null(w);
        jw_kstr(w, "no_side", "no judgement of people here prefers a side");
    } else {
        jw_object(w);
        jw_kint(w, "n", (int64_t)c->sided);
        jw_knum(w, "a", c->side_a);
        evaluation_interval_json(w, "a_interval", c->side_a_interval);
        jw_object_end(w);
    }
    jw_object_end(w);
}

static void share_line(const char *name, const struct length_bias *b, enum length_figure f, size_t n, struct buf *out)
{
    buf_addf(out, "  %-40s %7zu  ", name, n);
    evaluation_cell(b->value[f], b->interval[f], true, out);
    if (!isfinite(b->value[f]))
        buf_adds(out, "  undefined: there are no such pairs");
    buf_addc(out, '\n');
}

/* "0.312 (0.105 to 0.472)": signs would not go well with a hyphen. */
static void correlation_line(const char *name, const struct length_bias *b, enum length_figure f, struct buf *out)
{
    buf_addf(out, "  %-48s  ", name);
    if (isfinite(b->value[f]))
        buf_addf(out, "%.3f", b->value[f]);
    else
        buf_adds(out, "undefined: rewards or lengths do not vary");
    if (isfinite(b->value[f]) && isfinite(b->interval[f].lo))
        buf_addf(out, " (%.3f to %.3f)", b->interval[f].lo, b->interval[f].hi);
    buf_addc(out, '\n');
}

static void slope_text(const struct confounds *c, struct buf *out)
{
    if (c->slope_source == SLOPE_NONE)
        buf_adds(out, "  (lengths do not vary: there is nothing to take out)\n");
    else
        buf_addf(out, "  (taken out: %.3g a 100 characters, the slope over %zu answers\n  %s)\n", 100 * c->slope,
                 c->slope_answers,
                 c->slope_source == SLOPE_FITTED ? "of training pairs" : "judged here, as no training pairs are known");
}

static void length_text(const struct confounds *c, struct buf *out)
{
    const struct length_bias *b = &c->length;
    buf_addf(out, "%-42s %7s\n", "Length, in characters", "pairs");
    share_line("the longer answer wins: people", b, LENGTH_PEOPLE, b->unequal, out);
    share_line("the longer answer wins: the head", b, LENGTH_SCORER, b->unequal, out);
    share_line("accuracy", b, LENGTH_ACCURACY, c->n, out);
    share_line("  where the better answer is longer", b, LENGTH_LONGER, b->longer, out);
    share_line("  where the better answer is shorter", b, LENGTH_SHORTER, b->shorter, out);
    share_line("  of length alone: longer is better", b, LENGTH_ALONE, c->n, out);
    if (c->slope_source != SLOPE_NONE)
        share_line("  with length taken out of the rewards", b, LENGTH_CONTROLLED, c->n, out);
    slope_text(c, out);
    correlation_line("correlation of reward and length, Pearson", b, LENGTH_PEARSON, out);
    correlation_line("                                 Spearman", b, LENGTH_SPEARMAN, out);
    correlation_line("  within prompts, Pearson", b, LENGTH_PEARSON_WITHIN, out);
    correlation_line("                  Spearman", b, LENGTH_SPEARMAN_WITHIN, out);
    if (c->without > 0)
        buf_addf(out, "  (%zu pair%s left out: a length is not known)\n", c->without, PLURAL(c->without));
}

void confounds_text(const struct confounds *c, const struct judged *j, struct buf *out)
{
    (void)j;
    if (c->no_length == NULL)
        length_text(c, out);
    else
        buf_addf(out, "Length: nothing, because %s.\n", c->no_length);
    if (c->sided == 0)
        return;
    buf_adds(out, "Side\n");
    buf_addf(out, "  %-40s %7zu  ", "people prefer what stands on side A", c->sided);
    evaluation_cell(c->side_a, c->side_a_interval, true, out);
    buf_adds(out, "\n  (the head sees one answer at a time: it has no side)\n");
}

void confounds_free(struct confounds *c)
{
    (void)c;
}
