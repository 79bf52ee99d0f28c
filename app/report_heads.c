#include "app/report_page.h"

#include "core/names.h"
#include "core/svg.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *whom(const struct report_head *h)
{
    return h->j.trained_on ? "its own fit's" : h->j.split;
}

/* ---- the table, and accuracies one below the other ---- */

static void figures_row(const char *name, const char *kind, const char *split, const struct evaluation *v,
                        struct page *p)
{
    static const struct metric_interval none = {NAN, NAN};
    page_row(p);
    page_cell(p, "%s", name);
    page_cell(p, "%s", kind);
    page_cell(p, "%s", split);
    page_cell(p, "%s", report_count((int64_t)v->m.n).text);
    page_cell(p, "%s", report_share(v->m.accuracy, v->interval.accuracy).text);
    page_cell(p, "%s", report_figure(v->m.nll, v->interval.nll).text);
    page_cell(p, "%s", report_figure(v->m.brier, none).text);
    page_cell(p, "%s", report_figure(v->m.ece, v->interval.ece).text);
}

/* Of a head with a map, that; marked when it was fitted to the very pairs that judge it. */
enum { KIND = 64 };
static const char *kind_of(const struct report_head *h, char out[KIND])
{
    if (!report_mapped(h))
        return h->head.kind;
    snprintf(out, KIND, "%s%s", calibration_name(h->s.figures.map), h->mapped_here ? " †" : "");
    return out;
}

static void table(const struct report *r, struct page *p)
{
    static const struct page_column columns[] = {
        {"head", false},    {"kind", false},    {"pairs of", false},   {"pairs", true},
        {"accuracy", true}, {"log-loss", true}, {"Brier score", true}, {"calibration error", true}};
    page_table(p, columns, sizeof columns / sizeof *columns,
               "Heads on pairs with 95 %% intervals: bootstrap over prompts, %zu resamples, seed %llu",
               r->o.e.resamples, (unsigned long long)r->o.e.seed);
    for (size_t i = 0; i < r->heads.n; i++) {
        const struct report_head *h = r->heads.v[i];
        char kind[KIND];
        if (h->why != NULL) {
            page_row(p);
            page_cell(p, "%s", h->name);
            page_cell(p, "not judged: %s", h->why);
            for (size_t k = 2; k < sizeof columns / sizeof *columns; k++)
                page_cell(p, "–");
            continue;
        }
        if (report_mapped(h))
            figures_row(h->name, "before its map", whom(h), &h->s.figures.raw, p);
        figures_row(h->name, kind_of(h, kind), whom(h), &h->s.figures.v, p);
    }
    page_more(p, r->more_heads);
    page_table_end(p);
}

static void forest(const struct chart_forest *f, const char *id, const char *title, const char *caption, struct page *p)
{
    struct buf svg = BUF_INIT, none = BUF_INIT; /* without pictures the table tells the same */
    struct svg_words words = {.id = id, .title = title, .desc = caption};
    svg_forest(f, &words, &svg);
    page_figure(p, &svg, &none, "%s", caption);
    buf_free(&svg);
}

static void forests(const struct report *r, struct page *p)
{
    struct chart_row accuracy[REPORT_HEADS], ece[REPORT_HEADS];
    size_t n = 0;
    for (size_t i = 0; i < r->heads.n; i++) {
        const struct report_head *h = r->heads.v[i];
        const struct evaluation *v = &h->s.figures.v;
        if (h->why != NULL)
            continue;
        accuracy[n] = (struct chart_row){h->name, v->m.accuracy, v->interval.accuracy.lo, v->interval.accuracy.hi};
        ece[n++] = (struct chart_row){h->name, v->m.ece, v->interval.ece.lo, v->interval.ece.hi};
    }
    struct chart_forest a = {.x = {.label = "accuracy", .percent = true}, .rows = accuracy, .n = n, .mark = 0.5};
    struct chart_forest e = {.x = {.label = "calibration error"}, .rows = ece, .n = n, .mark = 0};
    page_figures(p);
    forest(&a, "accuracy", "Accuracy of heads",
           "Accuracy with 95 % intervals. The dotted line is chance. More is better.", p);
    forest(
        &e, "ece", "Calibration error of heads",
        "Expected calibration error with 95 % intervals. The dotted line is none. Less is better; small samples have "
        "some by chance.",
        p);
    page_figures_end(p);
}

/* ---- groups ---- */

