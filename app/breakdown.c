#include "app/breakdown.h"

#include "core/base/mem.h"
#include "core/metric_sums.h"
#include "core/normal.h"
#include "core/split.h"

#include <math.h>
#include <stdio.h>

/* The items of all groups, one group after the other, and what is found on the way. */
struct work {
    const struct judged *j;
    const struct grouping *g;
    size_t bins;
    double *z, *p;
    uint64_t *key;
    size_t prompts, *prompt; /* how many; of each item, numbered through all groups */
    size_t *scratch;         /* for numbers within a group */
    double *right, *nll;     /* of each prompt: what it adds to the macro means beyond its share */
    size_t alone;            /* groups of a single prompt */
    struct breakdown *out;
};

static void lay_out(struct work *w)
{
    const struct grouping *g = w->g;
    size_t n = g->n;
    w->z = mem_array(n + 1, sizeof *w->z);
    w->p = mem_array(n + 1, sizeof *w->p);
    w->key = mem_array(n + 1, sizeof *w->key);
    w->prompt = mem_array(n + 1, sizeof *w->prompt);
    w->scratch = mem_array(n + 1, sizeof *w->scratch);
    for (size_t i = 0; i < n; i++) {
        size_t pair = g->item[i];
        w->z[i] = w->j->z[pair];
        w->p[i] = g->p != NULL ? g->p[i] : w->j->p[pair];
        w->key[i] = w->j->key[pair];
    }
    w->prompts = split_groups(w->key, n, w->prompt);
    w->right = mem_array(w->prompts + 1, sizeof *w->right);
    w->nll = mem_array(w->prompts + 1, sizeof *w->nll);
}

static void put_away(struct work *w)
{
    mem_free(w->z);
    mem_free(w->p);
    mem_free(w->key);
    mem_free(w->prompt);
    mem_free(w->scratch);
    mem_free(w->right);
    mem_free(w->nll);
}

static struct metric_pairs slice(const struct work *w, size_t first, size_t n)
{
    return (struct metric_pairs){.z = w->z + first, .p = w->p + first, .n = n};
}

/* Means of a group, and what each of its prompts adds to the means over groups. */
static void add_macro(struct work *w, size_t first, size_t n, size_t prompts)
{
    struct metric_pairs m = slice(w, first, n);
    double right = 0, nll = 0, brier = 0, groups = (double)w->g->groups, size = (double)n;
    for (size_t i = 0; i < n; i++) {
        struct metric_term t = metric_term_of(&m, i, w->bins);
        right += t.right / size;
        nll += t.nll / size;
        brier += t.brier / size;
    }
    w->out->macro.accuracy += right / groups;
    w->out->macro.nll += nll / groups;
    w->out->macro.brier += brier / groups;
    w->alone += prompts < 2;
    double scale = prompts < 2 ? 0 : sqrt((double)prompts / (double)(prompts - 1)) / (size * groups);
    for (size_t i = 0; i < n; i++) {
        struct metric_term t = metric_term_of(&m, i, w->bins);
        w->right[w->prompt[first + i]] += scale * (t.right - right);
        w->nll[w->prompt[first + i]] += scale * (t.nll - nll);
    }
}

static struct metric_interval spread(const struct work *w, const double *share, double mean, double most)
{
    double sum = 0;
    for (size_t i = 0; i < w->prompts; i++)
        sum += share[i] * share[i];
    double half = NORMAL_975 * sqrt(sum);
    return (struct metric_interval){fmax(0, mean - half), fmin(most, mean + half)};
}

static bool row_of(struct work *w, const char *name, size_t first, size_t n, size_t prompts, struct breakdown_row *row,
                   struct err *err)
{
    const struct evaluate_opts *o = &w->j->o.e;
    const struct metric_pairs m = slice(w, first, n);
    const struct metric_interval none = {NAN, NAN};
    struct evaluation v = {.interval = {none, none, none, none, prompts, o->resamples}};
    bool few = prompts < BREAKDOWN_PROMPTS;
    if (!metric_pairs_of(&m, o->bins, &v.m, err) ||
        (!few && !metric_bootstrap(&m, w->key + first, o->bins, o->resamples, o->seed, &v.interval, err)))
        return false;
    *row = (struct breakdown_row){.line = evaluation_line_of(name, &v), .prompts = prompts};
    struct metric_interval *i = &row->line.accuracy_interval;
    if (few || !(i->hi > i->lo))
        metric_wilson(v.m.accuracy * (double)prompts, (double)prompts, &i->lo, &i->hi);
    row->verdict = few ? BREAKDOWN_FEW : i->hi - i->lo > BREAKDOWN_WIDTH ? BREAKDOWN_WIDE : BREAKDOWN_TELLS;
    row->line.mark = row->verdict == BREAKDOWN_TELLS ? 0 : '?';
    return true;
}

