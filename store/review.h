/* Review: where people disagree, one of them decides, and what is plainly wrong is set aside. Nothing is deleted: a
 * decision is a judgement of the reviewer, which stands above the others, and what is dropped is withdrawn. */
#ifndef ASSAY_STORE_REVIEW_H
#define ASSAY_STORE_REVIEW_H

#include "core/base/rng.h"
#include "store/judgement.h"

struct review_decision {
    int64_t comparison;
    int preference;           /* -3 the first much better ... 3, or PREFERENCE_NEITHER */
    struct json_text because; /* UTF-8; @A is the first answer, @B the second */
};
/* Write it down as "review:PERSON"; only a preference is asked for, whatever the rubric wants of annotators. ERR_RANGE
 * when it is none that the rubric knows. */
MUST_CHECK bool review_decide(struct db *db, const char *person, const struct review_decision *d, struct rng *rng,
                              struct err *err);
/* Take back the last decision; *comparison is 0 when there is none. */
MUST_CHECK bool review_undo(struct db *db, const char *person, struct rng *rng, int64_t *comparison, struct err *err);
/* Set a judgement aside: a withdrawn revision in the name of whoever made it, and an entry of the audit trail with the
 * reason and the person who did. The comparison may be handed to somebody again. Whoever made it may still judge it
 * anew; undoing what was dropped brings no earlier word of theirs back. ERR_CONFLICT when it is not the latest word of
 * that annotator any more. */
MUST_CHECK bool review_drop(struct db *db, const char *person, int64_t judgement, const char *reason, struct rng *rng,
                            struct err *err);

/* The same judgement counts again, as a further revision: what was dropped is taken back. ERR_CONFLICT when that
 * annotator has said something else since. */
MUST_CHECK bool review_undrop(struct db *db, const char *person, int64_t judgement, struct rng *rng, struct err *err);

/* How far apart the judgements of people (kind judged) are in an attribute, of the answer where they differ more; NULL:
 * in the preference. 0 with fewer than two of them. */
int review_gap(const struct judgement *j, size_t n, const char *attribute);
/* How far person i is from the median of the other people, the same way; 0 with fewer than two others, of whom it
 * cannot be said who is off. */
double review_off(const struct judgement *j, size_t n, size_t i, const char *attribute);
/* Were so many words read faster than anybody reads: more than 10 a second, twice what careful reading of English takes
 * at its fastest (Brysbaert 2019: 238 a minute on the average, 400 for few)? */
bool review_fast(double seconds, int words);

#endif
