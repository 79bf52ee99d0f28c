#include "core/ordinal.h"

#include "core/base/mem.h"
#include "core/linalg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 100, HALVINGS = 60, CUTS = ORDINAL_LEVELS - 1 };

/* ---- levels ---- */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Cuts of the shares: P(y <= level_k) is what it is among the n sorted values. */
static void cuts_of_shares(struct ordinal *o, const double *sorted, size_t n)
{
    for (size_t k = 0; k + 1 < o->levels; k++) {
        size_t below = 0;
        while (below < n && sorted[below] <= o->level[k])
            below++;
        o->cut[k] = log((double)below / (double)(n - below));
    }
}

bool ordinal_init(struct ordinal *o, const double *y, size_t n, size_t stride, struct err *err)
{
    double *sorted = mem_array(n, sizeof *sorted);
    size_t m = 0, different = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(y[i * stride]))
            sorted[m++] = y[i * stride];
    qsort(sorted, m, sizeof *sorted, ascending);
    *o = (struct ordinal){0};
    for (size_t i = 0; i < m; i++)
        if (i == 0 || sorted[i] > sorted[i - 1])
            if (++different <= ORDINAL_LEVELS)
                o->level[o->levels++] = sorted[i];
    bool ok = different >= 2 && different <= ORDINAL_LEVELS;
    if (ok)
        cuts_of_shares(o, sorted, m);
    mem_free(sorted);
    if (different > ORDINAL_LEVELS)
        return err_set(err, ERR_RANGE,
                       "there are %zu different ratings; grades are at most %d (means of several annotators are no "
                       "grades: give their ratings singly)",
                       different, (int)ORDINAL_LEVELS);
    return ok || err_set(err, ERR_RANGE, m == 0 ? "there is no rating" : "all ratings are the same: there is no grade");
}

size_t ordinal_find(const struct ordinal *o, double value)
{
    for (size_t k = 0; k < o->levels; k++)
        if (o->level[k] >= value && o->level[k] <= value)
            return k;
    return SIZE_MAX;
}

void ordinal_widen(struct ordinal *o, const double *all, size_t n)
{
    struct ordinal wide = {.levels = n};
    memcpy(wide.level, all, n * sizeof *all);
    for (size_t k = 0, at = 0; k + 1 < n; k++) { /* `at` of the model's levels are at most all[k] */
        while (at < o->levels && o->level[at] <= all[k])
            at++;
        wide.cut[k] = at == 0 ? -ORDINAL_FAR : at == o->levels ? ORDINAL_FAR : o->cut[at - 1];
    }
    *o = wide;
}

/* ---- one rating ---- */

/* -log(1 - e^-width) with its derivatives in both cuts. */
static void add_width(struct ordinal_point *p, double width)
{
    if (!(width > 0)) {
        p->value = INFINITY;
        return;
    }
    double slope = -1 / expm1(width), curvature = slope * (slope - 1);
    p->value -= log(-expm1(-width));
    p->dhigh += slope;
    p->dlow -= slope;
    p->dhighhigh += curvature;
    p->dlowlow += curvature;
    p->dlowhigh -= curvature;
}

struct ordinal_point ordinal_at(const struct ordinal *o, size_t k, double z)
{
    struct ordinal_point p = {0};
    bool has_low = k > 0, has_high = k + 1 < o->levels;
    if (has_low) {
        double x = o->cut[k - 1] - z, s = bt_sigma(x), c = s * bt_sigma(-x);
        p.value += bt_softplus(x);
        p.slope -= s;
        p.curvature += c;
        p.dlow += s;
        p.dzlow -= c;
        p.dlowlow += c;
    }
    if (has_high) {
        double x = z - o->cut[k], s = bt_sigma(x), c = s * bt_sigma(-x);
        p.value += bt_softplus(x);
        p.slope += s;
        p.curvature += c;
        p.dhigh -= s;
        p.dzhigh -= c;
        p.dhighhigh += c;
    }
    if (has_low && has_high)
        add_width(&p, o->cut[k] - o->cut[k - 1]);
    return p;
}

void ordinal_probabilities(const struct ordinal *o, double z, double *p)
{
    for (size_t k = 0; k < o->levels; k++)
        p[k] = exp(-ordinal_at(o, k, z).value);
}

double ordinal_expectation(const struct ordinal *o, double z)
{
    double p[ORDINAL_LEVELS], sum = 0;
    ordinal_probabilities(o, z, p);
    for (size_t k = 0; k < o->levels; k++)
        sum += o->level[k] * p[k];
    return sum;
}

