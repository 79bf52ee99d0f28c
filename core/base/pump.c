#include "core/base/pump.h"

#include "core/base/mem.h"
#include "core/base/thread.h"

#include <string.h>

struct pump {
    void (*take)(void *ctx, const char *p, size_t n);
    void *ctx;
    char *filling, *full; /* full: the thread's while `busy` */
    size_t n, full_n;
    pthread_t thread;
    bool asked, threaded; /* was a thread asked for, and is there one? */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool busy, over;
};

static void *work(void *ctx)
{
    struct pump *p = ctx;
    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (!p->busy && !p->over)
            pthread_cond_wait(&p->changed, &p->lock);
        if (!p->busy)
            break;
        pthread_mutex_unlock(&p->lock);
        p->take(p->ctx, p->full, p->full_n);
        pthread_mutex_lock(&p->lock);
        p->busy = false;
        pthread_cond_broadcast(&p->changed);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

struct pump *pump_open(void (*take)(void *ctx, const char *p, size_t n), void *ctx)
{
    struct pump *p = mem_alloc(sizeof *p);
    p->take = take;
    p->ctx = ctx;
    p->filling = mem_alloc(PUMP_BLOCK);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
    return p;
}

static void wait(struct pump *p)
{
    pthread_mutex_lock(&p->lock);
    while (p->busy)
        pthread_cond_wait(&p->changed, &p->lock);
    pthread_mutex_unlock(&p->lock);
}

/* A block is full. */
static void hand_over(struct pump *p)
{
    if (!p->asked) {
        p->asked = true;
        p->full = mem_alloc(PUMP_BLOCK);
        p->threaded = thread_start(&p->thread, work, p);
    }
    if (!p->threaded) {
        p->take(p->ctx, p->filling, p->n);
        p->n = 0;
        return;
    }
    pthread_mutex_lock(&p->lock);
    while (p->busy)
        pthread_cond_wait(&p->changed, &p->lock);
    char *empty = p->full;
    p->full = p->filling;
    p->full_n = p->n;
    p->filling = empty;
    p->n = 0;
    p->busy = true;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

void pump_put(struct pump *p, const void *bytes, size_t n)
{
    for (const char *from = bytes; n > 0;) {
        size_t part = n < PUMP_BLOCK - p->n ? n : PUMP_BLOCK - p->n;
        memcpy(p->filling + p->n, from, part);
        p->n += part;
        from += part;
        n -= part;
        if (p->n == PUMP_BLOCK)
            hand_over(p);
    }
}

void pump_flush(struct pump *p)
{
    if (p->threaded)
        wait(p);
    if (p->n > 0)
        p->take(p->ctx, p->filling, p->n);
    p->n = 0;
}

void pump_close(struct pump *p)
{
    if (p == NULL)
        return;
    if (p->threaded) {
        pthread_mutex_lock(&p->lock);
        p->over = true;
        pthread_cond_broadcast(&p->changed);
        pthread_mutex_unlock(&p->lock);
        pthread_join(p->thread, NULL);
    }
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    mem_free(p->filling);
    mem_free(p->full);
    mem_free(p);
}
