/* What `assay agreement` found, as text and as JSON: each attribute, in groups or two by two, and how people work. */
#ifndef ASSAY_APP_AGREEMENT_TOLD_H
#define ASSAY_APP_AGREEMENT_TOLD_H

#include "app/agreement.h"

enum agreement_by { AGREEMENT_BY_ATTRIBUTE, AGREEMENT_BY_SOURCE, AGREEMENT_BY_WEEK, AGREEMENT_BY_ANNOTATOR };
/* Words of --by, NULL-terminated. */
extern const char *const agreement_by_names[];

struct agreement_told {
    struct opinions o;
    enum agreement_by by;
    bool confusion;
    VEC(struct agreement_part) parts;
    struct agreement_person *people; /* as o.people */
};

/* One line of JSON. */
void agreement_told_json(const struct agreement_told *r, struct buf *out);
/* At most 100 columns. */
void agreement_told_text(const struct agreement_told *r, struct buf *out);

/* For both: what the first of two said beside what the second did, levels x levels; the caller frees it. */
double *agreement_table_of_two(const struct agreement_told *r, const struct agreement_part *p,
                               const struct agreement_pair *x);

#endif
