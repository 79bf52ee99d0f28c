#include "core/base/team.h"

#include "core/base/mem.h"

#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>

struct member {
    struct team *team;
    int worker;
    pthread_t thread;
};

struct team {
    int workers;
    struct member members[TEAM_MAX]; /* 0 is the caller and has no thread */
    pthread_mutex_t lock;
    pthread_cond_t start, done;
    unsigned long round; /* of work handed out so far */
    int running;         /* members that have not finished this round */
    bool over;
    void (*work)(void *ctx, int worker);
    void *ctx;
};

static void *serve(void *arg)
{
    struct member *m = arg;
    struct team *t = m->team;
    unsigned long seen = 0;
    pthread_mutex_lock(&t->lock);
    for (;;) {
        while (t->round == seen && !t->over)
            pthread_cond_wait(&t->start, &t->lock);
        if (t->over)
            break;
        seen = t->round;
        pthread_mutex_unlock(&t->lock);
        t->work(t->ctx, m->worker);
        pthread_mutex_lock(&t->lock);
        if (--t->running == 0)
            pthread_cond_signal(&t->done);
    }
    pthread_mutex_unlock(&t->lock);
    return NULL;
}

int team_cores(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > TEAM_MAX ? TEAM_MAX : (int)n;
}

struct team *team_open(int workers)
{
    struct team *t = mem_alloc(sizeof *t);
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->start, NULL);
    pthread_cond_init(&t->done, NULL);
    for (t->workers = 1; t->workers < workers && t->workers < TEAM_MAX; t->workers++) {
        struct member *m = &t->members[t->workers];
        *m = (struct member){.team = t, .worker = t->workers};
        if (pthread_create(&m->thread, NULL, serve, m) != 0)
            break;
    }
    return t;
}

void team_close(struct team *t)
{
    if (t == NULL)
        return;
    pthread_mutex_lock(&t->lock);
    t->over = true;
    pthread_cond_broadcast(&t->start);
    pthread_mutex_unlock(&t->lock);
    for (int i = 1; i < t->workers; i++)
        pthread_join(t->members[i].thread, NULL);
    pthread_cond_destroy(&t->start);
    pthread_cond_destroy(&t->done);
    pthread_mutex_destroy(&t->lock);
    mem_free(t);
}

int team_workers(const struct team *t)
{
    return t != NULL ? t->workers : 1;
}

void team_run(struct team *t, void (*work)(void *ctx, int worker), void *ctx)
{
    if (t == NULL || t->workers == 1) {
        work(ctx, 0);
        return;
    }
    pthread_mutex_lock(&t->lock);
    t->work = work;
    t->ctx = ctx;
    t->running = t->workers - 1;
    t->round++;
    pthread_cond_broadcast(&t->start);
    pthread_mutex_unlock(&t->lock);
    work(ctx, 0);
    pthread_mutex_lock(&t->lock);
    while (t->running > 0)
        pthread_cond_wait(&t->done, &t->lock);
    pthread_mutex_unlock(&t->lock);
}
