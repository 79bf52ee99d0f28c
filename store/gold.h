/* Gold: comparisons whose right answer the owner knows. They look like all others and are given to everybody. The
 * qualifying ones come first, and whoever has answered them and is not right often enough (setting gold-pass) is given
 * nothing else.
 *
 * With the setting gold-feedback people are told after each qualifying item what was expected, and of those the answer
 * that they gave first counts.
 *
 * An answer is right when it prefers the better response (however strongly), says "same" with a preference of 0, or
 * "neither" where no answer is valid. Skipped ones count as not answered. */
#ifndef ASSAY_STORE_GOLD_H
#define ASSAY_STORE_GOLD_H

#include "store/db.h"

#include <stdint.h>

#define GOLD_ANSWERS(X) X(FIRST, "first") X(SECOND, "second") X(SAME, "same") X(NEITHER, "neither")
enum gold_answer {
#define X(id, name) GOLD_##id,
    GOLD_ANSWERS(X)
#undef X
};
const char *gold_answer_name(enum gold_answer answer);

struct gold_item {
    char id[33]; /* of the comparison */
    enum gold_answer answer;
    bool qualifying;
};

struct gold_marks {
    const char *name; /* borrowed for the call */
    int64_t answered, right;
    int64_t qualifying_answered, qualifying_right;
};

/* `who` for the audit trail. */
MUST_CHECK bool gold_add(struct db *db, int64_t comparison, enum gold_answer answer, bool qualifying, const char *who,
                         struct err *err);
/* *was: it was gold. */
MUST_CHECK bool gold_drop(struct db *db, int64_t comparison, const char *who, bool *was, struct err *err);
/* In the order in which the comparisons came in; people by name. */
MUST_CHECK bool gold_each(struct db *db, void (*each)(void *ctx, const struct gold_item *item), void *ctx,
                          struct err *err);
MUST_CHECK bool gold_each_person(struct db *db, void (*each)(void *ctx, const struct gold_marks *marks), void *ctx,
                                 struct err *err);

/* Each answer to a gold comparison, by name and then in the order in which they were given: for what changes over time.
 */
struct gold_given {
    const char *name; /* borrowed for the call */
    int64_t created;
    bool right;
};
MUST_CHECK bool gold_each_answer(struct db *db, void (*each)(void *ctx, const struct gold_given *answer), void *ctx,
                                 struct err *err);

/* What people are told of this comparison after they judged it; *told is false when it does not qualify, or when the
 * setting gold-feedback is off. */
MUST_CHECK bool gold_expected(struct db *db, int64_t comparison, bool *told, enum gold_answer *answer, struct err *err);

/* How an annotator stands with the qualifying ones: *left of them are not answered; *passed is true when none is left
 * and enough were right, and when there are none. */
struct qualification {
    int64_t of, answered, right;
    double pass;
    bool passed;
};
MUST_CHECK bool gold_qualification(struct db *db, int64_t annotator, struct qualification *out, struct err *err);

#endif
