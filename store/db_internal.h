/* What db.c, db_open.c, workspace.c, stmt.c, migrate.c, check.c and restore.c share. */
#ifndef ASSAY_STORE_DB_INTERNAL_H
#define ASSAY_STORE_DB_INTERNAL_H

#include "store/db.h"
#include "store/stmt.h"

/* What a workspace may have nothing of. */
enum db_kind { DB_OF_RESPONSE, DB_RATING, DB_SPAN, DB_KINDS };

struct db {
    sqlite3 *sql;
    char *path;
    int depth; /* of open transactions */
    int timeout_ms;
    const struct progress *watcher;                    /* who watches, or NULL... */
    double watch_done, watch_total;                    /* ...and what is told: total 0 when the share is not known */
    bool reading;                                      /* what is open is a snapshot, of which nothing changes... */
    enum { DB_ASK, DB_NONE, DB_SOME } there[DB_KINDS]; /* ...so that this need be asked but once */
    bool filling;                                      /* inside bulk_write */
    struct bulk *bulk;                                 /* a new workspace is being filled (store/bulk.h), or NULL */
    struct staging *staging;                           /* with it: rows on their way */
    sqlite3_stmt *cache[STMT_COUNT];
};

/* The connection's error `code` in words for people ("what was being done": may be NULL); always false. */
bool db_error(struct db *db, int code, const char *what, struct err *err);
/* Pragmas and transaction control; anything else is a named statement. */
MUST_CHECK bool db_exec(struct db *db, const char *sql, struct err *err);

/* A handle without a connection; db_close gives it back. */
struct db *db_new(const char *path);
/* Connect it (SQLITE_OPEN_... flags) and set what holds for every connection. */
MUST_CHECK bool db_connect(struct db *db, int flags, struct err *err);
/* The memory for pages; once the page size of the file is known. */
MUST_CHECK bool db_limit_cache(struct db *db, enum db_mode mode, struct err *err);
/* Make an empty file at `path`; ERR_CONFLICT when there is one. */
MUST_CHECK bool db_reserve(const char *path, struct err *err);
/* A new file with the newest schema and nothing in it; on failure nothing is left there. */
MUST_CHECK bool db_make(const char *path, struct db **out, struct err *err);

/* Is there anything of the kind? Outside a snapshot always "perhaps": true. */
MUST_CHECK bool db_some(struct db *db, enum db_kind kind, bool *some, struct err *err);

/* Open a workspace of any version that is not newer than ours, and leave it in that version. Close with db_close. */
MUST_CHECK bool db_reach(const char *path, enum db_mode mode, struct db **out, int *version, struct err *err);
/* Take away a file and what SQLite keeps beside it. */
void db_remove(const char *path);

#endif
