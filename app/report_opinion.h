/* What people said, for the report: how far they agree, and whether they lean to a side. */
#ifndef ASSAY_APP_REPORT_OPINION_H
#define ASSAY_APP_REPORT_OPINION_H

#include "app/agreement.h"
#include "app/evaluate.h"

/* People alone, not what came with the data. */
struct report_people {
    struct agreement side, strength; /* first, neither or second is better; -3 ... 3 */
    size_t sided, for_a;             /* judgements that prefer an answer; that on side A */
    struct opinions opinions;
    VEC(struct agreement_part) parts; /* the preference and each rated attribute, as judged and after filtering */
};

/* Agreement by the resamples and seed of `e`. Free with report_people_free, also after a failure. */
MUST_CHECK bool report_people_read(struct db *db, const struct evaluate_opts *e, struct report_people *out,
                                   struct err *err);
void report_people_free(struct report_people *x);

#endif
