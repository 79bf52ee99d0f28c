#include "core/aggregate.h"

#include "core/aggregate_crowd.h"
#include "core/aggregate_model.h"
#include "core/base/mem.h"
#include "core/crowd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const aggregate_names[] = {
#define X(id, key, text) key,
    AGGREGATE_METHODS(X)
#undef X
        NULL,
};

enum { ALIKE = 3, MOST_RANGE = 2 }; /* helpsteer2 */

/* ---- judgements in order ---- */

static int by_item(const void *a, const void *b)
{
    const struct aggregate_vote *x = a, *y = b;
    if (x->item != y->item)
        return x->item < y->item ? -1 : 1;
    return x->rater < y->rater ? -1 : x->rater > y->rater;
}

static int by_value(const void *a, const void *b)
{
    const struct aggregate_vote *x = a, *y = b;
    if (x->value < y->value || x->value > y->value)
        return x->value < y->value ? -1 : 1;
    return x->rater < y->rater ? -1 : x->rater > y->rater;
}

static int by_number(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double class_of(double value, bool preferences)
{
    return preferences ? (value > 0) - (value < 0) : value;
}

/* The level that is nearest, the lower one of two that are equally near; exact for levels. */
static size_t nearest(const struct aggregate *a, double x)
{
    size_t best = 0;
    for (size_t c = 1; c < a->classes; c++)
        if (fabs(a->class_value[c] - x) < fabs(a->class_value[best] - x))
            best = c;
    return best;
}

static bool find_classes(const struct agreement_data *d, bool preferences, struct aggregate *out, struct err *err)
{
    static const double sides[] = {-1, 0, 1};
    const double *level = preferences ? sides : d->levels;
    double *seen = NULL;
    size_t n = preferences ? sizeof sides / sizeof *sides : d->n_levels;
    if (level == NULL) {
        size_t m = 0;
        seen = mem_array(d->n + 1, sizeof *seen);
        for (size_t i = 0; i < d->n; i++)
            if (isfinite(d->value[i]))
                seen[m++] = d->value[i];
        qsort(seen, m, sizeof *seen, by_number);
        n = 0;
        for (size_t i = 0; i < m; i++)
            if (n == 0 || seen[i] > seen[n - 1])
                seen[n++] = seen[i];
        level = seen;
    }
    bool ok =
        n <= AGREEMENT_MAX_LEVELS ||
        err_set(err, ERR_RANGE, "judgements of more than %d different values are no classes", AGREEMENT_MAX_LEVELS);
    for (size_t c = 0; ok && c < n; c++)
        out->class_value[c] = level[c];
    out->classes = ok ? n : 0;
    mem_free(seen);
    return ok;
}

static bool read_votes(const struct agreement_data *d, const struct aggregate_opts *o, struct aggregate *out,
                       struct aggregate_votes *v, struct err *err)
{
    *v = (struct aggregate_votes){.items = d->items, .raters = d->raters, .classes = out->classes};
    v->v = mem_array(d->n + 1, sizeof *v->v);
    v->start = mem_array(d->items + 1, sizeof *v->start);
    for (size_t i = 0; i < d->n; i++) {
        if (isnan(d->value[i]))
            continue;
        if (!isfinite(d->value[i]))
            return err_set(err, ERR_NUMERIC, "judgement %zu is not a finite number", i);
        double class = class_of(d->value[i], o->preferences);
        size_t c = nearest(out, class);
        if (fabs(out->class_value[c] - class) > 0)
            return err_set(err, ERR_RANGE, "the rating %g is not on the scale", d->value[i]);
        v->v[v->n++] = (struct aggregate_vote){d->item[i], d->rater[i], c, i, d->value[i]};
        v->start[d->item[i] + 1]++;
    }
    for (size_t i = 0; i < d->items; i++)
        v->start[i + 1] += v->start[i];
    qsort(v->v, v->n, sizeof *v->v, by_item);
    for (size_t i = 1; i < v->n; i++)
        if (by_item(&v->v[i - 1], &v->v[i]) == 0)
            return err_set(err, ERR_CONFLICT, "rater %zu judged item %zu twice", v->v[i].rater, v->v[i].item);
    v->posterior = mem_array(d->items * out->classes + 1, sizeof *v->posterior);
    for (size_t i = 0; i < v->n; i++) {
        size_t item = v->v[i].item;
        v->posterior[item * v->classes + v->v[i].class] += 1 / (double)(v->start[item + 1] - v->start[item]);
    }
    return true;
}

/* ---- a label ---- */

static void none(struct aggregate_label *l, const char *why)
{
    l->value = (double)NAN;
    l->confidence = 0;
    l->why = why;
}

static double mean_of(const struct aggregate_vote *v, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += v[i].value;
    return sum / (double)n;
}

static void keep(struct aggregate *out, struct aggregate_label *l, const struct aggregate_vote *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out->kept[v[i].at] = true;
    l->kept += n;
}

/* The share of those that went in that say the label's class. */
static void share(const struct aggregate *out, const struct aggregate_opts *o, const struct aggregate_vote *v, size_t n,
                  struct aggregate_label *l)
{
    size_t said = 0, same = 0, class = nearest(out, class_of(l->value, o->preferences));
    for (size_t i = 0; i < n; i++) {
        said += out->kept[v[i].at];
        same += out->kept[v[i].at] && v[i].class == class;
    }
    l->confidence = said > 0 ? (double)same / (double)said : 0;
}

/* One class, and the mean of what those say who say it (a preference may be 0, a strength not). */
static void by_class(struct aggregate *out, const struct aggregate_opts *o, const struct aggregate_vote *v, size_t n,
                     size_t class, struct aggregate_label *l)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        if (v[i].class == class) {
            sum += v[i].value;
            keep(out, l, &v[i], 1);
        }
    l->value = o->preferences && l->kept > 0 ? sum / (double)l->kept : out->class_value[class];
}

