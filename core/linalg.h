/* Dense linear algebra: the only file that talks to BLAS and LAPACK. Matrices are row-major without padding.
 * Sizes beyond what BLAS can count (INT_MAX) are a bug of the caller, who works in blocks. */
#ifndef ASSAY_CORE_LINALG_H
#define ASSAY_CORE_LINALG_H

#include "core/base/err.h"

#include <stddef.h>

/* OpenBLAS starts its threads with the program, and for a tenth of a second after whatever they did they ask again and
 * again for more, on a core that others want. From here on they sleep at once. For the beginning of a program, before
 * it has threads; OPENBLAS_THREAD_TIMEOUT, which says how long, stays in force where it is set. */
void linalg_begin(void);
/* Threads that BLAS uses from now on (at least 1). Results repeat bit for bit only with the same number. */
void linalg_threads(int n);

double linalg_dot(const double *x, const double *y, size_t n);
double linalg_nrm2(const double *x, size_t n);
/* y += a x */
void linalg_axpy(double a, const double *x, double *y, size_t n);
void linalg_scale(double a, double *x, size_t n);

/* y (m) = A x + beta y;  A: m x n, x: n */
void linalg_gemv(const double *A, size_t m, size_t n, const double *x, double beta, double *y);
/* y (n) = A' x + beta y;  A: m x n, x: m */
void linalg_gemv_t(const double *A, size_t m, size_t n, const double *x, double beta, double *y);
/* C (m x n) = A B + beta C;  A: m x k, B: k x n */
void linalg_gemm(const double *A, const double *B, double beta, double *C, size_t m, size_t n, size_t k);
/* C (m x n) = A' B + beta C;  A: k x m, B: k x n */
void linalg_gemm_tn(const double *A, const double *B, double beta, double *C, size_t m, size_t n, size_t k);
/* C (m x n) = A B' + beta C;  A: m x k, B: n x k */
void linalg_gemm_nt(const double *A, const double *B, double beta, double *C, size_t m, size_t n, size_t k);
/* Upper triangle of C (n x n) = A' A + beta C;  A: m x n */
void linalg_syrk_t(const double *A, size_t m, size_t n, double beta, double *C);
/* Upper triangle of C (m x m) = A A' + beta C;  A: m x n */
void linalg_syrk_n(const double *A, size_t m, size_t n, double beta, double *C);

/* Single precision, for preconditioners, nets and many heads at once. */
/* C (m x n) = A B + beta C;  A: m x k, B: k x n */
void linalg_f32_gemm(const float *A, const float *B, float beta, float *C, size_t m, size_t n, size_t k);
/* C (m x n) = A' B + beta C;  A: k x m, B: k x n */
void linalg_f32_gemm_tn(const float *A, const float *B, float beta, float *C, size_t m, size_t n, size_t k);
/* C (m x n) = A B' + beta C;  A: m x k, B: n x k */
void linalg_f32_gemm_nt(const float *A, const float *B, float beta, float *C, size_t m, size_t n, size_t k);
/* Upper triangle of C (n x n) = A' A + beta C;  A: m x n */
void linalg_f32_syrk_t(const float *A, size_t m, size_t n, float beta, float *C);
/* Upper triangle of C (m x m) = A A' + beta C;  A: m x n */
void linalg_f32_syrk_n(const float *A, size_t m, size_t n, float beta, float *C);
/* y (m) = A x;  A: m x n */
void linalg_f32_gemv(const float *A, size_t m, size_t n, const float *x, float *y);
/* y (n) = A' x;  A: m x n */
void linalg_f32_gemv_t(const float *A, size_t m, size_t n, const float *x, float *y);
/* A = U'U: the upper triangle of A (n x n) is read and overwritten by U; false when A is not positive definite. */
MUST_CHECK bool linalg_f32_cholesky(float *A, size_t n);
/* x (n) = (U'U)^-1 x */
void linalg_f32_cholesky_solve(const float *U, size_t n, float *x);
/* The same for k vectors side by side; X: k x n by rows */
void linalg_f32_cholesky_solve_rows(const float *U, size_t n, float *X, size_t k);

