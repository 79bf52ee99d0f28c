#include "ui/agreement.h"

#include "core/base/clock.h"
#include "core/plot.h"
#include "ui/frame.h"
#include "ui/strip.h"

#include <math.h>
#include <stdio.h>

enum { NAME = 16, CELL = 8, COUNT = 6, LABEL = 8, FIRST = 2, HEAD = 2, LEAST = 3, NARROW = 60 };
/* In a cell of the matrix, "░-0.12": where the point stands, and where the figure ends. */
enum { POINT = 3, FIGURE_END = 6 };

/* To two digits, without the sign of what is not told: never "-0.00". */
static double told(double v)
{
    return fabs(v) < 0.005 ? 0 : v;
}

void agreement_cell(const struct agreement_figure *f, struct buf *out)
{
    if (f->why != NULL || !isfinite(f->value))
        buf_adds(out, "undefined");
    else if (isfinite(f->range.lo) && isfinite(f->range.hi))
        buf_addf(out, "%.2f (%.2f to %.2f)", told(f->value), told(f->range.lo), told(f->range.hi));
    else
        buf_addf(out, "%.2f", told(f->value));
}

/* A glyph for 0 to 1 in steps of 0.2, which the number beside it says exactly. */
static void shade(struct grid *g, int row, int col, double v, enum style style)
{
    static const enum mark marks[] = {MARK_SHADE_1, MARK_SHADE_2, MARK_SHADE_3, MARK_SHADE_4};
    if (v >= 0.2)
        grid_marks(g, row, col, 1, marks[v >= 0.8 ? 3 : v >= 0.6 ? 2 : v >= 0.4 ? 1 : 0], style);
}

static const char *name_of(const struct agreement_view *v, size_t person)
{
    const char *name = agreement_shown(v)->person[person].name;
    return *name != '\0' ? name : "(no name)";
}

/* ---- the lines above ---- */

static void put(struct grid *g, int row, struct buf *line, enum style style)
{
    grid_put_short(g, row, 2, g->cols - 3, line->ptr, line->len, style);
    buf_reset(line);
}

/* The last weeks that fit, as one glyph each. */
static void weeks(const struct panel_sheet *s, const struct grid *g, struct buf *out)
{
    double v[PANEL_WEEKS] = {0};
    size_t n = 0, first = SIZE_MAX, last = 0;
    for (size_t i = 0; i < s->weeks; i++) {
        v[n++] = s->week[i].kappa.why == NULL ? s->week[i].kappa.value : 0;
        if (s->week[i].kappa.why != NULL)
            continue;
        first = first == SIZE_MAX ? i : first;
        last = i;
    }
    if (first == SIZE_MAX) {
        buf_adds(out, "by week  no week has enough for a kappa");
        return;
    }
    buf_adds(out, "by week  ");
    plot_spark(v, n, g->ascii ? PLOT_ASCII : PLOT_UNICODE, out);
    buf_addf(out, "  %.2f", told(s->week[first].kappa.value));
    if (last > first)
        buf_addf(out, " to %.2f", told(s->week[last].kappa.value));
    if (*s->week[last].monday == '\0')
        return;
    buf_addf(out, last > first ? ", weeks of %s" : ", week of %s", s->week[first].monday);
    if (last > first)
        buf_addf(out, " to %s", s->week[last].monday);
}

/* Figures with their intervals, side by side as far as they fit. Returns the rows that it takes. */
static int draw_figures(const struct panel_sheet *s, struct grid *g, int row)
{
    static const char *const names[] = {"kappa", "alpha", "raw"};
    const struct agreement_figure *const figures[] = {&s->kappa, &s->alpha, &s->raw};
    struct buf line = BUF_INIT, counts = BUF_INIT;
    int from = row, at = 2;
    for (size_t i = 0; s->none == NULL && i < 3; i++) {
        buf_reset(&line);
        buf_addf(&line, "%s ", names[i]);
        agreement_cell(figures[i], &line);
        if (at > 2 && at + (int)line.len >= g->cols) {
            row++;
            at = 2;
        }
        at += grid_put(g, row, at, g->cols - at, line.ptr, line.len, STYLE_VALUE) + 2;
    }
    buf_reset(&line);
    if (s->none != NULL) {
        buf_addf(&line, "agreement is undefined, because %s", s->none);
        put(g, row, &line, STYLE_VALUE);
    } else {
        buf_addf(&line, "%s; ", s->reading);
    }
    buf_addf(&counts, "%zu shared items, %zu judgements", s->shared, s->judgements);
    if ((int)(safe_width(line.ptr, line.len) + safe_width(counts.ptr, counts.len)) > g->cols - 3)
        put(g, ++row, &line, STYLE_TEXT);
    buf_add(&line, counts.ptr, counts.len);
    put(g, ++row, &line, STYLE_TEXT);
    weeks(s, g, &line);
    put(g, ++row, &line, STYLE_TEXT);
    buf_free(&line);
    buf_free(&counts);
    return row + 1 - from;
}

