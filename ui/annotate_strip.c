/* The strip of the annotate screen: table of ratings, preference, justification, keys. */
#include "ui/annotate.h"
#include "ui/strip.h"
#include "ui/view_rubric.h"

#include <stdio.h>

/* Columns within one column of the table, and where the values of preference and justification begin. */
enum { COL_MARK = 1, COL_MISSING = 2, COL_LABEL = 3, COL_CELL = 18, SIDE_STEP = 2, LABEL_COLS = 14, COL_SCALE = 28 };

static void put_cursor_mark(struct grid *g, int row, int col)
{
    grid_marks(g, row, col + COL_MARK, 1, MARK_CURSOR, STYLE_VALUE);
}

/* ---- table ---- */

static struct rect cell_rect(const struct annotate_layout *l, int side, int attribute)
{
    int column = attribute / l->per_column, row = attribute % l->per_column;
    return (struct rect){l->table.row + 1 + row, column * l->table_cols + COL_CELL + side * SIDE_STEP, 1, 1};
}

static void add_strength(struct buf *out, int preference, bool ascii)
{
    if (preference == 0)
        buf_addc(out, '=');
    for (int i = 0; i < (preference < 0 ? -preference : preference); i++)
        buf_adds(out, mark_text(preference < 0 ? MARK_LESS : MARK_MORE, ascii));
}

/* One of both together: where the cells of A and B stand. */
static void draw_aspect(const struct annotate *a, struct grid *g, int attribute, bool here)
{
    const struct annotate_state *st = annotate_state(a);
    int value = st->task->draft.rating[SIDE_A][attribute];
    struct rect r = cell_rect(&a->layout, SIDE_A, attribute);
    enum style style = here ? STYLE_CURSOR : value == RATING_UNSET ? STYLE_MISSING : STYLE_VALUE;
    struct buf text = BUF_INIT;
    if (value == RATING_UNSET)
        buf_addc(&text, '.');
    else if (st->rubric->attributes[attribute].leans)
        add_strength(&text, value, g->ascii);
    else
        buf_addf(&text, "%d", value);
    int used = grid_put(g, r.row, r.col, 3, text.ptr, text.len, style);
    buf_free(&text);
    if (!here)
        return;
    grid_puts(g, r.row, r.col - 1, 1, "[", STYLE_KEY);
    grid_puts(g, r.row, r.col + used, 1, "]", STYLE_KEY);
    put_cursor_mark(g, r.row, r.col - COL_CELL);
    g->cursor_row = r.row;
    g->cursor_col = r.col;
}

static void draw_rating(const struct annotate *a, struct grid *g, int side, int attribute, bool here)
{
    int value = annotate_state(a)->task->draft.rating[side][attribute];
    struct rect r = cell_rect(&a->layout, side, attribute);
    enum style style = here ? STYLE_CURSOR : value == RATING_UNSET ? STYLE_MISSING : STYLE_VALUE;
    if (value == RATING_UNSET)
        grid_puts(g, r.row, r.col, 1, ".", style);
    else
        grid_putf(g, r.row, r.col, 1, style, "%d", value);
    if (!here)
        return;
    grid_puts(g, r.row, r.col - 1, 1, "[", STYLE_CURSOR);
    grid_puts(g, r.row, r.col + 1, 1, "]", STYLE_CURSOR);
    put_cursor_mark(g, r.row, r.col - COL_CELL - side * SIDE_STEP);
    g->cursor_row = r.row;
    g->cursor_col = r.col;
}

static void draw_attribute(const struct annotate *a, struct grid *g, int attribute, struct cell_place cursor)
{
    const struct annotate_state *st = annotate_state(a);
    const char *label = st->rubric->attributes[attribute].label;
    struct rect r = cell_rect(&a->layout, SIDE_A, attribute);
    int base = r.col - COL_CELL;
    bool here = cursor.attribute == attribute;
    grid_put_short(g, r.row, base + COL_LABEL, LABEL_COLS, label, strlen(label), STYLE_LABEL);
    bool missing = false, both = st->rubric->attributes[attribute].of_comparison;
    if (both) {
        missing = st->task->draft.rating[SIDE_A][attribute] == RATING_UNSET;
        draw_aspect(a, g, attribute, here);
    }
    for (int side = SIDE_A; side <= SIDE_B && !both; side++) {
        missing = missing || st->task->draft.rating[side][attribute] == RATING_UNSET;
        if (!(here && cursor.side == side))
            draw_rating(a, g, side, attribute, false);
    }
    /* The brackets of the cursor stand between the cells: last, so that nothing covers them. */
    if (here && !both)
        draw_rating(a, g, cursor.side, attribute, true);
    if (missing && a->show_missing)
        grid_puts(g, r.row, base + COL_MISSING, 1, "!", STYLE_MISSING);
}

