#include "core/linalg.h"

#include "core/base/mem.h"

#include <cblas.h>
#include <lapacke.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>

static int count(size_t n)
{
    if (n > INT_MAX)
        BUG("a matrix side of %zu is beyond BLAS", n);
    return (int)n;
}

/* BLAS wants a leading dimension of at least 1. */
static int lead(size_t n)
{
    return count(n > 0 ? n : 1);
}

/* Of OpenBLAS, but in none of its headers; what a build of it lacks is left. */
extern void openblas_read_env(void) __attribute__((weak));
extern int blas_thread_shutdown_(void) __attribute__((weak));

void linalg_begin(void)
{
    static const char name[] = "OPENBLAS_THREAD_TIMEOUT", least[] = "4"; /* 2^4 ticks; its own value is 2^28 */
    int n = openblas_get_num_threads();
    if (n <= 1 || openblas_read_env == NULL || blas_thread_shutdown_ == NULL || getenv(name) != NULL)
        return;
    if (setenv(name, least, 0) != 0)
        return;
    openblas_read_env();
    (void)unsetenv(name); /* it is no business of the programs that we start */
    blas_thread_shutdown_();
    openblas_set_num_threads(n); /* starts them again */
}

void linalg_threads(int n)
{
    openblas_set_num_threads(n > 1 ? n : 1);
}

double linalg_dot(const double *x, const double *y, size_t n)
{
    return cblas_ddot(count(n), x, 1, y, 1);
}

double linalg_nrm2(const double *x, size_t n)
{
    return cblas_dnrm2(count(n), x, 1);
}

void linalg_axpy(double a, const double *x, double *y, size_t n)
{
    cblas_daxpy(count(n), a, x, 1, y, 1);
}

void linalg_scale(double a, double *x, size_t n)
{
    cblas_dscal(count(n), a, x, 1);
}

void linalg_gemv(const double *A, size_t m, size_t n, const double *x, double beta, double *y)
{
    cblas_dgemv(CblasRowMajor, CblasNoTrans, count(m), count(n), 1, A, lead(n), x, 1, beta, y, 1);
}

void linalg_gemv_t(const double *A, size_t m, size_t n, const double *x, double beta, double *y)
{
    cblas_dgemv(CblasRowMajor, CblasTrans, count(m), count(n), 1, A, lead(n), x, 1, beta, y, 1);
}

void linalg_gemm(const double *A, const double *B, double beta, double *C, size_t m, size_t n, size_t k)
{
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, count(m), count(n), count(k), 1, A, lead(k), B, lead(n),
                beta, C, lead(n));
}

void linalg_gemm_tn(const double *A, const double *B, double beta, double *C, size_t m, size_t n, size_t k)
{
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, count(m), count(n), count(k), 1, A, lead(m), B, lead(n), beta,
                C, lead(n));
}

void linalg_gemm_nt(const double *A, const double *B, double beta, double *C, size_t m, size_t n, size_t k)
{
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, count(m), count(n), count(k), 1, A, lead(k), B, lead(k), beta,
                C, lead(n));
}

void linalg_syrk_t(const double *A, size_t m, size_t n, double beta, double *C)
{
    cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, count(n), count(m), 1, A, lead(n), beta, C, lead(n));
}

void linalg_syrk_n(const double *A, size_t m, size_t n, double beta, double *C)
{
    cblas_dsyrk(CblasRowMajor, CblasUpper, CblasNoTrans, count(m), count(n), 1, A, lead(n), beta, C, lead(m));
}

/* LAPACK is called in its own order, by columns: a row-major upper triangle is a column-major lower one, and this saves
 * the transposed copies that LAPACKE makes for row-major calls. */
static double norm1(const double *A, size_t n, double *sums)
{
    double largest = 0;
    for (size_t i = 0; i < n; i++)
        sums[i] = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++) {
            double v = fabs(A[i * n + j]);
            sums[i] += v;
            if (j != i)
                sums[j] += v;
        }
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, sums[i]);
    return largest;
}

static void transpose(const double *A, size_t m, size_t n, double *out)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            out[j * m + i] = A[i * n + j];
}

