/* Beside the ratings of the annotate screen: what the level under the cursor means, how a preference is given, what a
 * justification should say. */
#include "ui/annotate.h"
#include "ui/view_rubric.h"

static const char *level_text(const struct attribute *t, int value)
{
    const char *text = t->levels[value - t->min];
    return text != NULL ? text : "";
}

/* The first of `shown` neighbouring levels with `now` in their middle, as far as there are levels. */
static int first_level(const struct attribute *t, int now, int shown)
{
    int first = now - shown / 2, last_first = t->max + 1 - shown;
    if (first > last_first)
        first = last_first;
    return first < t->min ? t->min : first;
}

/* The level that is set in full, over as many rows as it takes; its neighbours on one row each, as many as there is
 * room for. None is emphasised for being under the cursor, so that moving it sends little. */
static void draw_levels(const struct annotate *a, struct grid *g, const struct attribute *t, int value)
{
    const struct rect *r = &a->layout.rubric;
    struct wrap_rows full = {0};
    bool set = value >= t->min && value <= t->max;
    const char *text = set ? level_text(t, value) : "";
    int width = annotate_text_cols(r->cols) - 4, room = r->rows - 1, levels = t->max - t->min + 1;
    wrap_text(text, strlen(text), width, 0, &full);
    int tall = (int)full.rows.n < room ? (int)full.rows.n : room;
    int shown = levels < room - tall + 1 ? levels : room - tall + 1;
    int first = first_level(t, set ? value : t->min, shown), row = r->row + 1;
    for (int v = first; v < first + shown; v++) {
        grid_putf(g, row, r->col + 1, 2, STYLE_VALUE, "%d", t->leans ? v - t->min + 1 : v);
        if (t->veto != RUBRIC_NO_VETO && v <= t->veto)
            grid_puts(g, row, r->col + 2, 1, "!", STYLE_MISSING);
        if (!set || v != value) {
            grid_put_short(g, row++, r->col + 3, width, level_text(t, v), strlen(level_text(t, v)), STYLE_TEXT);
            continue;
        }
        grid_marks(g, row, r->col, 1, MARK_CURSOR, STYLE_VALUE);
        for (int i = 0; i < tall; i++)
            textview_draw_row(g, row++, r->col + 3, width, text, &full.rows.v[i], STYLE_VALUE);
    }
    vec_free(&full.rows);
}

static void draw_rating_help(const struct annotate *a, struct grid *g, struct cell_place cursor)
{
    const struct annotate_state *st = annotate_state(a);
    const struct attribute *t = &st->rubric->attributes[cursor.attribute];
    const struct rect *r = &a->layout.rubric;
    int col = r->col + grid_put_short(g, r->row, r->col, 24, t->label, strlen(t->label), STYLE_VALUE);
    col += grid_puts(g, r->row, col, 8,
                     t->of_comparison        ? " of both"
                     : cursor.side == SIDE_A ? " of A"
                                             : " of B",
                     STYLE_VALUE);
    if (t->veto != RUBRIC_NO_VETO)
        col += grid_puts(g, r->row, col, r->cols - 1 - (col - r->col), ", ! fails: cannot be preferred", STYLE_DIM);
    if (t->max + 1 - t->min > r->rows - 1)
        grid_putf(g, r->row, col, 12, STYLE_DIM, ", %d to %d", t->min, t->max);
    draw_levels(a, g, t, st->task->draft.rating[cursor.side][cursor.attribute]);
}

static void key_line(const struct screen *s, struct buf *out, enum request r, const char *what)
{
    char label[KEY_NAME_SIZE];
    if (keys_label(s->keys, KEYMAP_ANNOTATE, r, label))
        buf_addf(out, "%s%s %s", out->len > 0 ? "   " : "", label, what);
}

static const char *stronger_words(int most)
{
    return most >= 3   ? "Again makes it stronger: slightly, better, much."
           : most == 2 ? "Again makes it stronger: slightly, better."
                       : "";
}

static void draw_preference_help(const struct annotate *a, const struct screen *s, struct grid *g)
{
    const struct annotate_state *st = annotate_state(a);
    const struct rect *r = &a->layout.rubric;
    struct buf b = BUF_INIT;
    grid_putf(g, r->row, r->col, r->cols - 1, STYLE_VALUE, "preference: %s",
              preference_words(st->task->draft.preference));
    key_line(s, &b, REQ_PREFER_A, "towards A");
    if (st->rubric->zero_allowed)
        key_line(s, &b, REQ_PREFER_NONE, "no preference");
    key_line(s, &b, REQ_PREFER_B, "towards B");
    if (r->rows > 1)
        grid_put_short(g, r->row + 1, r->col, r->cols - 1, b.ptr, b.len, STYLE_DIM);
    buf_reset(&b);
    key_line(s, &b, REQ_PREFER_NEITHER, "neither is valid");
    if (r->rows > 2)
        grid_put_short(g, r->row + 2, r->col, r->cols - 1, b.ptr, b.len, STYLE_DIM);
    if (r->rows > 3)
        grid_puts(g, r->row + 3, r->col, r->cols - 1, stronger_words(st->rubric->preference_max), STYLE_DIM);
    buf_free(&b);
}

int annotate_words(const struct annotate *a)
{
    if (a->mode != MODE_WRITE)
        return draft_words(&annotate_state(a)->task->draft);
    struct draft d = annotate_state(a)->task->draft; /* read only */
    d.because = a->editor.text;
    return draft_words(&d);
}

/* A sentence over as many rows as it takes; returns how many. */
static int put_wrapped(struct grid *g, int row, int col, int max_rows, int width, const char *text)
{
    struct wrap_rows rows = {0};
    int n = 0;
    if (*text != '\0')
        wrap_text(text, strlen(text), annotate_text_cols(width), 0, &rows);
    for (; n < max_rows && n < (int)rows.rows.n; n++)
        textview_draw_row(g, row + n, col, width, text, &rows.rows.v[n], STYLE_DIM);
    vec_free(&rows.rows);
    return n;
}

static void draw_because_help(const struct annotate *a, struct grid *g)
{
    const struct annotate_state *st = annotate_state(a);
    const struct rect *r = &a->layout.rubric;
    int words = annotate_words(a), least = st->rubric->justification_min_words;
    grid_putf(g, r->row, r->col, r->cols - 1, STYLE_VALUE, "justification: %d word%s", words, words == 1 ? "" : "s");
    int row = r->row + 1, end = r->row + r->rows;
    if (row < end && least > 0)
        grid_putf(g, row++, r->col, r->cols - 1, STYLE_DIM, "%d words or more.", least);
    row += put_wrapped(g, row, r->col, end - row, r->cols - 1, st->rubric->justification_hint);
    put_wrapped(g, row, r->col, end - row, r->cols - 1, "@A and @B name the sides: left and right change.");
}

void annotate_draw_help(const struct annotate *a, const struct screen *s, struct grid *g, struct cell_place cursor)
{
    const struct annotate_state *st = annotate_state(a);
    if (annotate_ranks(a))
        rank_draw_help(a, s, g);
    else if (a->mode == MODE_WRITE || st->task->draft.cell == cell_because(st->rubric))
        draw_because_help(a, g);
    else if (cursor.attribute >= 0)
        draw_rating_help(a, g, cursor);
    else
        draw_preference_help(a, s, g);
}