static void draw_table(const struct annotate *a, struct grid *g, struct cell_place cursor)
{
    const struct annotate_layout *l = &a->layout;
    int n = (int)annotate_state(a)->rubric->n_attributes;
    for (int i = 0; i < n; i++) {
        draw_attribute(a, g, i, cursor);
        if (i % l->per_column != 0 || i >= (int)annotate_state(a)->rubric->n_of_response)
            continue;
        struct rect r = cell_rect(l, SIDE_A, i);
        grid_puts(g, r.row - 1, r.col, 1, "A", STYLE_SIDE_A);
        grid_puts(g, r.row - 1, r.col + SIDE_STEP, 1, "B", STYLE_SIDE_B);
    }
}

/* ---- preference ---- */

static void preference_value(const struct annotate *a, bool ascii, struct buf *out)
{
    int p = annotate_state(a)->task->draft.preference;
    if (p == PREFERENCE_UNSET)
        buf_addc(out, '?');
    else if (p == PREFERENCE_NEITHER)
        buf_adds(out, "neither");
    else
        add_strength(out, p, ascii);
}

/* The scale from A to B, the present value in brackets; with words where there is room. */
static void draw_scale(const struct annotate *a, struct grid *g, int row)
{
    static const char *const words[] = {"", " slightly", " better", " much"};
    const struct annotate_state *st = annotate_state(a);
    int now = st->task->draft.preference, col = COL_SCALE;
    bool wide = g->cols >= 110;
    col += grid_puts(g, row, col, 2, "A ", STYLE_SIDE_A);
    for (int p = -st->rubric->preference_max; p <= st->rubric->preference_max; p++) {
        if (p == 0 && !st->rubric->zero_allowed)
            continue;
        struct buf b = BUF_INIT;
        buf_addc(&b, p == now ? '[' : ' ');
        add_strength(&b, p, g->ascii);
        if (wide)
            buf_adds(&b, words[p < 0 ? -p : p]);
        buf_addc(&b, p == now ? ']' : ' ');
        col += grid_put(g, row, col, g->cols - col, b.ptr, b.len, p == now ? STYLE_VALUE : STYLE_DIM);
        buf_free(&b);
    }
    col += grid_puts(g, row, col, 2, " B", STYLE_SIDE_B);
    grid_puts(g, row, col, g->cols - col, now == PREFERENCE_NEITHER ? "  [neither]" : "   neither",
              now == PREFERENCE_NEITHER ? STYLE_VALUE : STYLE_DIM);
}

static void draw_preference(const struct annotate *a, struct grid *g)
{
    const struct annotate_state *st = annotate_state(a);
    int row = a->layout.preference.row;
    bool here = st->task->draft.cell == cell_preference(st->rubric),
         unset = st->task->draft.preference == PREFERENCE_UNSET;
    struct buf b = BUF_INIT;
    preference_value(a, g->ascii, &b);
    grid_puts(g, row, COL_LABEL, LABEL_COLS, "preference", STYLE_LABEL);
    int used = grid_put(g, row, COL_CELL, 7, b.ptr, b.len, here ? STYLE_CURSOR : unset ? STYLE_MISSING : STYLE_VALUE);
    buf_free(&b);
    draw_scale(a, g, row);
    if (unset && st->rubric->preference_required && a->show_missing)
        grid_puts(g, row, COL_MISSING, 1, "!", STYLE_MISSING);
    if (!here)
        return;
    grid_puts(g, row, COL_CELL - 1, 1, "[", STYLE_CURSOR);
    grid_puts(g, row, COL_CELL + used, 1, "]", STYLE_CURSOR);
    put_cursor_mark(g, row, 0);
    g->cursor_row = row;
    g->cursor_col = COL_CELL;
}

/* ---- justification ---- */

