#include "ui/ui.h"

#include "core/base/trace.h"
#include "core/base/utf8.h"
#include "ui/history.h"
#include "ui/loop.h"

#include <stdlib.h>
#include <unistd.h>

static int size_from(const char *variable, int otherwise)
{
    const char *text = getenv(variable);
    char *end;
    long n = text != NULL ? strtol(text, &end, 10) : 0;
    return text != NULL && *text != '\0' && *end == '\0' && n >= 1 && n <= 1000 ? (int)n : otherwise;
}

static bool find_theme(const char *name, enum theme *out, struct err *err)
{
    struct buf names = BUF_INIT;
    *out = THEME_PLAIN;
    if (name == NULL || theme_find(name, out))
        return true;
    for (int t = 0; t < THEME_COUNT; t++)
        buf_addf(&names, "%s%s", t > 0 ? ", " : "", theme_name((enum theme)t));
    err_set(err, ERR_USAGE, "there is no theme \"%.40s\"; there are %s", name, names.ptr);
    buf_free(&names);
    return false;
}

/* A history that cannot be read or kept is no reason to stop anybody's work. */
static void keep_history(const char *path, struct screen *s, bool write)
{
    struct err err;
    bool ok = path == NULL || (write ? history_write(path, &s->cmdline, &s->finder, &err)
                                     : history_read(path, &s->cmdline, &s->finder, &err));
    if (!ok)
        trace(TRACE_KEY, "history: %s", err.text);
}

static bool run(struct workbench *w, enum workbench_view first, const struct ui_opts *opts, const struct keys *keys,
                enum theme theme, struct term *term, struct script *script, struct err *err)
{
    if (!wake_open(&w->wake, err))
        return false;
    struct screen screen;
    int rows = size_from("LINES", 24), cols = size_from("COLUMNS", 80);
    if (term != NULL)
        term_size(term, &rows, &cols);
    screen_init(&screen, keys, rows, cols, opts->ascii || !utf8_locale());
    screen.workbench = w;
    screen.theme = theme;
    screen.theme_chosen = opts->theme != NULL;
    workbench_open(w, &screen, first);
    if (term != NULL && !utf8_locale())
        screen_say(&screen, "Only ASCII shows in this locale, the rest as ?; LC_ALL=C.UTF-8 shows all.");
    keep_history(opts->history, &screen, false);
    bool ok = loop_run(&screen, term, script, err);
    keep_history(opts->history, &screen, true);
    screen_release(&screen);
    workbench_rest(w);
    wake_close(&w->wake);
    return ok;
}

static bool run_with_keys(struct workbench *w, enum workbench_view first, const struct ui_opts *opts,
                          const struct keys *keys, struct err *err)
{
    FILE *in = opts->in != NULL ? opts->in : stdin, *out = opts->out != NULL ? opts->out : stdout;
    struct script *script = NULL;
    if (opts->script != NULL && (script = script_open(opts->script, err)) == NULL)
        return false;
    bool headless = opts->headless || (script != NULL && !isatty(fileno(out)));
    struct term *term = NULL;
    enum theme theme;
    bool ok = find_theme(opts->theme, &theme, err);
    if (ok && headless && script == NULL)
        ok = err_set(err, ERR_USAGE, "without a terminal a script is needed (ASSAY_SCRIPT)");
    else if (ok && !headless)
        ok = (term = term_open(in, out, opts->color, err)) != NULL;
    ok = ok && run(w, first, opts, keys, theme, term, script, err);
    term_close(term);
    script_free(script);
    return ok;
}

bool ui_run(struct workbench *w, enum workbench_view first, const struct ui_opts *opts, struct err *err)
{
    struct keys *keys = keys_new();
    bool ok = keys_default(keys, err) && (opts->keymap == NULL || keys_carried(keys, opts->keymap, err)) &&
              (opts->keys == NULL || keys_read(keys, opts->keys, err)) && run_with_keys(w, first, opts, keys, err);
    keys_free(keys);
    return ok;
}
