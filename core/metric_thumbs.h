/* How good rewards are on thumbs: how often the side of 0 is right, how well ups stand above downs, and whether 70 %
 * means 70 %. */
#ifndef ASSAY_CORE_METRIC_THUMBS_H
#define ASSAY_CORE_METRIC_THUMBS_H

#include "core/metric.h"

/* Log-odds z_i of a thumb up, and what people said. */
struct metric_thumbs_data {
    const double *z;
    const bool *up;
    const double *weight; /* >= 0; NULL = all 1 */
    size_t n;
};

struct metric_thumbs {
    size_t n, n_up;
    double share_up; /* by weight; always guessing the more frequent thumb is right max(share_up, 1 - share_up) */
    double accuracy; /* share with z > 0 for up and z < 0 for down; z = 0 is wrong */
    double auroc;    /* P(z of an up > z of a down) + P(equal) / 2 (Mann and Whitney 1947); NaN with one class */
    double nll;      /* mean softplus(-z) for up, softplus(z) for down, nats */
    double brier;    /* mean (sigma(z) - y)^2 */
    double ece, mce; /* bins of sigma(z): sum count/total |found - said|, and the largest gap */
    size_t n_bins;
    struct metric_bin bins[METRIC_MAX_BINS]; /* equal width over [0, 1]; said: mean sigma(z), found: share up */
};

/* bins: 1 to METRIC_MAX_BINS (0 = METRIC_BINS). With n = 0 every mean is NaN. ERR_NUMERIC when a value is not finite,
 * ERR_RANGE. */
MUST_CHECK bool metric_thumbs_of(const struct metric_thumbs_data *d, size_t bins, struct metric_thumbs *out,
                                 struct err *err);

struct metric_thumbs_intervals {
    struct metric_interval accuracy, auroc, nll, brier, ece;
    size_t groups, resamples;
};
/* 95 % intervals from `resamples` (0 = 1000) bootstraps over groups (core/resample.h); they repeat with the seed. NaN
 * when there are fewer than two groups, and for auroc when a resample had one class only. */
MUST_CHECK bool metric_thumbs_bootstrap(const struct metric_thumbs_data *d, const uint64_t *group, size_t bins,
                                        size_t resamples, uint64_t seed, struct metric_thumbs_intervals *out,
                                        struct err *err);

#endif
