/* The penalty of every attribute of a head on ratings, chosen by cross-validation by prompt: attributes differ in how
 * much of them can be learned. How each penalty of a path does on ratings of prompts that were left out; which was
 * taken; and how that is told. */
#ifndef ASSAY_APP_PENALTIES_H
#define ASSAY_APP_PENALTIES_H

#include "app/data.h"
#include "app/select.h"
#include "core/choose.h"
#include "core/head.h"

/* id, key in JSON, what the note under the table calls it */
#define PENALTY_FIGURES(X)                                                                                             \
    X(MSE, "mse", "mean squared error of ratings")                                                                     \
    X(NLL, "nll", "mean -log P of ratings")
enum penalty_figure {
#define X(id, key, text) PENALTY_##id,
    PENALTY_FIGURES(X)
#undef X
};

struct penalties {
    enum penalty_figure figure;
    size_t k, n_l2, folds;      /* attributes, penalties; folds: as many as asked for, or as there are prompts */
    double *l2;                 /* n_l2, ascending; NULL: nothing was chosen */
    struct choose_score *score; /* k x n_l2: the figure */
    struct choice *choice;      /* k */
    size_t *chosen;             /* k: positions in l2 */
};

/* For k attributes, the path of s: scores are filled by the caller, then penalties_choose chooses for attribute j. */
void penalties_init(struct penalties *x, enum penalty_figure figure, const struct select *s, size_t k, size_t folds);
void penalties_choose(struct penalties *x, const struct select *s, size_t j);
void penalties_free(struct penalties *x);
/* That of attribute j; `otherwise` when nothing was chosen. */
double penalties_of(const struct penalties *x, size_t j, double otherwise);

/* Folds by prompt for n rows of the embeddings that have ratings: row[i] is the row; the caller frees them. *folds
 * becomes the number of those that are not empty. ERR_MISSING when that is one: nothing can be left out. */
MUST_CHECK bool penalties_folds(const struct data *d, const size_t *row, size_t n, uint64_t seed, size_t *folds,
                                size_t **fold, struct err *err);
/* The prompts behind those folds, n keys; the caller frees them. */
uint64_t *penalties_keys(const struct data *d, const size_t *row, size_t n);

/* Members of the result; the metadata "selection" of the head's file; a table. Nothing when nothing was chosen. The
 * head's objectives are the attributes. */
void penalties_json(const struct penalties *x, const struct head *h, struct json_writer *w);
void penalties_describe(const struct penalties *x, struct head *h);
#define PENALTIES_NOTE "  lambda is that of the reward; every attribute has its own, below\n"
void penalties_text(const struct penalties *x, const struct select *s, const struct head *h, struct buf *out);

#endif
