/* The reminder of a break: off unless asked for, and silent while nobody is at work. */
#include "core/base/clock.h"
#include "ui/annotate.h"

enum {
    BREAK_SECONDS = 300, /* a silence as long as this was a break */
    AGAIN_SECONDS = 600  /* whoever goes on is reminded again */
};

void annotate_break_key(struct annotate *a, double silence)
{
    if (silence >= BREAK_SECONDS || a->work_began == 0)
        a->work_began = clock_monotonic();
}

int annotate_break_wait(const void *view)
{
    const struct annotate *a = view;
    double now = clock_monotonic();
    if (a->tastes->break_minutes == 0 || a->work_began == 0 || now - a->last_key >= BREAK_SECONDS)
        return -1;
    double left = a->work_began + 60.0 * a->tastes->break_minutes - now;
    return left <= 0 ? 0 : (int)(left * 1000) + 1;
}

void annotate_break_tick(void *view, struct screen *s)
{
    struct annotate *a = view;
    double now = clock_monotonic();
    screen_say(s, "%d minutes at work: a break of five keeps judgements even. All is saved.",
               (int)((now - a->work_began) / 60));
    a->work_began = now - 60.0 * a->tastes->break_minutes + AGAIN_SECONDS;
}
