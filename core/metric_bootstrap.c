#include "core/metric.h"

#include "core/base/mem.h"
#include "core/base/rng.h"

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

/* A resample gives every pair the weight of how often its group was drawn; the measures are those of metric_pairs_of.
 */
static bool resample(const struct metric_pairs *m, const struct member *members, size_t groups, size_t bins,
                     struct rng *r, double *drawn, double *weight, double out[MEASURES], struct err *err)
{
    struct metric one;
    struct metric_pairs weighted = {m->z, m->p, weight, m->n};
    memset(drawn, 0, groups * sizeof *drawn);
    for (size_t g = 0; g < groups; g++)
        drawn[rng_below(r, groups)]++;
    for (size_t i = 0; i < m->n; i++) {
        size_t pair = members[i].pair;
        weight[pair] = drawn[members[i].group] * (m->weight != NULL ? m->weight[pair] : 1);
    }
    if (!metric_pairs_of(&weighted, bins, &one, err))
        return false;
    memcpy(out, (double[MEASURES]){one.accuracy, one.nll, one.brier, one.ece}, MEASURES * sizeof *out);
    return true;
}

bool metric_bootstrap(const struct metric_pairs *m, const uint64_t *group, size_t bins, size_t resamples, uint64_t seed,
                      struct metric_intervals *out, struct err *err)
{
    size_t count = resamples > 0 ? resamples : RESAMPLES;
    const struct metric_interval none = {NAN, NAN};
    *out = (struct metric_intervals){none, none, none, none, 0, count};
    struct member *members = mem_array(m->n > 0 ? m->n : 1, sizeof *members);
    size_t groups = out->groups = number_groups(members, m->n, group);
    double *values = mem_array(count * MEASURES, sizeof *values); /* one measure after the other */
    double *drawn = mem_array(groups + 1, sizeof *drawn), *weight = mem_array(m->n + 1, sizeof *weight);
    struct rng r;
    rng_seed(&r, seed);
    bool ok = true;
    for (size_t i = 0; i < count && ok && groups >= 2; i++) {
        double one[MEASURES];
        ok = resample(m, members, groups, bins, &r, drawn, weight, one, err);
        for (size_t j = 0; j < MEASURES && ok; j++)
            values[j * count + i] = one[j];
    }
    struct metric_interval *intervals[MEASURES] = {&out->accuracy, &out->nll, &out->brier, &out->ece};
    for (size_t j = 0; j < MEASURES && ok && groups >= 2; j++)
        *intervals[j] = interval_of(values + j * count, count);
    mem_free(members);
    mem_free(values);
    mem_free(drawn);
    mem_free(weight);
    return ok;
}
