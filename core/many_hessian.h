/* Stand-ins for the Hessians of many columns: the Hessian H of the mean loss over all rows at a point next to theirs,
 * and a Cholesky factor of
 *
 *   M = ratio (H + lift I) + l2 I
 *
 * for each l2, with ratio the mean curvature of its columns over that of H. Folds, draws and objectives share it: what
 * they do not see changes H by about sqrt(d / n).
 *
 *   gram    H (d x d) and factors of that size
 *   dual    n < d: K = S S' (n x n) with S'S = H; M^-1 by the identity of Woodbury, with a lift that keeps float32 from
 *           cancelling in it
 *   scalar  H = tr H / d I, when matrices would be larger than HESSIAN_BYTES or cannot be factored */
#ifndef ASSAY_CORE_MANY_HESSIAN_H
#define ASSAY_CORE_MANY_HESSIAN_H

#include "core/many_rows.h"
#include "core/precondition.h"

#define HESSIAN_BYTES ((size_t)2 << 30) /* of one matrix */

struct many_hessian {
    enum precondition_kind kind;
    size_t n, d, side;
    float *rows;      /* dual: S, n x d */
    float *H;         /* side x side, upper triangle: H or K */
    double trace;     /* of H */
    double curvature; /* mean second derivative of the losses */
    double lift;
};

/* At w (d; NULL: at 0). ERR_MEMORY. On failure nothing needs freeing. */
MUST_CHECK bool many_hessian_init(struct many_hessian *h, const struct many_rows *r, const double *w, struct team *team,
                                  struct err *err);
void many_hessian_free(struct many_hessian *h);

struct many_factor {
    const struct many_hessian *h; /* must live as long */
    double l2, ratio;
    double ridge; /* what stands on the diagonal beside ratio H */
    float *U;     /* NULL: M = ridge I */
};
/* The factor of f->l2 for another H or ratio; f->U is reused. ERR_MEMORY. */
MUST_CHECK bool many_factor_set(struct many_factor *f, const struct many_hessian *h, double ratio, struct err *err);
void many_factor_free(struct many_factor *f);
/* Floats of workspace for k vectors at a time. */
size_t many_factor_scratch(const struct many_hessian *h, size_t k);
/* out[i] = M^-1 g[i], i < k, d each. */
void many_factor_apply(const struct many_factor *f, const double *const *g, double *const *out, size_t k,
                       float *scratch);

#endif