double ordinal_median(const struct ordinal *o, double z)
{
    size_t k = 0;
    while (k + 1 < o->levels && o->cut[k] < z)
        k++;
    return o->level[k];
}

double ordinal_mode(const struct ordinal *o, double z)
{
    double p[ORDINAL_LEVELS];
    size_t best = 0;
    ordinal_probabilities(o, z, p);
    for (size_t k = 1; k < o->levels; k++)
        if (p[k] > p[best])
            best = k;
    return o->level[best];
}

/* ---- all ratings: cuts minimised out ---- */

struct state {
    struct ordinal *o;
    const double *count;
    size_t n;
    double weight;         /* sum of all counts */
    double A[CUTS * CUTS]; /* second derivatives in the cuts at the z last given, upper triangle */
    double *second;        /* n x levels: those of a row's ratings in z twice, and in z and each cut */
};

struct sums {
    double value, dt[CUTS], A[CUTS * CUTS];
};

static void total(const struct ordinal *o, const struct state *s, const double *z, struct sums *out)
{
    size_t K = o->levels, m = K - 1;
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < s->n; i++)
        for (size_t k = 0; k < K; k++) {
            double c = s->count[i * K + k];
            if (!(c > 0))
                continue;
            struct ordinal_point p = ordinal_at(o, k, z[i]);
            out->value += c * p.value;
            if (k > 0) {
                out->dt[k - 1] += c * p.dlow;
                out->A[(k - 1) * m + k - 1] += c * p.dlowlow;
            }
            if (k < m) {
                out->dt[k] += c * p.dhigh;
                out->A[k * m + k] += c * p.dhighhigh;
            }
            if (k > 0 && k < m)
                out->A[(k - 1) * m + k] += c * p.dlowhigh;
        }
}

/* x := A^-1 x, A kept; false when A is not positive definite. */
static bool solve(const double *A, size_t m, double *x)
{
    double copy[CUTS * CUTS];
    struct err ignored;
    memcpy(copy, A, m * m * sizeof *copy);
    return linalg_solve_spd(copy, m, x, 1, 0, &ignored);
}

/* o moved by -a step; the sums there. */
static void move(const struct ordinal *from, const double *step, double a, const struct state *s, const double *z,
                 struct ordinal *to, struct sums *out)
{
    *to = *from;
    for (size_t k = 0; k + 1 < from->levels; k++)
        to->cut[k] -= a * step[k];
    total(to, s, z, out);
}

/* Set the cuts to the best for z by Newton's method with halving, and leave the second derivatives there; returns the
 * sum. What is still to gain at the end is far below what f shows. */
static double profile(struct state *s, const double *z)
{
    size_t m = s->o->levels - 1;
    struct sums at, there;
    struct ordinal next;
    total(s->o, s, z, &at);
    for (int i = 0; i < STEPS; i++) {
        double step[CUTS], gain = 0, a = 1; /* gain: twice what is still to gain */
        memcpy(step, at.dt, sizeof step);
        if (!solve(at.A, m, step))
            break;
        for (size_t k = 0; k < m; k++)
            gain += at.dt[k] * step[k];
        bool last = gain <= 1e-13 * fabs(at.value);
        move(s->o, step, a, s, z, &next, &there);
        for (int h = 0; h < HALVINGS && !last && !(there.value <= at.value - 1e-4 * a * gain); h++)
            move(s->o, step, a /= 2, s, z, &next, &there);
        if (!(there.value <= at.value * (1 + 1e-15)))
            break;
        *s->o = next;
        at = there;
        if (last) /* one full step from there squares what is left of the error */
            break;
    }
    memcpy(s->A, at.A, sizeof s->A);
    return at.value;
}

static double value(void *ctx, const double *z)
{
    struct state *s = ctx;
    return profile(s, z) / s->weight;
}

/* Keeps the second derivatives too: curve is asked many times at one z. */
static void slopes(void *ctx, const double *z, double *u)
{
    const struct state *s = ctx;
    size_t K = s->o->levels;
    memset(s->second, 0, s->n * K * sizeof *s->second);
    for (size_t i = 0; i < s->n; i++) {
        double *second = s->second + i * K;
        u[i] = 0;
        for (size_t k = 0; k < K; k++) {
            double c = s->count[i * K + k] / s->weight;
            if (!(c > 0))
                continue;
            struct ordinal_point p = ordinal_at(s->o, k, z[i]);
            u[i] += c * p.slope;
            second[0] += c * p.curvature;
            if (k > 0)
                second[k] += c * p.dzlow;
            if (k + 1 < K)
                second[k + 1] += c * p.dzhigh;
        }
    }
}

