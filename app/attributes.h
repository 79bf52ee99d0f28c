/* Attribute heads as the first stage of another fit: regression on ratings, and what it says of the answers in training
 * pairs.
 *
 * A head knows the ratings it was fitted to better than any others; a second stage that learnt from that would trust it
 * too much. So the answers of each fold of prompts get their attributes from a head that was fitted to the other folds
 * (Wolpert 1992, stacked generalization). */
#ifndef ASSAY_APP_ATTRIBUTES_H
#define ASSAY_APP_ATTRIBUTES_H

#include "app/targets.h"
#include "app/train.h"

/* Fit t->head to t->ratings.fit with the penalty t->l2, and measure it on ratings. Errors of targets_init and ridge.h.
 */
MUST_CHECK bool attributes_fit(const struct data *d, const struct targets_opts *o, struct training *t,
                               const struct progress *progress, struct err *err);
/* outputs (a row of k for each row of the embeddings): the attributes of both answers of t->pairs.fit from heads of the
 * other folds; other rows are left. A fold without whose ratings some attribute has none gets those of t->head. */
MUST_CHECK bool attributes_outside(const struct data *d, const struct targets_opts *o, size_t folds, uint64_t seed,
                                   const struct training *t, double *outputs, const struct progress *progress,
                                   struct err *err);

#endif
