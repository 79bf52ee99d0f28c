#include "core/adam.h"

#include "core/base/mem.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static struct err err;

/* Four gradients of three parameters that begin at (1, -2, 0.5). */
static const float start[3] = {1, -2, 0.5F};
static const float gradients[4][3] = {{0.5F, -1, 0}, {-0.25F, 0.75F, 2}, {1, 0.1F, -0.5F}, {0.2F, -0.3F, 0.4F}};

static void run(const struct adam *a, bool decays, float w[3])
{
    struct adam_block p;
    cr_assert(adam_block_init(&p, 3, &err), "%s", err.text);
    memcpy(p.w, start, sizeof start);
    for (size_t t = 0; t < 4; t++) {
        struct adam_step s = adam_at(a, t + 1);
        memcpy(p.g, gradients[t], sizeof gradients[t]);
        adam_block_step(&p, 0, 1, &s, decays); /* in two parts: nothing depends on them */
        adam_block_step(&p, 1, 2, &s, decays);
    }
    memcpy(w, p.w, sizeof start);
    adam_block_free(&p);
}

static void expect(const struct adam *a, bool decays, const double want[3])
{
    float w[3];
    run(a, decays, w);
    for (int i = 0; i < 3; i++)
        cr_expect(epsilon_eq(dbl, w[i], want[i], 3e-7));
}

/* The wanted values come from PyTorch's documented algorithm, worked out in float64 elsewhere. */
Test(adam, four_steps_are_those_of_the_published_algorithm)
{
    struct adam a = adam_default();
    a.rate = 0.01;
    expect(&a, true, (double[]){0.974445012, -1.987432363, 0.484179730});
    a.decay = 0.1;
    expect(&a, true, (double[]){0.970492883, -1.979476289, 0.482201633});
    expect(&a, false, (double[]){0.974445012, -1.987432363, 0.484179730});
    a.rate = 0.05;
    a.schedule = ADAM_COSINE;
    a.steps = 4;
    expect(&a, true, (double[]){0.905535834, -1.920139268, 0.448868685});
}

Test(adam, the_first_step_is_the_rate_against_the_sign_of_the_gradient)
{
    struct adam a = adam_default();
    struct adam_step s = adam_at(&a, 1);
    struct adam_block p;
    static const float g[4] = {1e-3F, -5, 300, -1e4F};
    cr_assert(adam_block_init(&p, 4, &err), "%s", err.text);
    memcpy(p.g, g, sizeof g);
    adam_block_step(&p, 0, 4, &s, true);
    for (size_t i = 0; i < 4; i++)
        cr_expect(epsilon_eq(dbl, p.w[i], copysign(1e-3, -g[i]), 2e-8));
    adam_block_free(&p);
}

Test(adam, a_cosine_begins_at_the_rate_and_ends_at_none)
{
    struct adam a = adam_default();
    a.beta1 = a.beta2 = 0; /* the corrections are 1 */
    a.schedule = ADAM_COSINE;
    a.steps = 100;
    a.rate = 0.5;
    cr_expect(epsilon_eq(dbl, adam_at(&a, 1).rate, 0.5, 1e-7));
    cr_expect(epsilon_eq(dbl, adam_at(&a, 51).rate, 0.25, 1e-7));
    cr_expect(epsilon_eq(dbl, adam_at(&a, 26).rate, 0.5 * (1 + sqrt(0.5)) / 2, 1e-7));
    cr_expect(epsilon_eq(dbl, adam_at(&a, 101).rate, 0, 1e-7));
    cr_expect(epsilon_eq(dbl, adam_at(&a, 1000).rate, 0, 1e-7));
}

Test(adam, memory_that_cannot_be_had_is_an_error)
{
    struct adam_block p;
    mem_fail_after = 1;
    cr_expect(not(adam_block_init(&p, 8, &err)));
    cr_expect(eq(int, err.kind, ERR_MEMORY));
}
