/* Embeddings of a few pairs for tests: the answers of pair i are rows 2i (chosen) and 2i + 1. */
#ifndef ASSAY_TESTS_SUPPORT_ROWS_H
#define ASSAY_TESTS_SUPPORT_ROWS_H

#include "core/base/rng.h"
#include "core/embedding.h"
#include "core/pairs.h"

struct rows {
    size_t n, d;
    float *x;           /* 2n x d */
    struct pair *pairs; /* n, of weight 1 and p 1 */
    struct embeddings e;
};

/* Pairs with these differences (n x d): the rejected row is zero. */
void rows_take(struct rows *r, const float *differences, size_t n, size_t d);
/* Standard normal rows. */
void rows_draw(struct rows *r, size_t n, size_t d, struct rng *rng);
void rows_free(struct rows *r);

#endif
