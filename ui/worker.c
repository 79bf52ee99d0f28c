#include "ui/worker.h"

#include "core/base/mem.h"

#include <pthread.h>
#include <stdatomic.h>

struct worker {
    const struct worker_ops *ops;
    void *job;
    const struct wake *wake;
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
    w->ops->run(w->job, w);
    pthread_mutex_lock(&w->lock);
    w->done = true;
    bool dropped = w->dropped;
    if (!dropped)
        wake_up(w->wake);
    pthread_mutex_unlock(&w->lock);
    if (dropped)
        destroy(w);
    return NULL;
}

struct worker *worker_start(const struct worker_ops *ops, void *job, const struct wake *wake)
{
    struct worker *w = mem_alloc(sizeof *w);
    pthread_t thread;
    w->ops = ops;
    w->job = job;
    w->wake = wake;
    pthread_mutex_init(&w->lock, NULL);
    if (pthread_create(&thread, NULL, work, w) == 0)
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
