/* The workbench: what all views stand on. Made by app/workbench.c, borrowed by the views; tests make their own. */
#ifndef ASSAY_UI_WORKBENCH_H
#define ASSAY_UI_WORKBENCH_H

#include "ui/deed.h"
#include "ui/screen.h"
#include "ui/views.h"
#include "ui/wake.h"

struct db;
struct agreement_host;
struct train_host;

struct workbench {
    struct db *db;      /* to read from, on the thread of the screen only; workers open db_path(db) for themselves.
                           NULL: there is no workspace yet, and only the dashboard opens */
    const char *path;   /* of the workspace, whether it is there or not */
    const char *title;  /* its name for people */
    const char *person; /* who sits here */
    int64_t annotator;  /* their row */
    const struct ui_host *annotate; /* performs the actions of the annotate view; NULL: it does not open */
    const char *shut; /* why the views that show what others said do not open: a sentence; NULL: they do */
    const struct workbench_host *host;      /* performs deeds; NULL: everything is only to be looked at */
    const struct agreement_host *agreement; /* figures of how people agree; NULL: not here */
    const struct train_host *train;         /* fits heads; NULL: not here */
    struct wake wake;                       /* open while the loop runs */
};

const char *workbench_view_name(enum workbench_view v);
const char *workbench_view_help(enum workbench_view v);
/* By name; false when there is none. */
bool workbench_view_find(const char *name, enum workbench_view *out);

/* The first row of a view: " assay  title · view          right". */
void workbench_header(const struct workbench *w, struct grid *g, const char *view, const char *right);
/* Show a view: the one that is open already, closing those above it, or a new one on top. Refused with a message when
 * it cannot be opened. */
void workbench_open(struct workbench *w, struct screen *s, enum workbench_view v);
/* Have a deed done; its message goes to the screen. True when it was done: not failed, not refused. */
bool workbench_perform(struct workbench *w, struct screen *s, const struct deed *deed);
/* Have the last thing that was done in this session taken back, whatever the view; its message goes to the screen.
 * `decisions`: when there is none, the last decision. True when something was; *comparison (may be NULL) is which one
 * it was about, 0: none. */
bool workbench_undo(struct workbench *w, struct screen *s, bool decisions, int64_t *comparison);
/* Go to this comparison (its id, or the beginning of one) in the annotate view; says so when that is not to be. */
void workbench_annotate(struct workbench *w, struct screen *s, const char *id);
/* From any thread: something has changed that views show; each open one that has `woken` hears of it. */
void workbench_wake(struct workbench *w);
/* The screen is left: work that hosts do beside it is stopped and waited for, so that nothing wakes it any more. */
void workbench_rest(struct workbench *w);

#endif
