/* Work on a thread of its own, while the screen goes on: begun, looked at, asked to stop, waited for. One at a time.
 *
 * The thread, and those that do sums for it, give way to the screen (nice), so that keys are answered at once; it takes
 * no signals but those of its own faults: the others are the screen's. Work opens its own connection to the workspace.
 * It is handed a `struct progress`, whose ticks say false once it shall stop: the same way Ctrl-C takes on the command
 * line. */
#ifndef ASSAY_APP_JOB_H
#define ASSAY_APP_JOB_H

#include "core/base/progress.h"
#include "ui/work.h"

#include <pthread.h>

struct job {
    pthread_t thread;
    pthread_mutex_t lock; /* of `seen` and `stop` */
    struct work seen;
    bool stop;
    bool begun; /* there is a thread to wait for */
    bool (*work)(void *ctx, const struct progress *progress, struct err *err);
    void *ctx;
    void (*wake)(void *ctx); /* tells the screen that there is news; called on the thread, at most every JOB_NEWS s */
    void *wake_ctx;
    double started, woken;
};
#define JOB_NEWS 0.1
/* How much it gives way, of 19. */
enum { JOB_NICE = 10 };

/* `wake` may be NULL. Free with job_free. */
void job_init(struct job *j, void (*wake)(void *ctx), void *ctx);
/* Do work(ctx, ...) on the thread; it fails with ERR_STOPPED when it ended without result because it was asked to.
 * ERR_BUSY while work goes on. */
MUST_CHECK bool job_start(struct job *j, bool (*work)(void *ctx, const struct progress *progress, struct err *err),
                          void *ctx, struct err *err);
/* Ask it to stop; returns at once. */
void job_stop(struct job *j);
/* Was it asked to? For work to see where a fit ended with what it had. */
bool job_stopped(struct job *j);
/* How it stands. True once for each start: it has ended, and what it worked on is the caller's again. */
bool job_look(struct job *j, struct work *out);
/* Ask it to stop and wait; what it came to is not told any more. */
void job_end(struct job *j);
/* The same, for good. */
void job_free(struct job *j);

#endif
