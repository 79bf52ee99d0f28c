#include "core/base/outfile.h"

#include "core/base/buf.h"
#include "core/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 256 * 1024 };

struct outfile {
    FILE *f;
    char *path;        /* for errors; NULL: standard output */
    char *temporary;   /* NULL: written directly */
    char *block;       /* what f gathers before it writes; NULL: as the system has it */
    bool lasting;      /* commit waits for the disk */
    atomic_int failed; /* errno of the first write that failed */
};

static FILE *open_temporary(char *name, const char *path)
{
    int fd = mkstemp(name);
    if (fd < 0)
        return NULL;
    struct stat st;
    mode_t mask = umask(0);
    umask(mask);
    mode_t mode = stat(path, &st) == 0 ? st.st_mode & 0777 : 0666 & ~mask;
    FILE *f = fchmod(fd, mode) == 0 ? fdopen(fd, "wb") : NULL;
    if (f == NULL) {
        close(fd);
        unlink(name);
    }
    return f;
}

struct outfile *outfile_open(const char *path, struct err *err)
{
    struct outfile *o = mem_alloc(sizeof *o);
    o->lasting = true;
    if (path == NULL || strcmp(path, "-") == 0) {
        o->f = stdout;
        return o;
    }
    struct stat st;
    o->path = mem_dup(path);
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        o->f = fopen(path, "wbe");
    } else {
        struct buf name = BUF_INIT;
        buf_addf(&name, "%s.XXXXXX", path);
        o->temporary = buf_take(&name);
        o->f = open_temporary(o->temporary, path);
    }
    if (o->f == NULL) {
        err_errno(err, "cannot write %s", path);
        mem_free(o->temporary);
        mem_free(o->path);
        mem_free(o);
        return NULL;
    }
    if (o->temporary != NULL) {
        o->block = mem_alloc(BLOCK);
        setvbuf(o->f, o->block, _IOFBF, BLOCK);
    }
    return o;
}

void outfile_reproducible(struct outfile *o)
{
    o->lasting = false;
}

void outfile_write(struct outfile *o, const void *p, size_t n)
{
    if (o->failed != 0 || n == 0)
        return;
    if (fwrite(p, 1, n, o->f) != n)
        o->failed = errno != 0 ? errno : EIO;
}

bool outfile_failed(const struct outfile *o)
{
    return o->failed != 0;
}

static void release(struct outfile *o)
{
    mem_free(o->block);
    mem_free(o->temporary);
    mem_free(o->path);
    mem_free(o);
}

void outfile_abandon(struct outfile *o)
{
    if (o == NULL)
        return;
    if (o->path != NULL && o->f != NULL)
        fclose(o->f);
    if (o->temporary != NULL)
        unlink(o->temporary);
    release(o);
}

bool outfile_commit(struct outfile *o, struct err *err)
{
    if (o->failed == 0 && fflush(o->f) != 0)
        o->failed = errno;
    if (o->path == NULL) {
        int failed = o->failed;
        release(o);
        errno = failed;
        return failed == 0 || err_errno(err, "cannot write to standard output");
    }
    if (o->failed == 0 && o->temporary != NULL && o->lasting && fsync(fileno(o->f)) != 0)
        o->failed = errno;
    if (fclose(o->f) != 0 && o->failed == 0)
        o->failed = errno;
    o->f = NULL;
    if (o->failed == 0 && o->temporary != NULL && rename(o->temporary, o->path) != 0)
        o->failed = errno;
    if (o->failed != 0) {
        errno = o->failed;
        err_errno(err, "cannot write %s", o->path);
        outfile_abandon(o);
        return false;
    }
    release(o);
    return true;
}
