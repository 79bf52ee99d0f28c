#include "ui/grid.h"

#include "core/base/mem.h"

#include <string.h>

const char *mark_text(enum mark m, bool ascii)
{
    static const char *const marks[][2] = {
#define X(id, utf8, plain) [MARK_##id] = {utf8, plain},
        MARKS(X)
#undef X
    };
    return marks[m][ascii];
}

static struct cell *at(const struct grid *g, int row, int col)
{
    return &g->cells[(size_t)row * (size_t)g->cols + (size_t)col];
}

static bool inside(const struct grid *g, int row, int col)
{
    return row >= 0 && row < g->rows && col >= 0 && col < g->cols;
}

static const struct cell blank = {.text = " ", .width = 1, .style = STYLE_TEXT};

void grid_resize(struct grid *g, int rows, int cols)
{
    g->rows = rows < 0 ? 0 : rows;
    g->cols = cols < 0 ? 0 : cols;
    mem_free(g->cells);
    g->cells = mem_array((size_t)g->rows * (size_t)g->cols + 1, sizeof *g->cells);
    grid_clear(g);
}

void grid_release(struct grid *g)
{
    mem_free(g->cells);
    *g = (struct grid){0};
}

void grid_clear(struct grid *g)
{
    for (size_t i = 0; i < (size_t)g->rows * (size_t)g->cols; i++)
        g->cells[i] = blank;
    g->cursor_row = g->cursor_col = -1;
}

/* Before a cell is written: the other half of a wide glyph it belongs to is blanked. */
static void split_wide(struct grid *g, int row, int col)
{
    struct cell *c = at(g, row, col);
    if (c->width == 0 && col > 0)
        *at(g, row, col - 1) = blank;
    if (c->width == 2 && col + 1 < g->cols)
        *at(g, row, col + 1) = blank;
}

void grid_fill(struct grid *g, int row, int col, int rows, int cols, enum style style)
{
    for (int r = row; r < row + rows; r++) {
        for (int c = col; c < col + cols; c++) {
            if (!inside(g, r, c))
                continue;
            split_wide(g, r, c);
            *at(g, r, c) = blank;
            at(g, r, c)->style = (uint8_t)style;
        }
    }
}

void grid_restyle(struct grid *g, int row, int col, int cols, enum style style)
{
    for (int c = col; c < col + cols; c++)
        if (inside(g, row, c))
            at(g, row, c)->style = (uint8_t)style;
}

void grid_glyph(struct grid *g, int row, int col, const struct glyph *glyph, enum style style)
{
    if (!inside(g, row, col) || glyph->width == 0)
        return;
    split_wide(g, row, col);
    struct cell *c = at(g, row, col);
    *c = blank;
    c->style = (uint8_t)style;
    if (col + glyph->width > g->cols)
        return;
    if (glyph->width == 2) {
        split_wide(g, row, col + 1);
        *at(g, row, col + 1) = (struct cell){.style = (uint8_t)style};
    }
    memcpy(c->text, glyph->text, sizeof c->text);
    c->width = glyph->width;
}

static enum style style_of(const struct glyph *glyph, enum style style)
{
    return glyph->replacement ? STYLE_REPLACEMENT : style;
}

int grid_put(struct grid *g, int row, int col, int max, const char *text, size_t n, enum style style)
{
    static const struct glyph gap = {.text = " ", .len = 1, .width = 1};
    struct safe_iter it;
    struct glyph glyph;
    int used = 0;
    safe_init(&it, text, n);
    while (used < max && safe_next(&it, &glyph)) {
        if (glyph.line_break)
            glyph = gap;
        if (used + glyph.width > max)
            break;
        grid_glyph(g, row, col + used, &glyph, style_of(&glyph, style));
        used += glyph.width;
    }
    return used;
}

int grid_puts(struct grid *g, int row, int col, int max, const char *text, enum style style)
{
    return grid_put(g, row, col, max, text, strlen(text), style);
}

int grid_putf(struct grid *g, int row, int col, int max, enum style style, const char *fmt, ...)
{
    struct buf b = BUF_INIT;
    va_list ap;
    va_start(ap, fmt);
    buf_vaddf(&b, fmt, ap);
    va_end(ap);
    int used = grid_put(g, row, col, max, b.ptr, b.len, style);
    buf_free(&b);
    return used;
}

/* Does the text fit into `max` columns? Looks no further than that. */
static bool fits(const char *text, size_t n, int max)
{
    struct safe_iter it;
    struct glyph glyph;
    int used = 0;
    safe_init(&it, text, n);
    while (safe_next(&it, &glyph)) {
        used += glyph.line_break ? 1 : glyph.width;
        if (used > max)
            return false;
    }
    return true;
}

int grid_put_short(struct grid *g, int row, int col, int max, const char *text, size_t n, enum style style)
{
    if (max <= 0)
        return 0;
    if (fits(text, n, max))
        return grid_put(g, row, col, max, text, n, style);
    int used = grid_put(g, row, col, max - 1, text, n, style);
    grid_marks(g, row, col + used, 1, MARK_ELLIPSIS, style);
    return used + 1;
}

static bool is_gap(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

int grid_put_gist(struct grid *g, int row, int col, int max, const char *text, size_t n, enum style style)
{
    enum { MOST_OF_COLUMN = GLYPH_TEXT_SIZE }; /* so many bytes always fill a column */
    struct buf line = BUF_INIT;
    size_t enough = max > 0 ? ((size_t)max + 1) * MOST_OF_COLUMN : 0;
    for (size_t i = 0; i < n && line.len < enough; i++)
        if (!is_gap(text[i]))
            buf_addc(&line, text[i]);
        else if (line.len > 0 && line.ptr[line.len - 1] != ' ')
            buf_addc(&line, ' ');
    if (line.len > 0 && line.ptr[line.len - 1] == ' ')
        buf_truncate(&line, line.len - 1);
    int used = grid_put_short(g, row, col, max, line.ptr, line.len, style);
    buf_free(&line);
    return used;
}

void grid_marks(struct grid *g, int row, int col, int n, enum mark m, enum style style)
{
    const char *text = mark_text(m, g->ascii);
    struct glyph glyph = {.len = (uint8_t)strlen(text), .width = 1};
    memcpy(glyph.text, text, strlen(text));
    for (int i = 0; i < n; i++)
        grid_glyph(g, row, col + i, &glyph, style);
}

static void trim_line(struct buf *out, size_t from)
{
    while (out->len > from && out->ptr[out->len - 1] == ' ')
        buf_truncate(out, out->len - 1);
    buf_addc(out, '\n');
}

void grid_dump(const struct grid *g, struct buf *out)
{
    for (int r = 0; r < g->rows; r++) {
        size_t from = out->len;
        for (int c = 0; c < g->cols; c++)
            buf_adds(out, at(g, r, c)->text);
        trim_line(out, from);
    }
}

void grid_dump_styles(const struct grid *g, struct buf *out)
{
    for (int r = 0; r < g->rows; r++) {
        size_t from = out->len;
        for (int c = 0; c < g->cols; c++)
            buf_addc(out, style_info((enum style)at(g, r, c)->style)->letter);
        trim_line(out, from);
    }
}
