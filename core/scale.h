/* Linear scales of ratings: what a head is fitted to is factor * rating + offset. Least squares gives the same head up
 * to that unit, so a scale is for what comes after: the weights by which outputs become one reward, the weight of
 * ratings beside preferences, and heads that are compared. */
#ifndef ASSAY_CORE_SCALE_H
#define ASSAY_CORE_SCALE_H

#include "core/base/err.h"

#include <stddef.h>

/* id, name, sentence */
#define SCALES(X)                                                                                                      \
    X(NONE, "none", "ratings as they are")                                                                             \
    X(ARMORM, "armorm", "(rating + 1/2) / 5, for ratings from 0 to 4 (ArmoRM, arXiv:2406.12845)")                      \
    X(UNIT, "unit", "the least rating of an attribute becomes 0, the greatest 1")
enum scale_kind {
#define X(id, name, text) SCALE_##id,
    SCALES(X)
#undef X
};
/* NULL-terminated. */
extern const char *const scale_names[];

struct scale {
    double factor, offset; /* factor > 0 */
};

/* For n ratings, `stride` apart, NaN where there is none: only "unit" looks at them. ERR_RANGE when they do not vary
 * for "unit", or are not between 0 and 4 for "armorm". */
MUST_CHECK bool scale_of(enum scale_kind kind, const double *y, size_t n, size_t stride, struct scale *out,
                         struct err *err);
/* In place. */
void scale_apply(const struct scale *s, double *y, size_t n, size_t stride);

#endif
