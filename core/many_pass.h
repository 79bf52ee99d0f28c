/* One reading of the data for many columns: margins of all by one product, losses and slopes, gradients of all by
 * another (the objective of bt.h or its relatives of loss.h, without the penalty).
 *
 *   block X (rows x d):   Z = W X'   C = weight x slope(Z)   G += C X
 *
 * Columns lie as rows of W, sorted by the fold they do not see. W stands twice, one below the other: of a part of fold
 * k the window of rows that begins behind the columns that leave k out, and is as long as the others are many, is one
 * matrix without a gap or a mask.
 *
 * Threads take runs of blocks from a counter; a run's sums are made by one thread, and runs are added up in order in
 * float64: bits depend neither on timing nor on the number of threads. BLAS must be set to one thread. */
#ifndef ASSAY_CORE_MANY_PASS_H
#define ASSAY_CORE_MANY_PASS_H

#include "core/kernel.h"
#include "core/many_rows.h"

/* A column at a point. */
struct many_eval {
    struct many_view view;
    double divisor;         /* many_rows_divisor */
    const double *w;        /* d */
    double *g;              /* d, out: gradient of the mean loss */
    double loss, curvature; /* out: means */
    double *held;           /* exact pass: margin of pair i of the fold left out goes to held[i * held_step]; or NULL */
    size_t held_step;
};

struct many_pass {
    const struct many_rows *r;
    struct team *team;
    const struct kernel *kernel;
    size_t m_max, n_runs;
    struct many_run *runs;
    float *narrow; /* a worker: block, margins, weights, gradients */
    float *W;      /* the columns twice */
    double *sums;  /* a run: gradients (m x d), losses and curvatures (m x 2), by place in its window */
    size_t taken;  /* passes so far */
};

/* For up to m_max columns. ERR_MEMORY. On failure nothing needs freeing. */
MUST_CHECK bool many_pass_init(struct many_pass *p, const struct many_rows *r, size_t m_max, struct team *team,
                               struct err *err);
void many_pass_free(struct many_pass *p);

/* evals: m <= m_max, sorted by view.left_out. Products in float32 (w is rounded to it). When all columns are at one
 * point, such as the head that is resampled, margins are made once: the same bits. */
void many_pass_run(struct many_pass *p, struct many_eval *const *evals, size_t m);
/* The same in float64 all through and from the embeddings themselves, and margins of what is left out. Some three times
 * as dear. ERR_MEMORY. */
MUST_CHECK bool many_pass_exact(struct many_pass *p, struct many_eval *const *evals, size_t m, struct err *err);

#endif
