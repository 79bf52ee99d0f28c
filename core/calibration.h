/* Calibration maps: what a head says of pairs, put right on pairs it was not fitted to.
 *
 * A margin z = reward(chosen) - reward(rejected) says sigma(z). A map says another probability g(z), and must not care
 * which answer is called chosen: g(-z) = 1 - g(z). Maps are therefore fitted to both orientations of every pair,
 * (z, p) and (-z, 1 - p):
 *
 *   temperature  sigma(z / T), see core/temperature.h. Platt's sigma(A z + B) is this map: an intercept B would say
 *                which side is better without looking at it, and on both orientations its best value is 0.
 *   beta         logit g = a log p - b log(1 - p) + c with p = sigma(z) (Kull et al., AISTATS 2017), fitted to the
 *                likelier side of each pair and mirrored. Fitted to both orientations as it stands it would have a = b
 *                and c = 0, which is the temperature: a symmetric map of that form has no others. Mirrored, c must be
 *                (a - b) log 2, for nothing is known at p = 1/2; so with P = sigma(|z|)
 *                    logit g = sign(z) (a log(2 P) - b log(2 (1 - P))).
 *                At even odds the log-odds grow at (a + b) / 2 of z, far out at b. Both are kept within
 *                the limits of 1/T
 *   isotonic     the nondecreasing g of least squares (pool adjacent violators; Ayer et al. 1955), linear between its
 *                steps, kept within [1/2n, 1 - 1/2n] for n pairs, so that no pair is held for certain. Flat pieces keep
 *                a hair of slope, 1e-9 in all: no map changes which of two answers is the better one */
#ifndef ASSAY_CORE_CALIBRATION_H
#define ASSAY_CORE_CALIBRATION_H

#include "core/metric.h"

/* id, name, sentence; from the simplest */
#define CALIBRATIONS(X)                                                                                                \
    X(NONE, "none", "sigma(z) as it is")                                                                               \
    X(TEMPERATURE, "temperature", "sigma(z / T)")                                                                      \
    X(BETA, "beta", "logit g = sign(z) (a log 2P - b log 2(1 - P)), P = sigma(|z|)")                                   \
    X(ISOTONIC, "isotonic", "the nondecreasing map of least squares")
enum calibration_kind {
#define X(id, name, text) CALIBRATION_##id,
    CALIBRATIONS(X)
#undef X
        CALIBRATION_KINDS
};
const char *calibration_name(enum calibration_kind kind);

struct calibration {
    enum calibration_kind kind;
    double temperature; /* 1 unless the kind says otherwise */
    bool capped;        /* the best temperature lies beyond its limits (core/temperature.h) */
    double a, b;        /* beta */
    size_t knots;       /* isotonic: g is linear between (z, p), z increasing, and flat outside */
    double *z, *p;      /* knots each */
};

/* Fit to m (its p and weights count). ERR_MISSING without pairs, ERR_NUMERIC for a margin that is not finite,
 * ERR_MEMORY. On failure nothing needs freeing. */
MUST_CHECK bool calibration_fit(struct calibration *c, enum calibration_kind kind, const struct metric_pairs *m,
                                struct err *err);
void calibration_free(struct calibration *c);

/* g(z), in (0, 1) */
double calibration_probability(const struct calibration *c, double z);
/* logit g(z): what stands for the margin in every measure. */
double calibration_margin(const struct calibration *c, double z);

/* The log-loss through the map, summed over the pairs by weight. */
double calibration_loss(const struct calibration *c, const struct metric_pairs *m);

/* Losses closer than this are the same: they are told to four digits. */
#define CALIBRATION_SAME 5e-5

/* Mean log-loss on pairs left out, for each kind: pairs of equal group stay together in `folds` folds (NULL: each by
 * itself), drawn by the seed; a map is fitted to the others of them. *best: the simplest whose loss is the same as the
 * least. With fewer than two groups nothing can be left out: the losses are NaN and none is best. */
MUST_CHECK bool calibration_choose(const struct metric_pairs *m, const uint64_t *group, size_t folds, uint64_t seed,
                                   double loss[CALIBRATION_KINDS], enum calibration_kind *best, struct err *err);

#endif
