#include "app/progress.h"

#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct app app;
static struct bar bar;

static void tear_down(void)
{
    bar_end(&bar);
}

TestSuite(progress, .fini = tear_down);

/* What a tick draws after a second of work, on something that is taken for a terminal. */
static void drawn(double done, double total, char out[256])
{
    char *folder = temp_make();
    struct buf path = BUF_INIT;
    buf_addf(&path, "%s/stderr", folder);
    int kept = dup(STDERR_FILENO), fd = open(path.ptr, O_RDWR | O_CREAT, 0600);
    dup2(fd, STDERR_FILENO);
    bar.visible = true;
    bar.started -= 1;
    cr_expect(progress_tick(&bar.progress, done, total));
    dup2(kept, STDERR_FILENO);
    close(kept);
    ssize_t n = pread(fd, out, 255, 0);
    out[n > 0 ? n : 0] = '\0';
    close(fd);
    buf_free(&path);
    temp_remove(folder);
}

Test(progress, work_is_shown_with_its_rate_and_the_time_left)
{
    char out[256];
    bar_start(&bar, &app, "importing", "B");
    drawn(5000, 20000, out);
    cr_expect(ne(ptr, strstr(out, "importing  [######"), NULL), "%s", out);
    cr_expect(ne(ptr, strstr(out, "25 %  5.0 kB/s  3 s left"), NULL), "%s", out);
}

Test(progress, a_fit_is_shown_with_its_loss)
{
    char out[256];
    bar_start(&bar, &app, "fitting", NULL);
    bar.progress.loss(bar.progress.ctx, 0.625);
    drawn(3, 6, out);
    cr_expect(ne(ptr, strstr(out, "50 %  loss 0.625000  1 s left"), NULL), "%s", out);
    cr_expect(eq(ptr, strstr(out, "/s"), NULL), "%s", out);
}

Test(progress, nothing_is_said_of_the_time_left_before_something_is_done)
{
    char out[256];
    bar_start(&bar, &app, "checking", NULL);
    drawn(0, 100, out);
    cr_expect(ne(ptr, strstr(out, "  0 %"), NULL), "%s", out);
    cr_expect(eq(ptr, strstr(out, "left"), NULL), "%s", out);
}

Test(progress, a_signal_asks_the_work_to_stop_and_is_remembered)
{
    bar_start(&bar, &app, "fitting", NULL);
    cr_expect(progress_tick(&bar.progress, 1, 6));
    cr_expect(eq(int, bar_signal(), 0));
    raise(SIGTERM);
    cr_expect(not(progress_tick(&bar.progress, 2, 6)));
    cr_expect(eq(int, bar_signal(), SIGTERM));
    bar_end(&bar);
    bar_start(&bar, &app, "fitting", NULL);
    cr_expect(eq(int, bar_signal(), 0));
}

Test(progress, a_hangup_is_ignored_under_nohup)
{
    signal(SIGHUP, SIG_IGN);
    bar_start(&bar, &app, "fitting", NULL);
    raise(SIGHUP);
    cr_expect(progress_tick(&bar.progress, 1, 6));
    cr_expect(eq(int, bar_signal(), 0));
    bar_end(&bar);
    raise(SIGHUP);
}

Test(progress, while_results_are_written_signals_wait)
{
    bar_start(&bar, &app, "fitting", NULL);
    bar_keep(&bar);
    raise(SIGINT);
    raise(SIGINT);
    cr_expect(eq(int, bar_signal(), SIGINT));
}

Test(progress, a_second_signal_ends_the_program, .signal = SIGINT)
{
    bar_start(&bar, &app, "fitting", NULL);
    raise(SIGINT);
    raise(SIGINT);
}

static bool stop_here(void *ctx, double done, double total)
{
    *(double *)ctx = done / total;
    return false;
}

Test(progress, who_watches_is_told_in_place_of_the_bar_and_signals_stay_as_they_were)
{
    double seen = 0;
    struct sigaction sa;
    const struct progress watcher = {.tick = stop_here, .ctx = &seen};
    const struct app watched = {.progress = &watcher};
    signal(SIGTERM, SIG_IGN);
    bar_start(&bar, &watched, "fitting", NULL);
    cr_expect(not(progress_tick(&bar.progress, 3, 6)));
    cr_expect(eq(dbl, seen, 0.5));
    bar_keep(&bar);
    bar_end(&bar);
    sigaction(SIGTERM, NULL, &sa);
    cr_expect(sa.sa_handler == SIG_IGN);
}
