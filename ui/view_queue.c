#include "ui/view_queue.h"

#include "store/browse.h"
#include "ui/frame.h"
#include "ui/list.h"
#include "ui/reading.h"
#include "ui/strip.h"
#include "ui/waiting.h"

#include <stdio.h>
#include <stdlib.h>

enum { DAYS = 7, CACHE = 128 };

struct queue {
    struct workbench *workbench;
    enum backlog strategy;
    struct waiting_filter filter; /* of it the order alone */
    struct worker *looking;       /* NULL: the list is there */
    VEC(struct waiting_item) items;
    VEC(bool) marked; /* one an item */
    size_t n_marked;
    struct list list;
    struct reading reading;
    bool reads;          /* the selected one is read, on the whole screen */
    bool handing;        /* to whom is asked */
    struct cmdline line; /* the name */
    int source_cols, why_cols;
    struct arena arena; /* of the cache */
    struct {
        int64_t comparison;
        const char *asked;
    } cache[CACHE];
    size_t cached;
};

static const char *const names[] = {
#define X(id, key, about) key,
    BACKLOGS(X)
#undef X
};
static const char *const abouts[] = {
#define X(id, key, about) about,
    BACKLOGS(X)
#undef X
};
enum { STRATEGIES = sizeof names / sizeof *names };

/* ---- the list ---- */

static void forget(struct queue *q)
{
    q->cached = 0;
    arena_reset(&q->arena);
}

static void look(struct queue *q)
{
    worker_drop(q->looking);
    q->looking = waiting_start(q->workbench->path, q->strategy, &q->filter, q->workbench->host, &q->workbench->wake);
}

static void queue_shown(void *view, struct screen *s)
{
    (void)s;
    struct queue *q = view;
    forget(q);
    look(q);
}

static const struct waiting_item *selected(const struct queue *q)
{
    return q->list.n > 0 ? &q->items.v[q->list.at] : NULL;
}

