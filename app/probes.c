#include "app/probes.h"

#include "core/base/mem.h"
#include "core/summed.h"

#include <math.h>
#include <stdlib.h>

/* ---- what belongs together ---- */

struct member {
    uint64_t key;
    size_t pair; /* of the judged ones */
};

/* Judged pairs by prompt, and the ids by which a prompt is found: its own and those of its answers. */
struct prompts {
    const struct judged *j;
    struct member *pairs; /* by key */
    struct names ids;
    VEC(uint64_t) key_of_id;
};

static int by_key(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    return (x->key > y->key) - (x->key < y->key);
}

static void note_id(struct prompts *p, const char *id, uint64_t key)
{
    bool first;
    if (id == NULL)
        return;
    names_add(&p->ids, id, strlen(id), &first);
    if (first)
        vec_push(&p->key_of_id, key);
}

static void prompts_make(struct prompts *p, const struct judged *j)
{
    const struct embeddings *e = &j->d->e;
    *p = (struct prompts){.j = j, .pairs = mem_array(j->n + 1, sizeof *p->pairs)};
    for (size_t i = 0; i < j->n; i++) {
        const struct pair *pair = &j->d->pairs.pairs.v[j->which[i]];
        p->pairs[i] = (struct member){j->key[i], i};
        note_id(p, embeddings_id(e, pair->chosen), j->key[i]);
        note_id(p, embeddings_id(e, pair->rejected), j->key[i]);
        note_id(p, pair->prompt < e->n ? embeddings_id(e, pair->prompt) : NULL, j->key[i]);
        note_id(p, embeddings_prompt_id(e, pair->chosen), j->key[i]);
    }
    qsort(p->pairs, j->n, sizeof *p->pairs, by_key);
}

static void prompts_free(struct prompts *p)
{
    mem_free(p->pairs);
    names_free(&p->ids);
    vec_free(&p->key_of_id);
}

/* The pairs [*first, *end) of the prompt that an id names; false when none is judged. */
static bool find_pairs(const struct prompts *p, const char *id, size_t *first, size_t *end)
{
    size_t n = p->j->n, at = names_find(&p->ids, id, strlen(id)), lo = 0, hi = n;
    uint64_t key;
    if (at != NAMES_NONE)
        key = p->key_of_id.v[at];
    else if (!p->j->d->from_workspace || !data_prompt_key(id, &key))
        return false;
    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;
        if (p->pairs[middle].key < key)
            lo = middle + 1;
        else
            hi = middle;
    }
    for (*first = *end = lo; *end < n && p->pairs[*end].key == key;)
        ++*end;
    return *end > *first;
}

/* ---- one probe of one prompt ---- */

struct meeting {
    enum probe probe;
    uint64_t key;
    double better, worse, pairs; /* won of the better ones, of the worse ones, of so many pairs */
    double rank, ranks;
};

static double beats(double probe, double answer)
{
    return probe > answer ? 1 : probe < answer ? 0 : 0.5;
}

static int by_number(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

/* Among the different answers of these pairs. */
static void rank_among(const struct judged *j, const struct member *pairs, size_t n, double reward, struct meeting *m)
{
    size_t *rows = mem_array(2 * n, sizeof *rows);
    for (size_t i = 0; i < n; i++) {
        const struct pair *p = &j->d->pairs.pairs.v[j->which[pairs[i].pair]];
        rows[2 * i] = p->chosen;
        rows[2 * i + 1] = p->rejected;
    }
    qsort(rows, 2 * n, sizeof *rows, by_number);
    m->rank = m->ranks = 1;
    for (size_t i = 0; i < 2 * n; i++)
        if (i == 0 || rows[i] != rows[i - 1]) {
            m->ranks += 1;
            m->rank += 1 - beats(reward, j->rewards[rows[i]]);
        }
    mem_free(rows);
}

static struct meeting meet(const struct judged *j, enum probe probe, const struct member *pairs, size_t n,
                           double reward)
{
    struct meeting m = {.probe = probe, .key = pairs->key};
    for (size_t i = 0; i < n; i++) {
        const struct pair *p = &j->d->pairs.pairs.v[j->which[pairs[i].pair]];
        double share = j->p[pairs[i].pair];
        if (share == 0.5)
            continue;
        m.pairs += 1;
        m.better += beats(reward, j->rewards[share > 0.5 ? p->chosen : p->rejected]);
        m.worse += beats(reward, j->rewards[share > 0.5 ? p->rejected : p->chosen]);
    }
    rank_among(j, pairs, n, reward, &m);
    return m;
}

struct meetings {
    VEC(struct meeting) list;
};

static void meet_all(const struct judged *j, struct probes *out, struct meetings *all)
{
    struct prompts p;
    prompts_make(&p, j);
    for (size_t row = 0; row < j->d->e.n; row++) {
        const char *id = embeddings_id(&j->d->e, row), *of;
        enum probe probe;
        size_t first, end;
        if (!probe_is(id))
            continue;
        if (!probe_parse(id, &probe, &of))
            out->unknown++;
        else if (!find_pairs(&p, of, &first, &end))
            out->stray++;
        else if (!isfinite(j->rewards[row]))
            out->unscored++;
        else
            vec_push(&all->list, meet(j, probe, p.pairs + first, end - first, j->rewards[row]));
    }
    prompts_free(&p);
}

/* ---- one probe of all prompts ---- */

enum { SUM_BETTER, SUM_WORSE, SUM_PAIRS, SUM_RANK, SUM_RANKS, SUM_PROMPTS, SUM_COUNT };

static void add_meeting(const void *ctx, size_t i, double *sums)
{
    const struct meeting *m = (const struct meeting *)ctx + i;
    sums[SUM_BETTER] += m->better;
    sums[SUM_WORSE] += m->worse;
    sums[SUM_PAIRS] += m->pairs;
    sums[SUM_RANK] += m->rank;
    sums[SUM_RANKS] += m->ranks;
    sums[SUM_PROMPTS] += 1;
}

static double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : (double)NAN;
}

