/* Work waits for semaphores, never for time. */
#include "app/job.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/resource.h>

struct desk {
    struct job job;
    sem_t news, go;   /* the screen is woken; the work may go on */
    int ticks, nice;  /* of the work */
    bool signals;     /* it could take one */
    bool faults;      /* its own faults reach a handler */
    bool keeps_going; /* it ends with what it has when it is stopped, as fits do */
};
static struct desk d;

static void wake(void *ctx)
{
    (void)ctx;
    sem_post(&d.news);
}

static bool work(void *ctx, const struct progress *p, struct err *err)
{
    struct desk *x = ctx;
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    x->signals = !sigismember(&mask, SIGINT);
    x->faults = !sigismember(&mask, SIGSEGV) && !sigismember(&mask, SIGBUS);
    x->nice = getpriority(PRIO_PROCESS, 0);
    sem_wait(&x->go);
    while (progress_tick_loss(p, x->ticks, 6, 0.7 / (1 + x->ticks)))
        if (++x->ticks == 3)
            return true;
    return x->keeps_going || err_set(err, ERR_STOPPED, "stopped");
}

static bool fail(void *ctx, const struct progress *p, struct err *err)
{
    (void)ctx;
    (void)p;
    return err_set(err, ERR_MISSING, "nothing to do");
}

static void set_up(void)
{
    d = (struct desk){0};
    sem_init(&d.news, 0, 0);
    sem_init(&d.go, 0, 0);
    job_init(&d.job, wake, NULL);
}

static void tear_down(void)
{
    sem_post(&d.go);
    job_free(&d.job);
}

TestSuite(job, .init = set_up, .fini = tear_down, .timeout = 60);

static struct work ended(void)
{
    struct work w;
    while (!job_look(&d.job, &w))
        sem_wait(&d.news);
    return w;
}

static void start(void)
{
    struct err err = {0};
    cr_assert(job_start(&d.job, work, &d, &err), "%s", err.text);
}

Test(job, it_runs_beside_us_and_tells_how_far_it_came)
{
    struct work w;
    struct err err = {0};
    start();
    cr_expect(not(job_look(&d.job, &w)));
    cr_expect(eq(int, (int)w.state, WORK_RUNNING));
    cr_expect(not(job_start(&d.job, work, &d, &err)), "one at a time");
    cr_expect(eq(int, (int)err.kind, ERR_BUSY));
    sem_post(&d.go);
    w = ended();
    cr_expect(eq(int, (int)w.state, WORK_DONE), "%s", w.err.text);
    cr_expect(eq(dbl, w.done, 2));
    cr_expect(eq(dbl, w.total, 6));
    cr_expect(eq(sz, w.n, 3));
    cr_expect(eq(dbl, w.loss[0], 0.7));
    cr_expect(not(job_look(&d.job, &w)), "the end is told once");
    cr_expect(eq(int, (int)w.state, WORK_DONE));
}

Test(job, it_gives_way_and_leaves_signals_to_the_screen)
{
    int before = getpriority(PRIO_PROCESS, 0);
    start();
    sem_post(&d.go);
    ended();
    cr_expect(eq(int, d.nice, before + JOB_NICE > 19 ? 19 : before + JOB_NICE));
    cr_expect(eq(int, getpriority(PRIO_PROCESS, 0), before), "the screen itself does not give way");
    cr_expect(not(d.signals));
    cr_expect(d.faults);
}

Test(job, it_is_asked_to_stop_and_another_can_begin)
{
    start();
    job_stop(&d.job);
    sem_post(&d.go);
    cr_expect(eq(int, (int)ended().state, WORK_STOPPED));
    cr_expect(eq(int, d.ticks, 0));
    start();
    cr_expect(not(job_stopped(&d.job)), "the wish was for the work before");
    sem_post(&d.go);
    cr_expect(eq(int, (int)ended().state, WORK_DONE));
}

Test(job, a_fit_that_ends_with_what_it_had_is_done)
{
    d.keeps_going = true;
    start();
    job_stop(&d.job);
    sem_post(&d.go);
    cr_expect(eq(int, (int)ended().state, WORK_DONE));
    cr_expect(job_stopped(&d.job));
}

Test(job, why_it_failed_is_told)
{
    struct err err = {0};
    cr_assert(job_start(&d.job, fail, NULL, &err), "%s", err.text);
    struct work w = ended();
    cr_expect(eq(int, (int)w.state, WORK_FAILED));
    cr_expect(eq(str, w.err.text, "nothing to do"));
}
