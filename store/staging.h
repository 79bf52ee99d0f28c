/* Rows on their way into tables, many at once (inside store/ only). They wait as values until there are enough of them;
 * then a thread of their own puts them in, one statement a table (INSERT ... SELECT * FROM staged_...), while the
 * caller goes on. SQLite keeps its places in the table and its indexes for the whole of a statement, so that a row
 * costs half of what it does alone.
 *
 * The connection belongs to that thread until staging_settle; stmt.c and db.c call it (through store/bulk.h) before
 * they do anything. The rows are in the transaction of the caller. */
#ifndef ASSAY_STORE_STAGING_H
#define ASSAY_STORE_STAGING_H

#include "store/stmt.h"

/* name of the table, values of a row: in the order of the statement STAGE_... of queries.sql. A staged table is put in
 * before those that follow it. */
#define STAGE_TABLES(X)                                                                                                \
    X(PROMPT, prompt, 3)                                                                                               \
    X(RESPONSE, response, 7)                                                                                           \
    X(COMPARISON, comparison, 8)                                                                                       \
    X(JUDGEMENT, judgement, 19)                                                                                        \
    X(LATEST, latest, 5)                                                                                               \
    X(LATER, later, 5)                                                                                                 \
    X(ASPECT, aspect, 5)                                                                                               \
    X(RATING, rating, 5)

/* Likewise; the tables they go to are there for the time of an import only (assets/sql/bulk). */
#define STAGE_IDS(X)                                                                                                   \
    X(PROMPT_ID, prompt_id, 2)                                                                                         \
    X(RESPONSE_ID, response_id, 2)                                                                                     \
    X(COMPARISON_ID, comparison_id, 2)                                                                                 \
    X(JUDGEMENT_ID, judgement_id, 2)

enum staging_table {
#define X(id, name, columns) STAGE_##id,
    STAGE_TABLES(X) STAGE_IDS(X)
#undef X
        STAGE_COUNT
};

struct staging;

/* How many rows were waiting at some moment. */
struct staging_mark {
    size_t n[STAGE_COUNT];
};

/* Make the staged_... tables known to a connection: every one has them, so that every statement can be prepared. */
MUST_CHECK bool staging_attach(struct db *db, struct err *err);
struct staging *staging_open(struct db *db);
/* What waits still is forgotten. NULL is allowed. */
void staging_close(struct staging *s);

/* A row, as many values as the table has; texts and ids are copied. */
void staging_put(struct staging *s, enum staging_table t, const struct value *row);
struct staging_mark staging_now(const struct staging *s);
/* Forget the rows put since; none of them may have been settled. */
void staging_forget(struct staging *s, const struct staging_mark *since);
/* Are there enough to be sent? */
bool staging_is_full(const struct staging *s);
/* Hand all that waits to the thread. Fails with what went wrong when it put in those before. */
MUST_CHECK bool staging_send(struct staging *s, struct err *err);
/* Everything up to `mark` is in (NULL: all that waits), and the connection is free. The rows behind it wait on; marks
 * taken before are void. */
MUST_CHECK bool staging_settle(struct staging *s, const struct staging_mark *mark, struct err *err);
/* Is this one of the statements that the thread runs? */
bool staging_is_own(enum stmt_id id);

#endif