static void make_figures(const void *ctx, const double *sums, double *figures)
{
    (void)ctx;
    figures[PROBES_BETTER] = ratio(sums[SUM_BETTER], sums[SUM_PAIRS]);
    figures[PROBES_WORSE] = ratio(sums[SUM_WORSE], sums[SUM_PAIRS]);
    figures[PROBES_RANK] = ratio(sums[SUM_RANK], sums[SUM_PROMPTS]);
}

static void judge(struct probes_row *r, size_t decided)
{
    for (enum probes_figure f = PROBES_BETTER; f <= PROBES_WORSE; f++)
        if (r->value[f] == 0 || r->value[f] == 1) {
            double n = (double)decided;
            metric_wilson(r->value[f] * n, n, &r->interval[f].lo, &r->interval[f].hi);
        }
    if (r->value[PROBES_BETTER] > PROBES_TOLERATED)
        r->verdict = PROBES_DEFECT;
    else
        r->verdict = r->interval[PROBES_BETTER].hi <= PROBES_TOLERATED ? PROBES_FINE : PROBES_OPEN;
}

static struct probes_row row_of(const struct judged *j, const struct meeting *m, size_t n)
{
    struct probes_row r = {.probe = m->probe, .prompts = n};
    uint64_t *key = mem_array(n, sizeof *key);
    size_t decided = 0;
    double ranks = 0;
    for (size_t i = 0; i < n; i++) {
        key[i] = m[i].key;
        decided += m[i].pairs > 0;
        r.pairs += (size_t)m[i].pairs;
        ranks += m[i].ranks;
    }
    r.ranks = ranks / (double)n;
    const struct summed s = {n, SUM_COUNT, PROBES_FIGURE_COUNT, key, add_meeting, make_figures, m};
    summed_of(&s, j->o.e.resamples, j->o.e.seed, r.value, r.interval);
    judge(&r, decided);
    mem_free(key);
    return r;
}

