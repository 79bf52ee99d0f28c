#include "app/cmd.h"
#include "core/base/arena.h"
#include "core/base/clock.h"
#include "core/base/json_writer.h"
#include "core/plot.h"
#include "store/status.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct option_spec options[] = {
    {"watch", 0, "SECONDS", "on a terminal: draw it anew that often, until Ctrl-C", false},
    {0},
};

static void duration(double seconds, char out[24])
{
    if (seconds < 60)
        snprintf(out, 24, "%.0f s", seconds);
    else if (seconds < 3600)
        snprintf(out, 24, "%.0f min", seconds / 60);
    else
        snprintf(out, 24, "%.0f h %02.0f", seconds / 3600 - 0.5 > 0 ? (double)(long)(seconds / 3600) : 0.0,
                 (seconds - 3600 * (double)(long)(seconds / 3600)) / 60);
}

static void add_bar(struct buf *out, int64_t part, int64_t of)
{
    double share = of > 0 ? (double)part / (double)of : 0;
    plot_bar(share, 20, app_ascii() ? PLOT_ASCII : PLOT_UNICODE, out);
    buf_addf(out, " %3.0f %%\n", floor(share * 100)); /* 100 % is all of them */
}

static void add_splits(const struct status *s, struct buf *out)
{
    if (s->n_splits == 0 || (s->n_splits == 1 && s->splits[0].name[0] == '\0'))
        return;
    buf_addf(out, "\n%-20s %11s %10s %10s   %s\n", "split", "comparisons", "", "by people", "complete");
    for (size_t i = 0; i < s->n_splits; i++) {
        const struct status_split *x = &s->splits[i];
        app_add_column(out, x->name[0] != '\0' ? x->name : "(none)", 20);
        buf_addf(out, " %11lld %10s %10lld   ", (long long)x->comparisons, "", (long long)x->by_people);
        add_bar(out, x->complete, x->comparisons);
    }
}

static double active_per_judgement(const struct status *s)
{
    double seconds = 0, judged = 0;
    for (size_t i = 0; i < s->n_annotators; i++) {
        seconds += s->annotators[i].seconds;
        judged += (double)s->annotators[i].judged;
    }
    return judged > 0 ? seconds / judged : 0;
}

/* What is left, and how long it takes as it went so far. */
static void add_outlook(const struct status *s, struct buf *out)
{
    char time[24];
    if (s->n_handled > 0 && s->overlap > 1) {
        buf_adds(out, "\nhandled by ");
        for (size_t i = 0; i < s->n_handled; i++)
            buf_addf(out, "%s%lld: %lld", i > 0 ? ", " : "", (long long)s->handled[i].people,
                     (long long)s->handled[i].comparisons);
        buf_adds(out, "   (people: comparisons)\n");
    }
    if (s->wanted == 0 || s->n_annotators == 0)
        return;
    double each = active_per_judgement(s), a_day = (double)s->recent / STATUS_RECENT_DAYS;
    buf_addf(out, "\n%lld judgement%s left", (long long)s->wanted, s->wanted == 1 ? " is" : "s are");
    if (each > 0) {
        duration(each * (double)s->wanted, time);
        buf_addf(out, ": %s of work at %.0f s each", time, each);
    }
    if (a_day > 0)
        buf_addf(out, "; at %.*f a day, as in the last %d days, %.0f days", a_day < 10 ? 1 : 0, a_day,
                 STATUS_RECENT_DAYS, ceil((double)s->wanted / a_day));
    buf_addc(out, '\n');
}

