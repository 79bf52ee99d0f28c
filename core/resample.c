#include "core/resample.h"

#include "core/base/mem.h"
#include "core/base/team.h"
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
    rng_tally(&r->rng, r->blocks, r->blocks, r->times);
}

/* ---- many resamples ---- */

/* Resamples drawn before the threads measure them, so that what is drawn does not depend on their number. */
enum { ROUND = 64 };

struct round {
    size_t blocks, width, count, first, n; /* n resamples from `first` on */
    void (*figures)(const void *ctx, const double *times, double *out);
    const void *ctx;
    double *times; /* ROUND x blocks */
    double *out;   /* workers x width */
    double *values;
    int workers;
};

static void measure_some(void *ctx, int worker)
{
    const struct round *x = ctx;
    double *out = x->out + (size_t)worker * x->width;
    for (size_t i = (size_t)worker; i < x->n; i += (size_t)x->workers) {
        x->figures(x->ctx, x->times + i * x->blocks, out);
        for (size_t j = 0; j < x->width; j++)
            x->values[j * x->count + x->first + i] = out[j];
    }
}

void resample_run(struct resample *r, size_t count, int threads, size_t width,
                  void (*figures)(const void *ctx, const double *times, double *out), const void *ctx, double *values)
{
    struct team *team = team_open(threads > 0 ? threads : team_cores());
    struct round x = {.blocks = r->blocks,
                      .width = width,
                      .count = count,
                      .figures = figures,
                      .ctx = ctx,
                      .values = values,
                      .workers = team_workers(team)};
    x.times = mem_array(ROUND * r->blocks + 1, sizeof *x.times);
    x.out = mem_array((size_t)x.workers * width + 1, sizeof *x.out);
    for (; x.first < count; x.first += x.n) {
        x.n = count - x.first < ROUND ? count - x.first : ROUND;
        for (size_t i = 0; i < x.n; i++) {
            resample_draw(r);
            memcpy(x.times + i * r->blocks, r->times, r->blocks * sizeof *x.times);
        }
        team_run(team, measure_some, &x);
    }
    team_close(team);
    mem_free(x.times);
    mem_free(x.out);
}

/* ---- what comes of them ---- */

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