/* ---- the matrix ---- */

static void fit_columns(struct agreement_view *v, const struct panel_sheet *s, int cols)
{
    v->shown = (size_t)(cols - NAME - 4) / CELL;
    if (v->shown > s->n)
        v->shown = s->n;
    if (v->left > v->column)
        v->left = v->column;
    if (v->column >= v->left + v->shown)
        v->left = v->column - v->shown + 1;
    if (v->left + v->shown > s->n)
        v->left = s->n - v->shown;
}

static void draw_pair(const struct agreement_view *v, const struct panel_sheet *s, struct grid *g, int row, int col,
                      size_t i, size_t j)
{
    const struct panel_pair *p = &s->pair[i * s->n + j];
    bool here = i == v->rows.at && j == v->column;
    enum style style = here ? STYLE_CURSOR : STYLE_TEXT;
    if (i == j || p->shared == 0 || p->kappa.why != NULL) {
        grid_fill(g, row, col, 1, CELL - 1, style);
        grid_puts(g, row, col + POINT, CELL - POINT,
                  i == j           ? "."
                  : p->shared == 0 ? "none"
                                   : "?",
                  here ? style : STYLE_DIM);
        return;
    }
    grid_fill(g, row, col, 1, CELL - 1, style);
    shade(g, row, col, p->kappa.value, style);
    grid_putf(g, row, col + 1, CELL - 2, style, "%5.2f", told(p->kappa.value));
}

static void draw_matrix(struct agreement_view *v, const struct panel_sheet *s, struct grid *g, int row, int rows,
                        int cols)
{
    fit_columns(v, s, cols);
    list_set_height(&v->rows, rows - 1);
    for (size_t k = 0; k < v->shown; k++) {
        const char *name = name_of(v, s->person[v->left + k]);
        int width = (int)safe_width(name, strlen(name)), indent = width < FIGURE_END ? FIGURE_END - width : 0;
        grid_put_short(g, row, 2 + NAME + (int)k * CELL + indent, CELL - 1 - indent, name, strlen(name),
                       v->left + k == v->column ? STYLE_VALUE : STYLE_LABEL);
    }
    for (int r = 0; r < rows - 1 && v->rows.top + (size_t)r < v->rows.n; r++) {
        size_t i = v->rows.top + (size_t)r;
        const char *name = name_of(v, v->order.v[i]);
        if (i == v->rows.at) {
            grid_marks(g, row + 1 + r, 0, 1, MARK_CURSOR, STYLE_CURSOR);
            g->cursor_row = row + 1 + r;
            g->cursor_col = 0;
        }
        grid_put_short(g, row + 1 + r, 2, NAME - 2, name, strlen(name), i == v->rows.at ? STYLE_VALUE : STYLE_LABEL);
        if (i >= s->n)
            grid_puts(g, row + 1 + r, 2 + NAME, cols - NAME - 3, "is not in the matrix: no items shared, or few",
                      STYLE_DIM);
        for (size_t k = 0; i < s->n && k < v->shown; k++)
            draw_pair(v, s, g, row + 1 + r, 2 + NAME + (int)k * CELL, i, v->left + k);
    }
}

/* ---- the table of confusion ---- */

static double row_sum(const double *t, size_t n, size_t i)
{
    double sum = 0;
    for (size_t j = 0; j < n; j++)
        sum += t[i * n + j];
    return sum;
}

