/* Several answers put in order: the list, the row about the cell under the cursor, the keys. */
#include "store/places.h"
#include "ui/annotate.h"
#include "ui/strip.h"

#include <stdio.h>

/* Columns of the list. */
enum { COL_MARK = 0, COL_MISSING = 1, COL_PLACE = 3, COL_LETTER = 6, COL_RATINGS = 8 };

/* ---- list ---- */

static void put_cell(struct grid *g, int row, int col, int value, bool tied, bool here)
{
    enum style style = here ? STYLE_CURSOR : value < 0 ? STYLE_MISSING : STYLE_VALUE;
    if (value < 0)
        grid_puts(g, row, col, 1, ".", style);
    else if (tied)
        grid_puts(g, row, col, 1, "=", style);
    else
        grid_putf(g, row, col, 1, style, "%d", value);
    if (!here)
        return;
    grid_puts(g, row, col - 1, 1, "[", STYLE_KEY);
    grid_puts(g, row, col + 1, 1, "]", STYLE_KEY);
    g->cursor_row = row;
    g->cursor_col = col;
}

static bool is_whole(const struct annotate_state *st, int answer)
{
    const struct draft *d = &st->task->draft;
    for (int k = -1; k < (int)st->rubric->n_attributes; k++) {
        int cell = places_cell(st->rubric, answer, k);
        if ((places_required(st->rubric, cell) || places_given(d, st->rubric, cell)) &&
            !places_filled(d, st->rubric, cell))
            return false;
    }
    return true;
}

static void draw_words(const struct annotate *a, struct grid *g, int row, int answer, bool read)
{
    const struct annotate_state *st = annotate_state(a);
    const struct rect *r = &a->layout.list;
    int col = annotate_list_head(st->rubric->n_attributes) + 1, room = r->cols - col - 1;
    if (room > 2)
        grid_put_gist(g, row, col, room, st->task->text[answer], st->task->len[answer], read ? STYLE_TEXT : STYLE_DIM);
}

/* `above`: the answer in the row above; -1: there is none. */
static void draw_answer(const struct annotate *a, struct grid *g, int row, int answer, int above)
{
    const struct annotate_state *st = annotate_state(a);
    const struct draft *d = &st->task->draft;
    bool below = d->cell == draft_because(d, st->rubric);
    struct places_at at = places_at(st->rubric, d->cell);
    int own = d->place[answer], here = !below && at.answer == answer ? at.attribute : -2;
    bool tied = above >= 0 && own > 0 && d->place[above] == own, read = a->answer[PANE_A] == answer;
    if (!below && at.answer == answer)
        grid_marks(g, row, COL_MARK, 1, MARK_CURSOR, STYLE_KEY);
    if (a->show_missing && !is_whole(st, answer))
        grid_puts(g, row, COL_MISSING, 1, "!", STYLE_MISSING);
    grid_putf(g, row, COL_LETTER, 1, read ? STYLE_SIDE_A : STYLE_LABEL, "%c", 'A' + answer);
    for (int k = 0; k < (int)st->rubric->n_attributes; k++)
        if (k != here)
            put_cell(g, row, COL_RATINGS + 2 * k, d->rating[answer][k], false, false);
    draw_words(a, g, row, answer, read);
    /* The brackets of the cursor stand between the cells: last, so that nothing covers them. */
    put_cell(g, row, COL_PLACE, own > 0 ? own : -1, tied, here == -1);
    if (here >= 0)
        put_cell(g, row, COL_RATINGS + 2 * here, d->rating[answer][here], false, true);
}

void rank_draw_list(const struct annotate *a, const struct screen *s, struct grid *g)
{
    (void)s;
    const struct rect *r = &a->layout.list;
    const struct draft *d = &annotate_state(a)->task->draft;
    int order[ANSWERS_MOST], placed = 0;
    if (r->rows == 0)
        return;
    places_order(d, order);
    for (int i = 0; i < d->n; i++)
        placed += d->place[i] > 0;
    grid_marks(g, r->row - 1, 0, r->cols, MARK_RULE, STYLE_RULE);
    grid_puts(g, r->row - 1, 1, r->cols - 2, " best first ", STYLE_TITLE);
    if (placed < d->n && r->cols > 22)
        grid_putf(g, r->row - 1, r->cols - 6, 5, STYLE_DIM, " %d/%d ", placed, d->n);
    for (int i = 0; i < d->n && i < r->rows; i++)
        draw_answer(a, g, r->row + i, order[i], i > 0 ? order[i - 1] : -1);
}

