#include "core/compare.h"

#include "core/auroc.h"
#include "core/base/mem.h"
#include "core/metric_order.h"
#include "core/metric_sums.h"
#include "core/normal.h"
#include "core/split.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)COMPARE_AUROC == (int)METRIC_MEASURES, "a measure is missing");

const struct compare_info compare_measures[COMPARE_COUNT] = {
#define X(id, key, title, factor, digits, unit, more) {key, title, factor, digits, unit, more},
    COMPARE_MEASURES(X)
#undef X
};

const char *compare_verdict_key(enum compare_verdict v)
{
    static const char *const keys[] = {
#define X(id, key, text) key,
        COMPARE_VERDICTS(X)
#undef X
    };
    return keys[v];
}

/* ---- tests ---- */

double compare_mcnemar(size_t b, size_t c)
{
    size_t n = b + c, k = b < c ? b : c;
    double sum = 0, log_half = (double)n * log(0.5);
    for (size_t i = k + 1; i-- > 0;) { /* from the largest term down to those that vanish */
        double term = exp(lgamma((double)n + 1) - lgamma((double)i + 1) - lgamma((double)(n - i) + 1) + log_half);
        sum += term;
        if (term < 1e-18 * sum)
            break;
    }
    return fmin(1, 2 * sum);
}

double compare_mcnemar_chi2(size_t b, size_t c, bool corrected)
{
    double sum = (double)b + (double)c, apart = fabs((double)b - (double)c);
    apart = corrected ? fmax(0, apart - 1) : apart;
    return sum > 0 ? apart * apart / sum : 0;
}

struct ranked {
    double p;
    size_t index;
};

static int by_p(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->p != y->p)
        return x->p < y->p ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

void compare_holm(const double *p, size_t n, double *adjusted)
{
    struct ranked *r = mem_array(n + 1, sizeof *r);
    size_t tests = 0;
    for (size_t i = 0; i < n; i++) {
        adjusted[i] = p[i];
        if (!isnan(p[i]))
            r[tests++] = (struct ranked){p[i], i};
    }
    if (tests > 0)
        qsort(r, tests, sizeof *r, by_p);
    double least = 0;
    for (size_t i = 0; i < tests; i++) {
        least = fmax(least, fmin(1, (double)(tests - i) * r[i].p));
        adjusted[r[i].index] = least;
    }
    mem_free(r);
}

/* ---- the bootstrap ---- */

struct boot {
    const struct compare_input *in;
    size_t count;
    struct resample r;
    struct metric_blocks *heads;
    double *values; /* heads x measures x count */
    double *parts;  /* heads x n: of the error of auroc */
    size_t *member; /* n: the prompt of each pair */
};

/* The measures of all heads on the same resample, one head after the other. */
static void measure_heads(const void *ctx, const double *times, double *out)
{
    const struct boot *b = ctx;
    for (size_t h = 0; h < b->in->heads; h++)
        metric_blocks_drawn(&b->heads[h], times, out + h * METRIC_MEASURES);
}

static double *values_of(const struct boot *b, size_t head, size_t measure)
{
    return b->values + (head * METRIC_MEASURES + measure) * b->count;
}

static struct metric_interval interval_of(const double *values, size_t n, double *sorted)
{
    memcpy(sorted, values, n * sizeof *sorted);
    return metric_interval_of(sorted, n);
}

/* ---- differences ---- */