static void draw_counts(const struct panel_sheet *s, const double *t, struct grid *g, int row, int col)
{
    size_t n = s->levels;
    for (size_t j = 0; j < n; j++)
        grid_putf(g, row, col + LABEL + (int)j * COUNT, COUNT, STYLE_LABEL, "%*.4g", COUNT - 1, s->level[j]);
    for (size_t i = 0; i < n; i++) {
        int at = row + 1 + (int)i;
        double sum = row_sum(t, n, i);
        grid_putf(g, at, col, LABEL, STYLE_LABEL, "%*.4g", LABEL - 2, s->level[i]);
        for (size_t j = 0; j < n; j++) {
            int x = col + LABEL + (int)j * COUNT;
            double count = t[i * n + j];
            enum style style = i == j ? STYLE_VALUE : STYLE_TEXT;
            shade(g, at, x, sum > 0 ? count / sum : 0, style);
            grid_putf(g, at, x + 1, COUNT - 1, count > 0 ? style : STYLE_DIM, "%*.0f", COUNT - 2, count);
        }
    }
}

static void draw_table(const struct agreement_view *v, const struct panel_sheet *s, struct grid *g, int row, int col,
                       int cols)
{
    const struct panel_pair *p = agreement_pair(v);
    struct buf title = BUF_INIT;
    if (p == NULL || p->shared == 0) {
        frame_rule(g, row, col, cols, p == NULL ? "choose two different people" : "they share no item", "");
        return;
    }
    const char *a = name_of(v, v->order.v[v->rows.at]), *b = name_of(v, s->person[v->column]);
    safe_text(a, strlen(a), &title, 20);
    buf_adds(&title, " (rows) and ");
    safe_text(b, strlen(b), &title, 20);
    buf_adds(&title, ": kappa ");
    agreement_cell(&p->kappa, &title);
    buf_addf(&title, ", %zu item%s", p->shared, p->shared == 1 ? "" : "s");
    frame_rule(g, row, col, cols, title.ptr, "");
    buf_free(&title);
    if (p->kappa.why != NULL)
        grid_putf(g, row + 1, col + 2, cols - 3, STYLE_TEXT, "undefined, because %s", p->kappa.why);
    else if (p->table == NULL)
        grid_putf(g, row + 1, col + 2, cols - 3, STYLE_TEXT, "%zu levels are too many for a table", s->levels);
    else
        draw_counts(s, p->table, g, row + 1, col);
}

/* ---- weeks, where there is room ---- */

static void draw_weeks(const struct panel_sheet *s, struct grid *g, int row, int rows)
{
    enum { BAR = 30 };
    if (rows < 2 + LEAST || s->weeks == 0)
        return;
    size_t n = (size_t)(rows - 2), first = s->weeks > n ? s->weeks - n : 0;
    frame_rule(g, row + 1, 0, g->cols, "week by week: shared items, quadratic kappa", "");
    for (size_t i = first; i < s->weeks; i++) {
        const struct panel_week *w = &s->week[i];
        int at = row + 2 + (int)(i - first);
        grid_putf(g, at, 2, g->cols - 3, STYLE_LABEL, "%-12s%6zu", *w->monday != '\0' ? w->monday : "(not known)",
                  w->shared);
        if (w->kappa.why != NULL) {
            grid_putf(g, at, 24, g->cols - 25, STYLE_DIM, "undefined, because %s", w->kappa.why);
            continue;
        }
        struct buf bar = BUF_INIT;
        plot_bar(w->kappa.value, BAR, g->ascii ? PLOT_ASCII : PLOT_UNICODE, &bar);
        grid_putf(g, at, 23, 8, STYLE_VALUE, "%6.2f", told(w->kappa.value));
        grid_put(g, at, 31, BAR, bar.ptr, bar.len, STYLE_TEXT);
        buf_free(&bar);
    }
}

/* ---- the whole ---- */

static const struct strip_item keys_shown[] = {
    {{REQ_LINE_DOWN, REQ_LINE_UP}, " ", "who"},
    {{REQ_COLUMN_LEFT, REQ_COLUMN_RIGHT}, " ", "with whom"},
    {{REQ_NEXT_SHEET}, "", "attribute"},
    {{REQ_OPEN}, "", "person"},
    {{REQ_REFRESH}, "", "again"},
    {{REQ_LEAVE}, "", "back"},
    {{REQ_HELP}, "", "all"},
};

