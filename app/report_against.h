/* Heads of a report on the same pairs: what the others do better or worse than the first, and how far all are apart. */
#ifndef ASSAY_APP_REPORT_AGAINST_H
#define ASSAY_APP_REPORT_AGAINST_H

#include "app/report_head.h"
#include "core/compare.h"
#include "core/distance.h"

/* The first head that was judged, and those that were judged on the same pairs; n is 0 when there are none of these. */
struct report_rivals {
    size_t n;
    const struct report_head *head[REPORT_HEADS];
    struct compare_head against[REPORT_HEADS]; /* the first of them */
    struct distances apart;
};

/* Of those of the n heads that were judged; bins, resamples and seed as in `e`. The heads are borrowed. */
MUST_CHECK bool report_rivals_make(struct report_head *const *heads, size_t n, const struct evaluate_opts *e,
                                   struct report_rivals *out, struct err *err);
void report_rivals_free(struct report_rivals *x);

#endif
