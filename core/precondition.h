/* A cheap stand-in M for the Hessian of Bradley-Terry: the Gram matrix of some of the differences, shrunk. For features
 * that are near Gaussian the Hessian is about a multiple of it, so L-BFGS with M^-1 needs tens of passes over the data
 * where it would need hundreds.
 *
 *   gram      M = a (G + delta I) + l2 I      G (d x d) = S'S / m, m evenly strided rows S, weighted; Cholesky
 *   dual      M = a (S'CS / m + delta I) + l2 I     m rows, C diagonal; by the identity of Woodbury and the Cholesky
 *             factor of an m x m matrix
 *   scalar    M = (a tr G / d + l2) I
 *
 * with a the mean of sigma (1 - sigma) and C what each sampled row's own differs from it by. delta lifts the small
 * eigenvalues, which come out wrong from a sample.
 *
 *   m > d     they are too small: delta = 2 (d / m) h with h = (d / tr G^-1) / (1 - d / m), the harmonic mean of the
 *             eigenvalues of the whole, corrected for the size of the sample (Marchenko and Pastur)
 *   m < d     d - m of them are 0: delta = 2 k with k = m / tr (SS' / m)^-1, the level at which a sample of m rows
 * stops to see: sum e_i / (e_i + k) = m over the eigenvalues e_i of the whole (Silverstein's equation at 0)
 *
 * The traces come from random signs (Hutchinson). */
#ifndef ASSAY_CORE_PRECONDITION_H
#define ASSAY_CORE_PRECONDITION_H

#include "core/base/team.h"
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
    float *root;         /* dual: m roots of C */
    float *x, *y;        /* workspace: d and m */
    struct team *team;   /* does the work; NULL: the caller alone */
    double trace, delta; /* of G */
    double a, l2, ridge; /* of M as it stands; ridge = a delta + l2 and what made it positive definite */
};

/* What costs least for n differences of d columns, by the speeds of a usual machine: fixed numbers, so that the choice
 * is the same everywhere. */
struct precondition_plan precondition_choose(size_t n, size_t d);
/* *spread = d sum e_i^2 / (sum e_i)^2 over the eigenvalues e_i of G, from products of a few rows: 1 when all are equal,
 * d when all but one are 0. ERR_MEMORY. */
MUST_CHECK bool precondition_spread(const struct diff *f, double *spread, struct err *err);
/* As precondition_choose, but scalar when eigenvalues are nearly equal and that is cheaper. ERR_MEMORY. */
MUST_CHECK bool precondition_plan_for(const struct diff *f, struct precondition_plan *plan, struct err *err);

/* Sample, multiply and factor, with a = 1/4 (the curvature at w = 0) and C = I. The work is the team's, here and later:
 * BLAS is to have one thread (core/tiles.h). When a Cholesky factor cannot be had it becomes scalar. ERR_MEMORY. On
 * failure nothing needs freeing. */
MUST_CHECK bool precondition_init(struct precondition *p, const struct diff *f, struct precondition_plan plan,
                                  double l2, struct team *team, struct err *err);
void precondition_free(struct precondition *p);
/* For another mean curvature: only the factorisation is done again. */
void precondition_set_curvature(struct precondition *p, double a);
/* Number in the diff of the sampled row i < plan.rows. */
size_t precondition_row(const struct precondition *p, size_t i);
/* For the curvatures c >= 0 of the sampled rows (plan.rows) around their mean a > 0. Dual only; for others the same as
 * precondition_set_curvature. */
void precondition_set_curvatures(struct precondition *p, double a, const double *c);
/* h (d) = M^-1 g */
void precondition_apply(struct precondition *p, const double *g, double *h);

#endif
