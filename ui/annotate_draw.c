/* Header and texts of the annotate screen. */
#include "core/base/clock.h"
#include "store/criteria.h"
#include "ui/annotate.h"
#include "ui/strip.h"

#include <stdio.h>

enum { COL_NAME = 8 }; /* behind "assay" */

/* " submitted, changed ", " skipped: unclear ", or nothing. */
static void add_state(const struct task *t, struct buf *out)
{
    static const char *const words[] = {
        [TASK_OPEN] = "", [TASK_JUDGED] = "submitted", [TASK_SKIPPED] = "skipped", [TASK_FLAGGED] = "flagged"};
    if (t->comparison == 0 || t->state == TASK_OPEN)
        return;
    buf_addf(out, " %s", words[t->state]);
    if (*t->reason != '\0') {
        buf_adds(out, ": ");
        safe_text(t->reason, strlen(t->reason), out, 24);
    }
    buf_adds(out, t->changed ? ", changed " : " ");
}

static void draw_header(const struct annotate *a, struct grid *g)
{
    const struct annotate_state *st = annotate_state(a);
    const struct task *t = st->task;
    struct buf right = BUF_INIT, left = BUF_INIT;
    char time[CLOCK_HMS_SIZE];
    if (st->saved > 0) { /* first, so that nothing moves when it appears */
        clock_hms(st->saved, time);
        buf_addf(&right, "saved %s   ", time);
    }
    buf_addf(&right, "%lld/%lld%s  today %lld   ", (long long)st->progress->done, (long long)st->progress->total,
             annotate_counted(st), (long long)st->progress->today);
    safe_text(st->annotator, strlen(st->annotator), &right, 16);
    buf_adds(&left, st->workspace);
    if (t->comparison != 0 && t->source != NULL && *t->source != '\0')
        buf_addf(&left, " %s %s", mark_text(MARK_DOT, g->ascii), t->source);
    int at = g->cols - 1 - (int)safe_width(right.ptr, right.len);
    grid_put(g, 0, at, g->cols - at, right.ptr, right.len, STYLE_LABEL);
    grid_puts(g, 0, 1, 5, "assay", STYLE_TITLE);
    struct buf state = BUF_INIT;
    add_state(t, &state);
    int room = at - 2 - COL_NAME - (state.len > 0 ? (int)safe_width(state.ptr, state.len) + 2 : 0);
    int col = COL_NAME + grid_put_short(g, 0, COL_NAME, room, left.ptr, left.len, STYLE_LABEL);
    if (state.len > 0)
        grid_put(g, 0, col + 2, at - col - 3, state.ptr, state.len, STYLE_MODE);
    else if (at - col - 5 > (int)strlen(a->note))
        grid_puts(g, 0, col + 3, at - col - 4, a->note, STYLE_MESSAGE);
    buf_free(&state);
    buf_free(&right);
    buf_free(&left);
}

/* " turns 2-3/3 · ( older ·" */
static int say_turns(const struct annotate *a, const struct screen *s, const char *dot, char *out, size_t size)
{
    size_t first, last, all = annotate_state(a)->task->n_turns;
    char key[KEY_NAME_SIZE];
    annotate_turns(a, &first, &last);
    if (last + 1 - first == all && textview_top(&a->text[PANE_PROMPT]) == 0)
        return snprintf(out, size, " %zu turns %s", all, dot);
    int n = first == last ? snprintf(out, size, " turn %zu/%zu %s", last + 1, all, dot)
                          : snprintf(out, size, " turns %zu-%zu/%zu %s", first + 1, last + 1, all, dot);
    if (textview_top(&a->text[PANE_PROMPT]) > 0 && keys_label(s->keys, KEYMAP_ANNOTATE, REQ_OLDER_TURN, key))
        n += snprintf(out + n, size - (size_t)n, " %s older %s", key, dot);
    return n;
}

