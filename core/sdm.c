#include "core/sdm.h"

#include "core/base/mem.h"
#include "core/bt.h"
#include "core/resample.h"
#include "core/split.h"

#include <math.h>
#include <stdlib.h>

double sdm_margin(double z, double q, double d)
{
    return d * log(2 + q) * z;
}

double sdm_rescaled(double q, double margin)
{
    return fmin(q, pow(2 + q, bt_sigma(fabs(margin))));
}

double sdm_nearness(const struct sdm *s, double distance)
{
    size_t lo = 0, hi = s->reach;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (s->near[mid] < distance)
            lo = mid + 1;
        else
            hi = mid;
    }
    return s->reach > 0 ? 1 - (double)lo / (double)s->reach : 0;
}

bool sdm_reliable(const struct sdm *s, double q, double margin)
{
    return s->region.found && sdm_rescaled(q, margin) >= s->region.least_q &&
           bt_sigma(fabs(margin)) >= s->region.least_s;
}

bool sdm_cautiously_reliable(const struct sdm *s, double q, double margin)
{
    return sdm_reliable(s, q, margin) && sdm_rescaled(q, margin) >= s->region.cautious_q;
}

/* ---- the region ---- */

/* A calibration pair: q', and the sdm of its true side. */
struct point {
    double q, s;
};

static int by_similarity(const void *a, const void *b)
{
    double x = ((const struct point *)a)->q, y = ((const struct point *)b)->q;
    return (x > y) - (x < y);
}

/* Where the (1 - alpha) quantile of n > 0 values stands in their order, as the paper's code has it. */
static size_t quantile_at(size_t n, double alpha)
{
    size_t i = (size_t)((1 - alpha) * (double)n);
    return i < n ? i : n - 1;
}

/* The quantile is at least alpha when no more values than stand below it are less than alpha: so one walk from the
 * most similar down tells for every threshold. Returns the first of the points that are admitted, n for none. */
static size_t first_admitted(const struct point *v, size_t n, double alpha)
{
    size_t best = n, below = 0;
    for (size_t i = n; i-- > 0;) {
        below += v[i].s < alpha;
        bool whole = i == 0 || v[i - 1].q < v[i].q; /* equal similarity: all or none */
        if (whole && below <= quantile_at(n - i, alpha))
            best = i;
    }
    return best;
}

static void find_region(struct sdm_region *r, struct point *v, size_t n)
{
    qsort(v, n, sizeof *v, by_similarity);
    size_t first = first_admitted(v, n, r->alpha);
    r->found = first < n;
    r->admitted = n - first;
    if (!r->found)
        return;
    double *s = mem_array(r->admitted, sizeof *s);
    for (size_t i = first; i < n; i++)
        s[i - first] = v[i].s;
    resample_sort(s, r->admitted);
    r->least_q = v[first].q;
    r->least_s = s[quantile_at(r->admitted, r->alpha)];
    mem_free(s);
}

void sdm_fit(struct sdm *s, const struct sdm_seen *c, double alpha)
{
    struct point *v = mem_array(c->n + 1, sizeof *v);
    size_t n = 0;
    *s = (struct sdm){.near = mem_array(c->n + 1, sizeof *s->near), .region = {.alpha = alpha, .cautious_q = INFINITY}};
    for (size_t i = 0; i < c->n; i++)
        if (c->q[i] > 0 && (c->p[i] < 0.5 || c->p[i] > 0.5))
            s->near[s->reach++] = c->distance[i];
    resample_sort(s->near, s->reach);
    for (size_t i = 0; i < c->n; i++) {
        double margin = sdm_margin(c->z[i], (double)c->q[i], sdm_nearness(s, c->distance[i]));
        double q = sdm_rescaled((double)c->q[i], margin);
        if (q >= 1 && (c->p[i] < 0.5 || c->p[i] > 0.5))
            v[n++] = (struct point){q, bt_sigma(c->p[i] > 0.5 ? margin : -margin)};
    }
    find_region(&s->region, v, n);
    mem_free(v);
}

void sdm_free(struct sdm *s)
{
    mem_free(s->near);
    *s = (struct sdm){0};
}

/* ---- random halves ---- */

/* The pairs of one side of a split. */
static struct sdm_seen half_of(const struct sdm_seen *c, const bool *in, size_t *q, double *numbers)
{
    double *distance = numbers, *z = numbers + c->n, *p = numbers + 2 * c->n;
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (!in[i])
            continue;
        q[n] = c->q[i];
        distance[n] = c->distance[i];
        z[n] = c->z[i];
        p[n++] = c->p[i];
    }
    return (struct sdm_seen){q, distance, z, p, n};
}

double sdm_cauchy_bound(double *values, size_t n)
{
    static const double quantile = 6.313751514675043; /* tan(0.45 pi) */
    resample_sort(values, n);
    double median = resample_percentile(values, n, 0.5);
    if (!isfinite(values[n - 1]))
        return INFINITY;
    for (size_t i = 0; i < n; i++)
        values[i] = fabs(values[i] - median);
    resample_sort(values, n);
    return median + quantile * resample_percentile(values, n, 0.5);
}

void sdm_be_cautious(struct sdm *s, const struct sdm_seen *c, const uint64_t *key, uint64_t seed)
{
    double least[SDM_SPLITS], *numbers = mem_array(3 * c->n + 1, sizeof *numbers);
    size_t *q = mem_array(c->n + 1, sizeof *q);
    bool *in = mem_array(c->n + 1, sizeof *in);
    for (size_t k = 0; k < SDM_SPLITS; k++) {
        struct sdm own;
        split_holdout(key, c->n, 0.5, seed + k, in);
        const struct sdm_seen half = half_of(c, in, q, numbers);
        sdm_fit(&own, &half, s->region.alpha);
        least[k] = own.region.found ? own.region.least_q : (double)INFINITY;
        sdm_free(&own);
    }
    s->region.cautious_q = fmax(s->region.least_q, sdm_cauchy_bound(least, SDM_SPLITS));
    mem_free(numbers);
    mem_free(q);
    mem_free(in);
}
