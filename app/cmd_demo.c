#include "app/cmd.h"
#include "app/progress.h"
#include "core/base/asset.h"
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/json_writer.h"
#include "core/base/outfile.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct option_spec options[] = {
    {"folder", 0, "DIR", "a new folder for everything (default: assay-demo, or the next free name)", false},
    {"l2", 0, "LAMBDA", "penalty of the head (default 0.003)", false},
    {0},
};

/* Commands of at most this many words are enough here. */
enum { MAX_WORDS = 16 };

struct demo {
    struct app app; /* as the steps see it: answers are captured as JSON */
    bool color;
    struct buf answer;
    struct json_object *result; /* of the last step */
    bool json;                  /* the person wants JSON: the answers of the steps, nothing else */
    struct buf steps;
};

static void paths(const char *folder, const char *file, struct buf *out)
{
    buf_reset(out);
    buf_addf(out, "%s/%s", folder, file);
}

/* The command line as a person would type it. */
static void show_command(const struct demo *d, const char *name, const char *const *words)
{
    if (d->json)
        return;
    printf("    %s$ %s -w %s %s", d->color ? "\033[2m" : "", d->app.program, d->app.workspace, name);
    for (; *words != NULL; words++)
        printf(strchr(*words, ' ') != NULL ? " '%s'" : " %s", *words);
    printf("%s\n", d->color ? "\033[0m" : "");
}

/* Run one command as the command line would, its JSON answer parsed into d->result. */
static bool call(struct demo *d, const char *name, const char *const *words, struct err *err)
{
    const struct command *c = command_find(name);
    char *argv[MAX_WORDS];
    int n = 0;
    for (; n < MAX_WORDS && words[n] != NULL; n++)
        argv[n] = mem_dup(words[n]);
    struct args a = {0};
    buf_reset(&d->answer);
    json_object_put(d->result);
    d->result = NULL;
    bool ok = args_parse(&a, n, argv, c->options, NULL, false, NULL, err) && c->run(&d->app, &a, err);
    if (ok && bar_signal() != 0)
        ok = err_set(err, ERR_STOPPED, "interrupted");
    if (ok && d->app.json && d->answer.len > 0)
        ok = json_parse(d->answer.ptr, d->answer.len, &d->result, err);
    if (d->result != NULL)
        buf_addf(&d->steps, "%s{\"command\":\"%s\",\"answer\":%.*s}", d->steps.len > 0 ? "," : "", name,
                 (int)strcspn(d->answer.ptr, "\n"), d->answer.ptr);
    args_free(&a);
    for (int i = 0; i < n; i++)
        mem_free(argv[i]);
    return ok || err_context(err, "assay %s", name);
}

/* A number of the last answer by its path, such as "files.0.records"; 0 when it is not there. */
static double number(const struct demo *d, const char *path)
{
    struct json_object *v = d->result;
    while (v != NULL && *path != '\0') {
        size_t n = strcspn(path, ".");
        char *key = mem_ndup(path, n);
        struct json_object *next = NULL;
        if (json_object_is_type(v, json_type_array))
            next = json_object_array_get_idx(v, (size_t)(key[0] - '0'));
        else
            json_object_object_get_ex(v, key, &next);
        mem_free(key);
        v = next;
        path += n + (path[n] == '.');
    }
    return v != NULL ? json_object_get_double(v) : 0;
}

