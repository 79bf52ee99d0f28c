#include "core/weigh.h"

#include <math.h>

double weigh_gap(double gap, double w, double k)
{
    return 1 - w * expm1(-k * gap);
}

double weigh_uncertainty(double u)
{
    return exp(-u);
}
