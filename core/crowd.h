/* A reward head and the reliability of those who labelled its pairs, from one another (Crowd-BT: Chen et al., WSDM
 * 2013, with a head in place of single items).
 *
 * Group k says the truth with probability eta_k:  P(label) = eta_k sigma(z) + (1 - eta_k) sigma(-z),  z = w . d
 *
 *   minimise  -(1/sum o) [ sum o_i log P_i + sum_k log Beta(eta_k; A, B) ] + (l2/2) |w|^2
 *
 * by expectation and maximisation: the probability that a label is true, eta sigma(z) / P, takes its place as a soft
 * label of the head, and its mean (with the prior) that of eta. The objective never rises. It is not convex: the start,
 * eta = 0.85 for everybody, says that most labels are true. A group whose eta is 1/2 says nothing, one below that says
 * the opposite of what it means. */
#ifndef ASSAY_CORE_CROWD_H
#define ASSAY_CORE_CROWD_H

#include "core/fit.h"

/* The prior: as if CROWD_TRUE labels of each group had been seen to be true and CROWD_FALSE to be false. */
#define CROWD_TRUE  4.0
#define CROWD_FALSE 1.0
#define CROWD_START 0.85

struct crowd {
    size_t groups;
    double *eta;   /* groups */
    size_t *pairs; /* groups: how many pairs each one labelled */
    size_t rounds;
};

/* -log P and its derivatives for one label. */
struct crowd_point {
    double value, slope, eta_slope;
    double truth; /* eta sigma(z) / P: that the label is true */
};
struct crowd_point crowd_at(double z, double eta);

/* Fit w (d) and eta to the pairs[which[i]], i < n (which NULL: the first n); a pair's group is its index 0 ..
 * groups - 1, -1 for pairs that nobody signed: they are believed. Labels may be soft. truth (n, may be NULL): the
 * probability that "chosen" is right, by which plain Bradley-Terry gives the same head. Free with crowd_free, also
 * after a failure. info: of the last fit of w, but objective is the one above, and converged means that neither w nor
 * eta moves any more: a stationary point. Errors as fit_pairs. */
MUST_CHECK bool crowd_fit(const struct embeddings *e, const struct pair *pairs, const size_t *which, size_t n,
                          size_t groups, double l2, const struct fit_opts *opts, double *w, struct crowd *c,
                          double *truth, struct bt_info *info, const struct progress *progress, struct err *err);
void crowd_free(struct crowd *c);

#endif
