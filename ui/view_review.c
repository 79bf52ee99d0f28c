#include "ui/view_review.h"

#include "core/words.h"
#include "ui/review.h"
#include "ui/view_rubric.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- what is shown ---- */

static int rank(const struct judgement *j)
{
    return j->by_person ? 0 : j->by_reviewer ? 2 : 1;
}

static bool has_column(const struct judgement *j)
{
    return j->comparison != 0 && j->kind != KIND_WITHDRAWN;
}

const struct judgement *review_judge(const struct reviewing *r, size_t i)
{
    for (int wanted = 0; wanted <= 2; wanted++)
        for (size_t k = 0; k < r->reading.c.n; k++) {
            const struct judgement *j = &r->reading.c.judgements[k];
            if (has_column(j) && rank(j) == wanted && i-- == 0)
                return j;
        }
    return NULL;
}

size_t review_judges(const struct reviewing *r)
{
    size_t n = 0;
    while (review_judge(r, n) != NULL)
        n++;
    return n;
}

static int count_words(const char *text, size_t len)
{
    struct words w = {0};
    int n = 0;
    words_init(&w, text, len);
    while (words_next(&w))
        n++;
    words_free(&w);
    return n;
}

int review_words(const struct reviewing *r)
{
    const struct comparison *c = &r->reading.c;
    int n = count_words(c->text[0].ptr, c->text[0].len) + count_words(c->text[1].ptr, c->text[1].len);
    for (size_t i = 0; i < c->n_turns; i++)
        n += count_words(c->turns[i].content.ptr, c->turns[i].content.len);
    return n;
}

static void show_case(struct reviewing *r, struct screen *s, bool again)
{
    struct err err;
    int64_t row = r->at < r->cases.n ? r->cases.v[r->at].comparison : 0;
    const struct begun *begun = begun_of(&r->begun, row);
    bool same = row == r->reading.row;
    if (!reading_set(&r->reading, r->workbench->db, row, 1, s->grid.ascii, again, &err))
        screen_refuse(s, "%s", err.text);
    if (same)
        return;
    r->judge = 0;
    r->reads = false;
    r->mode = REVIEW_LOOK;
    r->preference = begun != NULL ? begun->preference : PREFERENCE_UNSET;
    editor_set(&r->because, begun != NULL ? begun->because.ptr : "", begun != NULL ? begun->because.len : 0);
}

/* What was said of the case on the screen is there when it is come back to. */
static void remember(struct reviewing *r)
{
    if (r->at < r->cases.n)
        begun_keep(&r->begun, &r->cases.v[r->at], r->preference, &r->because.text);
}

static void look(struct reviewing *r)
{
    worker_drop(r->looking);
    r->looking =
        waiting_start(r->workbench->path, BACKLOG_DISAGREEMENT, &r->filter, r->workbench->host, &r->workbench->wake);
}

/* Where a comparison stands in the list; behind its end when it does not. */
static size_t place_of(const struct reviewing *r, int64_t comparison)
{
    size_t i = 0;
    while (i < r->cases.n && r->cases.v[i].comparison != comparison)
        i++;
    return i;
}

/* It stands in the list, in front when it was not found there. */
static void put_in(struct reviewing *r, const struct waiting_item *item)
{
    if (place_of(r, item->comparison) < r->cases.n)
        return;
    vec_push(&r->cases, *item);
    for (size_t i = r->cases.n - 1; i > 0; i--)
        r->cases.v[i] = r->cases.v[i - 1];
    r->cases.v[0] = *item;
}

/* Another list. The case on the screen stays there while somebody writes about it, or when it is in the new one, too;
 * what was begun is always in it. */
