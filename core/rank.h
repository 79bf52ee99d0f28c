/* Ranks, and the correlation of ranks (Spearman 1904). */
#ifndef ASSAY_CORE_RANK_H
#define ASSAY_CORE_RANK_H

#include <stddef.h>

/* rank[i]: the place of x[i] among the n values in ascending order, from 1; equal values share the mean of their
 * places. No value may be NaN. */
void rank_of(const double *x, size_t n, double *rank);

/* Pearson's correlation; NaN when one side does not vary. */
double rank_pearson(const double *x, const double *y, size_t n);
/* Spearman's: Pearson's correlation of the ranks. */
double rank_spearman(const double *x, const double *y, size_t n);

#endif
