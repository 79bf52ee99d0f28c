#include "app/job.h"

#include "core/base/clock.h"
#include "ui/worker.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static void tell(struct job *j, bool now)
{
    double at = clock_monotonic();
    if (j->wake == NULL || (!now && at - j->woken < JOB_NEWS))
        return;
    j->woken = at;
    j->wake(j->wake_ctx);
}

static bool tick(void *ctx, double done, double total)
{
    struct job *j = ctx;
    pthread_mutex_lock(&j->lock);
    j->seen.done = done;
    j->seen.total = total;
    bool go_on = !j->stop;
    pthread_mutex_unlock(&j->lock);
    tell(j, false);
    return go_on;
}

static void see_loss(void *ctx, double value)
{
    struct job *j = ctx;
    pthread_mutex_lock(&j->lock);
    work_add_loss(&j->seen, value);
    pthread_mutex_unlock(&j->lock);
}

/* POSIX gives a process one niceness, Linux each thread its own: all but the first one, which the screen has, give way;
 * also those that BLAS started with the program. */
static void give_way(void)
{
    DIR *threads = opendir("/proc/self/task");
    if (threads == NULL)
        return;
    errno = 0;
    int usual = getpriority(PRIO_PROCESS, (id_t)getpid());
    for (struct dirent *d; errno == 0 && (d = readdir(threads)) != NULL;) {
        long thread = strtol(d->d_name, NULL, 10);
        if (thread > 0 && thread != (long)getpid())
            (void)setpriority(PRIO_PROCESS, (id_t)thread, usual + JOB_NICE);
    }
    closedir(threads);
}

static void *serve(void *ctx)
{
    struct job *j = ctx;
    const struct progress progress = {.tick = tick, .ctx = j, .loss = see_loss};
    struct err err = {.kind = ERR_NONE};
    give_way();
    bool ok = j->work(j->ctx, &progress, &err);
    pthread_mutex_lock(&j->lock);
    j->seen.seconds = clock_monotonic() - j->started;
    j->seen.state = ok ? WORK_DONE : err.kind == ERR_STOPPED ? WORK_STOPPED : WORK_FAILED;
    j->seen.err = err;
    pthread_mutex_unlock(&j->lock);
    tell(j, true);
    return NULL;
}

void job_init(struct job *j, void (*wake)(void *ctx), void *ctx)
{
    *j = (struct job){.wake = wake, .wake_ctx = ctx};
    pthread_mutex_init(&j->lock, NULL);
}

bool job_start(struct job *j, bool (*work)(void *ctx, const struct progress *progress, struct err *err), void *ctx,
               struct err *err)
{
    if (j->begun)
        return err_set(err, ERR_BUSY, "other work is going on; wait for it, or stop it");
    j->work = work;
    j->ctx = ctx;
    j->stop = false;
    j->started = j->woken = clock_monotonic();
    j->seen = (struct work){.state = WORK_RUNNING};
    int failed = worker_thread(&j->thread, serve, j);
    j->begun = failed == 0;
    if (j->begun)
        return true;
    j->seen.state = WORK_NONE;
    return err_set(err, ERR_MEMORY, "no thread for this work: %s", strerror(failed));
}

void job_stop(struct job *j)
{
    pthread_mutex_lock(&j->lock);
    j->stop = true;
    pthread_mutex_unlock(&j->lock);
}

bool job_stopped(struct job *j)
{
    pthread_mutex_lock(&j->lock);
    bool stop = j->stop;
    pthread_mutex_unlock(&j->lock);
    return stop;
}

bool job_look(struct job *j, struct work *out)
{
    pthread_mutex_lock(&j->lock);
    *out = j->seen;
    pthread_mutex_unlock(&j->lock);
    if (out->state == WORK_RUNNING)
        out->seconds = clock_monotonic() - j->started;
    if (!j->begun || out->state == WORK_RUNNING)
        return false;
    pthread_join(j->thread, NULL);
    j->begun = false;
    return true;
}

void job_end(struct job *j)
{
    job_stop(j);
    if (j->begun)
        pthread_join(j->thread, NULL);
    j->begun = false;
}

void job_free(struct job *j)
{
    job_end(j);
    pthread_mutex_destroy(&j->lock);
}