/* The most probable class; of equally probable ones none. */
static void choose(struct aggregate *out, const struct aggregate_opts *o, const struct aggregate_votes *v, size_t item)
{
    struct aggregate_label *l = &out->label[item];
    const double *p = v->posterior + item * v->classes;
    size_t best = 0, from = v->start[item], rivals = 0;
    for (size_t c = 1; c < v->classes; c++)
        best = p[c] > p[best] ? c : best;
    for (size_t c = 0; c < v->classes; c++)
        rivals += c != best && p[best] - p[c] <= 1e-9;
    if (rivals > 0) {
        none(l, "it is evenly split");
        return;
    }
    by_class(out, o, v->v + from, v->start[item + 1] - from, best, l);
    l->confidence = p[best];
}

/* ---- methods that look at one item ---- */

static double middle_of(const struct aggregate_vote *v, size_t n)
{
    return n % 2 == 1 ? v[n / 2].value : (v[n / 2 - 1].value + v[n / 2].value) / 2;
}

struct triple {
    double range, variance, mean;
};
static struct triple triple_at(const struct aggregate_vote *v)
{
    struct triple t = {.range = v[2].value - v[0].value, .mean = mean_of(v, ALIKE)};
    for (int i = 0; i < ALIKE; i++)
        t.variance += (v[i].value - t.mean) * (v[i].value - t.mean);
    return t;
}

/* -1: a is the better triple. Means and variances of thirds are equal up to rounding. */
static int compare(const struct triple *a, const struct triple *b)
{
    const double gap[] = {a->range - b->range, a->variance - b->variance, fabs(a->mean) - fabs(b->mean)};
    for (size_t i = 0; i < sizeof gap / sizeof *gap; i++)
        if (fabs(gap[i]) > 1e-9)
            return gap[i] < 0 ? -1 : 1;
    return 0;
}

/* In the order of their values any three that are most alike stand together, or three of the same values do. */
static void most_alike(struct aggregate *out, const struct aggregate_opts *o, const struct aggregate_vote *v, size_t n,
                       struct aggregate_label *l)
{
    if (n < ALIKE) {
        none(l, "fewer than three judged it");
        return;
    }
    size_t best = 0;
    bool even = false;
    struct triple b = triple_at(v);
    for (size_t i = 1; i + ALIKE <= n; i++) {
        struct triple t = triple_at(v + i);
        int c = compare(&t, &b);
        even = c < 0 ? false : even || (c == 0 && fabs(t.mean - b.mean) > 1e-9);
        if (c < 0) {
            best = i;
            b = t;
        }
    }
    l->value = round(b.mean);
    if (b.range > MOST_RANGE)
        none(l, "the three that are most alike are more than 2 apart");
    else if (even)
        none(l, "it is evenly split");
    else if (o->preferences && fabs(l->value) < 0.5)
        none(l, "it comes to 0");
    else
        keep(out, l, v + best, ALIKE);
}

static void soften(struct aggregate_label *l, size_t n)
{
    l->first = (l->first * (double)n + 0.5) / ((double)n + 1);
    if (l->why == NULL)
        l->confidence = l->value < 0 ? l->first : l->value > 0 ? 1 - l->first : 0.5;
}

static void one_item(struct aggregate *out, const struct aggregate_opts *o, struct aggregate_votes *v, size_t item)
{
    struct aggregate_label *l = &out->label[item];
    struct aggregate_vote *said = v->v + v->start[item];
    size_t n = v->start[item + 1] - v->start[item];
    bool by_values = o->method == AGGREGATE_MEAN || o->method == AGGREGATE_MEDIAN || o->method == AGGREGATE_HELPSTEER2;
    if (!by_values) {
        choose(out, o, v, item);
        return;
    }
    qsort(said, n, sizeof *said, by_value);
    if (o->method == AGGREGATE_HELPSTEER2) {
        most_alike(out, o, said, n, l);
    } else {
        l->value = o->method == AGGREGATE_MEAN ? mean_of(said, n) : middle_of(said, n);
        keep(out, l, said, n);
    }
    if (l->why == NULL)
        share(out, o, said, n, l);
    qsort(said, n, sizeof *said, by_item);
}