static void draw_header(const struct agreement_view *v, struct grid *g)
{
    char right[64] = "";
    const struct agreement_panel *p = agreement_shown(v);
    if (v->state != NULL && v->state->work.state == WORK_RUNNING) {
        const struct work *w = &v->state->work;
        double share = w->total > 0 ? w->done / w->total : 0;
        snprintf(right, sizeof right, "computing %s %.0f %%", mark_text(MARK_ELLIPSIS, g->ascii), 100 * share);
    } else if (p != NULL) {
        char at[CLOCK_HMS_SIZE];
        clock_hms(p->made, at);
        snprintf(right, sizeof right, "as of %s", at);
    }
    workbench_header(v->workbench, g, "agreement", right);
}

static const char *why_empty(const struct agreement_view *v)
{
    const struct agreement_panel *p = agreement_shown(v);
    if (v->state == NULL)
        return "Figures cannot be made here.";
    if (v->state->work.state == WORK_FAILED)
        return v->state->work.err.text;
    if (p == NULL)
        return "Computing figures and their intervals. They appear here when they are done; everything else can be "
               "used "
               "meanwhile.";
    return "Nobody has judged anything here yet. When two people judge the same comparisons, this shows how far they "
           "agree: `assay set overlap 2` gives every comparison to two.";
}

static void draw_legend(const struct grid *g, char out[64])
{
    snprintf(out, 64, "%s 0.2 %s 0.4 %s 0.6 %s 0.8", mark_text(MARK_SHADE_1, g->ascii),
             mark_text(MARK_SHADE_2, g->ascii), mark_text(MARK_SHADE_3, g->ascii), mark_text(MARK_SHADE_4, g->ascii));
}

/* The matrix above the table of its selected pair, or beside it where both fit. */
static void draw_sheet(struct agreement_view *v, const struct panel_sheet *s, struct grid *g)
{
    char of[32], legend[64];
    snprintf(of, sizeof of, "%zu of %zu", v->sheet + 1, agreement_shown(v)->sheets);
    frame_rule(g, 1, 0, g->cols, s->attribute, of);
    int top = FIRST + draw_figures(s, g, FIRST), room = g->rows - 1 - top;
    int levels = s->levels <= PANEL_LEVELS ? (int)s->levels : 1, table = levels + HEAD;
    int matrix_cols = NAME + 4 + (int)s->n * CELL, table_cols = LABEL + levels * COUNT + 2;
    bool beside = s->n > 0 && matrix_cols + table_cols <= g->cols && table_cols >= 44;
    int cols = beside ? matrix_cols : g->cols;
    int wanted = (int)v->rows.n + HEAD, rows = beside ? room : room - table;
    rows = rows > wanted ? wanted : rows < LEAST + HEAD ? LEAST + HEAD : rows;
    draw_legend(g, legend);
    frame_rule(g, top, 0, cols, cols < NARROW ? "two by two" : "two by two: quadratic kappa", s->n > 0 ? legend : "");
    draw_matrix(v, s, g, top + 1, rows - 1, cols);
    if (s->n > 0 && beside)
        draw_table(v, s, g, top, cols, g->cols - cols);
    else if (s->n > 0 && top + rows < g->rows - 2)
        draw_table(v, s, g, top + rows, 0, g->cols);
    int used = top + (beside && rows < table ? table : rows) + (s->n > 0 && !beside ? table : 0);
    draw_weeks(s, g, used, g->rows - 1 - used);
}

void agreement_draw(void *view, const struct screen *s, struct grid *g)
{
    struct agreement_view *v = view;
    const struct panel_sheet *x = agreement_sheet_shown(v);
    if (x != NULL)
        draw_sheet(v, x, g);
    else
        frame_empty(g, 1, 0, g->rows - 2, g->cols, why_empty(v));
    grid_fill(g, g->rows - 1, 0, 1, g->cols, STYLE_TEXT);
    draw_header(v, g);
    strip_draw(s, g, 1, KEYMAP_AGREEMENT, keys_shown, sizeof keys_shown / sizeof *keys_shown);
}
