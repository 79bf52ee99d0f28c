/* The penalty of every attribute of a regression head, chosen by cross-validation by prompt: attributes differ in how
 * much of them can be learned. All folds, penalties and attributes come from one reading (core/ridge_path.h). */
#ifndef ASSAY_APP_SELECT_RIDGE_H
#define ASSAY_APP_SELECT_RIDGE_H

#include "app/select.h"
#include "core/rated.h"
#include "core/ridge.h"

/* Names of options of app/select.h, for the list of a kind. */
#define SELECT_RIDGE_NAMES "l2-path", "folds", "rule"

struct ridge_selection {
    size_t k, n_l2, folds;      /* attributes, penalties; folds: as many as asked for, or as there are prompts */
    double *l2;                 /* n_l2, ascending; NULL: nothing was chosen */
    struct choose_score *score; /* k x n_l2: held-out mean squared error */
    struct choice *choice;      /* k */
    size_t *chosen;             /* k: positions in l2 */
};

/* Choose for every attribute of r by s, and fit it to all rows: W, b and info as ridge_fit gives them. ERR_MISSING when
 * the ratings are of one prompt. Free with ridge_selection_free, also after a failure. */
MUST_CHECK bool select_ridge(const struct select *s, const struct data *d, const struct train_opts *o,
                             const struct rated *r, double *W, double *b, struct ridge_info *info,
                             struct ridge_selection *out, const struct progress *progress, struct err *err);
void ridge_selection_free(struct ridge_selection *x);

/* Members of the result; the metadata "selection" of the head's file; a table. Nothing when nothing was chosen. The
 * head's objectives are the attributes. */
void ridge_selection_json(const struct ridge_selection *x, const struct head *h, struct json_writer *w);
void ridge_selection_describe(const struct ridge_selection *x, struct head *h);
void ridge_selection_text(const struct select *s, const struct ridge_selection *x, const struct head *h,
                          struct buf *out);

#endif