bool linalg_solve_spd(double *A, size_t n, double *B, size_t k, double rcond, struct err *err)
{
    if (n == 0 || k == 0)
        return true;
    double *columns = mem_block(n * k, sizeof *columns), *sums = mem_block(n, sizeof *sums);
    double found = 0;
    bool ok = columns != NULL && sums != NULL;
    if (!ok)
        err_set(err, ERR_MEMORY, "no memory to solve for %zu unknowns", n);
    double norm = ok ? norm1(A, n, sums) : 0;
    if (ok && LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'L', count(n), A, count(n)) != 0)
        ok = err_set(err, ERR_NUMERIC, "the matrix is not positive definite");
    if (ok && (LAPACKE_dpocon(LAPACK_COL_MAJOR, 'L', count(n), A, count(n), norm, &found) != 0 || !(found >= rcond)))
        ok = err_set(err, ERR_NUMERIC, "the matrix is nearly singular (reciprocal condition %.1e)", found);
    if (ok) {
        transpose(B, n, k, columns);
        ok = LAPACKE_dpotrs(LAPACK_COL_MAJOR, 'L', count(n), count(k), A, count(n), columns, count(n)) == 0 ||
             err_set(err, ERR_NUMERIC, "the matrix cannot be solved for");
        transpose(columns, k, n, B);
    }
    mem_free(columns);
    mem_free(sums);
    return ok;
}

void linalg_f32_gemm(const float *A, const float *B, float beta, float *C, size_t m, size_t n, size_t k)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, count(m), count(n), count(k), 1, A, lead(k), B, lead(n),
                beta, C, lead(n));
}

void linalg_f32_gemm_tn(const float *A, const float *B, float beta, float *C, size_t m, size_t n, size_t k)
{
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, count(m), count(n), count(k), 1, A, lead(m), B, lead(n), beta,
                C, lead(n));
}

void linalg_f32_gemm_nt(const float *A, const float *B, float beta, float *C, size_t m, size_t n, size_t k)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, count(m), count(n), count(k), 1, A, lead(k), B, lead(k), beta,
                C, lead(n));
}

void linalg_f32_syrk_t(const float *A, size_t m, size_t n, float beta, float *C)
{
    cblas_ssyrk(CblasRowMajor, CblasUpper, CblasTrans, count(n), count(m), 1, A, lead(n), beta, C, lead(n));
}

void linalg_f32_syrk_n(const float *A, size_t m, size_t n, float beta, float *C)
{
    cblas_ssyrk(CblasRowMajor, CblasUpper, CblasNoTrans, count(m), count(n), 1, A, lead(n), beta, C, lead(m));
}

void linalg_f32_gemv(const float *A, size_t m, size_t n, const float *x, float *y)
{
    cblas_sgemv(CblasRowMajor, CblasNoTrans, count(m), count(n), 1, A, lead(n), x, 1, 0, y, 1);
}

void linalg_f32_gemv_t(const float *A, size_t m, size_t n, const float *x, float *y)
{
    cblas_sgemv(CblasRowMajor, CblasTrans, count(m), count(n), 1, A, lead(n), x, 1, 0, y, 1);
}

bool linalg_f32_cholesky(float *A, size_t n)
{
    /* The upper triangle by rows is the lower one by columns; the latter needs no transposed copy. */
    return n == 0 || LAPACKE_spotrf(LAPACK_COL_MAJOR, 'L', count(n), A, lead(n)) == 0;
}

void linalg_f32_cholesky_solve(const float *U, size_t n, float *x)
{
    cblas_strsv(CblasRowMajor, CblasUpper, CblasTrans, CblasNonUnit, count(n), U, lead(n), x, 1);
    cblas_strsv(CblasRowMajor, CblasUpper, CblasNoTrans, CblasNonUnit, count(n), U, lead(n), x, 1);
}

bool linalg_cholesky(double *A, size_t n)
{
    return n == 0 || LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'L', count(n), A, lead(n)) == 0;
}

void linalg_divide_upper(const double *U, size_t n, double *B, size_t m)
{
    cblas_dtrsm(CblasRowMajor, CblasRight, CblasUpper, CblasNoTrans, CblasNonUnit, count(m), count(n), 1, U, lead(n), B,
                lead(n));
}

void linalg_symm(const double *A, const double *B, double *C, size_t m, size_t n)
{
    cblas_dsymm(CblasRowMajor, CblasLeft, CblasUpper, count(m), count(n), 1, A, lead(m), B, lead(n), 0, C, lead(n));
}

bool linalg_tridiagonal(double *A, size_t n, double *diag, double *off, double *tau, struct err *err)
{
    return n == 0 || LAPACKE_dsytrd(LAPACK_COL_MAJOR, 'L', count(n), A, count(n), diag, off, tau) == 0 ||
           err_set(err, ERR_NUMERIC, "a %zu x %zu matrix holds NaN or infinity", n, n);
}

