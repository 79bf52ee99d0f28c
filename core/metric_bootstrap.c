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

/* ---- blocks ---- */

/* What is drawn: a group, or several. By rows of `width`: weight, right, nll, brier, and for each bin the sum of said -
 * found, of which the calibration error is made (metric_ece). */
struct blocks {
    size_t n, width;
    double *sums;
};
enum { GAPS = MEASURES }; /* where the bins begin */

static void add_pair(double *sums, const struct metric_term *t)
{
    double gap = t->weight * (t->said - t->p);
    sums[0] += t->weight;
    sums[1] += t->weight * t->right;
    sums[2] += t->weight * t->nll;
    sums[3] += t->weight * t->brier;
    sums[GAPS + t->here] += gap;
    sums[GAPS + t->there] -= gap;
}

/* Which block each group is in: its own, or one drawn so that all blocks have the same number of groups, give or take
 * one. The caller frees the list. */
static size_t *deal(size_t groups, size_t blocks, struct rng *r)
{
    size_t *block = mem_array(groups, sizeof *block);
    for (size_t g = 0; g < groups; g++)
        block[g] = g % blocks;
    for (size_t g = groups; groups > blocks && g > 1; g--) {
        size_t other = (size_t)rng_below(r, g), kept = block[g - 1];
        block[g - 1] = block[other];
        block[other] = kept;
    }
    return block;
}

static void blocks_make(struct blocks *b, const struct metric_pairs *m, const struct member *members, size_t groups,
                        size_t bins, struct rng *r)
{
    *b = (struct blocks){.n = groups < METRIC_BLOCKS ? groups : METRIC_BLOCKS, .width = GAPS + bins};
    b->sums = mem_array(b->n * b->width, sizeof *b->sums);
    size_t *block = deal(groups, b->n, r);
    for (size_t i = 0; i < m->n; i++) {
        struct metric_term t = metric_term_of(m, members[i].pair, bins);
        add_pair(b->sums + block[members[i].group] * b->width, &t);
    }
    mem_free(block);
}

/* The measures of as many blocks as there are, drawn with replacement. drawn: b->n; sums: b->width. */
static void resample(const struct blocks *b, struct rng *r, double *drawn, double *sums, double out[MEASURES])
{
    memset(drawn, 0, b->n * sizeof *drawn);
    memset(sums, 0, b->width * sizeof *sums);
    for (size_t i = 0; i < b->n; i++)
        drawn[rng_below(r, b->n)]++;
    for (size_t i = 0; i < b->n; i++)
        for (size_t j = 0; drawn[i] > 0 && j < b->width; j++)
            sums[j] += drawn[i] * b->sums[i * b->width + j];
    double gaps = 0;
    for (size_t j = GAPS; j < b->width; j++)
        gaps += fabs(sums[j]);
    for (size_t j = 0; j + 1 < MEASURES; j++)
        out[j] = sums[j + 1] / sums[0];
    out[MEASURES - 1] = gaps / (2 * sums[0]);
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
    struct blocks b = {0};
    struct rng r;
    rng_seed(&r, seed);
    if (groups >= 2)
        blocks_make(&b, m, members, groups, bins, &r);
    double *values = mem_array(count * MEASURES, sizeof *values); /* one measure after the other */
    double *drawn = mem_array(b.n, sizeof *drawn), *sums = mem_array(b.width, sizeof *sums);
    for (size_t i = 0; i < count && groups >= 2; i++) {
        double one[MEASURES];
        resample(&b, &r, drawn, sums, one);
        for (size_t j = 0; j < MEASURES; j++)
            values[j * count + i] = one[j];
    }
    struct metric_interval *intervals[MEASURES] = {&out->accuracy, &out->nll, &out->brier, &out->ece};
    for (size_t j = 0; j < MEASURES && groups >= 2; j++)
        *intervals[j] = interval_of(values + j * count, count);
    mem_free(members);
    mem_free(b.sums);
    mem_free(values);
    mem_free(drawn);
    mem_free(sums);
    return true;
}