static void take_over(struct reviewing *r, const struct waiting *found)
{
    struct waiting_item here = {0};
    if (r->at < r->cases.n)
        here = r->cases.v[r->at];
    int64_t wanted = r->wanted != 0 && r->mode == REVIEW_LOOK ? r->wanted : here.comparison;
    remember(r);
    vec_clear(&r->cases);
    for (size_t i = 0; i < found->items.n; i++)
        vec_push(&r->cases, found->items.v[i]);
    for (size_t i = r->begun.of.n; i > 0; i--)
        put_in(r, &r->begun.of.v[i - 1].item);
    if (r->mode != REVIEW_LOOK && here.comparison != 0)
        put_in(r, &here);
    size_t at = place_of(r, wanted);
    r->at = at < r->cases.n ? at : 0;
    r->wanted = 0;
}

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
    take_over(r, found);
    worker_drop(r->looking);
    r->looking = NULL;
    r->looked = true;
    r->all = r->cases.n;
    r->decided = 0;
    show_case(r, s, true);
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
        show_case(r, s, true);
    else if (r->looking == NULL)
        look(r);
}

static void go(struct reviewing *r, struct screen *s, size_t at)
{
    if (at >= r->cases.n) {
        screen_say(s, r->at == 0 && at > r->cases.n ? "This is the first." : "This is the last.");
        return;
    }
    remember(r);
    r->at = at;
    show_case(r, s, false);
}

/* Nothing that was begun is thrown away by leaving: one comes to it first. */
static void leave(struct reviewing *r, struct screen *s)
{
    char keep[KEY_NAME_SIZE], forget[KEY_NAME_SIZE];
    remember(r);
    if (r->begun.of.n == 0) {
        screen_pop(s);
        return;
    }
    if (begun_of(&r->begun, r->reading.row) == NULL)
        go(r, s, place_of(r, r->begun.of.v[0].item.comparison));
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
    remember(r);
    for (size_t i = r->at + 1; i < r->cases.n; i++)
        r->cases.v[i - 1] = r->cases.v[i];
    r->cases.n--;
    r->decided++;
    if (r->at >= r->cases.n && r->at > 0)
        r->at--;
    show_case(r, s, false);
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
        look(r); /* it may be among them again */
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
    show_case(r, s, true);
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

/* ---- commands ---- */

static bool run_annotator(void *view, struct screen *s, const char *arg, struct err *err)
{
    struct reviewing *r = view;
    (void)s, (void)err;
    snprintf(r->filter.annotator, sizeof r->filter.annotator, "%.63s", arg);
    look(r);
    return true;
}

static bool run_attribute(void *view, struct screen *s, const char *arg, struct err *err)
{
    struct reviewing *r = view;
    (void)s;
    if (arg[0] != '\0' && rubric_find(&r->rubric, arg, strlen(arg)) < 0)
        return err_set(err, ERR_USAGE, "the rubric has no attribute \"%.40s\"", arg);
    snprintf(r->filter.attribute, sizeof r->filter.attribute, "%.63s", arg);
    look(r);
    return true;
}

static bool run_gap(void *view, struct screen *s, const char *arg, struct err *err)
{
    struct reviewing *r = view;
    char *end;
    long gap = strtol(arg, &end, 10);
    (void)s;
    if (*end != '\0' || gap < 0 || gap > 9)
        return err_set(err, ERR_USAGE, "a gap is a number from 0 to 9: how far apart people are at least");
    r->filter.gap = (int)gap;
    look(r);
    return true;
}

static bool run_order(void *view, struct screen *s, const char *arg, struct err *err)
{
    struct reviewing *r = view;
    (void)s;
    if (!waiting_order_parse(arg, &r->filter.order, err))
        return false;
    look(r);
    return true;
}

static const char *const orders[] = {
#define X(id, word, meaning) word,
    WAITING_ORDERS(X)
#undef X
        NULL};
static const struct command commands[] = {
    {"order", NULL, "WHICH", "listed; sure or unsure: where the head is so, while people disagree", orders, run_order},
    {"annotator", NULL, "NAME", "only what this person judged, too; nothing: of all", NULL, run_annotator},
    {"attribute", NULL, "NAME", "apart in this attribute, most first; nothing: in the preference", NULL, run_attribute},
    {"gap", NULL, "N", "apart by at least so much", NULL, run_gap},
    {0},
};

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
        .commands = commands,
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
