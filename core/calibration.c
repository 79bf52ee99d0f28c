#include "core/calibration.h"

#include "core/base/mem.h"
#include "core/bt.h"
#include "core/split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Slope of the flat pieces of an isotonic map. */
static const double hair = 1e-9;
static const double lowest = 1.0 / 20, highest = 20;

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

/* ---- temperature ---- */

/* Slope and curvature of the log-loss in a = 1/T: sum o (sigma(a z) - p) z, which rises with a. */
static double slope(const struct metric_pairs *m, double a, double *curvature)
{
    double sum = 0;
    *curvature = 0;
    for (size_t i = 0; i < m->n; i++) {
        double z = m->z[i], s = bt_sigma(a * z);
        sum += weight_of(m, i) * (s - p_of(m, i)) * z;
        *curvature += weight_of(m, i) * s * (1 - s) * z * z;
    }
    return sum;
}

/* Newton's method, kept inside a bracket of the root. */
static void fit_temperature(struct calibration *c, const struct metric_pairs *m)
{
    double lo = 1 / highest, hi = 1 / lowest, bend, a = 1;
    bool rising = slope(m, hi, &bend) > 0, falling = slope(m, lo, &bend) < 0;
    c->capped = !rising || !falling;
    if (c->capped)
        a = rising ? lo : falling ? hi : 1; /* neither: all margins are zero, or there is no weight */
    for (int i = 0; i < 200 && !c->capped; i++) {
        double g = slope(m, a, &bend), next = a - g / bend;
        if (g > 0)
            hi = a;
        else
            lo = a;
        if (!(next > lo && next < hi))
            next = (lo + hi) / 2;
        double step = fabs(next - a);
        a = next;
        if (step <= 1e-15 * a)
            break;
    }
    c->temperature = 1 / a;
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
        err_set(err, ERR_MEMORY, "no memory to calibrate on %zu pairs", m->n);
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
    *c = (struct calibration){.kind = kind, .temperature = 1};
    for (size_t i = 0; i < m->n; i++) {
        if (!isfinite(m->z[i]))
            return err_set(err, ERR_NUMERIC, "the margin of pair %zu is not a finite number", i);
        weight += weight_of(m, i);
    }
    if (!(weight > 0))
        return err_set(err, ERR_MISSING, "there are no pairs to calibrate on");
    if (kind == CALIBRATION_TEMPERATURE)
        fit_temperature(c, m);
    return kind != CALIBRATION_ISOTONIC || fit_isotonic(c, m, err);
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
    if (c->kind != CALIBRATION_ISOTONIC)
        return z / c->temperature;
    /* rounding may pool blocks on one side that it leaves apart on the other: the symmetry is made good here */
    double p = (interpolate(c, z) + (1 - interpolate(c, -z))) / 2;
    return log(p / (1 - p)) + hair * z;
}

/* ---- choice ---- */

/* The pairs of `m` whose fold is k, or all others. */
static struct metric_pairs subset(const struct metric_pairs *m, const size_t *fold, size_t k, bool in, double *room)
{
    double *z = room, *p = room + m->n, *weight = room + 2 * m->n;
    struct metric_pairs out = {.z = z, .p = p, .weight = weight};
    for (size_t i = 0; i < m->n; i++)
        if ((fold[i] == k) == in) {
            z[out.n] = m->z[i];
            p[out.n] = p_of(m, i);
            weight[out.n++] = weight_of(m, i);
        }
    return out;
}

static double log_loss(const struct calibration *c, const struct metric_pairs *m)
{
    double sum = 0;
    for (size_t i = 0; i < m->n; i++) {
        double z = calibration_margin(c, m->z[i]), p = p_of(m, i);
        sum += weight_of(m, i) * (p * bt_softplus(-z) + (1 - p) * bt_softplus(z));
    }
    return sum;
}

/* No more folds than there are groups. */
static size_t folds_for(const uint64_t *keys, size_t n, size_t folds)
{
    size_t *group = mem_array(n, sizeof *group), groups = split_groups(keys, n, group);
    mem_free(group);
    return folds < groups ? folds : groups;
}

bool calibration_choose(const struct metric_pairs *m, const uint64_t *group, size_t folds, uint64_t seed,
                        double loss[CALIBRATION_KINDS], enum calibration_kind *best, struct err *err)
{
    size_t *fold = mem_array(m->n, sizeof *fold);
    uint64_t *keys = mem_array(m->n, sizeof *keys);
    double *room = mem_array(6 * m->n, sizeof *room), weight = 0;
    bool ok = true;
    for (size_t i = 0; i < m->n; i++) {
        keys[i] = group != NULL ? group[i] : i;
        weight += weight_of(m, i);
    }
    folds = folds_for(keys, m->n, folds);
    split_folds(keys, m->n, folds, seed, fold);
    for (int kind = 0; kind < CALIBRATION_KINDS; kind++)
        loss[kind] = folds < 2 ? NAN : 0;
    for (size_t k = 0; ok && folds > 1 && k < folds; k++) {
        struct metric_pairs rest = subset(m, fold, k, false, room),
                            left_out = subset(m, fold, k, true, room + 3 * m->n);
        for (int kind = 0; ok && kind < CALIBRATION_KINDS; kind++) {
            struct calibration c;
            ok = calibration_fit(&c, (enum calibration_kind)kind, &rest, err);
            if (ok) {
                loss[kind] += log_loss(&c, &left_out) / weight;
                calibration_free(&c);
            }
        }
    }
    *best = CALIBRATION_NONE;
    for (int kind = 1; ok && kind < CALIBRATION_KINDS; kind++)
        if (loss[kind] < loss[*best])
            *best = (enum calibration_kind)kind;
    mem_free(fold);
    mem_free(keys);
    mem_free(room);
    return ok;
}
