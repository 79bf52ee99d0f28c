#include "core/resample.h"

#include "core/base/mem.h"
#include "core/base/team.h"
#include "core/split.h"

#include <stdatomic.h>
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

/* Resamples of a round: the next round is drawn by one thread while the others measure this one, so that what is drawn
 * does not depend on their number. */
enum { ROUND = 64 };

struct round {
    struct resample *r;
    size_t width, count, first, n; /* n resamples from `first` on */
    void (*figures)(const void *ctx, const double *times, double *out);
    const void *ctx;
    double *times, *next; /* ROUND x blocks: of this round, and of the one after it */
    size_t n_next;
    double *out; /* workers x width */
    double *values;
    atomic_size_t taken; /* 0: drawing, i + 1: resample i */
};

static void draw_next(struct round *x)
{
    for (size_t i = 0; i < x->n_next; i++) {
        resample_draw(x->r);
        memcpy(x->next + i * x->r->blocks, x->r->times, x->r->blocks * sizeof *x->next);
    }
}

static void measure(struct round *x, size_t i, double *out)
{
    x->figures(x->ctx, x->times + i * x->r->blocks, out);
    for (size_t j = 0; j < x->width; j++)
        x->values[j * x->count + x->first + i] = out[j];
}

static void work(void *ctx, int worker)
{
    struct round *x = ctx;
    for (size_t job; (job = atomic_fetch_add(&x->taken, 1)) <= x->n;)
        if (job == 0)
            draw_next(x);
        else
            measure(x, job - 1, x->out + (size_t)worker * x->width);
}

/* The resamples that were drawn are those to measure. */
static void turn(struct round *x)
{
    double *times = x->times;
    x->first += x->n;
    x->n = x->n_next;
    x->times = x->next;
    x->next = times;
    size_t left = x->count - x->first - x->n;
    x->n_next = left < ROUND ? left : ROUND;
    atomic_store(&x->taken, 0);
}

void resample_run(struct resample *r, size_t count, int threads, size_t width,
                  void (*figures)(const void *ctx, const double *times, double *out), const void *ctx, double *values)
{
    struct team *team = team_open(threads > 0 ? threads : team_cores());
    struct round x = {.r = r, .width = width, .count = count, .figures = figures, .ctx = ctx, .values = values};
    double *times = mem_array(2 * ROUND * r->blocks + 1, sizeof *times);
    x.times = times;
    x.next = times + ROUND * r->blocks;
    x.out = mem_array((size_t)team_workers(team) * width + 1, sizeof *x.out);
    do {
        turn(&x);
        team_run(team, work, &x);
    } while (x.n_next > 0);
    team_close(team);
    mem_free(times);
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
