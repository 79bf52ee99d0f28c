#include "store/restore.h"

#include "core/base/clock.h"
#include "core/base/json_writer.h"
#include "store/audit.h"
#include "store/db_internal.h"
#include "store/disk.h"
#include "store/migrate.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct restoring {
    const char *backup;
    const struct restore_options *options;
    char place[PATH_MAX];
    struct buf copy; /* beside the place */
    struct buf *kept;
    int faults;
};

static bool is_same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* Where the file itself stands when the workspace is a link to it. */
static bool find_place(struct restoring *r, const char *place, struct err *err)
{
    struct stat st;
    bool linked = lstat(place, &st) == 0 && S_ISLNK(st.st_mode);
    if (linked && realpath(place, r->place) == NULL)
        return err_errno(err, "%s", place);
    if (!linked && (size_t)snprintf(r->place, sizeof r->place, "%s", place) >= sizeof r->place)
        return err_set(err, ERR_RANGE, "%.100s...: the path is too long", place);
    return !is_same_file(r->backup, r->place) || err_set(err, ERR_USAGE, "%s is the workspace itself", r->backup);
}

static bool note(struct db *db, void *ctx, struct err *err)
{
    const struct restoring *r = ctx;
    return audit_add(db, r->options->who, "restore", r->backup, NULL, err);
}

static bool verify_copy(struct restoring *r, struct err *err)
{
    struct db *db = NULL;
    int version = 0;
    if (!db_reach(r->copy.ptr, DB_WRITE, &db, &version, err))
        return false;
    bool ok = db_exec(db, "PRAGMA journal_mode = WAL", err) && (version == migrate_newest() || migrate_up(db, err)) &&
              db_check(db, r->options->report, r->options->ctx, &r->faults, err) && db_write(db, note, r, err);
    db_close(db);
    return ok;
}

static bool make_copy(struct restoring *r, struct err *err)
{
    struct db *db = NULL;
    int version = 0;
    buf_addf(&r->copy, "%s.restoring-%ld", r->place, (long)getpid());
    if (!db_reach(r->backup, DB_READ, &db, &version, err))
        return false;
    bool ok = db_backup(db, r->copy.ptr, err);
    db_close(db);
    return ok && (verify_copy(r, err) || err_context(err, "verifying a copy of %s", r->backup));
}

/* What is still in the log of changes goes into the file, and what a killed import left half done (store/bulk.h) is
 * undone, when it can be read at all. */
