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

/* From here to bar_end Ctrl-C (SIGINT) and SIGTERM ask the work to stop. */
void bar_start(struct bar *b, const struct app *app, const char *title, const char *unit);
/* Removes the bar. */
void bar_end(struct bar *b);

#endif