static void done(const struct demo *d, const char *fmt, ...) PRINTF(2, 3);
static void done(const struct demo *d, const char *fmt, ...)
{
    if (d->json)
        return;
    va_list ap;
    va_start(ap, fmt);
    printf("%s", d->color ? "\033[1m" : "");
    vprintf(fmt, ap);
    printf("%s\n", d->color ? "\033[0m" : "");
    va_end(ap);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* ---- steps ---- */

static bool write_sample(const char *path, struct err *err)
{
    const struct asset *sample = asset_find("sample/sample.jsonl");
    struct outfile *out = outfile_open(path, err);
    if (sample == NULL)
        BUG("the sample is not in the program");
    if (out == NULL)
        return false;
    outfile_write(out, sample->data, sample->size);
    return outfile_commit(out, err);
}

static bool step_init(struct demo *d, struct err *err)
{
    if (!call(d, "init", (const char *const[]){NULL}, err))
        return false;
    done(d, "A workspace: one file, rubric helpsteer2 with %.0f ratings of each answer.", number(d, "attributes"));
    show_command(d, "init", (const char *const[]){NULL});
    return true;
}

static bool step_import(struct demo *d, const char *file, bool own, struct err *err)
{
    const char *const *words = WORDS(file);
    if (!call(d, "import", words, err))
        return false;
    done(d, "Imported %s%.0f comparisons of %.0f answers, %.0f of them judged%s.",
         own ? "" : "the hand-written sample: ", number(d, "files.0.comparisons.new"),
         number(d, "files.0.responses.new"), number(d, "files.0.judgements.new"),
         number(d, "files.0.refused") > 0 ? "; some records were refused, see above" : "");
    show_command(d, "import", words);
    return true;
}

static bool step_embed(struct demo *d, struct err *err)
{
    const char *const *words = WORDS("--provider", "lexical");
    if (!call(d, "embed", words, err))
        return false;
    done(d, "Made %.0f features of each of %.0f answers, without any model.", number(d, "columns"), number(d, "rows"));
    show_command(d, "embed", words);
    return true;
}

static bool step_train(struct demo *d, const char *l2, const char *model, struct err *err)
{
    const char *const *words = WORDS("--head", "bt", "--l2", l2, "-o", model);
    if (!call(d, "train", words, err))
        return false;
    done(d, "Fitted a Bradley-Terry head to %.0f pairs in %.2f s; %.0f pairs were held out.", number(d, "n_pairs"),
         number(d, "seconds.fit"), number(d, "holdout.n"));
    show_command(d, "train", words);
    return true;
}

/* The reliability plot without the table that stands before it. */
static void show_plot(const char *text)
{
    const char *plot = strstr(text, "\n how often it was so");
    const char *end = plot != NULL ? strstr(plot, "\n\n") : NULL;
    if (plot != NULL)
        printf("\nWhen it says p, how often is it right?\n%.*s\n", end != NULL ? (int)(end - plot) : (int)strlen(plot),
               plot);
}

static bool step_eval(struct demo *d, const char *model, struct err *err)
{
    const char *const *words = WORDS("--model", model);
    if (!call(d, "eval", words, err))
        return false;
    done(d, "On the held-out pairs it is right %.0f %% of the time (95 %%: %.0f to %.0f), calibration error %.3f.",
         100 * number(d, "accuracy"), 100 * number(d, "intervals.accuracy.0"), 100 * number(d, "intervals.accuracy.1"),
         number(d, "ece"));
    show_command(d, "eval", words);
    if (d->json)
        return true;
    d->app.json = false;
    d->app.again = true;
    bool ok = call(d, "eval", WORDS("--model", model, "--show", "reliability"), err);
    d->app.json = true;
    d->app.again = false;
    if (ok)
        show_plot(d->answer.ptr);
    return ok;
}

static bool step_export(struct demo *d, const char *path, struct err *err)
{
    const char *const *words = WORDS("--format", "trl", "-o", path);
    if (!call(d, "export", words, err))
        return false;
    done(d, "Wrote %.0f lines that TRL's trainers load; %.0f ties were left out.", number(d, "lines"),
         number(d, "ties"));
    show_command(d, "export", words);
    return true;
}

static bool step_check(struct demo *d, struct err *err)
{
    if (!call(d, "check", (const char *const[]){NULL}, err))
        return false;
    done(d, "Checked the file: it is in order.");
    show_command(d, "check", (const char *const[]){NULL});
    return true;
}

static bool all_steps(struct demo *d, const struct args *args, const char *folder, struct err *err)
{
    struct buf sample = BUF_INIT, model = BUF_INIT, trl = BUF_INIT;
    const char *l2 = args_has(args, "l2") ? args_get(args, "l2") : "0.003";
    bool own = args->words.n > 0;
    paths(folder, "sample.jsonl", &sample);
    paths(folder, "demo.bt.safetensors", &model);
    paths(folder, "demo.trl.jsonl", &trl);
    bool ok = step_init(d, err) && (own || write_sample(sample.ptr, err));
    for (size_t i = 0; ok && i < (own ? args->words.n : 1); i++)
        ok = step_import(d, own ? args->words.v[i] : sample.ptr, own, err);
    ok = ok && step_embed(d, err) && step_train(d, l2, model.ptr, err) && step_eval(d, model.ptr, err) &&
         step_export(d, trl.ptr, err) && step_check(d, err);
    buf_free(&sample);
    buf_free(&model);
    buf_free(&trl);
    return ok;
}

/* ---- the folder, and the offer at the end ---- */

static bool make_folder(const char *given, struct buf *out, struct err *err)
{
    for (int i = 1; i < 1000; i++) {
        buf_reset(out);
        if (given != NULL)
            buf_adds(out, given);
        else if (i == 1)
            buf_adds(out, "assay-demo");
        else
            buf_addf(out, "assay-demo-%d", i);
        if (mkdir(out->ptr, 0777) == 0)
            return true;
        if (errno != EEXIST || given != NULL)
            return err_errno(err, "cannot make the folder %s", out->ptr);
    }
    return err_set(err, ERR_CONFLICT, "assay-demo to assay-demo-999 are all there; choose a name with --folder");
}

/* What a demo that failed has made; the folder was empty when it was made. */
static void remove_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return;
    for (const struct dirent *e; (e = readdir(dir)) != NULL;)
        unlinkat(dirfd(dir), e->d_name, 0);
    closedir(dir);
    rmdir(folder);
}

