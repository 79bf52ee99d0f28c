/* A preconditioner for a linear model whose rows are in memory: about the inverse of
 *
 *   M = X' diag(c) X + ridge I
 *
 * by a Cholesky factor in float32: of M itself (d x d), or, when fewer rows count than there are columns, of an m x m
 * matrix by the identity of Woodbury. Of very many rows evenly strided ones stand for all. */
#ifndef ASSAY_CORE_GRAM_H
#define ASSAY_CORE_GRAM_H

#include "core/design.h"

struct gram {
    size_t m, d;   /* rows that are in it */
    float *factor; /* d x d or m x m; NULL: M is taken for scale I */
    float *rows;   /* the second form: m x d, each row times the root of its c */
    float *x, *y;  /* workspace: d, m */
    double ridge, scale;
};

/* c: one of at least 0 a row of x; ridge > 0. When a factor cannot be had in float32 it becomes a multiple of the
 * identity. ERR_MEMORY. On failure nothing needs freeing. */
MUST_CHECK bool gram_init(struct gram *g, const struct design *x, const double *c, double ridge, struct err *err);
void gram_free(struct gram *g);
/* out (d) = M^-1 in (d), to about float32; symmetric and positive definite. */
void gram_solve(struct gram *g, const double *in, double *out);

#endif
