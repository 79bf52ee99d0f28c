#include "ui/view_queue.h"

#include "ui/queue.h"

#include <stdio.h>
#include <stdlib.h>

enum { DAYS = 7 };

static const char *const names[] = {
#define X(id, key, about) key,
    BACKLOGS(X)
#undef X
};
enum { STRATEGIES = sizeof names / sizeof *names };

const char *queue_name(enum backlog strategy)
{
    return names[strategy];
}

/* ---- the list ---- */

static void look(struct queue *q)
{
    worker_drop(q->looking);
    q->looking = waiting_start(q->workbench->path, q->strategy, &q->filter, q->workbench->host, &q->workbench->wake);
}

static void queue_shown(void *view, struct screen *s)
{
    (void)s;
    struct queue *q = view;
    queue_forget(q);
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
