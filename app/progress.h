/* How far long work is: a bar on stderr with rate and time left when it is a terminal, nothing otherwise. Ctrl-C asks
 * the work to stop, which ends it in good order. */
#ifndef ASSAY_APP_PROGRESS_H
#define ASSAY_APP_PROGRESS_H

#include "app/app.h"
#include "core/base/progress.h"

struct bar {
    struct progress progress; /* hand &bar.progress to the work */
    const char *title;
    const char *unit; /* "B" is shown as kB, MB, GB */
    bool visible;
    bool drawn;
    double started, last;
};

/* From here to bar_end Ctrl-C (SIGINT), SIGTERM and SIGHUP ask the work to stop. Outputs are opened after it and
 * committed before bar_end, so that no temporary file stays behind. */
void bar_start(struct bar *b, const struct app *app, const char *title, const char *unit);
/* The next part of the same work begins: time and rate are counted anew. */
void bar_again(struct bar *b);
/* Removes the bar, so that something else can be said; the next tick draws it again. */
void bar_hide(struct bar *b);
/* Removes the bar for good. */
void bar_end(struct bar *b);

#endif
