/* The annotate screen for screen readers: no panes and no table. The prompt and the answers stand below one another,
 * each behind a heading of its own; below them is one field at a time, with the cursor on it, and the line for
 * messages. A key changes the field's line and nothing else. */
#include "ui/annotate.h"
#include "ui/strip.h"
#include "ui/view_rubric.h"

#include <stdio.h>

/* Parts: a heading and a text for each turn, then for A, then for B. */
size_t annotate_linear_part(const struct annotate *a, enum pane pane, size_t part)
{
    return pane == PANE_PROMPT ? 2 * part + 1 : annotate_linear_answer_part(a, a->answer[pane]);
}

size_t annotate_linear_answer_part(const struct annotate *a, int answer)
{
    return 2 * (annotate_state(a)->task->n_turns + (size_t)answer) + 1;
}

int annotate_linear_answer(const struct annotate *a, size_t part)
{
    const struct task *t = annotate_state(a)->task;
    return part / 2 >= t->n_turns && part / 2 < t->n_turns + (size_t)t->n ? (int)(part / 2 - t->n_turns) : -1;
}

void annotate_linear_release(struct annotate *a)
{
    for (size_t i = 0; i < a->headings.n; i++)
        mem_free(a->headings.v[i]);
    vec_free(&a->headings);
    textview_release(&a->line);
}

static void add(struct annotate *a, char *heading, const char *text, size_t n, struct text_part *parts)
{
    vec_push(&a->headings, heading);
    parts[0] = (struct text_part){NULL, heading, strlen(heading)};
    parts[1] = (struct text_part){NULL, text, n};
}

/* Headings and texts: turns, answers, and what the comparison is to be judged by. */
static size_t parts_of(const struct task *t)
{
    return 2 * (t->n_turns + (size_t)t->n + (t->principle != NULL));
}

void annotate_linear_texts(struct annotate *a)
{
    const struct task *t = annotate_state(a)->task;
    int width = a->line.width, height = a->line.height;
    annotate_linear_release(a);
    if (t->comparison == 0)
        return;
    struct text_part *parts = mem_array(parts_of(t), sizeof *parts);
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < t->n_turns; i++) {
        buf_addf(&b, "Prompt, %zu of %zu, ", i + 1, t->n_turns);
        safe_text(t->turns[i].role, strlen(t->turns[i].role), &b, 20);
        buf_addc(&b, ':');
        add(a, buf_take(&b), t->turns[i].content, t->turns[i].len, parts + 2 * i);
    }
    for (int i = 0; i < t->n; i++) {
        buf_addf(&b, "Answer %c:", 'A' + i);
        add(a, buf_take(&b), t->text[i], t->len[i], parts + 2 * (t->n_turns + (size_t)i));
    }
    if (t->principle != NULL)
        add(a, mem_dup("To be judged by:"), t->principle, strlen(t->principle), parts + parts_of(t) - 2);
    textview_set(&a->line, parts, parts_of(t));
    textview_resize(&a->line, width, height);
    mem_free(parts);
}

/* The texts may have moved. */
void annotate_linear_rebind(struct annotate *a)
{
    const struct task *t = annotate_state(a)->task;
    if (a->line.parts.n != parts_of(t))
        return;
    for (size_t i = 0; i < t->n_turns; i++)
        a->line.parts.v[2 * i + 1].text = t->turns[i].content;
    for (size_t i = 0; i < (size_t)t->n; i++)
        a->line.parts.v[2 * (t->n_turns + i) + 1].text = t->text[i];
    if (t->principle != NULL)
        a->line.parts.v[parts_of(t) - 1].text = t->principle;
}

void annotate_linear_heading(struct annotate *a, int by)
{
    size_t part = 0, at, n = a->line.parts.n;
    if (n == 0 || textview_rows(&a->line) == 0)
        return;
    textview_place(&a->line, textview_top(&a->line), &part, &at);
    size_t here = part / 2, sections = n / 2;
    textview_go(&a->line, 2 * ((here + (by > 0 ? 1 : sections - 1)) % sections), 0);
}

static void say_rating(const struct annotate_state *st, struct cell_place place, struct buf *out)
{
    const struct attribute *t = &st->rubric->attributes[place.attribute];
    int value = st->task->draft.rating[place.side][place.attribute];
    const char *label = t->label, *level;
    safe_text(label, strlen(label), out, 40);
    int first = t->leans ? 1 : t->min, last = first + t->max - t->min; /* as the keys are numbered */
    if (t->of_comparison)
        buf_addf(out, " of both, %d to %d: ", first, last);
    else
        buf_addf(out, " of %c, %d to %d: ", "AB"[place.side], first, last);
    if (value == RATING_UNSET) {
        buf_adds(out, "not rated");
        return;
    }
    level = t->levels[value - t->min];
    buf_addf(out, "%d ", value - t->min + first);
    if (level != NULL)
        safe_text(level, strlen(level), out, 60);
    if (t->veto != RUBRIC_NO_VETO && value <= t->veto)
        buf_adds(out, " - fails: cannot be preferred");
}

