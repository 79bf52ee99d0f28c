/* Marking passages of an answer: the cursor goes by words, a passage is held from one word to another, then signed and
 * commented on. */
#include "core/base/utf8.h"
#include "ui/annotate.h"
#include "ui/strip.h"

/* ---- words ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Scripts without blanks: each character is a word. */
static bool is_wide(const char *text, size_t n, size_t at)
{
    uint32_t c = 0;
    return utf8_decode(text + at, n - at, &c) > 0 && c >= 0x2e80 && c < 0x1f000;
}

static size_t step(const char *text, size_t n, size_t at)
{
    uint32_t c;
    int len = utf8_decode(text + at, n - at, &c);
    return at + (len > 0 ? (size_t)len : 1);
}

static size_t word_end(const char *text, size_t n, size_t at)
{
    if (at >= n)
        return n;
    if (is_wide(text, n, at))
        return step(text, n, at);
    while (at < n && !is_blank(text[at]) && !is_wide(text, n, at))
        at = step(text, n, at);
    return at;
}

static size_t skip_blanks(const char *text, size_t n, size_t at)
{
    while (at < n && is_blank(text[at]))
        at++;
    return at;
}

/* Where the next word begins; `at` when there is none. */
static size_t next_word(const char *text, size_t n, size_t at)
{
    size_t to = skip_blanks(text, n, word_end(text, n, at));
    return to < n ? to : at;
}

/* Words are told from the beginning of a line on. */
static size_t previous_word(const char *text, size_t n, size_t at)
{
    size_t end = at;
    while (end > 0 && is_blank(text[end - 1]))
        end--;
    if (end == 0)
        return at;
    size_t from = end;
    while (from > 0 && text[from - 1] != '\n')
        from--;
    from = skip_blanks(text, n, from);
    for (size_t next; (next = next_word(text, n, from)) < end && next > from;)
        from = next;
    return from;
}

/* ---- the passage ---- */

static const struct text_part *part(const struct annotate *a)
{
    return &a->text[a->select.pane].parts.v[0];
}

static void passage(const struct annotate *a, size_t *from, size_t *to)
{
    const struct annotate_selection *c = &a->select;
    size_t last = c->at > c->anchor ? c->at : c->anchor;
    *from = c->at < c->anchor ? c->at : c->anchor;
    *to = word_end(part(a)->text, part(a)->len, last);
}

/* The passage that the cursor is in, or -1. */
static int passage_here(const struct annotate *a)
{
    const struct draft *d = &annotate_state(a)->task->draft;
    int side = a->select.pane == PANE_B ? SIDE_B : SIDE_A;
    for (size_t i = d->spans.n; i-- > 0;)
        if (d->spans.v[i].side == side && d->spans.v[i].from <= a->select.at && a->select.at < d->spans.v[i].to)
            return (int)i;
    return -1;
}

static char sign_of(int sign)
{
    return sign > 0 ? '+' : sign < 0 ? '-' : '=';
}

/* Marks of one layer must not overlap: of those that do, the ones begun earlier keep their place. */
static void show_side(struct annotate *a, int side)
{
    const struct draft *d = &annotate_state(a)->task->draft;
    VEC(struct text_mark) marks = {0};
    for (size_t at = 0;;) {
        const struct span *next = NULL;
        for (size_t i = 0; i < d->spans.n; i++) {
            const struct span *s = &d->spans.v[i];
            if (s->side == side && s->to > at && (next == NULL || s->from < next->from))
                next = s;
        }
        if (next == NULL)
            break;
        size_t from = next->from > at ? next->from : at;
        vec_push(&marks,
                 ((struct text_mark){0, from, next->to, STYLE_SPAN, from == next->from ? sign_of(next->sign) : 0}));
        at = next->to;
    }
    textview_set_marks(&a->text[side == SIDE_A ? PANE_A : PANE_B], LAYER_SPANS, marks.v, marks.n);
    vec_free(&marks);
}

void annotate_show_passages(struct annotate *a)
{
    bool selecting = a->mode == MODE_SELECT || a->mode == MODE_COMMENT;
    show_side(a, SIDE_A);
    show_side(a, SIDE_B);
    for (int p = PANE_A; p <= PANE_B; p++) {
        struct text_mark mark = {.style = STYLE_SELECTED};
        bool here = selecting && (int)a->select.pane == p;
        if (here)
            passage(a, &mark.from, &mark.to);
        textview_set_marks(&a->text[p], LAYER_SELECTION, &mark, here ? 1 : 0);
    }
}

/* ---- requests ---- */

static void leave(struct annotate *a)
{
    a->mode = MODE_RATE;
    annotate_show_passages(a);
}

static void tell(struct annotate *a, struct screen *s)
{
    int here = passage_here(a);
    if (here < 0)
        return;
    const struct span *k = &annotate_state(a)->task->draft.spans.v[here];
    struct buf b = BUF_INIT;
    safe_text(k->comment, strlen(k->comment), &b, 150);
    screen_say(s, "%c %s", sign_of(k->sign), b.len > 0 ? b.ptr : "marked, without a comment");
    buf_free(&b);
}

