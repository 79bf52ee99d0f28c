#include "core/linalg_ref.h"

#include <math.h>

double linalg_ref_dot(const double *x, const double *y, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i] * y[i];
    return sum;
}

double linalg_ref_nrm2(const double *x, size_t n)
{
    return sqrt(linalg_ref_dot(x, x, n));
}

void linalg_ref_gemv(const double *A, size_t m, size_t n, const double *x, double beta, double *y)
{
    for (size_t i = 0; i < m; i++)
        y[i] = linalg_ref_dot(A + i * n, x, n) + (beta == 0 ? 0 : beta * y[i]);
}

void linalg_ref_gemv_t(const double *A, size_t m, size_t n, const double *x, double beta, double *y)
{
    for (size_t j = 0; j < n; j++) {
        y[j] = beta == 0 ? 0 : beta * y[j];
        for (size_t i = 0; i < m; i++)
            y[j] += A[i * n + j] * x[i];
    }
}

/* C (m x n) = sum over l of A[i * ai + l * al] B[l * bl + j * bj], whichever way A and B stand. */
static void multiply(const double *A, size_t ai, size_t al, const double *B, size_t bl, size_t bj, double beta,
                     double *C, size_t m, size_t n, size_t k)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            double sum = beta == 0 ? 0 : beta * C[i * n + j];
            for (size_t l = 0; l < k; l++)
                sum += A[i * ai + l * al] * B[l * bl + j * bj];
            C[i * n + j] = sum;
        }
}

void linalg_ref_gemm(const double *A, const double *B, double beta, double *C, size_t m, size_t n, size_t k)
{
    multiply(A, k, 1, B, n, 1, beta, C, m, n, k);
}

void linalg_ref_gemm_tn(const double *A, const double *B, double beta, double *C, size_t m, size_t n, size_t k)
{
    multiply(A, 1, m, B, n, 1, beta, C, m, n, k);
}

void linalg_ref_gemm_nt(const double *A, const double *B, double beta, double *C, size_t m, size_t n, size_t k)
{
    multiply(A, k, 1, B, 1, k, beta, C, m, n, k);
}

void linalg_ref_syrk_t(const double *A, size_t m, size_t n, double beta, double *C)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++) {
            double sum = beta == 0 ? 0 : beta * C[i * n + j];
            for (size_t l = 0; l < m; l++)
                sum += A[l * n + i] * A[l * n + j];
            C[i * n + j] = sum;
        }
}

void linalg_ref_syrk_n(const double *A, size_t m, size_t n, double beta, double *C)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = i; j < m; j++)
            C[i * m + j] = linalg_ref_dot(A + i * n, A + j * n, n) + (beta == 0 ? 0 : beta * C[i * m + j]);
}

static void swap_rows(double *A, size_t n, size_t a, size_t b)
{
    for (size_t j = 0; j < n && a != b; j++) {
        double t = A[a * n + j];
        A[a * n + j] = A[b * n + j];
        A[b * n + j] = t;
    }
}

bool linalg_ref_solve(double *A, size_t n, double *B, size_t k)
{
    for (size_t i = 0; i < n; i++) {
        size_t pivot = i;
        for (size_t r = i + 1; r < n; r++)
            if (fabs(A[r * n + i]) > fabs(A[pivot * n + i]))
                pivot = r;
        if (A[pivot * n + i] == 0)
            return false;
        swap_rows(A, n, i, pivot);
        swap_rows(B, k, i, pivot);
        for (size_t r = 0; r < n; r++) {
            double f = r == i ? 0 : A[r * n + i] / A[i * n + i];
            for (size_t j = 0; j < n && f != 0; j++)
                A[r * n + j] -= f * A[i * n + j];
            for (size_t j = 0; j < k && f != 0; j++)
                B[r * k + j] -= f * B[i * k + j];
        }
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < k; j++)
            B[i * k + j] /= A[i * n + i];
    return true;
}
