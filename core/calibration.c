#include "core/calibration.h"

#include "core/base/mem.h"
#include "core/bt.h"
#include "core/logistic2.h"
#include "core/temperature.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* By how much the flat pieces of an isotonic map rise, whatever the scale of margins. */
static const double hair = 1e-9;

const char *calibration_name(enum calibration_kind kind)
{
    static const char *const names[] = {
#define X(id, name, text) name,
        CALIBRATIONS(X)
#undef X
    };
    return names[kind];
}

static double weight_of(const struct metric_pairs *m, size_t i)
{
    return m->weight != NULL ? m->weight[i] : 1;
}

static double p_of(const struct metric_pairs *m, size_t i)
{
    return m->p != NULL ? m->p[i] : 1;
}

static bool no_memory(const struct metric_pairs *m, struct err *err)
{
    return err_set(err, ERR_MEMORY, "no memory to calibrate on %zu pairs", m->n);
}

/* ---- beta ---- */

/* What a and b of the beta map multiply: the margin is a part[0] + b part[1]; with a = b it is a z. */
static void beta_parts(double z, double part[2])
{
    static const double log_2 = 0.6931471805599453;
    double sign = z < 0 ? -1 : 1;
    part[0] = sign * (log_2 - bt_softplus(-fabs(z)));
    part[1] = sign * (bt_softplus(fabs(z)) - log_2);
}

/* From the temperature: margins near 0 tell only a + b, and a - b stays as it is there. */
static bool fit_beta(struct calibration *c, const struct metric_pairs *m, struct err *err)
{
    double at[2] = {1 / c->temperature, 1 / c->temperature};
    double *x = mem_block(m->n, 2 * sizeof *x), *p = mem_block(m->n, sizeof *p);
    bool ok = (x != NULL && p != NULL) || no_memory(m, err);
    for (size_t i = 0; ok && i < m->n; i++) {
        beta_parts(m->z[i], x + 2 * i);
        p[i] = p_of(m, i);
    }
    const struct metric_interval T = temperature_limits(m);
    struct logistic2 l = {x, p, m->weight, m->n, 1 / T.hi, 1 / T.lo};
    struct logistic2_fit fit;
    if (ok)
        logistic2_fit(&l, at, &fit);
    c->a = at[0];
    c->b = at[1];
    c->temperature = 1;
    mem_free(x);
    mem_free(p);
    return ok;
}

/* ---- isotonic ---- */

struct point {
    double z, p, weight;
};

/* Neighbours that have one value: margins from `first` to `last`. */
struct block {
    double first, last, p, weight;
};

static int by_margin(const void *a, const void *b)
{
    double x = ((const struct point *)a)->z, y = ((const struct point *)b)->z;
    return x < y ? -1 : x > y;
}

/* Pool adjacent violators; equal margins are one block from the start. Returns the number of blocks. */
static size_t pool(const struct point *points, size_t n, struct block *blocks)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        struct block b = {points[i].z, points[i].z, points[i].p, points[i].weight};
        while (k > 0 && (blocks[k - 1].p >= b.p || !(blocks[k - 1].last < b.first))) {
            const struct block *left = &blocks[--k];
            double weight = left->weight + b.weight;
            b.p = (left->p * left->weight + b.p * b.weight) / weight;
            b.weight = weight;
            b.first = left->first;
        }
        blocks[k++] = b;
    }
    return k;
}

/* Knots at both ends of every block. */
static void lay_knots(struct calibration *c, const struct block *blocks, size_t k, double margin)
{
    c->z = mem_array(2 * k, sizeof *c->z);
    c->p = mem_array(2 * k, sizeof *c->p);
    for (size_t i = 0; i < k; i++)
        for (int end = 0; end < (blocks[i].first < blocks[i].last ? 2 : 1); end++) {
            c->z[c->knots] = end == 0 ? blocks[i].first : blocks[i].last;
            c->p[c->knots++] = fmin(1 - margin, fmax(margin, blocks[i].p));
        }
}

static bool fit_isotonic(struct calibration *c, const struct metric_pairs *m, struct err *err)
{
    struct point *points = mem_block(2 * m->n, sizeof *points);
    struct block *blocks = mem_block(2 * m->n, sizeof *blocks);
    size_t n = 0;
    bool ok = points != NULL && blocks != NULL;
    for (size_t i = 0; ok && i < m->n; i++)
        if (weight_of(m, i) > 0) {
            points[n++] = (struct point){m->z[i], p_of(m, i), weight_of(m, i)};
            points[n++] = (struct point){-m->z[i], 1 - p_of(m, i), weight_of(m, i)};
        }
    if (ok) {
        qsort(points, n, sizeof *points, by_margin);
        lay_knots(c, blocks, pool(points, n, blocks), 1 / (2 * (double)m->n));
    } else {
        ok = no_memory(m, err);
    }
    mem_free(points);
    mem_free(blocks);
    return ok;
}

/* The value at z, linear between knots. */
static double interpolate(const struct calibration *c, double z)
{
    size_t lo = 0, hi = c->knots - 1;
    if (z <= c->z[lo])
        return c->p[lo];
    if (z >= c->z[hi])
        return c->p[hi];
    while (hi - lo > 1) {
        size_t middle = (lo + hi) / 2;
        if (c->z[middle] <= z)
            lo = middle;
        else
            hi = middle;
    }
    double t = (z - c->z[lo]) / (c->z[hi] - c->z[lo]);
    return c->p[lo] + t * (c->p[hi] - c->p[lo]);
}

/* ---- maps ---- */

bool calibration_fit(struct calibration *c, enum calibration_kind kind, const struct metric_pairs *m, struct err *err)
{
    double weight = 0;
    *c = (struct calibration){.kind = kind, .temperature = 1, .a = 1, .b = 1};
    for (size_t i = 0; i < m->n; i++) {
        if (!isfinite(m->z[i]))
            return err_set(err, ERR_NUMERIC, "the margin of pair %zu is not a finite number", i);
        weight += weight_of(m, i);
    }
    if (!(weight > 0))
        return err_set(err, ERR_MISSING, "there are no pairs to calibrate on");
    if (kind == CALIBRATION_TEMPERATURE || kind == CALIBRATION_BETA) {
        struct temperature t;
        temperature_fit(m, NULL, &t);
        c->temperature = t.T;
        c->capped = t.capped;
    }
    return (kind != CALIBRATION_BETA || fit_beta(c, m, err)) &&
           (kind != CALIBRATION_ISOTONIC || fit_isotonic(c, m, err));
}

void calibration_free(struct calibration *c)
{
    mem_free(c->z);
    mem_free(c->p);
    *c = (struct calibration){0};
}

double calibration_probability(const struct calibration *c, double z)
{
    return bt_sigma(calibration_margin(c, z));
}

double calibration_margin(const struct calibration *c, double z)
{
    if (c->kind == CALIBRATION_BETA) {
        double part[2];
        beta_parts(z, part);
        return c->a * part[0] + c->b * part[1];
    }
    if (c->kind != CALIBRATION_ISOTONIC)
        return z / c->temperature;
    /* rounding may pool blocks on one side that it leaves apart on the other: the symmetry is made good here */
    double p = (interpolate(c, z) + (1 - interpolate(c, -z))) / 2, far = c->z[c->knots - 1];
    return log(p / (1 - p)) + hair * z / (fabs(z) + (far > 0 ? far : 1));
}
