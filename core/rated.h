/* Ratings as what a head is fitted to: some rows and some attributes of a set, where several people may have rated one
 * answer.
 *
 *   ratings  every rating counts once, times its own weight: an answer that more people rated counts more
 *   means    every answer counts once: by the mean of its ratings (weighted by their weights), or, where grades must
 *            stay grades, by all of them sharing a weight of 1 */
#ifndef ASSAY_CORE_RATED_H
#define ASSAY_CORE_RATED_H

#include "core/ordinal.h"
#include "core/ratings.h"

/* id, name, sentence */
#define RATED_ROWS(X)                                                                                                  \
    X(MEANS, "means", "an answer counts once, by the mean of its ratings")                                             \
    X(RATINGS, "ratings", "every rating counts")
enum rated_rows {
#define X(id, name, text) RATED_##id,
    RATED_ROWS(X)
#undef X
};
/* NULL-terminated. */
extern const char *const rated_rows_names[];

struct rated {
    size_t n, k;    /* rows, attributes */
    size_t *row;    /* n: of the embeddings */
    double *y;      /* n x k by rows; NaN = missing */
    double *weight; /* n */
};

/* The rows set->rows.v[which[i]], i < n, and the attributes columns[j], j < k. Means come in the order in which their
 * answers appear first. Answers without any rating of these attributes are left out. */
void rated_init(struct rated *r, const struct rating_set *set, enum rated_rows rows, const size_t *which, size_t n,
                const size_t *columns, size_t k);
void rated_free(struct rated *r);

/* The answers behind the rows, in order of first appearance. */
struct rated_answers {
    size_t n;
    size_t *row; /* n: of the embeddings */
    size_t *of;  /* r->n: the answer of a row */
};
void rated_answers_init(struct rated_answers *a, const struct rated *r);
void rated_answers_free(struct rated_answers *a);
/* count (a->n x o->levels): the weights of attribute j at each level, as ordinal_fit wants them; what is no level of o
 * is left out. With RATED_MEANS those of an answer sum to 1. r must hold single ratings (RATED_RATINGS). */
void rated_grades(const struct rated *r, const struct rated_answers *a, enum rated_rows rows, size_t j,
                  const struct ordinal *o, double *count);

#endif
