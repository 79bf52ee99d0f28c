/* Sparse matrices by rows (CSR), and their largest singular directions. */
#ifndef ASSAY_CORE_SPARSE_H
#define ASSAY_CORE_SPARSE_H

#include "core/base/err.h"
#include "core/base/progress.h"
#include "core/base/vec.h"

#include <stddef.h>
#include <stdint.h>

struct sparse_cell {
    uint32_t col;
    float value;
};

struct sparse {
    size_t m;          /* columns */
    VEC(size_t) start; /* row i is cells [start[i], start[i+1]); start.n is the number of rows + 1, or 0 */
    VEC(struct sparse_cell) cells;
};

size_t sparse_rows(const struct sparse *s);
/* Append a row of n cells with rising columns. */
void sparse_add_row(struct sparse *s, const struct sparse_cell *cells, size_t n);
void sparse_free(struct sparse *s);

/* The matrix A A' of n rows, ready to be multiplied with. Columns that one row alone has only add to the diagonal and
 * are folded into it; the others are kept as lists of their rows. */
struct sparse_gram {
    size_t n, m;              /* rows, columns that are not folded */
    double *own;              /* n: what folded columns add to the diagonal */
    double *full;             /* n x n, or NULL: then products go through the lists */
    size_t *start;            /* column j is list[start[j] .. start[j+1]) */
    struct sparse_cell *list; /* `col` holds the row here, rising */
    float *strips;            /* workspace of 2 x n x SPARSE_STRIP; only without `full` */
};

/* Up to SPARSE_FULL rows the matrix is written out (32 MiB). */
enum { SPARSE_FULL = 2048, SPARSE_STRIP = 16 };

/* ERR_MEMORY. `s` is not needed afterwards. On failure nothing needs freeing. */
MUST_CHECK bool sparse_gram_init(struct sparse_gram *g, const struct sparse *s, struct err *err);
void sparse_gram_free(struct sparse_gram *g);
/* to = A A' from; both n x k by rows. Through the lists, sums are in float32. Ticks all the while, as done of 1;
 * ERR_STOPPED. */
MUST_CHECK bool sparse_gram_multiply(const struct sparse_gram *g, const double *from, double *to, size_t k,
                                     const struct progress *progress, struct err *err);

/* out (rows x k, rows `stride` apart) = U_k S_k, the coordinates of the rows along the k largest right singular
 * directions; directions that do not exist give 0. Of each column the entry of largest size is positive. Up to
 * SPARSE_EXACT rows from the eigenvectors of A A'; above by randomised subspace iteration (Halko, Martinsson, Tropp,
 * arXiv:0909.4061, algorithms 4.4 and 5.3) with SPARSE_ROUNDS rounds and SPARSE_EXTRA more directions than asked for,
 * started from `seed`. */
enum { SPARSE_EXACT = 600, SPARSE_ROUNDS = 4, SPARSE_EXTRA = 10 };
MUST_CHECK bool sparse_reduce(const struct sparse *s, size_t k, uint64_t seed, float *out, size_t stride,
                              const struct progress *progress, struct err *err);
/* The same coordinates of further rows, which had no say in the directions: rows 0 ... n-1 of s were reduced to those
 * of out, and rows n, n+1, ... of out are made by A V = A B' U S^-1, B being the n rows (U S of them: sparse_reduce).
 * ERR_MEMORY. */
MUST_CHECK bool sparse_project(const struct sparse *s, size_t n, size_t k, float *out, size_t stride, struct err *err);

#endif
