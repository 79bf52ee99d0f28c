#include "tests/support/checks.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

void checks_run(const struct check *checks, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct check *c = &checks[i];
        double got[CHECKS_MOST] = {0};
        c->compute(got);
        for (size_t j = 0; j < c->n; j++)
            cr_expect(epsilon_eq(dbl, got[j], c->want[j], c->tolerance), "%s %s, number %zu", c->section, c->what,
                      j + 1);
    }
}
