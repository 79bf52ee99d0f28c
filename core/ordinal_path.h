/* Which penalty of an ordinal head (core/ordinal.h) predicts ratings best that its fit has not seen?
 *
 * Every fold is left out in turn and the others are fitted at each penalty from the largest down, each fit from where
 * the one before it ended. What is left out is judged by the mean of -log P of its ratings, cuts included: those of the
 * fit that has not seen them. */
#ifndef ASSAY_CORE_ORDINAL_PATH_H
#define ASSAY_CORE_ORDINAL_PATH_H

#include "core/choose.h"
#include "core/ordinal.h"

struct ordinal_path {
    struct design *x;
    const double *count; /* x->n x levels by rows, as in struct ordinal_fit */
    const size_t *fold;  /* x->n, below `folds`; rows of one prompt belong into one (core/split.h) */
    size_t folds;        /* 2 or more */
    const double *l2;    /* n_l2, ascending, each > 0 */
    size_t n_l2;
    size_t max_iterations;
};

struct ordinal_path_info {
    size_t fits, converged; /* certified */
    size_t passes;          /* over the rows of a fold's others, of all fits together */
    bool stopped;           /* `progress` said so: fits are as they were then */
};

/* score: n_l2, weighted by the ratings, their error over the folds. `o` gives the levels. A fold without ratings is
 * passed over. ERR_RANGE when a level is only in one fold, so that heads of the others know nothing of it; otherwise as
 * ordinal_fit. Ticks of `progress` are shares of 1. */
MUST_CHECK bool ordinal_path_run(const struct ordinal *o, const struct ordinal_path *p, struct choose_score *score,
                                 struct ordinal_path_info *info, const struct progress *progress, struct err *err);

#endif
