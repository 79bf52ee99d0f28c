#include "rows.h"

#include <stdio.h>
#include <stdlib.h>

static void make(struct rows *r, size_t n, size_t d)
{
    struct err err;
    struct tensor t;
    *r = (struct rows){.n = n, .d = d};
    r->x = mem_array(2 * n * d, sizeof *r->x);
    r->pairs = mem_array(n, sizeof *r->pairs);
    for (size_t i = 0; i < n; i++)
        r->pairs[i] = (struct pair){
            .chosen = 2 * i, .rejected = 2 * i + 1, .weight = 1, .p = 1, .strength = 1, .objective = -1, .group = -1};
    tensor_borrow(&t, TENSOR_F32, r->x, 2 * n, d);
    embeddings_init(&r->e);
    if (!embeddings_add_tensor(&r->e, &t, "rows", NULL, &err)) {
        fprintf(stderr, "rows: %s\n", err.text);
        abort();
    }
}

void rows_take(struct rows *r, const float *differences, size_t n, size_t d)
{
    make(r, n, d);
    for (size_t i = 0; i < n; i++)
        memcpy(r->x + 2 * i * d, differences + i * d, d * sizeof *r->x);
}

void rows_draw(struct rows *r, size_t n, size_t d, struct rng *rng)
{
    make(r, n, d);
    for (size_t i = 0; i < 2 * n * d; i++)
        r->x[i] = (float)rng_normal(rng);
}

void rows_free(struct rows *r)
{
    embeddings_close(&r->e);
    mem_free(r->x);
    mem_free(r->pairs);
}
