/* Marking passages of an answer: the cursor goes by words, a passage is held from one word to another, then signed and
 * commented on. */
#include "core/base/utf8.h"
#include "store/places.h"
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

/* Where the answer is read: in the one text of linear mode, or in the pane that shows it. */
static struct textview *view_of(struct annotate *a, int answer, size_t *part)
{
    *part = a->tastes->linear ? annotate_linear_answer_part(a, answer) : 0;
    return a->tastes->linear ? &a->line : &a->text[a->answer[PANE_B] == answer ? PANE_B : PANE_A];
}

static const char *text_of(const struct annotate *a, size_t *n)
{
    const struct task *t = annotate_state(a)->task;
    *n = t->len[a->select.answer];
    return t->text[a->select.answer];
}

static void passage(const struct annotate *a, size_t *from, size_t *to)
{
    const struct annotate_selection *c = &a->select;
    size_t n, last = c->at > c->anchor ? c->at : c->anchor;
    const char *text = text_of(a, &n);
    *from = c->at < c->anchor ? c->at : c->anchor;
    *to = word_end(text, n, last);
}

/* The passage that the cursor is in, or -1. */
static int passage_here(const struct annotate *a)
{
    const struct draft *d = &annotate_state(a)->task->draft;
    for (size_t i = d->spans.n; i-- > 0;) {
        const struct span *k = &d->spans.v[i];
        if (k->side == a->select.answer && k->from <= a->select.at && a->select.at < k->to)
            return (int)i;
    }
    return -1;
}

static char sign_of(int sign)
{
    return sign > 0 ? '+' : sign < 0 ? '-' : '=';
}

struct marks {
    VEC(struct text_mark) of;
};

/* Marks of one layer must not overlap: of those that do, the ones begun earlier keep their place. */
static void add_marks(const struct annotate *a, int answer, size_t part, struct marks *out)
{
    const struct draft *d = &annotate_state(a)->task->draft;
    for (size_t at = 0;;) {
        const struct span *next = NULL;
        for (size_t i = 0; i < d->spans.n; i++) {
            const struct span *s = &d->spans.v[i];
            if (s->side == answer && s->to > at && (next == NULL || s->from < next->from))
                next = s;
        }
        if (next == NULL)
            break;
        size_t from = next->from > at ? next->from : at;
        char sign = from == next->from ? sign_of(next->sign) : 0;
        vec_push(&out->of, ((struct text_mark){part, from, next->to, STYLE_SPAN, sign}));
        at = next->to;
    }
}

static void show_selected(struct annotate *a, struct textview *v, bool here)
{
    struct text_mark mark = {.style = STYLE_SELECTED};
    if (here) {
        view_of(a, a->select.answer, &mark.part);
        passage(a, &mark.from, &mark.to);
    }
    textview_set_marks(v, LAYER_SELECTION, &mark, here ? 1 : 0);
}

