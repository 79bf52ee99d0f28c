/* Did a share change between two times? The difference of two independent proportions k2/n2 - k1/n1 with the 95 %
 * interval that joins Wilson's of each: Newcombe, Interval estimation for the difference between independent
 * proportions, Statistics in Medicine 17 (1998), method 10. */
#ifndef ASSAY_CORE_DRIFT_H
#define ASSAY_CORE_DRIFT_H

#include "core/metric.h"

struct drift {
    double change;                /* NaN when either n is 0 */
    struct metric_interval range; /* NaN then, too */
    bool certain;                 /* the interval leaves out 0 */
};
struct drift drift_of(double k1, double n1, double k2, double n2);

#endif
