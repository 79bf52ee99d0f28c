/* Requests become actions here; nothing is drawn and nothing is written. */
#include "ui/view_annotate.h"

#include "core/base/clock.h"
#include "ui/annotate.h"

enum {
    PAUSE_SECONDS = 120 /* a longer silence is a break, not work */
};

const struct annotate_state *annotate_state(const struct annotate *a)
{
    return a->host->state(a->host->ctx);
}

struct cell_place annotate_place(const struct rubric *r, int cell)
{
    int n = (int)r->n_attributes;
    if (!cell_exists(r, cell) || cell >= 2 * n)
        return (struct cell_place){SIDE_A, -1};
    return (struct cell_place){cell / n, cell % n};
}

bool annotate_ranks(const struct annotate *a)
{
    return annotate_state(a)->task->n > 2;
}

const char *annotate_counted(const struct annotate_state *st)
{
    return st->rubric->ranks ? " pairs" : "";
}

enum keymap annotate_rating_map(const struct annotate *a)
{
    return annotate_ranks(a) ? KEYMAP_RANKING : KEYMAP_ANNOTATE;
}

const char *annotate_pane_name(const struct annotate *a, enum pane pane)
{
    static const char *const letters[ANSWERS_MOST] = {"A", "B", "C", "D", "E", "F", "G", "H", "I"};
    return pane == PANE_PROMPT ? "the prompt" : letters[a->answer[pane]];
}

/* ---- what is shown ---- */

static void set_answer(struct annotate *a, const struct task *t, enum pane pane, int answer, bool same)
{
    struct textview *v = &a->text[pane];
    struct text_part part = {NULL, t->text[answer], t->len[answer]};
    if (same && a->answer[pane] == answer) {
        textview_rebind(v, &part, 1);
        return;
    }
    int before = a->answer[pane];
    if (same && pane == PANE_A && textview_rows(v) > 0)
        textview_place(v, textview_top(v), &a->read[before].part, &a->read[before].at);
    textview_set(v, &part, 1);
    if (same)
        textview_go(v, a->read[answer].part, a->read[answer].at);
    a->answer[pane] = answer;
}

static void set_texts(struct annotate *a, const struct task *t, bool same)
{
    void (*set)(struct textview *, const struct text_part *, size_t) = same ? textview_rebind : textview_set;
    int answer[2] = {SIDE_A, SIDE_B}, before[2] = {a->answer[0], a->answer[1]};
    if (!same)
        memset(a->read, 0, sizeof a->read);
    if (t->n > 2)
        rank_choose(a, answer);
    set_answer(a, t, PANE_A, answer[0], same);
    set_answer(a, t, PANE_B, answer[1], same);
    if (same && (before[0] != answer[0] || before[1] != answer[1])) {
        bool selecting = a->mode == MODE_SELECT || a->mode == MODE_COMMENT;
        a->mode = selecting ? MODE_RATE : a->mode;
        annotate_search_end(a);
        annotate_look(a);
    }
    VEC(struct text_part) turns = {0};
    for (size_t i = 0; i < t->n_turns; i++) {
        struct text_part part = {t->n_turns > 1 ? t->turns[i].role : NULL, t->turns[i].content, t->turns[i].len};
        vec_push(&turns, part);
    }
    set(&a->text[PANE_PROMPT], turns.v, turns.n);
    if (!same && turns.n > 0)
        textview_go(&a->text[PANE_PROMPT], turns.n - 1, 0);
    vec_free(&turns);
}

/* Take over what the state shows now. The texts of one comparison never change, but may have moved. */
static void sync(struct annotate *a)
{
    const struct task *t = annotate_state(a)->task;
    bool same = t->comparison == a->shown;
    if (t->comparison != 0 && same && a->tastes->linear)
        annotate_linear_rebind(a); /* first: what follows may wrap its texts anew */
    if (t->comparison != 0)
        set_texts(a, t, same);
    for (int p = 0; t->comparison == 0 && p < PANE_COUNT; p++)
        textview_set(&a->text[p], NULL, 0); /* what they showed is gone */
    if (t->comparison != 0 && same)
        annotate_show_passages(a);
    if (same)
        return;
    a->shown = t->comparison;
    a->note[0] = '\0';
    a->mode = MODE_RATE;
    a->focus = PANE_A;
    a->maximised = a->show_missing = false;
    a->side = SIDE_A;
    a->column = -1;
    annotate_search_end(a);
    if (a->tastes->linear)
        annotate_linear_texts(a);
    annotate_look(a);
    if (t->comparison != 0)
        annotate_show_passages(a);
}

/* ---- actions ---- */

static void count_time(struct annotate *a)
{
    double now = clock_monotonic();
    annotate_break_key(a, now - a->last_key);
    a->active += now - a->last_key < PAUSE_SECONDS ? now - a->last_key : PAUSE_SECONDS;
    a->last_key = now;
}

static bool ends_item(enum action_kind kind)
{
    return kind == ACT_SUBMIT || kind == ACT_SKIP || kind == ACT_FLAG;
}

/* In the header it hides no keys, and next to nothing is sent when it goes. */
static void note(struct annotate *a, struct screen *s)
{
    bool fits = strlen(s->message) < sizeof a->note;
    if (a->tastes->linear || annotate_state(a)->task->comparison == 0 || !fits)
        return;
    memcpy(a->note, s->message, strlen(s->message) + 1);
    s->message[0] = '\0';
}

