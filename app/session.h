/* An annotator at work: performs the actions of the annotate screen, and of `assay judge`, on the workspace. Everything
 * has been committed when session_perform returns, so that whatever was shown as saved survives. */
#ifndef ASSAY_APP_SESSION_H
#define ASSAY_APP_SESSION_H

#include "core/base/arena.h"
#include "core/base/rng.h"
#include "store/task.h"
#include "ui/action.h"

enum { SESSION_FEEDBACK_SIZE = 120 };

struct session {
    struct db *db; /* borrowed */
    int64_t annotator;
    char *name, *title;
    enum task_order order;
    struct rng rng;
    struct arena arena; /* owns the rubric's strings */
    struct rubric rubric;
    struct task task;
    struct task_progress progress;
    struct annotate_state state;
    char feedback[SESSION_FEEDBACK_SIZE]; /* what was expected of the item submitted last; "": nobody is told */
    char why_none[TASK_WHY_SIZE];         /* why nothing more is handed out; "": nothing is left */
};

/* Signs the person `name` on, without handing out anything yet. `title` is what the screen calls the workspace. Close
 * with session_close also after a failure. */
MUST_CHECK bool session_open(struct session *s, struct db *db, const char *name, const char *title,
                             enum task_order order, struct err *err);
/* The same for a reviewer: what they say stands above what others said, and they are handed nothing. */
MUST_CHECK bool session_open_review(struct session *s, struct db *db, const char *name, const char *title,
                                    struct err *err);
/* Hand out what comes next: where the person was, or the next open item. */
MUST_CHECK bool session_next(struct session *s, struct err *err);
/* Go to the comparison whose id begins with `id`; ERR_MISSING when there is none. */
MUST_CHECK bool session_goto(struct session *s, const char *id, struct err *err);
/* As struct ui_host says; `session` is a struct session. */
bool session_perform(void *session, const struct action *action, struct reaction *out, struct err *err);
const struct annotate_state *session_state(void *session);
void session_close(struct session *s);

#endif
