/* The rows of a linear model in memory, n x d by rows, in float64 while they are few and in float32 otherwise; products
 * are in float64 either way. */
#ifndef ASSAY_CORE_DESIGN_H
#define ASSAY_CORE_DESIGN_H

#include "core/bt.h"

struct design {
    size_t n, d;
    bool single; /* rows are float in `f32`, otherwise double in `f64` */
    double *f64; /* n x d by rows, or NULL */
    float *f32;
    double *block; /* workspace: DESIGN_BLOCK x d */
};

/* Rows of zeros. BT_AUTO as in bt.h. ERR_MEMORY; ERR_RANGE when there are no rows or columns. On failure nothing needs
 * freeing. */
MUST_CHECK bool design_init(struct design *x, size_t n, size_t d, enum bt_storage storage, struct err *err);
void design_free(struct design *x);
/* Set row i; false when it is not finite. */
MUST_CHECK bool design_put(struct design *x, size_t i, const double *row);
/* row (d) := row i */
void design_row(const struct design *x, size_t i, double *row);
/* Subtract from the rows first .. n-1 their mean, which goes into mean (d): what a free intercept takes up. */
void design_center(struct design *x, size_t first, double *mean);

/* z (n) = X w. One pass over the data. */
void design_times(struct design *x, const double *w, double *z);
/* g (d) += X'u. One pass. */
void design_add(struct design *x, const double *u, double *g);

#endif
