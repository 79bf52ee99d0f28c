/* What check.c, check_index.c and check_rating.c share (inside store/ only). */
#ifndef ASSAY_STORE_CHECK_INTERNAL_H
#define ASSAY_STORE_CHECK_INTERNAL_H

#include "store/db_internal.h"

struct checking {
    void (*report)(void *ctx, const char *text);
    void *ctx;
    int faults;
};

/* One more fault, in a sentence. */
void check_fault(struct checking *c, const char *text);
/* A PRAGMA that gives one sentence a fault, and "ok" when there is none. */
MUST_CHECK bool check_integrity(struct db *db, const char *sql, struct checking *c, struct err *err);

/* Does every index hold what its table holds, in its order, and nothing twice that must not be? SQLite's own check
 * looks up every row in every index, which are random reads and the most of its time. Here table and index are each
 * read once from end to end: an index must be ascending, and the sum over its entries of a 64-bit hash of the entry
 * must be the sum over the rows of the table. Where that raises a doubt SQLite's check of the table says what is wrong.
 */
MUST_CHECK bool check_indexes(struct db *db, struct checking *c, struct err *err);
/* Is every rating of a response that its judgement is about, and within the rubric it was made under? Do the ratings
 * come to what is written down of them (store/criteria.h)? In one reading. */
MUST_CHECK bool check_ratings(struct db *db, struct checking *c, struct err *err);

#endif
