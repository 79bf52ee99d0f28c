#include "app/kind.h"
#include "app/report_page.h"

#include "core/svg.h"

#include <math.h>
#include <string.h>

/* Can a measure be told of both, the first head and this one? Log-loss wants log-odds. */
static bool tells(const struct report_rivals *x, size_t i, enum compare_measure m)
{
    return m == COMPARE_ACCURACY || (kind_says_log_odds(&x->head[0]->head) && kind_says_log_odds(&x->head[i]->head));
}

static void forest(const struct report_rivals *x, enum compare_measure m, const char *id, const char *title,
                   const char *caption, struct page *p)
{
    const struct compare_info *info = &compare_measures[m];
    struct chart_row rows[REPORT_HEADS];
    struct buf svg = BUF_INIT, none = BUF_INIT; /* without pictures the table tells the same */
    struct svg_words words = {.id = id, .title = title, .desc = caption};
    size_t n = 0;
    for (size_t i = 1; i < x->n; i++) {
        const struct compare_difference *d = &x->against[i].difference[m];
        if (tells(x, i, m))
            rows[n++] = (struct chart_row){x->head[i]->name, info->factor * d->value, info->factor * d->interval.lo,
                                           info->factor * d->interval.hi};
    }
    if (n == 0)
        return;
    const struct chart_forest f = {.x = {.label = title}, .rows = rows, .n = n, .mark = 0};
    svg_forest(&f, &words, &svg);
    page_figure(p, &svg, &none, "%s", caption);
    buf_free(&svg);
}

static void verdict_cell(const struct report_rivals *x, size_t i, enum compare_measure m, struct page *p)
{
    struct buf text = BUF_INIT;
    if (!tells(x, i, m)) {
        page_cell(p, "not told: the rewards of %s are no log-odds, but a map would make them so",
                  x->head[kind_says_log_odds(&x->head[0]->head) ? i : 0]->name);
        return;
    }
    compare_say(&x->against[i].difference[m], m, x->head[i]->name, x->head[0]->name, &text);
    page_cell(p, "%s", text.ptr);
    buf_free(&text);
}

static void verdicts(const struct report_rivals *x, struct page *p)
{
    static const struct page_column columns[] = {{"head", false}, {"accuracy", false}, {"log-loss", false}};
    page_table(p, columns, sizeof columns / sizeof *columns,
               "Against %s, on the same pairs; 95 %% intervals of the difference, verdicts corrected for %zu "
               "comparison%s (Holm)",
               x->head[0]->name, x->n - 1, x->n == 2 ? "" : "s");
    for (size_t i = 1; i < x->n; i++) {
        page_row(p);
        page_cell(p, "%s", x->head[i]->name);
        verdict_cell(x, i, COMPARE_ACCURACY, p);
        verdict_cell(x, i, COMPARE_NLL, p);
    }
    page_table_end(p);
}

static void matrix_cell(const struct report_rivals *x, size_t a, size_t b, struct page *p)
{
    const struct distance_pair *d = &x->apart.pair[a * x->n + b];
    if (a == b)
        page_cell(p, "–");
    else if (isnan(d->tau))
        page_heat(p, 1 - d->distance, "%.3f", d->distance);
    else
        page_heat(p, 1 - d->distance, "%.3f, %.0f %%", d->distance, 50 * (d->tau + 1));
}

static void matrix(const struct report_rivals *x, struct page *p)
{
    struct page_column columns[1 + REPORT_HEADS] = {{"head", false}};
    for (size_t i = 0; i < x->n; i++)
        columns[1 + i] = (struct page_column){x->head[x->apart.order[i]]->name, true};
    page_table(p, columns, 1 + x->n,
               "How far apart two heads are on these pairs, and on how many they prefer the same answer; the stronger "
               "the colour, the more alike");
    for (size_t i = 0; i < x->n; i++) {
        page_row(p);
        page_cell(p, "%s", x->head[x->apart.order[i]]->name);
        for (size_t k = 0; k < x->n; k++)
            matrix_cell(x, x->apart.order[i], x->apart.order[k], p);
    }
    page_table_end(p);
    page_note(p, "Distance: 0 the same but for the scale, 0.707 unrelated, 1 opposite. Heads that are near stand "
                 "together.");
}

void report_rivals(const struct report *r, struct page *p)
{
    const struct report_rivals *x = &r->rivals;
    if (x->n == 0)
        return;
    page_section(p, "rivals", "Head against head");
    verdicts(x, p);
    page_figures(p);
    forest(x, COMPARE_ACCURACY, "rivals-accuracy", "difference of accuracy (points)",
           "Accuracy less that of the first head, with 95 % intervals. Right of the dotted line is better.", p);
    forest(x, COMPARE_NLL, "rivals-loss", "difference of log-loss",
           "Log-loss less that of the first head, with 95 % intervals. Left of the dotted line is better.", p);
    page_figures_end(p);
    matrix(x, p);
}
