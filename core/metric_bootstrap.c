#include "core/metric.h"

#include "core/base/mem.h"
#include "core/metric_sums.h"

#include <math.h>
#include <string.h>

/* Where the bins begin among the sums of a block: behind weight, right, nll, brier. A bin holds the sum of said -
 * found, of which the calibration error is made (metric_ece). */
enum { GAPS = METRIC_MEASURES };

/* Columns of the sums that are added up together; rows are padded to whole such groups with zeros. */
enum { COLUMNS = 8 };
/* Two numbers, which any CPU that has vectors adds at once; wider ones would be kept in memory where there are none. */
typedef double two __attribute__((vector_size(16), aligned(8), may_alias));

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

struct metric_blocks metric_blocks_of(const struct metric_pairs *m, const struct resample *r, size_t bins)
{
    size_t groups = (GAPS + bins + COLUMNS - 1) / COLUMNS;
    struct metric_blocks b = {.n = r->blocks, .width = groups * COLUMNS};
    b.sums = mem_array(b.n * b.width + 1, sizeof *b.sums);
    for (size_t i = 0; i < m->n; i++) {
        struct metric_term t = metric_term_of(m, i, bins);
        add_pair(b.sums + r->block[i] * b.width, &t);
    }
    return b;
}

/* out = sum of times[i] x row i of COLUMNS columns. Blocks that were not drawn are added too, as zeros: to jump over
 * them would cost more, as nobody can foretell them. */
static void add_columns(const struct metric_blocks *of, size_t first, const double *times, double *out)
{
    two a = {0}, b = {0}, c = {0}, d = {0};
    for (size_t i = 0; i < of->n; i++) {
        const two *row = (const void *)(of->sums + i * of->width + first);
        a += times[i] * row[0];
        b += times[i] * row[1];
        c += times[i] * row[2];
        d += times[i] * row[3];
    }
    const two all[] = {a, b, c, d};
    memcpy(out, all, sizeof all);
}

void metric_blocks_drawn(const void *blocks, const double *times, double *out)
{
    const struct metric_blocks *b = blocks;
    double sums[METRIC_MEASURES + METRIC_MAX_BINS + COLUMNS] = {0}, gaps = 0;
    for (size_t j = 0; j < b->width; j += COLUMNS)
        add_columns(b, j, times, sums + j);
    for (size_t j = GAPS; j < b->width; j++)
        gaps += fabs(sums[j]);
    for (size_t j = 0; j + 1 < METRIC_MEASURES; j++)
        out[j] = sums[j + 1] / sums[0];
    out[METRIC_MEASURES - 1] = gaps / (2 * sums[0]);
}

struct metric_interval metric_interval_of(double *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isnan(values[i]))
            return (struct metric_interval){NAN, NAN};
    resample_sort(values, n);
    return (struct metric_interval){resample_percentile(values, n, 0.025), resample_percentile(values, n, 0.975)};
}

bool metric_bootstrap(const struct metric_pairs *m, const uint64_t *group, size_t bins, size_t resamples, uint64_t seed,
                      struct metric_intervals *out, struct err *err)
{
    size_t count = resamples > 0 ? resamples : RESAMPLE_COUNT;
    const struct metric_interval none = {NAN, NAN};
    *out = (struct metric_intervals){none, none, none, none, 0, count};
    if (!metric_check(m, &bins, err))
        return false;
    struct resample r;
    resample_init(&r, group, m->n, seed);
    struct metric_blocks b = metric_blocks_of(m, &r, bins);
    double *values = mem_array(count * METRIC_MEASURES, sizeof *values); /* one measure after the other */
    out->groups = r.groups;
    if (r.groups >= 2)
        resample_run(&r, count, 0, METRIC_MEASURES, metric_blocks_drawn, &b, values);
    struct metric_interval *intervals[METRIC_MEASURES] = {&out->accuracy, &out->nll, &out->brier, &out->ece};
    for (size_t j = 0; j < METRIC_MEASURES && r.groups >= 2; j++)
        *intervals[j] = metric_interval_of(values + j * count, count);
    resample_free(&r);
    mem_free(b.sums);
    mem_free(values);
    return true;
}