static const struct breakdown_row *of_group(const struct report_head *h, const char *name)
{
    for (size_t i = 0; i < h->s.breakdown.rows.n; i++)
        if (strcmp(h->s.breakdown.rows.v[i].line.name, name) == 0)
            return &h->s.breakdown.rows.v[i];
    return NULL;
}

/* The groups that are shown, of all heads, in the order in which they come; *all: how many there are. */
static void group_names(const struct report *r, struct names *names, size_t *all)
{
    *all = 0;
    for (size_t i = 0; i < r->heads.n; i++) {
        const struct breakdown *b = &r->heads.v[i]->s.breakdown;
        *all = b->groups > *all ? b->groups : *all;
        for (size_t g = 0; g < b->rows.n && names_count(names) < REPORT_ROWS; g++)
            names_add(names, b->rows.v[g].line.name, strlen(b->rows.v[g].line.name), NULL);
    }
}

static struct metric_interval accuracies(const struct report *r, const struct names *names)
{
    struct metric_interval range = {INFINITY, -INFINITY};
    for (size_t i = 0; i < r->heads.n; i++)
        for (size_t g = 0; g < names_count(names); g++) {
            const struct breakdown_row *row = of_group(r->heads.v[i], names_text(names, g));
            range.lo = row != NULL ? fmin(range.lo, row->line.accuracy) : range.lo;
            range.hi = row != NULL ? fmax(range.hi, row->line.accuracy) : range.hi;
        }
    return range;
}

static void group_row(const struct report *r, const char *name, struct metric_interval range, struct page *p)
{
    size_t pairs = 0;
    for (size_t i = 0; i < r->heads.n; i++) {
        const struct breakdown_row *row = of_group(r->heads.v[i], name);
        pairs = row != NULL && row->line.n > pairs ? row->line.n : pairs;
    }
    page_row(p);
    page_cell(p, "%s", name);
    page_cell(p, "%s", report_count((int64_t)pairs).text);
    for (size_t i = 0; i < r->heads.n; i++) {
        const struct breakdown_row *row = of_group(r->heads.v[i], name);
        if (r->heads.v[i]->why != NULL)
            continue;
        if (row == NULL) {
            page_cell(p, "no pairs");
            continue;
        }
        const struct evaluation_line *l = &row->line;
        page_heat(p, range.hi > range.lo ? (l->accuracy - range.lo) / (range.hi - range.lo) : NAN, "%s%s",
                  report_share(l->accuracy, l->accuracy_interval).text, row->verdict == BREAKDOWN_TELLS ? "" : " ?");
    }
}

static void mean_row(const struct report *r, struct page *p)
{
    page_row(p);
    page_cell(p, "mean of groups");
    page_cell(p, "%s", "");
    for (size_t i = 0; i < r->heads.n; i++) {
        const struct report_head *h = r->heads.v[i];
        const struct evaluation_line *l = &h->s.breakdown.macro;
        if (h->why == NULL && h->s.breakdown.rows.n > 0)
            page_cell(p, "%s", report_share(l->accuracy, l->accuracy_interval).text);
        else if (h->why == NULL)
            page_cell(p, "–");
    }
}

void report_groups(const struct report *r, struct page *p)
{
    struct page_column columns[2 + REPORT_HEADS] = {{fact_words[r->o.by], false}, {"pairs", true}};
    struct names names = {0};
    size_t n = 2, all;
    group_names(r, &names, &all);
    size_t rows = names_count(&names);
    for (size_t i = 0; i < r->heads.n; i++)
        if (r->heads.v[i]->why == NULL)
            columns[n++] = (struct page_column){r->heads.v[i]->name, true};
    if (rows > 0) {
        page_section(p, "groups", "Group by group");
        page_table(p, columns, n, "Accuracy by %s with 95 %% intervals; the stronger the colour, the higher",
                   fact_words[r->o.by]);
        for (size_t g = 0; g < rows; g++)
            group_row(r, names_text(&names, g), accuracies(r, &names), p);
        mean_row(r, p);
        page_more(p, all > rows ? all - rows : 0);
        page_table_end(p);
        page_note(
            p,
            "A question mark: too small a group to tell, of fewer than %d prompts or with an interval wider than %.0f "
            "points.",
            BREAKDOWN_PROMPTS, 100 * BREAKDOWN_WIDTH);
    }
    names_free(&names);
}

/* ---- more figures ---- */

