/* Heads compared on the same pairs, which none of them was fitted to: differences to a baseline, paired, with intervals
 * and a verdict.
 *
 * Intervals are 95 % percentiles of the bootstrap over prompts (core/resample.h). Every resample is drawn once and
 * measured for all heads, so that what makes a pair hard for all of them cancels in the differences. p-values count the
 * resamples on the far side of zero, 2 min(1 + #(d <= 0), 1 + #(d >= 0)) / (1 + resamples), at most 1; with several
 * heads they are corrected by Holm (1979), measure by measure.
 *
 * Two figures are not of the bootstrap. The area under the curve of correctness (core/metric_order.h) has DeLong's
 * interval and test, with what belongs to a prompt added up first (core/auroc.h). For accuracy there is McNemar's test
 * (1947), too; it takes pairs as independent, which pairs of one prompt are not. */
#ifndef ASSAY_CORE_COMPARE_H
#define ASSAY_CORE_COMPARE_H

#include "core/base/buf.h"
#include "core/metric.h"

/* id, key, title, factor and digits for people, unit, is more better? Those of the bootstrap first, in the order of
 * METRIC_MEASURES. */
#define COMPARE_MEASURES(X)                                                                                            \
    X(ACCURACY, "accuracy", "accuracy", 100, 1, " points", true)                                                       \
    X(NLL, "nll", "log-loss", 1, 4, "", false)                                                                         \
    X(BRIER, "brier", "Brier", 1, 4, "", false)                                                                        \
    X(ECE, "ece", "ECE", 1, 4, "", false)                                                                              \
    X(AUROC, "auroc", "AUROC", 1, 4, "", true)
enum compare_measure {
#define X(id, key, title, factor, digits, unit, more) COMPARE_##id,
    COMPARE_MEASURES(X)
#undef X
        COMPARE_COUNT
};
struct compare_info {
    const char *key, *title;
    double factor;
    int digits;
    const char *unit;
    bool more_is_better;
};
extern const struct compare_info compare_measures[COMPARE_COUNT];

/* id, key, sentence */
#define COMPARE_VERDICTS(X)                                                                                            \
    X(SAME, "same", "no pair tells them apart")                                                                        \
    X(UNKNOWN, "cannot tell", "the interval holds zero")                                                               \
    X(PERHAPS, "perhaps", "the interval excludes zero, but not after Holm's correction")                               \
    X(CLEAR, "clear", "the interval excludes zero, and the corrected p is at most 0.05")
enum compare_verdict {
#define X(id, key, text) COMPARE_##id,
    COMPARE_VERDICTS(X)
#undef X
};
const char *compare_verdict_key(enum compare_verdict v);

struct compare_difference {
    double value; /* this head's measure minus the baseline's; NaN when one of them has none */
    struct metric_interval interval;
    double p, p_holm;
    double needed; /* pairs with which a difference of this size would be seen with probability 0.8; infinite when the
                      value is 0, NaN without an interval */
    enum compare_verdict verdict;
    bool better; /* which way the value points */
};

struct compare_head {
    struct metric m;
    struct metric_intervals interval;
    double auroc;                                        /* NaN when all pairs are right, or none is */
    struct metric_interval range;                        /* 95 % of auroc; NaN when there is none */
    struct compare_difference difference[COMPARE_COUNT]; /* of the baseline: zeros, SAME */
    size_t only_this, only_baseline;                     /* pairs that one of the two gets right */
    double mcnemar, mcnemar_holm;                        /* p */
    double chi2; /* McNemar's statistic with the correction for continuity, as other tools print it */
};

/* Margins of `heads` heads on the same n pairs; p, weight and groups as in core/metric.h. */
struct compare_input {
    size_t heads, n;
    const double *const *z; /* heads, n each */
    const double *p;        /* NULL: all 1 */
    const uint64_t *group;  /* NULL: every pair by itself */
};
struct compare_opts {
    size_t baseline;  /* which head */
    size_t bins;      /* 0: METRIC_BINS */
    size_t resamples; /* 0: RESAMPLE_COUNT */
    uint64_t seed;
    int threads; /* results do not depend on it */
};

/* out: heads. ERR_RANGE and ERR_NUMERIC as metric_pairs_of, ERR_MISSING for n = 0. */
MUST_CHECK bool compare_heads(const struct compare_input *in, const struct compare_opts *o, struct compare_head *out,
                              struct err *err);

/* "A is better by 1.2 points, 95 % 0.3 to 2.1", "cannot tell, -0.2 to 1.1 points: about 4,000 pairs would be needed" */
void compare_say(const struct compare_difference *d, enum compare_measure m, const char *name, const char *baseline,
                 struct buf *out);

/* A figure with so many decimals, "1.2"; with three digits and an exponent from 1e5 on, which no figure of log-odds
 * reaches. Never "-0". Returns out. */
enum { COMPARE_NUMBER = 24 };
const char *compare_number(double v, int decimals, char out[COMPARE_NUMBER]);

/* Two-sided p of McNemar's test, exact whatever the size: b and c of the pairs on which only one of two is right. 1
 * when there are none. */
double compare_mcnemar(size_t b, size_t c);
/* The statistic of which p is often taken when b + c is 25 or more: (|b - c| - 1)^2 / (b + c), with one degree of
 * freedom; uncorrected (b - c)^2 / (b + c). 0 when there are none. */
double compare_mcnemar_chi2(size_t b, size_t c, bool corrected);
/* adjusted[i]: p[i] corrected by Holm's step-down method for n tests. NaN stays NaN and is no test. */
void compare_holm(const double *p, size_t n, double *adjusted);

#endif