void annotate_show_passages(struct annotate *a)
{
    bool selecting = a->mode == MODE_SELECT || a->mode == MODE_COMMENT;
    struct marks marks = {0};
    for (int p = PANE_A; p <= PANE_B && !a->tastes->linear; p++) {
        vec_clear(&marks.of);
        add_marks(a, a->answer[p], 0, &marks);
        textview_set_marks(&a->text[p], LAYER_SPANS, marks.of.v, marks.of.n);
        show_selected(a, &a->text[p], selecting && a->answer[p] == a->select.answer);
    }
    if (a->tastes->linear && a->line.parts.n > 0) {
        for (int i = 0; i < annotate_state(a)->task->n; i++)
            add_marks(a, i, annotate_linear_answer_part(a, i), &marks);
        textview_set_marks(&a->line, LAYER_SPANS, marks.of.v, marks.of.n);
        show_selected(a, &a->line, selecting);
    }
    vec_free(&marks.of);
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

/* In linear mode: the answer that is read on top, or of which the field speaks when that is the prompt. */
static int answer_at(const struct annotate *a, size_t part)
{
    const struct annotate_state *st = annotate_state(a);
    int answer = annotate_linear_answer(a, part), cell = st->task->draft.cell;
    if (answer >= 0)
        return answer;
    answer = annotate_ranks(a) ? places_at(st->rubric, cell).answer : annotate_place(st->rubric, cell).side;
    return answer < st->task->n ? answer : SIDE_A;
}

/* Go to the first word at or behind this byte; false: there is none. */
static bool go_to_word(struct annotate *a, int answer, size_t at)
{
    struct annotate_selection before = a->select;
    size_t n;
    a->select = (struct annotate_selection){.answer = answer};
    const char *text = text_of(a, &n);
    at = skip_blanks(text, n, at);
    a->select.at = a->select.anchor = at;
    if (at == n)
        a->select = before;
    return at < n;
}

void annotate_select_begin(struct annotate *a, struct screen *s)
{
    const struct textview *v = a->tastes->linear ? &a->line : &a->text[a->focus];
    size_t part, at = 0;
    if ((a->focus == PANE_PROMPT && !a->tastes->linear) || textview_rows(v) == 0) {
        screen_refuse(s, "Passages are marked in an answer: go to A or B first.");
        return;
    }
    textview_place(v, textview_top(v), &part, &at);
    int answer = a->tastes->linear ? answer_at(a, part) : a->answer[a->focus];
    bool on_top = !a->tastes->linear || annotate_linear_answer_part(a, answer) == part;
    if (!go_to_word(a, answer, on_top ? at : 0)) {
        screen_refuse(s, "There is no word here to mark.");
        return;
    }
    a->mode = MODE_SELECT;
    annotate_show_passages(a);
    tell(a, s);
}

/* To the beginning of the next answer that is shown. */
static void go_answer(struct annotate *a, struct screen *s, int by)
{
    int n = annotate_state(a)->task->n, to = a->select.answer;
    do
        to = (to + by + n) % n;
    while (!a->tastes->linear && to != a->answer[PANE_A] && to != a->answer[PANE_B]);
    bool hidden = !a->tastes->linear && a->layout.text[to == a->answer[PANE_B] ? PANE_B : PANE_A].cols == 0;
    if (to == a->select.answer || hidden || !go_to_word(a, to, 0)) {
        screen_refuse(s, "There is no other answer here to mark words in.");
        return;
    }
    if (!a->tastes->linear)
        a->focus = to == a->answer[PANE_B] ? PANE_B : PANE_A;
}

static void move_row(struct annotate *a, int by)
{
    size_t part, other, at, n;
    struct textview *v = view_of(a, a->select.answer, &part);
    const char *text = text_of(a, &n);
    for (int row = textview_row_of(v, part, a->select.at) + by; row >= 0 && row < textview_rows(v); row += by) {
        textview_place(v, row, &other, &at);
        if (other != part)
            return;
        at = skip_blanks(text, n, at);
        if (at < n && (by > 0) == (at > a->select.at) && at != a->select.at) {
            a->select.at = at;
            return;
        }
    }
}

static bool move(struct annotate *a, struct screen *s, enum request r)
{
    size_t part, n;
    const char *text = text_of(a, &n);
    if (r == REQ_LEFT)
        a->select.at = previous_word(text, n, a->select.at);
    else if (r == REQ_RIGHT)
        a->select.at = next_word(text, n, a->select.at);
    else if (r == REQ_UP || r == REQ_DOWN)
        move_row(a, r == REQ_UP ? -1 : 1);
    else if (r == REQ_NEXT_PANE || r == REQ_PREVIOUS_PANE)
        go_answer(a, s, r == REQ_NEXT_PANE ? 1 : -1);
    else
        return false;
    if (!a->select.held)
        a->select.anchor = a->select.at;
    struct textview *v = view_of(a, a->select.answer, &part);
    textview_reveal(v, part, a->select.at);
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
    bool moved = move(a, s, r);
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
    if (moved && !s->error)
        tell(a, s);
}

void annotate_comment_request(struct annotate *a, struct screen *s, enum request r)
{
    struct action action = {.kind = ACT_MARK,
                            .cell = a->select.answer,
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

void annotate_say_passage(const struct annotate *a, struct buf *out)
{
    size_t from, to, n;
    passage(a, &from, &to);
    buf_addf(out, "Passage of %c: ", 'A' + a->select.answer);
    safe_text(text_of(a, &n) + from, to - from, out, 400);
}

void annotate_draw_selecting(const struct annotate *a, const struct screen *s, struct grid *g)
{
    static const struct strip_item items[] = {{{REQ_ANCHOR}, " ", "hold"},      {{REQ_MARK_GOOD}, " ", "for"},
                                              {{REQ_MARK_BAD}, " ", "against"}, {{REQ_MARK_NEUTRAL}, " ", "neither"},
                                              {{REQ_CLEAR}, " ", "unmark"},     {{REQ_NEXT_PANE}, " ", "other answer"},
                                              {{REQ_DONE}, " ", "done"}};
    int row = g->rows - 1, col = 1;
    if (a->mode == MODE_SELECT) {
        col = strip_mode(g, a->select.held ? "HOLDING" : "PASSAGES");
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
