#include "core/base/lines.h"

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/unpack.h"

#include <string.h>

enum { CHUNK = 256 * 1024 };

struct lines {
    struct unpack *file;
    long number;
    char *chunk; /* CHUNK bytes read ahead: [at, end) not yet consumed */
    size_t at, end;
    bool eof, crlf, again;
    struct buf line;
};

struct lines *lines_open(const char *path, struct err *err)
{
    struct unpack *file = unpack_open(path, err);
    if (file == NULL)
        return NULL;
    struct lines *l = mem_alloc(sizeof *l);
    l->file = file;
    l->chunk = mem_alloc(CHUNK);
    l->line = BUF_INIT;
    l->line.max = LINE_MAX_BYTES;
    return l;
}

static bool fill(struct lines *l, struct err *err)
{
    size_t n;
    if (!unpack_read(l->file, l->chunk, CHUNK, &n, err))
        return l->number == 0 ? false : err_context(err, "after line %ld", l->number);
    l->at = 0;
    l->end = n;
    l->eof = n == 0;
    return true;
}

bool lines_next(struct lines *l, char **text, size_t *n, struct err *err)
{
    bool any = false;
    if (l->again) {
        l->again = false;
        *text = l->line.ptr;
        *n = l->line.len;
        return true;
    }
    buf_reset(&l->line);
    *text = NULL;
    *n = 0;
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
                           "%s:%ld: the line is longer than %d MiB; is it JSON Lines, one record a line?",
                           lines_name(l), l->number + 1, LINE_MAX_BYTES >> 20);
        if (newline != NULL)
            break;
    }
    if (!any)
        return true;
    l->number++;
    l->crlf = l->line.len > 0 && l->line.ptr[l->line.len - 1] == '\r';
    if (l->crlf)
        buf_truncate(&l->line, l->line.len - 1);
    if (l->number == 1 && l->line.len >= 3 && memcmp(l->line.ptr, "\xEF\xBB\xBF", 3) == 0)
        buf_splice(&l->line, 0, 3, "", 0);
    buf_reserve(&l->line, 0);
    *text = l->line.ptr;
    *n = l->line.len;
    return true;
}

bool lines_ended_crlf(const struct lines *l)
{
    return l->crlf;
}

void lines_again(struct lines *l)
{
    l->again = true;
}

long lines_number(const struct lines *l)
{
    return l->number;
}

const char *lines_name(const struct lines *l)
{
    return unpack_name(l->file);
}

void lines_position(const struct lines *l, double *done, double *total)
{
    unpack_position(l->file, done, total);
}

void lines_close(struct lines *l)
{
    if (l == NULL)
        return;
    unpack_close(l->file);
    mem_free(l->chunk);
    buf_free(&l->line);
    mem_free(l);
}
