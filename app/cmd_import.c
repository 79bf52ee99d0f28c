#include "app/cmd.h"
#include "app/guard.h"
#include "app/import_preview.h"
#include "app/progress.h"
#include "app/rights.h"
#include "core/base/json_writer.h"
#include "core/safe.h"
#include "store/bulk.h"
#include "store/db.h"
#include "store/import.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const struct option_spec options[] = {
    {"format", 0, "FORMAT",
     "hh-rlhf, helpsteer2, helpsteer2-preference, helpsteer3, trl, ultrafeedback, ultrafeedback-binarized, multipref, "
     "arena, openai-dpo, llama-factory, nectar, axolotl, steerlm, open-instruct, csv, tsv, reward-bench, "
     "m-reward-bench, "
     "reward-bench-2, "
     "reward-math or judgements; default: found out from the content",
     false},
    {"map", 0, "MAP", "of a table: which column is which field, COLUMN=FIELD,...; COLUMN=- leaves one out", false},
    {"dry-run", 0, NULL, "show the first records as they would be read, and change nothing", false},
    {"source", 0, "NAME", "name of the source (default: the file's name)", false},
    {"licence", 0, "TEXT", "what the data may be used for, such as MIT; kept with the source", false},
    {"guard", 0, "on|off", "records that look wrong go into quarantine (default: as `assay set guard` says, off)",
     false},
    {"rejects", 0, "FILE", "write refused lines there, unchanged", false},
    {0},
};

/* The refusals of all files, and of a dry run the first records of one. */
struct tally {
    struct app *app;
    struct import_preview preview;
    struct buf list; /* JSON of the refusals, for --json */
    struct json_writer w;
};

static void on_refused(void *ctx, const struct import_refusal *r)
{
    struct tally *t = ctx;
    t->app->refused = true;
    import_preview_refuse(&t->preview, r->line);
    if (t->app->json) {
        jw_object(&t->w);
        jw_kstr(&t->w, "file", r->file);
        jw_kint(&t->w, "line", r->line);
        jw_kstr(&t->w, "reason", r->reason);
        jw_object_end(&t->w);
    }
    struct buf text = BUF_INIT, safe = BUF_INIT;
    buf_addf(&text, "%s:%ld: %s", r->file, r->line, r->reason);
    safe_text(text.ptr, text.len, &safe, SIZE_MAX);
    fprintf(stderr, "%s\n", safe.ptr);
    buf_free(&text);
    buf_free(&safe);
}

static void on_seen(void *ctx, const struct import_seen *s)
{
    import_preview_take(&((struct tally *)ctx)->preview, s);
}

static void tally_text(struct buf *out, const char *what, const struct import_tally *t)
{
    buf_addf(out, "  %-12s %8lld new", what, (long long)t->made);
    if (t->known > 0)
        buf_addf(out, "  %8lld known", (long long)t->known);
    buf_addc(out, '\n');
}

static void counts_text(struct buf *out, const char *file, const struct import_counts *c)
{
    app_add_name(out, file);
    buf_addf(out, ": %lld record%s read as %s", (long long)c->records, c->records == 1 ? "" : "s", c->format);
    if (c->refused > 0)
        buf_addf(out, ", %lld refused", (long long)c->refused);
    if (c->held > 0)
        buf_addf(out, ", %lld held in quarantine", (long long)c->held);
    buf_addc(out, '\n');
    if (*c->columns != '\0') {
        buf_adds(out, "  columns: ");
        app_add_name(out, c->columns);
        buf_addc(out, '\n');
    }
    tally_text(out, "prompts", &c->prompts);
    tally_text(out, "responses", &c->responses);
    tally_text(out, "comparisons", &c->comparisons);
    tally_text(out, "judgements", &c->judgements);
    if (c->items.made + c->items.known > 0)
        tally_text(out, "items", &c->items);
    if (*c->licence_kept != '\0') {
        buf_adds(out, "  the licence known before stays: ");
        app_add_name(out, c->licence_kept);
        buf_addc(out, '\n');
    }
}

static void tally_json(struct json_writer *w, const char *what, const struct import_tally *t)
{
    jw_key(w, what);
    jw_object(w);
    jw_kint(w, "new", t->made);
    jw_kint(w, "known", t->known);
    jw_object_end(w);
}

static void counts_json(struct json_writer *w, const char *file, const struct import_counts *c,
                        struct import_preview *preview)
{
    jw_object(w);
    jw_kstr(w, "file", file);
    jw_kstr(w, "format", c->format);
    jw_kint(w, "records", c->records);
    jw_kint(w, "refused", c->refused);
    if (c->held > 0)
        jw_kint(w, "held", c->held);
    if (*c->columns != '\0')
        jw_kstr(w, "columns", c->columns);
    tally_json(w, "prompts", &c->prompts);
    tally_json(w, "responses", &c->responses);
    tally_json(w, "comparisons", &c->comparisons);
    tally_json(w, "judgements", &c->judgements);
    if (c->items.made + c->items.known > 0)
        tally_json(w, "items", &c->items);
    if (*c->licence_kept != '\0')
        jw_kstr(w, "licence_kept", c->licence_kept);
    if (preview != NULL)
        import_preview_json(preview, w);
    jw_object_end(w);
}

struct job {
    struct tally t;
    const struct args *args;
    char who[RIGHTS_NAME_SIZE];
    struct outfile *rejects;
    struct guard guard;
    bool guarded;
    bool dry; /* nothing is to stay */
    bool done;
    struct bar bar;
    struct buf text;
    struct json_writer w;
};

