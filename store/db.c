#include "store/db.h"

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/trace.h"
#include "store/bulk.h"
#include "store/db_internal.h"
#include "store/staging.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Codes of SQLite and what they mean to a person; the first row whose code or primary code fits. */
static const struct {
    int code;
    enum err_kind kind;
    const char *text;
} meanings[] = {
    {SQLITE_BUSY, ERR_BUSY, "another process is writing to it and did not finish in time; try again in a moment"},
    {SQLITE_LOCKED, ERR_BUSY, "another part of the program is using it; try again in a moment"},
    {SQLITE_FULL, ERR_IO, "the disk is full; make room and try again (what was saved before is safe)"},
    {SQLITE_IOERR_SHMSIZE, ERR_IO, "the disk is full; make room and try again (what was saved before is safe)"},
    {SQLITE_READONLY, ERR_IO, "it may not be written to; check its permissions and those of its folder"},
    {SQLITE_CANTOPEN, ERR_IO, "it cannot be opened; check the path, and the permissions of the file and its folder"},
    {SQLITE_PERM, ERR_IO, "it may not be opened; check its permissions"},
    {SQLITE_NOTADB, ERR_SCHEMA, "it is not an assay workspace; make one with \"assay init\""},
    {SQLITE_CORRUPT, ERR_SCHEMA,
     "it is damaged; \"assay restore BACKUP\" puts a good copy in its place, and "
     "sqlite3's \".recover\" saves what can be read"},
    {SQLITE_NOMEM, ERR_MEMORY, "out of memory"},
    {SQLITE_INTERRUPT, ERR_STOPPED, "stopped"},
    {SQLITE_TOOBIG, ERR_RANGE, "a text is too long for the workspace (more than 1 GB)"},
    {SQLITE_CONSTRAINT, ERR_CONFLICT, "it contradicts a rule of the workspace"},
    {SQLITE_IOERR, ERR_IO, "reading or writing failed; check the disk"},
};

bool db_error(struct db *db, int code, const char *what, struct err *err)
{
    /* A code of our own finding has left no text in the connection. */
    bool latest = db->sql != NULL && sqlite3_extended_errcode(db->sql) == code;
    const char *detail = latest ? sqlite3_errmsg(db->sql) : sqlite3_errstr(code);
    const char *text = "the database reports an error";
    enum err_kind kind = ERR_IO;
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (meanings[i].code == code || meanings[i].code == (code & 0xff)) {
            text = meanings[i].text;
            kind = meanings[i].kind;
            break;
        }
    trace(TRACE_SQL, "error %d in %s: %s", code, what != NULL ? what : "?", detail);
    err_set(err, kind, "%s: %s (%s)", db->path, text, detail);
    if (err != NULL)
        err->code = code;
    return false;
}

bool db_exec(struct db *db, const char *sql, struct err *err)
{
    if (db->bulk != NULL && !bulk_settle(db, err))
        return false;
    int rc = sqlite3_exec(db->sql, sql, NULL, NULL, NULL);
    trace(TRACE_SQL, "%.60s", sql);
    return rc == SQLITE_OK || db_error(db, rc, sql, err);
}

const char *db_path(const struct db *db)
{
    return db->path;
}

/* Everybody looks as often, however long they have waited: SQLite's own waiting sleeps longer and longer, and somebody
 * would always come too late when many write. Looking more often costs those who write more than it gains. */
static int wait_a_little(void *ctx, int tries)
{
    enum { WAIT_MS = 5 };
    const struct db *db = ctx;
    if (tries * WAIT_MS >= db->timeout_ms)
        return 0;
    nanosleep(&(struct timespec){.tv_nsec = WAIT_MS * 1000000}, NULL);
    return 1;
}

void db_set_timeout(struct db *db, int ms)
{
    db->timeout_ms = ms;
    sqlite3_busy_handler(db->sql, wait_a_little, db);
}

struct db *db_new(const char *path)
{
    struct db *db = mem_alloc(sizeof *db);
    db->path = mem_dup(path);
    return db;
}

/* Steps of SQLite's machine between two ticks: a millisecond or so. */
enum { WATCH_STEPS = 20000 };

