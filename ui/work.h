/* Work in the background as a view shows it: how far it is, what a fit has reached, how it ended. */
#ifndef ASSAY_UI_WORK_H
#define ASSAY_UI_WORK_H

#include "core/base/err.h"

#include <stddef.h>

enum work_state { WORK_NONE, WORK_RUNNING, WORK_DONE, WORK_FAILED, WORK_STOPPED };

/* Losses of a fit, one an evaluation, thinned out as they grow in number: loss[i] is that of evaluation i * stride. */
enum { WORK_LOSSES = 256 };

struct work {
    enum work_state state;
    double done, total; /* total 0: not known */
    double seconds;     /* since it began */
    double loss[WORK_LOSSES];
    size_t n, stride, seen; /* losses kept, how far apart, how many there were */
    struct err err;         /* WORK_FAILED: why */
};

/* One more loss; one that is not finite is left out. */
void work_add_loss(struct work *w, double loss);

#endif
