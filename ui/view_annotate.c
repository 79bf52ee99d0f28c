/* Requests become actions here; nothing is drawn and nothing is written. */
#include "ui/view_annotate.h"

#include "core/base/clock.h"
#include "store/places.h"
#include "ui/annotate.h"
#include "ui/pager.h"
#include "ui/view_rubric.h"

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
    if (t->comparison != 0)
        set_texts(a, t, same);
    for (int p = 0; t->comparison == 0 && p < PANE_COUNT; p++)
        textview_set(&a->text[p], NULL, 0); /* what they showed is gone */
    if (t->comparison != 0 && same) {
        annotate_show_passages(a);
        if (a->tastes->linear)
            annotate_linear_rebind(a);
    }
    if (same)
        return;
    a->shown = t->comparison;
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
    return !reaction.refused;
}

static void act(struct annotate *a, struct screen *s, enum action_kind kind)
{
    annotate_perform(a, s, (struct action){.kind = kind});
}

void annotate_move_to(struct annotate *a, struct screen *s, int cell)
{
    const struct annotate_state *st = annotate_state(a);
    struct cell_place place = annotate_place(st->rubric, cell);
    if (place.attribute >= 0 && !annotate_ranks(a) && !st->rubric->attributes[place.attribute].of_comparison)
        a->side = place.side;
    if (cell != st->task->draft.cell)
        annotate_perform(a, s, (struct action){.kind = ACT_MOVE, .cursor = cell});
}

static void move_row(struct annotate *a, struct screen *s, int by)
{
    const struct annotate_state *st = annotate_state(a);
    int n = (int)st->rubric->n_attributes, cell = st->task->draft.cell;
    struct cell_place place = annotate_place(st->rubric, cell);
    int row = place.attribute >= 0 ? place.attribute : n + (cell - cell_preference(st->rubric));
    row += by;
    if (row < 0 || row > n + 1)
        return;
    bool single = place.attribute >= 0 && !st->rubric->attributes[place.attribute].of_comparison;
    int side = single ? place.side : a->side;
    annotate_move_to(a, s, row < n ? cell_rating(st->rubric, side, row) : cell_preference(st->rubric) + row - n);
}

static void move_side(struct annotate *a, struct screen *s, int side)
{
    const struct annotate_state *st = annotate_state(a);
    struct cell_place place = annotate_place(st->rubric, st->task->draft.cell);
    if (place.attribute >= 0)
        annotate_move_to(a, s, cell_rating(st->rubric, side, place.attribute));
}

/* A digit too many must not change a preference: it has keys of its own. */
static void refuse_digit(struct screen *s, const struct rubric *r, int cell)
{
    char a[KEY_NAME_SIZE], b[KEY_NAME_SIZE];
    if (cell == cell_preference(r))
        screen_refuse(s, "Digits rate attributes; the preference is given with %s and %s.",
                      keys_say(s->keys, KEYMAP_ANNOTATE, REQ_PREFER_A, a),
                      keys_say(s->keys, KEYMAP_ANNOTATE, REQ_PREFER_B, b));
    else
        screen_refuse(s, "Digits rate attributes; %s begins to write.",
                      keys_say(s->keys, KEYMAP_ANNOTATE, REQ_WRITE, a));
}

static void rate(struct annotate *a, struct screen *s, int value)
{
    const struct annotate_state *st = annotate_state(a);
    const struct draft *d = &st->task->draft;
    struct cell_place place = annotate_place(st->rubric, d->cell);
    if (place.attribute < 0) {
        refuse_digit(s, st->rubric, d->cell);
        return;
    }
    const struct attribute *attribute = &st->rubric->attributes[place.attribute];
    int first = attribute->leans ? 1 : attribute->min, last = first + attribute->max - attribute->min;
    if (value < first || value > last) {
        screen_refuse(s, "%s goes from %d to %d.", attribute->label, first, last);
        return;
    }
    value += attribute->min - first; /* keys of what leans are numbered from A to B */
    struct draft after = *d;         /* read only: the text stays the task's */
    after.rating[place.side][place.attribute] = value;
    int next = draft_next_empty(&after, st->rubric, d->cell);
    struct action action = {.kind = ACT_RATE, .cell = d->cell, .value = value, .cursor = next};
    if (annotate_perform(a, s, action))
        a->side = annotate_place(annotate_state(a)->rubric, next).attribute >= 0
                      ? annotate_place(annotate_state(a)->rubric, next).side
                      : SIDE_B;
}

