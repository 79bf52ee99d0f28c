#include "app/progress.h"

#include "core/base/clock.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The signal that asked to stop, and whether a second one must wait. Signal handlers know nothing but what is global.
 */
static volatile sig_atomic_t asked_by, patient;

static void on_signal(int sig)
{
    if (asked_by != 0 && patient == 0) {
        signal(sig, SIG_DFL);
        raise(sig); /* delivered when this handler returns */
    }
    asked_by = sig;
}

static void humane(double v, const char *unit, char out[32])
{
    static const char *const steps[] = {"", "k", "M", "G", "T"};
    size_t i = 0;
    while (v >= 1000 && i < 4) {
        v /= 1000;
        i++;
    }
    snprintf(out, 32, "%.*f %s%s", v < 10 && i > 0 ? 1 : 0, v, steps[i], unit);
}

static void draw(struct bar *b, double done, double total, double now)
{
    enum { WIDTH = 24 };
    double seconds = now - b->started;
    char rate[32] = "", amount[32];
    if (b->unit != NULL) {
        humane(seconds > 0 ? done / seconds : 0, b->unit, rate);
        humane(done, b->unit, amount);
    }
    if (total <= 0) {
        fprintf(stderr, "\r%s  %s  %s/s\033[K", b->title, amount, rate);
        return;
    }
    double share = done < total ? done / total : 1;
    int filled = (int)(share * WIDTH);
    char cells[WIDTH + 1];
    memset(cells, '#', (size_t)filled);
    memset(cells + filled, '.', (size_t)(WIDTH - filled));
    cells[WIDTH] = '\0';
    fprintf(stderr, "\r%s  [%s] %3.0f %%", b->title, cells, share * 100);
    if (b->unit != NULL)
        fprintf(stderr, "  %s/s", rate);
    if (b->has_loss)
        fprintf(stderr, "  loss %.6f", b->loss);
    if (share > 0) /* before, nothing is known */
        fprintf(stderr, "  %.0f s left", seconds * (1 - share) / share);
    fputs("\033[K", stderr);
}

static bool tick(void *ctx, double done, double total)
{
    struct bar *b = ctx;
    if (b->visible) {
        double now = clock_monotonic();
        if (now - b->last > 0.1 && now - b->started > 0.3) {
            draw(b, done, total, now);
            fflush(stderr);
            b->last = now;
            b->drawn = true;
        }
    }
    return asked_by == 0;
}

static void see_loss(void *ctx, double value)
{
    struct bar *b = ctx;
    b->has_loss = true;
    b->loss = value;
}

/* Who started us with nohup wants a hangup ignored. */
static void handle(void (*handler)(int))
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction sa = {.sa_handler = handler}, old;
    sigemptyset(&sa.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (signals[i] != SIGHUP || (sigaction(SIGHUP, NULL, &old) == 0 && old.sa_handler != SIG_IGN))
            sigaction(signals[i], &sa, NULL);
}

void bar_start(struct bar *b, const struct app *app, const char *title, const char *unit)
{
    memset(b, 0, sizeof *b);
    b->watched = app->progress != NULL;
    if (b->watched) {
        b->progress = *app->progress;
        return;
    }
    b->progress = (struct progress){.tick = tick, .ctx = b, .loss = see_loss};
    b->title = title;
    b->unit = unit;
    b->visible = !app->quiet && isatty(STDERR_FILENO);
    b->started = clock_monotonic();
    asked_by = patient = 0;
    handle(on_signal);
}

void bar_again(struct bar *b)
{
    b->started = clock_monotonic();
    b->last = 0;
}

void bar_hide(struct bar *b)
{
    if (b->drawn)
        fputs("\r\033[K", stderr);
    b->drawn = false;
}

void bar_keep(struct bar *b)
{
    bar_hide(b);
    if (!b->watched)
        patient = 1;
}

int bar_signal(void)
{
    return asked_by;
}

void bar_end(struct bar *b)
{
    bar_hide(b);
    if (!b->watched)
        handle(SIG_DFL);
}
