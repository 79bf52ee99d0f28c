#include "app/app.h"

#include "app/rights.h"

#include "core/base/outfile.h"
#include "core/base/utf8.h"
#include "core/safe.h"
#include "store/db.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void say(const char *fmt, va_list ap)
{
    struct buf text = BUF_INIT, safe = BUF_INIT;
    buf_vaddf(&text, fmt, ap);
    safe_text(text.ptr, text.len, &safe, SIZE_MAX);
    fprintf(stderr, "%s\n", safe.ptr);
    buf_free(&text);
    buf_free(&safe);
}

void app_note(const struct app *app, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (!app->quiet)
        say(fmt, ap);
    va_end(ap);
}

void app_detail(const struct app *app, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (app->verbose)
        say(fmt, ap);
    va_end(ap);
}

void app_add_name(struct buf *out, const char *name)
{
    safe_text(name, strlen(name), out, SIZE_MAX);
}

void app_add_column(struct buf *out, const char *name, size_t width)
{
    size_t used = safe_text(name, strlen(name), out, width);
    for (; used < width; used++)
        buf_addc(out, ' ');
}

bool app_print(const struct app *app, const struct buf *text, struct err *err)
{
    if (app->capture != NULL) {
        buf_add(app->capture, text->ptr, text->len);
        return true;
    }
    struct outfile *out = outfile_open(NULL, err);
    if (out == NULL)
        return false;
    outfile_write(out, text->ptr, text->len);
    return outfile_commit(out, err);
}

bool app_data_apart(const struct app *app, const char *path, struct err *err)
{
    return !app->json || (path != NULL && strcmp(path, "-") != 0) ||
           err_set(err, ERR_USAGE, "--json answers on standard output, where the data would go; give --output a file");
}

bool app_colored(const struct app *app)
{
    if (app->color != COLOR_AUTO)
        return app->color == COLOR_ALWAYS;
    const char *no = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && (no == NULL || *no == '\0') && term != NULL && strcmp(term, "dumb") != 0;
}

bool app_ascii(void)
{
    return !utf8_locale();
}

const char *app_annotator(const char *given)
{
    if (given != NULL)
        return given;
    const char *name = getenv("ASSAY_ANNOTATOR");
    if (name != NULL && *name != '\0')
        return name;
    const struct passwd *account = getpwuid(getuid());
    if (account != NULL && *account->pw_name != '\0')
        return account->pw_name;
    return "annotator";
}

size_t app_stem(const char *workspace)
{
    static const char ending[] = ".assay";
    size_t n = strlen(workspace), m = sizeof ending - 1;
    return n > m && strcmp(workspace + n - m, ending) == 0 ? n - m : n;
}

bool app_open(const struct app *app, bool to_write, struct db **db, struct err *err)
{
    if (!db_open(app->workspace, to_write ? DB_WRITE : DB_READ, db, err))
        return false;
    if (!to_write && app->progress != NULL)
        db_watch(*db, app->progress);
    if (app->command == NULL || rights_check(*db, rights_needed(app->command, to_write), err))
        return true;
    db_close(*db);
    *db = NULL;
    return false;
}
