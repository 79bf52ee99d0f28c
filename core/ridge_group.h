/* Regression targets that have values in the same rows: they share every matrix. Not for use outside core/ridge*. */
#ifndef ASSAY_CORE_RIDGE_GROUP_H
#define ASSAY_CORE_RIDGE_GROUP_H

#include "core/ridge.h"

struct ridge_group {
    size_t *targets, nt; /* columns of Y */
    size_t *which, n;    /* rows with a value and a weight above 0, ascending */
    double *root;        /* n: square roots of their weights */
    double sum_weight;
};

/* What is wrong when a fold holds all rows of a group. */
#define RIDGE_ONE_FOLD "all values of a target are in one fold, so that nothing is left to fit to; take fewer folds"

struct ridge_groups {
    struct ridge_group *v;
    size_t n;
};

/* Part the k targets of Y into groups, in the order of their first target. ERR_RANGE when there is no row, a weight is
 * negative or not finite, or a target has no value at all. Free with ridge_groups_free, also after a failure. */
MUST_CHECK bool ridge_groups_of(const struct ridge_rows *rows, const double *Y, size_t k, struct ridge_groups *out,
                                struct err *err);
void ridge_groups_free(struct ridge_groups *g);

#endif