/* Parts of larger matrices of row length `ld`, for work that is cut into tiles (core/tiles.h). */
/* C (shape[0] x shape[1]) = alpha A' B + beta C;  A: k x shape[0], B: k x shape[1], both of row length ld */
void linalg_f32_tile_tn(const float *A, const float *B, size_t ld, const size_t shape[2], size_t k, float alpha,
                        float beta, float *C, size_t ld_c);
/* C (shape[0] x shape[1]) = alpha A B' + beta C;  A: shape[0] x k, B: shape[1] x k, both of row length ld */
void linalg_f32_tile_nt(const float *A, const float *B, size_t ld, const size_t shape[2], size_t k, float alpha,
                        float beta, float *C, size_t ld_c);
/* Upper triangle of C (n x n) = alpha A A' (by_rows, A: n x k) or alpha A' A (A: k x n) + beta C */
void linalg_f32_tile_syrk(bool by_rows, const float *A, size_t ld, size_t n, size_t k, float alpha, float beta,
                          float *C, size_t ld_c);
/* linalg_f32_cholesky of the n x n corner at A. */
MUST_CHECK bool linalg_f32_tile_cholesky(float *A, size_t n, size_t ld);
/* B (m x n) = U'^-1 B;  U: m x m, upper */
void linalg_f32_tile_solve(const float *U, size_t m, float *B, size_t n, size_t ld);
/* y (n) = A' x for n columns of a matrix;  A: m x n */
void linalg_f32_columns_times(const float *A, size_t m, size_t n, size_t ld, const float *x, float *y);

/* Solve A X = B for k right sides; A: n x n symmetric positive definite, upper triangle read and destroyed; B: n x k by
 * rows, overwritten by X. ERR_NUMERIC when A is not positive definite or its reciprocal condition number (estimated in
 * the 1-norm) is below `rcond`. */
MUST_CHECK bool linalg_solve_spd(double *A, size_t n, double *B, size_t k, double rcond, struct err *err);
/* A = U'U: the upper triangle of A (n x n) is read and overwritten by U; false when A is not positive definite. */
MUST_CHECK bool linalg_cholesky(double *A, size_t n);
/* B (m x n) = B U^-1;  U: n x n, upper triangle read. So |b|^2 of a row becomes b' (U'U)^-1 b. */
void linalg_divide_upper(const double *U, size_t n, double *B, size_t m);
/* C (m x n) = A B;  A: m x m symmetric, upper triangle read, B: m x n */
void linalg_symm(const double *A, const double *B, double *C, size_t m, size_t n);
/* A = Q T Q' with T tridiagonal and Q orthogonal (Householder). A: n x n, upper triangle read and overwritten by what
 * linalg_tridiagonal_turn needs, with tau (n). diag (n) and off (n, the last unused) are T. ERR_NUMERIC for NaN. */
MUST_CHECK bool linalg_tridiagonal(double *A, size_t n, double *diag, double *off, double *tau, struct err *err);
/* B (n x k) = Q B, or Q' B when `back`. */
MUST_CHECK bool linalg_tridiagonal_turn(const double *A, const double *tau, size_t n, bool back, double *B, size_t k,
                                        struct err *err);
/* Eigenvalues (ascending, into w: n) and eigenvectors of a symmetric matrix, upper triangle read; A: n x n is
 * overwritten by the eigenvectors, one a column. */
MUST_CHECK bool linalg_eigen(double *A, size_t n, double *w, struct err *err);
/* Orthonormal columns with the span of A's: A (m x n, m >= n) is overwritten (Householder QR). */
MUST_CHECK bool linalg_orthonormal(double *A, size_t m, size_t n, struct err *err);

#endif
