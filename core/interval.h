/* How far the rewards of a head may be off: 95 % intervals of rewards and of margins, from what the head's file holds
 * beside its weights. A reward by itself has no zero (only differences are fitted), so its interval is wider than those
 * of the margins it is used for: a margin has one of its own, from the difference of the two rows. */
#ifndef ASSAY_CORE_INTERVAL_H
#define ASSAY_CORE_INTERVAL_H

#include "core/head.h"

#include <stddef.h>

/* id, key, tensor of the head's file, where the interval comes from */
#define INTERVAL_KINDS(X)                                                                                              \
    X(NONE, "none", "", "the head says nothing of its own uncertainty")                                                \
    X(ENSEMBLE, "bootstrap", "ensemble.weight", "[B, d]: fits to resampled prompts; percentiles of their values")      \
    X(LAPLACE, "laplace", "laplace.factor", "[d, d]: U, upper triangle; U'U is the inverse covariance of the weights")
enum interval_kind {
#define X(id, key, tensor, text) INTERVAL_##id,
    INTERVAL_KINDS(X)
#undef X
        INTERVAL_COUNT
};
const char *interval_key(enum interval_kind k);
const char *interval_tensor(enum interval_kind k);

/* An ensemble of a head with one output holds weights of that output, of one with several those of the reward. The
 * members' own intercepts, when they have some, stand in "ensemble.bias" [B]. */
#define INTERVAL_BIAS "ensemble.bias"

struct interval_source {
    enum interval_kind kind;
    const struct head *h; /* must live as long */
    const struct head_tensor *t, *bias;
    bool whole; /* for the caller to set: values are of rows, not of differences, in which intercepts cancel */
};

/* What the head has; the ensemble when it has both. Having none is an answer. ERR_SCHEMA when the tensor does not fit
 * the head. */
MUST_CHECK bool interval_source_of(const struct head *h, struct interval_source *s, struct err *err);

struct interval {
    double sd, lo, hi;
};
/* Of the rewards less their intercept, mix x w.x, of n rows (embeddings, or differences of two of them) X (n x d,
 * overwritten), whose centres, with or without an offset, are value[i]. The kind is not INTERVAL_NONE. ERR_MEMORY. */
MUST_CHECK bool interval_of_rows(const struct interval_source *s, double *X, size_t n, const double *value,
                                 struct interval *out, struct err *err);

#endif