bool linalg_tridiagonal_turn(const double *A, const double *tau, size_t n, bool back, double *B, size_t k,
                             struct err *err)
{
    /* B by rows is B' by columns, and (Q B)' = B' Q'. */
    return n == 0 || k == 0 ||
           LAPACKE_dormtr(LAPACK_COL_MAJOR, 'R', 'L', back ? 'N' : 'T', count(k), count(n), A, count(n), tau, B,
                          count(k)) == 0 ||
           err_set(err, ERR_NUMERIC, "a %zu x %zu matrix holds NaN or infinity", n, k);
}

void linalg_f32_tile_tn(const float *A, const float *B, size_t ld, const size_t shape[2], size_t k, float alpha,
                        float beta, float *C, size_t ld_c)
{
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, count(shape[0]), count(shape[1]), count(k), alpha, A, lead(ld),
                B, lead(ld), beta, C, lead(ld_c));
}

void linalg_f32_tile_nt(const float *A, const float *B, size_t ld, const size_t shape[2], size_t k, float alpha,
                        float beta, float *C, size_t ld_c)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, count(shape[0]), count(shape[1]), count(k), alpha, A, lead(ld),
                B, lead(ld), beta, C, lead(ld_c));
}

void linalg_f32_tile_syrk(bool by_rows, const float *A, size_t ld, size_t n, size_t k, float alpha, float beta,
                          float *C, size_t ld_c)
{
    cblas_ssyrk(CblasRowMajor, CblasUpper, by_rows ? CblasNoTrans : CblasTrans, count(n), count(k), alpha, A, lead(ld),
                beta, C, lead(ld_c));
}

bool linalg_f32_tile_cholesky(float *A, size_t n, size_t ld)
{
    return n == 0 || LAPACKE_spotrf(LAPACK_COL_MAJOR, 'L', count(n), A, lead(ld)) == 0;
}

void linalg_f32_tile_solve(const float *U, size_t m, float *B, size_t n, size_t ld)
{
    cblas_strsm(CblasRowMajor, CblasLeft, CblasUpper, CblasTrans, CblasNonUnit, count(m), count(n), 1, U, lead(ld), B,
                lead(ld));
}

void linalg_f32_columns_times(const float *A, size_t m, size_t n, size_t ld, const float *x, float *y)
{
    cblas_sgemv(CblasRowMajor, CblasTrans, count(m), count(n), 1, A, lead(ld), x, 1, 0, y, 1);
}

void linalg_f32_cholesky_solve_rows(const float *U, size_t n, float *X, size_t k)
{
    cblas_strsm(CblasRowMajor, CblasRight, CblasUpper, CblasNoTrans, CblasNonUnit, count(k), count(n), 1, U, lead(n), X,
                lead(n));
    cblas_strsm(CblasRowMajor, CblasRight, CblasUpper, CblasTrans, CblasNonUnit, count(k), count(n), 1, U, lead(n), X,
                lead(n));
}

bool linalg_eigen(double *A, size_t n, double *w, struct err *err)
{
    if (n == 0)
        return true;
    if (LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'L', count(n), A, count(n), w) != 0)
        return err_set(err, ERR_NUMERIC, "the eigenvalues of a %zu x %zu matrix cannot be found", n, n);
    for (size_t i = 0; i < n; i++) /* eigenvectors came as rows */
        for (size_t j = 0; j < i; j++) {
            double t = A[i * n + j];
            A[i * n + j] = A[j * n + i];
            A[j * n + i] = t;
        }
    return true;
}

bool linalg_orthonormal(double *A, size_t m, size_t n, struct err *err)
{
    if (n == 0)
        return true;
    double *columns = mem_block(m * n, sizeof *columns), *tau = mem_block(n, sizeof *tau);
    bool ok = columns != NULL && tau != NULL;
    if (!ok)
        err_set(err, ERR_MEMORY, "no memory to orthogonalise %zu x %zu numbers", m, n);
    if (ok) {
        transpose(A, m, n, columns);
        ok = LAPACKE_dgeqrf(LAPACK_COL_MAJOR, count(m), count(n), columns, count(m), tau) == 0 &&
             LAPACKE_dorgqr(LAPACK_COL_MAJOR, count(m), count(n), count(n), columns, count(m), tau) == 0;
        if (!ok)
            err_set(err, ERR_NUMERIC, "%zu x %zu numbers cannot be orthogonalised", m, n);
        transpose(columns, n, m, A);
    }
    mem_free(columns);
    mem_free(tau);
    return ok;
}
