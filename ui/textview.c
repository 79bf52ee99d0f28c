#include "ui/textview.h"

#include <stdio.h>

void textview_release(struct textview *v)
{
    vec_free(&v->parts);
    vec_free(&v->lines.rows);
    *v = (struct textview){0};
}

static void wrap_all(struct textview *v)
{
    vec_clear(&v->lines.rows);
    v->label_width = 0;
    for (size_t i = 0; i < v->parts.n; i++)
        if (v->parts.v[i].label != NULL)
            v->label_width = v->width > 4 * TEXTVIEW_LABEL ? TEXTVIEW_LABEL : 0;
    for (size_t i = 0; i < v->parts.n; i++)
        wrap_text(v->parts.v[i].text, v->parts.v[i].len, v->width - v->label_width, i, &v->lines);
}

void textview_set(struct textview *v, const struct text_part *parts, size_t n)
{
    vec_clear(&v->parts);
    for (size_t i = 0; i < n; i++)
        vec_push(&v->parts, parts[i]);
    v->top_part = v->top_at = 0;
    if (v->width > 0)
        wrap_all(v);
}

void textview_rebind(struct textview *v, const struct text_part *parts, size_t n)
{
    if (n != v->parts.n)
        BUG("a text with %zu parts cannot stand for one with %zu", n, v->parts.n);
    for (size_t i = 0; i < n; i++)
        v->parts.v[i] = parts[i];
}

void textview_resize(struct textview *v, int width, int height)
{
    if (width > TEXTVIEW_MEASURE)
        width = TEXTVIEW_MEASURE;
    v->height = height;
    if (width == v->width)
        return;
    v->width = width;
    wrap_all(v);
}

int textview_rows(const struct textview *v)
{
    return (int)v->lines.rows.n;
}

/* The last row that begins at or before the place kept. */
static int wanted_top(const struct textview *v)
{
    int lo = 0, hi = textview_rows(v);
    while (lo + 1 < hi) {
        int mid = lo + (hi - lo) / 2;
        const struct wrap_row *r = &v->lines.rows.v[mid];
        if (r->part < v->top_part || (r->part == v->top_part && r->from <= v->top_at))
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

static int last_top(const struct textview *v)
{
    int spare = textview_rows(v) - v->height;
    return spare > 0 ? spare : 0;
}

int textview_top(const struct textview *v)
{
    int top = wanted_top(v);
    return top < last_top(v) ? top : last_top(v);
}

int textview_bottom(const struct textview *v)
{
    int bottom = textview_top(v) + v->height;
    return bottom < textview_rows(v) ? bottom : textview_rows(v);
}

bool textview_scroll(struct textview *v, int rows)
{
    int top = textview_top(v), most = last_top(v);
    int to = rows > most - top ? most : top + rows;
    if (to < 0)
        to = 0;
    if (to == top)
        return false;
    v->top_part = v->lines.rows.v[to].part;
    v->top_at = v->lines.rows.v[to].from;
    return true;
}

void textview_go(struct textview *v, size_t part, size_t at)
{
    v->top_part = part;
    v->top_at = at;
}

void textview_range(const struct textview *v, char out[TEXTVIEW_RANGE_SIZE])
{
    int rows = textview_rows(v), top = textview_top(v), bottom = textview_bottom(v);
    if (rows == 0)
        snprintf(out, TEXTVIEW_RANGE_SIZE, "empty");
    else if (rows < 1000)
        snprintf(out, TEXTVIEW_RANGE_SIZE, "%d-%d/%d", top + 1, bottom, rows);
    else
        snprintf(out, TEXTVIEW_RANGE_SIZE, "%d%% of %d", (int)(100.0 * bottom / rows), rows);
}

void textview_draw_row(struct grid *g, int row, int col, int width, const char *text, const struct wrap_row *line,
                       enum style style)
{
    struct safe_iter it;
    struct glyph glyph;
    int used = line->indent;
    safe_init(&it, text + line->from, line->to - line->from);
    it.column = (size_t)line->indent;
    while (safe_next(&it, &glyph) && used + glyph.width <= width) {
        grid_glyph(g, row, col + used, &glyph, glyph.replacement ? STYLE_REPLACEMENT : style);
        used += glyph.width;
    }
}

void textview_draw(const struct textview *v, struct grid *g, int row, int col)
{
    int top = textview_top(v), bottom = textview_bottom(v);
    for (int i = top; i < bottom; i++) {
        const struct wrap_row *line = &v->lines.rows.v[i];
        const struct text_part *part = &v->parts.v[line->part];
        if (line->from == 0 && part->label != NULL && v->label_width > 0)
            grid_put_short(g, row + i - top, col, v->label_width - 1, part->label, strlen(part->label), STYLE_DIM);
        textview_draw_row(g, row + i - top, col + v->label_width, v->width - v->label_width, part->text, line,
                          STYLE_TEXT);
    }
}