static double spread_of(const double *values, size_t n)
{
    double mean = 0, sum = 0;
    for (size_t i = 0; i < n; i++)
        mean += values[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        sum += (values[i] - mean) * (values[i] - mean);
    return sqrt(sum / (double)(n - 1));
}

static double p_value(const double *values, size_t n)
{
    double below = 1, above = 1;
    for (size_t i = 0; i < n; i++) {
        below += values[i] <= 0;
        above += values[i] >= 0;
    }
    return fmin(1, 2 * fmin(below, above) / (double)(n + 1));
}

/* Seen at 95 % with probability 0.8. */
static const double seen = NORMAL_975 + NORMAL_800;

static void differ(const struct boot *b, size_t head, size_t baseline, size_t measure, double *d, double *sorted,
                   struct compare_difference *out)
{
    const double *mine = values_of(b, head, measure), *base = values_of(b, baseline, measure);
    for (size_t i = 0; i < b->count; i++)
        d[i] = mine[i] - base[i];
    out->interval = interval_of(d, b->count, sorted);
    out->p = p_value(d, b->count);
    double ratio = seen * spread_of(d, b->count) / out->value;
    out->needed = out->value != 0 ? (double)b->in->n * ratio * ratio : INFINITY;
}

/* ---- the area under the curve of correctness ---- */

static void measure_areas(struct boot *b, struct compare_head *out)
{
    const struct compare_input *in = b->in;
    double *size = mem_array(in->n, sizeof *size), *right = mem_array(in->n, sizeof *right);
    b->parts = mem_array(in->heads * in->n, sizeof *b->parts);
    b->member = mem_array(in->n, sizeof *b->member);
    split_groups(in->group, in->n, b->member);
    for (size_t h = 0; h < in->heads; h++) {
        const struct metric_pairs m = {.z = in->z[h], .p = in->p, .n = in->n};
        double *f = b->parts + h * in->n;
        for (size_t i = 0; i < in->n; i++) {
            size[i] = fabs(m.z[i]);
            right[i] = metric_right(&m, i);
        }
        out[h].auroc = auroc_of(size, right, in->n, f);
        if (b->r.groups < 2 || !auroc_interval(out[h].auroc, auroc_sd(f, in->n, b->member, b->r.groups),
                                               &out[h].range.lo, &out[h].range.hi))
            out[h].range = (struct metric_interval){NAN, NAN};
    }
    mem_free(size);
    mem_free(right);
}

/* DeLong's test. */
static void differ_area(const struct boot *b, size_t head, size_t baseline, struct compare_head *out)
{
    struct compare_difference *to = &out[head].difference[COMPARE_AUROC];
    size_t n = b->in->n;
    const double *f = b->parts + head * n, *g = b->parts + baseline * n;
    double *d = mem_array(n, sizeof *d);
    for (size_t i = 0; i < n; i++)
        d[i] = f[i] - g[i];
    double sd = b->r.groups >= 2 ? auroc_sd(d, n, b->member, b->r.groups) : (double)NAN;
    to->value = out[head].auroc - out[baseline].auroc;
    to->interval = (struct metric_interval){to->value - NORMAL_975 * sd, to->value + NORMAL_975 * sd};
    to->p = sd > 0 ? erfc(fabs(to->value) / sd / sqrt(2)) : isnan(sd) || to->value != 0 ? (double)NAN : 1;
    double ratio = seen * sd / to->value;
    to->needed = to->value != 0 ? (double)n * ratio * ratio : INFINITY;
    mem_free(d);
}

/* ---- all heads ---- */

static double measure_of(const struct metric *m, size_t measure)
{
    return (const double[]){m->accuracy, m->nll, m->brier, m->ece}[measure];
}

/* Is the pair counted as right? A soft label is that of its likelier side. */
static bool is_right(const struct compare_input *in, size_t head, size_t i)
{
    double z = in->z[head][i], p = in->p != NULL ? in->p[i] : 1;
    return (z > 0 && p > 0.5) || (z < 0 && p < 0.5);
}

static void count_discordant(const struct compare_input *in, size_t head, size_t baseline, struct compare_head *out)
{
    for (size_t i = 0; i < in->n; i++) {
        bool mine = is_right(in, head, i), base = is_right(in, baseline, i);
        out->only_this += mine && !base;
        out->only_baseline += base && !mine;
    }
    out->mcnemar = compare_mcnemar(out->only_this, out->only_baseline);
    out->chi2 = compare_mcnemar_chi2(out->only_this, out->only_baseline, true);
}

/* Correct the p-values of all heads but the baseline. */
static void correct(struct compare_head *out, size_t heads, size_t baseline)
{
    double *p = mem_array(heads, sizeof *p), *adjusted = mem_array(heads, sizeof *adjusted);
    for (size_t j = 0; j <= COMPARE_COUNT; j++) { /* the last: McNemar's */
        for (size_t h = 0; h < heads; h++)
            p[h] = h == baseline ? NAN : j < COMPARE_COUNT ? out[h].difference[j].p : out[h].mcnemar;
        compare_holm(p, heads, adjusted);
        for (size_t h = 0; h < heads; h++) {
            if (h == baseline)
                continue;
            if (j < COMPARE_COUNT)
                out[h].difference[j].p_holm = adjusted[h];
            else
                out[h].mcnemar_holm = adjusted[h];
        }
    }
    mem_free(p);
    mem_free(adjusted);
}

static void judge(struct compare_difference *d, const struct compare_info *info)
{
    bool excludes = d->interval.lo > 0 || d->interval.hi < 0;
    d->better = info->more_is_better ? d->value > 0 : d->value < 0;
    if (d->value == 0 && d->interval.lo == 0 && d->interval.hi == 0)
        d->verdict = COMPARE_SAME;
    else if (!excludes)
        d->verdict = COMPARE_UNKNOWN;
    else
        d->verdict = d->p_holm <= 0.05 ? COMPARE_CLEAR : COMPARE_PERHAPS;
}

static void compare_all(const struct boot *b, size_t baseline, struct compare_head *out)
{
    size_t heads = b->in->heads, n = b->count;
    double *d = mem_array(n, sizeof *d), *sorted = mem_array(n, sizeof *sorted);
    const struct metric_interval none = {NAN, NAN};
    bool known = b->r.groups >= 2;
    for (size_t h = 0; h < heads; h++) {
        struct metric_interval *own[] = {&out[h].interval.accuracy, &out[h].interval.nll, &out[h].interval.brier,
                                         &out[h].interval.ece};
        out[h].interval.groups = b->r.groups;
        out[h].interval.resamples = n;
        out[h].mcnemar = out[h].mcnemar_holm = 1;
        if (h != baseline)
            count_discordant(b->in, h, baseline, &out[h]);
        for (size_t j = 0; j < METRIC_MEASURES; j++) {
            struct compare_difference *to = &out[h].difference[j];
            *own[j] = known ? interval_of(values_of(b, h, j), n, sorted) : none;
            *to = (struct compare_difference){.p = 1, .p_holm = 1, .needed = INFINITY};
            if (h == baseline)
                continue;
            to->value = measure_of(&out[h].m, j) - measure_of(&out[baseline].m, j);
            to->interval = none;
            to->p = to->needed = NAN;
            if (known)
                differ(b, h, baseline, j, d, sorted, to);
        }
        out[h].difference[COMPARE_AUROC] = (struct compare_difference){.p = 1, .p_holm = 1, .needed = INFINITY};
        if (h != baseline)
            differ_area(b, h, baseline, out);
    }
    correct(out, heads, baseline);
    for (size_t h = 0; h < heads; h++)
        for (size_t j = 0; j < COMPARE_COUNT; j++)
            judge(&out[h].difference[j], &compare_measures[j]);
    mem_free(d);
    mem_free(sorted);
}

bool compare_heads(const struct compare_input *in, const struct compare_opts *o, struct compare_head *out,
                   struct err *err)
{
    size_t bins = o->bins;
    if (in->n == 0 || in->heads == 0)
        return err_set(err, ERR_MISSING, "there are no pairs to compare heads on");
    memset(out, 0, in->heads * sizeof *out);
    for (size_t h = 0; h < in->heads; h++) {
        const struct metric_pairs m = {.z = in->z[h], .p = in->p, .n = in->n};
        if (!metric_check(&m, &bins, err) || !metric_pairs_of(&m, bins, &out[h].m, err))
            return false;
    }
    struct boot b = {.in = in, .count = o->resamples > 1 ? o->resamples : RESAMPLE_COUNT};
    resample_init(&b.r, in->group, in->n, o->seed);
    b.heads = mem_array(in->heads, sizeof *b.heads);
    for (size_t h = 0; h < in->heads; h++)
        b.heads[h] = metric_blocks_of(&(struct metric_pairs){.z = in->z[h], .p = in->p, .n = in->n}, &b.r, bins);
    b.values = mem_array(in->heads * METRIC_MEASURES * b.count, sizeof *b.values);
    if (b.r.groups >= 2)
        resample_run(&b.r, b.count, o->threads, in->heads * METRIC_MEASURES, measure_heads, &b, b.values);
    measure_areas(&b, out);
    compare_all(&b, o->baseline, out);
    for (size_t h = 0; h < in->heads; h++)
        mem_free(b.heads[h].sums);
    mem_free(b.heads);
    mem_free(b.values);
    mem_free(b.parts);
    mem_free(b.member);
    resample_free(&b.r);
    return true;
}

/* ---- in words ---- */

const char *compare_number(double v, int decimals, char out[COMPARE_NUMBER])
{
    if (fabs(v) < 1e5)
        snprintf(out, COMPARE_NUMBER, "%.*f", decimals, v);
    else
        snprintf(out, COMPARE_NUMBER, "%.2e", v);
    bool zero = strspn(out, "-0.") == strlen(out);
    if (zero && *out == '-')
        memmove(out, out + 1, strlen(out));
    return out;
}

static void add_number(double v, const struct compare_info *i, struct buf *out)
{
    char text[COMPARE_NUMBER];
    buf_adds(out, compare_number(v * i->factor, i->digits, text));
}

static void add_range(double lo, double hi, const struct compare_info *i, struct buf *out)
{
    add_number(lo, i, out);
    buf_adds(out, " to ");
    add_number(hi, i, out);
}

/* Two digits of a number of pairs. */
static void add_needed(double needed, struct buf *out)
{
    double unit = pow(10, fmax(0, floor(log10(needed)) - 1)), rounded = ceil(needed / unit) * unit;
    if (rounded >= 1e6)
        buf_addf(out, "%.*f million", rounded < 1e7, rounded / 1e6);
    else if (rounded >= 1e3)
        buf_addf(out, "%.0f,%03.0f", floor(rounded / 1000), fmod(rounded, 1000));
    else
        buf_addf(out, "%.0f", rounded);
}

void compare_say(const struct compare_difference *d, enum compare_measure m, const char *name, const char *baseline,
                 struct buf *out)
{
    const struct compare_info *i = &compare_measures[m];
    double lo = d->interval.lo, hi = d->interval.hi;
    bool flip = d->value < 0;
    if (isnan(d->value)) {
        buf_adds(out, "one of the two has none");
        return;
    }
    if (d->verdict == COMPARE_SAME) {
        buf_adds(out, "the same");
        return;
    }
    if (d->verdict == COMPARE_UNKNOWN) {
        buf_adds(out, "cannot tell");
        if (isfinite(lo)) {
            buf_adds(out, ", ");
            add_range(lo, hi, i, out);
            buf_adds(out, i->unit);
        }
        if (isfinite(d->needed) && d->needed < 1e9) {
            buf_adds(out, ": about ");
            add_needed(d->needed, out);
            buf_adds(out, " pairs would be needed");
        }
        return;
    }
    buf_addf(out, "%s is %sbetter by ", d->better ? name : baseline, d->verdict == COMPARE_PERHAPS ? "perhaps " : "");
    add_number(fabs(d->value), i, out);
    buf_addf(out, "%s, 95 %% ", i->unit);
    add_range(flip ? -hi : lo, flip ? -lo : hi, i, out);
}
