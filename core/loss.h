/* The losses of the Bradley-Terry family: functions of one margin z = reward(chosen) - reward(rejected), for a pair of
 * weight o >= 0, probability p that "chosen" is right, and strength m (0 for a tie, 1 to 3).
 *
 *   value(z) = o c [ a softplus(h - z) + b softplus(h + z) ]
 *
 * with c = m for the scaled losses (HelpSteer2-Preference, arXiv:2410.01257, section 4), h = m for those with a margin
 * (Llama 2, arXiv:2307.09288), 1 and 0 otherwise. a + b = 1; a and b say how sure the label is:
 *
 *   as given        a = p
 *   smoothing e     a = (1-e) p + e (1-p)                   labels are believed less (conservative DPO)
 *   flip e          a = [(1-e) p - e (1-p)] / (1 - 2e)      unbiased when a share e of the labels is wrong
 *   channel e       -p log P(z) - (1-p) log P(-z), P(z) = (1-e) sigma(z) + e sigma(-z): likelihood of such labels
 *
 * Exchanging chosen and rejected (z -> -z, p -> 1-p) changes nothing, for any of them. */
#ifndef ASSAY_CORE_LOSS_H
#define ASSAY_CORE_LOSS_H

#include "core/base/err.h"

#include <stddef.h>

/* id, name, is c = m?, is h = m?, formula of a sure pair, sentence */
#define LOSSES(X)                                                                                                      \
    X(PLAIN, "plain", 0, 0, "softplus(-z)", "Bradley-Terry as it is")                                                  \
    X(MARGIN, "margin", 0, 1, "softplus(m - z)", "asks for a margin of the strength m")                                \
    X(SCALED, "scaled", 1, 0, "m softplus(-z)", "a pair counts as often as it is strong")                              \
    X(SCALED_MARGIN, "scaled-margin", 1, 1, "m softplus(m - z)", "both")
enum loss_kind {
#define X(id, name, scaled, shifted, formula, text) LOSS_##id,
    LOSSES(X)
#undef X
};

/* id, name, is it convex with h > 0?, needs l2 > 0?, sentence. The channel is convex nowhere, see loss_is_convex. */
#define LOSS_NOISES(X)                                                                                                 \
    X(NONE, "none", 1, 0, "labels as they are")                                                                        \
    X(SMOOTHING, "smoothing", 1, 0, "labels are believed with 1 - E")                                                  \
    X(FLIP, "flip", 0, 1, "a share E of the labels is wrong: unbiased; needs l2 > 0; not with a margin")               \
    X(CHANNEL, "channel", 0, 1, "the same as a likelihood; not convex; needs l2 > 0; not with a margin")
enum loss_noise {
#define X(id, name, shifted_convex, needs_l2, text) LOSS_##id,
    LOSS_NOISES(X)
#undef X
};

struct loss {
    enum loss_kind kind;
    enum loss_noise noise;
    double rate; /* e in [0, 0.5) */
};

/* Is every pair's value convex in z? What is not convex has no certificate, only a stationary point. */
bool loss_is_convex(const struct loss *l);
/* Is it unbounded below, or flat far out, so that only a penalty gives a finite optimum? */
bool loss_needs_l2(const struct loss *l);
/* Can the parts be joined? ERR_USAGE says which cannot and why. */
MUST_CHECK bool loss_check(const struct loss *l, double l2, struct err *err);

/* The parameters of one pair: value = weight [ a softplus(shift - z) + b softplus(shift + z) ], weight = o c. For
 * all noises but the channel, so that an engine can keep these four numbers and know no loss by name. */
struct loss_form {
    double weight, a, b, shift;
};
bool loss_has_form(const struct loss *l);
struct loss_form loss_form_of(const struct loss *l, double weight, double p, double strength);

/* Value, first and second derivative in z, times the weight. Finite for |z| up to 1e300. */
struct loss_point {
    double value, slope, curvature;
};
struct loss_point loss_form_at(const struct loss_form *f, double z);
struct loss_point loss_at(const struct loss *l, double weight, double p, double strength, double z);

/* n pairs in arrays of their own; strength NULL: all 1. */
struct loss_pairs {
    size_t n;
    const double *weight, *p, *strength;
};
/* The same for n pairs at margins z; any of value, slope and curvature (n each) may be NULL. */
void loss_each(const struct loss *l, const struct loss_pairs *pairs, const double *z, double *value, double *slope,
               double *curvature);
/* Sum of the values. */
double loss_sum(const struct loss *l, const struct loss_pairs *pairs, const double *z);

/* What a mean divides by. BY_PAIRS is the published form of the scaled losses ("mean over pairs") and leaves every
 * loss its scale when others are tried with the same l2 after it. The two differ for scaled losses only. */
#define LOSS_NORMALISE(X)                                                                                              \
    X(PAIRS, "pairs", "sum of the pairs' own weights: n when all are 1")                                               \
    X(WEIGHTS, "weights", "sum of the weights after scaling: sum of m")
enum loss_normalise {
#define X(id, name, text) LOSS_BY_##id,
    LOSS_NORMALISE(X)
#undef X
};
double loss_divisor(const struct loss *l, enum loss_normalise by, const struct loss_pairs *pairs);

/* -p log p - (1-p) log(1-p): the least value of the plain loss for a soft label. */
double loss_entropy(double p);

const char *loss_kind_name(enum loss_kind k);
const char *loss_noise_name(enum loss_noise n);

#endif
