/* The objective of a fit, evaluated relative to anchors: points where margins and gradient are known well. Away from an
 * anchor passes read rows that are rounded (core/coarse.h); their error is a share of the change since the anchor only,
 * so when the gradient is down to that share, the point at hand is measured and becomes the next anchor (iterative
 * refinement: Golub and Van Loan, 3.5.3).
 *
 *   f(w) = loss(w) + (ridge/2) |w - center|^2 + offset */
#ifndef ASSAY_CORE_ANCHORED_H
#define ASSAY_CORE_ANCHORED_H

#include "core/pass.h"

/* A point and what is known there. */
struct anchored_point {
    float *s; /* w - anchor; a multiple of what float can hold, so that passes see the very point */
    double *w, *g;
    double f, grad_norm, curvature;
};

struct anchored {
    struct diff *f;
    size_t n, d;
    struct pass pass; /* pass.coarse is NULL without rounded rows, or once they were given up */
    struct coarse coarse;
    double ridge, offset, *center;   /* the caller's to set; center: d */
    struct anchored_point at, trial; /* the point at hand, and one that is tried */
    double *anchor, *anchor_g;       /* w, gradient without penalty */
    double anchor_norm;              /* |g| at the anchor */
    double depth;                    /* rounded rows tell until |g| is this share of it */
    bool exact;                      /* `at` was measured in float64 */
    bool moved;                      /* `at` is not the anchor */
    bool refined;                    /* the anchor is not the start */
    double *memory;
    float *floats;
};

/* Are rows rounded for n differences of d columns, d > 0? With far fewer differences than columns, or fewer that fit
 * into the cache anyway, half the bytes save less than anchors cost: then passes read the rows of the diff, kept there
 * or not. */
bool anchored_rounds(size_t n, size_t d);
/* Over the rows of f, just prepared; with at most `memory` bytes of rounded ones kept. ridge, offset and center are 0,
 * the points are not set. ERR_MEMORY, and the errors of pass_init_loss. anchored_free is due also after a failure. */
MUST_CHECK bool anchored_init(struct anchored *o, struct diff *f, const struct loss *loss, enum loss_normalise by,
                              size_t memory, struct team *team, struct err *err);
void anchored_free(struct anchored *o);

/* Read the rows for the first time. at = anchor = 0, unless a point was measured already: that stays. Errors of
 * diff_settle. */
MUST_CHECK bool anchored_start(struct anchored *o, struct err *err);
/* f and gradient of the trial, whose s is set. One pass. */
void anchored_evaluate(struct anchored *o);
/* The trial is the point at hand from now on, and the other way round. */
void anchored_accept(struct anchored *o);
/* Measure the point at hand, whose w is set, from float32 rows, or exactly: in float64 from the embeddings. It is the
 * anchor then. Rounded rows that turn out to be a poor guide are given up. ERR_MEMORY. */
MUST_CHECK bool anchored_measure(struct anchored *o, bool exact, struct err *err);
/* Is the gradient as small as the error of rounded rows? Then it is time to measure. */
bool anchored_ends(const struct anchored *o);
/* What rounding hides of f. */
double anchored_noise(const struct anchored *o);

#endif
