/* Pairs that are fewer than the columns of their embeddings, in as few columns as they need. A fit looks at margins
 * D w and at |w|^2 alone, and its optimum lies in the span of the differences D (n x d): w = Q v with orthonormal
 * columns Q. So with
 *
 *   D D' = E S E',   Q = D' E S^-1/2 (d x r),   D Q = E S^1/2 (n x r)
 *
 * the fit of v to the rows of E S^1/2 is the fit of w to D: the same objective, the same length of the gradient, the
 * same certificate, up to rounding in float64, in r <= n columns instead of d. Many heads on few pairs get cheaper by
 * d / n (the kernel form: Chapelle 2007, Training a support vector machine in the primal). Directions that no
 * difference has, such as of pairs that are there twice, are left out. */
#ifndef ASSAY_CORE_COMPACT_H
#define ASSAY_CORE_COMPACT_H

#include "core/embedding.h"
#include "core/pairs.h"

struct compact {
    size_t n, d, r;
    struct embeddings e; /* n + 1 rows of r columns: the differences, and a row of zeros */
    struct pair *pairs;  /* n: pair i is row i against the zeros; all else as it was */
    double *D;           /* n x d: the differences themselves */
    double *E;           /* n x r: E S^-1/2 */
    double *rows;        /* of e */
};

/* Is it worth the eigenvalues, and does it fit into so many bytes? */
bool compact_pays(size_t n, size_t d, size_t memory);
/* The pairs which[i], i < n (which NULL: the first n). ERR_NUMERIC for NaN or infinity in a difference or when there is
 * no difference but zero, ERR_MEMORY. On failure nothing needs freeing. */
MUST_CHECK bool compact_init(struct compact *c, const struct embeddings *e, const struct pair *pairs,
                             const size_t *which, size_t n, struct err *err);
void compact_free(struct compact *c);
/* v (r) := Q'w, of a head w (d): what of it the pairs can see. */
void compact_see(const struct compact *c, const double *w, double *v);
/* W (m x d) := V Q', of m heads V (m x r). ERR_MEMORY. */
MUST_CHECK bool compact_heads(const struct compact *c, const double *V, size_t m, double *W, struct err *err);

#endif