/* "─ A ──────── 1-9/17 ─"; the focused one is "─[A]─". */
static void draw_title(const struct annotate *a, const struct screen *s, struct grid *g, enum pane p, const char *name,
                       enum style style)
{
    const struct rect *r = &a->layout.title[p];
    char range[TEXTVIEW_RANGE_SIZE], right[TEXTVIEW_RANGE_SIZE + 80] = "";
    const char *dot = mark_text(MARK_DOT, g->ascii);
    bool focused = a->focus == p;
    grid_marks(g, r->row, r->col, r->cols, MARK_RULE, STYLE_RULE);
    grid_putf(g, r->row, r->col + 1, r->cols - 2, focused ? STYLE_CURSOR : style, focused ? "[%s]" : " %s ", name);
    textview_range(&a->text[p], range);
    int n = 0;
    if (p == PANE_PROMPT && annotate_state(a)->task->n_turns > 1)
        n = say_turns(a, s, dot, right, sizeof right);
    else if (p != PANE_PROMPT && a->tastes->diff)
        n = snprintf(right, sizeof right, " diff %s", dot);
    if (a->tastes->markdown)
        n += snprintf(right + n, sizeof right - (size_t)n, " markdown %s", dot);
    snprintf(right + n, sizeof right - (size_t)n, " %s ", range);
    int width = (int)safe_width(right, strlen(right));
    grid_puts(g, r->row, r->col + r->cols - 1 - width, width, right, STYLE_DIM);
}

/* More text above the first or below the last row shown: a mark at the end of that row. */
static void draw_more(const struct annotate *a, struct grid *g, enum pane p)
{
    const struct rect *r = &a->layout.text[p];
    const struct rect *title = &a->layout.title[p];
    if (textview_top(&a->text[p]) > 0)
        grid_marks(g, r->row, title->col + title->cols - 1, 1, MARK_UP, STYLE_KEY);
    if (textview_bottom(&a->text[p]) < textview_rows(&a->text[p]))
        grid_marks(g, r->row + r->rows - 1, title->col + title->cols - 1, 1, MARK_DOWN, STYLE_KEY);
}

static void draw_pane(const struct annotate *a, const struct screen *s, struct grid *g, enum pane p)
{
    static const enum style styles[] = {[PANE_A] = STYLE_SIDE_A, [PANE_B] = STYLE_SIDE_B, [PANE_PROMPT] = STYLE_TITLE};
    if (a->layout.title[p].rows == 0)
        return;
    char name[24];
    snprintf(name, sizeof name, "%s%s", p == PANE_PROMPT ? "prompt" : annotate_pane_name(a, p),
             p != PANE_B || !annotate_ranks(a) ? ""
             : rank_is_above(a)                ? ", above it"
                                               : ", below it");
    draw_title(a, s, g, p, name, styles[p]);
    textview_draw(&a->text[p], g, a->layout.text[p].row, a->layout.text[p].col);
    draw_more(a, g, p);
}

/* On the rule above the strip: what the comparison is to be judged by (in full with the rubric), what fails,
 * "2 passages   sure 3/5"; nothing of what was not said and is not asked. */
static void draw_aside(const struct annotate *a, const struct screen *s, struct grid *g)
{
    const struct annotate_state *st = annotate_state(a);
    const struct draft *d = &st->task->draft;
    struct buf b = BUF_INIT;
    char key[KEY_NAME_SIZE];
    for (int side = SIDE_A; side <= SIDE_B; side++) {
        int failed = criteria_failed(st->rubric, d, side);
        if (failed >= 0)
            buf_addf(&b, " %c fails %s ", "AB"[side], st -> rubric -> attributes[failed].label);
    }
    if (d->spans.n > 0)
        buf_addf(&b, " %zu passage%s ", (size_t)d->spans.n, d->spans.n == 1 ? "" : "s");
    if (st->rubric->asks_confidence && d->confidence > 0)
        buf_addf(&b, " sure %d/%d ", d->confidence, CONFIDENCE_MAX);
    else if (st->rubric->asks_confidence)
        buf_addf(&b, " %s: how sure? ", keys_say(s->keys, KEYMAP_ANNOTATE, REQ_SURE, key));
    int width = (int)safe_width(b.ptr, b.len);
    grid_put(g, a->layout.rule.row, g->cols - 1 - width, width, b.ptr, b.len, STYLE_LABEL);
    buf_free(&b);
    if (st->task->principle == NULL)
        return;
    int col = 1 + grid_puts(g, a->layout.rule.row, 1, 12, " judged by: ", STYLE_TITLE),
        room = g->cols - 2 - width - col;
    col +=
        grid_put_short(g, a->layout.rule.row, col, room, st->task->principle, strlen(st->task->principle), STYLE_LABEL);
    grid_puts(g, a->layout.rule.row, col, 1, " ", STYLE_RULE);
}

