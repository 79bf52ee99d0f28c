/* How long work tells how far it is and asks whether to go on. */
#ifndef ASSAY_CORE_BASE_PROGRESS_H
#define ASSAY_CORE_BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct progress {
    /* done of total (total 0 = unknown); false asks the work to stop. Fits then end with the best that they have
     * (BT_INTERRUPTED), other work with ERR_STOPPED. */
    bool (*tick)(void *ctx, double done, double total);
    void *ctx;
    /* What a fit is minimising, before the tick it belongs to; NULL: nobody wants to know. */
    void (*loss)(void *ctx, double value);
};

/* `p` may be NULL: nobody is watching. */
static inline bool progress_tick(const struct progress *p, double done, double total)
{
    return p == NULL || p->tick == NULL || p->tick(p->ctx, done, total);
}

static inline bool progress_tick_loss(const struct progress *p, double done, double total, double loss)
{
    if (p != NULL && p->loss != NULL)
        p->loss(p->ctx, loss);
    return progress_tick(p, done, total);
}

#endif
