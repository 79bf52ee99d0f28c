#include "ui/view_runs.h"

#include "core/base/json.h"
#include "ui/find.h"
#include "ui/frame.h"
#include "ui/pager.h"
#include "ui/strip.h"
#include "ui/train.h"

enum { MOST_HEADS = 8 };

struct runs_view {
    struct workbench *workbench;
    const struct train_state *state;
    unsigned ended;
    bool waiting; /* a page was asked for here, and is opened when it comes */
    struct run_table table;
    struct list list;
};

/* ---- what is there ---- */

static const struct run_row *selected(const struct runs_view *v)
{
    return v->list.at < v->table.n ? &v->table.row[v->list.at] : NULL;
}

static void select_run(struct runs_view *v, int64_t run)
{
    list_set(&v->list, v->table.n);
    for (size_t i = 0; i < v->table.n; i++)
        if (v->table.row[i].run->row == run)
            list_go(&v->list, i);
}

static void read_runs(struct runs_view *v, struct screen *s)
{
    const struct run_row *r = selected(v);
    int64_t run = r != NULL ? r->run->row : 0;
    struct err err;
    if (v->workbench->db != NULL && !run_table_read(&v->table, v->workbench->db, &err))
        screen_refuse(s, "%s", err.text);
    select_run(v, run);
}

static void open_page(struct runs_view *v, struct screen *s)
{
    const struct train_state *x = v->state;
    v->waiting = false;
    if (x->work.state == WORK_FAILED)
        screen_refuse(s, "%s", x->work.err.text);
    else if (x->work.state == WORK_STOPPED)
        screen_say(s, "It was stopped.");
    else if (x->task == TRAIN_COPY && x->title != NULL)
        screen_say(s, "%s", x->title);
    else if (x->page != NULL) {
        struct buf text = BUF_INIT;
        buf_adds(&text, x->page);
        screen_push(s, pager_table(x->title, &text));
    }
}

static void look(struct runs_view *v, struct screen *s)
{
    const struct train_host *host = v->workbench->train;
    if (host == NULL)
        return;
    v->state = host->look(host->ctx);
    if (v->state->ended == v->ended)
        return;
    v->ended = v->state->ended;
    read_runs(v, s);
    if (v->waiting)
        open_page(v, s);
}

static void shown(void *view, struct screen *s)
{
    look(view, s);
    read_runs(view, s);
}

static void woken(void *view, struct screen *s)
{
    look(view, s);
}

static bool busy(const void *view)
{
    const struct runs_view *v = view;
    return train_busy(v->state);
}

/* ---- tasks ---- */

static void start(struct runs_view *v, struct screen *s, enum train_task task, const char *const *paths, size_t n)
{
    const struct train_host *host = v->workbench->train;
    struct err err;
    if (host == NULL)
        screen_refuse(s, "Heads cannot be judged here.");
    else if (!host->start(host->ctx, task, paths, n, &err))
        screen_refuse(s, "%s", err.text);
    else
        v->waiting = true;
    look(v, s);
}

/* The marked heads, or that of the selected run. */
static size_t heads(const struct runs_view *v, const char *paths[MOST_HEADS])
{
    size_t n = run_table_marked(&v->table, paths, MOST_HEADS);
    const struct run_row *r = selected(v);
    if (n == 0 && r != NULL && r->run->model != NULL)
        paths[n++] = r->run->model;
    return n;
}

/* The run as it was recorded, without asking its head. */
static void open_record(const struct run_row *r, struct screen *s)
{
    static const char *const titles[] = {"settings", "inputs", "results"};
    const char *const parts[] = {r->run->settings, r->run->inputs, r->run->results};
    struct buf text = BUF_INIT, title = BUF_INIT;
    buf_addf(&title, "run %lld", (long long)r->run->row);
    if (r->run->model != NULL)
        buf_addf(&text, "head %s\n\n", r->run->model);
    for (size_t i = 0; i < 3; i++) {
        struct json_object *o = NULL;
        struct err ignored;
        if (parts[i] == NULL || !json_parse(parts[i], strlen(parts[i]), &o, &ignored))
            continue;
        buf_addf(&text, "%s %s\n\n", titles[i],
                 json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
                                                       JSON_C_TO_STRING_NOSLASHESCAPE));
        json_object_put(o);
    }
    screen_push(s, pager_view(title.ptr, &text, 0));
    buf_free(&title);
}