/* The field under the cursor, in words. */
static void say_field(const struct annotate *a, struct buf *out)
{
    const struct annotate_state *st = annotate_state(a);
    const struct draft *d = &st->task->draft;
    struct cell_place place = annotate_place(st->rubric, d->cell);
    if (a->mode == MODE_SELECT || a->mode == MODE_COMMENT) {
        annotate_say_passage(a, out);
    } else if (a->mode == MODE_WRITE || d->cell == draft_because(d, st->rubric)) {
        const struct buf *text = a->mode == MODE_WRITE ? &a->editor.text : &d->because;
        buf_addf(out, "Justification, %d words wanted: ", st->rubric->justification_min_words);
        safe_text(text->ptr, text->len, out, 4000);
    } else if (annotate_ranks(a)) {
        rank_say_cell(st, out);
    } else if (place.attribute >= 0) {
        say_rating(st, place, out);
    } else {
        buf_addf(out, "Preference: %s", preference_words(d->preference));
    }
}

static void draw_field(const struct annotate *a, struct grid *g, int row, int rows)
{
    struct buf b = BUF_INIT;
    struct wrap_rows lines = {0};
    say_field(a, &b);
    wrap_text(b.ptr, b.len, g->cols - 1, 0, &lines);
    /* What is being written ends at the cursor: its last rows. */
    int n = (int)lines.rows.n, first = a->mode == MODE_WRITE && n > rows ? n - rows : 0;
    for (int i = 0; i < rows && first + i < n; i++)
        textview_draw_row(g, row + i, 0, g->cols, b.ptr, &lines.rows.v[first + i], STYLE_VALUE);
    g->cursor_row = row;
    g->cursor_col = 0;
    if (a->mode == MODE_WRITE) {
        const struct wrap_row *last = &lines.rows.v[n - 1];
        g->cursor_row = row + n - 1 - first;
        g->cursor_col = last->indent + (int)safe_width(b.ptr + last->from, last->to - last->from);
    }
    vec_free(&lines.rows);
    buf_free(&b);
}

static void draw_reason_list(const struct annotate *a, struct grid *g, int row, int rows)
{
    size_t n;
    const struct reason *reasons = annotate_reasons(a, &n);
    grid_fill(g, row, 0, rows, g->cols, STYLE_TEXT);
    for (size_t i = 0; i < n && (int)i < rows; i++)
        grid_putf(g, row + (int)i, 0, g->cols, STYLE_TEXT, "%c: %s", reasons[i].letter, reasons[i].text);
    g->cursor_row = row;
    g->cursor_col = 0;
}

void annotate_linear_draw(struct annotate *a, const struct screen *s, struct grid *g)
{
    static const struct strip_item items[] = {{{REQ_CELL_UP, REQ_CELL_DOWN}, " ", "field"},
                                              {{REQ_PAGE_DOWN, REQ_PAGE_UP}, " ", "read"},
                                              {{REQ_NEXT_PANE}, " ", "next text"},
                                              {{REQ_SUBMIT}, " ", "submit"},
                                              {{REQ_LEAVE}, " ", "leave"},
                                              {{REQ_HELP}, " ", "all"}};
    enum { FIELD_ROWS = 3 };
    int room = g->rows - FIELD_ROWS - 1;
    a->line.ascii = g->ascii;
    textview_resize(&a->line, g->cols - 1, room);
    if (a->mode == MODE_SKIP || a->mode == MODE_FLAG) {
        draw_reason_list(a, g, 0, room);
    } else {
        textview_draw(&a->line, g, 0, 0);
        draw_field(a, g, room, FIELD_ROWS);
    }
    if (a->mode == MODE_SELECT || a->mode == MODE_COMMENT) {
        annotate_draw_selecting(a, s, g);
        return;
    }
    enum keymap map = a->mode == MODE_RATE    ? annotate_rating_map(a)
                      : a->mode == MODE_WRITE ? KEYMAP_WRITING
                                              : KEYMAP_REASON;
    strip_draw(s, g, 0, map, items, sizeof items / sizeof *items);
}
