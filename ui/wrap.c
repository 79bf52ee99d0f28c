/* Breaking a text into rows; see textview.h. */
#include "ui/textview.h"

/* Glyphs that stand for the same bytes (a replacement, a tab) stay together: a unit. */
struct unit {
    size_t from, to;
    int width;
    bool line_break, blank;
    char first; /* its first byte */
};

struct wrapper {
    const char *text;
    size_t n;
    struct safe_iter it;
    size_t base; /* where `it` begins in the text */
    struct glyph ahead;
    bool has_ahead;

    int width;
    size_t part;
    struct wrap_rows *out;
    size_t row_from, line_from;
    int row_indent, column;
    size_t break_at; /* the last place in this row where a word may end */
    int hang;        /* indentation of the next rows of this line */
    bool leading;    /* only blanks, bars and a bullet so far in this line */
};

static void seek(struct wrapper *w, size_t to)
{
    w->base = to;
    safe_init(&w->it, w->text + to, w->n - to);
    w->it.column = (size_t)w->column;
    w->has_ahead = false;
}

static bool next_glyph(struct wrapper *w, struct glyph *g)
{
    if (w->has_ahead) {
        *g = w->ahead;
        w->has_ahead = false;
        return true;
    }
    if (!safe_next(&w->it, g))
        return false;
    g->from += w->base;
    g->to += w->base;
    return true;
}

static bool next_unit(struct wrapper *w, struct unit *u)
{
    struct glyph g;
    if (!next_glyph(w, &g))
        return false;
    *u = (struct unit){g.from, g.to, g.width, g.line_break, g.text[0] == ' ' && !g.replacement, w->text[g.from]};
    while (!u->line_break && next_glyph(w, &g)) {
        if (g.from != u->from) {
            w->ahead = g;
            w->has_ahead = true;
            break;
        }
        u->width += g.width;
    }
    return true;
}

static void begin_row(struct wrapper *w, size_t from, int indent)
{
    w->row_from = w->break_at = from;
    w->row_indent = w->column = indent;
}

static void end_row(struct wrapper *w, size_t to)
{
    struct wrap_row row = {w->part, w->row_from, to, w->line_from, w->row_indent};
    vec_push(&w->out->rows, row);
}

static void begin_line(struct wrapper *w, size_t from)
{
    w->hang = 0;
    w->leading = true;
    w->line_from = from;
    begin_row(w, from, 0);
    seek(w, from);
}

static bool unit_is(const struct wrapper *w, const struct unit *u, const char *text)
{
    return u->to - u->from == strlen(text) && memcmp(w->text + u->from, text, strlen(text)) == 0;
}

/* Is it part of "12. " or "12) "? */
static bool numbers(const struct wrapper *w, size_t at)
{
    while (at > w->line_from && w->text[at - 1] >= '0' && w->text[at - 1] <= '9')
        at--;
    size_t end = at;
    while (end < w->n && end < at + 9 && w->text[end] >= '0' && w->text[end] <= '9')
        end++;
    return end > at && end + 1 < w->n && (w->text[end] == '.' || w->text[end] == ')') && w->text[end + 1] == ' ';
}

/* Blanks, bars and one bullet at the beginning of a line are what its further rows are indented by. */
static void measure_hang(struct wrapper *w, const struct unit *u)
{
    if (!w->leading)
        return;
    bool bullet = strchr("-*|", u->first) != NULL || unit_is(w, u, "•") || unit_is(w, u, "│");
    bool followed = u->to < w->n && w->text[u->to] == ' ';
    bool number = (u->first >= '0' && u->first <= '9') || u->first == '.' || u->first == ')';
    if (!u->blank && !(bullet && followed) && !(number && numbers(w, u->from))) {
        w->leading = false;
        w->hang = w->column > w->width / 2 ? 0 : w->column;
    }
}

static void break_row(struct wrapper *w, const struct unit *u)
{
    size_t to = w->break_at > w->row_from ? w->break_at : u->from;
    end_row(w, to);
    begin_row(w, to, w->leading ? 0 : w->hang);
    seek(w, to);
}

static void place(struct wrapper *w, const struct unit *u)
{
    measure_hang(w, u);
    if (u->width == 2 && u->to - u->from > 1)
        w->break_at = u->from;
    w->column += u->width;
    if (u->blank || (u->width == 2 && u->to - u->from > 1))
        w->break_at = u->to;
}

void wrap_text(const char *text, size_t n, int width, size_t part, struct wrap_rows *out)
{
    struct wrapper w = {.text = text, .n = n, .width = width < 1 ? 1 : width, .part = part, .out = out};
    struct unit u;
    begin_line(&w, 0);
    while (next_unit(&w, &u)) {
        if (u.line_break) {
            end_row(&w, u.from);
            begin_line(&w, u.to);
        } else if (w.column + u.width > w.width && !u.blank && u.from > w.row_from) {
            break_row(&w, &u);
        } else {
            place(&w, &u);
        }
    }
    if (w.row_from < n || n == 0 || text[n - 1] == '\n')
        end_row(&w, n);
}
