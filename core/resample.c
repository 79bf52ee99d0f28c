#include "core/resample.h"

#include "core/base/mem.h"
#include "core/split.h"

#include <stdlib.h>
#include <string.h>

/* From groups to blocks that have the same number of groups, give or take one. */
static void deal(struct resample *r)
{
    size_t *block = mem_array(r->groups, sizeof *block);
    for (size_t g = 0; g < r->groups; g++)
        block[g] = g % r->blocks;
    rng_shuffle(&r->rng, block, r->groups);
    for (size_t i = 0; i < r->n; i++)
        r->block[i] = block[r->block[i]];
    mem_free(block);
}

void resample_init(struct resample *r, const uint64_t *key, size_t n, uint64_t seed)
{
    *r = (struct resample){.n = n};
    r->block = mem_array(n + 1, sizeof *r->block);
    rng_seed(&r->rng, seed);
    r->groups = split_groups(key, n, r->block);
    r->blocks = r->groups < RESAMPLE_BLOCKS ? r->groups : RESAMPLE_BLOCKS;
    if (r->groups > r->blocks)
        deal(r);
    r->times = mem_array(r->blocks + 1, sizeof *r->times);
}

void resample_free(struct resample *r)
{
    mem_free(r->block);
    mem_free(r->times);
    *r = (struct resample){0};
}

void resample_draw(struct resample *r)
{
    memset(r->times, 0, r->blocks * sizeof *r->times);
    for (size_t i = 0; i < r->blocks; i++)
        r->times[rng_below(&r->rng, r->blocks)]++;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

void resample_sort(double *values, size_t n)
{
    qsort(values, n, sizeof *values, by_size);
}

double resample_percentile(const double *sorted, size_t n, double share)
{
    double at = share * (double)(n - 1);
    size_t i = (size_t)at;
    return i + 1 < n ? sorted[i] + (at - (double)i) * (sorted[i + 1] - sorted[i]) : sorted[n - 1];
}
