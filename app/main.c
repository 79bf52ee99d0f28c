#include "app/app.h"
#include "app/args.h"
#include "app/cmd.h"
#include "app/progress.h"
#include "app/workbench.h"
#include "core/base/trace.h"
#include "core/linalg.h"
#include "core/safe.h"
#include "ui/manual.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool read_globals(struct app *app, const struct args *a, struct err *err)
{
    static const char *const when[] = {"auto", "always", "never", NULL};
    const char *file = args_get(a, "workspace");
    if (file != NULL)
        app->workspace = file;
    app->named = app->named || file != NULL;
    app->json = app->json || args_has(a, "json");
    app->quiet = app->quiet || args_has(a, "quiet");
    app->verbose = app->verbose || args_has(a, "verbose");
    if (app->quiet && app->verbose)
        return err_set(err, ERR_USAGE, "--quiet and --verbose exclude each other");
    int color = (int)app->color;
    if (!args_choice(a, "color", when, &color, err))
        return false;
    app->color = (enum color_when)color;
    return true;
}

static bool print_help(const struct app *app, const struct command *c, struct err *err)
{
    struct buf text = BUF_INIT;
    if (c != NULL)
        command_help(c, &text);
    else
        command_overview(&text);
    bool ok = app_print(app, &text, err);
    buf_free(&text);
    return ok;
}

static bool unknown_command(const char *name, struct err *err)
{
    const char *names[64];
    size_t n = 0;
    for (const struct command *const *c = commands; *c != NULL && n < 63; c++)
        names[n++] = (*c)->name;
    names[n] = NULL;
    const char *nearest = args_nearest(name, names);
    if (nearest != NULL)
        return err_set(err, ERR_USAGE, "there is no command \"%s\"; is \"%s\" meant?", name, nearest);
    return err_set(err, ERR_USAGE, "there is no command \"%s\"; `assay --help` lists them", name);
}

/* For assets/completion: the commands, or the options of one. */
static bool print_completions(const struct app *app, const char *name, struct err *err)
{
    struct buf text = BUF_INIT;
    const struct command *c = name != NULL ? command_find(name) : NULL;
    const struct option_spec *tables[] = {c != NULL ? c->options : NULL, global_options};
    for (const struct command *const *each = commands; name == NULL && *each != NULL; each++)
        buf_addf(&text, "%s\n", (*each)->name);
    for (int t = 0; t < 2 && name != NULL; t++)
        for (const struct option_spec *o = tables[t]; o != NULL && o->name != NULL; o++)
            buf_addf(&text, "--%s\n", o->name);
    bool ok = app_print(app, &text, err);
    buf_free(&text);
    return ok;
}

/* For the build: the keys of every view, to be put into the manual page. */
static bool print_keys(const struct app *app, struct err *err)
{
    struct buf text = BUF_INIT;
    struct keys *keys = keys_new();
    bool ok = keys_default(keys, err);
    if (ok)
        manual_keys(keys, &text);
    ok = ok && app_print(app, &text, err);
    keys_free(keys);
    buf_free(&text);
    return ok;
}

static bool same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* An output replaces what is there: never the workspace, never what the command reads. */
static bool keep_apart(const struct app *app, const struct args *a, const char *option, struct err *err)
{
    const char *path = args_get(a, option);
    const char *hit = NULL;
    struct stat st;
    if (path == NULL || stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return true;
    if (same_file(path, app->workspace))
        hit = "the workspace";
    for (size_t i = 0; i < a->words.n && hit == NULL; i++)
        hit = same_file(path, a->words.v[i]) ? a->words.v[i] : NULL;
    for (size_t i = 0; i < a->values.n && hit == NULL; i++)
        if (strcmp(a->values.v[i].spec->name, option) != 0 && same_file(path, a->values.v[i].value))
            hit = a->values.v[i].value;
    return hit == NULL || err_set(err, ERR_USAGE, "--%s %s would overwrite %s; choose another file", option, path, hit);
}

/* The n-th word of a synopsis, or its last: what a person has left out. */
static bool word_missing(const struct command *c, size_t n, struct err *err)
{
    const char *word = c->synopsis;
    for (; n > 0 && strchr(word, ' ') != NULL && strchr(word, ' ')[1] != '['; n--)
        word = strchr(word, ' ') + 1;
    return err_set(err, ERR_USAGE, "%.*s is missing; usage: assay %s %s", (int)strcspn(word, " ."), word, c->name,
                   c->synopsis);
}

static bool run_command(struct app *app, const struct command *c, int argc, char **argv, struct err *err)
{
    struct args a = {0};
    app->command = c->name;
    bool ok = args_parse(&a, argc, argv, c->options, global_options, false, NULL, err) && read_globals(app, &a, err);
    if (ok && args_has(&a, "help"))
        ok = print_help(app, c, err);
    else if (ok && a.words.n < c->min_words)
        ok = word_missing(c, a.words.n, err);
    else if (ok && a.words.n > c->max_words)
        ok = err_set(err, ERR_USAGE, "\"%s\" is one word too many; usage: assay %s%s%s", a.words.v[c->max_words],
                     c->name, *c->synopsis != '\0' ? " " : "", c->synopsis);
    else if (ok)
        ok = keep_apart(app, &a, "output", err) && keep_apart(app, &a, "rejects", err) && c->run(app, &a, err);
    if (!ok && err->kind == ERR_USAGE && strstr(err->text, "usage:") == NULL) {
        struct err plain = *err;
        err_set(err, ERR_USAGE, "%s (see assay %s --help)", plain.text, c->name);
    }
    args_free(&a);
    return ok;
}

static const struct option_spec alone_options[] = {WORKBENCH_OPTIONS, {0}};

/* `assay` alone: the workbench on a terminal, or when a script of keys works it; the overview elsewhere. */
static bool run_alone(struct app *app, const struct args *args, struct err *err)
{
    if (getenv("ASSAY_SCRIPT") != NULL || (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)))
        return workbench_run(app, args, WORKBENCH_DASHBOARD, err);
    return print_help(app, NULL, err);
}

