#include "ui/textview.h"

#include "ui/markdown.h"

#include <stdio.h>

/* ---- what is shown ---- */

static const char *shown_text(const struct textview *v, size_t part, size_t *n)
{
    const struct rendering *r = &v->shown.v[part];
    *n = r->there ? r->text.len : v->parts.v[part].len;
    return r->there ? r->text.ptr : v->parts.v[part].text;
}

static size_t to_raw(const struct textview *v, size_t part, size_t at)
{
    return part < v->shown.n && v->shown.v[part].there ? rendering_raw(&v->shown.v[part], at) : at;
}

static size_t to_shown(const struct textview *v, size_t part, size_t at)
{
    return part < v->shown.n && v->shown.v[part].there ? rendering_shown(&v->shown.v[part], at) : at;
}

static void forget_shown(struct textview *v)
{
    for (size_t i = 0; i < v->shown.n; i++)
        rendering_free(&v->shown.v[i]);
    vec_clear(&v->shown);
}

/* NULL: none are shown in this part. */
static const struct text_changes *changes_of(const struct textview *v, size_t part)
{
    for (size_t i = 0; i < v->changes.n; i++)
        if (v->changes.v[i].part == part)
            return &v->changes.v[i];
    return NULL;
}

static enum style style_of_changes(const struct text_changes *c)
{
    return c->sign == '+' ? STYLE_SIDE_B : STYLE_SIDE_A;
}

static void render_part(struct textview *v, size_t part, struct rendering *out)
{
    const struct text_part *p = &v->parts.v[part];
    /* What is too wild to be rendered is shown as it is. */
    if (v->markdown && !markdown_render(p->text, p->len, v->width - v->label_width, v->ascii, out))
        v->wild = true;
    const struct text_changes *c = changes_of(v, part);
    if (c == NULL)
        return;
    struct rendering plain = *out;
    *out = (struct rendering){0};
    rendering_mark(&plain, p->text, p->len, c->ranges, c->sign, style_of_changes(c), out);
    rendering_free(&plain);
}

static void wrap_all(struct textview *v)
{
    size_t top = to_raw(v, v->top_part, v->top_at);
    forget_shown(v);
    vec_clear(&v->lines.rows);
    v->label_width = 0;
    v->wild = false;
    for (size_t i = 0; i < v->parts.n; i++)
        if (v->parts.v[i].label != NULL)
            v->label_width = v->width > 4 * TEXTVIEW_LABEL ? TEXTVIEW_LABEL : 0;
    for (size_t i = 0; i < v->parts.n; i++) {
        size_t n;
        vec_push(&v->shown, (struct rendering){0});
        render_part(v, i, &v->shown.v[i]);
        const char *text = shown_text(v, i, &n);
        wrap_text(text, n, v->width - v->label_width, i, &v->lines);
    }
    v->top_at = to_shown(v, v->top_part, top);
}

void textview_release(struct textview *v)
{
    forget_shown(v);
    vec_free(&v->shown);
    vec_free(&v->parts);
    vec_free(&v->changes);
    vec_free(&v->lines.rows);
    for (int i = 0; i < TEXT_LAYERS; i++)
        vec_free(&v->layers[i]);
    *v = (struct textview){0};
}

void textview_set(struct textview *v, const struct text_part *parts, size_t n)
{
    forget_shown(v);
    vec_clear(&v->parts);
    for (size_t i = 0; i < n; i++)
        vec_push(&v->parts, parts[i]);
    for (int i = 0; i < TEXT_LAYERS; i++)
        vec_clear(&v->layers[i]);
    vec_clear(&v->changes);
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

static bool has_changes(const struct textview *v, const struct text_changes *changes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct text_changes *there = changes_of(v, changes[i].part);
        if (there == NULL || there->ranges != changes[i].ranges || there->sign != changes[i].sign)
            return false;
    }
    return n == v->changes.n;
}

void textview_look(struct textview *v, bool markdown, const struct text_changes *changes, size_t n)
{
    if (v->markdown == markdown && has_changes(v, changes, n))
        return;
    v->markdown = markdown;
    vec_clear(&v->changes);
    for (size_t i = 0; i < n; i++)
        vec_push(&v->changes, changes[i]);
    if (v->width > 0)
        wrap_all(v);
}

