#include "core/plot.h"

#include "core/base/mem.h"
#include "core/safe.h"

#include <math.h>
#include <string.h>

/* Rows of the bars, the frame's lines beside its rows, the line that tells the marks; columns that a count takes. */
enum { BARS = 3, FRAME_LINES = 4, LEGEND = 1, COUNT_LEFT = 7 };
enum { POINT = 0x25CF };

static void draw_diagonal(struct canvas *c)
{
    struct canvas_pen pen = {.on = 1, .off = 2, .ascii = '.'};
    canvas_line(c, &pen, 0, 0);
    canvas_line(c, &pen, 1, 1);
}

static void draw_bins(struct canvas *c, const struct metric *m)
{
    for (size_t b = 0; b < m->n_bins; b++)
        if (m->bins[b].count > 0)
            canvas_bar(c, canvas_column(c, m->bins[b].confidence), m->bins[b].wilson_lo, m->bins[b].wilson_hi);
    for (size_t b = 0; b < m->n_bins; b++)
        if (m->bins[b].count > 0)
            canvas_put(c, canvas_column(c, m->bins[b].confidence), canvas_row(c, m->bins[b].accuracy),
                       c->style == PLOT_UNICODE ? POINT : 'o');
}

/* What share of the fullest bin the bins of each column hold; between two bars a column is left free. */
static double *shares(const struct canvas *c, const struct metric *m, double *most)
{
    double *share = mem_array(c->width, sizeof *share);
    *most = 0;
    for (size_t b = 0; b < m->n_bins; b++)
        *most = fmax(*most, m->bins[b].n);
    for (size_t b = 0; b<m->n_bins && * most> 0; b++) {
        size_t from = canvas_column(c, m->bins[b].lo), to = canvas_column(c, m->bins[b].hi);
        from += to > from + 1;
        for (size_t x = from; x < to || x == from; x++)
            share[x] = fmax(share[x], m->bins[b].n / *most);
    }
    return share;
}

static void put_bars(const struct canvas *c, const struct metric *m, size_t left, struct buf *out)
{
    double most, *share = shares(c, m, &most);
    char count[CHART_NUMBER];
    chart_count(most, count);
    for (size_t row = 0; row < BARS; row++) {
        const char *name = row == 0 ? count : row == 1 ? "pairs" : "0";
        buf_addf(out, "%*s%s", (int)left - 1, name, c->style == PLOT_UNICODE ? "│" : "|");
        for (size_t x = 0; x < c->width; x++)
            canvas_glyph(canvas_level(share[x] * BARS - (double)(BARS - 1 - row), c->style), out);
        while (out->ptr[out->len - 1] == ' ')
            buf_truncate(out, out->len - 1);
        buf_addc(out, '\n');
    }
    mem_free(share);
}

void plot_reliability(const struct metric *m, size_t width, size_t height, enum plot_style style, struct buf *out)
{
    static const struct chart_axis said = {.label = "probability said", .lo = 0, .hi = 1};
    static const struct chart_axis found = {.label = "how often it was so", .lo = 0, .hi = 1};
    static const char *const legend[] = {"● found   │ its 95 % interval   ⠑⠄ said = found",
                                         "o found   | its 95 % interval   . said = found"};
    width = width > PLOT_MIN_WIDTH ? width : PLOT_MIN_WIDTH;
    bool low = height >= PLOT_LOW_HEIGHT && height < PLOT_MIN_HEIGHT;
    height = low || height > PLOT_MIN_HEIGHT ? height : PLOT_MIN_HEIGHT;
    size_t rows = height - FRAME_LINES - (low ? 0 : BARS + LEGEND), left = canvas_margin(&found, rows);
    left = left > COUNT_LEFT ? left : COUNT_LEFT;
    size_t columns = width - left, a_bin = m->n_bins > 0 ? (columns - 1) / m->n_bins : 0;
    struct canvas c;
    canvas_init(&c, a_bin > 1 ? a_bin * m->n_bins + 1 : columns, rows, style);
    draw_diagonal(&c);
    draw_bins(&c, m);
    canvas_frame(&c, &said, &found, left, out);
    if (!low) {
        put_bars(&c, m, left, out);
        buf_addf(out, "%*s", (int)left, "");
        safe_text(legend[style], strlen(legend[style]), out, width - left);
        buf_addc(out, '\n');
    }
    canvas_free(&c);
}

void plot_reliability_table(const struct metric *m, struct buf *out)
{
    buf_adds(out, "       bin      pairs   said  found   95 % interval\n");
    for (size_t i = 0; i < m->n_bins; i++) {
        const struct metric_bin *b = &m->bins[i];
        buf_addf(out, "%5.3f-%5.3f", b->lo, b->hi);
        if (b->count > 0)
            buf_addf(out, " %9.*f  %5.3f  %5.3f   %5.3f to %5.3f\n", b->n == floor(b->n) ? 0 : 1, b->n, b->confidence,
                     b->accuracy, b->wilson_lo, b->wilson_hi);
        else
            buf_adds(out, "         0      -      -   -\n");
    }
}
