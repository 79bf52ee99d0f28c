#include "core/drift.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

/* Newcombe 1998, table II, method 10, the first of the examples and some at the edge. */
Test(drift, intervals_are_those_of_newcombe)
{
    static const struct {
        double k1, n1, k2, n2, lo, hi;
    } known[] = {{48, 80, 56, 70, 0.0524, 0.3339}, {3, 10, 9, 10, 0.1705, 0.8090},  {2, 7, 6, 7, 0.0582, 0.8062},
                 {0, 29, 5, 56, -0.0381, 0.1926},  {0, 20, 0, 10, -0.1611, 0.2775}, {0, 10, 10, 10, 0.6075, 1.0000}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct drift d = drift_of(known[i].k1, known[i].n1, known[i].k2, known[i].n2);
        cr_expect(lt(dbl, fabs(d.range.lo - known[i].lo), 6e-5), "%zu: %.4f", i, d.range.lo);
        cr_expect(lt(dbl, fabs(d.range.hi - known[i].hi), 6e-5), "%zu: %.4f", i, d.range.hi);
        cr_expect(eq(int, d.certain, known[i].lo > 0));
    }
}

Test(drift, the_other_way_round_is_the_same_change_back)
{
    struct drift a = drift_of(12, 40, 31, 50), b = drift_of(31, 50, 12, 40);
    cr_expect(eq(dbl, a.change, -b.change));
    cr_expect(lt(dbl, fabs(a.range.lo + b.range.hi), 1e-15));
    cr_expect(lt(dbl, fabs(a.range.hi + b.range.lo), 1e-15));
}

Test(drift, without_a_time_before_nothing_is_said)
{
    struct drift d = drift_of(0, 0, 3, 4);
    cr_expect(isnan(d.change) && isnan(d.range.lo) && isnan(d.range.hi));
    cr_expect(not(d.certain));
}
