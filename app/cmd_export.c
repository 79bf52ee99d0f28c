#include "app/aggregated.h"
#include "app/cmd.h"
#include "app/manifest.h"
#include "app/probing.h"
#include "app/progress.h"
#include "core/base/json_writer.h"
#include "store/db.h"
#include "store/export.h"
#include "store/where.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NAME_OF(id, name) name " "

static const struct option_spec options[] = {
    {"format", 'f', "FORMAT", "one of " EXPORT_FORMATS(NAME_OF), false},
    {"output", 'o', "FILE", "where to (default: standard output)", false},
    {"ties", 0, "RULE", "comparisons without a better answer: drop (default), both (a line each way) or error", false},
    {"labels", 0, "WHOSE", "best (default: of review, else people, else sources), review, people, sources, all", false},
    AGGREGATED_OPTION,
    {"source", 0, "NAME", "only comparisons of this source", false},
    {"split", 0, "NAME", "only this split", false},
    {"where", 0, "FILTER", "only comparisons that pass, such as 'split = train and rating:helpfulness < 2'", false},
    {"manifest", 0, "FILE", "write what was exported, too: counts, SHA-256, settings, digest of the workspace", false},
    {"margin", 0, NULL, "trl, trl-conversational: write how much better, too", false},
    {"unpaired-threshold", 0, "LEVEL",
     "trl-unpaired: thumbs up from this mean rating of helpfulness on, or of another attribute: NAME:LEVEL", false},
    PROBING_OPTIONS("responses: answers without content, too,"),
    {0},
};

/* LEVEL, or NAME:LEVEL. */
static bool read_threshold(const struct args *args, struct export_options *o, struct buf *name, struct err *err)
{
    const char *text = args_get(args, "unpaired-threshold");
    if (text == NULL)
        return true;
    const char *colon = strrchr(text, ':'), *level = colon != NULL ? colon + 1 : text;
    char *end = NULL;
    o->thumb_level = strtod(level, &end);
    if (strcmp(o->format, "trl-unpaired") != 0)
        return err_set(err, ERR_USAGE, "--unpaired-threshold is for the format trl-unpaired");
    if (end == level || *end != '\0' || !isfinite(o->thumb_level) || colon == text)
        return err_set(err, ERR_USAGE,
                       "--unpaired-threshold: \"%.40s\" is not LEVEL or NAME:LEVEL, such as 3 or "
                       "correctness:2.5",
                       text);
    if (colon != NULL)
        buf_add(name, text, (size_t)(colon - text));
    else
        buf_adds(name, "helpfulness");
    o->thumb_attribute = name->ptr;
    return true;
}

static bool read_options(const struct args *args, struct export_options *o, struct buf *attribute, struct err *err)
{
    const char *ties = args_get(args, "ties"), *by = args_get(args, "labels");
    o->format = args_get(args, "format");
    o->label.source = args_get(args, "source");
    o->label.split = args_get(args, "split");
    o->where = args_get(args, "where");
    if (o->format == NULL) {
        struct buf list = BUF_INIT;
        for (const char *const *f = export_formats; *f != NULL; f++)
            buf_addf(&list, "%s%s", list.len > 0 ? ", " : "", *f);
        err_set(err, ERR_USAGE, "--format is missing; it is one of %s", list.ptr);
        buf_free(&list);
        return false;
    }
    int ignored;
    o->margin = args_has(args, "margin");
    if (o->margin && strcmp(o->format, "trl") != 0 && strcmp(o->format, "trl-conversational") != 0)
        return err_set(err, ERR_USAGE, "--margin is for the formats trl and trl-conversational");
    return args_choice(args, "format", export_formats, &ignored, err) &&
           (ties == NULL || export_ties_parse(ties, &o->ties, err)) &&
           (by == NULL || label_by_parse(by, &o->label.by, err)) && read_threshold(args, o, attribute, err);
}

