#include "app/report_page.h"

#include "core/base/clock.h"

#include <stdio.h>
#include <string.h>

enum { RUNS = 20 };

/* ---- at a glance ---- */

void report_glance(const struct report *r, struct page *p)
{
    page_section(p, "glance", "At a glance");
    page_facts(p, true);
    if (r->workspace) {
        page_fact(p, "prompts", "%s", report_count(r->status.prompts).text);
        page_fact(p, "comparisons", "%s", report_count(r->status.comparisons).text);
        page_fact(p, "judgements", "%s", report_count(r->status.judgements).text);
        page_fact(p, r->status.n_annotators == 1 ? "person" : "people", "%s",
                  report_count((int64_t)r->status.n_annotators).text);
    }
    page_fact(p, r->heads.n == 1 ? "head" : "heads", "%s", report_count((int64_t)(r->heads.n + r->more_heads)).text);
    page_facts_end(p);
    page_facts(p, false);
    for (size_t i = 0; i < r->heads.n; i++) {
        const struct report_head *h = r->heads.v[i];
        const struct evaluation *v = &h->s.figures.v;
        if (h->why == NULL)
            page_fact(p, h->name, "right on %s of %s pairs%s, calibration error %s%s",
                      report_share(v->m.accuracy, v->interval.accuracy).text, report_count((int64_t)v->m.n).text,
                      h->j.trained_on ? " that it was itself fitted to" : "",
                      report_figure(v->m.ece, v->interval.ece).text,
                      h->mapped_here ? ", through a map that was fitted to these very pairs" : "");
    }
    page_facts_end(p);
}

/* ---- data ---- */

static void sources(const struct status *s, struct page *p)
{
    static const struct page_column columns[] = {{"source", false},  {"licence", false},  {"comparisons", true},
                                                 {"labelled", true}, {"by people", true}, {"complete", true},
                                                 {"retired", true}};
    page_table(p, columns, sizeof columns / sizeof *columns,
               "Where comparisons come from. Labelled: they came with a preference or ratings. Complete: handled by as "
               "many people as the workspace asks for (%lld)",
               (long long)s->overlap);
    for (size_t i = 0; i < s->n_sources && i < REPORT_ROWS; i++) {
        const struct status_source *x = &s->sources[i];
        page_row(p);
        page_cell(p, "%s", x->name);
        page_cell(p, "%s", x->licence != NULL ? x->licence : "not stated");
        page_cell(p, "%s", report_count(x->comparisons).text);
        page_cell(p, "%s", report_count(x->by_sources).text);
        page_cell(p, "%s", report_count(x->by_people).text);
        page_heat(p, x->comparisons > 0 ? (double)x->complete / (double)x->comparisons : 0, "%s",
                  report_count(x->complete).text);
        page_cell(p, "%s", report_count(x->retired).text);
    }
    page_more(p, s->n_sources > REPORT_ROWS ? s->n_sources - REPORT_ROWS : 0);
    page_table_end(p);
}

static void embeddings(const struct report *r, struct page *p)
{
    static const struct page_column columns[] = {
        {"embedding set", false}, {"made by", false}, {"rows", true}, {"columns", true}, {"of responses here", true}};
    if (r->n_sets == 0)
        return;
    page_table(p, columns, sizeof columns / sizeof *columns, "Embeddings that heads look at");
    for (size_t i = 0; i < r->n_sets && i < REPORT_ROWS; i++) {
        const struct embedding_set *x = &r->sets[i];
        page_row(p);
        page_cell(p, "%s", x->name);
        page_cell(p, "%s", x->provider);
        page_cell(p, "%s", report_count(x->n).text);
        page_cell(p, "%s", report_count(x->d).text);
        page_cell(p, "%s", report_count(x->mapped).text);
    }
    page_more(p, r->n_sets > REPORT_ROWS ? r->n_sets - REPORT_ROWS : 0);
    page_table_end(p);
}