static void draw_written(const struct annotate *a, struct grid *g)
{
    const struct rect *r = &a->layout.because;
    struct wrap_rows rows = {0};
    int width = annotate_because_cols(g->cols), row, col;
    editor_wrap(&a->editor, width, &rows, &row, &col);
    int first = row - r->rows + 1 < 0 ? 0 : row - r->rows + 1;
    for (int i = 0; i < r->rows && first + i < (int)rows.rows.n; i++)
        textview_draw_row(g, r->row + i, COL_CELL, width, a->editor.text.ptr, &rows.rows.v[first + i], STYLE_TEXT);
    g->cursor_row = r->row + row - first;
    g->cursor_col = COL_CELL + (col < width ? col : width);
    vec_free(&rows.rows);
}

static void draw_kept(const struct annotate *a, struct grid *g)
{
    const struct buf *text = &annotate_state(a)->task->draft.because;
    const struct rect *r = &a->layout.because;
    struct wrap_rows rows = {0};
    int width = annotate_because_cols(g->cols);
    wrap_text(text->ptr, text->len, width, 0, &rows);
    for (int i = 0; i < r->rows && i < (int)rows.rows.n; i++)
        textview_draw_row(g, r->row + i, COL_CELL, width, text->ptr, &rows.rows.v[i], STYLE_TEXT);
    if ((int)rows.rows.n > r->rows)
        grid_marks(g, r->row + r->rows - 1, g->cols - 1, 1, MARK_ELLIPSIS, STYLE_KEY);
    vec_free(&rows.rows);
}

static void draw_invitation(const struct annotate *a, const struct screen *s, struct grid *g)
{
    int least = annotate_state(a)->rubric->justification_min_words;
    char key[KEY_NAME_SIZE] = "", needs[40] = "";
    keys_label(s->keys, KEYMAP_ANNOTATE, REQ_WRITE, key);
    if (least > 0)
        snprintf(needs, sizeof needs, "%d words or more; ", least);
    grid_putf(g, a->layout.because.row, COL_CELL, g->cols - COL_CELL - 1, STYLE_DIM,
              annotate_ranks(a) ? "%s to write (%s@A, @B, ... name the answers)"
                                : "%s to write (%s@A and @B name the sides)",
              key, needs);
}

static void draw_because(const struct annotate *a, const struct screen *s, struct grid *g)
{
    const struct annotate_state *st = annotate_state(a);
    const struct draft *d = &st->task->draft;
    int row = a->layout.because.row;
    bool here = d->cell == draft_because(d, st->rubric);
    grid_puts(g, row, COL_LABEL, LABEL_COLS, "because", STYLE_LABEL);
    if (here) {
        put_cursor_mark(g, row, 0);
        g->cursor_row = row;
        g->cursor_col = COL_CELL;
    }
    if (a->show_missing && draft_words(d) < st->rubric->justification_min_words)
        grid_puts(g, row, COL_MISSING, 1, "!", STYLE_MISSING);
    if (a->mode == MODE_WRITE)
        draw_written(a, g);
    else if (d->because.len > 0)
        draw_kept(a, g);
    else
        draw_invitation(a, s, g);
}

/* ---- reasons ---- */

/* Over the lower part of the screen: one column when it covers no more than a third of it, else two. */
static void draw_reasons(const struct annotate *a, const struct screen *s, struct grid *g)
{
    size_t n;
    const struct reason *reasons = annotate_reasons(a, &n);
    int columns = (int)n <= g->rows / 3 ? 1 : 2, rows = ((int)n + columns - 1) / columns;
    int width = (g->cols - 4) / columns, top = a->layout.keys.row - rows;
    if (top - 1 > a->layout.rule.row)
        top = a->layout.rule.row + 1;
    grid_fill(g, top - 1, 0, a->layout.keys.row - top + 2, g->cols, STYLE_TEXT);
    grid_marks(g, top - 1, 0, g->cols, MARK_RULE, STYLE_RULE);
    grid_puts(g, top - 1, 1, 30, a->mode == MODE_SKIP ? " skip: why? " : " flag: why? ", STYLE_TITLE);
    for (size_t i = 0; i < n; i++) {
        int row = top + (int)i % rows, col = 3 + (int)i / rows * width;
        grid_putf(g, row, col, 1, STYLE_KEY, "%c", reasons[i].letter);
        grid_put_short(g, row, col + 3, width - 5, reasons[i].text, strlen(reasons[i].text), STYLE_TEXT);
    }
    static const struct strip_item items[] = {{{REQ_DONE}, " ", "back"}};
    int col = 1;
    if (s->message[0] == '\0')
        col += grid_puts(g, g->rows - 1, col, 30, "one letter, the reason", STYLE_TEXT) + 2;
    strip_draw(s, g, col, KEYMAP_REASON, items, 1);
    g->cursor_row = top;
    g->cursor_col = 3;
}

