#include "ui/markdown_table.h"

#include "ui/grid.h"

enum { GAP = 3 }; /* " │ " */

void markdown_table_clear(struct markdown_table *t)
{
    for (size_t i = 0; i < t->cells.n; i++)
        rendering_free(&t->cells.v[i]);
    vec_free(&t->cells);
    vec_free(&t->align);
    t->columns = 0;
}

static int cell_width(const struct rendering *cell)
{
    return (int)safe_width(cell->text.ptr, cell->text.len);
}

/* Where a cell begins and ends in the raw text. */
static size_t raw_start(const struct rendering *cell, size_t otherwise)
{
    return cell->runs.n > 0 ? cell->runs.v[0].raw : otherwise;
}

static size_t raw_end(const struct rendering *cell, size_t otherwise)
{
    return cell->runs.n > 0 ? cell->runs.v[cell->runs.n - 1].raw_end : otherwise;
}

static void blanks(struct rendering *r, int n, size_t raw)
{
    for (int i = 0; i < n; i++)
        rendering_make(r, " ", 1, raw, raw, STYLE_TEXT);
}

static void add_cell(struct rendering *r, const struct rendering *cell, int width, enum table_align align, size_t *raw)
{
    int spare = width - cell_width(cell);
    int left = align == TABLE_RIGHT ? spare : align == TABLE_CENTRE ? spare / 2 : 0;
    blanks(r, left, raw_start(cell, *raw));
    rendering_append(r, cell);
    *raw = raw_end(cell, *raw);
    blanks(r, spare - left, *raw);
}

static void rule(struct rendering *r, const int *width, size_t columns, size_t raw, bool ascii)
{
    const char *dash = mark_text(MARK_RULE, ascii);
    for (size_t c = 0; c < columns; c++)
        for (int i = 0; i < width[c] + (c > 0 ? GAP : 0); i++)
            rendering_make(r, dash, strlen(dash), raw, raw, STYLE_RULE);
}

static void lay_columns(const struct markdown_table *t, const int *width, bool ascii,
                        void (*line)(void *ctx, const struct rendering *r), void *ctx)
{
    struct rendering r = {0};
    const char *bar = mark_text(MARK_BAR, ascii);
    size_t raw = raw_start(&t->cells.v[0], 0);
    for (size_t i = 0; i + t->columns <= t->cells.n; i += t->columns) {
        rendering_start(&r);
        for (size_t c = 0; c < t->columns; c++) {
            if (c > 0) {
                blanks(&r, 1, raw);
                rendering_make(&r, bar, strlen(bar), raw, raw, STYLE_RULE);
                blanks(&r, 1, raw);
            }
            add_cell(&r, &t->cells.v[i + c], width[c], t->align.v[c], &raw);
        }
        line(ctx, &r);
        if (i > 0)
            continue;
        rendering_start(&r);
        rule(&r, width, t->columns, raw, ascii);
        line(ctx, &r);
    }
    rendering_free(&r);
}

/* "head: cell", a line each; a rule between rows. */
static void lay_lines(const struct markdown_table *t, bool ascii, void (*line)(void *ctx, const struct rendering *r),
                      void *ctx)
{
    struct rendering r = {0};
    const char *dash = mark_text(MARK_RULE, ascii);
    size_t raw = raw_start(&t->cells.v[0], 0);
    for (size_t i = t->columns; i < t->cells.n; i++) {
        const struct rendering *cell = &t->cells.v[i], *head = &t->cells.v[i % t->columns];
        if (i % t->columns == 0 && i > t->columns) {
            rendering_start(&r);
            for (int k = 0; k < GAP; k++)
                rendering_make(&r, dash, strlen(dash), raw, raw, STYLE_RULE);
            line(ctx, &r);
        }
        rendering_start(&r);
        raw = raw_start(cell, raw);
        rendering_make(&r, head->text.ptr, head->text.len, raw, raw, STYLE_STRONG);
        rendering_make(&r, ": ", head->text.len > 0 ? 2 : 0, raw, raw, STYLE_STRONG);
        rendering_append(&r, cell);
        raw = raw_end(cell, raw);
        line(ctx, &r);
    }
    rendering_free(&r);
}

void markdown_table_lay(const struct markdown_table *t, int width, bool ascii,
                        void (*line)(void *ctx, const struct rendering *r), void *ctx)
{
    if (t->columns == 0 || t->cells.n < t->columns)
        return;
    int *widths = mem_array(t->columns, sizeof *widths);
    long sum = (long)(t->columns - 1) * GAP;
    for (size_t i = 0; i < t->cells.n; i++) {
        int *w = &widths[i % t->columns], now = cell_width(&t->cells.v[i]);
        if (now > *w) {
            sum += now - *w;
            *w = now;
        }
    }
    /* Without rows there is nothing to put behind the heads. */
    if (sum <= width || t->cells.n < 2 * t->columns)
        lay_columns(t, widths, ascii, line, ctx);
    else
        lay_lines(t, ascii, line, ctx);
    mem_free(widths);
}