static bool takes(const struct command *c, const char *option)
{
    const struct option_spec *o = c->options;
    while (o != NULL && o->name != NULL && strcmp(o->name, option) != 0)
        o++;
    return o != NULL && o->name != NULL;
}

/* Options of the workbench stand behind a command, if there is one. */
static bool check_alone(const struct args *before, const struct command *c, struct err *err)
{
    for (const struct option_spec *o = alone_options; o->name != NULL; o++)
        if (args_has(before, o->name))
            return takes(c, o->name) ? err_set(err, ERR_USAGE, "--%s stands behind the command: assay %s --%s", o->name,
                                               c->name, o->name)
                                     : err_set(err, ERR_USAGE, "--%s is for the workbench; assay %s does not take it",
                                               o->name, c->name);
    return true;
}

static bool run_words(struct app *app, const struct args *before, int argc, char **argv, struct err *err)
{
    bool help = args_has(before, "help");
    if (argc > 0 && strcmp(argv[0], "help") == 0) {
        help = true;
        argc--;
        argv++;
    }
    if (argc == 0)
        return help ? print_help(app, NULL, err) : run_alone(app, before, err);
    if (strcmp(argv[0], "__complete") == 0)
        return print_completions(app, argc > 1 ? argv[1] : NULL, err);
    if (strcmp(argv[0], "__keys") == 0)
        return print_keys(app, err);
    const struct command *c = command_find(argv[0]);
    if (c == NULL)
        return unknown_command(argv[0], err);
    if (!check_alone(before, c, err))
        return false;
    return help ? print_help(app, c, err) : run_command(app, c, argc - 1, argv + 1, err);
}

static bool run(struct app *app, int argc, char **argv, struct err *err)
{
    struct args before = {0};
    int used = 0;
    bool ok = args_parse(&before, argc - 1, argv + 1, alone_options, global_options, true, &used, err) &&
              read_globals(app, &before, err) && run_words(app, &before, argc - 1 - used, argv + 1 + used, err);
    args_free(&before);
    return ok;
}

static const char *default_workspace(void)
{
    const char *w = getenv("ASSAY_WORKSPACE");
    return w != NULL && *w != '\0' ? w : "workspace.assay";
}

/* Descriptors 0 to 2 are taken, so that no file of ours becomes standard output; the other way round, so that using a
 * closed one fails. */
static void hold_standard_files(void)
{
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

static void complain(const struct err *err)
{
    struct buf safe = BUF_INIT;
    safe_text(err->text, strlen(err->text), &safe, SIZE_MAX);
    fprintf(stderr, "assay: %s\n", safe.ptr);
    buf_free(&safe);
}

/* Whoever reads the output has had enough, such as `head`: then a command that only reads dies of it without a word, as
 * others do. Where something was undone that is said first. */
static void die_of_the_pipe(const struct app *app, const struct err *err)
{
    const struct command *c = app->command != NULL ? command_find(app->command) : NULL;
    if (c != NULL && !c->only_reads)
        complain(err);
    signal(SIGPIPE, SIG_DFL);
    raise(SIGPIPE);
}

int main(int argc, char **argv)
{
    hold_standard_files();
    linalg_begin();
    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C");
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file larger than allowed is an error like a full disk */
    struct err err = {0};
    struct app app = {.program = argc > 0 && strchr(argv[0], '/') != NULL ? argv[0] : "assay",
                      .workspace = default_workspace()};
    bool ok = trace_open(&err) && run(&app, argc, argv, &err);
    trace_close();
    if (!ok && err.code == EPIPE)
        die_of_the_pipe(&app, &err);
    if (!ok)
        complain(&err);
    if (bar_signal() != 0 && (ok || err.kind == ERR_STOPPED))
        raise(bar_signal()); /* all is written and said: die of what ended the work, as the shell expects */
    if (ok)
        return app.refused ? EXIT_REFUSED : EXIT_SUCCESS;
    return err_exit_status(err.kind);
}
