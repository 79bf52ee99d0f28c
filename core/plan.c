#include "core/plan.h"

#include "core/normal.h"

#include <math.h>

/* Of the estimate, times n - 1. */
static double spread(double kappa, int people)
{
    double m = people, one = (1 - kappa) * (1 + (m - 1) * kappa);
    return 2 * one * one / (m * (m - 1));
}

double plan_half_width(double kappa, int people, double comparisons)
{
    return NORMAL_975 * sqrt(spread(kappa, people) / (comparisons - 1));
}

double plan_comparisons(double kappa, int people, double half_width)
{
    double n = 1 + NORMAL_975 * NORMAL_975 * spread(kappa, people) / (half_width * half_width);
    double whole = ceil(n - 1e-9);
    return whole < 2 ? 2 : whole;
}