static bool import_one(struct db *db, struct job *j, const char *path, struct err *err)
{
    struct app *app = j->t.app;
    struct import_options o = {.format = args_get(j->args, "format"),
                               .source = args_get(j->args, "source"),
                               .licence = args_get(j->args, "licence"),
                               .map = args_get(j->args, "map"),
                               .who = j->who,
                               .guard = j->guarded ? &j->guard.on : NULL,
                               .rejects = j->rejects,
                               .refused = on_refused,
                               .seen = j->dry ? on_seen : NULL,
                               .ctx = &j->t,
                               .progress = &j->bar.progress};
    struct import_counts c;
    bar_again(&j->bar);
    if (!import_file(db, path, &o, &c, err))
        return false;
    if (app->json)
        counts_json(&j->w, path, &c, j->dry ? &j->t.preview : NULL);
    else
        counts_text(&j->text, path, &c);
    if (j->dry && !app->json)
        import_preview_text(&j->t.preview, &j->text);
    import_preview_reset(&j->t.preview);
    return true;
}

/* All files or none. The answer and the refused lines are out before it is final: a failed import has changed nothing.
 */
static bool import_all(struct db *db, void *ctx, struct err *err)
{
    struct job *j = ctx;
    struct app *app = j->t.app;
    if (!rights_signature(db, NULL, j->who, err))
        return false;
    if (app->json) {
        jw_object(&j->w);
        jw_key(&j->w, "files");
        jw_array(&j->w);
        jw_array(&j->t.w);
    }
    for (size_t i = 0; i < j->args->words.n; i++)
        if (!import_one(db, j, j->args->words.v[i], err))
            return false;
    if (app->json) {
        jw_array_end(&j->w);
        jw_array_end(&j->t.w);
        jw_key(&j->w, "refused");
        jw_raw(&j->w, j->t.list.ptr, j->t.list.len);
        jw_object_end(&j->w);
        buf_addc(&j->text, '\n');
    }
    bar_hide(&j->bar);
    if (!db_flush(db, err) || !app_print(app, &j->text, err))
        return false;
    struct outfile *rejects = j->rejects;
    j->rejects = NULL;
    if (rejects != NULL && !outfile_commit(rejects, err))
        return false;
    j->done = true;
    return !j->dry || err_set(err, ERR_STOPPED, "a dry run keeps nothing");
}

/* What is to come, in bytes; 0: nobody knows. A packed file holds more, so it is no small one. */
static double size_of(const struct args *args)
{
    double sum = 0;
    for (size_t i = 0; i < args->words.n; i++) {
        struct stat st;
        if (stat(args->words.v[i], &st) != 0 || !S_ISREG(st.st_mode))
            return 0;
        sum += (double)st.st_size;
    }
    return sum;
}

static bool run_job(struct job *j, struct db *db, const char *rejects, struct err *err)
{
    if (rejects != NULL && (j->rejects = outfile_open(rejects, err)) == NULL)
        return false;
    bool ok = bulk_write(db, size_of(j->args), import_all, j, err) || (j->dry && j->done);
    outfile_abandon(j->rejects);
    return ok;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    struct db *db = NULL;
    struct job j = {
        .t = {.app = app, .list = BUF_INIT}, .args = args, .dry = args_has(args, "dry-run"), .text = BUF_INIT};
    static const char *const switches[] = {"on", "off", NULL};
    int ignored;
    if (!args_choice(args, "format", import_formats, &ignored, err) ||
        !args_choice(args, "guard", switches, &ignored, err) || !app_open(app, true, &db, err))
        return false;
    guard_init(&j.guard);
    jw_start(&j.w, &j.text);
    jw_start(&j.t.w, &j.t.list);
    bar_start(&j.bar, app, "importing", "B");
    bool ok =
        guard_wanted(db, args_get(args, "guard"), &j.guarded, err) && run_job(&j, db, args_get(args, "rejects"), err);
    bar_end(&j.bar);
    guard_free(&j.guard);
    import_preview_reset(&j.t.preview);
    if (ok && j.dry)
        app_note(app, "nothing was changed");
    buf_free(&j.text);
    buf_free(&j.t.list);
    db_close(db);
    return ok;
}

const struct command cmd_import = {
    .name = "import",
    .summary = "bring in prompts, answers, ratings and preferences",
    .synopsis = "FILE... [--dry-run] [--format F] [--map COLUMN=FIELD,...] [--source NAME] [--licence TEXT] "
                "[--guard on|off] [--rejects FILE]",
    .about =
        "Reads JSON Lines, CSV and TSV, plain, gzip or zstd; - is standard input. The format is found out from the "
        "content. A "
        "record that "
        "is not\n"
        "right is refused with file, line and reason, the others go in, and the exit status is 3. Importing a file\n"
        "twice changes nothing. All files go in together, or none when one cannot be read. With the guard on, records "
        "that\n"
        "look wrong (`assay quarantine --help` says how) are kept apart. It is off unless you say so: data that a "
        "head\n"
        "is fitted or judged on must come in whole, and only you know whether people are to read it.",
    .example = "  assay import harmless-base/train.jsonl.gz --source hh\n"
               "  assay import answers.csv --dry-run --map 'question=prompt,a=response_1,b=response_2'\n"
               "  zcat train.jsonl.gz | assay import - --format helpsteer2 --source helpsteer2",
    .options = options,
    .min_words = 1,
    .max_words = 10000,
    .run = run,
};
