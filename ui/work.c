#include "ui/work.h"

#include <math.h>

void work_add_loss(struct work *w, double loss)
{
    if (!isfinite(loss))
        return;
    if (w->stride == 0)
        w->stride = 1;
    if (w->n == WORK_LOSSES) {
        for (size_t i = 0; i < WORK_LOSSES / 2; i++)
            w->loss[i] = w->loss[2 * i];
        w->n /= 2;
        w->stride *= 2;
    }
    if (w->seen++ % w->stride == 0)
        w->loss[w->n++] = loss;
}
