/* What db.c, stmt.c, migrate.c, check.c and restore.c share. */
#ifndef ASSAY_STORE_DB_INTERNAL_H
#define ASSAY_STORE_DB_INTERNAL_H

#include "store/db.h"
#include "store/stmt.h"

struct db {
    sqlite3 *sql;
    char *path;
    int depth; /* of open transactions */
    int timeout_ms;
    sqlite3_stmt *cache[STMT_COUNT];
};

/* The connection's error `code` in words for people ("what was being done": may be NULL); always false. */
bool db_error(struct db *db, int code, const char *what, struct err *err);
/* Pragmas and transaction control; anything else is a named statement. */
MUST_CHECK bool db_exec(struct db *db, const char *sql, struct err *err);

/* Open a workspace of any version that is not newer than ours, and leave it in that version. Close with db_close. */
MUST_CHECK bool db_reach(const char *path, enum db_mode mode, struct db **out, int *version, struct err *err);
/* Take away a file and what SQLite keeps beside it. */
void db_remove(const char *path);

#endif