/* ---- the last row ---- */

static void draw_keys(const struct annotate *a, const struct screen *s, struct grid *g)
{
    const struct rubric *r = annotate_state(a)->rubric;
    struct cell_place cursor = annotate_place(r, annotate_state(a)->task->draft.cell);
    const struct attribute *t =
        r->n_attributes > 0 ? &r->attributes[cursor.attribute < 0 ? 0 : cursor.attribute] : NULL;
    int first = t == NULL ? 0 : t->leans ? 1 : t->min;
    enum request low = t == NULL ? REQ_NONE : (enum request)((int)REQ_RATE_0 + first);
    enum request high = t == NULL ? REQ_NONE : (enum request)((int)REQ_RATE_0 + first + t->max - t->min);
    const struct strip_item items[] = {
        {{low, high}, "-", "rate"},
        {{REQ_PREFER_A, r->zero_allowed ? REQ_PREFER_NONE : REQ_NONE, REQ_PREFER_B}, " ", "prefer"},
        {{REQ_WRITE}, " ", "write"},
        {{REQ_SUBMIT}, " ", "submit"},
        {{REQ_UNDO}, " ", "undo"},
        {{REQ_SKIP}, " ", "skip"},
        {{REQ_FLAG}, " ", "flag"},
        {{REQ_PREFER_NEITHER}, " ", "neither"},
        {{REQ_PAGE_DOWN, REQ_PAGE_UP}, " ", "page"},
        {{REQ_NEXT_PANE}, " ", "other text"},
        {{REQ_LAYOUT}, " ", "layout"},
        {{REQ_DIFF}, " ", "diff"},
        {{REQ_MARKDOWN}, " ", "markdown"},
        {{REQ_RUBRIC}, " ", "rubric"},
        {{REQ_OLDER, REQ_NEWER}, " ", "history"},
        {{REQ_LEAVE}, " ", "leave"},
        {{REQ_HELP}, " ", "all"},
    };
    strip_draw(s, g, 1, KEYMAP_ANNOTATE, items, sizeof items / sizeof *items);
}

static void draw_writing(const struct annotate *a, const struct screen *s, struct grid *g)
{
    static const struct strip_item items[] = {{{REQ_DELETE_WORD}, " ", "word"},
                                              {{REQ_DELETE_LINE}, " ", "line"},
                                              {{REQ_TEXT_UNDO}, " ", "undo"},
                                              {{REQ_EXTERNAL}, " ", "$EDITOR"},
                                              {{REQ_DONE}, " ", "done"}};
    int words = annotate_words(a), least = annotate_state(a)->rubric->justification_min_words, row = g->rows - 1;
    int col = strip_mode(g, "WRITING");
    if (s->message[0] == '\0') {
        if (words < least)
            col += grid_putf(g, row, col, 30, STYLE_MISSING, "%d of %d words", words, least) + 2;
        else
            col += grid_putf(g, row, col, 30, STYLE_TEXT, "%d word%s", words, words == 1 ? "" : "s") + 2;
    }
    strip_draw(s, g, col, KEYMAP_WRITING, items, sizeof items / sizeof *items);
}

void annotate_draw_strip(const struct annotate *a, const struct screen *s, struct grid *g)
{
    const struct annotate_state *st = annotate_state(a);
    struct cell_place cursor = annotate_place(st->rubric, st->task->draft.cell);
    bool ranks = annotate_ranks(a);
    if (st->rubric->n_attributes > 0 && !ranks)
        draw_table(a, g, cursor);
    if (!ranks)
        draw_preference(a, g);
    draw_because(a, s, g);
    annotate_draw_help(a, s, g, cursor);
    if (a->mode == MODE_WRITE)
        draw_writing(a, s, g);
    else if (a->mode == MODE_RATE)
        (ranks ? rank_draw_keys : draw_keys)(a, s, g);
    else if (a->mode == MODE_SELECT || a->mode == MODE_COMMENT)
        annotate_draw_selecting(a, s, g);
    else
        draw_reasons(a, s, g);
}
