/* Work beside the screen: one job on a thread of its own. The job belongs to the worker until it is done; who does not
 * want it any more drops it without waiting. Closing the wake waits for those that were dropped. */
#ifndef ASSAY_UI_WORKER_H
#define ASSAY_UI_WORKER_H

#include "ui/wake.h"

#include <pthread.h>

struct worker;

struct worker_ops {
    /* On the thread. Long jobs ask worker_wanted() now and then. Touches nothing but the job: workspaces are opened
     * anew, by path. */
    void (*run)(void *job, const struct worker *w);
    void (*free)(void *job);
};

/* Run the job; `wake` (borrowed, until it is closed) is woken when it is done. Where no thread can be had it is done
 * when this returns. */
struct worker *worker_start(const struct worker_ops *ops, void *job, const struct wake *wake);
/* Has it ended? The job may be read then, until it is dropped. */
bool worker_done(struct worker *w);
void *worker_job(const struct worker *w);
/* The job is freed now, or when it ends. NULL is allowed. */
void worker_drop(struct worker *w);
/* For the job: false when it was dropped and may stop early. */
bool worker_wanted(const struct worker *w);
/* For the job: there is something to be seen already; nothing when it was dropped. */
void worker_tell(const struct worker *w);

/* A thread to which no signals go but faults of its own. 0, or what pthread_create says. */
int worker_thread(pthread_t *out, void *(*run)(void *ctx), void *ctx);

#endif
