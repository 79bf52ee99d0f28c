/* The dashboard from inside: what it knows (dashboard_facts.c, read on a worker), what it is doing (view_dashboard.c),
 * how it is drawn (dashboard_draw.c). */
#ifndef ASSAY_UI_DASHBOARD_H
#define ASSAY_UI_DASHBOARD_H

#include "core/base/arena.h"
#include "store/status.h"
#include "store/task.h"
#include "ui/glance.h"
#include "ui/list.h"
#include "ui/run_table.h"
#include "ui/workbench.h"
#include "ui/worker.h"

enum { DASHBOARD_RUNS = 24, DASHBOARD_TASKS = 5 };

struct dashboard_facts {
    struct arena arena;
    struct err err; /* kind ERR_NONE: all could be read */
    struct status status;
    struct task_progress mine;
    double pace;  /* mean seconds of a judgement of this person's; NaN: none yet */
    int64_t read; /* when, ms */
    int64_t drafts, disagreements, conflicts, skipped;
    int64_t last;                        /* when the last judgement of anybody was made, ms; 0: none */
    struct run_row runs[DASHBOARD_RUNS]; /* the newest first */
    size_t n_runs;
    struct glance glance;
    struct err glance_err; /* kind ERR_NONE: the glance is there */
};

/* Read everything for this person, of one workspace file. `glance` as in struct workbench_host. Free with
 * dashboard_facts_free, whatever could be read. */
struct dashboard_facts *dashboard_facts_read(const char *path, int64_t annotator, const char *person,
                                             bool (*glance)(const char *, struct glance *, struct err *));
void dashboard_facts_free(struct dashboard_facts *f);

/* One thing to do. */
struct todo {
    const char *name; /* a word for it, also of the view where it is done, when there is one */
    char what[120];
    const char *command; /* what does it from a shell */
};
/* What there is to do for this person; 0 when nothing is. */
size_t dashboard_todo(const struct dashboard_facts *f, struct todo out[DASHBOARD_TASKS]);

struct dashboard {
    struct workbench *workbench;
    struct worker *worker;               /* reads anew; NULL: nothing is being read */
    const struct dashboard_facts *facts; /* what is shown: the job of `shown`; NULL: nothing was read yet */
    struct worker *shown;
    bool again; /* something changed while it was read */
    struct todo todo[DASHBOARD_TASKS];
    struct list list; /* of them */
};

void dashboard_draw(void *view, const struct screen *s, struct grid *g);

#endif
