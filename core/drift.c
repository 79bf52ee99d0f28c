#include "core/drift.h"

#include <math.h>

struct drift drift_of(double k1, double n1, double k2, double n2)
{
    double lo1, hi1, lo2, hi2;
    if (!(n1 > 0 && n2 > 0))
        return (struct drift){(double)NAN, {(double)NAN, (double)NAN}, false};
    metric_wilson(k1, n1, &lo1, &hi1);
    metric_wilson(k2, n2, &lo2, &hi2);
    double p1 = k1 / n1, p2 = k2 / n2, change = p2 - p1;
    struct metric_interval range = {change - hypot(p2 - lo2, hi1 - p1), change + hypot(hi2 - p2, p1 - lo1)};
    return (struct drift){change, range, range.lo > 0 || range.hi < 0};
}
