/* Brings the index of words up to date beside the screen (store/words.h), so that it stays free. What is written is
 * derived from what is there: it needs no deed. */
#ifndef ASSAY_UI_INDEXER_H
#define ASSAY_UI_INDEXER_H

#include "ui/workbench.h"
#include "ui/worker.h"

/* Begin; wakes the workbench now and then, and at the end. Dropped like any worker: the slice at hand is finished. */
struct worker *indexer_start(struct workbench *w);
/* Comparisons and judgements still to do; 0 when it is through. Negative: it failed, *err says why. */
int64_t indexer_left(const struct worker *w, struct err *err);

#endif
