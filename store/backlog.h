/* What would be worked on next, and why: the lists of `assay queue`. Nothing here hands anything out. */
#ifndef ASSAY_STORE_BACKLOG_H
#define ASSAY_STORE_BACKLOG_H

#include "store/db.h"

#include <stdint.h>

/* id, key, what it lists */
#define BACKLOGS(X)                                                                                                    \
    X(GIVEN, "given", "fewer people than wanted have handled it, in the order in which they came in")                  \
    X(DISAGREEMENT, "disagreement", "people differ and nobody has reviewed it; those that differ most first")          \
    X(SKIPPED, "skipped", "enough people skipped or flagged it; it is given to nobody any more")
enum backlog {
#define X(id, key, about) BACKLOG_##id,
    BACKLOGS(X)
#undef X
};

struct backlog_row {
    int64_t comparison;
    char id[33]; /* of the comparison */
    const char *source;
    int64_t people;      /* who have handled it (DISAGREEMENT: who have judged it) */
    int64_t wanted;      /* GIVEN: how many people it waits for in all */
    int64_t spread;      /* DISAGREEMENT: largest preference less the smallest, 0 to 6 */
    int64_t helpfulness; /* DISAGREEMENT: the same of helpfulness, of the response where it is larger */
    bool conflict;       /* DISAGREEMENT: some prefer the first, some the second */
};

/* At most `limit` rows (0: all). Of a prompt whose answers are ranked, or will be, GIVEN has one comparison. The row is
 * borrowed for the call. */
MUST_CHECK bool backlog_each(struct db *db, enum backlog which, int64_t limit,
                             void (*each)(void *ctx, const struct backlog_row *row), void *ctx, struct err *err);

#endif
