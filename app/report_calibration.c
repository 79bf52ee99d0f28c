#include "app/report_page.h"

#include "core/plot.h"
#include "core/svg.h"

#include <stdio.h>
#include <string.h>

static void reliability(const struct report_head *h, size_t number, const struct metric *m, const char *when,
                        struct page *p)
{
    struct buf svg = BUF_INIT, plain = BUF_INIT, title = BUF_INIT, desc = BUF_INIT;
    char id[48];
    snprintf(id, sizeof id, "reliability-%zu-%s", number, when);
    buf_addf(&title, "Reliability of %s, %s", h->name, when);
    buf_addf(
        &desc,
        "Across: the probability that the head said. Up: how often it was so. On %zu pairs; calibration error %.3f.",
        m->n, m->ece);
    svg_reliability(m, &(struct svg_words){.id = id, .title = title.ptr, .desc = desc.ptr}, &svg);
    if (p->format == PAGE_MARKDOWN)
        plot_reliability(m, PLOT_COLUMNS, PLOT_LINES, PLOT_UNICODE, &plain);
    page_figure(
        p, &svg, &plain,
        "%s: calibration error %.3f. Points on the dotted line keep their word; bars are 95 %% (Wilson). Below: "
        "pairs in each bin, in both orientations.",
        !report_mapped(h)             ? "As it is"
        : strcmp(when, "before") == 0 ? "Before the map"
        : h->mapped_here              ? "Through the map, which was fitted to these very pairs"
                                      : "Through the map",
        m->ece);
    buf_free(&svg);
    buf_free(&plain);
    buf_free(&title);
    buf_free(&desc);
}

static void margins(const struct report_head *h, size_t number, struct page *p)
{
    struct buf svg = BUF_INIT, plain = BUF_INIT, title = BUF_INIT;
    double counts[CHART_BINS];
    char id[32];
    snprintf(id, sizeof id, "margins-%zu", number);
    buf_addf(&title, "Margins of %s", h->name);
    svg_histogram(&h->margins,
                  &(struct svg_words){.id = id,
                                      .title = title.ptr,
                                      .desc =
                                          "How many pairs have which difference of rewards, the better answer's less "
                                          "the other's."},
                  &svg);
    for (size_t i = 0; i < h->margins.n; i++)
        counts[i] = (double)h->margins.count[i];
    plot_spark(counts, h->margins.n, PLOT_UNICODE, &plain);
    buf_addf(&plain, "\n%g to %g, each %g wide\n", h->margins.x.lo, h->margins.x.hi, h->margins.step);
    page_figure(p, &svg, &plain,
                "Differences of rewards, chosen less rejected%s. Left of 0 the head prefers the answer that people did "
                "not.",
                report_mapped(h) ? ", through the map" : "");
    buf_free(&svg);
    buf_free(&plain);
    buf_free(&title);
}

static void bins(const struct report_head *h, struct page *p)
{
    static const struct page_column columns[] = {
        {"probability", false}, {"pairs", true}, {"said", true}, {"found", true}, {"95 % interval", true}};
    const struct metric *m = &h->s.reliability.m;
    page_fold(p, "The same in numbers");
    page_table(p, columns, sizeof columns / sizeof *columns, "Reliability of %s in numbers", h->name);
    for (size_t i = 0; i < m->n_bins; i++) {
        const struct metric_bin *b = &m->bins[i];
        if (!(b->count > 0))
            continue;
        page_row(p);
        page_cell(p, "%.3f to %.3f", b->lo, b->hi);
        page_cell(p, "%s", report_count((int64_t)b->n).text);
        page_cell(p, "%.3f", b->confidence);
        page_cell(p, "%.3f", b->accuracy);
        page_cell(p, "%.3f to %.3f", b->wilson_lo, b->wilson_hi);
    }
    page_table_end(p);
    page_fold_end(p);
}

static void sure(const struct report_head *h, struct page *p)
{
    const struct uncertainty *u = &h->s.uncertainty;
    if (u->absent != NULL)
        return;
    page_text(
        p,
        "The head knows how unsure it is (%s): the 95 %% intervals of its probabilities are %.3f wide on average, and "
        "those of %.1f %% of the pairs hold 1/2, so that it cannot tell which answer is better.",
        interval_key(u->kind), u->mean_width, 100 * u->undecided);
}

void report_calibration(const struct report *r, struct page *p)
{
    page_section(p, "calibration", "Does 70 % mean 70 %?");
    page_text(p,
              "A difference of rewards is a claim: that the better answer is the better one with so much probability. "
              "Here the claims are held against what people said.");
    for (size_t i = 0; i < r->heads.n; i++) {
        const struct report_head *h = r->heads.v[i];
        if (h->why != NULL)
            continue;
        page_heading(p, "%s", h->name);
        sure(h, p);
        page_figures(p);
        if (h->s.reliability.mapped)
            reliability(h, i, &h->s.reliability.raw, "before", p);
        reliability(h, i, &h->s.reliability.m, h->s.reliability.mapped ? "after" : "plain", p);
        margins(h, i, p);
        page_figures_end(p);
        bins(h, p);
    }
}
