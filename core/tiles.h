/* Large products and Cholesky factors in float32 on our own threads: matrices are cut into tiles, and workers take
 * tiles from a counter, each multiplying with a one-threaded BLAS (linalg_threads(1) is the caller's). BLAS's own
 * threads wait by spinning, in the way of ours. A tile is made by one worker in one order, so the bits do not depend on
 * timing, nor on the number of workers. Matrices are row-major without padding. */
#ifndef ASSAY_CORE_TILES_H
#define ASSAY_CORE_TILES_H

#include "core/base/err.h"
#include "core/base/team.h"

#include <stddef.h>

/* Upper triangle of C (n x n) = A' A + beta C;  A: m x n. The lower one is left in disorder. */
void tiles_syrk_t(struct team *team, const float *A, size_t m, size_t n, float beta, float *C);
/* Upper triangle of C (m x m) = A A' + beta C;  A: m x n. The lower one is left in disorder. */
void tiles_syrk_n(struct team *team, const float *A, size_t m, size_t n, float beta, float *C);
/* A = U'U: the upper triangle of A (n x n) is read and overwritten by U; false when A is not positive definite. */
MUST_CHECK bool tiles_cholesky(struct team *team, float *A, size_t n);
/* y (m) = A x;  A: m x n */
void tiles_gemv(struct team *team, const float *A, size_t m, size_t n, const float *x, float *y);
/* y (n) = A' x;  A: m x n */
void tiles_gemv_t(struct team *team, const float *A, size_t m, size_t n, const float *x, float *y);

#endif
