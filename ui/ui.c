#include "ui/ui.h"

#include "core/base/utf8.h"
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

static bool run(struct workbench *w, enum workbench_view first, const struct ui_opts *opts, const struct keys *keys,
                struct term *term, struct script *script, struct err *err)
{
    struct screen screen;
    int rows = size_from("LINES", 24), cols = size_from("COLUMNS", 80);
    if (term != NULL)
        term_size(term, &rows, &cols);
    screen_init(&screen, keys, rows, cols, opts->ascii || !utf8_locale());
    screen.workbench = w;
    workbench_open(w, &screen, first);
    if (term != NULL && !utf8_locale())
        screen_say(&screen, "Only ASCII shows in this locale, the rest as ?; LC_ALL=C.UTF-8 shows all.");
    bool ok = wake_open(&w->wake, err) && loop_run(&screen, term, script, err);
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
    bool ok = true;
    if (headless && script == NULL)
        ok = err_set(err, ERR_USAGE, "without a terminal a script is needed (ASSAY_SCRIPT)");
    else if (!headless)
        ok = (term = term_open(in, out, opts->color, err)) != NULL;
    ok = ok && run(w, first, opts, keys, term, script, err);
    term_close(term);
    script_free(script);
    return ok;
}

bool ui_run(struct workbench *w, enum workbench_view first, const struct ui_opts *opts, struct err *err)
{
    struct keys *keys = keys_new();
    bool ok = keys_default(keys, err) && (opts->keys == NULL || keys_read(keys, opts->keys, err)) &&
              run_with_keys(w, first, opts, keys, err);
    keys_free(keys);
    return ok;
}