bool annotate_perform(struct annotate *a, struct screen *s, struct action action)
{
    struct reaction reaction = {0};
    struct err err;
    action.seconds = a->active;
    if (!a->host->perform(a->host->ctx, &action, &reaction, &err)) {
        screen_refuse(s, "%s", err.text);
        return false;
    }
    a->active = 0;
    sync(a);
    if (reaction.refused)
        screen_refuse(s, "%s", reaction.message);
    else if (reaction.message[0] != '\0')
        screen_say(s, "%s", reaction.message);
    if (!reaction.refused && ends_item(action.kind))
        note(a, s);
    return !reaction.refused;
}

static void act(struct annotate *a, struct screen *s, enum action_kind kind)
{
    annotate_perform(a, s, (struct action){.kind = kind});
}
/* ---- requests ---- */

/* Whatever the host says: everything is committed already, and nobody shall be kept. */
static void leave(struct annotate *a, struct screen *s)
{
    if (a->mode == MODE_WRITE)
        annotate_write_keep(a, s);
    a->mode = MODE_RATE;
    act(a, s, ACT_LEAVE);
    screen_pop(s);
}

/* What holds whether there is an item or not. */
static bool history_request(struct annotate *a, struct screen *s, enum request r)
{
    static const struct {
        enum request request;
        enum action_kind action;
    } pairs[] = {{REQ_UNDO, ACT_UNDO}, {REQ_REDO, ACT_REDO}, {REQ_OLDER, ACT_OLDER}, {REQ_NEWER, ACT_NEWER}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (pairs[i].request == r)
            return act(a, s, pairs[i].action), true;
    return false;
}

static void annotate_request(void *view, struct screen *s, enum request r)
{
    struct annotate *a = view;
    a->note[0] = '\0';
    count_time(a);
    annotate_follow(a);
    annotate_arrange(a, &s->grid);
    if (r == REQ_LEAVE)
        leave(a, s);
    else if (a->mode == MODE_WRITE)
        annotate_write_request(a, s, r);
    else if (a->mode == MODE_COMMENT)
        annotate_comment_request(a, s, r);
    else if (a->mode == MODE_SKIP || a->mode == MODE_FLAG)
        annotate_reason_request(a, s, r);
    else if (history_request(a, s, r))
        return;
    else if (a->mode == MODE_SELECT)
        annotate_select_request(a, s, r);
    else if (annotate_state(a)->task->comparison == 0)
        screen_refuse(s, "Nothing is left to do here.");
    else if (!annotate_read_request(a, s, r) && !(annotate_ranks(a) && rank_request(a, s, r)))
        annotate_rate_request(a, s, r);
}

static bool annotate_text(void *view, struct screen *s, const char *text, size_t n, bool pasted)
{
    struct annotate *a = view;
    count_time(a);
    if (a->mode == MODE_WRITE)
        return annotate_write_text(a, s, text, n, pasted);
    if (a->mode == MODE_COMMENT)
        return annotate_comment_text(a, s, text, n);
    if ((a->mode == MODE_SKIP || a->mode == MODE_FLAG) && !pasted)
        return annotate_reason_text(a, s, text, n);
    return false;
}

static void annotate_shown(void *view, struct screen *s)
{
    struct annotate *a = view;
    a->tastes = &s->tastes;
    annotate_follow(a);
    if (annotate_state(a)->task->comparison == 0)
        act(a, s, ACT_ENTER);
    else
        sync(a); /* views above may have gone elsewhere, or taken something back */
}

static enum keymap annotate_keymap(const void *view)
{
    static const enum keymap maps[] = {[MODE_WRITE] = KEYMAP_WRITING,
                                       [MODE_SKIP] = KEYMAP_REASON,
                                       [MODE_FLAG] = KEYMAP_REASON,
                                       [MODE_SELECT] = KEYMAP_SELECTING,
                                       [MODE_COMMENT] = KEYMAP_LINE};
    const struct annotate *a = view;
    return a->mode == MODE_RATE ? annotate_rating_map(a) : maps[a->mode];
}

static void annotate_close(void *view)
{
    struct annotate *a = view;
    for (int p = 0; p < PANE_COUNT; p++)
        textview_release(&a->text[p]);
    word_diff_free(&a->words);
    mem_free(a->sought);
    vec_free(&a->hits);
    editor_release(&a->editor);
    editor_release(&a->comment);
    annotate_linear_release(a);
    mem_free(a);
}

struct view view_annotate(const struct ui_host *host)
{
    static const struct view_ops ops = {
        .name = "annotate",
        .commands = annotate_commands,
        .keymap = annotate_keymap,
        .request = annotate_request,
        .text = annotate_text,
        .find = annotate_find,
        .wait_ms = annotate_break_wait,
        .tick = annotate_break_tick,
        .edited = annotate_edited,
        .shown = annotate_shown,
        .draw = annotate_draw,
        .dump = annotate_dump,
        .close = annotate_close,
    };
    struct annotate *a = mem_alloc(sizeof *a);
    a->host = host;
    a->shown = -1;
    a->tastes = &a->own;
    a->answer[PANE_B] = SIDE_B;
    a->last_key = clock_monotonic(); /* reading before the first key is work */
    editor_init(&a->editor, JUSTIFICATION_MAX_BYTES, false);
    editor_init(&a->comment, SPAN_COMMENT_MAX, true);
    sync(a);
    return (struct view){&ops, a};
}
