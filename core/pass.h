/* One pass over the differences of pairs: margins, losses, slopes and the gradient of Bradley-Terry (see bt.h) from one
 * reading of the data.
 *
 *   z_i = d_i . s + anchor_i        loss = (1/sum o) sum o_i [p_i softplus(-z_i) + (1 - p_i) softplus(z_i)]
 *   g   = (1/sum o) sum o_i c_i d_i with c_i = sigma(z_i) - p_i, or sigma(z_i) - sigma(anchor_i) when anchored
 *
 * The penalty is the caller's. Products with rows are in float32, all else in float64. An anchor makes the float32 part
 * as small as the step from it: margins and gradient are then as good as those of float64 at the anchor plus about 1e-7
 * of the change since, which is iterative refinement (Golub and Van Loan, 3.5.3).
 *
 * Threads take segments of the data from a counter; a segment's sums are made by one thread and added up in order, so
 * the bits do not depend on timing, nor on the number of threads. */
#ifndef ASSAY_CORE_PASS_H
#define ASSAY_CORE_PASS_H

#include "core/diff.h"
#include "core/kernel.h"

struct pass {
    const struct diff *f;
    struct team *team;
    const struct kernel *kernel;
    size_t segments;
    double *sums;  /* segments x (d + 2): gradient, loss, curvature */
    float *narrow; /* a worker: rows to form, and a gradient */
    double *wide;  /* a worker: rows to form in float64; made at the first exact pass */
    size_t taken;  /* passes over the data so far */
};

struct pass_sums {
    double loss, curvature; /* curvature: the weighted mean of sigma (1 - sigma) */
};

/* ERR_MEMORY. On failure nothing needs freeing. */
MUST_CHECK bool pass_init(struct pass *p, const struct diff *f, struct team *team, struct err *err);
void pass_free(struct pass *p);

/* At s (d). anchor: n margins in the order of the diff, or NULL: all 0, and slopes are not taken relative to them.
 * g: d. */
struct pass_sums pass_run(struct pass *p, const float *s, const double *anchor, double *g);
/* The same at w, in float64 all through and from the embeddings themselves; the margins go into z (n). Some three times
 * as dear. ERR_MEMORY. */
MUST_CHECK bool pass_exact(struct pass *p, const double *w, double *z, double *g, struct pass_sums *sums,
                           struct err *err);

#endif
