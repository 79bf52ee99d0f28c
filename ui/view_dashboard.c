/* What the dashboard does: everything it shows is read on a worker, anew each time it comes to the top. */
#include "ui/view_dashboard.h"

#include "ui/dashboard.h"
#include "ui/find.h"

/* ---- reading ---- */

struct job {
    char *path, *person;
    int64_t annotator;
    bool (*glance)(const char *path, struct glance *out, struct err *err);
    struct dashboard_facts *facts;
};

static void run_job(void *job, const struct worker *w)
{
    (void)w;
    struct job *j = job;
    j->facts = dashboard_facts_read(j->path, j->annotator, j->person, j->glance);
}

static void free_job(void *job)
{
    struct job *j = job;
    dashboard_facts_free(j->facts);
    mem_free(j->path);
    mem_free(j->person);
    mem_free(j);
}

static void begin_reading(struct dashboard *d)
{
    static const struct worker_ops ops = {run_job, free_job};
    const struct workbench *w = d->workbench;
    struct job *j = mem_alloc(sizeof *j);
    j->path = mem_dup(w->path);
    j->person = mem_dup(w->person);
    j->annotator = w->annotator;
    j->glance = w->host != NULL ? w->host->glance : NULL;
    d->worker = worker_start(&ops, j, &w->wake);
}

static void dashboard_shown(void *view, struct screen *s)
{
    (void)s;
    struct dashboard *d = view;
    if (d->workbench->db == NULL)
        return;
    d->again = d->worker != NULL;
    if (d->worker == NULL)
        begin_reading(d);
}

static void dashboard_woken(void *view, struct screen *s)
{
    (void)s;
    struct dashboard *d = view;
    if (d->worker == NULL || !worker_done(d->worker))
        return;
    worker_drop(d->shown);
    d->shown = d->worker;
    d->worker = NULL;
    d->facts = ((const struct job *)worker_job(d->shown))->facts;
    list_set(&d->list, dashboard_todo(d->facts, d->todo));
    if (d->again)
        begin_reading(d);
    d->again = false;
}

static bool dashboard_busy(const void *view)
{
    return ((const struct dashboard *)view)->worker != NULL;
}

/* ---- requests ---- */

static enum keymap dashboard_keymap(const void *view)
{
    (void)view;
    return KEYMAP_DASHBOARD;
}

static void open_todo(struct dashboard *d, struct screen *s)
{
    enum workbench_view v;
    if (d->list.n == 0)
        screen_refuse(s, "Nothing waits for you.");
    else if (workbench_view_find(d->todo[d->list.at].name, &v))
        workbench_open(d->workbench, s, v);
    else
        screen_say(s, "This is done in a shell: %s", d->todo[d->list.at].command);
}

static void dashboard_request(void *view, struct screen *s, enum request r)
{
    struct dashboard *d = view;
    if (r == REQ_LEAVE)
        screen_pop(s);
    else if (r == REQ_OPEN)
        open_todo(d, s);
    else if (r == REQ_UNDO)
        (void)workbench_undo(d->workbench, s, false, NULL);
    else if (!list_request(&d->list, s, r))
        screen_refuse(s, "\"%s\" means nothing here.", request_name(r));
}

struct sought {
    const struct dashboard *dashboard;
    const char *what;
};

static bool todo_has(void *ctx, size_t i)
{
    const struct sought *q = ctx;
    const struct todo *t = &q->dashboard->todo[i];
    return find_in(t->name, q->what) || find_in(t->what, q->what);
}

static bool dashboard_find(void *view, struct screen *s, const char *what, int direction)
{
    (void)s;
    struct dashboard *d = view;
    return list_find(&d->list, direction, todo_has, &(struct sought){d, what});
}

static void dashboard_click(void *view, struct screen *s, int row, int col)
{
    (void)s;
    list_click(&((struct dashboard *)view)->list, row, col);
}

static void dashboard_dump(const void *view, struct buf *out)
{
    const struct dashboard *d = view;
    for (size_t i = 0; i < d->list.n; i++)
        buf_addf(out, "%s %s: %s\n", i == d->list.at ? "at" : "todo", d->todo[i].name, d->todo[i].what);
    if (d->facts != NULL)
        buf_addf(out, "sources %zu\nruns %zu\nagreement %zu\n", d->facts->status.n_sources, d->facts->n_runs,
                 d->facts->glance.n);
}

static void dashboard_close(void *view)
{
    struct dashboard *d = view;
    worker_drop(d->worker);
    worker_drop(d->shown);
    mem_free(d);
}

struct view view_dashboard(struct workbench *w)
{
    static const struct view_ops ops = {
        .name = "dashboard",
        .keymap = dashboard_keymap,
        .request = dashboard_request,
        .find = dashboard_find,
        .shown = dashboard_shown,
        .woken = dashboard_woken,
        .busy = dashboard_busy,
        .click = dashboard_click,
        .draw = dashboard_draw,
        .dump = dashboard_dump,
        .close = dashboard_close,
    };
    struct dashboard *d = mem_alloc(sizeof *d);
    d->workbench = w;
    return (struct view){&ops, d};
}