/* Where the cursor stands on what leans, the keys of the preference lean it. */
static const struct attribute *leaning_here(const struct annotate *a, int *now)
{
    const struct annotate_state *st = annotate_state(a);
    struct cell_place place = annotate_place(st->rubric, st->task->draft.cell);
    if (place.attribute < 0 || !st->rubric->attributes[place.attribute].leans)
        return NULL;
    *now = st->task->draft.rating[place.side][place.attribute];
    return &st->rubric->attributes[place.attribute];
}

static void lean(struct annotate *a, struct screen *s, const struct attribute *t, int value)
{
    int cell = annotate_state(a)->task->draft.cell;
    if (value < t->min || value > t->max)
        screen_refuse(s, "%s: there is nothing stronger.", t->levels[value < t->min ? 0 : t->max - t->min]);
    else
        annotate_perform(a, s, (struct action){.kind = ACT_RATE, .cell = cell, .value = value, .cursor = cell});
}

static void prefer_value(struct annotate *a, struct screen *s, int value)
{
    int cell = cell_preference(annotate_state(a)->rubric);
    annotate_perform(a, s, (struct action){.kind = ACT_PREFER, .cell = cell, .value = value, .cursor = cell});
}

/* One step towards a side: -1 A, +1 B. */
static void prefer_step(struct annotate *a, struct screen *s, int step)
{
    const struct annotate_state *st = annotate_state(a);
    int now, most = st->rubric->preference_max;
    const struct attribute *t = leaning_here(a, &now);
    if (t != NULL) {
        lean(a, s, t, now == RATING_UNSET ? step : now + step);
        return;
    }
    now = st->task->draft.preference;
    bool given = now >= -PREFERENCE_MAX && now <= PREFERENCE_MAX;
    int next = given ? now + step : step;
    if (next == 0 && !st->rubric->zero_allowed)
        next = step;
    if (next < -most || next > most) {
        screen_refuse(s, "%s: there is nothing stronger.", preference_words(now));
        return;
    }
    prefer_value(a, s, next);
}

static void prefer_none(struct annotate *a, struct screen *s)
{
    int now;
    const struct attribute *t = leaning_here(a, &now);
    if (t != NULL)
        lean(a, s, t, 0);
    else if (annotate_state(a)->rubric->zero_allowed)
        prefer_value(a, s, 0);
    else
        screen_refuse(s, "This rubric wants a decision: lean to A or B, or say that neither is valid.");
}

static void sure(struct annotate *a, struct screen *s)
{
    const struct annotate_state *st = annotate_state(a);
    if (!st->rubric->asks_confidence) {
        screen_refuse(s, "This rubric does not ask how sure you are.");
        return;
    }
    int next = (st->task->draft.confidence + 1) % (CONFIDENCE_MAX + 1);
    annotate_perform(a, s, (struct action){.kind = ACT_SURE, .value = next, .cursor = st->task->draft.cell});
}

static bool cell_is_empty(const struct annotate_state *st, int cell)
{
    const struct draft *d = &st->task->draft;
    struct cell_place place = annotate_place(st->rubric, cell);
    if (place.attribute >= 0)
        return d->rating[place.side][place.attribute] == RATING_UNSET;
    return cell == cell_preference(st->rubric) ? d->preference == PREFERENCE_UNSET : d->because.len == 0;
}