/* By probe and prompt: sums are the same, whatever the order of the rows was. */
static int by_probe(const void *a, const void *b)
{
    const struct meeting *x = a, *y = b;
    if (x->probe != y->probe)
        return x->probe < y->probe ? -1 : 1;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

/* NaN is the best. */
static double badness(double share)
{
    return isnan(share) ? -1 : share;
}

static int worst_first(const void *a, const void *b)
{
    const struct probes_row *x = a, *y = b;
    for (enum probes_figure f = PROBES_BETTER; f <= PROBES_WORSE; f++)
        if (badness(x->value[f]) != badness(y->value[f]))
            return badness(x->value[f]) > badness(y->value[f]) ? -1 : 1;
    return (x->probe > y->probe) - (x->probe < y->probe);
}

static void give_rows(const struct judged *j, struct meetings *all, struct probes *out)
{
    qsort(all->list.v, all->list.n, sizeof *all->list.v, by_probe);
    for (size_t i = 0, end; i < all->list.n; i = end) {
        for (end = i; end < all->list.n && all->list.v[end].probe == all->list.v[i].probe;)
            end++;
        struct probes_row row = row_of(j, all->list.v + i, end - i);
        out->defects += row.verdict == PROBES_DEFECT;
        out->open += row.verdict == PROBES_OPEN;
        out->rows[out->n++] = row;
    }
    qsort(out->rows, out->n, sizeof *out->rows, worst_first);
}

bool probes_of(const struct judged *j, struct probes *out, struct err *err)
{
    (void)err;
    struct meetings all = {0};
    meet_all(j, out, &all);
    if (j->n == 0)
        out->absent = "there are no pairs";
    else if (all.list.n > 0)
        give_rows(j, &all, out);
    else if (out->stray > 0)
        out->absent = "no probe is of a prompt that is judged here; --split all judges more, and more can be made";
    else if (out->unscored > 0)
        out->absent = "the head gives the probes no reward: it needs the rows of their prompts";
    else
        out->absent = "there are no probes among the rows; make some with `embed --provider lexical --probes 400`, "
                      "or embed what `export --format responses --probes 400` writes";
    vec_free(&all.list);
    return true;
}

/* ---- telling ---- */

static void row_json(const struct probes_row *r, struct json_writer *w)
{
    static const char *const figures[] = {
#define X(id, key) key,
        PROBES_FIGURES(X)
#undef X
    };
    static const char *const verdicts[] = {
#define X(id, key, mark) key,
        PROBES_VERDICTS(X)
#undef X
    };
    jw_key(w, probe_name(r->probe));
    jw_object(w);
    jw_kint(w, "prompts", (int64_t)r->prompts);
    jw_kint(w, "pairs", (int64_t)r->pairs);
    for (size_t f = 0; f < PROBES_FIGURE_COUNT; f++)
        jw_knum(w, figures[f], r->value[f]);
    jw_knum(w, "mean_ranks", r->ranks);
    jw_key(w, "intervals");
    jw_object(w);
    for (size_t f = 0; f < PROBES_FIGURE_COUNT; f++)
        evaluation_interval_json(w, figures[f], r->interval[f]);
    jw_object_end(w);
    jw_kstr(w, "verdict", verdicts[r->verdict]);
    jw_object_end(w);
}

void probes_json(const struct probes *x, struct json_writer *w)
{
    jw_key(w, "probes");
    jw_object(w);
    jw_knum(w, "tolerated", PROBES_TOLERATED);
    jw_kint(w, "defects", (int64_t)x->defects);
    if (x->defects > 0)
        jw_kstr(w, "worst", probe_name(x->rows[0].probe));
    jw_kint(w, "of_other_prompts", (int64_t)x->stray);
    jw_kint(w, "of_unknown_name", (int64_t)x->unknown);
    jw_kint(w, "without_reward", (int64_t)x->unscored);
    jw_key(w, "by_probe");
    jw_object(w);
    for (size_t i = 0; i < x->n; i++)
        row_json(&x->rows[i], w);
    jw_object_end(w);
    jw_object_end(w);
}

static void verdict_text(const struct probes *x, struct buf *out)
{
    const struct probes_row *worst = &x->rows[0];
    double tolerated = 100 * PROBES_TOLERATED;
    if (x->defects > 0) {
        buf_addf(out,
                 "  %zu of %zu beat the better answer in more than %g %% of pairs, a defect. The worst is %s,\n  %s: ",
                 x->defects, x->n, tolerated, probe_name(worst->probe), probe_what(worst->probe));
        evaluation_cell(worst->value[PROBES_BETTER], worst->interval[PROBES_BETTER], true, out);
        buf_adds(out, ".\n");
        return;
    }
    buf_addf(out, "  None of %zu beats the better answer in more than %g %% of pairs.", x->n, tolerated);
    if (x->open > 0)
        buf_addf(out, " Of %zu there are too few prompts to rule it out.", x->open);
    buf_addc(out, '\n');
}

/* A cell, filled up to its width. */
static void cell(const struct probes_row *r, enum probes_figure f, struct buf *out)
{
    size_t start = out->len;
    evaluation_cell(r->value[f], r->interval[f], true, out);
    buf_addf(out, "%*s", out->len - start < EVALUATION_CELL ? (int)(EVALUATION_CELL - (out->len - start)) : 0, "");
}

static void row_text(const struct probes_row *r, struct buf *out)
{
    static const char *const marks[] = {
#define X(id, key, mark) mark,
        PROBES_VERDICTS(X)
#undef X
    };
    buf_addf(out, "  %-12s %7zu  ", probe_name(r->probe), r->prompts);
    cell(r, PROBES_BETTER, out);
    buf_adds(out, "  ");
    cell(r, PROBES_WORSE, out);
    buf_addf(out, "  %.2f of %.2f%s%s\n", r->value[PROBES_RANK], r->ranks, *marks[r->verdict] != '\0' ? "  " : "",
             marks[r->verdict]);
}

static void left_out(size_t n, const char *why, struct buf *out)
{
    if (n > 0)
        buf_addf(out, "  (%zu probe%s left out: %s)\n", n, PLURAL(n), why);
}

void probes_text(const struct probes *x, const struct judged *j, struct buf *out)
{
    (void)j;
    buf_adds(out, "Answers without content\n");
    verdict_text(x, out);
    buf_addf(out, "  %-12s %7s  %-21s  %-21s  %s\n", "probe", "prompts", "beats the better", "beats the worse",
             "mean rank");
    for (size_t i = 0; i < x->n; i++)
        row_text(&x->rows[i], out);
    buf_adds(out,
             "  (95 %: bootstrap over prompts, Wilson's for 0 and 100 %; equal rewards count half. Where a prompt\n"
             "  asks for harm, a refusal may be the better answer.)\n");
    left_out(x->stray, "their prompts are not judged here", out);
    left_out(x->unknown, "no probe has that name", out);
    left_out(x->unscored, "they have no reward", out);
}

void probes_free(struct probes *x)
{
    (void)x;
}
