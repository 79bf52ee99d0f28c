#include "core/metric.h"

#include "core/bt.h"
#include "core/metric_sums.h"
#include "core/normal.h"

#include <math.h>

void metric_wilson(double k, double n, double *lo, double *hi)
{
    *lo = 0;
    *hi = 1;
    if (!(n > 0))
        return;
    double share = k / n, zz = NORMAL_975 * NORMAL_975;
    double centre = (share + zz / (2 * n)) / (1 + zz / n);
    double half = NORMAL_975 / (1 + zz / n) * sqrt(share * (1 - share) / n + zz / (4 * n * n));
    *lo = k <= 0 ? 0 : fmax(0, centre - half);
    *hi = k >= n ? 1 : fmin(1, centre + half);
}

static size_t bin_of(double s, size_t bins)
{
    size_t b = (size_t)(s * (double)bins);
    return b < bins ? b : bins - 1;
}

struct metric_term metric_term_of(const struct metric_pairs *m, size_t i, size_t bins)
{
    double z = m->z[i], p = m->p != NULL ? m->p[i] : 1;
    double s = bt_sigma(z), other = 1 - s;
    return (struct metric_term){.weight = m->weight != NULL ? m->weight[i] : 1,
                                .p = p,
                                .said = s,
                                .right = z > 0   ? p
                                         : z < 0 ? 1 - p
                                                 : 0,
                                .nll = p * bt_softplus(-z) + (1 - p) * bt_softplus(z),
                                .brier = p * other * other + (1 - p) * s * s,
                                .margin = (2 * p - 1) * z,
                                .zero = z == 0,
                                .here = bin_of(s, bins),
                                .there = bin_of(other, bins)};
}

static void add_to_bin(struct metric_sums *a, size_t b, double said, double found, double weight)
{
    a->bin_count[b] += weight;
    a->bin_said[b] += weight * said;
    a->bin_found[b] += weight * found;
}

void metric_add(struct metric_sums *a, const struct metric_term *t, double times)
{
    double w = times * t->weight;
    a->n += times;
    a->weight += w;
    a->right += w * t->right;
    a->zeros += t->zero ? times : 0;
    a->zero_weight += t->zero ? w : 0;
    a->nll += w * t->nll;
    a->brier += w * t->brier;
    a->margin += w * t->margin;
    add_to_bin(a, t->here, t->said, t->p, w);
    add_to_bin(a, t->there, 1 - t->said, 1 - t->p, w);
    a->bin_n[t->here] += times;
    a->bin_n[t->there] += t->there != t->here ? times : 0;
}

double metric_ece(const struct metric_sums *a, size_t bins, double *worst)
{
    double sum = 0;
    *worst = 0;
    for (size_t b = 0; b < bins; b++) {
        if (!(a->bin_count[b] > 0))
            continue;
        double gap = fabs(a->bin_said[b] - a->bin_found[b]);
        sum += gap;
        *worst = fmax(*worst, gap / a->bin_count[b]);
    }
    return sum / (2 * a->weight);
}

struct metric_bin metric_bin_of(size_t b, size_t bins, double count, double n, double said, double found)
{
    struct metric_bin bin = {.lo = (double)b / (double)bins,
                             .hi = (double)(b + 1) / (double)bins,
                             .count = count,
                             .n = n,
                             .confidence = said / count,
                             .accuracy = found / count};
    metric_wilson(bin.accuracy * n, count > 0 ? n : 0, &bin.wilson_lo, &bin.wilson_hi);
    return bin;
}

static void fill_bins(const struct metric_sums *a, struct metric *out)
{
    for (size_t b = 0; b < out->n_bins; b++)
        out->bins[b] = metric_bin_of(b, out->n_bins, a->bin_count[b], a->bin_n[b], a->bin_said[b], a->bin_found[b]);
}

bool metric_check(const struct metric_pairs *m, size_t *bins, struct err *err)
{
    *bins = *bins > 0 ? *bins : METRIC_BINS;
    if (*bins > METRIC_MAX_BINS)
        return err_set(err, ERR_RANGE, "%zu bins; 1 to %d are possible", *bins, METRIC_MAX_BINS);
    for (size_t i = 0; i < m->n; i++)
        if (!isfinite(m->z[i]))
            return err_set(err, ERR_NUMERIC, "the margin of pair %zu is not a finite number", i);
    return true;
}

bool metric_pairs_of(const struct metric_pairs *m, size_t bins, struct metric *out, struct err *err)
{
    if (!metric_check(m, &bins, err))
        return false;
    struct metric_sums a = {0};
    for (size_t i = 0; i < m->n; i++) {
        struct metric_term t = metric_term_of(m, i, bins);
        metric_add(&a, &t, 1);
    }
    *out = (struct metric){.n = m->n, .zeros = (size_t)a.zeros, .weight = a.weight, .n_bins = bins};
    out->accuracy = a.right / a.weight;
    out->accuracy_half = (a.right + a.zero_weight / 2) / a.weight;
    out->nll = a.nll / a.weight;
    out->brier = a.brier / a.weight;
    out->ece = metric_ece(&a, bins, &out->mce);
    out->mean_margin = a.margin / a.weight;
    fill_bins(&a, out);
    return true;
}
