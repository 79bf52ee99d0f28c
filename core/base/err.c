#include "core/base/err.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    int status;
} kinds[] = {
#define X(id, name, status) {name, status},
    ERR_KINDS(X)
#undef X
};

/* A text that does not fit is cut at a whole character. */
static void cut_at_character(char *text, size_t size, int wanted)
{
    if (wanted < 0 || (size_t)wanted < size)
        return;
    size_t n = size - 1;
    while (n > 0 && ((unsigned char)text[n - 1] & 0xC0) == 0x80)
        n--;
    if (n > 0 && (unsigned char)text[n - 1] >= 0xC0)
        n--;
    text[n] = '\0';
}

bool err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
    if (e == NULL)
        return false;
    char text[sizeof e->text];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    cut_at_character(text, sizeof text, n);
    e->kind = kind;
    e->code = 0;
    memcpy(e->text, text, sizeof text);
    return false;
}

bool err_context(struct err *e, const char *fmt, ...)
{
    if (e == NULL)
        return false;
    char front[sizeof e->text];
    char whole[sizeof e->text * 2];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(front, sizeof front, fmt, ap);
    va_end(ap);
    int n = snprintf(whole, sizeof whole, "%s: %s", front, e->text);
    whole[sizeof e->text - 1] = '\0';
    cut_at_character(whole, sizeof e->text, n);
    memcpy(e->text, whole, sizeof e->text);
    return false;
}

static enum err_kind kind_of_errno(int code)
{
    switch (code) {
    case ENOMEM:
        return ERR_MEMORY;
    case ENOENT:
        return ERR_MISSING;
    case EAGAIN:
    case EBUSY:
        return ERR_BUSY;
    case EINTR:
        return ERR_STOPPED;
    default:
        return ERR_IO;
    }
}

bool err_errno(struct err *e, const char *fmt, ...)
{
    int code = errno;
    if (e == NULL)
        return false;
    char front[sizeof e->text];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(front, sizeof front, fmt, ap);
    va_end(ap);
    err_set(e, kind_of_errno(code), "%s: %s", front, strerror(code));
    e->code = code;
    return false;
}

const char *err_name(enum err_kind kind)
{
    return kinds[kind].name;
}

int err_exit_status(enum err_kind kind)
{
    return kinds[kind].status;
}

void (*bug_hook)(void) = NULL;

void bug_at(const char *file, int line, const char *fmt, ...)
{
    if (bug_hook != NULL)
        bug_hook();
    fprintf(stderr, "assay: bug at %s:%d: ", file, line);
    va_list ap;
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fprintf(stderr, "\nNothing acknowledged is lost: every judgement was committed when it was made.\n");
    abort();
}