static int by_number(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void unmark(struct queue *q)
{
    for (size_t i = 0; i < q->marked.n; i++)
        q->marked.v[i] = false;
    q->n_marked = 0;
}

/* What is marked and selected stays so, wherever it stands now. False: the selected one does not wait any more. */
static bool take_over(struct queue *q, const struct waiting *found)
{
    VEC(int64_t) marked = {0};
    int64_t at = q->list.n > 0 ? selected(q)->comparison : 0;
    size_t row = q->list.at;
    bool stays = at == 0;
    for (size_t i = 0; i < q->items.n; i++)
        if (q->marked.v[i])
            vec_push(&marked, q->items.v[i].comparison);
    if (marked.n > 0)
        qsort(marked.v, marked.n, sizeof *marked.v, by_number);
    vec_clear(&q->items);
    vec_clear(&q->marked);
    q->n_marked = 0;
    for (size_t i = 0; i < found->items.n; i++) {
        const struct waiting_item *x = &found->items.v[i];
        bool m = marked.n > 0 && bsearch(&x->comparison, marked.v, marked.n, sizeof *marked.v, by_number) != NULL;
        vec_push(&q->items, *x);
        vec_push(&q->marked, m);
        q->n_marked += m;
        if (x->comparison == at) {
            stays = true;
            row = i;
        }
    }
    vec_free(&marked);
    list_set(&q->list, q->items.n);
    list_go(&q->list, row);
    return stays;
}

/* What is read, or is to be handed out, must not become another one. */
static void let_go(struct queue *q, struct screen *s)
{
    q->reads = false;
    if (!q->handing || q->n_marked > 0)
        return;
    q->handing = false;
    cmdline_cancel(&q->line);
    screen_refuse(s, "Nothing was handed out: it does not wait any more.");
}

static void queue_woken(void *view, struct screen *s)
{
    struct queue *q = view;
    const struct waiting *found = waiting_found(q->looking);
    if (found == NULL)
        return;
    if (found->failed)
        screen_refuse(s, "%s", found->err.text);
    if (q->filter.order != WAITING_LISTED && found->why[0] != '\0')
        screen_say(s, "The order is that of the list: %s.", found->why);
    if (!take_over(q, found))
        let_go(q, s);
    worker_drop(q->looking);
    q->looking = NULL;
}

static bool queue_busy(const void *view)
{
    return ((const struct queue *)view)->looking != NULL;
}

/* ---- requests ---- */

/* Another list: nothing of this one stays. */
static void start_over(struct queue *q)
{
    vec_clear(&q->items);
    vec_clear(&q->marked);
    q->n_marked = 0;
    q->reads = false;
    list_set(&q->list, 0);
    look(q);
}

static void choose(struct queue *q, enum backlog strategy)
{
    q->strategy = strategy;
    start_over(q);
}

static void mark(struct queue *q)
{
    bool *m = &q->marked.v[q->list.at];
    *m = !*m;
    q->n_marked += *m ? 1 : (size_t)-1;
    list_move(&q->list, 1);
}

static void read_it(struct queue *q, struct screen *s)
{
    struct err err;
    q->reads = reading_set(&q->reading, q->workbench->db, selected(q)->comparison, 1, s->grid.ascii, true, &err);
    if (!q->reads)
        screen_refuse(s, "%s", err.text);
}

static void show_history(struct queue *q, struct screen *s)
{
    struct view v;
    struct err err;
    if (reading_history(q->workbench->db, selected(q)->comparison, s->grid.ascii, &v, &err))
        screen_push(s, v);
    else
        screen_refuse(s, "%s", err.text);
}

static void hand_out(struct queue *q, struct screen *s, const char *name)
{
    VEC(int64_t) rows = {0};
    for (size_t i = 0; i < q->items.n; i++)
        if (q->n_marked > 0 ? q->marked.v[i] : i == q->list.at)
            vec_push(&rows, q->items.v[i].comparison);
    struct assigning what = {rows.v, rows.n};
    struct deed deed = {.kind = DEED_ASSIGN, .value = DAYS, .text = name, .len = strlen(name), .more = &what};
    if (workbench_perform(q->workbench, s, &deed)) {
        unmark(q);
        look(q);
    }
    vec_free(&rows);
}

static void one_more(struct queue *q, struct screen *s)
{
    if (workbench_perform(q->workbench, s, &(struct deed){.kind = DEED_ONE_MORE, .row = selected(q)->comparison}))
        look(q);
}

static void take_back(struct queue *q, struct screen *s)
{
    if (workbench_undo(q->workbench, s, false, NULL))
        look(q);
}

static bool item_request(struct queue *q, struct screen *s, enum request r)
{
    switch (r) {
    case REQ_OPEN:
        return read_it(q, s), true;
    case REQ_MARK:
        mark(q);
        if (q->reads) /* the next one, too */
            read_it(q, s);
        return true;
    case REQ_THIS:
        return workbench_annotate(q->workbench, s, selected(q)->id), true;
    case REQ_HISTORY:
        return show_history(q, s), true;
    case REQ_ONE_MORE:
        return one_more(q, s), true;
    case REQ_ASSIGN:
        cmdline_open(&q->line);
        return q->handing = true;
    default:
        return false;
    }
}

static void line_request(struct queue *q, struct screen *s, enum request r)
{
    if (r == REQ_ACCEPT) {
        q->handing = false;
        hand_out(q, s, cmdline_accept(&q->line));
    } else if (r == REQ_DONE) {
        q->handing = false;
        cmdline_cancel(&q->line);
    } else if (!cmdline_request(&q->line, r)) {
        s->beep = true;
    }
}

static void queue_request(void *view, struct screen *s, enum request r)
{
    struct queue *q = view;
    if (q->handing)
        line_request(q, s, r);
    else if (q->reads && (r == REQ_LEAVE || r == REQ_OPEN))
        q->reads = false;
    else if (q->reads && reading_request(&q->reading, s, r))
        return;
    else if (r == REQ_LEAVE)
        screen_pop(s);
    else if (r == REQ_UNDO)
        take_back(q, s);
    else if (r == REQ_STRATEGY)
        choose(q, (enum backlog)((q->strategy + 1) % STRATEGIES));
    else if (q->list.n > 0 && item_request(q, s, r))
        return;
    else if (!list_request(&q->list, s, r))
        screen_refuse(s, q->list.n == 0 ? "The list is empty." : "\"%s\" means nothing here.", request_name(r));
}

static bool queue_text(void *view, struct screen *s, const char *text, size_t n, bool pasted)
{
    struct queue *q = view;
    (void)pasted;
    if (!q->handing)
        return false;
    if (!editor_insert(&q->line.editor, text, n))
        screen_refuse(s, "There is no room for more.");
    return true;
}

static bool run_strategy(void *view, struct screen *s, const char *arg, struct err *err)
{
    (void)s;
    for (int i = 0; i < STRATEGIES; i++)
        if (strcmp(arg, names[i]) == 0)
            return choose(view, (enum backlog)i), true;
    return err_set(err, ERR_USAGE, "\"%.40s\": a strategy is given, disagreement or skipped", arg);
}

/* Mark the first N: what a strategy puts first is handed out together. */
static bool run_mark(void *view, struct screen *s, const char *arg, struct err *err)
{
    struct queue *q = view;
    char *end;
    long n = strtol(arg, &end, 10);
    (void)s;
    if (end == arg || *end != '\0' || n < 0)
        return err_set(err, ERR_USAGE, "how many of the first are to be marked?");
    unmark(q);
    for (size_t i = 0; i < q->items.n && i < (size_t)n; i++, q->n_marked++)
        q->marked.v[i] = true;
    return true;
}

static bool run_order(void *view, struct screen *s, const char *arg, struct err *err)
{
    struct queue *q = view;
    (void)s;
    if (!waiting_order_parse(arg, &q->filter.order, err))
        return false;
    start_over(q);
    return true;
}

static const char *const order_words[] = {
#define X(id, word, meaning) word,
    WAITING_ORDERS(X)
#undef X
        NULL};
static const char *const strategy_words[] = {
#define X(id, key, about) key,
    BACKLOGS(X)
#undef X
        NULL};
static const struct command commands[] = {
    {"strategy", NULL, "NAME", "given, disagreement, skipped", strategy_words, run_strategy},
    {"order", NULL, "WHICH", "listed; unsure or sure: where the newest head is so", order_words, run_order},
    {"mark", NULL, "N", "mark the first N", NULL, run_mark},
    {0},
};

/* ---- drawing ---- */

static const char *asked(struct queue *q, int64_t comparison)
{
    struct browse_row r;
    struct err err;
    for (size_t i = 0; i < q->cached; i++)
        if (q->cache[i].comparison == comparison)
            return q->cache[i].asked;
    if (q->cached == CACHE)
        forget(q);
    if (!browse_get(q->workbench->db, comparison, &q->arena, &r, &err) || r.comparison == 0)
        return "";
    q->cache[q->cached].comparison = comparison;
    return q->cache[q->cached++].asked = r.asked;
}

/* Why it stands where it stands. */
static void say_why(const struct queue *q, const struct waiting_item *w, char *out, size_t n)
{
    char says[WAITING_SAYS];
    waiting_head_says(&w->head, says);
    if (q->filter.order != WAITING_LISTED && says[0] != '\0')
        snprintf(out, n, "head: %s", says);
    else if (q->strategy == BACKLOG_GIVEN)
        snprintf(out, n, "%lld of %lld people", (long long)w->people, (long long)w->wanted);
    else if (q->strategy == BACKLOG_SKIPPED)
        snprintf(out, n, "%lld gave it up", (long long)w->people);
    else
        snprintf(out, n, "%d apart, helpf. %d%s", w->spread, w->helpfulness, w->conflict ? ", opposed" : "");
}

static void draw_row(void *ctx, struct grid *g, int row, int col, int cols, size_t i)
{
    enum { MARKED = 2, ID = 8, GAP = 2 };
    struct queue *q = ctx;
    const struct waiting_item *w = &q->items.v[i];
    char why[64];
    int at = col, end = col + cols;
    const char *text = asked(q, w->comparison);
    say_why(q, w, why, sizeof why);
    grid_puts(g, row, at, 1, q->marked.v[i] ? "*" : " ", STYLE_KEY);
    at += MARKED;
    grid_put(g, row, at, ID, w->id, ID, STYLE_DIM);
    at += ID + GAP;
    grid_put_short(g, row, at, q->source_cols, w->source, strlen(w->source), STYLE_LABEL);
    at += q->source_cols + GAP;
    grid_put_short(g, row, at, q->why_cols, why, strlen(why), STYLE_VALUE);
    at += q->why_cols + GAP;
    grid_put_short(g, row, at, end - at, text, strlen(text), STYLE_TEXT);
}

/* As wide as what is seen needs: the rest is for what was asked. */
static void fit_columns(struct queue *q, const struct grid *g, int rows)
{
    int most = g->cols / 4;
    q->source_cols = q->why_cols = 6;
    for (size_t i = q->list.top; i < q->items.n && i < q->list.top + (size_t)rows; i++) {
        const struct waiting_item *w = &q->items.v[i];
        char why[64];
        say_why(q, w, why, sizeof why);
        int source = (int)safe_width(w->source, strlen(w->source)), said = (int)strlen(why);
        q->source_cols = source > q->source_cols ? source : q->source_cols;
        q->why_cols = said > q->why_cols ? said : q->why_cols;
    }
    q->source_cols = q->source_cols < most ? q->source_cols : most;
}

static const char *const nothing[] = {
    [BACKLOG_GIVEN] =
        "Nothing waits: as many people as are wanted have handled every comparison. `assay set overlap N` wants "
        "more of them, `assay import FILE` brings in more to do.",
    [BACKLOG_DISAGREEMENT] =
        "Nobody differs on what nobody has reviewed yet. Two people must have judged a comparison for "
        "it to stand here.",
    [BACKLOG_SKIPPED] =
        "Nothing was given up. `assay set skip-quorum N` says after how many skips or flags a comparison is "
        "given to nobody any more.",
};

static const struct strip_item keys_shown[] = {
    {{REQ_STRATEGY}, "", "strategy"},
    {{REQ_OPEN}, "", "read"},
    {{REQ_MARK}, "", "mark"},
    {{REQ_ASSIGN}, "", "hand out"},
    {{REQ_ONE_MORE}, "", "more people"},
    {{REQ_THIS}, "", "annotate"},
    {{REQ_HISTORY}, "", "history"},
    {{REQ_HELP}, "", "all"},
};
static const struct strip_item keys_handing[] = {{{REQ_ACCEPT}, "", "hand out"}, {{REQ_DONE}, "", "do not"}};

static void draw_list(struct queue *q, struct grid *g)
{
    char range[LIST_RANGE_SIZE], right[LIST_RANGE_SIZE + 40];
    list_range(&q->list, range);
    snprintf(right, sizeof right, "%s%s", range, q->items.n == WAITING_MOST ? " or more" : "");
    if (q->n_marked > 0)
        snprintf(right, sizeof right, "%zu marked  %s", q->n_marked, range);
    frame_rule(g, 1, 0, g->cols, names[q->strategy], right);
    grid_put_short(g, 2, 1, g->cols - 2, abouts[q->strategy], strlen(abouts[q->strategy]), STYLE_DIM);
    fit_columns(q, g, g->rows - 6);
    if (q->list.n > 0)
        list_draw(&q->list, g, 4, 0, g->rows - 6, g->cols, draw_row, q);
    else
        frame_empty(g, 4, 0, g->rows - 6, g->cols, q->looking != NULL ? "Looking ..." : nothing[q->strategy]);
}

static void queue_draw(void *view, const struct screen *s, struct grid *g)
{
    struct queue *q = view;
    workbench_header(q->workbench, g, "queue", q->workbench->person);
    if (q->reads) {
        frame_rule(g, 1, 0, g->cols, q->reading.c.id, "");
        reading_draw(&q->reading, g, 2, 1, g->rows - 3, g->cols - 2);
    } else {
        draw_list(q, g);
    }
    if (!q->handing) {
        strip_draw(s, g, 1, KEYMAP_QUEUE, keys_shown, sizeof keys_shown / sizeof *keys_shown);
        return;
    }
    strip_draw(s, g, 1, KEYMAP_LINE, keys_handing, 2);
    frame_rule(g, g->rows - 3, 0, g->cols, "to whom (for seven days)", "");
    grid_fill(g, g->rows - 2, 0, 1, g->cols, STYLE_TEXT);
    cmdline_draw(&q->line, g, g->rows - 2);
}

/* ---- the view ---- */

static enum keymap queue_keymap(const void *view)
{
    return ((const struct queue *)view)->handing ? KEYMAP_LINE : KEYMAP_QUEUE;
}

static void queue_dump(const void *view, struct buf *out)
{
    const struct queue *q = view;
    buf_addf(out, "strategy %s\nwaiting %zu\nat %zu\nmarked %zu\nreads %d\n", names[q->strategy], q->items.n,
             q->list.at, q->n_marked, q->reads);
}

static void queue_close(void *view)
{
    struct queue *q = view;
    worker_drop(q->looking);
    vec_free(&q->items);
    vec_free(&q->marked);
    reading_release(&q->reading);
    cmdline_release(&q->line);
    arena_free(&q->arena);
    mem_free(q);
}

struct view view_queue(struct workbench *w)
{
    static const struct view_ops ops = {
        .name = "queue",
        .commands = commands,
        .keymap = queue_keymap,
        .request = queue_request,
        .text = queue_text,
        .shown = queue_shown,
        .woken = queue_woken,
        .busy = queue_busy,
        .draw = queue_draw,
        .dump = queue_dump,
        .close = queue_close,
    };
    struct queue *q = mem_alloc(sizeof *q);
    q->workbench = w;
    cmdline_init(&q->line, '>');
    return (struct view){&ops, q};
}
