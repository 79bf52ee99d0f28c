#include "ui/worker.h"

#include "core/base/mem.h"

#include <signal.h>
#include <stdatomic.h>

struct worker {
    const struct worker_ops *ops;
    void *job;
    const struct wake *wake;
    atomic_int *count;    /* of the wake, which what is dropped may outlive */
    pthread_mutex_t lock; /* over done and dropped together: whoever comes second frees */
    bool done;
    atomic_bool dropped;
};

static void destroy(struct worker *w)
{
    w->ops->free(w->job);
    pthread_mutex_destroy(&w->lock);
    mem_free(w);
}

static void *work(void *worker)
{
    struct worker *w = worker;
    atomic_int *count = w->count;
    w->ops->run(w->job, w);
    pthread_mutex_lock(&w->lock);
    w->done = true;
    bool dropped = w->dropped;
    if (!dropped)
        wake_up(w->wake);
    pthread_mutex_unlock(&w->lock);
    if (dropped)
        destroy(w);
    if (count != NULL)
        atomic_fetch_sub(count, 1);
    return NULL;
}

/* The new thread has the mask of the one that makes it. Faults are its own: one that is blocked would end the process
 * without the handler that puts the screen back. */
int worker_thread(pthread_t *out, void *(*run)(void *ctx), void *ctx)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    sigset_t others, before;
    sigfillset(&others);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigdelset(&others, faults[i]);
    pthread_sigmask(SIG_SETMASK, &others, &before);
    int failed = pthread_create(out, NULL, run, ctx);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

struct worker *worker_start(const struct worker_ops *ops, void *job, const struct wake *wake)
{
    struct worker *w = mem_alloc(sizeof *w);
    pthread_t thread;
    w->ops = ops;
    w->job = job;
    w->wake = wake;
    w->count = wake->workers;
    pthread_mutex_init(&w->lock, NULL);
    if (w->count != NULL)
        atomic_fetch_add(w->count, 1);
    if (worker_thread(&thread, work, w) == 0)
        pthread_detach(thread);
    else
        work(w);
    return w;
}

bool worker_done(struct worker *w)
{
    pthread_mutex_lock(&w->lock);
    bool done = w->done;
    pthread_mutex_unlock(&w->lock);
    return done;
}

void *worker_job(const struct worker *w)
{
    return w->job;
}

void worker_drop(struct worker *w)
{
    if (w == NULL)
        return;
    pthread_mutex_lock(&w->lock);
    bool done = w->done;
    w->dropped = true;
    pthread_mutex_unlock(&w->lock);
    if (done)
        destroy(w);
}

bool worker_wanted(const struct worker *w)
{
    return !w->dropped;
}

void worker_tell(const struct worker *w)
{
    if (!w->dropped)
        wake_up(w->wake);
}
