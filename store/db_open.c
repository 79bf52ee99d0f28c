/* Which files are workspaces, of which version, and how one is opened and made. */
#include "store/db_internal.h"
#include "store/disk.h"
#include "store/migrate.h"

#include "core/base/buf.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* An integer PRAGMA. */
static bool pragma_int(struct db *db, const char *sql, int64_t *out, struct err *err)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(db->sql, sql, -1, &s, NULL);
    if (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW)
        *out = sqlite3_column_int64(s, 0);
    bool ok = rc == SQLITE_ROW || db_error(db, rc, sql, err);
    sqlite3_finalize(s);
    return ok;
}

static bool check_identity(struct db *db, int *version, struct err *err)
{
    int64_t application = 0;
    if (!pragma_int(db, "PRAGMA application_id", &application, err) || !migrate_version(db, version, err))
        return false;
    if (application != DB_APPLICATION_ID)
        return err_set(err, ERR_SCHEMA, "%s: is a database, but not an assay workspace; make one with \"assay init\"",
                       db->path);
    if (*version > migrate_newest())
        return err_set(err, ERR_SCHEMA,
                       "%s: was made by a newer assay (workspace version %d, this program knows up to %d); update the "
                       "program",
                       db->path, *version, migrate_newest());
    return true;
}

static bool is_regular(const char *path, struct err *err)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return errno == ENOENT ? err_set(err, ERR_MISSING, "%s: file not found: make one with \"assay init\"", path)
                               : err_errno(err, "%s", path);
    if (S_ISDIR(st.st_mode))
        return err_set(err, ERR_SCHEMA, "%s: is a directory, not a workspace", path);
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_SCHEMA, "%s: is no regular file, so not a workspace", path);
    return st.st_size > 0 ||
           err_set(err, ERR_SCHEMA, "%s: is empty; remove it and make a workspace with \"assay init\"", path);
}

/* Nobody can be writing to a file whose folder takes no new files and that has no log of changes beside it. */
static bool is_frozen(const char *path)
{
    struct buf name = BUF_INIT;
    struct stat st;
    buf_addf(&name, "%s-wal", path);
    bool logged = stat(name.ptr, &st) == 0;
    buf_reset(&name);
    buf_addf(&name, "%s-journal", path);
    logged = logged || stat(name.ptr, &st) == 0;
    const char *slash = strrchr(path, '/');
    buf_reset(&name);
    buf_add(&name, path, slash != NULL ? (size_t)(slash - path) + 1 : 0);
    buf_adds(&name, ".");
    bool closed = access(name.ptr, W_OK) != 0;
    buf_free(&name);
    return closed && !logged;
}

/* Reading is done through a connection that could write: only such a one takes its helper files away again. */
static bool connect_existing(struct db *db, enum db_mode mode, struct err *err)
{
    if (mode == DB_WRITE)
        return db_connect(db, SQLITE_OPEN_READWRITE, err);
    if (is_frozen(db->path))
        return db_connect(db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err);
    return db_connect(db, SQLITE_OPEN_READWRITE, err) && db_exec(db, "PRAGMA query_only = ON", err);
}

/* The workspace as it was before it is brought up to date: "name.v1.assay" beside it. One that is there already is of
 * somebody who was first. */
static bool keep_old(struct db *db, int version, struct err *err)
{
    static const char ending[] = ".assay";
    size_t n = strlen(db->path), e = sizeof ending - 1;
    struct buf path = BUF_INIT;
    buf_add(&path, db->path, n > e && strcmp(db->path + n - e, ending) == 0 ? n - e : n);
    buf_addf(&path, ".v%d%s", version, ending);
    bool ok = access(path.ptr, F_OK) == 0 || db_backup(db, path.ptr, err) ||
              err_context(err, "keeping %s as it is before it is brought up to date", db->path);
    buf_free(&path);
    return ok;
}

static bool bring_up(struct db *db, int version, struct err *err)
{
    if (version == migrate_newest())
        return true;
    return (version == 0 || keep_old(db, version, err)) && migrate_up(db, err);
}

/* Whoever opened it while it was replaced (store/restore.c) would write into the old one. */
static bool is_still_there(struct db *db, struct err *err)
{
    int moved = 0;
    if (sqlite3_file_control(db->sql, "main", SQLITE_FCNTL_HAS_MOVED, &moved) != SQLITE_OK || moved == 0)
        return true;
    return err_set(err, ERR_BUSY, "%s: was replaced by another file at this moment; try again", db->path);
}

static bool reach(struct db *db, enum db_mode mode, int *version, struct err *err)
{
    return is_regular(db->path, err) && disk_is_local(db->path, err) && connect_existing(db, mode, err) &&
           check_identity(db, version, err) && is_still_there(db, err) && db_limit_cache(db, mode, err);
}

bool db_reach(const char *path, enum db_mode mode, struct db **out, int *version, struct err *err)
{
    struct db *db = db_new(path);
    if (!reach(db, mode, version, err)) {
        db_close(db);
        return false;
    }
    *out = db;
    return true;
}

static bool prepare_to_write(struct db *db, int version, struct err *err)
{
    if (sqlite3_db_readonly(db->sql, "main") == 1)
        return db_error(db, SQLITE_READONLY, "open", err);
    return db_exec(db, "PRAGMA journal_mode = WAL", err) && bring_up(db, version, err);
}

static bool open_once(const char *path, enum db_mode mode, struct db **out, int *version, struct err *err)
{
    *out = NULL;
    if (!db_reach(path, mode, out, version, err))
        return false;
    if (mode == DB_READ || prepare_to_write(*out, *version, err))
        return true;
    db_close(*out);
    *out = NULL;
    return false;
}

/* A copy that may be written to is all it takes, where that is what is in the way. */
static bool cannot_bring_up(const char *path, int version, const struct err *why, struct err *err)
{
    int code = why->code & 0xff;
    bool closed = code == SQLITE_READONLY || code == SQLITE_CANTOPEN || code == SQLITE_PERM;
    err_set(err, why->kind, "%s is of an older version (%d) and %s: %s", path, version,
            closed ? "is brought up to date before it is read; copy it to a folder where you may write, and read "
                     "the copy"
                   : "cannot be brought up to date",
            why->text);
    if (err != NULL)
        err->code = why->code;
    return false;
}

bool db_open(const char *path, enum db_mode mode, struct db **out, struct err *err)
{
    int version = 0;
    struct err why = {.kind = ERR_NONE};
    if (!open_once(path, mode, out, &version, err))
        return false;
    if (mode == DB_WRITE || version == migrate_newest())
        return true;
    /* reading an older one: up to date first, then anew */
    db_close(*out);
    if (!open_once(path, DB_WRITE, out, &version, &why))
        return cannot_bring_up(path, version, &why, err);
    db_close(*out);
    return open_once(path, mode, out, &version, err);
}

static bool make_in(struct db *db, struct err *err)
{
    return db_connect(db, SQLITE_OPEN_READWRITE, err) && db_exec(db, "PRAGMA page_size = 16384", err) &&
           db_exec(db, "PRAGMA application_id = 0x61737379", err) && db_exec(db, "PRAGMA journal_mode = WAL", err) &&
           migrate_up(db, err) && db_limit_cache(db, DB_WRITE, err);
}

bool db_make(const char *path, struct db **out, struct err *err)
{
    if (!disk_is_local(path, err) || !db_reserve(path, err))
        return false;
    struct db *db = db_new(path);
    if (!make_in(db, err)) {
        db_close(db);
        db_remove(path);
        return false;
    }
    *out = db;
    return true;
}