static bool read_probing(const struct args *args, const struct export_options *o, struct probing *p, struct err *err)
{
    if (!probing_read(args, p, err))
        return false;
    return p->n == 0 || strcmp(o->format, "responses") == 0 ||
           err_set(err, ERR_USAGE, "--probes is for --format responses");
}

static void counts_json(const struct export_counts *c, const struct aggregated_sum *made, struct buf *text)
{
    struct json_writer w;
    jw_start(&w, text);
    jw_object(&w);
    jw_kint(&w, "comparisons", c->comparisons);
    jw_kint(&w, "lines", c->lines);
    jw_kint(&w, "ties", c->ties);
    jw_kint(&w, "unlabelled", c->unlabelled);
    jw_kint(&w, "unheld", c->unheld);
    jw_kint(&w, "unordered", c->unordered);
    aggregated_json(made, &w);
    if (c->sha256[0] != '\0') {
        jw_kint(&w, "bytes", c->bytes);
        jw_kstr(&w, "sha256", c->sha256);
    }
    jw_object_end(&w);
    buf_addc(text, '\n');
}

/* What is exported, and how its labels are made. */
struct job {
    struct export_options o;
    struct probing probing;
    struct aggregated made;
    struct buf attribute; /* of --unpaired-threshold */
    const char *path, *manifest;
};

/* When stdout carries the data, the counts are a note on stderr. */
static bool tell(const struct app *app, const char *path, const struct job *j, const struct export_counts *c,
                 struct err *err)
{
    const char *split = j->o.label.split;
    if (c->lines == 0 && split != NULL)
        app_note(app, "nothing that this format holds is marked with the split \"%s\"", split);
    bool to_file = path != NULL && strcmp(path, "-") != 0;
    if (app->json && to_file) {
        struct buf text = BUF_INIT;
        counts_json(c, &j->made.sum, &text);
        bool ok = app_print(app, &text, err);
        buf_free(&text);
        return ok;
    }
    struct buf text = BUF_INIT;
    buf_addf(&text, "%lld line%s", (long long)c->lines, c->lines == 1 ? "" : "s");
    if (to_file)
        buf_addf(&text, " to %s", path);
    if (c->comparisons > 0)
        buf_addf(&text, " from %lld comparison%s (%lld without a better answer, %lld without a label)",
                 (long long)c->comparisons, c->comparisons == 1 ? "" : "s", (long long)c->ties,
                 (long long)c->unlabelled);
    if (c->unheld > 0)
        buf_addf(&text, "; %lld left out: this format cannot hold their messages", (long long)c->unheld);
    if (c->unordered > 0)
        buf_addf(&text, "; %lld prompt%s left out: the labels make no order of all the answers",
                 (long long)c->unordered, PLURAL(c->unordered));
    if (j->made.sum.method != NULL) {
        buf_adds(&text, "; ");
        aggregated_text(&j->made.sum, &text);
    }
    app_note(app, "%s", text.ptr);
    buf_free(&text);
    return true;
}

struct probe_lines {
    struct outfile *out;
    int64_t n;
};

static void write_probe(void *ctx, const struct probing_row *r)
{
    struct probe_lines *lines = ctx;
    struct buf line = BUF_INIT;
    struct json_writer w;
    jw_start(&w, &line);
    jw_object(&w);
    jw_kstr(&w, "id", r->id);
    jw_kstr(&w, "prompt_id", r->prompt_id);
    jw_key(&w, "prompt");
    jw_raw(&w, r->messages.ptr, r->messages.len);
    jw_kstrn(&w, "response", r->text.ptr, r->text.len);
    jw_object_end(&w);
    buf_addc(&line, '\n');
    outfile_write(lines->out, line.ptr, line.len);
    lines->n++;
    buf_free(&line);
}

