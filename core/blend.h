/* Between two linear heads and beyond the second: w = weak + f (strong - weak). f = 1 is the strong head, f > 1
 * extrapolates from weak to strong (ExPO, arXiv:2404.16792, where alpha = f - 1). */
#ifndef ASSAY_CORE_BLEND_H
#define ASSAY_CORE_BLEND_H

#include <stddef.h>

/* strong (d) := weak + f (strong - weak) */
void blend(const double *weak, double *strong, size_t d, double f);

/* The f in [lo, hi] with the least log-loss of n pairs whose margins are `weak` and `strong` by the two heads and whose
 * chosen side is right with probability p. Convex in f: found to the last bit but a few. n = 0 gives 1. */
double blend_best(const double *weak, const double *strong, const double *p, size_t n, double lo, double hi);

#endif
