#include "app/agreement.h"

#include "core/aggregate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- after filtering ---- */

static bool filtered(const struct opinions_part *p, bool preferences, const struct agreement_opts *opts,
                     struct agreement *out, struct err *err)
{
    const struct aggregate_opts o = {.method = AGGREGATE_HELPSTEER2, .preferences = preferences};
    struct aggregate a;
    struct agreement_data d = p->d;
    double *value = mem_array(d.n + 1, sizeof *value);
    bool ok = aggregate_of(&d, &o, &a, err);
    for (size_t i = 0; ok && i < d.n; i++)
        value[i] = a.kept[i] ? d.value[i] : (double)NAN;
    d.value = value;
    ok = ok && agreement_of(&d, opts, out, err);
    aggregate_free(&a);
    mem_free(value);
    return ok;
}

/* ---- two at a time ---- */

struct busy {
    size_t rater, n;
};

static int by_work(const void *a, const void *b)
{
    const struct busy *x = a, *y = b;
    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    return x->rater < y->rater ? -1 : x->rater > y->rater;
}

static size_t busiest(const struct agreement_data *d, size_t *left_out, struct busy *b)
{
    size_t n = 0;
    for (size_t r = 0; r < d->raters; r++)
        b[r].rater = r;
    for (size_t i = 0; i < d->n; i++)
        b[d->rater[i]].n++;
    qsort(b, d->raters, sizeof *b, by_work);
    while (n < d->raters && b[n].n > 0)
        n++;
    *left_out = n > AGREEMENT_PEOPLE ? n - AGREEMENT_PEOPLE : 0;
    return n - *left_out;
}

static void mean_of_pairs(struct agreement_part *p)
{
    double sum = 0, weight = 0;
    for (size_t i = 0; i < p->pairs; i++) {
        const struct agreement_figure *f = &p->pair[i].two.figure[AGREEMENT_KAPPA_QUADRATIC];
        if (f->why != NULL)
            continue;
        sum += (double)p->pair[i].two.shared * f->value;
        weight += (double)p->pair[i].two.shared;
    }
    p->mean = (struct agreement_figure){.value = weight > 0 ? sum / weight : (double)NAN,
                                        .range = {(double)NAN, (double)NAN},
                                        .why = weight > 0 ? NULL : "no two people have a kappa with one another"};
}

static bool two_by_two(const struct agreement_data *d, const struct agreement_opts *opts, struct agreement_part *out,
                       struct err *err)
{
    struct busy *b = mem_array(d->raters + 1, sizeof *b);
    size_t n = busiest(d, &out->left_out, b);
    bool ok = true;
    out->pair = mem_array(n * n + 1, sizeof *out->pair);
    for (size_t i = 0; ok && i < n; i++)
        for (size_t j = i + 1; ok && j < n; j++) {
            struct agreement_pair *p = &out->pair[out->pairs];
            p->a = b[i].rater;
            p->b = b[j].rater;
            ok = agreement_two_of(d, p->a, p->b, opts, &p->two, err);
            out->pairs += p->two.shared > 0;
        }
    mem_free(b);
    mean_of_pairs(out);
    return ok;
}

/* ---- confusion ---- */

struct cell {
    size_t item;
    double value;
};