/* ---- crowd-bt ---- */

static void crowd(struct aggregate *out, const struct aggregate_opts *o, struct aggregate_votes *v)
{
    struct aggregate_duel *duel = mem_array(v->n + 1, sizeof *duel);
    struct aggregate_crowd c;
    size_t n = 0;
    for (size_t i = 0; i < v->n; i++) {
        const struct aggregate_vote *x = &v->v[i];
        size_t a = o->first[x->item], b = o->second[x->item];
        if (x->class != 1 && a != b)
            duel[n++] = (struct aggregate_duel){x->class == 0 ? a : b, x->class == 0 ? b : a, x->rater};
    }
    const struct aggregate_crowd_opts how = {o->rounds, o->tolerance, CROWD_TRUE, CROWD_FALSE};
    aggregate_crowd_fit(duel, n, o->answers, v->raters, &how, &c);
    for (size_t i = 0; i < v->items; i++) {
        double p = 1 / (1 + exp(c.reward[o->second[i]] - c.reward[o->first[i]]));
        memcpy(v->posterior + 3 * i, (const double[]){p, 0, 1 - p}, 3 * sizeof p);
    }
    memcpy(out->reliability, c.eta, v->raters * sizeof *c.eta);
    out->rounds = c.rounds;
    out->converged = c.converged;
    out->objective = c.objective;
    aggregate_crowd_free(&c);
    mem_free(duel);
}

/* ---- all ---- */

static void agreeing(struct aggregate *out, const struct aggregate_opts *o, const struct aggregate_votes *v)
{
    size_t *n = mem_array(v->raters + 1, sizeof *n), *same = mem_array(v->raters + 1, sizeof *same);
    for (size_t i = 0; i < v->n; i++) {
        const struct aggregate_vote *x = &v->v[i];
        const struct aggregate_label *l = &out->label[x->item];
        if (l->why != NULL || v->start[x->item + 1] - v->start[x->item] < 2)
            continue;
        n[x->rater]++;
        same[x->rater] += x->class == nearest(out, class_of(l->value, o->preferences));
    }
    for (size_t k = 0; k < v->raters; k++)
        out->reliability[k] = n[k] > 0 ? (double)same[k] / (double)n[k] : (double)NAN;
    mem_free(n);
    mem_free(same);
}

static void label_all(struct aggregate *out, const struct aggregate_opts *o, struct aggregate_votes *v)
{
    for (size_t i = 0; i < v->items; i++) {
        struct aggregate_label *l = &out->label[i];
        size_t n = v->start[i + 1] - v->start[i];
        l->first = (double)NAN;
        if (n == 0) {
            none(l, "nobody judged it");
            continue;
        }
        if (o->preferences)
            l->first = v->posterior[3 * i] + v->posterior[3 * i + 1] / 2;
        one_item(out, o, v, i);
        if (o->method == AGGREGATE_SOFT && o->preferences)
            soften(l, n);
        l->dropped = n - l->kept;
    }
}

bool aggregate_of(const struct agreement_data *d, const struct aggregate_opts *given, struct aggregate *out,
                  struct err *err)
{
    struct aggregate_opts o = *given;
    struct aggregate_votes v = {0};
    o.rounds = o.rounds > 0 ? o.rounds : AGGREGATE_ROUNDS;
    o.tolerance = o.tolerance > 0 ? o.tolerance : AGGREGATE_TOLERANCE;
    *out = (struct aggregate){.label = mem_array(d->items + 1, sizeof *out->label),
                              .kept = mem_array(d->n + 1, sizeof *out->kept),
                              .reliability = mem_array(d->raters + 1, sizeof *out->reliability),
                              .converged = true};
    if (o.method == AGGREGATE_CROWD_BT && !o.preferences)
        return err_set(err, ERR_USAGE, "crowd-bt is for preferences: ratings have no other side");
    bool ok = find_classes(d, o.preferences, out, err) && read_votes(d, &o, out, &v, err);
    if (ok && v.n > 0) {
        if (o.method == AGGREGATE_DAWID_SKENE)
            aggregate_dawid_skene(&v, &o, out);
        if (o.method == AGGREGATE_MACE)
            aggregate_mace(&v, &o, out);
        if (o.method == AGGREGATE_CROWD_BT)
            crowd(out, &o, &v);
    }
    if (ok)
        label_all(out, &o, &v);
    if (ok && out->rounds == 0)
        agreeing(out, &o, &v);
    mem_free(v.v);
    mem_free(v.start);
    mem_free(v.posterior);
    return ok;
}

void aggregate_free(struct aggregate *a)
{
    mem_free(a->label);
    mem_free(a->kept);
    mem_free(a->reliability);
    mem_free(a->confusion);
    *a = (struct aggregate){0};
}
