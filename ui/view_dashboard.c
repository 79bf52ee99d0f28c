#include "ui/view_dashboard.h"

#include "store/task.h"
#include "ui/find.h"
#include "ui/frame.h"
#include "ui/list.h"
#include "ui/strip.h"

enum { COL_KEY = 1, COL_NAME = 6, COL_HELP = 18 };

struct dashboard {
    struct workbench *workbench;
    const struct keys *keys; /* of the screen, while it draws */
    struct list views;
    struct task_progress progress;
};

_Static_assert(WORKBENCH_DASHBOARD == 0, "the dashboard is the first of the views, and lists the others");

static enum workbench_view view_of(size_t i)
{
    return (enum workbench_view)(i + 1);
}

static void dashboard_shown(void *view, struct screen *s)
{
    struct dashboard *d = view;
    struct err err;
    list_set(&d->views, WORKBENCH_VIEW_COUNT - 1);
    if (d->workbench->db != NULL && !task_get_progress(d->workbench->db, d->workbench->annotator, &d->progress, &err))
        screen_refuse(s, "%s", err.text);
}

static enum keymap dashboard_keymap(const void *view)
{
    (void)view;
    return KEYMAP_DASHBOARD;
}

static void dashboard_request(void *view, struct screen *s, enum request r)
{
    struct dashboard *d = view;
    if (r == REQ_LEAVE)
        screen_pop(s);
    else if (r == REQ_OPEN)
        workbench_open(d->workbench, s, view_of(d->views.at));
    else if (!list_request(&d->views, s, r))
        screen_refuse(s, "\"%s\" means nothing here.", request_name(r));
}

static bool view_has(void *what, size_t i)
{
    return find_in(workbench_view_name(view_of(i)), what) || find_in(workbench_view_help(view_of(i)), what);
}

static bool dashboard_find(void *view, struct screen *s, const char *what, int direction)
{
    (void)s;
    struct dashboard *d = view;
    return list_find(&d->views, direction, view_has, (void *)what);
}

static void draw_view(void *ctx, struct grid *g, int row, int col, int cols, size_t i)
{
    const struct dashboard *d = ctx;
    enum workbench_view v = view_of(i);
    char key[KEY_NAME_SIZE];
    for (int r = REQ_NONE + 1; r < REQ_COUNT; r++) {
        enum workbench_view opened;
        if (request_opens((enum request)r, &opened) && opened == v &&
            keys_label(d->keys, KEYMAP_DASHBOARD, (enum request)r, key))
            grid_puts(g, row, col + COL_KEY - 1, COL_NAME - COL_KEY, key, STYLE_KEY);
    }
    grid_puts(g, row, col + COL_NAME - 1, COL_HELP - COL_NAME, workbench_view_name(v), STYLE_VALUE);
    grid_puts(g, row, col + COL_HELP - 1, cols - COL_HELP, workbench_view_help(v), STYLE_TEXT);
}

static const struct strip_item keys_shown[] = {
    {{REQ_OPEN}, "", "open"},       {{REQ_OPEN_ANNOTATE}, "", "annotate"},
    {{REQ_COMMAND}, "", "command"}, {{REQ_LEAVE}, "", "leave"},
    {{REQ_HELP}, "", "all"},
};

static void dashboard_draw(void *view, const struct screen *s, struct grid *g)
{
    struct dashboard *d = view;
    d->keys = s->keys;
    frame_header(g, d->workbench->title, d->workbench->person);
    frame_rule(g, 1, 0, g->cols, "go to", "");
    list_draw(&d->views, g, 2, 1, g->rows - 4, g->cols - 2, draw_view, d);
    strip_draw(s, g, 1, KEYMAP_DASHBOARD, keys_shown, sizeof keys_shown / sizeof *keys_shown);
}

static void dashboard_dump(const void *view, struct buf *out)
{
    const struct dashboard *d = view;
    buf_addf(out, "at %s\nwaiting %lld\n", workbench_view_name(view_of(d->views.at)), (long long)d->progress.waiting);
}

static void dashboard_close(void *view)
{
    mem_free(view);
}

struct view view_dashboard(struct workbench *w)
{
    static const struct view_ops ops = {
        .name = "dashboard",
        .keymap = dashboard_keymap,
        .request = dashboard_request,
        .find = dashboard_find,
        .shown = dashboard_shown,
        .draw = dashboard_draw,
        .dump = dashboard_dump,
        .close = dashboard_close,
    };
    struct dashboard *d = mem_alloc(sizeof *d);
    d->workbench = w;
    return (struct view){&ops, d};
}
