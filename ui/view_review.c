#include "ui/view_review.h"

#include "ui/review.h"
#include "ui/view_rubric.h"

#include <stdio.h>
#include <stdlib.h>

static void review_woken(void *view, struct screen *s)
{
    struct reviewing *r = view;
    const struct waiting *found = waiting_found(r->looking);
    if (found == NULL)
        return;
    if (found->failed)
        screen_refuse(s, "%s", found->err.text);
    snprintf(r->why, sizeof r->why, "%s", found->why);
    if (r->filter.order != WAITING_LISTED && found->why[0] != '\0')
        screen_say(s, "The order is that of the list: %s.", found->why);
    review_take_over(r, found);
    worker_drop(r->looking);
    r->looking = NULL;
    r->looked = true;
    r->all = r->cases.n;
    r->decided = 0;
    review_show_case(r, s, true);
}

static bool review_busy(const void *view)
{
    return ((const struct reviewing *)view)->looking != NULL;
}

static void review_shown(void *view, struct screen *s)
{
    struct reviewing *r = view;
    struct err err;
    arena_reset(&r->arena);
    if (!rubric_current(r->workbench->db, &r->arena, &r->rubric, &err))
        screen_refuse(s, "%s", err.text);
    if (r->looked)
        review_show_case(r, s, true);
    else if (r->looking == NULL)
        review_look(r);
}

static void go(struct reviewing *r, struct screen *s, size_t at)
{
    if (at >= r->cases.n) {
        screen_say(s, r->at == 0 && at > r->cases.n ? "This is the first." : "This is the last.");
        return;
    }
    review_remember(r);
    r->at = at;
    review_show_case(r, s, false);
}

/* Nothing that was begun is thrown away by leaving: one comes to it first. */
static void leave(struct reviewing *r, struct screen *s)
{
    char keep[KEY_NAME_SIZE], forget[KEY_NAME_SIZE];
    review_remember(r);
    if (r->begun.of.n == 0) {
        screen_pop(s);
        return;
    }
    if (begun_of(&r->begun, r->reading.row) == NULL)
        go(r, s, review_place_of(r, r->begun.of.v[0].item.comparison));
    screen_refuse(s, "This decision is not kept yet: %s keeps it, %s empties it.",
                  keys_say(s->keys, KEYMAP_REVIEW, REQ_SUBMIT, keep),
                  keys_say(s->keys, KEYMAP_REVIEW, REQ_CLEAR, forget));
}

/* ---- deciding ---- */

static void prefer(struct reviewing *r, struct screen *s, int step)
{
    int now = r->preference;
    bool given = abs(now) <= PREFERENCE_MAX;
    int next = given ? now + step : step;
    if (next == 0 && !r->rubric.zero_allowed)
        next = step;
    if (abs(next) > PREFERENCE_MAX)
        screen_refuse(s, "%s: there is nothing stronger.", preference_words(now));
    else
        r->preference = next;
}

/* The preference, then the reason: two keys for two things that were given. */
static void empty(struct reviewing *r, struct screen *s)
{
    if (r->preference == PREFERENCE_UNSET && r->because.text.len == 0)
        screen_refuse(s, "Nothing was decided here yet.");
    else if (r->preference != PREFERENCE_UNSET)
        r->preference = PREFERENCE_UNSET;
    else
        editor_set(&r->because, "", 0);
}

/* The case leaves the list; what comes behind it takes its place. */
static void close_case(struct reviewing *r, struct screen *s)
{
    r->preference = PREFERENCE_UNSET;
    editor_set(&r->because, "", 0);
    review_remember(r);
    for (size_t i = r->at + 1; i < r->cases.n; i++)
        r->cases.v[i - 1] = r->cases.v[i];
    r->cases.n--;
    r->decided++;
    if (r->at >= r->cases.n && r->at > 0)
        r->at--;
    review_show_case(r, s, false);
}

static void decide(struct reviewing *r, struct screen *s)
{
    if (r->preference == PREFERENCE_UNSET) {
        screen_refuse(s, "Not yet: say first which is better.");
        return;
    }
    struct deed deed = {.kind = DEED_DECIDE,
                        .row = r->reading.row,
                        .value = r->preference,
                        .text = r->because.text.ptr,
                        .len = r->because.text.len};
    if (workbench_perform(r->workbench, s, &deed))
        close_case(r, s);
}

static void take_back(struct reviewing *r, struct screen *s)
{
    if (workbench_undo(r->workbench, s, true, &r->wanted))
        review_look(r); /* it may be among them again */
}

/* ---- dropping ---- */

static void drop_begin(struct reviewing *r, struct screen *s)
{
    const struct judgement *j = review_judge(r, r->judge);
    if (j == NULL || j->kind != KIND_JUDGED) {
        screen_refuse(s, "There is no judgement here to drop.");
        return;
    }
    r->mode = REVIEW_DROP;
    cmdline_open(&r->line);
}

static void drop(struct reviewing *r, struct screen *s)
{
    const struct judgement *j = review_judge(r, r->judge);
    const char *why = cmdline_accept(&r->line);
    r->mode = REVIEW_LOOK;
    if (*why == '\0') {
        screen_refuse(s, "Nothing was dropped: it takes a reason.");
        return;
    }
    struct deed deed = {.kind = DEED_DROP, .row = j->row, .text = why, .len = strlen(why)};
    if (!workbench_perform(r->workbench, s, &deed))
        return;
    r->judge = 0;
    review_show_case(r, s, true);
}

/* ---- requests ---- */

