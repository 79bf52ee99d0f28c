/* Crowd-BT on items (Chen et al., WSDM 2013): every answer has a reward s, every rater a reliability eta,
 *
 *   P(vote) = eta sigma(z) + (1 - eta) sigma(-z),   z = s(voted for) - s(other)
 *   maximise  sum log P + sum_k log Beta(eta_k; 1 + seen_true, 1 + seen_false) - (1/2) sum s^2
 *
 * by expectation and maximisation: the probability that a vote is true (core/crowd.h) makes it a soft label; rewards
 * then take a step each under the quadratic bound of softplus, tanh(z/2)/(2 z) (Jaakkola and Jordan 2000), and eta its
 * mean with the prior. The objective never falls. The penalty anchors rewards of answers that always win. Not convex:
 * the start, eta = CROWD_START and rewards 0, says that most votes are true. */
#ifndef ASSAY_CORE_AGGREGATE_CROWD_H
#define ASSAY_CORE_AGGREGATE_CROWD_H

#include "core/base/progress.h"

#include <stdbool.h>
#include <stddef.h>

struct aggregate_duel {
    size_t won, lost, rater;
};

struct aggregate_crowd_opts {
    size_t rounds;
    double tolerance;             /* ends when no reward moves by more in a round */
    double seen_true, seen_false; /* the prior: as if so many votes of every rater had been seen to be true, false;
                                     CROWD_TRUE and CROWD_FALSE are what commands use */
};

struct aggregate_crowd {
    double *reward; /* answers */
    double *eta;    /* raters */
    size_t rounds;
    bool converged;
    double objective;
};
void aggregate_crowd_fit(const struct aggregate_duel *duel, size_t n, size_t answers, size_t raters,
                         const struct aggregate_crowd_opts *o, struct aggregate_crowd *out);
void aggregate_crowd_free(struct aggregate_crowd *c);

#endif
