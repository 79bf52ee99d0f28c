/* Slow, obvious twins of core/linalg, to read and to test against. Same shapes, same meaning. */
#ifndef ASSAY_CORE_LINALG_REF_H
#define ASSAY_CORE_LINALG_REF_H

#include <stdbool.h>
#include <stddef.h>

double linalg_ref_dot(const double *x, const double *y, size_t n);
double linalg_ref_nrm2(const double *x, size_t n);
void linalg_ref_gemv(const double *A, size_t m, size_t n, const double *x, double beta, double *y);
void linalg_ref_gemv_t(const double *A, size_t m, size_t n, const double *x, double beta, double *y);
void linalg_ref_gemm(const double *A, const double *B, double beta, double *C, size_t m, size_t n, size_t k);
void linalg_ref_gemm_tn(const double *A, const double *B, double beta, double *C, size_t m, size_t n, size_t k);
void linalg_ref_gemm_nt(const double *A, const double *B, double beta, double *C, size_t m, size_t n, size_t k);
void linalg_ref_syrk_t(const double *A, size_t m, size_t n, double beta, double *C);
void linalg_ref_syrk_n(const double *A, size_t m, size_t n, double beta, double *C);
/* By Gaussian elimination with partial pivoting; false when A is singular. */
bool linalg_ref_solve(double *A, size_t n, double *B, size_t k);

#endif