/* After what the format holds. */
static bool write_probes(struct db *db, const struct probing *p, struct outfile *out, struct export_counts *c,
                         struct err *err)
{
    struct probe_lines lines = {.out = out};
    if (p->n == 0)
        return true;
    if (!probing_each(db, p, write_probe, &lines, err))
        return false;
    c->lines += lines.n;
    c->sha256[0] = '\0'; /* that of what stands before them */
    return true;
}

/* The answer is given before the file takes its place: a failed command has changed nothing. */
static bool write_out(const struct app *app, struct db *db, struct job *j, struct err *err)
{
    struct export_counts c;
    struct outfile *out = outfile_open(j->path, err), *note = NULL;
    if (out != NULL)
        outfile_reproducible(out);
    bool ok = out != NULL && (j->manifest == NULL || (note = outfile_open(j->manifest, err)) != NULL) &&
              export_write(db, &j->o, out, &c, err) && write_probes(db, &j->probing, out, &c, err) &&
              (note == NULL || manifest_write(db, &j->o, &j->made.sum, &c, j->path, note, err)) &&
              (outfile_failed(out) || tell(app, j->path, j, &c, err));
    if (ok) {
        ok = outfile_commit(out, err); /* the note last: it never speaks of a file that is not there */
        out = NULL;
    }
    if (ok && note != NULL) {
        ok = outfile_commit(note, err);
        note = NULL;
    }
    outfile_abandon(out);
    outfile_abandon(note);
    return ok;
}

static bool read_job(const struct app *app, const struct args *args, struct job *j, struct err *err)
{
    int ignored;
    j->path = args_get(args, "output");
    j->manifest = args_get(args, "manifest");
    if (!read_options(args, &j->o, &j->attribute, err) || !read_probing(args, &j->o, &j->probing, err) ||
        !args_choice(args, "aggregate", aggregated_words, &ignored, err))
        return false;
    if (j->probing.n > 0 && j->manifest != NULL)
        return err_set(err, ERR_USAGE,
                       "a manifest speaks of what the workspace holds, and probes are made up: leave one of them out");
    if (args_has(args, "aggregate") && !export_has_labels(j->o.format))
        return err_set(err, ERR_USAGE, "--aggregate is about labels; the format %s holds none", j->o.format);
    return app_data_apart(app, j->path, err);
}

/* Then the index of words may have to be written. What is wrong with the filter is said later. */
static bool asks_for_words(const struct export_options *o)
{
    struct arena a = {0};
    const struct where *w;
    bool yes = o->where != NULL && where_parse("--where", o->where, &a, &w, NULL) && where_has_words(w);
    arena_free(&a);
    return yes;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    struct job j = {.attribute = BUF_INIT};
    struct db *db = NULL;
    struct bar bar;
    bool ok = read_job(app, args, &j, err) && app_open(app, asks_for_words(&j.o), &db, err);
    if (ok) {
        bar_start(&bar, app, "exporting", "comparisons");
        j.o.progress = &bar.progress;
        ok = !export_has_labels(j.o.format) ||
             aggregated_make(db, args_get(args, "aggregate"), &j.o.label, &j.made, err);
        j.o.label.book = aggregated_book(&j.made);
        ok = ok && write_out(app, db, &j, err);
        bar_end(&bar);
    }
    aggregated_free(&j.made);
    db_close(db);
    buf_free(&j.attribute);
    return ok;
}

const struct command cmd_export = {
    .name = "export",
    .summary = "write JSONL that trainers load",
    .synopsis = "--format F [-o FILE] [--ties drop|both|error] [--labels WHOSE] [--aggregate METHOD]",
    .about =
        "The order is that in which comparisons came in, so the same workspace gives the same bytes. The file is whole "
        "or not\n"
        "there. `judgements` is assay's own shape and loses nothing; formats.md says what each of the others holds.",
    .example = "  assay export --format trl --ties drop -o train.jsonl\n"
               "  assay export -f responses | jq -r .id",
    .options = options,
    .max_words = 0,
    .only_reads = true,
    .run = run,
};
