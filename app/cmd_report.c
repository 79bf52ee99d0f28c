#include "app/cmd.h"
#include "app/report_page.h"
#include "core/base/asset.h"
#include "core/base/clock.h"
#include "core/base/json_writer.h"
#include "core/base/outfile.h"

#include <string.h>
#include <unistd.h>

static const struct option_spec options[] = {
    {"output", 'o', "FILE", "where to (default: standard output)", false},
    {"format", 'f', "FORMAT", "html (default; on a terminal md) or md", false},
    {"title", 0, "TEXT", "of the page (default: the workspace's)", false},
    {"model", 'm', "FILE", "a head to tell of; may be repeated (default: those of the latest runs)", true},
    DATA_OPTIONS,
    {"split", 0, "NAME", "which pairs judge heads, as in eval", false},
    {"by", 0, "WHAT",
     "groups of the heat table: subset, source (default), annotator, objective, group, strength, language or length",
     false},
    {"error-rate", 0, "R", "tell from which difference on this error rate can be promised", false},
    {"allow-leak", 0, NULL, "judge by pairs whose prompt a head was fitted to, too, and say so", false},
    {"bins", 0, "N", "of the calibration error (default 10)", false},
    {"hard", 0, NULL, "count every pair as won by its chosen side, whatever its p", false},
    {"resamples", 0, "N", "of the bootstrap (default 1000)", false},
    {"seed", 0, "N", "of the bootstrap (default 1)", false},
    {0},
};

static const char *const formats[] = {"html", "md", NULL};

static bool read_options(const struct args *args, struct judged_opts *o, int *format, struct err *err)
{
    *o = (struct judged_opts){.by = args_has(args, "embeddings") ? FACT_NOTHING : FACT_SOURCE};
    return args_choice(args, "format", formats, format, err) && judged_read(args, o, err) &&
           args_number(args, "error-rate", 1e-6, 1 - 1e-6, &o->error_rate, err);
}

/* ---- the page around the parts ---- */

static const struct asset *asset(const char *name)
{
    const struct asset *a = asset_find(name);
    if (a == NULL)
        BUG("%s is not in the program", name);
    return a;
}

/* What stands at a placeholder of the template. */
struct slot {
    const char *name;
    const char *text;
    size_t n;
};

static void fill(const struct asset *template, const struct slot *slots, size_t n, struct buf *out)
{
    const char *at = (const char *)template->data, *end = at + template->size;
    while (at < end) {
        const char *open = strstr(at, "{{"), *close = open != NULL ? strstr(open, "}}") : NULL;
        if (close == NULL)
            break;
        size_t i = 0, len = (size_t)(close - open) - 2;
        while (i < n && (strlen(slots[i].name) != len || strncmp(slots[i].name, open + 2, len) != 0))
            i++;
        if (i == n)
            BUG("the template wants %.*s", (int)len, open + 2);
        buf_add(out, at, (size_t)(open - at));
        buf_add(out, slots[i].text, slots[i].n);
        at = close + 2;
    }
    buf_add(out, at, (size_t)(end - at));
}

static void as_html(const struct report *r, struct buf *out)
{
    struct page p;
    struct buf main = BUF_INIT, title = BUF_INIT;
    char date[CLOCK_ISO_SIZE];
    const struct asset *style = asset("html/report.css");
    page_start(&p, PAGE_HTML, &main);
    report_write(r, &p);
    page_escape(PAGE_HTML, r->title, strlen(r->title), PAGE_CELL, &title);
    clock_iso(r->written, date);
    const struct slot slots[] = {{"title", title.ptr, title.len},
                                 {"style", (const char *)style->data, style->size},
                                 {"date", date, strlen("2026-11-23")},
                                 {"contents", p.contents.ptr, p.contents.len},
                                 {"main", main.ptr, main.len}};
    fill(asset("html/report.html"), slots, sizeof slots / sizeof *slots, out);
    page_free(&p);
    buf_free(&main);
    buf_free(&title);
}

static void as_markdown(const struct report *r, struct buf *out)
{
    struct page p;
    char date[CLOCK_ISO_SIZE];
    buf_adds(out, "# ");
    page_escape(PAGE_MARKDOWN, r->title, strlen(r->title), PAGE_CELL, out);
    clock_iso(r->written, date);
    buf_addf(out, "\n\nWritten %.10s by assay.\n\n", date);
    page_start(&p, PAGE_MARKDOWN, out);
    report_write(r, &p);
    page_free(&p);
}

/* ---- the command ---- */

static void told_json(const struct report *r, const char *format, const char *path, size_t bytes, struct buf *out)
{
    struct json_writer w;
    jw_start(&w, out);
    jw_object(&w);
    jw_kstr(&w, "file", path);
    jw_kstr(&w, "format", format);
    jw_kint(&w, "bytes", (int64_t)bytes);
    jw_key(&w, "heads");
    jw_array(&w);
    for (size_t i = 0; i < r->heads.n; i++) {
        const struct report_head *h = r->heads.v[i];
        jw_object(&w);
        jw_kstr(&w, "model", h->path);
        jw_kstr(&w, "sha256", h->sha256);
        if (h->why != NULL)
            jw_kstr(&w, "not_judged", h->why);
        jw_object_end(&w);
    }
    jw_array_end(&w);
    jw_object_end(&w);
    buf_addc(out, '\n');
}

/* The answer is given before the file takes its place: a failed command has changed nothing. */
static bool write_out(const struct app *app, const struct report *r, int format, const char *path, struct err *err)
{
    struct buf page = BUF_INIT, told = BUF_INIT;
    bool to_file = path != NULL && strcmp(path, "-") != 0, ok = false;
    if (format == PAGE_HTML)
        as_html(r, &page);
    else
        as_markdown(r, &page);
    struct outfile *out = outfile_open(path, err);
    if (out != NULL) {
        outfile_write(out, page.ptr, page.len);
        if (app->json)
            told_json(r, formats[format], path, page.len, &told);
        else if (to_file)
            app_note(app, "%zu bytes to %s, %zu head%s", page.len, path, r->heads.n, PLURAL(r->heads.n));
        ok = !app->json || app_print(app, &told, err);
        if (ok)
            ok = outfile_commit(out, err);
        else
            outfile_abandon(out);
    }
    buf_free(&page);
    buf_free(&told);
    return ok;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    struct judged_opts o;
    struct report r;
    const char *path = args_get(args, "output");
    int format = path == NULL && isatty(STDOUT_FILENO) ? PAGE_MARKDOWN : PAGE_HTML; /* what a person can read there */
    if (!read_options(args, &o, &format, err) || !app_data_apart(app, path, err))
        return false;
    bool ok = report_make(app, args, &o, &r, err) && write_out(app, &r, format, path, err);
    report_free(&r);
    return ok;
}

const struct command cmd_report = {
    .name = "report",
    .summary = "one page on the data, the people and the heads",
    .synopsis = "[-o FILE] [--format html|md] [--title TEXT] [--model HEAD ...] [--by WHAT]",
    .about =
        "A page that stands by itself: it loads nothing, runs nothing, reads well in the dark and on paper. What data, "
        "who\n"
        "judged, how good the heads are with intervals, whether 70 % means 70 %, group by group, and the digests and\n"
        "settings to repeat it. With SOURCE_DATE_EPOCH the same workspace gives the same bytes.",
    .example = "  assay report -o report.html\n"
               "  assay report --model a.safetensors --model b.safetensors --format md",
    .options = options,
    .max_words = 0,
    .only_reads = true,
    .run = run,
};