/* ---- the cell under the cursor ---- */

static void say_place(const struct draft *d, int answer, struct buf *out)
{
    int place = d->place[answer], beside = 0;
    buf_addf(out, "Place of %c: ", 'A' + answer);
    if (place == 0) {
        buf_adds(out, "none yet");
        return;
    }
    buf_addf(out, "%d of %d", place, places_count(d));
    for (int i = 0; i < d->n; i++)
        if (i != answer && d->place[i] == place)
            buf_addf(out, "%s%c", beside++ == 0 ? ", as good as " : " and ", 'A' + i);
}

bool rank_say_cell(const struct annotate_state *st, struct buf *out)
{
    const struct draft *d = &st->task->draft;
    struct places_at at = places_at(st->rubric, d->cell);
    if (d->cell == draft_because(d, st->rubric))
        return false;
    if (at.attribute < 0) {
        say_place(d, at.answer, out);
        return true;
    }
    const struct attribute *t = &st->rubric->attributes[at.attribute];
    int value = d->rating[at.answer][at.attribute];
    safe_text(t->label, strlen(t->label), out, 40);
    buf_addf(out, " of %c, %d to %d: ", 'A' + at.answer, t->min, t->max);
    if (value == RATING_UNSET) {
        buf_adds(out, "not rated");
        return true;
    }
    buf_addf(out, "%d ", value);
    if (t->levels[value - t->min] != NULL)
        safe_text(t->levels[value - t->min], strlen(t->levels[value - t->min]), out, 200);
    return true;
}

void rank_draw_help(const struct annotate *a, const struct screen *s, struct grid *g)
{
    (void)s;
    const struct annotate_state *st = annotate_state(a);
    const struct rect *r = &a->layout.rubric;
    const char *hint = st->rubric->justification_hint;
    struct buf b = BUF_INIT;
    if (a->mode != MODE_WRITE && rank_say_cell(st, &b))
        grid_put_short(g, r->row, r->col, r->cols, b.ptr, b.len, STYLE_TITLE);
    else
        grid_put_short(g, r->row, r->col, r->cols, hint, strlen(hint), STYLE_DIM);
    buf_free(&b);
}

void rank_draw_keys(const struct annotate *a, const struct screen *s, struct grid *g)
{
    const struct annotate_state *st = annotate_state(a);
    const struct draft *d = &st->task->draft;
    struct places_at at = places_at(st->rubric, d->cell);
    bool places = d->cell == draft_because(d, st->rubric) || at.attribute < 0;
    const struct attribute *t = places ? NULL : &st->rubric->attributes[at.attribute];
    enum request low = places ? REQ_RATE_1 : (enum request)((int)REQ_RATE_0 + t->min);
    enum request high = (enum request)((int)REQ_RATE_0 + (places ? st->task->n : t->max));
    const struct strip_item items[] = {
        {{low, high}, "-", places ? "place" : "rate"},
        {{st->rubric->zero_allowed ? REQ_PLACE_TIE : REQ_NONE}, " ", "tie"},
        {{REQ_PLACE_UP, REQ_PLACE_DOWN}, " ", "move"},
        {{REQ_CELL_UP, REQ_CELL_DOWN}, " ", "read"},
        {{REQ_WRITE}, " ", "write"},
        {{REQ_SUBMIT}, " ", "submit"},
        {{REQ_UNDO}, " ", "undo"},
        {{REQ_SKIP}, " ", "skip"},
        {{REQ_FLAG}, " ", "flag"},
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
    strip_draw(s, g, 1, KEYMAP_RANKING, items, sizeof items / sizeof *items);
}
