#include "ui/view_browse.h"

#include "store/words.h"
#include "ui/browse.h"

#include <stdio.h>
#include <string.h>

enum {
    PORTION = 64, /* comparisons asked for at once */
    TRIES = 200,  /* and tried at most: a few milliseconds */
    AHEAD = 3     /* screens of rows found before they are seen */
};

/* ---- finding ---- */

static bool wants_more(const struct browsing *b)
{
    size_t ahead = (size_t)(b->list.height > 0 ? b->list.height : 40) * AHEAD;
    return b->query != NULL && !b->end && (b->to_end || b->wanted != 0 || b->found.n < b->list.at + ahead);
}

static int64_t selected(const struct browsing *b)
{
    return b->list.n > 0 ? b->found.v[b->list.at] : 0;
}

static void show_selected(struct browsing *b, struct screen *s, bool again)
{
    struct err err;
    if (!reading_set(&b->reading, b->workbench->db, selected(b), 1, s->grid.ascii, again, &err))
        screen_refuse(s, "%s", err.text);
}

/* After the list was found anew. */
static void select_wanted(struct browsing *b)
{
    size_t i = b->list.at;
    while (i < b->found.n && b->found.v[i] < b->wanted)
        i++;
    if (i == b->found.n && !b->end)
        return;
    list_go(&b->list, i);
    b->wanted = 0;
}

static void find_more(struct browsing *b, struct screen *s)
{
    int64_t keys[PORTION] = {0};
    struct browse_page p = {.comparisons = keys};
    struct err err;
    if (!browse_next(b->workbench->db, b->query, b->reached, PORTION, TRIES, &p, &err)) {
        screen_refuse(s, "%s", err.text);
        b->end = true;
        return;
    }
    for (size_t i = 0; i < p.n; i++)
        vec_push(&b->found, keys[i]);
    b->reached = p.reached;
    b->end = p.end;
    list_set(&b->list, b->found.n);
    if (b->to_end)
        list_go(&b->list, b->found.n > 0 ? b->found.n - 1 : 0);
    b->to_end = b->to_end && !b->end;
    if (b->wanted != 0)
        select_wanted(b);
    if (b->wanted == 0)
        show_selected(b, s, false);
}

static void start_over(struct browsing *b, struct screen *s, int64_t wanted)
{
    vec_clear(&b->found);
    b->reached = 0;
    b->wanted = wanted;
    b->end = b->to_end = false;
    list_set(&b->list, 0);
    browse_forget_rows(b);
    find_more(b, s);
}

/* What came since is indexed beside the screen; what is found meanwhile is shown. */
static void index_words(struct browsing *b, struct screen *s)
{
    struct err err;
    if (b->indexer != NULL || b->query == NULL || !browse_has_words(b->query))
        return;
    if (!words_left(b->workbench->db, &b->unindexed, &err))
        screen_refuse(s, "%s", err.text);
    else if (b->unindexed > 0)
        b->indexer = indexer_start(b->workbench);
}

/* A query that is wrong leaves everything as it was. */
static bool ask(struct browsing *b, struct screen *s, const char *text, struct err *err)
{
    struct arena a = {0};
    struct browse *query;
    if (!browse_parse(text, &a, &query, err) || !browse_check(b->workbench->db, query, err)) {
        arena_free(&a);
        return false;
    }
    char *asked = mem_dup(text);
    arena_free(&b->arena);
    mem_free(b->asked);
    b->arena = a;
    b->asked = asked;
    b->query = query;
    index_words(b, s);
    start_over(b, s, 0);
    return true;
}

static void browse_woken(void *view, struct screen *s)
{
    struct browsing *b = view;
    struct err err;
    if (b->indexer == NULL)
        return;
    b->unindexed = indexer_left(b->indexer, &err);
    if (b->unindexed > 0)
        return;
    if (b->unindexed < 0)
        screen_refuse(s, "%s", err.text);
    worker_drop(b->indexer);
    b->indexer = NULL;
    start_over(b, s, selected(b));
}

static int browse_wait_ms(const void *view)
{
    return wants_more(view) ? 0 : -1;
}

static void browse_tick(void *view, struct screen *s)
{
    find_more(view, s);
}

static bool browse_busy(const void *view)
{
    const struct browsing *b = view;
    return b->indexer != NULL || wants_more(b);
}

static void browse_shown(void *view, struct screen *s)
{
    struct browsing *b = view;
    struct err err;
    browse_forget_rows(b);
    if (b->query == NULL) {
        if (!ask(b, s, "", &err))
            screen_refuse(s, "%s", err.text);
        return;
    }
    index_words(b, s);
    show_selected(b, s, true);
}

/* ---- requests ---- */

static void show_history(struct browsing *b, struct screen *s)
{
    struct view v;
    struct err err;
    if (reading_history(b->workbench->db, selected(b), s->grid.ascii, &v, &err))
        screen_push(s, v);
    else
        screen_refuse(s, "%s", err.text);
}

/* `why`: for the log; NULL: none is given. */
static void retire_or_restore(struct browsing *b, struct screen *s, enum deed_kind kind, const char *why)
{
    struct deed deed = {.kind = kind, .row = selected(b), .text = why, .len = why != NULL ? strlen(why) : 0};
    if (!workbench_perform(b->workbench, s, &deed))
        return;
    browse_forget_rows(b);
    show_selected(b, s, true);
}

