#include "core/temperature.h"

#include "core/base/mem.h"
#include "core/bt.h"
#include "core/normal.h"
#include "core/split.h"

#include <float.h>
#include <math.h>

static double weight_of(const struct metric_pairs *m, size_t i)
{
    return m->weight != NULL ? m->weight[i] : 1;
}

/* a z, which may be beyond the doubles: nothing changes in sigma long before that. */
static double scaled(const struct metric_pairs *m, size_t i, double a)
{
    return fmax(-DBL_MAX, fmin(DBL_MAX, a * m->z[i]));
}

/* The derivative of a pair's weighted log-loss by log T: -a z w (sigma(a z) - p). */
static double push_of(const struct metric_pairs *m, size_t i, double a)
{
    double p = m->p != NULL ? m->p[i] : 1, x = scaled(m, i, a);
    return -weight_of(m, i) * x * (bt_sigma(x) - p);
}

struct metric_interval temperature_limits(const struct metric_pairs *m)
{
    double largest = 0, sum = 0, weight = 0;
    for (size_t i = 0; i < m->n; i++)
        largest = fmax(largest, fabs(m->z[i]));
    for (size_t i = 0; i < m->n && largest > 0; i++) {
        sum += weight_of(m, i) * (fabs(m->z[i]) / largest); /* a sum of the largest doubles would be none */
        weight += weight_of(m, i);
    }
    double s = sum > 0 ? largest * (sum / weight) : 1;
    return (struct metric_interval){TEMPERATURE_LEAST * fmin(1, s), TEMPERATURE_MOST * fmax(1, s)};
}

/* The derivative of loss and prior by t = log T, and its derivative. */
static double slope(const struct metric_pairs *m, const struct temperature_prior *prior, double t, double *bend)
{
    double a = exp(-t), sum = 0, curve = 0;
    for (size_t i = 0; i < m->n; i++) {
        double x = scaled(m, i, a), s = bt_sigma(x);
        sum += push_of(m, i, a);
        curve += weight_of(m, i) * s * (1 - s) * x * x;
    }
    *bend = curve - sum;
    if (prior != NULL) {
        sum += (t - prior->centre) / (prior->sd * prior->sd);
        *bend += 1 / (prior->sd * prior->sd);
    }
    return sum;
}

/* Newton's method, kept inside a bracket of the root, from the scale of the margins on: far from it steps are of 1. */
void temperature_fit(const struct metric_pairs *m, const struct temperature_prior *prior, struct temperature *out)
{
    const struct metric_interval limits = temperature_limits(m);
    double lo = log(limits.lo), hi = log(limits.hi), t = lo + hi, bend;
    bool falls = slope(m, prior, lo, &bend)<0, rises = slope(m, prior, hi, &bend)> 0;
    out->capped = !falls || !rises;
    if (out->capped)
        t = falls ? hi : rises ? lo : 0; /* neither: all margins are zero, or there is no weight */
    for (int i = 0; i < 200 && !out->capped; i++) {
        double g = slope(m, prior, t, &bend), next = t - g / bend;
        if (g > 0)
            hi = t;
        else
            lo = t;
        if (!(next > lo && next < hi))
            next = (lo + hi) / 2;
        double step = fabs(next - t);
        t = next;
        if (step <= 1e-14)
            break;
    }
    (void)slope(m, prior, t, &out->information);
    out->T = out->capped && t < 0 ? limits.lo : out->capped && t > 0 ? limits.hi : exp(t);
}

bool temperature_interval(const struct metric_pairs *m, const uint64_t *group, const struct temperature *t,
                          struct metric_interval *out)
{
    size_t *of = mem_array(m->n, sizeof *of), groups = split_groups(group, m->n, of);
    double *push = mem_array(groups, sizeof *push), sum = 0;
    for (size_t i = 0; i < m->n; i++)
        push[of[i]] += push_of(m, i, 1 / t->T);
    for (size_t g = 0; g < groups; g++)
        sum += push[g] * push[g];
    mem_free(of);
    mem_free(push);
    if (t->capped || groups < 2 || !(t->information > 0))
        return false;
    double s = sqrt(sum * (double)groups / (double)(groups - 1)) / t->information;
    *out = (struct metric_interval){t->T * exp(-NORMAL_975 * s), t->T * exp(NORMAL_975 * s)};
    return isfinite(out->hi);
}