static void clear(struct annotate *a, struct screen *s)
{
    const struct annotate_state *st = annotate_state(a);
    int cell = st->task->draft.cell;
    if (cell_is_empty(st, cell))
        screen_refuse(s, "This is empty already.");
    else
        annotate_perform(a, s, (struct action){.kind = ACT_CLEAR, .cell = cell, .cursor = cell});
}

static void submit(struct annotate *a, struct screen *s)
{
    const struct annotate_state *st = annotate_state(a);
    char why[DRAFT_WHY_SIZE];
    int missing = draft_missing(&st->task->draft, st->rubric, why);
    if (missing >= 0) {
        struct cell_place place = annotate_place(st->rubric, missing);
        annotate_move_to(a, s, missing);
        a->show_missing = true;
        if (!s->error && place.attribute >= 0 && !annotate_ranks(a))
            screen_refuse(s, "Not yet: %s of %c is missing.", st->rubric->attributes[place.attribute].label,
                          "AB"[place.side]);
        else if (!s->error)
            screen_refuse(s, "Not yet: %s.", why);
    } else if (st->task->state == TASK_JUDGED && !st->task->changed) {
        act(a, s, ACT_NEWER);
    } else {
        act(a, s, ACT_SUBMIT);
    }
}

/* ---- reading ---- */

static void scroll(struct annotate *a, struct screen *s, int rows, int half_pages, int pages)
{
    struct textview *v = a->tastes->linear ? &a->line : &a->text[a->focus];
    int page = v->height > 2 ? v->height - 1 : 1;
    if (!textview_scroll(v, rows + half_pages * (page + 1) / 2 + pages * page))
        screen_say(s, "This text has no more.");
}

static void scroll_both(struct annotate *a, int rows)
{
    textview_scroll(&a->text[PANE_A], rows);
    textview_scroll(&a->text[PANE_B], rows);
}

static void next_pane(struct annotate *a, int by)
{
    if (a->tastes->linear)
        annotate_linear_heading(a, by);
    else
        do
            a->focus = (enum pane)(((int)a->focus + by + PANE_COUNT) % PANE_COUNT);
        while (annotate_ranks(a) && a->focus == PANE_B && a->layout.arrange == ARRANGE_SINGLE);
}

static void next_arrangement(struct annotate *a, struct screen *s)
{
    a->tastes->arrange = a->layout.arrange + 1 < ARRANGE_COUNT ? a->layout.arrange + 1 : ARRANGE_SIDE;
    a->maximised = false;
    screen_say(s, "A and B: %s",
               a->tastes->arrange == ARRANGE_SIDE      ? "side by side"
               : a->tastes->arrange == ARRANGE_STACKED ? "stacked"
                                                       : "one at a time");
}

static void show_rubric(struct annotate *a, struct screen *s)
{
    const struct annotate_state *st = annotate_state(a);
    struct cell_place place = annotate_place(st->rubric, st->task->draft.cell);
    if (annotate_ranks(a))
        place.attribute = places_at(st->rubric, st->task->draft.cell).attribute;
    screen_push(s, view_rubric(st->rubric, place.attribute < 0 ? st->rubric->n_attributes : (size_t)place.attribute,
                               st->task->principle));
}

void annotate_guidelines(struct annotate *a, struct screen *s)
{
    const char *text = annotate_state(a)->guidelines;
    if (text == NULL || *text == '\0') {
        screen_refuse(s, "No guidelines were given; the owner writes them: assay set guidelines TEXT");
        return;
    }
    struct buf copy = BUF_INIT;
    buf_adds(&copy, text);
    screen_push(s, pager_markdown("guidelines", &copy));
}