static bool deciding_request(struct reviewing *r, struct screen *s, enum request request)
{
    switch (request) {
    case REQ_PREFER_A:
        return prefer(r, s, -1), true;
    case REQ_PREFER_B:
        return prefer(r, s, 1), true;
    case REQ_PREFER_NONE:
        if (r->rubric.zero_allowed)
            r->preference = 0;
        else
            screen_refuse(s, "This rubric wants a decision: lean to A or B, or say that neither is valid.");
        return true;
    case REQ_PREFER_NEITHER:
        return r->preference = PREFERENCE_NEITHER, true;
    case REQ_WRITE:
        return r->mode = REVIEW_WRITE, true;
    case REQ_CLEAR:
        return empty(r, s), true;
    case REQ_SUBMIT:
        return decide(r, s), true;
    case REQ_DROP:
        return drop_begin(r, s), true;
    case REQ_CELL_LEFT:
        r->judge -= r->judge > 0;
        return true;
    case REQ_CELL_RIGHT:
        r->judge += r->judge + 1 < review_judges(r);
        return true;
    default:
        return false;
    }
}

static void show_history(struct reviewing *r, struct screen *s)
{
    struct view v;
    struct err err;
    if (reading_history(r->workbench->db, r->reading.row, s->grid.ascii, &v, &err))
        screen_push(s, v);
    else
        screen_refuse(s, "%s", err.text);
}

static bool case_request(struct reviewing *r, struct screen *s, enum request request)
{
    switch (request) {
    case REQ_OPEN:
        return r->reads = !r->reads, true;
    case REQ_HISTORY:
        return show_history(r, s), true;
    case REQ_LINE_DOWN:
    case REQ_NEWER:
        return go(r, s, r->at + 1), true;
    case REQ_LINE_UP:
    case REQ_OLDER:
        return go(r, s, r->at > 0 ? r->at - 1 : SIZE_MAX), true;
    case REQ_TOP:
        return go(r, s, 0), true;
    case REQ_BOTTOM:
        return go(r, s, r->cases.n - 1), true;
    default:
        return deciding_request(r, s, request);
    }
}

static void write_request(struct reviewing *r, struct screen *s, enum request request)
{
    if (request == REQ_DONE || request == REQ_NEWLINE)
        r->mode = REVIEW_LOOK;
    else if (!editor_request(&r->because, request, s->grid.cols))
        s->beep = true;
}

static void line_request(struct reviewing *r, struct screen *s, enum request request)
{
    if (request == REQ_ACCEPT) {
        drop(r, s);
    } else if (request == REQ_DONE) {
        cmdline_cancel(&r->line);
        r->mode = REVIEW_LOOK;
    } else if (!cmdline_request(&r->line, request)) {
        s->beep = true;
    }
}

static void review_request(void *view, struct screen *s, enum request request)
{
    struct reviewing *r = view;
    if (r->mode == REVIEW_WRITE)
        write_request(r, s, request);
    else if (r->mode == REVIEW_DROP)
        line_request(r, s, request);
    else if (request == REQ_LEAVE && r->reads)
        r->reads = false;
    else if (request == REQ_LEAVE)
        leave(r, s);
    else if (request == REQ_UNDO)
        take_back(r, s);
    else if (r->reads && reading_request(&r->reading, s, request))
        return;
    else if (r->cases.n == 0)
        screen_refuse(s, r->looking != NULL ? "The list is still being read." : "There is nothing to decide.");
    else if (!case_request(r, s, request))
        screen_refuse(s, "\"%s\" means nothing here.", request_name(request));
}

static bool review_text(void *view, struct screen *s, const char *text, size_t n, bool pasted)
{
    struct reviewing *r = view;
    (void)pasted;
    if (r->mode == REVIEW_LOOK)
        return false;
    if (!editor_insert(r->mode == REVIEW_WRITE ? &r->because : &r->line.editor, text, n))
        screen_refuse(s, "There is no room for more.");
    return true;
}

/* ---- the view ---- */

static enum keymap review_keymap(const void *view)
{
    const struct reviewing *r = view;
    return r->mode == REVIEW_LOOK ? KEYMAP_REVIEW : r->mode == REVIEW_WRITE ? KEYMAP_WRITING : KEYMAP_LINE;
}

static void review_dump(const void *view, struct buf *out)
{
    static const char *const modes[] = {
#define X(id, name) name,
        REVIEW_MODES(X)
#undef X
    };
    const struct reviewing *r = view;
    buf_addf(
        out,
        "mode %s\ncases %zu\nat %zu\ndecided %zu\ncomparison %s\njudges %zu\njudge %zu\npreference %d\nbecause %s\n",
        modes[r->mode], r->cases.n, r->at, r->decided, r->reading.c.id, review_judges(r), r->judge, r->preference,
        r->because.text.ptr);
}

static void review_close(void *view)
{
    struct reviewing *r = view;
    worker_drop(r->looking);
    vec_free(&r->cases);
    reading_release(&r->reading);
    editor_release(&r->because);
    begun_free(&r->begun);
    cmdline_release(&r->line);
    arena_free(&r->arena);
    mem_free(r);
}

struct view view_review(struct workbench *w)
{
    static const struct view_ops ops = {
        .name = "review",
        .commands = review_commands,
        .keymap = review_keymap,
        .request = review_request,
        .text = review_text,
        .shown = review_shown,
        .woken = review_woken,
        .busy = review_busy,
        .draw = review_draw,
        .dump = review_dump,
        .close = review_close,
    };
    struct reviewing *r = mem_alloc(sizeof *r);
    r->workbench = w;
    r->preference = PREFERENCE_UNSET;
    editor_init(&r->because, JUSTIFICATION_MAX_BYTES, true);
    cmdline_init(&r->line, '!');
    return (struct view){&ops, r};
}
