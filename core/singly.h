/* The columns of core/many.h fitted one after the other: for heads that cannot share the readings of the data, because
 * thresholds of their own are minimised out (ties), sums of embeddings are further rows (centring), the loss is not
 * convex (the channel), each column has an anchor of its own, or there is more to fit than pairs. The columns mean what
 * they mean there, and each is what fit_pairs, or the fit that is given in its place, makes of its pairs alone.
 *
 * It costs a fit a column: columns of one fold, draw and objective are taken from the largest penalty down, and each
 * starts where the one before it ended, which makes it a short one. */
#ifndef ASSAY_CORE_SINGLY_H
#define ASSAY_CORE_SINGLY_H

#include "core/fit.h"
#include "core/many.h"

/* How a column is fitted to its n pairs, weighed by its draw already: the penalty and what is left out are the
 * column's, the rest is as in fit_pairs. */
struct singly_fit {
    bool (*fit)(void *ctx, const struct many_column *column, const struct pair *pairs, size_t n,
                const struct fit_opts *opts, double *w, struct bt_info *info, const struct progress *progress,
                struct err *err);
    void *ctx;
};

struct singly {
    const struct many_problem *p; /* its loss and normalise are not looked at */
    const struct bt_model *model;
    const double *const *anchor; /* one a column, d numbers each: adds (mu/2) |w - anchor|^2; NULL: none */
    double mu;
    const struct singly_fit *fit; /* NULL: fit_pairs */
};

/* What comes out: arrays of the caller. W, info and held as many_fit fills them. */
struct singly_out {
    double *W;            /* m x d */
    struct bt_info *info; /* m */
    struct ties *ties;    /* m: thresholds, for a model with ties; may be NULL */
    double *held;         /* n x many_held_width(columns, m); may be NULL */
    size_t passes;        /* over the pairs of a column, of all columns together */
};

/* Options, ticks and errors as many_fit; the loss need not be convex (then a column ends as stationary). Asked to stop,
 * columns that were not begun are left where they would have begun, BT_INTERRUPTED.
 *
 * Ties among the pairs of a column: where a likelihood of ties meets none, or the graded one a single strength, its
 * best threshold is that of no ties at all (h = 0, v = 0), so that such a column is fitted without, and its ties are
 * those of TIES_NONE. ERR_RANGE when nothing but ties is left. */
MUST_CHECK bool singly_fit(const struct singly *s, const struct many_column *columns, size_t m,
                           const struct many_opts *o, struct singly_out *out, const struct progress *progress,
                           struct err *err);

#endif