static void settle(const char *path)
{
    sqlite3 *sql = NULL;
    if (sqlite3_open_v2(path, &sql, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK)
        sqlite3_exec(sql, "PRAGMA schema_version; PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL);
    sqlite3_close(sql);
}

/* Everybody who has a workspace open holds a lock on these bytes (those of SHARED_LOCK in SQLite's os.h). Ours ends
 * when the file is closed; other handles on it in this process would lose theirs then, so there must be none. */
static bool lock_alone(int fd, const char *path, struct err *err)
{
    enum { SHARED_FIRST = 0x40000002, SHARED_SIZE = 510 };
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = SHARED_FIRST, .l_len = SHARED_SIZE};
    if (fcntl(fd, F_SETLK, &lock) == 0)
        return true;
    if (errno != EAGAIN && errno != EACCES)
        return err_errno(err, "%s: cannot be locked", path);
    return err_set(err, ERR_BUSY,
                   "%s: others have it open, and what they say would be lost; restore it when they have left", path);
}

/* A second name for the old file: until the new one takes the first name, both are there. */
static bool keep_old(struct restoring *r, struct err *err)
{
    enum { TRIES = 100 };
    static const char ending[] = ".assay";
    char at[CLOCK_ISO_SIZE];
    size_t n = strlen(r->place), e = sizeof ending - 1;
    clock_iso(clock_now_ms(), at);
    n -= n > e && strcmp(r->place + n - e, ending) == 0 ? e : 0;
    for (int i = 1; i <= TRIES; i++) {
        buf_reset(r->kept);
        buf_add(r->kept, r->place, n);
        buf_adds(r->kept, ".replaced-");
        for (const char *p = at; *p != '\0' && *p != '.'; p++) /* 2026-11-23T14:02:07.123Z is 20261123T140207Z */
            if (*p != '-' && *p != ':')
                buf_addc(r->kept, *p);
        buf_addc(r->kept, 'Z');
        if (i > 1)
            buf_addf(r->kept, "-%d", i);
        buf_adds(r->kept, ending);
        if (link(r->place, r->kept->ptr) == 0)
            return true;
        if (errno != EEXIST)
            break;
    }
    err_errno(err, "%s: cannot be kept as %s", r->place, r->kept->ptr);
    buf_reset(r->kept);
    return false;
}

/* What SQLite keeps beside a file. */
static const char *const sidecars[] = {"-journal", "-wal", "-shm"};
enum { SIDECARS = sizeof sidecars / sizeof *sidecars, LOGS = 2 };

static void move_sidecar(const struct restoring *r, const char *end, bool back)
{
    struct buf here = BUF_INIT, there = BUF_INIT;
    buf_addf(&here, "%s%s", r->place, end);
    buf_addf(&there, "%s%s", r->kept->ptr, end);
    rename(back ? there.ptr : here.ptr, back ? here.ptr : there.ptr);
    buf_free(&here);
    buf_free(&there);
}

static void flush_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct buf folder = BUF_INIT;
    buf_add(&folder, path, slash != NULL ? (size_t)(slash - path) + 1 : 0);
    buf_adds(&folder, ".");
    int fd = open(folder.ptr, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    buf_free(&folder);
}

/* A log that could not be settled goes with its file: beside another one it would be played back into that. */
static bool swap(struct restoring *r, struct err *err)
{
    struct stat st;
    if (stat(r->place, &st) != 0 || chmod(r->copy.ptr, st.st_mode & 0777) != 0)
        return err_errno(err, "%s", r->place);
    if (!keep_old(r, err))
        return false;
    for (size_t i = 0; i < SIDECARS; i++)
        move_sidecar(r, sidecars[i], false);
    if (rename(r->copy.ptr, r->place) == 0)
        return true;
    err_errno(err, "%s: cannot be replaced", r->place);
    for (size_t i = 0; i < SIDECARS; i++)
        move_sidecar(r, sidecars[i], true);
    unlink(r->kept->ptr);
    buf_reset(r->kept);
    return false;
}

static bool replace(struct restoring *r, struct err *err)
{
    settle(r->place);
    int fd = open(r->place, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, "%s: cannot be replaced", r->place);
    bool ok = lock_alone(fd, r->place, err) && swap(r, err);
    close(fd);
    return ok;
}

/* A log without its file would be played back into the new one. */
static bool place_is_free(const char *path, struct err *err)
{
    struct buf log = BUF_INIT;
    struct stat st;
    bool ok = true;
    for (size_t i = 0; ok && i < LOGS; i++) {
        buf_reset(&log);
        buf_addf(&log, "%s%s", path, sidecars[i]);
        ok = stat(log.ptr, &st) != 0 ||
             err_set(err, ERR_CONFLICT, "%s is left of a workspace that is gone; move it away first", log.ptr);
    }
    buf_free(&log);
    return ok;
}

static bool put_in_place(struct restoring *r, struct err *err)
{
    struct stat st;
    bool ok = stat(r->place, &st) == 0
                  ? replace(r, err)
                  : place_is_free(r->place, err) &&
                        (link(r->copy.ptr, r->place) == 0 || err_errno(err, "%s: cannot be made", r->place));
    if (ok)
        flush_folder(r->place);
    return ok;
}

bool restore_file(const char *backup, const char *place, const struct restore_options *options, int *faults,
                  struct buf *kept, struct err *err)
{
    struct restoring r = {.backup = backup, .options = options, .copy = BUF_INIT, .kept = kept};
    bool ok = find_place(&r, place, err) && disk_is_local(r.place, err) && make_copy(&r, err) &&
              (options->check_only || r.faults > 0 || put_in_place(&r, err));
    if (r.copy.len > 0)
        db_remove(r.copy.ptr);
    buf_free(&r.copy);
    *faults = r.faults;
    return ok;
}