static bool rows_of(struct work *w, struct err *err)
{
    const struct grouping *g = w->g;
    for (size_t i = 0; i < g->groups; i++) {
        struct breakdown_row row;
        size_t first = g->first[i], n = g->first[i + 1] - first;
        size_t prompts = split_groups(w->key + first, n, w->scratch);
        add_macro(w, first, n, prompts);
        if (i >= BREAKDOWN_ROWS)
            continue;
        if (!row_of(w, g->name[i], first, n, prompts, &row, err))
            return false;
        vec_push(&w->out->rows, row);
    }
    return true;
}

static void finish_macro(struct work *w)
{
    struct evaluation_line *l = &w->out->macro;
    const struct metric_interval none = {NAN, NAN};
    char name[48];
    snprintf(name, sizeof name, "mean of %zu group%s", w->g->groups, PLURAL(w->g->groups));
    l->name = arena_dup(&w->out->grouping.arena, name);
    l->n = w->g->n;
    l->ece = NAN;
    l->ece_interval = none;
    l->accuracy_interval = w->alone > 0 ? none : spread(w, w->right, l->accuracy, 1);
    l->nll_interval = w->alone > 0 ? none : spread(w, w->nll, l->nll, INFINITY);
}

bool breakdown_of(const struct judged *j, struct breakdown *out, struct err *err)
{
    out->by = j->o.by;
    out->absent = j->o.by == FACT_NOTHING ? "--by says by what" : j->n == 0 ? "there are no pairs" : NULL;
    if (out->absent != NULL)
        return true;
    if (!facts_group(j->d, j->which, j->n, out->by, &out->grouping, err))
        return false;
    out->groups = out->grouping.groups;
    struct work w = {.j = j, .g = &out->grouping, .bins = j->o.e.bins, .out = out};
    struct metric_pairs all;
    lay_out(&w);
    all = slice(&w, 0, w.g->n);
    bool ok = metric_check(&all, &w.bins, err) && rows_of(&w, err) &&
              row_of(&w, "mean of pairs", 0, w.g->n, w.prompts, &out->micro, err);
    if (ok)
        finish_macro(&w);
    put_away(&w);
    return ok;
}

/* ---- telling ---- */

static void intervals_json(const struct evaluation_line *l, struct json_writer *w)
{
    jw_key(w, "intervals");
    jw_object(w);
    evaluation_interval_json(w, "accuracy", l->accuracy_interval);
    evaluation_interval_json(w, "nll", l->nll_interval);
    if (isfinite(l->ece))
        evaluation_interval_json(w, "ece", l->ece_interval);
    jw_object_end(w);
}

static void row_json(const char *key, const struct breakdown_row *r, struct json_writer *w)
{
    jw_key(w, key);
    jw_object(w);
    jw_kint(w, "n", (int64_t)r->line.n);
    jw_kint(w, "prompts", (int64_t)r->prompts);
    jw_knum(w, "accuracy", r->line.accuracy);
    jw_knum(w, "nll", r->line.nll);
    jw_knum(w, "brier", r->line.brier);
    jw_knum(w, "ece", r->line.ece);
    intervals_json(&r->line, w);
    if (r->verdict != BREAKDOWN_TELLS)
        jw_kstr(w, "too_small", r->verdict == BREAKDOWN_FEW ? "few prompts" : "wide interval");
    jw_object_end(w);
}

void breakdown_json(const struct breakdown *b, struct json_writer *w)
{
    jw_key(w, "by");
    jw_object(w);
    jw_key(w, fact_words[b->by]);
    jw_object(w);
    for (size_t i = 0; i < b->rows.n; i++)
        row_json(b->rows.v[i].line.name, &b->rows.v[i], w);
    jw_object_end(w);
    jw_kint(w, "groups", (int64_t)b->groups);
    row_json("micro", &b->micro, w);
    jw_key(w, "macro");
    jw_object(w);
    jw_knum(w, "accuracy", b->macro.accuracy);
    jw_knum(w, "nll", b->macro.nll);
    jw_knum(w, "brier", b->macro.brier);
    intervals_json(&b->macro, w);
    jw_object_end(w);
    jw_object_end(w);
}

void breakdown_text(const struct breakdown *b, const struct judged *j, struct buf *out)
{
    bool small = false;
    (void)j;
    buf_addf(out, "By %s%s\n", fact_words[b->by], b->by == FACT_LENGTH ? ", in characters of the longer answer" : "");
    evaluation_heading(out);
    size_t shown = b->rows.n < BREAKDOWN_LINES ? b->rows.n : BREAKDOWN_LINES;
    for (size_t i = 0; i < shown; i++) {
        evaluation_line(&b->rows.v[i].line, out);
        small = small || b->rows.v[i].verdict != BREAKDOWN_TELLS;
    }
    if (b->groups > shown)
        buf_addf(out, "  and %zu more\n", b->groups - shown);
    evaluation_line(&b->macro, out);
    evaluation_line(&b->micro.line, out);
    evaluation_footnote(out);
    if (small)
        buf_addf(out,
                 "  (? too small to tell: an interval of over %.0f points, or fewer than %d prompts, then Wilson's)\n",
                 100 * BREAKDOWN_WIDTH, BREAKDOWN_PROMPTS);
}

void breakdown_free(struct breakdown *b)
{
    vec_free(&b->rows);
    grouping_free(&b->grouping);
}
