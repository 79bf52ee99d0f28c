/* What a thumb costs: functions of a margin m = r - shift, r = w.x the reward of one response, y = 1 for a thumb up.
 *
 *   logistic  up softplus(-beta m), down softplus(beta m)      the shift is -intercept, fitted and not penalised
 *   bco       the same; the shift is tied to the rewards        Binary Classifier Optimization, arXiv:2404.04656
 *   kto       up 1 - sigma(beta m), down sigma(beta m)          Kahneman-Tversky, arXiv:2402.01306, section 4.2
 *
 * For any shift sigma(a) sigma(b) < sigma(a + b), so that the pair loss -log sigma(r_w - r_l) lies below the sum of
 * both thumbs' logistic losses; the midpoint of the class means makes the bound tight. Shifts get no gradient. The loss
 * of kto saturates: what is very right or very wrong no longer pulls, so it bears wrong labels, and is not convex. */
#ifndef ASSAY_CORE_THUMBS_LOSS_H
#define ASSAY_CORE_THUMBS_LOSS_H

#include "core/loss.h"

#include <stdbool.h>
#include <stddef.h>

/* id, name, is it convex for a fixed shift?, sentence */
#define THUMBS_KINDS(X)                                                                                                \
    X(LOGISTIC, "logistic", 1, "logistic regression with a free intercept")                                            \
    X(BCO, "bco", 1, "logistic regression with the intercept tied to the rewards")                                     \
    X(KTO, "kto", 0, "a saturating loss around a reference point; bears wrong labels, is not convex")
enum thumbs_kind {
#define X(id, name, convex, text) THUMBS_##id,
    THUMBS_KINDS(X)
#undef X
};
const char *thumbs_kind_name(enum thumbs_kind k);
bool thumbs_is_convex(enum thumbs_kind k);

/* id, name, sentence: what the shift of bco is */
#define THUMBS_DELTAS(X)                                                                                               \
    X(MIDPOINT, "midpoint", "half way between the mean rewards of thumbs up and down")                                 \
    X(RUNNING, "running", "the mean of all rewards, as the running mean of TRL's trainer")
enum thumbs_delta {
#define X(id, name, text) THUMBS_##id,
    THUMBS_DELTAS(X)
#undef X
};
const char *thumbs_delta_name(enum thumbs_delta d);

/* Value and its derivatives in m. Finite for |beta m| up to 1e300. */
struct loss_point thumbs_loss_at(enum thumbs_kind k, double beta, bool up, double m);

/* Weighted means of the rewards of both classes. weight NULL: all 1. */
struct thumbs_means {
    double up, down, all;
};
struct thumbs_means thumbs_means_of(const double *r, const bool *up, const double *weight, size_t n);
double thumbs_delta_of(const struct thumbs_means *m, enum thumbs_delta rule);
/* The reference point of kto: the weighted mean reward of mismatched answers, at least 0. */
double thumbs_reference_of(const double *r, const double *weight, size_t n);

/* Density ratio p / (1 - p) of a prompt that a classifier takes with probability p for one of a thumb up, clipped to
 * [least, most] (the paper's section 3.3; TRL clips to 0.5 and 10): the weight of a thumb down with this prompt, so
 * that both classes are about the same prompts. */
double thumbs_ratio(double p, double least, double most);

#endif