static void open_run(struct runs_view *v, struct screen *s)
{
    const struct run_row *r = selected(v);
    if (r == NULL)
        screen_say(s, "There is no run yet.");
    else if (strcmp(r->run->kind, "train") == 0 && r->run->model != NULL)
        start(v, s, TRAIN_JUDGE, (const char *const *)&r->run->model, 1);
    else
        open_record(r, s);
}

/* Two heads: both marked, or one marked and the other under the cursor. */
static void compare(struct runs_view *v, struct screen *s)
{
    const char *paths[MOST_HEADS];
    size_t n = run_table_marked(&v->table, paths, MOST_HEADS);
    const struct run_row *r = selected(v);
    if (n == 1 && r != NULL && !r->marked && r->run->model != NULL && strcmp(r->run->model, paths[0]) != 0)
        paths[n++] = r->run->model;
    if (n < 2)
        screen_refuse(s, "Mark two heads to compare them; the first one marked from below is the baseline.");
    else
        start(v, s, TRAIN_COMPARE, paths, n);
}

static void report(struct runs_view *v, struct screen *s)
{
    const char *paths[MOST_HEADS];
    size_t n = heads(v, paths);
    if (n == 0)
        screen_refuse(s, "This run has no head to report on.");
    else
        start(v, s, TRAIN_REPORT, paths, n);
}

static void mark(struct runs_view *v, struct screen *s)
{
    if (v->list.at >= v->table.n) {
        screen_say(s, "There is no run yet.");
        return;
    }
    struct run_row *r = &v->table.row[v->list.at];
    if (r->run->model == NULL) {
        screen_refuse(s, "This run has no head.");
        return;
    }
    r->marked = !r->marked;
    list_move(&v->list, 1);
}

/* ---- copying a head ---- */

/* The command line opens with the beginning of the command. */
static void begin_copy(const struct runs_view *v, struct screen *s)
{
    static const char command[] = "export-head ";
    const struct run_row *r = selected(v);
    if (r == NULL || r->run->model == NULL) {
        screen_refuse(s, "This run has no head.");
        return;
    }
    cmdline_open(&s->cmdline);
    editor_set(&s->cmdline.editor, command, sizeof command - 1);
    screen_say(s, "Where to? The head is %s", r->run->model);
}

static bool copy(void *view, struct screen *s, const char *arg, struct err *err)
{
    struct runs_view *v = view;
    const struct run_row *r = selected(v);
    if (r == NULL || r->run->model == NULL)
        return err_set(err, ERR_MISSING, "this run has no head to copy");
    if (*arg == '\0')
        return err_set(err, ERR_USAGE, "name the file to write");
    start(v, s, TRAIN_COPY, (const char *const[]){r->run->model, arg}, 2);
    return true;
}

static const struct command commands[] = {
    {"export-head", NULL, "FILE", "copy the head of the selected run to a new file", NULL, copy},
    {0},
};

/* ---- requests ---- */

static void sort(struct runs_view *v, bool backwards)
{
    const struct run_row *r = selected(v);
    int64_t run = r != NULL ? r->run->row : 0;
    if (backwards)
        run_table_sort(&v->table, v->table.by, !v->table.backwards);
    else
        run_table_sort(&v->table, (enum run_column)((v->table.by + 1) % RUN_COLUMN_COUNT), false);
    select_run(v, run);
}

static void request(void *view, struct screen *s, enum request r)
{
    struct runs_view *v = view;
    switch (r) {
    case REQ_OPEN:
        open_run(v, s);
        break;
    case REQ_MARK:
        mark(v, s);
        break;
    case REQ_COMPARE:
        compare(v, s);
        break;
    case REQ_REPORT:
        report(v, s);
        break;
    case REQ_EXPORT_HEAD:
        begin_copy(v, s);
        break;
    case REQ_SORT:
    case REQ_SORT_BACK:
        sort(v, r == REQ_SORT_BACK);
        break;
    case REQ_STOP:
        train_stop(v->workbench, v->state, s);
        break;
    case REQ_REFRESH:
        read_runs(v, s);
        break;
    case REQ_UNDO:
        (void)workbench_undo(v->workbench, s, false, NULL);
        break;
    case REQ_LEAVE:
        screen_pop(s);
        break;
    default:
        if (!list_request(&v->list, s, r))
            screen_refuse(s, "\"%s\" means nothing here.", request_name(r));
    }
}

