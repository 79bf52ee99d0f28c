/* One pass over the differences of pairs: margins, losses, slopes and the gradient of a Bradley-Terry loss (see bt.h)
 * from one reading of the data.
 *
 *   z_i = d_i . s + anchor_i        loss = (1/D) sum l_i(z_i)
 *   g   = (1/D) sum c_i d_i         with c_i = l_i'(z_i), or l_i'(z_i) - l_i'(anchor_i) when anchored
 *
 * where l_i is the pair's loss_form (core/loss.h) and D what the mean divides by. The penalty is the caller's. Products
 * with rows are in float32, all else in float64. An anchor makes the float32 part as small as the step from it: margins
 * and gradient are then as good as those of float64 at the anchor plus about 1e-7 of the change since, which is
 * iterative refinement (Golub and Van Loan, 3.5.3). The same goes for coarse rows (core/coarse.h), with 2e-5 of the
 * change or so.
 *
 * Threads take segments of the data from a counter; a segment's sums are made by one thread and added up in order, so
 * the bits do not depend on timing, nor on the number of threads. */
#ifndef ASSAY_CORE_PASS_H
#define ASSAY_CORE_PASS_H

#include "core/coarse.h"
#include "core/kernel.h"
#include "core/loss.h"

struct pass {
    const struct diff *f;
    struct team *team;
    const struct kernel *kernel;
    struct coarse *coarse;      /* NULL, what pass_run reads in place of rows of the diff; the caller's */
    struct kernel_forms *forms; /* of all pairs in the order of the diff, KERNEL_ROWS a block */
    bool shifted;               /* some shift is not 0 */
    bool alike;                 /* all pairs have one form */
    double divisor;             /* D > 0 */
    double *margins;            /* the memory of the next four */
    double *z, *slope;          /* of the last pass, n: margins z_i and slopes l_i'(z_i); slopes not of coarse rows */
    double *anchor_z, *anchor_slope; /* the same at the anchor */
    const double *last;              /* margins of the point that was last passed or made the anchor */
    size_t segments;
    double *sums;  /* segments x (d + 2): gradient, loss, curvature */
    float *narrow; /* a worker: rows to form, and a gradient */
    float *padded; /* s, and zeros where coarse rows have them */
    double *wide;  /* a worker: rows to form in float64; made at the first exact pass */
    size_t taken;  /* passes over the data so far */
};

struct pass_sums {
    double loss, curvature; /* curvature: (1/D) sum l_i''(z_i); for plain Bradley-Terry the mean of sigma (1 - sigma) */
};

/* Plain Bradley-Terry. ERR_MEMORY. On failure nothing needs freeing. */
MUST_CHECK bool pass_init(struct pass *p, const struct diff *f, struct team *team, struct err *err);
/* Any loss with a form (loss_has_form). ERR_RANGE when the mean would divide by 0; ERR_MEMORY. */
MUST_CHECK bool pass_init_loss(struct pass *p, const struct diff *f, const struct loss *loss, enum loss_normalise by,
                               struct team *team, struct err *err);
/* Read these rows from now on; NULL: those of the diff again. pass_first fills them. */
void pass_use(struct pass *p, struct coarse *coarse);
void pass_free(struct pass *p);

/* At s (d), or anchored: at the anchor + s. g: d. */
struct pass_sums pass_run(struct pass *p, const float *s, bool anchored, double *g);
/* The point of the last pass, which was not an anchored one over coarse rows, is the anchor from now on: its slopes are
 * kept, so that an anchored pass takes no exponential more than another. z and slope are undefined until the next pass.
 */
void pass_anchor(struct pass *p);
/* pass_run at 0 without an anchor, with the same bits, while the rows of f (the diff of the pass, just prepared) are
 * read for the first time (core/diff.h). Errors of diff_settle. */
MUST_CHECK bool pass_first(struct pass *p, struct diff *f, double *g, struct pass_sums *sums, struct err *err);
/* The same at w, in float64 all through and from the embeddings themselves (or from kept differences, when none was
 * rounded: the same bits); its margins are in p->z. Some three times as dear, or little dearer. ERR_MEMORY. */
MUST_CHECK bool pass_exact(struct pass *p, const double *w, double *g, struct pass_sums *sums, struct err *err);

/* l_i'' at the last margins, over the pair's share of the weights: the weighted mean of them is sums.curvature. */
double pass_curvature(const struct pass *p, size_t i);

#endif
