#include "app/report_page.h"

#include "core/plot.h"
#include "core/svg.h"

#include <math.h>
#include <stdio.h>

/* Short enough for a legend. */
static const char *of_kind(enum abstention_kind kind)
{
    static const char *const names[ABSTENTION_KINDS] = {
        [ABSTENTION_PLAIN] = "what it says",
        [ABSTENTION_CALIBRATED] = "what its map says",
        [ABSTENTION_AVERAGED] = "averaged over its doubt",
        [ABSTENTION_SDM] = "similarity, distance, magnitude",
    };
    return names[kind];
}

static void figure(const struct report_head *h, size_t number, struct page *p)
{
    const struct abstention *a = &h->s.abstention;
    struct chart_series series[ABSTENTION_KINDS];
    struct buf svg = BUF_INIT, plain = BUF_INIT, title = BUF_INIT;
    char id[32];
    for (size_t i = 0; i < a->n_rows; i++)
        series[i] = (struct chart_series){
            .name = of_kind(a->rows[i].kind), .x = a->rows[i].coverage, .y = a->rows[i].risk, .n = a->rows[i].points};
    struct chart_curve c = {.x = {.label = "pairs answered, the surest first", .lo = 0, .hi = 1, .percent = true},
                            .y = {.label = "wrong among them", .percent = true},
                            .series = series,
                            .n = a->n_rows};
    snprintf(id, sizeof id, "risk-%zu", number);
    buf_addf(&title, "Risk and coverage of %s", h->name);
    svg_curve(
        &c,
        &(struct svg_words){.id = id,
                            .title = title.ptr,
                            .desc = "Across: the share of the pairs that are answered, the surest first. Up: the share "
                                    "of those that is wrong."},
        &svg);
    if (p->format == PAGE_MARKDOWN)
        plot_curve(&c, PLOT_COLUMNS, PLOT_LINES, PLOT_UNICODE, &plain);
    page_figure(p, &svg, &plain,
                "%s: the share that is wrong when only the surest are answered, by what is taken for sure.", h->name);
    buf_free(&svg);
    buf_free(&plain);
    buf_free(&title);
}

static void table(const struct report *r, struct page *p)
{
    static const struct page_column columns[] = {{"head", false},    {"sure by", false}, {"at 50 %", true},
                                                 {"at 80 %", true},  {"at 90 %", true},  {"area (AURC)", true},
                                                 {"in excess", true}};
    page_table(
        p, columns, sizeof columns / sizeof *columns,
        "Accuracy when the surest 50, 80 and 90 %% are answered; the area under the curve, and how much of it an order "
        "that knows the errors would save");
    for (size_t i = 0; i < r->heads.n; i++) {
        const struct report_head *h = r->heads.v[i];
        for (size_t k = 0; h->why == NULL && k < h->s.abstention.n_rows; k++) {
            const struct abstention_row *row = &h->s.abstention.rows[k];
            page_row(p);
            page_cell(p, "%s", h->name);
            page_cell(p, "%s", of_kind(row->kind));
            for (size_t c = 0; c < SELECTIVE_COVERAGES; c++)
                page_cell(p, "%s", report_share(row->s.at[c].accuracy, row->s.at[c].interval).text);
            page_cell(p, "%s", report_figure(row->s.aurc, row->s.aurc_interval).text);
            page_cell(p, "%s", report_figure(row->s.excess, row->s.excess_interval).text);
        }
    }
    page_table_end(p);
}

static void promise(const struct report_head *h, struct page *p)
{
    const struct abstention *a = &h->s.abstention;
    const struct selective_promise *x = &a->promise;
    if (!a->wanted)
        return;
    if (a->no_promise != NULL)
        page_text(p, "%s: no error rate can be promised, as %s.", h->name, a->no_promise);
    else if (!x->kept)
        page_text(p, "%s: an error rate of at most %.3g cannot be promised from these %zu prompts.", h->name, x->rate,
                  x->n);
    else
        page_text(
            p,
            "%s: of the pairs whose difference of rewards is larger than %.4g, at most a share of %.3g is wrong; with "
            "%.0f %% confidence, from one pair of each of %zu prompts, of which %zu are answered and %zu of those "
            "wrong.",
            h->name, x->all ? 0.0 : x->above, x->rate, 100 * x->level, x->n, x->answered, x->errors);
}

static bool told(const struct report_head *h)
{
    return h->why == NULL && h->s.abstention.absent == NULL;
}

void report_abstention(const struct report *r, struct page *p)
{
    page_section(p, "abstention", "When it may abstain");
    page_text(
        p, "A head that may pass on a pair answers where it is surest. The lower the curve on the left, the better it "
           "knows what it does not know.");
    table(r, p);
    page_figures(p);
    for (size_t i = 0; i < r->heads.n; i++)
        if (told(r->heads.v[i]))
            figure(r->heads.v[i], i, p);
    page_figures_end(p);
    for (size_t i = 0; i < r->heads.n; i++)
        if (told(r->heads.v[i]))
            promise(r->heads.v[i], p);
}