struct sought {
    const struct run_table *table;
    const char *what;
};

static bool is_sought(void *ctx, size_t i)
{
    const struct sought *x = ctx;
    const struct run_row *r = &x->table->row[i];
    return find_in(r->head, x->what) || find_in(r->run->kind, x->what) ||
           (r->run->model != NULL && find_in(r->run->model, x->what));
}

static bool find(void *view, struct screen *s, const char *what, int direction)
{
    struct runs_view *v = view;
    (void)s;
    return list_find(&v->list, direction, is_sought, &(struct sought){&v->table, what});
}

/* ---- drawing ---- */

static const struct strip_item keys_shown[] = {
    {{REQ_OPEN}, "", "open"},          {{REQ_MARK}, "", "mark"},
    {{REQ_COMPARE}, "", "compare"},    {{REQ_SORT, REQ_SORT_BACK}, " ", "sort"},
    {{REQ_EXPORT_HEAD}, "", "export"}, {{REQ_REPORT}, "", "report"},
    {{REQ_STOP}, "", "stop"},          {{REQ_HELP}, "", "all"},
};

static void draw_row(void *ctx, struct grid *g, int row, int col, int cols, size_t i)
{
    const struct run_table *t = ctx;
    train_draw_run(&t->row[i], g, row, col, cols, t->row[i].marked ? STYLE_VALUE : STYLE_TEXT);
}

static void draw(void *view, const struct screen *s, struct grid *g)
{
    struct runs_view *v = view;
    struct buf right = BUF_INIT;
    char range[LIST_RANGE_SIZE];
    if (v->state != NULL)
        train_draw_work(v->state, &right);
    workbench_header(v->workbench, g, "runs", right.ptr);
    list_range(&v->list, range);
    frame_rule(g, 1, 0, g->cols, "fits, evaluations, comparisons", range);
    if (v->table.n == 0) {
        frame_empty(g, 2, 0, g->rows - 3, g->cols,
                    "No run is recorded yet. The train view fits a head, and so does `assay train`; both are recorded "
                    "here with what went in and what came out.");
    } else {
        train_draw_titles(&v->table, g, 2, 2, g->cols - 3);
        list_draw(&v->list, g, 3, 0, g->rows - 5, g->cols, draw_row, &v->table);
        const struct run_row *r = selected(v);
        if (r != NULL && r->run->model != NULL)
            grid_put_short(g, g->rows - 2, 2, g->cols - 3, r->run->model, strlen(r->run->model), STYLE_DIM);
    }
    strip_draw(s, g, 1, KEYMAP_RUNS, keys_shown, sizeof keys_shown / sizeof *keys_shown);
    buf_free(&right);
}

/* ---- the view ---- */

static enum keymap keymap(const void *view)
{
    (void)view;
    return KEYMAP_RUNS;
}

static void dump(const void *view, struct buf *out)
{
    const struct runs_view *v = view;
    const char *paths[MOST_HEADS];
    const struct run_row *r = selected(v);
    buf_addf(out, "runs %zu\nsorted %s%s\nmarked %zu\n", v->table.n, run_column(v->table.by)->title,
             v->table.backwards ? " backwards" : "", run_table_marked(&v->table, paths, MOST_HEADS));
    if (r != NULL)
        buf_addf(out, "at %lld\n", (long long)r->run->row);
}

static void close_view(void *view)
{
    struct runs_view *v = view;
    run_table_free(&v->table);
    mem_free(v);
}

struct view view_runs(struct workbench *w)
{
    static const struct view_ops ops = {
        .name = "runs",
        .commands = commands,
        .keymap = keymap,
        .request = request,
        .find = find,
        .shown = shown,
        .woken = woken,
        .busy = busy,
        .draw = draw,
        .dump = dump,
        .close = close_view,
    };
    struct runs_view *v = mem_alloc(sizeof *v);
    v->workbench = w;
    return (struct view){&ops, v};
}
