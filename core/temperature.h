/* The temperature T by which margins are divided: sigma(z / T) with the least log-loss (Guo et al. 2017,
 * arXiv:1706.04599). The loss is convex in a = 1/T; T is kept within limits, for when all pairs are right (or none) the
 * best T lies at 0 (or at infinity). They are those of log-odds, 1/20 and 20, unless the margins are much larger or
 * smaller than log-odds are: then they go with them, and rewards in thousands get a T in thousands. */
#ifndef ASSAY_CORE_TEMPERATURE_H
#define ASSAY_CORE_TEMPERATURE_H

#include "core/metric.h"

#define TEMPERATURE_LEAST (1.0 / 20)
#define TEMPERATURE_MOST  20.0

/* lo = min(1, s) / 20 and hi = 20 max(1, s), s the mean of |z| by weight (1 when all are 0). */
struct metric_interval temperature_limits(const struct metric_pairs *m);

struct temperature {
    double T;
    bool capped;        /* the best lies beyond the limits: T < 1 when below, T > 1 when above; T = 1: there is none,
                           all margins are zero */
    double information; /* second derivative of the summed log-loss (and prior) by log T at T */
};

/* What is believed of log T before: normal about `centre` with standard deviation `sd` > 0. */
struct temperature_prior {
    double centre, sd;
};

/* Of margins that are finite. prior NULL: the least log-loss; otherwise a T between that and the centre at which loss
 * and prior balance. */
void temperature_fit(const struct metric_pairs *m, const struct temperature_prior *prior, struct temperature *out);

/* 95 % interval of T: log T -+ 1.959964 s with the standard error s that holds whatever pairs of one group have in
 * common (Liang and Zeger 1986): s^2 = G/(G - 1) sum_g (sum of the loss's derivatives in g)^2 / information^2. group:
 * the key of each pair (its prompt), NULL: every pair by itself. False when there is none: T is capped, or there are
 * fewer than two groups. t: fitted to m without a prior. */
bool temperature_interval(const struct metric_pairs *m, const uint64_t *group, const struct temperature *t,
                          struct metric_interval *out);

#endif
