/* A cheap stand-in M for the Hessian of Bradley-Terry: the Gram matrix of some of the differences, shrunk. For features
 * that are near Gaussian the Hessian is about a multiple of it, so L-BFGS with M^-1 needs tens of passes over the data
 * where it would need hundreds.
 *
 *   gram      M = a (G + delta I) + l2 I      G (d x d) = S'S / m, m evenly strided rows S, weighted; Cholesky
 *   dual      the same M for m < d rows, by the identity of Woodbury and the Cholesky factor of an m x m matrix
 *   scalar    M = (a tr G / d + l2) I
 *
 * with a the mean of sigma (1 - sigma). delta lifts the small eigenvalues, which come out too small from a sample:
 * delta = 2 (d / m) h with h = (d / tr G^-1) / (1 - d / m), the harmonic mean of the eigenvalues of the whole corrected
 * for the size of the sample (Marchenko and Pastur); tr G^-1 by random signs (Hutchinson). */
#ifndef ASSAY_CORE_PRECONDITION_H
#define ASSAY_CORE_PRECONDITION_H

#include "core/diff.h"

/* id, name */
#define PRECONDITIONS(X) X(SCALAR, "scalar") X(GRAM, "gram") X(DUAL, "dual")
enum precondition_kind {
#define X(id, name) PRECONDITION_##id,
    PRECONDITIONS(X)
#undef X
};
const char *precondition_name(enum precondition_kind kind);

struct precondition_plan {
    enum precondition_kind kind;
    size_t rows; /* m */
};

struct precondition {
    struct precondition_plan plan;
    size_t n, d;
    float *rows;         /* dual: m x d */
    float *gram;         /* d x d (gram) or m x m (dual), upper triangle; kept for another a */
    float *factor;       /* its Cholesky factor with what belongs onto the diagonal */
    float *x, *y;        /* workspace: d and m */
    double trace, delta; /* of G */
    double a, l2, ridge; /* of M as it stands; ridge = a delta + l2 and what made it positive definite */
};

/* What costs least for n differences of d columns, by the speeds of a usual machine: fixed numbers, so that the choice
 * is the same everywhere. */
struct precondition_plan precondition_choose(size_t n, size_t d);

/* Sample, multiply and factor, with a = 1/4 (the curvature at w = 0). When a Cholesky factor cannot be had it becomes
 * scalar. ERR_MEMORY. On failure nothing needs freeing. */
MUST_CHECK bool precondition_init(struct precondition *p, const struct diff *f, struct precondition_plan plan,
                                  double l2, struct err *err);
void precondition_free(struct precondition *p);
/* For another mean curvature: only the factorisation is done again. */
void precondition_set_curvature(struct precondition *p, double a);
/* h (d) = M^-1 g */
void precondition_apply(struct precondition *p, const double *g, double *h);

#endif
