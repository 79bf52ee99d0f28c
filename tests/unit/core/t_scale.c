#include "core/scale.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

static struct err err;

TestSuite(scale);

/* Scores 3 and 4 are 0.7 and 0.9, and 0 to 4 lie in the middles of fifths. */
Test(scale, armorm_is_the_one_worked_out_by_hand)
{
    double y[] = {3, NAN, 4, 0};
    struct scale s;
    cr_assert(scale_of(SCALE_ARMORM, y, 4, 1, &s, &err));
    scale_apply(&s, y, 4, 1);
    cr_expect(epsilon_eq(dbl, y[0], 0.7, 1e-15));
    cr_expect(isnan(y[1]));
    cr_expect(epsilon_eq(dbl, y[2], 0.9, 1e-15));
    cr_expect(epsilon_eq(dbl, y[3], 0.1, 1e-15));
}

Test(scale, unit_maps_the_extremes_of_its_own_attribute)
{
    double y[] = {2, 100, NAN, 200, 5, NAN, 3, 300};
    struct scale s;
    cr_assert(scale_of(SCALE_UNIT, y, 4, 2, &s, &err));
    scale_apply(&s, y, 4, 2);
    cr_expect(eq(dbl, y[0], 0));
    cr_expect(epsilon_eq(dbl, y[4], 1, 1e-15));
    cr_expect(epsilon_eq(dbl, y[6], 1.0 / 3, 1e-15));
    cr_expect(eq(dbl, y[1], 100), "the other attribute is left alone");
}

Test(scale, none_changes_nothing)
{
    double y[] = {-3.25, 1e9};
    struct scale s;
    cr_assert(scale_of(SCALE_NONE, y, 2, 1, &s, &err));
    scale_apply(&s, y, 2, 1);
    cr_expect(eq(dbl, y[0], -3.25));
    cr_expect(eq(dbl, y[1], 1e9));
}

Test(scale, ratings_that_do_not_fit_are_refused)
{
    const double same[] = {2, 2}, large[] = {0, 5}, negative[] = {-1, 2}, none[] = {NAN};
    struct scale s;
    cr_expect(not(scale_of(SCALE_UNIT, same, 2, 1, &s, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_RANGE));
    cr_expect(not(scale_of(SCALE_UNIT, none, 1, 1, &s, &err)));
    cr_expect(not(scale_of(SCALE_ARMORM, large, 2, 1, &s, &err)));
    cr_expect(not(scale_of(SCALE_ARMORM, negative, 2, 1, &s, &err)));
}
