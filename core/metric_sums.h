/* What pairs add to the measures of core/metric.h. A pair's part is found out once (exponentials) and added as often as
 * it is drawn (sums), by metric.c for all pairs and by metric_bootstrap.c for each resample. */
#ifndef ASSAY_CORE_METRIC_SUMS_H
#define ASSAY_CORE_METRIC_SUMS_H

#include "core/metric.h"
#include "core/resample.h"

/* One pair; its other orientation says 1 - said and finds 1 - p. */
struct metric_term {
    double weight, p, said, right, nll, brier, margin;
    bool zero;          /* the margin is exactly 0 */
    size_t here, there; /* bins of the two orientations */
};

struct metric_sums {
    double n, weight, right, zeros, zero_weight, nll, brier, margin;
    double bin_count[METRIC_MAX_BINS], bin_said[METRIC_MAX_BINS], bin_found[METRIC_MAX_BINS], bin_n[METRIC_MAX_BINS];
};

/* ERR_RANGE for too many bins (0 becomes METRIC_BINS), ERR_NUMERIC for a margin that is not finite. */
MUST_CHECK bool metric_check(const struct metric_pairs *m, size_t *bins, struct err *err);
struct metric_term metric_term_of(const struct metric_pairs *m, size_t i, size_t bins);
void metric_add(struct metric_sums *a, const struct metric_term *t, double times);
/* Bin b of `bins` from its sums: weights of both orientations, different pairs, probabilities said and found. */
struct metric_bin metric_bin_of(size_t b, size_t bins, double count, double n, double said, double found);
/* *worst: the largest gap of a bin. */
double metric_ece(const struct metric_sums *a, size_t bins, double *worst);

/* accuracy, nll, brier, ece */
enum { METRIC_MEASURES = 4 };

/* The sums of pairs by what is drawn together, for resamples. */
struct metric_blocks {
    size_t n, width;
    double *sums; /* n x width, the last columns 0 */
};
/* The caller frees sums. bins: checked. */
struct metric_blocks metric_blocks_of(const struct metric_pairs *m, const struct resample *r, size_t bins);
/* The middle 95 % of n > 0 values of resamples, which are put in order; NaN when one of them is: a draw without weight
 * has no measure. */
struct metric_interval metric_interval_of(double *values, size_t n);
/* For resample_run: the METRIC_MEASURES of `struct metric_blocks` drawn so many times each. */
void metric_blocks_drawn(const void *blocks, const double *times, double *out);

#endif