static bool reading_request(struct annotate *a, struct screen *s, enum request r)
{
    const int all = 1 << 28;
    switch (r) {
    case REQ_LINE_DOWN:
        return scroll(a, s, 1, 0, 0), true;
    case REQ_LINE_UP:
        return scroll(a, s, -1, 0, 0), true;
    case REQ_HALF_DOWN:
        return scroll(a, s, 0, 1, 0), true;
    case REQ_HALF_UP:
        return scroll(a, s, 0, -1, 0), true;
    case REQ_PAGE_DOWN:
        return scroll(a, s, 0, 0, 1), true;
    case REQ_PAGE_UP:
        return scroll(a, s, 0, 0, -1), true;
    case REQ_TOP:
        return scroll(a, s, -all, 0, 0), true;
    case REQ_BOTTOM:
        return scroll(a, s, all, 0, 0), true;
    case REQ_BOTH_DOWN:
        return scroll_both(a, 1), true;
    case REQ_BOTH_UP:
        return scroll_both(a, -1), true;
    case REQ_NEXT_PANE:
        return next_pane(a, 1), true;
    case REQ_PREVIOUS_PANE:
        return next_pane(a, -1), true;
    case REQ_MAXIMISE:
        return a->maximised = !a->maximised, true;
    case REQ_LAYOUT:
        return next_arrangement(a, s), true;
    case REQ_SEARCH_END:
        return annotate_search_end(a), true;
    case REQ_OLDER_TURN:
        return annotate_go_turn(a, s, -1), true;
    case REQ_NEWER_TURN:
        return annotate_go_turn(a, s, 1), true;
    case REQ_GUIDELINES:
        return annotate_guidelines(a, s), true;
    case REQ_DIFF:
        return annotate_toggle_diff(a, s), true;
    case REQ_MARKDOWN:
        return annotate_toggle_markdown(a, s), true;
    case REQ_RUBRIC:
        return show_rubric(a, s), true;
    default:
        return false;
    }
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

static void rating_request(struct annotate *a, struct screen *s, enum request r)
{
    if (r >= REQ_RATE_0 && r <= REQ_RATE_9) {
        rate(a, s, (int)r - (int)REQ_RATE_0);
        return;
    }
    switch (r) {
    case REQ_CELL_LEFT:
        move_side(a, s, SIDE_A);
        break;
    case REQ_CELL_RIGHT:
        move_side(a, s, SIDE_B);
        break;
    case REQ_CELL_UP:
        move_row(a, s, -1);
        break;
    case REQ_CELL_DOWN:
        move_row(a, s, 1);
        break;
    case REQ_CLEAR:
        clear(a, s);
        break;
    case REQ_PREFER_A:
        prefer_step(a, s, -1);
        break;
    case REQ_PREFER_B:
        prefer_step(a, s, 1);
        break;
    case REQ_PREFER_NONE:
        prefer_none(a, s);
        break;
    case REQ_PREFER_NEITHER:
        prefer_value(a, s, PREFERENCE_NEITHER);
        break;
    case REQ_SURE:
        sure(a, s);
        break;
    case REQ_SELECT:
        annotate_select_begin(a, s);
        break;
    case REQ_WRITE:
        annotate_move_to(a, s, draft_because(&annotate_state(a)->task->draft, annotate_state(a)->rubric));
        annotate_write_begin(a);
        break;
    case REQ_EXTERNAL:
        annotate_write_outside(a, s);
        break;
    case REQ_SUBMIT:
        submit(a, s);
        break;
    case REQ_SKIP:
        annotate_reason_begin(a, s, MODE_SKIP);
        break;
    case REQ_FLAG:
        annotate_reason_begin(a, s, MODE_FLAG);
        break;
    default:
        screen_refuse(s, "\"%s\" means nothing here.", request_name(r));
    }
}

static void annotate_request(void *view, struct screen *s, enum request r)
{
    struct annotate *a = view;
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
    else if (!reading_request(a, s, r) && !(annotate_ranks(a) && rank_request(a, s, r)))
        rating_request(a, s, r);
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