void annotate_select_begin(struct annotate *a, struct screen *s)
{
    const struct textview *v = &a->text[a->focus];
    size_t first, at = 0;
    if (a->tastes->linear || a->focus == PANE_PROMPT || textview_rows(v) == 0) {
        screen_refuse(s, a->tastes->linear ? "Passages are marked on the screen with panes: :set linear off"
                                           : "Passages are marked in an answer: go to A or B first.");
        return;
    }
    textview_place(v, textview_top(v), &first, &at);
    a->select = (struct annotate_selection){.pane = a->focus};
    at = skip_blanks(part(a)->text, part(a)->len, at);
    a->select.at = a->select.anchor = at;
    if (at == part(a)->len) {
        screen_refuse(s, "There is no word here to mark.");
        return;
    }
    a->mode = MODE_SELECT;
    annotate_show_passages(a);
    tell(a, s);
}

static void move_row(struct annotate *a, int by)
{
    struct textview *v = &a->text[a->select.pane];
    int row = textview_row_of(v, 0, a->select.at) + by;
    size_t ignored, at;
    while (row >= 0 && row < textview_rows(v)) {
        textview_place(v, row, &ignored, &at);
        at = skip_blanks(part(a)->text, part(a)->len, at);
        if (at < part(a)->len && (by > 0) == (at > a->select.at) && at != a->select.at) {
            a->select.at = at;
            return;
        }
        row += by;
    }
}

static bool move(struct annotate *a, enum request r)
{
    const struct text_part *p = part(a);
    if (r == REQ_LEFT)
        a->select.at = previous_word(p->text, p->len, a->select.at);
    else if (r == REQ_RIGHT)
        a->select.at = next_word(p->text, p->len, a->select.at);
    else if (r == REQ_UP || r == REQ_DOWN)
        move_row(a, r == REQ_UP ? -1 : 1);
    else
        return false;
    if (!a->select.held)
        a->select.anchor = a->select.at;
    textview_reveal(&a->text[a->select.pane], 0, a->select.at);
    return true;
}

static void ask_comment(struct annotate *a, int sign)
{
    a->select.sign = sign;
    a->mode = MODE_COMMENT;
    editor_set(&a->comment, "", 0);
}

static void unmark(struct annotate *a, struct screen *s)
{
    int here = passage_here(a);
    if (here < 0)
        screen_refuse(s, "No passage is marked here.");
    else
        annotate_perform(
            a, s, (struct action){.kind = ACT_UNMARK, .value = here, .cursor = annotate_state(a)->task->draft.cell});
}

void annotate_select_request(struct annotate *a, struct screen *s, enum request r)
{
    bool moved = move(a, r);
    switch (r) {
    case REQ_DONE:
        leave(a);
        return;
    case REQ_ANCHOR:
        a->select.held = !a->select.held;
        a->select.anchor = a->select.at;
        break;
    case REQ_MARK_GOOD:
        ask_comment(a, 1);
        break;
    case REQ_MARK_BAD:
        ask_comment(a, -1);
        break;
    case REQ_MARK_NEUTRAL:
        ask_comment(a, 0);
        break;
    case REQ_CLEAR:
        unmark(a, s);
        break;
    default:
        if (!moved)
            s->beep = true;
    }
    annotate_show_passages(a);
    if (moved)
        tell(a, s);
}

void annotate_comment_request(struct annotate *a, struct screen *s, enum request r)
{
    struct action action = {.kind = ACT_MARK,
                            .cell = a->select.pane == PANE_B ? SIDE_B : SIDE_A,
                            .value = a->select.sign,
                            .cursor = annotate_state(a)->task->draft.cell,
                            .text = a->comment.text.ptr,
                            .len = a->comment.text.len};
    if (r == REQ_DONE) {
        a->mode = MODE_SELECT;
    } else if (r == REQ_ACCEPT) {
        passage(a, &action.from, &action.to);
        if (annotate_perform(a, s, action)) {
            a->mode = MODE_SELECT;
            a->select.held = false;
            a->select.anchor = a->select.at;
        }
    } else if (!editor_request(&a->comment, r, SPAN_COMMENT_MAX)) {
        s->beep = true;
    }
    annotate_show_passages(a);
}

bool annotate_comment_text(struct annotate *a, struct screen *s, const char *text, size_t n)
{
    if (!editor_insert(&a->comment, text, n))
        screen_refuse(s, "The comment is full.");
    return true;
}

/* ---- drawing: the last row ---- */

void annotate_draw_selecting(const struct annotate *a, const struct screen *s, struct grid *g)
{
    static const struct strip_item items[] = {{{REQ_ANCHOR}, " ", "hold"},      {{REQ_MARK_GOOD}, " ", "for"},
                                              {{REQ_MARK_BAD}, " ", "against"}, {{REQ_MARK_NEUTRAL}, " ", "neither"},
                                              {{REQ_CLEAR}, " ", "unmark"},     {{REQ_DONE}, " ", "done"}};
    int row = g->rows - 1, col = 1;
    if (a->mode == MODE_SELECT) {
        col += grid_puts(g, row, col, 20, a->select.held ? "-- HOLDING --" : "-- PASSAGES --", STYLE_MODE) + 2;
        strip_draw(s, g, col, KEYMAP_SELECTING, items, sizeof items / sizeof *items);
        return;
    }
    const struct buf *text = &a->comment.text;
    col += grid_putf(g, row, col, 30, STYLE_MODE, "%c comment:", sign_of(a->select.sign)) + 1;
    size_t from = 0;
    while (from < a->comment.at && (int)safe_width(text->ptr + from, a->comment.at - from) > g->cols - col - 2)
        from = editor_next(&a->comment, from);
    grid_put(g, row, col, g->cols - col, text->ptr + from, text->len - from, STYLE_TEXT);
    g->cursor_row = row;
    g->cursor_col = col + (int)safe_width(text->ptr + from, a->comment.at - from);
}
