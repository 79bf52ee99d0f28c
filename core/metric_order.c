#include "core/metric_order.h"

#include "core/auroc.h"
#include "core/base/mem.h"
#include "core/metric_sums.h"
#include "core/rank.h"
#include "core/split.h"

#include <math.h>

const struct metric_quantile metric_quantiles[METRIC_N_QUANTILES] = {
#define X(share, key) {share, key},
    METRIC_QUANTILES(X)
#undef X
};

static double share_of(const struct metric_pairs *m, size_t i)
{
    return m->p != NULL ? m->p[i] : 1;
}

double metric_right(const struct metric_pairs *m, size_t i)
{
    double p = share_of(m, i);
    return m->z[i] > 0 ? p : m->z[i] < 0 ? 1 - p : 0.5;
}

static const char *why_not(const struct metric_order *o, double right)
{
    if (o->n == 0)
        return "there are no pairs";
    if (isnan(o->auroc))
        return right > 0 ? "all pairs are right" : "no pair is right";
    if (isnan(o->auroc_sd))
        return "only one pair is right, or only one is wrong";
    if (isnan(o->range.lo) && o->auroc > 0 && o->auroc < 1)
        return "all margins are of one size";
    return isnan(o->range.lo) ? "the margins part right from wrong without a slip, or not at all" : NULL;
}

static void measure_auroc(const struct metric_pairs *m, const uint64_t *group, struct metric_order *out)
{
    double *size = mem_array(m->n + 1, sizeof *size), *right = mem_array(m->n + 1, sizeof *right), sum = 0;
    double *part = mem_array(m->n + 1, sizeof *part);
    size_t *member = mem_array(m->n + 1, sizeof *member), groups = split_groups(group, m->n, member);
    for (size_t i = 0; i < m->n; i++) {
        size[i] = fabs(m->z[i]);
        sum += right[i] = metric_right(m, i);
    }
    out->auroc = auroc_of(size, right, m->n, part);
    out->auroc_sd = groups >= 2 ? auroc_sd(part, m->n, member, groups) : (double)NAN;
    if (!auroc_interval(out->auroc, out->auroc_sd, &out->range.lo, &out->range.hi))
        out->range = (struct metric_interval){NAN, NAN};
    out->why = groups == 1 && !isnan(out->auroc) ? "there is only one prompt" : why_not(out, sum);
    mem_free(size);
    mem_free(right);
    mem_free(part);
    mem_free(member);
}

/* Rows 2i and 2i + 1 are the two orientations of pair i. */
static void measure_quantiles(const struct metric_pairs *m, struct metric_order *out)
{
    double *z = mem_array(2 * m->n + 1, sizeof *z), before = 0;
    for (size_t i = 0; i < m->n; i++) {
        z[2 * i] = m->z[i];
        z[2 * i + 1] = -m->z[i];
    }
    struct rank_place *order = rank_order(z, 2 * m->n);
    size_t next = 0;
    for (size_t k = 0; k < METRIC_N_QUANTILES; k++)
        out->quantile[k] = NAN;
    for (size_t i = 0; i < 2 * m->n; i++) {
        double p = share_of(m, order[i].index / 2);
        before += order[i].index % 2 == 0 ? p : 1 - p;
        /* sums of shares end a little beside the whole numbers that they stand for */
        while (next < METRIC_N_QUANTILES && before >= metric_quantiles[next].share * (double)m->n * (1 - 1e-12))
            out->quantile[next++] = order[i].value;
    }
    mem_free(order);
    mem_free(z);
}

bool metric_order_of(const struct metric_pairs *m, const uint64_t *group, struct metric_order *out, struct err *err)
{
    size_t bins = 0;
    if (!metric_check(m, &bins, err))
        return false;
    *out = (struct metric_order){.n = m->n};
    measure_auroc(m, group, out);
    measure_quantiles(m, out);
    return true;
}
