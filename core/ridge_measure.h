/* How good a solution of least squares is, from the rows themselves. Not for use outside core/ridge*. */
#ifndef ASSAY_CORE_RIDGE_MEASURE_H
#define ASSAY_CORE_RIDGE_MEASURE_H

#include "core/base/team.h"
#include "core/ridge_group.h"

/* Objective and gradient of the targets of one group, at W (k x d by rows) and b (k) with penalties l2 (k), into the
 * group's entries of info (k). One reading of the rows. `shift` (d) is a point near the rows: the sums are taken around
 * it, so that rows far from the origin lose no digits. `team` shares the rows, each worker a fixed part; BLAS should
 * have one thread then. NULL: the caller alone. ERR_MEMORY. */
MUST_CHECK bool ridge_measure(const struct ridge_rows *rows, const double *Y, size_t k, const struct ridge_group *g,
                              const double *l2, const double *W, const double *b, const double *shift,
                              struct team *team, struct ridge_info *info, struct err *err);

#endif
