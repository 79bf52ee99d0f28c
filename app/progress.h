/* How far long work is: a bar on stderr when it is a terminal, with the rate, or what a fit has reached, and the time
 * left; nothing otherwise.
 *
 * Ctrl-C (SIGINT), SIGTERM and SIGHUP ask the work to stop, which ends it in good order: a fit with the best head so
 * far, anything else with nothing changed. A second one ends the program at once. Either way the program dies of the
 * signal (main.c), so that the shell's loops and scripts see what happened. */
#ifndef ASSAY_APP_PROGRESS_H
#define ASSAY_APP_PROGRESS_H

#include "app/app.h"
#include "core/base/progress.h"

struct bar {
    struct progress progress; /* hand &bar.progress to the work */
    const char *title;
    const char *unit; /* "B" is shown as kB, MB, GB; NULL: amounts mean nothing, only shares do */
    bool visible;
    bool watched; /* app->progress watches: nothing is drawn, no signal is taken */
    bool drawn, has_loss;
    double started, last, loss;
};

/* From here to bar_end signals ask the work to stop, or whoever watches does (app->progress). Outputs are opened after
 * it and committed before bar_end, so that no temporary file stays behind. */
void bar_start(struct bar *b, const struct app *app, const char *title, const char *unit);
/* The next part of the same work begins: time and rate are counted anew. */
void bar_again(struct bar *b);
/* Removes the bar, so that something else can be said; the next tick draws it again. */
void bar_hide(struct bar *b);
/* The work is over and what it found is being written: until bar_end a second signal waits, too. */
void bar_keep(struct bar *b);
/* Removes the bar for good. */
void bar_end(struct bar *b);

/* The signal that asked the last work to stop, or 0. */
int bar_signal(void);

#endif
