/* What stands beside one fit of a regression head: the penalty of every attribute, chosen by cross-validation by
 * prompt, for attributes differ in how much of them can be learned, all folds, penalties and attributes from one
 * reading (core/ridge_path.h); and rewards of heads fitted to resampled prompts, which say how far its own may be off.
 */
#ifndef ASSAY_APP_SELECT_RIDGE_H
#define ASSAY_APP_SELECT_RIDGE_H

#include "app/penalties.h"
#include "core/rated.h"
#include "core/ridge.h"

/* Choose for every attribute of r by s, and fit it to all rows: W, b and info as ridge_fit gives them. ERR_MISSING when
 * the ratings are of one prompt. Free with penalties_free, also after a failure. */
MUST_CHECK bool select_ridge(const struct select *s, const struct data *d, const struct train_opts *o,
                             const struct rated *r, double *W, double *b, struct ridge_info *info,
                             struct penalties *out, const struct progress *progress, struct err *err);

/* s->draws least-squares fits of the attributes in the reward of t->head, each to as many prompts drawn anew, with the
 * penalties l2 (one an attribute) and the mix of the head: rewards and intercepts become the tensors that
 * core/interval.h reads. It costs a fit a draw. ERR_STOPPED: heads that were not all fitted would tell wrong intervals.
 */
MUST_CHECK bool select_ridge_bootstrap(const struct select *s, const struct data *d, const struct train_opts *o,
                                       const struct rated *r, const double *l2, struct head *h,
                                       const struct progress *progress, struct err *err);
/* A line on them; nothing when there are none. */
void ridge_bootstrap_text(size_t draws, struct buf *out);

#endif
