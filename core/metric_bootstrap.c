#include "core/metric.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/metric_sums.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RESAMPLES = 1000, MEASURES = 4 };

/* A pair with the number of its group, 0 .. groups-1. */
struct member {
    uint64_t key;
    size_t pair, group;
};

static int by_key(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->pair < y->pair ? -1 : x->pair > y->pair;
}

static size_t number_groups(struct member *members, size_t n, const uint64_t *group)
{
    size_t groups = 0;
    for (size_t i = 0; i < n; i++)
        members[i] = (struct member){group != NULL ? group[i] : i, i, 0};
    if (n > 0)
        qsort(members, n, sizeof *members, by_key);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && members[i].key != members[i - 1].key)
            groups++;
        members[i].group = groups;
    }
    return n > 0 ? groups + 1 : 0;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Linear interpolation between order statistics (Hyndman and Fan, type 7). */
static double percentile(const double *sorted, size_t n, double share)
{
    double at = share * (double)(n - 1);
    size_t i = (size_t)at;
    return i + 1 < n ? sorted[i] + (at - (double)i) * (sorted[i + 1] - sorted[i]) : sorted[n - 1];
}

static struct metric_interval interval_of(double *values, size_t n)
{
    qsort(values, n, sizeof *values, by_size);
    return (struct metric_interval){percentile(values, n, 0.025), percentile(values, n, 0.975)};
}

/* The measures of as many groups as there are, drawn with replacement. terms: by group, as members. */
static void resample(const struct metric_term *terms, const struct member *members, size_t n, size_t groups,
                     size_t bins, struct rng *r, double *drawn, double out[MEASURES])
{
    struct metric_sums a = {0};
    double worst;
    memset(drawn, 0, groups * sizeof *drawn);
    for (size_t g = 0; g < groups; g++)
        drawn[rng_below(r, groups)]++;
    for (size_t i = 0; i < n; i++)
        if (drawn[members[i].group] > 0)
            metric_add(&a, &terms[i], drawn[members[i].group]);
    memcpy(out,
           (double[MEASURES]){a.right / a.weight, a.nll / a.weight, a.brier / a.weight, metric_ece(&a, bins, &worst)},
           MEASURES * sizeof *out);
}

bool metric_bootstrap(const struct metric_pairs *m, const uint64_t *group, size_t bins, size_t resamples, uint64_t seed,
                      struct metric_intervals *out, struct err *err)
{
    size_t count = resamples > 0 ? resamples : RESAMPLES;
    const struct metric_interval none = {NAN, NAN};
    *out = (struct metric_intervals){none, none, none, none, 0, count};
    if (!metric_check(m, &bins, err))
        return false;
    struct member *members = mem_array(m->n + 1, sizeof *members);
    size_t groups = out->groups = number_groups(members, m->n, group);
    struct metric_term *terms = mem_array(m->n + 1, sizeof *terms);
    double *values = mem_array(count * MEASURES, sizeof *values); /* one measure after the other */
    double *drawn = mem_array(groups + 1, sizeof *drawn);
    struct rng r;
    rng_seed(&r, seed);
    for (size_t i = 0; i < m->n; i++)
        terms[i] = metric_term_of(m, members[i].pair, bins);
    for (size_t i = 0; i < count && groups >= 2; i++) {
        double one[MEASURES];
        resample(terms, members, m->n, groups, bins, &r, drawn, one);
        for (size_t j = 0; j < MEASURES; j++)
            values[j * count + i] = one[j];
    }
    struct metric_interval *intervals[MEASURES] = {&out->accuracy, &out->nll, &out->brier, &out->ece};
    for (size_t j = 0; j < MEASURES && groups >= 2; j++)
        *intervals[j] = interval_of(values + j * count, count);
    mem_free(members);
    mem_free(terms);
    mem_free(values);
    mem_free(drawn);
    return true;
}
