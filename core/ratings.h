/* Ratings of single responses on named attributes. */
#ifndef ASSAY_CORE_RATINGS_H
#define ASSAY_CORE_RATINGS_H

#include "core/embedding.h"
#include "core/split.h"

struct rating_row {
    size_t row;    /* of the embeddings */
    int annotator; /* index into annotators, -1 when not given */
    double weight; /* >= 0, finite; 1 unless given */
    enum split split;
};

struct rating_set {
    VEC(struct rating_row) rows;
    struct names attributes; /* in order of first appearance: k of them */
    struct names annotators;
    double *values; /* rows.n x k by rows; NaN = missing */
};

/* Read a JSONL file (plain, gzip, "-") into an empty set:
 *   {"response": ID-or-row, "ratings": {"helpfulness": 4, "coherence": null, ...}, "annotator"?, "weight"?, "split"?}
 * Numbers must be finite, a weight at least 0; null is missing. Several lines may rate one response. Errors name
 * file:line. */
MUST_CHECK bool ratings_read(const char *path, const struct embeddings *e, struct rating_set *set, struct err *err);
void ratings_free(struct rating_set *set);

#endif
