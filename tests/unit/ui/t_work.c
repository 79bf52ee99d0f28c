#include "ui/work.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

Test(work, losses_stand_in_order_until_there_are_many)
{
    struct work w = {0};
    for (int i = 0; i < WORK_LOSSES; i++)
        work_add_loss(&w, i);
    cr_expect(eq(sz, w.n, WORK_LOSSES));
    cr_expect(eq(sz, w.stride, 1));
    for (size_t i = 0; i < w.n; i++)
        cr_assert(eq(dbl, w.loss[i], (double)i));
}

Test(work, many_losses_are_thinned_out_evenly)
{
    struct work w = {0};
    enum { MANY = 100000 };
    for (int i = 0; i < MANY; i++)
        work_add_loss(&w, i);
    cr_expect(eq(sz, w.seen, MANY));
    cr_assert(le(sz, w.n, WORK_LOSSES));
    cr_expect(gt(sz, w.n, WORK_LOSSES / 2 - 1));
    for (size_t i = 0; i < w.n; i++)
        cr_assert(eq(dbl, w.loss[i], (double)(i * w.stride)));
}

Test(work, what_is_not_finite_is_left_out)
{
    struct work w = {0};
    work_add_loss(&w, (double)NAN);
    work_add_loss(&w, (double)INFINITY);
    work_add_loss(&w, 0.5);
    cr_expect(eq(sz, w.n, 1));
    cr_expect(eq(dbl, w.loss[0], 0.5));
}