void report_data(const struct report *r, struct page *p)
{
    const struct status *s = &r->status;
    page_section(p, "data", "Data");
    page_facts(p, false);
    page_fact(p, "workspace", "%s", r->file);
    page_fact(p, "rubric", "%s, version %d", s->rubric, s->rubric_version);
    page_fact(p, "responses", "%s", report_count(s->responses).text);
    page_fact(p, "people who judge each comparison", "%s", report_count(s->overlap).text);
    page_facts_end(p);
    sources(s, p);
    embeddings(r, p);
}

/* ---- to repeat it ---- */

static void files(const struct report *r, struct page *p)
{
    static const struct page_column columns[] = {{"head", false}, {"file", false}, {"SHA-256", false}};
    page_table(p, columns, sizeof columns / sizeof *columns, "Files of heads");
    for (size_t i = 0; i < r->heads.n; i++) {
        const struct report_head *h = r->heads.v[i];
        page_row(p);
        page_cell(p, "%s", h->name);
        page_cell(p, "%s", h->path);
        page_cell(p, "%s", *h->sha256 != '\0' ? h->sha256 : "not read");
    }
    page_table_end(p);
}

static void sets(const struct report *r, struct page *p)
{
    static const struct page_column columns[] = {{"embedding set", false}, {"file", false}, {"SHA-256", false}};
    page_table(p, columns, sizeof columns / sizeof *columns, "Files of embeddings");
    for (size_t i = 0; i < r->n_sets && i < REPORT_ROWS; i++) {
        page_row(p);
        page_cell(p, "%s", r->sets[i].name);
        page_cell(p, "%s", report_file_name(r->sets[i].path)); /* the page may be published: no folders of ours */
        page_cell(p, "%s", r->sets[i].sha256);
    }
    page_more(p, r->n_sets > REPORT_ROWS ? r->n_sets - REPORT_ROWS : 0);
    page_table_end(p);
}

static void runs(const struct report *r, struct page *p)
{
    static const struct page_column columns[] = {
        {"run", true}, {"when (UTC)", false}, {"what", false}, {"head", false}, {"seed", true}};
    page_table(p, columns, sizeof columns / sizeof *columns, "The latest runs, newest first");
    for (size_t i = 0; i < r->n_runs && i < RUNS; i++) {
        const struct run *x = &r->runs[i];
        char when[CLOCK_ISO_SIZE];
        clock_iso(x->created, when);
        page_row(p);
        page_cell(p, "%lld", (long long)x->row);
        page_cell(p, "%.19s", when);
        page_cell(p, "%s", x->kind);
        page_cell(p, "%s", x->model == NULL ? "–" : x->model[0] == '/' ? report_file_name(x->model) : x->model);
        page_cell(p, "%llu", (unsigned long long)x->seed);
    }
    page_more(p, (size_t)r->status.runs > RUNS ? (size_t)r->status.runs - RUNS : 0);
    page_table_end(p);
}

static void settings(const struct report *r, struct page *p)
{
    static const struct {
        const char *key, *name;
    } told[] = {{"settings", "Settings of the fit"}, {"inputs", "What it was fitted to"}, {"calibration", "Its map"}};
    for (size_t i = 0; i < r->heads.n; i++) {
        const struct report_head *h = r->heads.v[i];
        if (!h->loaded)
            continue;
        page_heading(p, "%s", h->name);
        for (size_t k = 0; k < sizeof told / sizeof *told; k++) {
            const char *json = head_meta(&h->head, told[k].key);
            if (json == NULL)
                continue;
            page_note(p, "%s:", told[k].name);
            page_code(p, json);
        }
    }
}

void report_repeat(const struct report *r, struct page *p)
{
    page_section(p, "repeat", "To repeat this");
    page_text(
        p,
        "The same files, settings and seeds give the same figures, bit for bit. Judged with %zu bins, %zu resamples "
        "and seed %llu%s.",
        r->o.e.bins, r->o.e.resamples, (unsigned long long)r->o.e.seed,
        r->o.e.hard ? "; every pair counted as won by its chosen side" : "");
    if (r->heads.n > 0)
        files(r, p);
    if (r->n_sets > 0)
        sets(r, p);
    if (r->n_runs > 0)
        runs(r, p);
    settings(r, p);
}
