#include "ui/worker.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>

struct job {
    atomic_int *freed;
    atomic_bool *go, *stopped;
    int result;
};

static void run(void *job, const struct worker *w)
{
    struct job *j = job;
    while (!*j->go && worker_wanted(w))
        poll(NULL, 0, 1);
    *j->stopped = !worker_wanted(w);
    j->result = 42;
}

static void free_job(void *job)
{
    struct job *j = job;
    (*j->freed)++;
    free(j);
}

static const struct worker_ops ops = {run, free_job};
static atomic_int freed;
static atomic_bool go, stopped;

static struct job *new_job(void)
{
    struct job *j = calloc(1, sizeof *j);
    *j = (struct job){&freed, &go, &stopped, 0};
    return j;
}

Test(worker, what_is_done_wakes_the_loop_and_can_be_read_until_it_is_dropped)
{
    struct wake wake = {0};
    struct err err;
    cr_assert(wake_open(&wake, &err));
    struct worker *w = worker_start(&ops, new_job(), &wake);
    cr_expect(not(worker_done(w)));
    go = true;
    struct pollfd p = {.fd = wake_fd(&wake), .events = POLLIN};
    cr_assert(eq(int, poll(&p, 1, 10000), 1));
    cr_expect(worker_done(w));
    cr_expect(eq(int, ((struct job *)worker_job(w))->result, 42));
    cr_expect(eq(int, freed, 0));
    worker_drop(w);
    cr_expect(eq(int, freed, 1));
    wake_close(&wake);
}

Test(worker, what_is_dropped_is_told_to_stop_frees_itself_and_wakes_nobody)
{
    struct wake wake = {0};
    struct err err;
    cr_assert(wake_open(&wake, &err));
    struct worker *w = worker_start(&ops, new_job(), &wake);
    worker_drop(w);
    for (int i = 0; freed == 0 && i < 10000; i++)
        poll(NULL, 0, 1);
    cr_expect(eq(int, freed, 1));
    cr_expect(stopped);
    cr_expect(not(wake_clear(&wake)));
    wake_close(&wake);
    worker_drop(NULL);
}

Test(worker, closing_the_wake_waits_for_what_was_dropped)
{
    struct wake wake = {0};
    struct err err;
    cr_assert(wake_open(&wake, &err));
    worker_drop(worker_start(&ops, new_job(), &wake));
    wake_close(&wake);
    cr_expect(eq(int, freed, 1));
}

static void say(void *job, const struct worker *w)
{
    worker_tell(w);
    run(job, w);
}

Test(worker, news_wake_the_loop_before_the_end)
{
    static const struct worker_ops telling = {say, free_job};
    struct wake wake = {0};
    struct err err;
    cr_assert(wake_open(&wake, &err));
    struct worker *w = worker_start(&telling, new_job(), &wake);
    struct pollfd p = {.fd = wake_fd(&wake), .events = POLLIN};
    cr_assert(eq(int, poll(&p, 1, 10000), 1));
    cr_expect(not(worker_done(w)));
    worker_drop(w);
    wake_close(&wake);
}
