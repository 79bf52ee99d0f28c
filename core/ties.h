/* Likelihoods with ties and grades: how the strength of a preference comes about from the margin z and from thresholds
 * t that are fitted jointly with the head.
 *
 *   rao-kupper  P(win) = sigma(z - h), P(loss) = sigma(-z - h), the rest is a tie            (Rao and Kupper 1967)
 *   davidson    P(win) : P(loss) : P(tie) = e^(z/2) : e^(-z/2) : v                           (Davidson 1970)
 *   graded      P(strength <= k) = sigma(cut_k - z) with cuts symmetric around 0: a cumulative logit over the signed
 *               strengths that occur; grades that no pair has are left out
 *
 * A pair of strength 0 is a tie; any other is a win with probability p and a loss with 1 - p, of its grade. The value
 * is the negative log-likelihood. It is jointly convex in (z, h), (z, log v) and (z, cuts), so that the thresholds can
 * be minimised out: phi(z) = min_t F(z, t) is convex, its slope is that of F at the best t, and its second derivative
 *
 *   F_zz - F_zt F_tt^-1 F_tz,
 *
 * diagonal but for a correction of rank k <= 3. A head is fitted to phi as to any other loss, with the same
 * certificate. */
#ifndef ASSAY_CORE_TIES_H
#define ASSAY_CORE_TIES_H

#include "core/base/err.h"
#include "core/loss.h"

/* id, name, sentence */
#define TIES_MODELS(X)                                                                                                 \
    X(NONE, "none", "no likelihood of ties: a tie is a pair of probability 0.5")                                       \
    X(RAO_KUPPER, "rao-kupper", "a tie is a difference below a threshold")                                             \
    X(DAVIDSON, "davidson", "a tie is a third outcome with a propensity of its own")                                   \
    X(GRADED, "graded", "the strength 0 to 3 is the interval between cuts into which the difference falls")
enum ties_model {
#define X(id, name, text) TIES_##id,
    TIES_MODELS(X)
#undef X
};
const char *ties_model_name(enum ties_model m);

enum { TIES_MAX = 3, TIES_GRADES = 4 };

struct ties {
    enum ties_model model;
    bool has_tie;          /* does strength 0 occur? */
    int rank[TIES_GRADES]; /* of a strength among those that occur: ties 0, others 1, 2, ...; -1: does not occur */
    size_t k;              /* thresholds */
    double t[TIES_MAX];    /* h; log v; or the cuts above 0, ascending */
};

/* Find what occurs among pairs of positive weight, and a start. ERR_RANGE when the thresholds would have no finite best
 * value: no ties, nothing but ties, or for graded a single grade. */
MUST_CHECK bool ties_init(struct ties *t, enum ties_model model, const struct loss_pairs *pairs, struct err *err);

/* One pair of weight 1, with all first and second derivatives. Infinite when the thresholds are out of order. */
struct ties_point {
    double value, slope, curvature;     /* in z */
    double dt[TIES_MAX], dzt[TIES_MAX]; /* in t; mixed */
    double dtt[TIES_MAX][TIES_MAX];
};
struct ties_point ties_at(const struct ties *t, double p, double strength, double z);

/* Set t to the best thresholds for margins z; returns the sum of weighted values there. */
double ties_profile(struct ties *t, const struct loss_pairs *pairs, const double *z);
/* slope (n): of phi, weighted. t must be the best for z. */
void ties_slopes(const struct ties *t, const struct loss_pairs *pairs, const double *z, double *slope);
/* u (n) := second derivative of phi times u. The same condition. */
void ties_curve(const struct ties *t, const struct loss_pairs *pairs, const double *z, double *u);
/* out (n): diagonal of F_zz, weighted: at least the diagonal of phi's second derivative. */
void ties_curvatures(const struct ties *t, const struct loss_pairs *pairs, const double *z, double *out);

/* Does the strength occur among the pairs that the thresholds are of? Others have no likelihood. */
bool ties_knows(const struct ties *t, double strength);
/* Probability of a signed strength, -3 to 3 (rao-kupper and davidson: -1, 0, 1). */
double ties_probability(const struct ties *t, int strength, double z);

#endif
