#include "core/ridge_normal.h"

#include "core/base/mem.h"
#include "core/linalg.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Without a penalty columns count as dependent below this ratio of the least to the largest eigenvalue. */
static const double dependent = 1e-12;

/* P (p x p, upper) = the moments of all folds but one, centred: what is left of every entry is around the mean. */
static double centre(const struct ridge_moments *m, size_t left_out, double *P, double *mean)
{
    size_t p = m->p, d = m->d;
    memset(P, 0, p * p * sizeof *P);
    for (size_t f = 0; f < m->folds; f++)
        for (size_t i = 0; i < p && f != left_out; i++)
            linalg_axpy(1, m->M + f * p * p + i * p + i, P + i * p + i, p - i);
    double weight = P[d * p + d];
    for (size_t i = 0; i < p; i++)
        mean[i] = (i < d ? P[i * p + d] : P[d * p + i]) / weight;
    for (size_t i = 0; i < p; i++)
        linalg_axpy(-weight * mean[i], mean + i, P + i * p + i, p - i);
    return weight;
}

/* Right sides out of P, then its leading d x d block without padding. */
static void take_apart(struct ridge_normal *n, size_t p)
{
    size_t d = n->d;
    for (size_t i = 0; i < d; i++)
        memcpy(n->R + i * n->nt, n->A + i * p + d + 1, n->nt * sizeof *n->R);
    for (size_t i = 0; i < d; i++)
        memmove(n->A + i * d, n->A + i * p, d * sizeof *n->A);
}

bool ridge_normal_room(struct ridge_normal *n, size_t d, size_t nt, size_t p, struct err *err)
{
    *n = (struct ridge_normal){.d = d, .nt = nt};
    n->A = mem_block_raw(p, p * sizeof *n->A);
    if (n->A == NULL)
        return err_set(err, ERR_MEMORY, "no memory for a matrix of %zu x %zu", p, p);
    n->tau = mem_array(d, sizeof *n->tau);
    n->diag = mem_array(d, sizeof *n->diag);
    n->off = mem_array(d, sizeof *n->off);
    n->R = mem_array(d * nt, sizeof *n->R);
    n->mean = mem_array(p, sizeof *n->mean);
    return true;
}

bool ridge_normal_reduce(struct ridge_normal *n, struct err *err)
{
    return linalg_tridiagonal(n->A, n->d, n->diag, n->off, n->tau, err) &&
           linalg_tridiagonal_turn(n->A, n->tau, n->d, true, n->R, n->nt, err);
}

bool ridge_normal_of(const struct ridge_moments *m, size_t left_out, struct ridge_normal *out, struct err *err)
{
    if (!ridge_normal_room(out, m->d, m->nt, m->p, err))
        return false;
    out->weight = centre(m, left_out, out->A, out->mean);
    bool ok = out->weight > 0 || err_set(err, ERR_RANGE, RIDGE_ONE_FOLD);
    if (ok) {
        take_apart(out, m->p);
        ok = ridge_normal_reduce(out, err);
    }
    if (!ok)
        ridge_normal_free(out);
    return ok;
}

void ridge_normal_free(struct ridge_normal *n)
{
    mem_free(n->A);
    mem_free(n->tau);
    mem_free(n->diag);
    mem_free(n->off);
    mem_free(n->R);
    mem_free(n->mean);
    *n = (struct ridge_normal){0};
}

/* The pivots of T + add I = L D L'. False when it is not positive definite. */
static bool find_pivots(const struct ridge_normal *n, double add, double *pivot)
{
    for (size_t i = 0; i < n->d; i++) {
        pivot[i] = n->diag[i] + add - (i > 0 ? n->off[i - 1] * n->off[i - 1] / pivot[i - 1] : 0);
        if (!(pivot[i] > 0))
            return false;
    }
    return true;
}

/* Is the least eigenvalue of T vanishing beside the largest? 1 / max (T^-1)_ii lies between the least eigenvalue and d
 * times it, and comes from the pivots in both directions (Parlett and Dhillon 1997, twisted factorisation). */
static bool is_singular(const struct ridge_normal *n, const double *pivot)
{
    double least = INFINITY, largest = 0, back = 0;
    for (size_t i = n->d; i-- > 0;) {
        back = n->diag[i] - (i + 1 < n->d ? n->off[i] * n->off[i] / back : 0);
        if (!(back > 0))
            return true;
        least = fmin(least, pivot[i] + back - n->diag[i]);
        largest = fmax(largest, n->diag[i]);
    }
    return !(least > dependent * largest);
}

/* Columns [at, at + nt) of S, which has `stride` of them: forward, diagonal and backward substitution. */
static void substitute(const struct ridge_normal *n, const double *pivot, double *S, size_t stride)
{
    size_t d = n->d, nt = n->nt;
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < nt; j++) {
            double before = i > 0 ? n->off[i - 1] / pivot[i - 1] * S[(i - 1) * stride + j] : 0;
            S[i * stride + j] = n->R[i * nt + j] - before;
        }
    for (size_t i = d; i-- > 0;)
        for (size_t j = 0; j < nt; j++) {
            double after = i + 1 < d ? n->off[i] * S[(i + 1) * stride + j] : 0;
            S[i * stride + j] = (S[i * stride + j] - after) / pivot[i];
        }
}

bool ridge_normal_solve(const struct ridge_normal *n, const double *l2, size_t n_l2, double *S, struct err *err)
{
    double *pivot = mem_array(n->d, sizeof *pivot);
    bool ok = true;
    for (size_t i = 0; i < n_l2 && ok; i++) {
        ok = find_pivots(n, n->weight * l2[i], pivot) && (l2[i] > 0 || !is_singular(n, pivot));
        if (ok)
            substitute(n, pivot, S + i * n->nt, n_l2 * n->nt);
        else
            err_set(err, ERR_NUMERIC,
                    "least squares with l2 = %g has no unique solution here, for some columns depend on others; set a "
                    "larger l2",
                    l2[i]);
    }
    mem_free(pivot);
    return ok && linalg_tridiagonal_turn(n->A, n->tau, n->d, false, S, n_l2 * n->nt, err);
}
