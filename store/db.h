/* The workspace file: one SQLite database (assets/sql/schema/). Opened by one thread; give each thread its own.
 *
 * Folder: db, db_open, stmt, migrate, disk, restore the file, its statements, its versions, where it may lie
 *         workspace, rubric, setting, audit making one, and what holds for the whole of it
 *         content, response      prompts, responses, comparisons, sources
 *         annotator, judgement, label, history who judges, what was said, what it adds up to and how that came about
 *         task, draft, queue, undo  one annotator at work
 *         quarantine, pseudonym, anonymise  records and names kept apart
 *         where, words, browse      filters, the index of words, searching
 *         backlog, assign, review   what waits, handing it out, deciding
 *         import*, export*, merge*  files
 *         bulk, staging         a new workspace filled fast
 *         embedding, run, status, check  the rest
 *
 * SQLite's errors arrive as ERR_BUSY (locked longer than the timeout), ERR_IO (disk full, read-only, unreadable),
 * ERR_SCHEMA (damaged, not a workspace, of a newer version), ERR_CONFLICT (a rule of the schema). */
#ifndef ASSAY_STORE_DB_H
#define ASSAY_STORE_DB_H

#include "core/base/err.h"
#include "core/base/progress.h"

#include <stdint.h>

struct db;

/* "assy", so that file(1) and db_open tell a workspace from another database. */
enum { DB_APPLICATION_ID = 0x61737379, DB_BUSY_MS = 10 * 1000 };

enum db_mode { DB_READ, DB_WRITE };

/* Open one; an older version is brought up to date, after a copy of it was put beside it as "name.v1.assay". *out is
 * NULL after a failure.
 * ERR_MISSING when there is no such file; ERR_SCHEMA when it is
 * no workspace or of a newer version (the file is not touched); ERR_IO on a network file system, where SQLite's locks
 * cannot be trusted. */
MUST_CHECK bool db_open(const char *path, enum db_mode mode, struct db **out, struct err *err);
/* NULL is allowed. */
void db_close(struct db *db);
/* From now on what is asked of the workspace ticks (share unknown; that of db_check is told), and ends with ERR_STOPPED
 * when a tick says so; a transaction that is going on is undone then. `p` is not copied; NULL: nobody watches any
 * more. */
void db_watch(struct db *db, const struct progress *p);
/* The path it was opened by. */
const char *db_path(const struct db *db);
/* How long to wait for another process, in milliseconds (DB_BUSY_MS unless told). */
void db_set_timeout(struct db *db, int ms);

/* Do fn(db, ctx, err) as one transaction: on disk when this returns true, undone without trace when fn returns false.
 * May be nested: an inner one that fails undoes only itself. */
MUST_CHECK bool db_write(struct db *db, bool (*fn)(struct db *db, void *ctx, struct err *err), void *ctx,
                         struct err *err);
/* The same for what can be done once more: seen by everybody and safe from a kill when this returns, on disk with the
 * next db_write of anybody; until then a power cut takes it back. It does not wait for the disk while others wait for
 * it. */
MUST_CHECK bool db_write_soon(struct db *db, bool (*fn)(struct db *db, void *ctx, struct err *err), void *ctx,
                              struct err *err);
/* The same for reading: everything fn sees is of one moment. */
MUST_CHECK bool db_snapshot(struct db *db, bool (*fn)(struct db *db, void *ctx, struct err *err), void *ctx,
                            struct err *err);

/* Inside a transaction: hand all that was changed to the disk, so that a full one shows now. For those who must say
 * that something is done before it is final. */
MUST_CHECK bool db_flush(struct db *db, struct err *err);

/* Verify the file: SQLite's own check, references, and what the schema cannot say (store/check.c). `report` gets
 * one sentence a fault; *faults is their number. False only when the check itself could not be done. */
MUST_CHECK bool db_check(struct db *db, void (*report)(void *ctx, const char *text), void *ctx, int *faults,
                         struct err *err);
/* Copy the workspace as it stands to `path`, which must not exist; safe while others write. */
MUST_CHECK bool db_backup(struct db *db, const char *path, struct err *err);

#endif