void textview_set_marks(struct textview *v, enum text_layer layer, const struct text_mark *marks, size_t n)
{
    vec_clear(&v->layers[layer]);
    for (size_t i = 0; i < n; i++)
        vec_push(&v->layers[layer], marks[i]);
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

/* ---- where one is ---- */

int textview_rows(const struct textview *v)
{
    return (int)v->lines.rows.n;
}

/* The last row that begins at or before this shown byte. */
static int row_of(const struct textview *v, size_t part, size_t at)
{
    int lo = 0, hi = textview_rows(v);
    while (lo + 1 < hi) {
        int mid = lo + (hi - lo) / 2;
        const struct wrap_row *r = &v->lines.rows.v[mid];
        if (r->part < part || (r->part == part && r->from <= at))
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
    int top = row_of(v, v->top_part, v->top_at);
    return top < last_top(v) ? top : last_top(v);
}

int textview_bottom(const struct textview *v)
{
    int bottom = textview_top(v) + v->height;
    return bottom < textview_rows(v) ? bottom : textview_rows(v);
}

static void put_on_top(struct textview *v, int row)
{
    v->top_part = v->lines.rows.v[row].part;
    v->top_at = v->lines.rows.v[row].from;
}

bool textview_scroll(struct textview *v, int rows)
{
    int top = textview_top(v), most = last_top(v);
    int to = rows > most - top ? most : top + rows;
    if (to < 0)
        to = 0;
    if (to == top)
        return false;
    put_on_top(v, to);
    return true;
}

void textview_go(struct textview *v, size_t part, size_t at)
{
    v->top_part = part;
    v->top_at = to_shown(v, part, at);
}

int textview_row_of(const struct textview *v, size_t part, size_t at)
{
    return row_of(v, part, to_shown(v, part, at));
}

void textview_reveal(struct textview *v, size_t part, size_t at)
{
    int row = textview_row_of(v, part, at), margin = v->height > 4 ? 2 : 0, top = textview_top(v);
    if (row < top + margin)
        textview_scroll(v, row - margin - top);
    else if (row >= top + v->height - margin)
        textview_scroll(v, row + margin + 1 - v->height - top);
}

void textview_place(const struct textview *v, int row, size_t *part, size_t *at)
{
    const struct wrap_row *r = &v->lines.rows.v[row];
    *part = r->part;
    *at = to_raw(v, r->part, r->from);
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

/* ---- drawing ---- */

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

/* Walks along one row of the text and says which style each of its bytes has. */
struct styler {
    const struct textview *v;
    size_t part, run;
    size_t mark[TEXT_LAYERS];
};

/* The first mark of a layer that does not end before this raw byte. */
static size_t first_mark(const struct textview *v, enum text_layer layer, size_t part, size_t raw)
{
    size_t lo = 0, hi = v->layers[layer].n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        const struct text_mark *m = &v->layers[layer].v[mid];
        if (m->part < part || (m->part == part && m->to <= raw))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static void styler_start(struct styler *s, const struct textview *v, const struct wrap_row *line)
{
    const struct rendering *r = &v->shown.v[line->part];
    *s = (struct styler){.v = v, .part = line->part, .run = r->runs.n > 0 ? rendering_run(r, line->from) : 0};
    for (int i = 0; i < TEXT_LAYERS; i++)
        s->mark[i] = first_mark(v, (enum text_layer)i, line->part, to_raw(v, line->part, line->from));
}

static enum style styler_at(struct styler *s, size_t shown)
{
    const struct rendering *r = &s->v->shown.v[s->part];
    enum style style = STYLE_TEXT;
    size_t raw = shown;
    if (r->there && r->runs.n > 0) {
        while (s->run + 1 < r->runs.n && r->runs.v[s->run + 1].shown <= shown)
            s->run++;
        const struct stretch *run = &r->runs.v[s->run];
        style = run->style;
        raw = run->copied ? run->raw + (shown - run->shown) : run->raw;
        if (!run->copied && run->raw == run->raw_end)
            return style; /* made up: nobody has marked that */
    }
    for (int i = 0; i < TEXT_LAYERS; i++) {
        const struct text_mark *m;
        while (s->mark[i] < s->v->layers[i].n && (m = &s->v->layers[i].v[s->mark[i]])->part == s->part && m->to <= raw)
            s->mark[i]++;
        if (s->mark[i] < s->v->layers[i].n && (m = &s->v->layers[i].v[s->mark[i]])->part == s->part && m->from <= raw)
            style = m->style;
    }
    return style;
}

/* The bars of a quote and of code stand before each row of a line. */
static void draw_bars(const struct textview *v, struct grid *g, int row, int col, const struct wrap_row *line)
{
    struct safe_iter it;
    struct glyph glyph;
    size_t n;
    const char *text = shown_text(v, line->part, &n), *bar = mark_text(MARK_BAR, v->ascii);
    int used = 0;
    if (!v->shown.v[line->part].there || line->from == line->line)
        return;
    safe_init(&it, text + line->line, line->from - line->line);
    for (; used < line->indent && safe_next(&it, &glyph); used += glyph.width)
        if (strcmp(glyph.text, bar) == 0)
            grid_glyph(g, row, col + used, &glyph, STYLE_RULE);
}

static void draw_line(const struct textview *v, struct grid *g, int row, int col, const struct wrap_row *line)
{
    struct safe_iter it;
    struct glyph glyph;
    struct styler styler;
    size_t n;
    const char *text = shown_text(v, line->part, &n);
    int used = line->indent, width = v->width - v->label_width;
    draw_bars(v, g, row, col, line);
    styler_start(&styler, v, line);
    safe_init(&it, text + line->from, line->to - line->from);
    it.column = (size_t)line->indent;
    while (safe_next(&it, &glyph) && used + glyph.width <= width) {
        enum style style = styler_at(&styler, line->from + glyph.from);
        bool plain = style == STYLE_TEXT || style == STYLE_CODE;
        grid_glyph(g, row, col + used, &glyph, glyph.replacement && plain ? STYLE_REPLACEMENT : style);
        used += glyph.width;
    }
}

/* Has this row anything that only this text has? */
static bool is_changed(const struct textview *v, const struct text_changes *c, const struct wrap_row *line)
{
    size_t from = to_raw(v, line->part, line->from), to = to_raw(v, line->part, line->to), lo = 0, hi;
    if (c == NULL || line->from == line->to)
        return false;
    for (hi = c->ranges->at.n; lo < hi;) {
        size_t mid = lo + (hi - lo) / 2;
        if (c->ranges->at.v[mid].to <= from)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < c->ranges->at.n && c->ranges->at.v[lo].from < to;
}

/* The sign of the first passage that begins in this row; 0 when none does. */
static char sign_of_passage(const struct textview *v, const struct wrap_row *line)
{
    size_t from = to_raw(v, line->part, line->from), to = to_raw(v, line->part, line->to);
    for (size_t i = first_mark(v, LAYER_SPANS, line->part, from); i < v->layers[LAYER_SPANS].n; i++) {
        const struct text_mark *m = &v->layers[LAYER_SPANS].v[i];
        if (m->part != line->part || m->from >= to)
            break;
        if (m->from >= from && m->sign != 0)
            return m->sign;
    }
    return 0;
}

void textview_draw(const struct textview *v, struct grid *g, int row, int col)
{
    int top = textview_top(v), bottom = textview_bottom(v);
    for (int i = top; i < bottom; i++) {
        const struct wrap_row *line = &v->lines.rows.v[i];
        const struct text_part *part = &v->parts.v[line->part];
        if (line->from == 0 && part->label != NULL && v->label_width > 0)
            grid_put_short(g, row + i - top, col, v->label_width - 1, part->label, strlen(part->label), STYLE_DIM);
        const struct text_changes *c = changes_of(v, line->part);
        if (is_changed(v, c, line))
            grid_put(g, row + i - top, col - 1, 1, &c->sign, 1, style_of_changes(c));
        char sign = c == NULL ? sign_of_passage(v, line) : 0;
        if (sign != 0)
            grid_put(g, row + i - top, col - 1, 1, &sign, 1, STYLE_SPAN);
        draw_line(v, g, row + i - top, col + v->label_width, line);
    }
}