static int watched(void *ctx)
{
    const struct db *db = ctx;
    return !progress_tick(db->watcher, db->watch_done, db->watch_total);
}

void db_watch(struct db *db, const struct progress *p)
{
    db->watcher = p;
    sqlite3_progress_handler(db->sql, p != NULL ? WATCH_STEPS : 0, p != NULL ? watched : NULL, db);
}

void db_close(struct db *db)
{
    if (db == NULL)
        return;
    for (size_t i = 0; i < STMT_COUNT; i++)
        sqlite3_finalize(db->cache[i]);
    if (sqlite3_close(db->sql) != SQLITE_OK)
        BUG("%s is closed while a statement is running", db->path);
    mem_free(db->path);
    mem_free(db);
}

/* Without its statistics SQLite takes no lock for each piece of memory. */
static void configure(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* What SQLite is to open: always a file, where ":memory:" and "file:..." would be something else to it. As a URI it is
 * said to be immutable. */
static void sqlite_name(const char *path, bool uri, struct buf *out)
{
    if (uri)
        buf_adds(out, "file:");
    if (path[0] != '/')
        buf_adds(out, "./");
    for (const char *p = path; *p != '\0'; p++)
        if (uri && strchr("%?#", *p) != NULL)
            buf_addf(out, "%%%02X", (unsigned)(unsigned char)*p);
        else
            buf_addc(out, *p);
    if (uri)
        buf_adds(out, "?immutable=1");
}

bool db_connect(struct db *db, int flags, struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, configure);
    struct buf name = BUF_INIT;
    sqlite_name(db->path, (flags & SQLITE_OPEN_URI) != 0, &name);
    int rc = sqlite3_open_v2(name.ptr, &db->sql, flags | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX, NULL);
    buf_free(&name);
    if (rc != SQLITE_OK)
        return db_error(db, rc, "open", err);
    db_set_timeout(db, DB_BUSY_MS);
    sqlite3_db_config(db->sql, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(db->sql, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    return staging_attach(db, err) &&
           db_exec(db,
                   "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA foreign_keys = ON;"
                   "PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;"
                   /* 64 MB of changes: putting them into the file is nobody's wait but one in some hundred commits' */
                   "PRAGMA wal_autocheckpoint = 4000",
                   err);
}

/* What an import writes is spread over all of its indexes: 64 MiB of pages. Reading goes along the tables, and the
 * system keeps the file's pages anyway. Only once the page size of the file is known: before, SQLite takes the number
 * of pages from its default size and keeps four times as much. */
bool db_limit_cache(struct db *db, enum db_mode mode, struct err *err)
{
    return db_exec(db, mode == DB_READ ? "PRAGMA cache_size = -24576" : "PRAGMA cache_size = -65536", err);
}

void db_remove(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    struct buf name = BUF_INIT;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        buf_reset(&name);
        buf_addf(&name, "%s%s", path, ends[i]);
        unlink(name.ptr);
    }
    buf_free(&name);
}

/* The empty file is made by us alone, so that two processes cannot both believe to have made it. */
bool db_reserve(const char *path, struct err *err)
{
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (fd < 0 && errno == EEXIST)
        return err_set(err, ERR_CONFLICT, "%s: exists already; choose another name, or remove it first", path);
    if (fd < 0)
        return err_errno(err, "%s: cannot be made", path);
    close(fd);
    return true;
}

typedef bool (*transaction_fn)(struct db *db, void *ctx, struct err *err);

static bool begin(struct db *db, const char *how, struct err *err)
{
    if (!db_exec(db, db->depth == 0 ? how : "SAVEPOINT inner", err))
        return false;
    db->depth++;
    return true;
}

static void undo(struct db *db)
{
    bulk_abandon(db);
    db->depth--;
    /* SQLite may have rolled back by itself (disk full): then there is nothing left to undo. */
    if (sqlite3_get_autocommit(db->sql))
        return;
    sqlite3_exec(db->sql, db->depth == 0 ? "ROLLBACK" : "ROLLBACK TO inner; RELEASE inner", NULL, NULL, NULL);
    trace(TRACE_SQL, "rolled back");
    if (db->depth > 0 && !bulk_mend(db))
        sqlite3_exec(db->sql, "ROLLBACK", NULL, NULL, NULL);
}

static bool finish(struct db *db, struct err *err)
{
    enum { TRIES = 3 };
    if (db->depth > 1) {
        db->depth--;
        return db_exec(db, "RELEASE inner", err);
    }
    int rc = SQLITE_BUSY;
    for (int i = 0; i < TRIES && (rc & 0xff) == SQLITE_BUSY; i++)
        rc = sqlite3_exec(db->sql, "COMMIT", NULL, NULL, NULL);
    if (rc == SQLITE_OK) {
        db->depth--;
        return true;
    }
    db_error(db, rc, "commit", err);
    undo(db);
    return false;
}

bool db_flush(struct db *db, struct err *err)
{
    if (!bulk_finish(db, err))
        return false;
    int rc = sqlite3_db_cacheflush(db->sql);
    return rc == SQLITE_OK || db_error(db, rc, "flush", err);
}

static bool transact(struct db *db, const char *how, transaction_fn fn, void *ctx, struct err *err)
{
    if (!begin(db, how, err))
        return false;
    if (fn(db, ctx, err))
        return finish(db, err);
    undo(db);
    return false;
}

bool db_write(struct db *db, transaction_fn fn, void *ctx, struct err *err)
{
    return transact(db, "BEGIN IMMEDIATE", fn, ctx, err);
}

bool db_write_soon(struct db *db, transaction_fn fn, void *ctx, struct err *err)
{
    if (db->depth > 0)
        return db_write(db, fn, ctx, err);
    if (!db_exec(db, "PRAGMA synchronous = NORMAL", err))
        return false;
    bool ok = db_write(db, fn, ctx, err);
    return db_exec(db, "PRAGMA synchronous = FULL", ok ? err : NULL) && ok;
}

bool db_snapshot(struct db *db, transaction_fn fn, void *ctx, struct err *err)
{
    if (db->depth > 0)
        return transact(db, "BEGIN", fn, ctx, err);
    memset(db->there, 0, sizeof db->there);
    db->reading = true;
    bool ok = transact(db, "BEGIN", fn, ctx, err);
    db->reading = false;
    return ok;
}

bool db_some(struct db *db, enum db_kind kind, bool *some, struct err *err)
{
    static const enum stmt_id any[] = {
        [DB_OF_RESPONSE] = STMT_ANY_OF_RESPONSE, [DB_RATING] = STMT_ANY_RATING, [DB_SPAN] = STMT_ANY_SPAN};
    int64_t n = 0;
    *some = true;
    if (!db->reading || sqlite3_txn_state(db->sql, "main") == SQLITE_TXN_WRITE)
        return true;
    if (db->there[kind] == DB_ASK) {
        if (!stmt_int(db, any[kind], NO_ARGS, &n, err))
            return false;
        db->there[kind] = n != 0 ? DB_SOME : DB_NONE;
    }
    *some = db->there[kind] == DB_SOME;
    return true;
}

/* Whoever may not read the workspace may not read a copy of it. */
static bool like(const char *from, const char *to, struct err *err)
{
    struct stat st;
    return (stat(from, &st) == 0 && chmod(to, st.st_mode & 0777) == 0) || err_errno(err, "%s: its permissions", to);
}

bool db_backup(struct db *db, const char *path, struct err *err)
{
    if (!db_reserve(path, err))
        return false;
    struct db *to = db_new(path);
    bool ok = like(db->path, path, err) && db_connect(to, SQLITE_OPEN_READWRITE, err);
    if (ok) {
        sqlite3_backup *copy = sqlite3_backup_init(to->sql, "main", db->sql, "main");
        int rc = copy == NULL ? sqlite3_errcode(to->sql) : sqlite3_backup_step(copy, -1);
        sqlite3_backup_finish(copy);
        ok = rc == SQLITE_DONE || db_error(to, rc, "backup", err);
    }
    db_close(to);
    if (!ok)
        db_remove(path);
    return ok;
}