static void draw_rules(const struct annotate *a, struct grid *g)
{
    const struct annotate_layout *l = &a->layout;
    grid_marks(g, l->rule.row, 0, l->rule.cols, MARK_RULE, STYLE_RULE);
    if (l->divider < 0)
        return;
    grid_marks(g, l->title[PANE_A].row, l->divider, 1, MARK_TEE_DOWN, STYLE_RULE);
    for (int row = l->title[PANE_A].row + 1; row < l->rule.row; row++)
        grid_marks(g, row, l->divider, 1, MARK_BAR, STYLE_RULE);
    grid_marks(g, l->rule.row, l->divider, 1, MARK_TEE_UP, STYLE_RULE);
    if (l->second_divider < 0)
        return;
    grid_marks(g, l->title[PANE_A].row, l->second_divider, 1, MARK_TEE_DOWN, STYLE_RULE);
    for (int row = l->title[PANE_A].row + 1; row < l->rule.row; row++)
        grid_marks(g, row, l->second_divider, 1, MARK_BAR, STYLE_RULE);
    grid_marks(g, l->rule.row, l->second_divider, 1, MARK_TEE_UP, STYLE_RULE);
}

static void centred(struct grid *g, int row, enum style style, const char *text)
{
    int width = (int)safe_width(text, strlen(text)), room = g->cols - 2;
    grid_put_short(g, row, width < room ? (g->cols - width) / 2 : 1, room, text, strlen(text), style);
}

/* Something waits, but is not for this person now: a quota is done. */
static bool is_held(const struct annotate_state *st)
{
    return st->why_none != NULL && st->why_none[0] != '\0';
}

static void add_counts(const struct annotate_state *st, struct buf *out)
{
    const struct task_progress *p = st->progress;
    if (p->total == 0)
        buf_adds(out, "The workspace holds no comparisons: `assay import FILE` brings some in.");
    else if (is_held(st))
        buf_addf(out, "%lld of %lld%s done by you, %lld of them today.", (long long)p->done, (long long)p->total,
                 annotate_counted(st), (long long)p->today);
    else if (p->done < p->total)
        buf_addf(out, "%lld of %lld%s done by you, %lld of them today; the others are in other hands.",
                 (long long)p->done, (long long)p->total, annotate_counted(st), (long long)p->today);
    else
        buf_addf(out, "%lld of %lld%s done, %lld of them today. Everything is saved.", (long long)p->done,
                 (long long)p->total, annotate_counted(st), (long long)p->today);
}

static void draw_done(const struct annotate *a, const struct screen *s, struct grid *g)
{
    static const struct strip_item items[] = {{{REQ_OLDER}, " ", "look back"},
                                              {{REQ_UNDO}, " ", "undo"},
                                              {{REQ_LEAVE}, " ", "leave"},
                                              {{REQ_HELP}, " ", "all"}};
    const struct annotate_state *st = annotate_state(a);
    struct buf b = BUF_INIT;
    int row = g->rows / 2 - 2;
    buf_adds(&b, is_held(st)               ? "Nothing more is handed out. Thank you, "
                 : st->progress->total > 0 ? "Nothing is left to do. Thank you, "
                                           : "Nothing is here yet, ");
    safe_text(st->annotator, strlen(st->annotator), &b, 30);
    buf_addc(&b, '.');
    centred(g, row, STYLE_TITLE, b.ptr);
    buf_reset(&b);
    add_counts(st, &b);
    centred(g, row + 2, STYLE_TEXT, b.ptr);
    if (is_held(st))
        centred(g, row + 3, STYLE_TEXT, st->why_none);
    buf_free(&b);
    centred(g, row + 4, s->error ? STYLE_ERROR : STYLE_MESSAGE, s->message);
    strip_keys(s, g, 1, KEYMAP_ANNOTATE, items, sizeof items / sizeof *items);
    g->cursor_row = row;
    g->cursor_col = 0;
}

void annotate_draw(void *view, const struct screen *s, struct grid *g)
{
    struct annotate *a = view;
    annotate_follow(a);
    if (annotate_state(a)->task->comparison == 0) {
        draw_header(a, g);
        draw_done(a, s, g);
        return;
    }
    if (a->tastes->linear) {
        annotate_linear_draw(a, s, g);
        return;
    }
    annotate_arrange(a, g);
    draw_header(a, g);
    draw_rules(a, g);
    draw_aside(a, s, g);
    draw_pane(a, s, g, PANE_PROMPT);
    draw_pane(a, s, g, PANE_A);
    draw_pane(a, s, g, PANE_B);
    if (annotate_ranks(a))
        rank_draw_list(a, s, g);
    annotate_draw_strip(a, s, g);
}