static void detail(const struct report *r, struct page *p)
{
    static const struct page_column columns[] = {{"head", false},
                                                 {"reliability", true},
                                                 {"resolution", true},
                                                 {"calibration error, debiased", true},
                                                 {"with equal mass", true},
                                                 {"adaptive (ACE)", true},
                                                 {"larger margin, right one (AUROC)", true}};
    page_fold(p, "More figures");
    page_table(
        p, columns, sizeof columns / sizeof *columns,
        "What the Brier score is made of, other calibration errors, and whether larger margins are more often right");
    for (size_t i = 0; i < r->heads.n; i++) {
        const struct report_head *h = r->heads.v[i];
        const struct metric_calibration *c = &h->s.detail.c;
        if (h->why != NULL || h->s.detail.absent != NULL)
            continue;
        page_row(p);
        page_cell(p, "%s", h->name);
        page_cell(p, "%s", report_figure(c->reliability, c->reliability_range).text);
        page_cell(p, "%s", report_figure(c->resolution, c->resolution_range).text);
        page_cell(p, "%s", report_figure(c->ece_debiased, c->ece_debiased_range).text);
        page_cell(p, "%s", report_figure(c->ece_mass, c->ece_mass_range).text);
        page_cell(p, "%s", report_figure(c->ace, c->ace_range).text);
        page_cell(p, "%s%s", report_figure(h->s.detail.o.auroc, h->s.detail.o.range).text,
                  h->s.detail.o.why != NULL ? " *" : "");
    }
    page_table_end(p);
    for (size_t i = 0; i < r->heads.n; i++)
        if (r->heads.v[i]->why == NULL && r->heads.v[i]->s.detail.o.why != NULL)
            page_note(p, "* %s: %s.", r->heads.v[i]->name, r->heads.v[i]->s.detail.o.why);
    page_fold_end(p);
}

/* ---- beside people ---- */

static bool has_ceiling(const struct report_head *h)
{
    return h->why == NULL && h->s.ceiling.absent == NULL;
}

static void ceiling(const struct report *r, struct page *p)
{
    struct page_column columns[1 + REPORT_HEADS] = {{"share", false}};
    size_t n = 1;
    const struct panel *first = NULL;
    for (size_t i = 0; i < r->heads.n; i++)
        if (has_ceiling(r->heads.v[i])) {
            first = first != NULL ? first : &r->heads.v[i]->s.ceiling.p;
            columns[n++] = (struct page_column){r->heads.v[i]->name, true};
        }
    if (first == NULL)
        return;
    page_table(p, columns, n,
               "How right people's agreement lets a head be, on the pairs that two or more people judged (%s with the "
               "first head)",
               report_count((int64_t)first->items).text);
    for (size_t k = 0; k < PANEL_COUNT; k++) {
        page_row(p);
        page_cell(p, "%s", panel_names[k].title);
        for (size_t i = 0; i < r->heads.n; i++)
            if (has_ceiling(r->heads.v[i])) {
                const struct agreement_figure *f = &r->heads.v[i]->s.ceiling.p.figure[k];
                page_cell(p, "%s", report_share(f->value, f->range).text);
            }
    }
    page_table_end(p);
}

void report_heads(const struct report *r, struct page *p)
{
    page_section(p, "heads", "Heads");
    if (r->heads.n == 0)
        page_text(p, "No head has been fitted here yet.");
    if (r->gone > 0)
        page_note(p, "%zu %s of earlier runs %s no longer where %s written.", r->gone, r->gone == 1 ? "head" : "heads",
                  r->gone == 1 ? "is" : "are", r->gone == 1 ? "it was" : "they were");
    if (r->heads.n == 0)
        return;
    table(r, p);
    if (report_judged(r) == 0)
        return;
    page_note(p,
              "Pairs marked test judge a head, otherwise those that its fit held out, otherwise all; those of its own "
              "fit flatter it. A difference of exactly 0 counts as wrong. Log-loss is in nats: 0.693 is chance.");
    for (size_t i = 0; i < r->heads.n; i++)
        if (r->heads.v[i]->why == NULL && r->heads.v[i]->j.leaked > 0)
            page_note(
                p,
                "%s: %s of these pairs have a prompt or a text that stands in pairs it was fitted to; they flatter it.",
                r->heads.v[i]->name, report_count((int64_t)r->heads.v[i]->j.leaked).text);
    for (size_t i = 0; i < r->heads.n; i++)
        if (r->heads.v[i]->why == NULL && r->heads.v[i]->mapped_here) {
            page_note(p, "† The map was fitted to these very pairs, so that what it gains here flatters it.");
            break;
        }
    if (report_judged(r) > 1 && r->rivals.n < report_judged(r))
        page_note(p, "These heads are not all judged on the same pairs: assay compare holds heads against each other.");
    forests(r, p);
    ceiling(r, p);
    detail(r, p);
}
