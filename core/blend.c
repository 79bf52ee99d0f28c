#include "core/blend.h"

#include "core/bt.h"

enum { HALVINGS = 60 };

void blend(const double *weak, double *strong, size_t d, double f)
{
    for (size_t j = 0; j < d; j++)
        strong[j] = weak[j] + f * (strong[j] - weak[j]);
}

/* Derivative of the log-loss in f; it never falls. */
static double slope(const double *weak, const double *strong, const double *p, size_t n, double f)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double way = strong[i] - weak[i];
        sum += (bt_sigma(weak[i] + f * way) - p[i]) * way;
    }
    return sum;
}

double blend_best(const double *weak, const double *strong, const double *p, size_t n, double lo, double hi)
{
    if (n == 0)
        return 1;
    if (slope(weak, strong, p, n, lo) >= 0)
        return lo;
    if (slope(weak, strong, p, n, hi) <= 0)
        return hi;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = lo + (hi - lo) / 2;
        if (slope(weak, strong, p, n, middle) < 0)
            lo = middle;
        else
            hi = middle;
    }
    return lo + (hi - lo) / 2;
}
