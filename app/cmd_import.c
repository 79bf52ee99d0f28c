#include "app/cmd.h"
#include "app/progress.h"
#include "core/base/json_writer.h"
#include "core/safe.h"
#include "store/db.h"
#include "store/import.h"

#include <stdio.h>
#include <string.h>

static const struct option_spec options[] = {
    {"format", 0, "FORMAT",
     "hh-rlhf, helpsteer2, helpsteer2-preference, trl or judgements; default: found out from the content", false},
    {"source", 0, "NAME", "name of the source (default: the file's name)", false},
    {"rejects", 0, "FILE", "write refused lines there, unchanged", false},
    {0},
};

/* What all files together brought. */
struct tally {
    struct app *app;
    struct buf list; /* JSON of the refusals, for --json */
    struct json_writer w;
};

static void on_refused(void *ctx, const struct import_refusal *r)
{
    struct tally *t = ctx;
    t->app->refused = true;
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

static void tally_text(struct buf *out, const char *what, const struct import_tally *t)
{
    buf_addf(out, "  %-12s %8lld new", what, (long long)t->made);
    if (t->known > 0)
        buf_addf(out, "  %8lld known", (long long)t->known);
    buf_addc(out, '\n');
}

static void counts_text(struct buf *out, const char *file, const struct import_counts *c)
{
    buf_addf(out, "%s: %lld records read as %s", file, (long long)c->records, c->format);
    if (c->refused > 0)
        buf_addf(out, ", %lld refused", (long long)c->refused);
    buf_addc(out, '\n');
    tally_text(out, "prompts", &c->prompts);
    tally_text(out, "responses", &c->responses);
    tally_text(out, "comparisons", &c->comparisons);
    tally_text(out, "judgements", &c->judgements);
}

static void tally_json(struct json_writer *w, const char *what, const struct import_tally *t)
{
    jw_key(w, what);
    jw_object(w);
    jw_kint(w, "new", t->made);
    jw_kint(w, "known", t->known);
    jw_object_end(w);
}

static void counts_json(struct json_writer *w, const char *file, const struct import_counts *c)
{
    jw_object(w);
    jw_kstr(w, "file", file);
    jw_kstr(w, "format", c->format);
    jw_kint(w, "records", c->records);
    jw_kint(w, "refused", c->refused);
    tally_json(w, "prompts", &c->prompts);
    tally_json(w, "responses", &c->responses);
    tally_json(w, "comparisons", &c->comparisons);
    tally_json(w, "judgements", &c->judgements);
    jw_object_end(w);
}

static bool import_all(struct tally *t, struct db *db, const struct args *args, struct outfile *rejects,
                       struct buf *text, struct json_writer *w, struct err *err)
{
    for (size_t i = 0; i < args->words.n; i++) {
        struct bar bar;
        struct import_options o = {.format = args_get(args, "format"),
                                   .source = args_get(args, "source"),
                                   .who = app_annotator(NULL),
                                   .rejects = rejects,
                                   .refused = on_refused,
                                   .ctx = t,
                                   .progress = &bar.progress};
        struct import_counts c;
        bar_start(&bar, t->app, "importing", "B");
        bool ok = import_file(db, args->words.v[i], &o, &c, err);
        bar_end(&bar);
        if (!ok)
            return false;
        if (t->app->json)
            counts_json(w, args->words.v[i], &c);
        else
            counts_text(text, args->words.v[i], &c);
    }
    return true;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    struct db *db = NULL;
    struct outfile *rejects = NULL;
    if (!app_open(app, true, &db, err))
        return false;
    if (args_has(args, "rejects") && (rejects = outfile_open(args_get(args, "rejects"), err)) == NULL) {
        db_close(db);
        return false;
    }
    struct buf text = BUF_INIT;
    struct json_writer w;
    struct tally t = {.app = app, .list = BUF_INIT};
    jw_start(&w, &text);
    jw_start(&t.w, &t.list);
    if (app->json) {
        jw_object(&w);
        jw_key(&w, "files");
        jw_array(&w);
        jw_array(&t.w);
    }
    bool ok = import_all(&t, db, args, rejects, &text, &w, err);
    if (app->json) {
        jw_array_end(&w);
        jw_array_end(&t.w);
        jw_key(&w, "refused");
        jw_raw(&w, t.list.ptr, t.list.len);
        jw_object_end(&w);
        buf_addc(&text, '\n');
    }
    /* What was refused before a failure is worth keeping, and files imported before it are in. */
    struct err second = {0};
    if (rejects != NULL && !outfile_commit(rejects, &second) && ok) {
        *err = second;
        ok = false;
    }
    if (text.len > 0 && (ok || !app->json))
        ok = app_print(app, &text, ok ? err : NULL) && ok;
    buf_free(&text);
    buf_free(&t.list);
    db_close(db);
    return ok;
}

const struct command cmd_import = {
    .name = "import",
    .summary = "bring in prompts, answers, ratings and preferences",
    .synopsis = "FILE... [--format F] [--source NAME] [--rejects FILE]",
    .about =
        "Reads JSON Lines, plain or gzip; - is standard input. The format is found out from the content. A record that "
        "is not\n"
        "right is refused with file, line and reason, the others go in, and the exit status is 3. Importing a file\n"
        "twice changes nothing. Each file is one transaction.",
    .example = "  assay import harmless-base/train.jsonl.gz --source hh\n"
               "  zcat train.jsonl.gz | assay import - --format helpsteer2 --source helpsteer2",
    .options = options,
    .min_words = 1,
    .max_words = 10000,
    .run = run,
};