static int by_item(const void *a, const void *b)
{
    const struct cell *x = a, *y = b;
    if (x->item != y->item)
        return x->item < y->item ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The levels that occur; at most AGREEMENT_MAX_LEVELS, as agreement_of has seen to. */
static void find_levels(const struct agreement_data *d, struct agreement_part *out)
{
    double *v = mem_array(d->n + 1, sizeof *v);
    memcpy(v, d->value, d->n * sizeof *v);
    qsort(v, d->n, sizeof *v, by_value);
    for (size_t i = 0; i < d->n; i++)
        if (out->levels == 0 || v[i] > out->level[out->levels - 1])
            out->level[out->levels++] = v[i];
    mem_free(v);
}

static size_t level_of(const struct agreement_part *p, double value)
{
    size_t c = 0;
    while (c + 1 < p->levels && p->level[c] < value)
        c++;
    return c;
}

static void confuse(const struct agreement_data *d, struct agreement_part *out)
{
    struct cell *v = mem_array(d->n + 1, sizeof *v);
    find_levels(d, out);
    out->confusion = mem_array(out->levels * out->levels + 1, sizeof *out->confusion);
    for (size_t i = 0; i < d->n; i++)
        v[i] = (struct cell){d->item[i], d->value[i]};
    qsort(v, d->n, sizeof *v, by_item);
    for (size_t i = 0, next; i < d->n; i = next) {
        for (next = i + 1; next < d->n && v[next].item == v[i].item;)
            next++;
        for (size_t a = i; a < next; a++)
            for (size_t b = i; b < next; b++)
                out->confusion[level_of(out, v[a].value) * out->levels + level_of(out, v[b].value)] += a != b;
    }
    mem_free(v);
}

struct voice {
    size_t item, place, level;
};

static int by_item_of_voice(const void *x, const void *y)
{
    const struct voice *a = x, *b = y;
    return (a->item > b->item) - (a->item < b->item);
}

void agreement_tables(const struct opinions *o, const struct agreement_part *p, const size_t *place, size_t n,
                      double *tables)
{
    struct voice *v = mem_array(o->v.n + 1, sizeof *v);
    size_t voices = 0, levels = p->levels;
    for (size_t i = 0; i < o->v.n; i++) {
        const struct opinion *x = &o->v.v[i];
        if (x->attribute == p->attribute && place[x->rater] != NAMES_NONE)
            v[voices++] = (struct voice){x->item, place[x->rater], level_of(p, x->value)};
    }
    qsort(v, voices, sizeof *v, by_item_of_voice);
    for (size_t i = 0, next; i < voices; i = next) {
        for (next = i + 1; next < voices && v[next].item == v[i].item;)
            next++;
        for (size_t x = i; x < next; x++)
            for (size_t y = i; y < next; y++)
                if (x != y)
                    tables[((v[x].place * n + v[y].place) * levels + v[x].level) * levels + v[y].level]++;
    }
    mem_free(v);
}

/* ---- a part ---- */

bool agreement_part_of(const struct opinions *o, const struct opinions_filter *f, const struct agreement_opts *opts,
                       bool pairs, struct agreement_part *out, struct err *err)
{
    struct opinions_part p;
    *out = (struct agreement_part){.attribute = f->attribute};
    out->group = f->source != NULL ? names_text(&o->sources, *f->source)
                 : f->week != NULL ? names_text(&o->weeks, *f->week)
                                   : NULL;
    opinions_part(o, f, &p);
    bool ok = agreement_of(&p.d, opts, &out->all, err) && filtered(&p, f->attribute == 0, opts, &out->kept, err) &&
              (!pairs || two_by_two(&p.d, opts, out, err));
    if (ok)
        confuse(&p.d, out);
    if (ok && out->all.shared == 0)
        out->none = p.d.n == 0 ? "nobody judged it" : "no item was judged by two people";
    opinions_part_free(&p);
    return ok;
}

void agreement_part_free(struct agreement_part *p)
{
    mem_free(p->pair);
    mem_free(p->confusion);
    *p = (struct agreement_part){0};
}

const char *agreement_words(const struct agreement *a)
{
    const struct agreement_figure *f = &a->figure[AGREEMENT_ALPHA_ORDINAL];
    if (f->why != NULL)
        return "undefined";
    if (f->value < 0)
        return "worse than chance: do people read the scale in opposite ways?";
    if (f->value < 0.667)
        return "too low to conclude from (alpha below 0.667)";
    return f->value < 0.8 ? "for tentative conclusions (alpha below 0.8)" : "good (alpha of 0.8 or more)";
}

/* ---- people ---- */

static void count_act(const struct opinions_act *x, struct agreement_person *p)
{
    p->judgements++;
    p->side_a.of += x->side != 0;
    p->side_a.n += x->side > 0;
    p->longer.of += x->longer != 0;
    p->longer.n += x->longer > 0;
    p->straight.of += x->rated;
    p->straight.n += x->straight;
    p->neither.of++;
    p->neither.n += x->neither;
}

/* Of one person; `v` has room for all. */
static void time_of(const struct opinions *o, size_t rater, double *v, struct agreement_person *p)
{
    size_t n = 0;
    for (size_t i = 0; i < o->acts.n; i++)
        if (o->acts.v[i].rater == rater && isfinite(o->acts.v[i].seconds))
            v[n++] = fmin(o->acts.v[i].seconds, AGREEMENT_IDLE);
    p->seconds = p->median = (double)NAN;
    if (n == 0)
        return;
    qsort(v, n, sizeof *v, by_value);
    p->median = n % 2 == 1 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
    p->seconds = 0;
    for (size_t i = 0; i < n; i++)
        p->seconds += v[i];
}

/* Did they get better or worse? The first half of each one's answers beside the second. */
static void mark_gold(const struct opinions *o, struct agreement_person *p)
{
    size_t *seen = mem_array(names_count(&o->people) + 1, sizeof *seen);
    for (size_t i = 0; i < o->gold.n; i++) {
        p[o->gold.v[i].rater].gold.of++;
        p[o->gold.v[i].rater].gold.n += o->gold.v[i].right;
    }
    for (size_t i = 0; i < o->gold.n; i++) {
        struct agreement_person *x = &p[o->gold.v[i].rater];
        struct agreement_share *s = seen[o->gold.v[i].rater]++ < x->gold.of / 2 ? &x->gold_before : &x->gold_after;
        s->of++;
        s->n += o->gold.v[i].right;
    }
    for (size_t r = 0; r < names_count(&o->people); r++)
        p[r].drift = drift_of((double)p[r].gold_before.n, (double)p[r].gold_before.of, (double)p[r].gold_after.n,
                              (double)p[r].gold_after.of);
    mem_free(seen);
}

struct agreement_person *agreement_people(const struct opinions *o)
{
    size_t n = names_count(&o->people);
    struct agreement_person *p = mem_array(n + 1, sizeof *p);
    double *v = mem_array(o->acts.n + 1, sizeof *v);
    for (size_t i = 0; i < o->acts.n; i++)
        count_act(&o->acts.v[i], &p[o->acts.v[i].rater]);
    for (size_t r = 0; r < n; r++) {
        time_of(o, r, v, &p[r]);
        if (r < o->again.n)
            p[r].same = (struct agreement_share){o->same.v[r], o->again.v[r]};
    }
    mem_free(v);
    mark_gold(o, p);
    return p;
}

bool agreement_leans(struct agreement_share s)
{
    double lo, hi;
    metric_wilson((double)s.n, (double)s.of, &lo, &hi);
    return s.of > 0 && (lo > 0.5 || hi < 0.5);
}

static bool is_most(struct agreement_share s)
{
    return 2 * s.n > s.of;
}

size_t agreement_alarms(const struct agreement_person *p, const char *out[AGREEMENT_ALARMS])
{
    size_t n = 0;
    if (agreement_leans(p->side_a))
        out[n++] = is_most(p->side_a) ? "leans to side A" : "leans to side B";
    if (agreement_leans(p->longer))
        out[n++] = is_most(p->longer) ? "leans to the longer answer" : "leans to the shorter answer";
    if (agreement_leans(p->straight) && is_most(p->straight))
        out[n++] = "mostly gives all ratings the same";
    if (p->drift.certain)
        out[n++] = p->drift.change < 0 ? "is right on gold less often than at first"
                                       : "is right on gold more often than at first";
    return n;
}
