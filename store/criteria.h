/* What the ratings of a judgement add up to under the rubric it was made under.
 *
 * Veto (the "rubric anchors" of arXiv:2508.12790, section 3: failing a criterion that nothing can outweigh nullifies
 * what the others say): a response rated at the level "veto" of an attribute or below fails. One that fails is not
 * preferred to one that does not; of two that fail neither is valid.
 *
 * Weights: the score of a response is sum w (rating - min) / (max - min) / sum w over the attributes that were rated,
 * in [0, 1]; 0, the floor, when it fails. Without weights in the rubric all count alike. */
#ifndef ASSAY_STORE_CRITERIA_H
#define ASSAY_STORE_CRITERIA_H

#include "store/draft.h"
#include "store/judgement.h"

/* Does the rubric weigh or veto anything? */
bool criteria_any(const struct rubric *r);
/* Set j->failed and j->lean: 3 (score of the second - score of the first), in [-3, 3]; none when the rubric weighs and
 * vetoes nothing, or a response was not rated. */
void criteria_apply(const struct rubric *r, struct judgement *j);
/* The first attribute that this side of a draft fails; -1: none. */
int criteria_failed(const struct rubric *r, const struct draft *d, int side);
/* May this preference (as shown) be given? When not, why. */
enum { CRITERIA_WHY_SIZE = 160 };
bool criteria_allow(const struct rubric *r, const struct draft *d, int preference, char why[CRITERIA_WHY_SIZE]);

#endif
