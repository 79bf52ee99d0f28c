#include "core/base/lines.h"

#include "core/base/buf.h"
#include "core/base/mem.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { CHUNK = 256 * 1024 };

struct lines {
    gzFile gz;
    char *name;
    double size;
    long number;
    char *chunk; /* CHUNK bytes read ahead: [at, end) not yet consumed */
    size_t at, end;
    bool eof;
    struct buf line;
};

struct lines *lines_open(const char *path, struct err *err)
{
    bool standard = strcmp(path, "-") == 0;
    struct stat st;
    if (!standard && stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
        err_set(err, ERR_IO, "%s: is a directory", path);
        return NULL;
    }
    errno = 0;
    gzFile gz = standard ? gzdopen(dup(STDIN_FILENO), "rb") : gzopen(path, "rbe");
    if (gz == NULL) {
        err_errno(err, "%s", standard ? "stdin" : path);
        return NULL;
    }
    gzbuffer(gz, CHUNK);
    struct lines *l = mem_alloc(sizeof *l);
    l->gz = gz;
    l->name = mem_dup(standard ? "stdin" : path);
    l->size = !standard && S_ISREG(st.st_mode) ? (double)st.st_size : 0;
    l->chunk = mem_alloc(CHUNK);
    l->line = BUF_INIT;
    l->line.max = LINE_MAX_BYTES;
    return l;
}

static bool fill(struct lines *l, struct err *err)
{
    int n = gzread(l->gz, l->chunk, CHUNK);
    int code = Z_OK;
    const char *reason = n < 0 || gzeof(l->gz) ? gzerror(l->gz, &code) : "";
    if (n < 0 || code < 0) {
        if (code == Z_ERRNO)
            return err_errno(err, "%s", l->name);
        return err_set(err, ERR_SYNTAX, "%s: damaged gzip after line %ld (%s)", l->name, l->number,
                       code == Z_BUF_ERROR ? "the file ends too early" : reason);
    }
    l->at = 0;
    l->end = (size_t)n;
    l->eof = n == 0;
    return true;
}

bool lines_next(struct lines *l, char **text, size_t *n, struct err *err)
{
    buf_reset(&l->line);
    *text = NULL;
    *n = 0;
    bool any = false;
    for (;;) {
        if (l->at == l->end && !l->eof && !fill(l, err))
            return false;
        if (l->eof)
            break;
        any = true;
        const char *from = l->chunk + l->at;
        const char *newline = memchr(from, '\n', l->end - l->at);
        size_t take = newline != NULL ? (size_t)(newline - from) : l->end - l->at;
        buf_add(&l->line, from, take);
        l->at += take + (newline != NULL);
        if (l->line.cut)
            return err_set(err, ERR_RANGE,
                           "%s:%ld: the line is longer than %d MiB; is it JSON Lines, one record a line?", l->name,
                           l->number + 1, LINE_MAX_BYTES >> 20);
        if (newline != NULL)
            break;
    }
    if (!any)
        return true;
    l->number++;
    if (l->line.len > 0 && l->line.ptr[l->line.len - 1] == '\r')
        buf_truncate(&l->line, l->line.len - 1);
    if (l->number == 1 && l->line.len >= 3 && memcmp(l->line.ptr, "\xEF\xBB\xBF", 3) == 0)
        buf_splice(&l->line, 0, 3, "", 0);
    buf_reserve(&l->line, 0);
    *text = l->line.ptr;
    *n = l->line.len;
    return true;
}

long lines_number(const struct lines *l)
{
    return l->number;
}

const char *lines_name(const struct lines *l)
{
    return l->name;
}

void lines_position(const struct lines *l, double *done, double *total)
{
    *done = (double)gzoffset(l->gz);
    *total = l->size;
}

void lines_close(struct lines *l)
{
    if (l == NULL)
        return;
    gzclose(l->gz);
    mem_free(l->name);
    mem_free(l->chunk);
    buf_free(&l->line);
    mem_free(l);
}
