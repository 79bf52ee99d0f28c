/* How long work tells how far it is and asks whether to go on. */
#ifndef ASSAY_CORE_BASE_PROGRESS_H
#define ASSAY_CORE_BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct progress {
    /* done of total (total 0 = unknown); false asks the work to stop with ERR_STOPPED. */
    bool (*tick)(void *ctx, double done, double total);
    void *ctx;
};

/* `p` may be NULL: nobody is watching. */
static inline bool progress_tick(const struct progress *p, double done, double total)
{
    return p == NULL || p->tick == NULL || p->tick(p->ctx, done, total);
}

#endif
