#include "ui/history.h"

#include "core/base/lines.h"
#include "core/base/outfile.h"
#include "core/base/utf8.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static void take(char *text, size_t n, struct cmdline *command, struct cmdline *search)
{
    size_t bad;
    struct cmdline *c = n < 2 ? NULL : *text == command->sign ? command : *text == search->sign ? search : NULL;
    if (c != NULL && n < CMDLINE_MAX && strlen(text) == n && utf8_valid(text, n, &bad))
        cmdline_remember(c, text + 1);
}

bool history_read(const char *path, struct cmdline *command, struct cmdline *search, struct err *err)
{
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return true;
    struct lines *l = lines_open(path, err);
    if (l == NULL)
        return false;
    char *text;
    size_t n;
    bool ok;
    while ((ok = lines_next(l, &text, &n, err)) && text != NULL)
        take(text, n, command, search);
    lines_close(l);
    return ok;
}

static void make_folders(const char *path)
{
    char *copy = mem_dup(path);
    for (char *p = strchr(copy + 1, '/'); p != NULL; p = strchr(p + 1, '/')) {
        *p = '\0';
        mkdir(copy, 0700); /* what cannot be made shows when the file is opened */
        *p = '/';
    }
    mem_free(copy);
}

static void write_lines(struct outfile *o, const struct cmdline *c)
{
    for (size_t i = 0; i < c->history.n; i++) {
        outfile_write(o, &c->sign, 1);
        outfile_write(o, c->history.v[i], strlen(c->history.v[i]));
        outfile_write(o, "\n", 1);
    }
}

bool history_write(const char *path, const struct cmdline *command, const struct cmdline *search, struct err *err)
{
    make_folders(path);
    struct outfile *o = outfile_open(path, err);
    if (o == NULL)
        return false;
    write_lines(o, command);
    write_lines(o, search);
    return outfile_commit(o, err);
}