static void add_next(const struct app *app, struct buf *out)
{
    static const char *const next[][2] = {
        {"annotate", "judge some yourself"},
        {"", "the workbench: all views"},
        {"report -o report.html", "all of it on one page"},
    };
    buf_adds(out, "\nWhat next:\n\n");
    for (size_t i = 0; i < sizeof next / sizeof *next; i++) {
        buf_adds(out, "    ");
        app_add_name(out, app->program);
        buf_adds(out, " -w ");
        app_add_name(out, app->workspace);
        buf_addf(out, " %-22s  %s\n", next[i][0], next[i][1]);
    }
}

/* The last words; everything said before was only handed to stdio, whose failures show here. */
static bool conclude(struct demo *d, const struct app *app, const char *folder, double seconds, struct err *err)
{
    struct buf text = BUF_INIT;
    if (d->json) {
        struct json_writer w;
        jw_start(&w, &text);
        jw_object(&w);
        jw_kstr(&w, "folder", folder);
        jw_kstr(&w, "workspace", d->app.workspace);
        jw_knum(&w, "seconds", seconds);
        jw_key(&w, "steps");
        jw_array(&w);
        jw_raw(&w, d->steps.ptr, d->steps.len);
        jw_array_end(&w);
        jw_object_end(&w);
        buf_addc(&text, '\n');
    } else {
        done(d, "Everything is in %s/ (%.1f s).", folder, seconds);
        add_next(&d->app, &text);
    }
    bool ok =
        app_print(app, &text, err) && (!ferror(stdout) || err_set(err, ERR_IO, "cannot write to standard output"));
    buf_free(&text);
    return ok;
}

static bool offer(struct demo *d, struct err *err)
{
    if (d->json || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return true;
    printf("\nAnnotate now? [y/N] ");
    fflush(stdout);
    char line[16] = "";
    if (fgets(line, sizeof line, stdin) == NULL || (line[0] != 'y' && line[0] != 'Y'))
        return true;
    d->app.json = false;
    d->app.capture = NULL;
    return call(d, "annotate", (const char *const[]){NULL}, err);
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    struct buf folder = BUF_INIT, workspace = BUF_INIT;
    double start = clock_monotonic();
    if (!make_folder(args_get(args, "folder"), &folder, err)) {
        buf_free(&folder);
        return false;
    }
    paths(folder.ptr, "demo.assay", &workspace);
    struct demo d = {.app = *app, .color = app_colored(app), .answer = BUF_INIT, .json = app->json, .steps = BUF_INIT};
    d.app.workspace = workspace.ptr;
    d.app.json = true;
    d.app.quiet = true;
    d.app.capture = &d.answer;
    bool ok = all_steps(&d, args, folder.ptr, err);
    ok = ok && conclude(&d, app, folder.ptr, clock_monotonic() - start, err);
    if (ok)
        ok = offer(&d, err);
    else
        remove_folder(folder.ptr);
    app->refused = d.app.refused;
    json_object_put(d.result);
    buf_free(&d.answer);
    buf_free(&d.steps);
    buf_free(&folder);
    buf_free(&workspace);
    return ok;
}

const struct command cmd_demo = {
    .name = "demo",
    .summary = "the whole loop on the bundled sample, or on your file",
    .synopsis = "[FILE...] [--folder DIR]",
    .about =
        "Makes a new folder with a workspace and runs every step on it: import, features, a reward head, its "
        "calibration, an export.\n"
        "Each line says what was done and the command that does it. Without FILE it takes a sample of prompts and\n"
        "answers that was written by hand for this program.",
    .example = "  assay demo\n  assay demo harmless-base/test.jsonl.gz",
    .options = options,
    .max_words = 1000,
    .run = run,
};