static void curvatures(void *ctx, const double *z, double *out)
{
    (void)z;
    const struct state *s = ctx;
    for (size_t i = 0; i < s->n; i++)
        out[i] = s->second[i * s->o->levels];
}

/* How the cuts give way depends on every row. */
static void curve(void *ctx, const double *z, double *u)
{
    (void)z;
    const struct state *s = ctx;
    size_t K = s->o->levels, m = K - 1;
    double moved[CUTS] = {0}; /* F_tz u, then F_tt^-1 F_tz u */
    for (size_t i = 0; i < s->n; i++)
        linalg_axpy(u[i] * s->weight, s->second + i * K + 1, moved, m);
    if (!solve(s->A, m, moved))
        memset(moved, 0, sizeof moved);
    for (size_t i = 0; i < s->n; i++) {
        const double *second = s->second + i * K;
        u[i] = second[0] * u[i] - linalg_dot(second + 1, moved, m);
    }
}

/* ---- the fit ---- */

static bool check_counts(const struct ordinal *o, const struct ordinal_fit *f, double *weight, struct err *err)
{
    double given[ORDINAL_LEVELS] = {0};
    size_t K = o->levels;
    *weight = 0;
    for (size_t i = 0; i < f->x->n * K; i++) {
        double c = f->count[i];
        if (!(c >= 0) || !isfinite(c))
            return err_set(err, ERR_RANGE, "a rating of row %zu has the weight %g; it must be finite and at least 0",
                           i / K, c);
        given[i % K] += c;
        *weight += c;
    }
    for (size_t k = 0; k < K; k++)
        if (!(given[k] > 0))
            return err_set(err, ERR_RANGE, "no rating is %g: its cuts have no best place", o->level[k]);
    return true;
}

bool ordinal_fit(struct ordinal *o, const struct ordinal_fit *f, double *w, struct bt_info *info,
                 const struct progress *progress, struct err *err)
{
    struct state s = {.o = o, .count = f->count, .n = f->x->n};
    if (!check_counts(o, f, &s.weight, err))
        return false;
    s.second = mem_block(s.n, o->levels * sizeof *s.second);
    if (s.second == NULL)
        return err_set(err, ERR_MEMORY, "no memory to fit %zu rated answers", s.n);
    const struct convex_loss loss = {&s, value, slopes, curve, curvatures};
    if (f->start != NULL)
        memmove(w, f->start, f->x->d * sizeof *w);
    else
        memset(w, 0, f->x->d * sizeof *w);
    bool ok = convex_fit(f->x, &loss, f->l2, f->max_iterations, w, info, progress, err);
    mem_free(s.second);
    return ok;
}

/* What is said of a row. */
struct guess {
    double mode, median, mean;
};

static void add_row(const struct ordinal *o, const struct guess *g, const double *count, struct ordinal_metric *sum)
{
    for (size_t k = 0; k < o->levels; k++) {
        double c = count[k], y = o->level[k];
        if (!(c > 0))
            continue;
        sum->weight += c;
        sum->accuracy += g->mode >= y && g->mode <= y ? c : 0;
        sum->mae += c * fabs(g->median - y);
        sum->rmse += c * (g->mean - y) * (g->mean - y);
    }
}

static void divide(struct ordinal_metric *sum)
{
    sum->nll /= sum->weight;
    sum->accuracy /= sum->weight;
    sum->mae /= sum->weight;
    sum->rmse = sqrt(sum->rmse / sum->weight);
}

void ordinal_measure(const struct ordinal *o, const double *z, const double *count, size_t n,
                     struct ordinal_metric *out)
{
    size_t K = o->levels;
    *out = (struct ordinal_metric){0};
    for (size_t i = 0; i < n; i++) {
        struct guess g = {ordinal_mode(o, z[i]), ordinal_median(o, z[i]), ordinal_expectation(o, z[i])};
        add_row(o, &g, count + i * K, out);
        for (size_t k = 0; k < K; k++)
            if (count[i * K + k] > 0)
                out->nll += count[i * K + k] * ordinal_at(o, k, z[i]).value;
    }
    divide(out);
}

void ordinal_measure_values(const struct ordinal *o, const double *f, const double *count, size_t n,
                            struct ordinal_metric *out)
{
    *out = (struct ordinal_metric){.nll = NAN};
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k + 1 < o->levels && f[i] > (o->level[k] + o->level[k + 1]) / 2)
            k++;
        add_row(o, &(struct guess){o->level[k], o->level[k], f[i]}, count + i * o->levels, out);
    }
    divide(out);
}
