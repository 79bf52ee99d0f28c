#include "core/interval.h"

#include "core/base/mem.h"
#include "core/linalg.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static struct err err;
static struct head h;

static void set_up(void)
{
    linalg_threads(1);
    head_init(&h, "bt", (const char *const[]){"reward"}, 1, 2);
    h.W[0] = 1;
    h.W[1] = -1;
}

static void tear_down(void)
{
    head_free(&h);
}

TestSuite(interval, .init = set_up, .fini = tear_down);

static const double factor[] = {2, 1, 0, 4};

static void measure(const double *x, double value, struct interval *out)
{
    struct interval_source s;
    double copy[2] = {x[0], x[1]};
    cr_assert(interval_source_of(&h, &s, &err), "%s", err.text);
    cr_assert(interval_of_rows(&s, copy, 1, &value, out, &err), "%s", err.text);
}

/* U'U = [4 2; 2 17], whose inverse is [17 -2; -2 4] / 64. */
Test(interval, laplace_is_the_quadratic_form_of_the_inverse)
{
    struct interval i;
    head_set_tensor(&h, "laplace.factor", 2, 2, factor);
    measure((double[]){1, 3}, 0.5, &i);
    double sd = sqrt((17 - 12 + 36) / 64.0);
    cr_expect(epsilon_eq(dbl, i.sd, sd, 1e-15));
    cr_expect(epsilon_eq(dbl, i.lo, 0.5 - 1.959964 * sd, 1e-6));
    cr_expect(epsilon_eq(dbl, i.hi, 0.5 + 1.959964 * sd, 1e-6));
}

Test(interval, the_mix_scales_it)
{
    struct interval one, two;
    head_set_tensor(&h, "laplace.factor", 2, 2, factor);
    measure((double[]){1, 3}, 0, &one);
    h.mix[0] = -2;
    measure((double[]){1, 3}, 0, &two);
    cr_expect(epsilon_eq(dbl, two.sd, 2 * one.sd, 1e-15));
    cr_expect(epsilon_eq(dbl, two.hi, 2 * one.hi, 1e-15));
}

Test(interval, an_ensemble_gives_percentiles_around_the_heads_own_offset)
{
    double members[41 * 2];
    struct interval i;
    for (size_t m = 0; m < 41; m++) {
        members[2 * m] = 1 + ((double)m - 20) / 10; /* values of (1, 0) are -1 to 3 */
        members[2 * m + 1] = 0;
    }
    head_set_tensor(&h, "ensemble.weight", 41, 2, members);
    head_set_tensor(&h, "laplace.factor", 2, 2, factor); /* the ensemble goes first */
    measure((double[]){1, 0}, 1 + 10, &i);
    cr_expect(epsilon_eq(dbl, i.lo, 10 - 0.9, 1e-12));
    cr_expect(epsilon_eq(dbl, i.hi, 10 + 2.9, 1e-12));
    cr_expect(epsilon_eq(dbl, i.sd, 0.1 * sqrt(41.0 * 42 / 12), 1e-12));
    h.mix[0] = -1;
    measure((double[]){1, 0}, -1, &i);
    cr_expect(epsilon_eq(dbl, i.lo, -2.9, 1e-12), "ends change places with the sign");
}

/* Two outputs: members are of the reward; their intercepts count for rows, and not for differences of rows. */
Test(interval, an_ensemble_of_several_outputs_is_of_their_reward)
{
    struct head two;
    struct interval_source s;
    struct interval i;
    double members[41 * 2], bias[41], value = 7;
    head_init(&two, "regression", (const char *const[]){"a", "b"}, 2, 2);
    memcpy(two.W, (const double[]){1, 0, 0, 1}, 4 * sizeof(double));
    memcpy(two.b, (const double[]){2, 4}, 2 * sizeof(double));
    memcpy(two.mix, (const double[]){1, 0.5}, 2 * sizeof(double)); /* the reward is x + y / 2 + 4 */
    for (size_t m = 0; m < 41; m++) {
        members[2 * m] = 1;
        members[2 * m + 1] = 0.5 + ((double)m - 20) / 10;
        bias[m] = 4 - ((double)m - 20) / 10;
    }
    head_set_tensor(&two, "ensemble.weight", 41, 2, members);
    head_set_tensor(&two, INTERVAL_BIAS, 41, 0, bias);
    cr_assert(interval_source_of(&two, &s, &err), "%s", err.text);
    cr_assert(interval_of_rows(&s, (double[]){2, 1}, 1, &value, &i, &err));
    cr_expect(epsilon_eq(dbl, i.lo, 7 - 1.9, 1e-12));
    cr_expect(epsilon_eq(dbl, i.hi, 7 + 1.9, 1e-12));
    s.whole = true; /* at y = 1 what the weight gains the intercept loses */
    cr_assert(interval_of_rows(&s, (double[]){2, 1}, 1, &value, &i, &err));
    cr_expect(epsilon_eq(dbl, i.lo, 7.0, 1e-12));
    cr_expect(epsilon_eq(dbl, i.hi, 7.0, 1e-12));
    head_set_tensor(&two, INTERVAL_BIAS, 40, 0, bias);
    cr_expect(not(interval_source_of(&two, &s, &err)));
    head_free(&two);
}

Test(interval, a_difference_of_nothing_is_certain)
{
    struct interval i;
    head_set_tensor(&h, "laplace.factor", 2, 2, factor);
    measure((double[]){0, 0}, 0, &i);
    cr_expect(eq(dbl, i.sd, 0));
    cr_expect(eq(dbl, i.lo, 0));
}

Test(interval, a_head_without_is_no_error)
{
    struct interval_source s;
    cr_assert(interval_source_of(&h, &s, &err));
    cr_expect(eq(int, (int)s.kind, (int)INTERVAL_NONE));
}

static void expect_refused(const char *tensor, size_t rows, size_t cols, const double *v)
{
    struct interval_source s;
    head_set_tensor(&h, tensor, rows, cols, v);
    cr_expect(not(interval_source_of(&h, &s, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_SCHEMA));
    cr_expect(ne(ptr, strstr(err.text, tensor), NULL), "%s", err.text);
}

Test(interval, tensors_that_do_not_fit_are_refused)
{
    static const double v[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    expect_refused("laplace.factor", 3, 3, v);
    expect_refused("laplace.factor", 2, 0, v);
    expect_refused("laplace.factor", 2, 2, (double[]){1, 0, 0, 0});
    expect_refused("ensemble.weight", 1, 2, v);
}

Test(interval, exhausted_memory_is_an_error)
{
    struct interval_source s;
    struct interval i;
    double x[2] = {1, 2}, value = 0;
    head_set_tensor(&h, "ensemble.weight", 2, 2, factor);
    cr_assert(interval_source_of(&h, &s, &err));
    mem_fail_after = 1;
    cr_expect(not(interval_of_rows(&s, x, 1, &value, &i, &err)));
    mem_fail_after = 0;
    cr_expect(eq(int, (int)err.kind, (int)ERR_MEMORY));
}
