#include "app/rubrics.h"

#include "core/base/utf8.h"

#include <stdio.h>
#include <string.h>

enum { SMALL_FILE_MAX = 1 << 20 };

bool small_file(const char *path, struct buf *out, struct err *err)
{
    FILE *f = fopen(path, "rbe");
    if (f == NULL)
        return err_errno(err, "%s", path);
    char block[4096];
    size_t n;
    out->max = SMALL_FILE_MAX;
    while ((n = fread(block, 1, sizeof block, f)) > 0)
        buf_add(out, block, n);
    bool failed = ferror(f) != 0;
    if (failed)
        err_errno(err, "%s", path);
    fclose(f);
    size_t bad;
    if (failed)
        return false;
    if (out->cut)
        return err_set(err, ERR_RANGE, "%s: larger than 1 MiB", path);
    if (!utf8_valid(out->ptr, out->len, &bad))
        return err_set(err, ERR_SYNTAX, "%s: not UTF-8 at byte %zu", path, bad + 1);
    return true;
}

/* A built-in rubric by name; anything that looks like a path is read. */
bool rubric_asked(const char *name, struct arena *a, struct rubric *r, struct err *err)
{
    if (strchr(name, '/') == NULL && strchr(name, '.') == NULL)
        return rubric_builtin(name, a, r, err);
    struct buf text = BUF_INIT;
    bool ok = small_file(name, &text, err) && rubric_parse(text.ptr, text.len, name, a, r, err);
    buf_free(&text);
    return ok;
}