static void take_back(struct browsing *b, struct screen *s)
{
    if (!workbench_undo(b->workbench, s, false, NULL))
        return;
    browse_forget_rows(b);
    show_selected(b, s, true);
}

static void type_query(struct browsing *b)
{
    cmdline_open(&b->line);
    editor_set(&b->line.editor, b->asked, strlen(b->asked));
    b->reads = false;
}

static void accept_query(struct browsing *b, struct screen *s)
{
    struct err err;
    char *text = mem_dup(cmdline_accept(&b->line));
    if (!ask(b, s, text, &err)) {
        cmdline_open(&b->line);
        editor_set(&b->line.editor, text, strlen(text));
        screen_refuse(s, "%s", err.text);
    }
    mem_free(text);
}

static void line_request(struct browsing *b, struct screen *s, enum request r)
{
    switch (r) {
    case REQ_ACCEPT:
        accept_query(b, s);
        break;
    case REQ_DONE:
        cmdline_cancel(&b->line);
        break;
    case REQ_COMPLETE:
        if (cmdline_complete(&b->line, where_names()) == 0)
            s->beep = true;
        break;
    default:
        if (!cmdline_request(&b->line, r))
            s->beep = true;
    }
}

/* What is done to the selected one. */
static bool item_request(struct browsing *b, struct screen *s, enum request r)
{
    switch (r) {
    case REQ_OPEN:
        return b->reads = !b->reads, true;
    case REQ_THIS:
        return workbench_annotate(b->workbench, s, b->reading.c.id), true;
    case REQ_HISTORY:
        return show_history(b, s), true;
    case REQ_RETIRE:
        return retire_or_restore(b, s, b->reading.c.retired ? DEED_RESTORE : DEED_RETIRE, NULL), true;
    default:
        return false;
    }
}

static void browse_request(void *view, struct screen *s, enum request r)
{
    struct browsing *b = view;
    if (b->line.open)
        line_request(b, s, r);
    else if (r == REQ_QUERY)
        type_query(b);
    else if (r == REQ_LEAVE && b->reads)
        b->reads = false;
    else if (r == REQ_LEAVE)
        screen_pop(s);
    else if (r == REQ_UNDO)
        take_back(b, s);
    else if (b->reads && reading_request(&b->reading, s, r))
        return;
    else if (b->list.n > 0 && item_request(b, s, r))
        return;
    else if (list_request(&b->list, s, r)) {
        b->to_end = r == REQ_BOTTOM && !b->end;
        b->wanted = 0;
    } else {
        screen_refuse(s, b->list.n == 0 ? "The list is empty." : "\"%s\" means nothing here.", request_name(r));
    }
    if (view_stack_top(&s->views) != NULL && view_stack_top(&s->views)->self == view)
        show_selected(b, s, false);
}

static bool browse_text(void *view, struct screen *s, const char *text, size_t n, bool pasted)
{
    struct browsing *b = view;
    (void)pasted;
    if (!b->line.open)
        return false;
    if (!editor_insert(&b->line.editor, text, n))
        screen_refuse(s, "The line is full.");
    return true;
}

static bool run_find(void *view, struct screen *s, const char *arg, struct err *err)
{
    return ask(view, s, arg, err);
}

static bool run_retire(void *view, struct screen *s, const char *arg, struct err *err)
{
    struct browsing *b = view;
    if (b->list.n == 0)
        return err_set(err, ERR_USAGE, "the list is empty");
    retire_or_restore(b, s, DEED_RETIRE, arg[0] != '\0' ? arg : NULL);
    return true;
}

static const struct command commands[] = {
    {"find", NULL, "QUERY", "words, source:x, annotator:y, rating:helpfulness<2, skipped, ...", NULL, run_find},
    {"retire", NULL, "[REASON]", "take it out of work, and say why", NULL, run_retire},
    {0},
};

/* ---- the view ---- */

static enum keymap browse_keymap(const void *view)
{
    return ((const struct browsing *)view)->line.open ? KEYMAP_LINE : KEYMAP_BROWSE;
}

static void browse_dump(const void *view, struct buf *out)
{
    const struct browsing *b = view;
    buf_addf(out, "query %s\nfound %zu%s\nat %zu\ncomparison %s\nreads %d\nunindexed %lld\n",
             b->asked != NULL ? b->asked : "", b->found.n, b->end ? "" : "+", b->list.at, b->reading.c.id, b->reads,
             (long long)b->unindexed);
}

static void browse_close(void *view)
{
    struct browsing *b = view;
    worker_drop(b->indexer);
    cmdline_release(&b->line);
    mem_free(b->asked);
    arena_free(&b->arena);
    arena_free(&b->rows);
    vec_free(&b->found);
    reading_release(&b->reading);
    mem_free(b);
}

struct view view_browse(struct workbench *w)
{
    static const struct view_ops ops = {
        .name = "browse",
        .commands = commands,
        .keymap = browse_keymap,
        .request = browse_request,
        .text = browse_text,
        .shown = browse_shown,
        .woken = browse_woken,
        .wait_ms = browse_wait_ms,
        .tick = browse_tick,
        .busy = browse_busy,
        .draw = browse_draw,
        .dump = browse_dump,
        .close = browse_close,
    };
    struct browsing *b = mem_alloc(sizeof *b);
    b->workbench = w;
    cmdline_init(&b->line, '/');
    return (struct view){&ops, b};
}
