/* Similarity, distance, magnitude: how much a prediction is worth that stands far from what the head was fitted to, or
 * among training pairs that it gets wrong (Schmaltz, arXiv:2502.20167 and arXiv:2509.12760).
 *
 *   similarity q   training pairs counted from the nearest one (L2 distance of differences in the head's space:
 *                  core/sdm_search.h), up to the first that the head gets wrong or whose better side is another than
 *                  the one predicted here. 0: nothing like it was seen
 *   distance d     1 - the share of calibration pairs with q > 0 that are nearer to their nearest training pair. 1:
 *                  nearer than all; 0: farther than all, or there are none
 *   magnitude z    the margin, as the head says it
 *
 *   sdm(z) = (2 + q)^(d z) / ((2 + q)^(d z) + 1) = sigma(d log(2 + q) z)        q = e - 2, d = 1: sigma(z)
 *
 * Both orientations of a pair count, so that nothing depends on which answer is called chosen: a pair (x, its better
 * side) is also (-x, the other side). The two classes "1 is better" and "2 is better" are then mirror images, and what
 * the papers take the minimum over classes of, or ask of every class, is one and the same for both.
 *
 * The activation is put on a head that is already fitted; the papers also train with it. Nothing of it is kept in the
 * head's file: its support are the training pairs themselves, whose embeddings would make a file of 20 kB one of
 * hundreds of megabytes. They are read again where they are at hand. */
#ifndef ASSAY_CORE_SDM_H
#define ASSAY_CORE_SDM_H

#include "core/base/err.h"

#include <stddef.h>
#include <stdint.h>

/* log-odds of sdm(z). Finite for finite z. */
double sdm_margin(double z, double q, double d);

/* What is learnt from calibration pairs, which the head was not fitted to. */
struct sdm_seen {
    const size_t *q;        /* n */
    const double *distance; /* n: to the nearest training pair */
    const double *z;        /* n: margins */
    const double *p;        /* n: that the first answer is better; 1/2: the pair has no class and is left out */
    size_t n;
};

/* The region of high reliability (arXiv:2509.12760, algorithm 1). With s the sdm of the predicted side, similarity is
 * rescaled to q' = min(q, (2 + q)^s). Among calibration pairs with q' >= 1 the least threshold on q' is sought from
 * which on the (1 - alpha) quantile of the sdm of the true side is at least alpha; that quantile is the threshold on s.
 */
struct sdm_region {
    double alpha;
    bool found; /* false: no finite threshold does it; the rest is 0 */
    double least_q, least_s;
    size_t admitted; /* calibration pairs at or above least_q */
    /* The same for whoever wants to be on the safe side of which pairs happened to be there: a least_q that random
     * halves of them rarely exceed; infinite when one of the halves finds no region. See sdm_be_cautious. */
    double cautious_q;
};

struct sdm {
    size_t reach; /* calibration pairs with q > 0 */
    double *near; /* their distances, in ascending order */
    struct sdm_region region;
};
/* 1/2 < alpha < 1. Having no calibration pairs is fine: d is 0 everywhere then. Free with sdm_free. */
void sdm_fit(struct sdm *s, const struct sdm_seen *calibration, double alpha);
void sdm_free(struct sdm *s);

/* region.cautious_q, from the thresholds of SDM_SPLITS random halves of the calibration pairs, drawn by their keys
 * (prompts): median + tan(0.45 pi) x median absolute deviation, the 95 % quantile of the Cauchy distribution with that
 * location and scale, by which the papers bound the thresholds of their splits. Never below least_q; infinite until it
 * was asked for. */
enum { SDM_SPLITS = 10 };
void sdm_be_cautious(struct sdm *s, const struct sdm_seen *calibration, const uint64_t *key, uint64_t seed);
/* n > 0 values, which are put in order. */
double sdm_cauchy_bound(double *values, size_t n);

/* d of a pair that is so far from its nearest training pair. */
double sdm_nearness(const struct sdm *s, double distance);
/* q', from q and the log-odds of sdm. */
double sdm_rescaled(double q, double margin);
/* Does a pair lie in the region of high reliability; in the cautious one? */
bool sdm_reliable(const struct sdm *s, double q, double margin);
bool sdm_cautiously_reliable(const struct sdm *s, double q, double margin);

#endif
