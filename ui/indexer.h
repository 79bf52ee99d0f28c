/* Brings the index of words up to date on a thread of its own (store/words.h), so that the screen stays free. What it
 * writes is derived from what is there: it needs no deed. */
#ifndef ASSAY_UI_INDEXER_H
#define ASSAY_UI_INDEXER_H

#include "ui/workbench.h"

struct indexer;

/* Begin; wakes the workbench now and then, and at the end. */
struct indexer *indexer_start(struct workbench *w);
/* Comparisons and judgements still to do; 0 when it is through. Negative: it failed, *err says why. */
int64_t indexer_left(struct indexer *x, struct err *err);
/* Wait for the slice at hand and free it; NULL is allowed. */
void indexer_stop(struct indexer *x);

#endif
