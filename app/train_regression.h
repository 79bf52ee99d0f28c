/* Regression heads: one output an attribute, by ridge regression on ratings. */
#ifndef ASSAY_APP_TRAIN_REGRESSION_H
#define ASSAY_APP_TRAIN_REGRESSION_H

#include "app/kind.h"
#include "core/rated.h"
#include "core/ridge.h"

/* Rated rows as ridge.h wants them; `list`, the embeddings and r must live as long as they. */
struct regression_rows {
    const struct embeddings *e;
    const size_t *row;
};
struct ridge_rows regression_rows_of(struct regression_rows *list, const struct data *d, const struct rated *r);
/* The least squares of ridge.h on rated rows: W k x d by rows, b: k, info: k. */
MUST_CHECK bool regression_fit(const struct data *d, const struct rated *r, double l2, double *W, double *b,
                               struct ridge_info *info, const struct progress *progress, struct err *err);

#endif
