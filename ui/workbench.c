#include "ui/workbench.h"

#include "ui/agreement_panel.h"
#include "ui/frame.h"
#include "ui/train_panel.h"
#include "ui/view_agreement.h"
#include "ui/view_annotate.h"
#include "ui/view_browse.h"
#include "ui/view_dashboard.h"
#include "ui/view_queue.h"
#include "ui/view_review.h"
#include "ui/view_runs.h"
#include "ui/view_train.h"

#include <string.h>

static struct view view_annotate_next(struct workbench *w)
{
    return view_annotate(w->annotate);
}

static const struct {
    const char *name, *help;
    struct view (*open)(struct workbench *w);
} views[] = {
#define X(id, name, help, opener) {name, help, opener},
    WORKBENCH_VIEWS(X)
#undef X
};

static const char *const deeds[] = {
#define X(id, name) #name,
    DEEDS(X)
#undef X
};

const char *deed_name(enum deed_kind kind)
{
    return deeds[kind];
}

const char *workbench_view_name(enum workbench_view v)
{
    return views[v].name;
}

const char *workbench_view_help(enum workbench_view v)
{
    return views[v].help;
}

bool workbench_view_find(const char *name, enum workbench_view *out)
{
    for (int v = 0; v < WORKBENCH_VIEW_COUNT; v++)
        if (strcmp(views[v].name, name) == 0)
            return *out = (enum workbench_view)v, true;
    return false;
}

void workbench_header(const struct workbench *w, struct grid *g, const char *view, const char *right)
{
    struct buf left = BUF_INIT;
    buf_addf(&left, "%s %s %s", w->title, mark_text(MARK_DOT, g->ascii), view);
    frame_header(g, left.ptr, right);
    buf_free(&left);
}

static bool is_open(const struct screen *s, const char *name)
{
    const struct view *v;
    for (size_t depth = 0; (v = view_stack_below(&s->views, depth)) != NULL; depth++)
        if (strcmp(v->ops->name, name) == 0)
            return true;
    return false;
}

/* Leave what stands above it, as if the key had been pressed there, until one would rather stay. */
static void go_back_to(struct screen *s, const char *name)
{
    const struct view *top;
    while ((top = view_stack_top(&s->views)) != NULL && strcmp(top->ops->name, name) != 0) {
        size_t before = s->views.views.n;
        top->ops->request(top->self, s, REQ_LEAVE);
        if (s->views.views.n == before)
            return;
    }
}

void workbench_open(struct workbench *w, struct screen *s, enum workbench_view v)
{
    if (is_open(s, views[v].name))
        go_back_to(s, views[v].name);
    else if (v == WORKBENCH_ANNOTATE ? w->annotate == NULL : v != WORKBENCH_DASHBOARD && w->db == NULL)
        screen_refuse(s, "There is no workspace yet: `assay init` makes one.");
    else if (w->shut != NULL && v != WORKBENCH_DASHBOARD && v != WORKBENCH_ANNOTATE)
        screen_refuse(s, "%s", w->shut);
    else
        screen_push(s, views[v].open(w));
}

static bool perform(struct workbench *w, struct screen *s, const struct deed *deed, int64_t *comparison)
{
    struct reaction reaction = {0};
    struct err err;
    if (w->host == NULL) {
        screen_refuse(s, "This workspace can only be looked at.");
        return false;
    }
    if (!w->host->perform(w->host->ctx, deed, &reaction, &err)) {
        screen_refuse(s, "%s", err.text);
        return false;
    }
    if (reaction.refused)
        screen_refuse(s, "%s", reaction.message);
    else if (reaction.message[0] != '\0')
        screen_say(s, "%s", reaction.message);
    if (comparison != NULL)
        *comparison = reaction.comparison;
    return !reaction.refused;
}

bool workbench_perform(struct workbench *w, struct screen *s, const struct deed *deed)
{
    return perform(w, s, deed, NULL);
}

bool workbench_undo(struct workbench *w, struct screen *s, bool decisions, int64_t *comparison)
{
    return perform(w, s, &(struct deed){.kind = DEED_TAKE_BACK, .value = decisions}, comparison);
}

void workbench_rest(struct workbench *w)
{
    if (w->agreement != NULL)
        w->agreement->rest(w->agreement->ctx);
    if (w->train != NULL)
        w->train->rest(w->train->ctx);
}

void workbench_annotate(struct workbench *w, struct screen *s, const char *id)
{
    struct reaction reaction = {0};
    struct err err;
    struct action action = {.kind = ACT_GOTO, .text = id, .len = strlen(id)};
    if (w->annotate == NULL)
        screen_refuse(s, "This workspace can only be looked at.");
    else if (!w->annotate->perform(w->annotate->ctx, &action, &reaction, &err))
        screen_refuse(s, "%s", err.text);
    else if (reaction.refused)
        screen_refuse(s, "%s", reaction.message);
    else
        workbench_open(w, s, WORKBENCH_ANNOTATE);
}

void workbench_wake(struct workbench *w)
{
    wake_up(&w->wake);
}