static void add_counts(const struct status *s, struct buf *out)
{
    const struct {
        int64_t n;
        const char *what;
    } counts[] = {{s->prompts, "prompt"},       {s->responses, "response"},           {s->comparisons, "comparison"},
                  {s->judgements, "judgement"}, {s->embedding_sets, "embedding set"}, {s->runs, "run"}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        buf_addf(out, "%s%lld %s%s", i > 0 ? ", " : "", (long long)counts[i].n, counts[i].what, PLURAL(counts[i].n));
    buf_addc(out, '\n');
    if (s->prompts == 0)
        buf_adds(out, "\nempty: `assay import FILE` brings in prompts and answers\n");
}

static void as_text(const struct app *app, const struct status *s, struct buf *out)
{
    app_add_name(out, app->workspace);
    buf_adds(out, "  rubric ");
    app_add_name(out, s->rubric);
    buf_addf(out, " version %d, %lld %s judge%s each comparison\n", s->rubric_version, (long long)s->overlap,
             s->overlap == 1 ? "person" : "people", s->overlap == 1 ? "s" : "");
    add_counts(s, out);
    if (s->items > 0)
        buf_addf(out,
                 "%lld items of benchmarks, their comparisons among those; `assay eval --suite NAME` scores them\n",
                 (long long)s->items);
    if (s->n_sources > 0)
        buf_addf(out, "\n%-20s %11s %10s %10s   %s\n", "source", "comparisons", "labelled", "by people", "complete");
    for (size_t i = 0; i < s->n_sources; i++) {
        const struct status_source *x = &s->sources[i];
        app_add_column(out, x->name, 20);
        buf_addf(out, " %11lld %10lld %10lld   ", (long long)x->comparisons, (long long)x->by_sources,
                 (long long)x->by_people);
        add_bar(out, x->complete, x->comparisons);
    }
    add_splits(s, out);
    if (s->n_annotators > 0)
        buf_addf(out, "\n%-20s %7s %7s %7s %6s %7s %9s   %s\n", "annotator", "judged", "skipped", "flagged", "today",
                 "drafts", "mean time", "stored order kept");
    for (size_t i = 0; i < s->n_annotators; i++) {
        const struct status_annotator *x = &s->annotators[i];
        int64_t drawn = x->a_is_first + x->a_is_second;
        char time[24];
        duration(x->judged > 0 ? x->seconds / (double)x->judged : 0, time);
        app_add_column(out, x->name, 20);
        buf_addf(out, " %7lld %7lld %7lld %6lld %7lld %9s   %lld of %lld\n", (long long)x->judged,
                 (long long)x->skipped, (long long)x->flagged, (long long)x->today, (long long)x->drafts, time,
                 (long long)x->a_is_first, (long long)drawn);
    }
    add_outlook(s, out);
}

static void source_json(struct json_writer *w, const struct status_source *x)
{
    jw_object(w);
    jw_kstr(w, "name", x->name);
    if (x->licence != NULL)
        jw_kstr(w, "licence", x->licence);
    else {
        jw_key(w, "licence");
        jw_null(w);
    }
    jw_kint(w, "comparisons", x->comparisons);
    jw_kint(w, "retired", x->retired);
    jw_kint(w, "labelled", x->by_sources);
    jw_kint(w, "by_people", x->by_people);
    jw_kint(w, "complete", x->complete);
    jw_object_end(w);
}

static void split_json(struct json_writer *w, const struct status_split *x)
{
    jw_object(w);
    jw_kstr(w, "name", x->name);
    jw_kint(w, "comparisons", x->comparisons);
    jw_kint(w, "by_people", x->by_people);
    jw_kint(w, "complete", x->complete);
    jw_object_end(w);
}

static void handled_json(struct json_writer *w, const struct status_handled *x)
{
    jw_object(w);
    jw_kint(w, "people", x->people);
    jw_kint(w, "comparisons", x->comparisons);
    jw_object_end(w);
}

static void annotator_json(struct json_writer *w, const struct status_annotator *x)
{
    jw_object(w);
    jw_kstr(w, "name", x->name);
    jw_kint(w, "judged", x->judged);
    jw_kint(w, "skipped", x->skipped);
    jw_kint(w, "flagged", x->flagged);
    jw_kint(w, "today", x->today);
    jw_kint(w, "drafts", x->drafts);
    jw_knum(w, "seconds", x->seconds);
    jw_kint(w, "a_is_first", x->a_is_first);
    jw_kint(w, "a_is_second", x->a_is_second);
    jw_object_end(w);
}

static void as_json(const struct app *app, const struct status *s, struct buf *out)
{
    struct json_writer w;
    jw_start(&w, out);
    jw_object(&w);
    jw_kstr(&w, "workspace", app->workspace);
    jw_kstr(&w, "rubric", s->rubric);
    jw_kint(&w, "rubric_version", s->rubric_version);
    jw_kint(&w, "overlap", s->overlap);
    jw_kint(&w, "prompts", s->prompts);
    jw_kint(&w, "responses", s->responses);
    jw_kint(&w, "comparisons", s->comparisons);
    jw_kint(&w, "judgements", s->judgements);
    jw_kint(&w, "embedding_sets", s->embedding_sets);
    jw_kint(&w, "runs", s->runs);
    jw_kint(&w, "items", s->items);
    jw_kint(&w, "judgements_left", s->wanted);
    jw_kint(&w, "judgements_last_7_days", s->recent);
    jw_key(&w, "sources");
    jw_array(&w);
    for (size_t i = 0; i < s->n_sources; i++)
        source_json(&w, &s->sources[i]);
    jw_array_end(&w);
    jw_key(&w, "splits");
    jw_array(&w);
    for (size_t i = 0; i < s->n_splits; i++)
        split_json(&w, &s->splits[i]);
    jw_array_end(&w);
    jw_key(&w, "handled");
    jw_array(&w);
    for (size_t i = 0; i < s->n_handled; i++)
        handled_json(&w, &s->handled[i]);
    jw_array_end(&w);
    jw_key(&w, "annotators");
    jw_array(&w);
    for (size_t i = 0; i < s->n_annotators; i++)
        annotator_json(&w, &s->annotators[i]);
    jw_array_end(&w);
    jw_object_end(&w);
    buf_addc(out, '\n');
}

/* From the first line of the screen on, each line wiped to its end, and what stood below. */
static void over_the_last(struct buf *text)
{
    struct buf out = BUF_INIT;
    buf_adds(&out, "\033[H");
    for (const char *line = text->ptr; *line != '\0';) {
        const char *end = strchr(line, '\n');
        size_t n = end != NULL ? (size_t)(end - line) : strlen(line);
        buf_add(&out, line, n);
        buf_adds(&out, "\033[K\r\n");
        line += n + (end != NULL);
    }
    buf_adds(&out, "\033[J");
    buf_free(text);
    *text = out;
}

static bool show(const struct app *app, bool again, struct err *err)
{
    struct db *db = NULL;
    if (!app_open(app, false, &db, err))
        return false;
    struct arena arena = {0};
    struct status s;
    struct buf text = BUF_INIT;
    bool ok = status_read(db, &arena, &s, err);
    if (ok && app->json)
        as_json(app, &s, &text);
    else if (ok)
        as_text(app, &s, &text);
    if (ok && again)
        over_the_last(&text);
    ok = ok && app_print(app, &text, err);
    buf_free(&text);
    arena_free(&arena);
    db_close(db);
    return ok;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    double seconds = 0;
    bool watch = args_has(args, "watch");
    if (!args_number(args, "watch", 1, 3600, &seconds, err))
        return false;
    if (watch && (app->json || !isatty(STDOUT_FILENO)))
        return err_set(err, ERR_USAGE, "--watch draws on a terminal; without one, run `assay status` again");
    /* Only reads, so that Ctrl-C may end it anywhere. */
    bool ok = show(app, watch, err);
    while (ok && watch) {
        poll(NULL, 0, (int)(seconds * 1000));
        ok = show(app, true, err);
    }
    return ok;
}

const struct command cmd_status = {
    .name = "status",
    .summary = "how far the work is, by source and annotator",
    .synopsis = "[--watch SECONDS]",
    .about =
        "Counts of what is there and what has been done. `labelled`: comparisons that came with a preference or\n"
        "ratings. `by people`: that somebody has judged, skipped or flagged. `complete`: handled by as many people as\n"
        "the workspace asks for. Below: how much is left, and how long that takes as it went so far.",
    .example = "  assay status\n  assay status --watch 10\n  assay --json status | jq '.annotators[] | {name, judged}'",
    .options = options,
    .max_words = 0,
    .only_reads = true,
    .run = run,
};
