#include "core/calibration.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/bt.h"
#include "core/temperature.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdint.h>

/* The eight margins of the calibration examples. */
static const double z8[] = {2, 1.2, 0.4, -0.3, 0.9, -1.1, 0.1, 1.7};
static const struct metric_pairs eight = {.z = z8, .n = 8};

static struct calibration c;
static struct err err;

TestSuite(calibration);

static double nll(const struct metric_pairs *m, double T)
{
    double sum = 0;
    for (size_t i = 0; i < m->n; i++) {
        double p = m->p != NULL ? m->p[i] : 1, z = m->z[i] / T;
        sum += p * bt_softplus(-z) + (1 - p) * bt_softplus(z);
    }
    return sum / (double)m->n;
}

Test(calibration, temperature_has_the_least_log_loss)
{
    cr_assert(calibration_fit(&c, CALIBRATION_TEMPERATURE, &eight, &err), "%s", err.text);
    cr_expect(epsilon_eq(dbl, c.temperature, 0.847405, 1e-6));
    cr_expect(epsilon_eq(dbl, nll(&eight, 1), 0.537282, 1e-6));
    cr_expect(epsilon_eq(dbl, nll(&eight, c.temperature), 0.534559, 1e-6));
    cr_expect(not(c.capped));
    cr_expect(epsilon_eq(dbl, calibration_margin(&c, 2), 2 / c.temperature, 1e-15));
}

Test(calibration, temperature_is_capped_when_every_pair_is_right)
{
    const double z[] = {1, 2, 0.5};
    struct metric_pairs m = {.z = z, .n = 3};
    cr_assert(calibration_fit(&c, CALIBRATION_TEMPERATURE, &m, &err));
    cr_expect(c.capped);
    cr_expect(epsilon_eq(dbl, c.temperature, 0.05, 1e-15));
}

Test(calibration, temperature_of_margins_that_are_all_zero_is_1)
{
    const double z[] = {0, 0};
    struct metric_pairs m = {.z = z, .n = 2};
    cr_assert(calibration_fit(&c, CALIBRATION_TEMPERATURE, &m, &err));
    cr_expect(eq(dbl, c.temperature, 1));
}

/* Margins spread evenly, labels soft and exactly sigma(z / 2). */
Test(calibration, temperature_finds_2_where_2_is_true)
{
    double z[200], p[200];
    for (size_t i = 0; i < 200; i++) {
        z[i] = (double)i / 20 - 5;
        p[i] = bt_sigma(z[i] / 2);
    }
    struct metric_pairs m = {.z = z, .p = p, .n = 200};
    cr_assert(calibration_fit(&c, CALIBRATION_TEMPERATURE, &m, &err));
    cr_expect(epsilon_eq(dbl, c.temperature, 2, 1e-8));
}

Test(calibration, exchanging_chosen_and_rejected_changes_no_map)
{
    double z[8], p[8];
    struct calibration other;
    for (size_t i = 0; i < 8; i++) {
        z[i] = i % 2 == 0 ? -z8[i] : z8[i];
        p[i] = i % 2 == 0 ? 0 : 1;
    }
    struct metric_pairs swapped = {.z = z, .p = p, .n = 8};
    for (int kind = 0; kind < CALIBRATION_KINDS; kind++) {
        cr_assert(calibration_fit(&c, (enum calibration_kind)kind, &eight, &err));
        cr_assert(calibration_fit(&other, (enum calibration_kind)kind, &swapped, &err));
        for (double x = -3; x <= 3; x += 0.25)
            cr_expect(epsilon_eq(dbl, calibration_probability(&c, x), calibration_probability(&other, x), 1e-8));
        calibration_free(&c);
        calibration_free(&other);
    }
}

/* Both orientations of the eight margins by size: wrong at 0.3 and 1.1. From above: 0.1 right, 0.3 wrong, 0.4, 0.9
 * right, 1.1 wrong, the rest right. */
Test(calibration, isotonic_pools_what_is_out_of_order)
{
    cr_assert(calibration_fit(&c, CALIBRATION_ISOTONIC, &eight, &err), "%s", err.text);
    cr_expect(epsilon_eq(dbl, calibration_probability(&c, 0.2), 0.5, 1e-8));
    cr_expect(epsilon_eq(dbl, calibration_probability(&c, 0.9), 2.0 / 3, 1e-8));
    cr_expect(epsilon_eq(dbl, calibration_probability(&c, 5), 1 - 1.0 / 16, 1e-8));
    calibration_free(&c);
}

Test(calibration, isotonic_is_monotone_and_symmetric)
{
    struct rng r;
    double z[300], p[300], last = 0;
    rng_seed(&r, 3);
    for (size_t i = 0; i < 300; i++) {
        z[i] = rng_normal(&r);
        p[i] = rng_uniform(&r);
    }
    struct metric_pairs m = {.z = z, .p = p, .n = 300};
    cr_assert(calibration_fit(&c, CALIBRATION_ISOTONIC, &m, &err));
    for (double x = -4; x <= 4; x += 0.01) {
        double g = calibration_probability(&c, x);
        cr_expect(ge(dbl, g, last));
        cr_expect(epsilon_eq(dbl, g + calibration_probability(&c, -x), 1, 1e-8));
        last = g;
    }
    cr_expect(epsilon_eq(dbl, bt_sigma(calibration_margin(&c, 1)), calibration_probability(&c, 1), 1e-8));
    calibration_free(&c);
}

Test(calibration, no_map_changes_which_answer_is_better)
{
    for (int kind = 0; kind < CALIBRATION_KINDS; kind++) {
        cr_assert(calibration_fit(&c, (enum calibration_kind)kind, &eight, &err));
        for (double x = 0.001; x < 4; x += 0.1)
            cr_expect(gt(dbl, calibration_margin(&c, x), calibration_margin(&c, x - 0.0005)));
        cr_expect(eq(dbl, calibration_margin(&c, 0), 0));
        calibration_free(&c);
    }
}

Test(calibration, equal_margins_get_one_probability)
{
    const double z[] = {1, 1, 1, 1}, p[] = {1, 1, 1, 0};
    struct metric_pairs m = {.z = z, .p = p, .n = 4};
    cr_assert(calibration_fit(&c, CALIBRATION_ISOTONIC, &m, &err));
    cr_expect(epsilon_eq(dbl, calibration_probability(&c, 1), 0.75, 1e-8));
    calibration_free(&c);
}

Test(calibration, a_weight_is_as_good_as_repeating_the_pair)
{
    const double z[] = {0.5, -0.2, 1, 1}, weight[] = {1, 1, 2}, z3[] = {0.5, -0.2, 1};
    struct metric_pairs repeated = {.z = z, .n = 4}, weighted = {.z = z3, .weight = weight, .n = 3};
    struct calibration other;
    cr_assert(calibration_fit(&c, CALIBRATION_TEMPERATURE, &repeated, &err));
    cr_assert(calibration_fit(&other, CALIBRATION_TEMPERATURE, &weighted, &err));
    cr_expect(epsilon_eq(dbl, c.temperature, other.temperature, 1e-8));
}

/* Kull's a log p - b log(1 - p) + c at its check value, with the c that makes even odds stay even. */
Test(calibration, beta_is_that_of_kull_on_the_likelier_side)
{
    const struct calibration beta = {.kind = CALIBRATION_BETA, .temperature = 1, .a = 2, .b = 1};
    double z = log(0.7 / 0.3), with_c = calibration_margin(&beta, z) - log(2) + 0.1;
    cr_expect(epsilon_eq(dbl, bt_sigma(with_c), 0.643508, 1e-6));
    cr_expect(epsilon_eq(dbl, calibration_margin(&beta, -z), -calibration_margin(&beta, z), 1e-15));
    cr_expect(eq(dbl, calibration_margin(&beta, 0), 0));
}

Test(calibration, beta_with_equal_parts_is_a_temperature)
{
    const struct calibration beta = {.kind = CALIBRATION_BETA, .temperature = 1, .a = 0.4, .b = 0.4};
    for (double z = -40; z <= 40; z += 0.7)
        cr_expect(epsilon_eq(dbl, calibration_margin(&beta, z), 0.4 * z, 1e-12));
}

/* No temperature fits margins that are right when small and too sure when large; beta does. */
Test(calibration, beta_finds_what_was_put_in)
{
    enum { N = 2001 };
    static double z[N], p[N];
    const struct calibration truth = {.kind = CALIBRATION_BETA, .temperature = 1, .a = 1.6, .b = 0.3};
    for (size_t i = 0; i < N; i++) {
        z[i] = (double)i / 200 - 5;
        p[i] = calibration_probability(&truth, z[i]);
    }
    struct metric_pairs m = {.z = z, .p = p, .n = N};
    cr_assert(calibration_fit(&c, CALIBRATION_BETA, &m, &err), "%s", err.text);
    cr_expect(epsilon_eq(dbl, c.a, 1.6, 1e-6));
    cr_expect(epsilon_eq(dbl, c.b, 0.3, 1e-6));
    double with = calibration_loss(&c, &m);
    cr_assert(calibration_fit(&c, CALIBRATION_TEMPERATURE, &m, &err));
    cr_expect(lt(dbl, with, calibration_loss(&c, &m) - 1));
}

Test(calibration, beta_is_never_worse_than_the_temperature_on_its_pairs)
{
    struct rng r;
    double z[60], p[60];
    rng_seed(&r, 9);
    struct metric_pairs m = {.z = z, .p = p, .n = 60};
    for (int set = 0; set < 50; set++) {
        struct calibration t;
        for (size_t i = 0; i < 60; i++) {
            z[i] = 3 * rng_normal(&r);
            p[i] = rng_uniform(&r) < 0.7 ? z[i] > 0 : z[i] < 0;
        }
        cr_assert(calibration_fit(&c, CALIBRATION_BETA, &m, &err));
        cr_assert(calibration_fit(&t, CALIBRATION_TEMPERATURE, &m, &err));
        cr_expect(le(dbl, calibration_loss(&c, &m), calibration_loss(&t, &m) + 1e-9));
        const struct metric_interval T = temperature_limits(&m);
        cr_expect(c.a >= 1 / T.hi && c.b >= 1 / T.hi && c.a <= 1 / T.lo && c.b <= 1 / T.lo);
    }
}

/* A head of a million times the rewards says the same through a map fitted to it. */
Test(calibration, every_map_goes_with_the_scale_of_the_margins)
{
    enum { N = 200 };
    double z[N], huge[N], p[N];
    struct rng r;
    rng_seed(&r, 31);
    for (size_t i = 0; i < N; i++) {
        z[i] = rng_normal(&r);
        huge[i] = 1e6 * z[i];
        p[i] = rng_uniform(&r) < bt_sigma(2 * z[i]) ? 1 : 0;
    }
    for (enum calibration_kind k = CALIBRATION_TEMPERATURE; k < CALIBRATION_KINDS; k++) {
        struct calibration scaled;
        /* Beta has no scale: its margins grow from the tail that huge ones all lie in, so it is a temperature there. */
        enum calibration_kind own = k == CALIBRATION_BETA ? CALIBRATION_TEMPERATURE : k;
        cr_assert(calibration_fit(&c, own, &(struct metric_pairs){.z = z, .p = p, .n = N}, &err));
        cr_assert(calibration_fit(&scaled, k, &(struct metric_pairs){.z = huge, .p = p, .n = N}, &err));
        for (size_t i = 0; i < N; i++)
            cr_expect(epsilon_eq(dbl, calibration_probability(&scaled, huge[i]), calibration_probability(&c, z[i]),
                                 k == CALIBRATION_BETA ? 0.05 : 1e-8),
                      "%s at %g", calibration_name(k), z[i]);
        calibration_free(&scaled);
        calibration_free(&c);
    }
}

Test(calibration, beta_of_one_margin_and_of_pairs_all_right)
{
    const double same[] = {1, 1, 1}, p[] = {1, 1, 0}, right[] = {1, 2, 3};
    cr_assert(calibration_fit(&c, CALIBRATION_BETA, &(struct metric_pairs){.z = same, .p = p, .n = 3}, &err));
    cr_expect(epsilon_eq(dbl, calibration_probability(&c, 1), 2.0 / 3, 1e-8));
    cr_assert(calibration_fit(&c, CALIBRATION_BETA, &(struct metric_pairs){.z = right, .n = 3}, &err));
    cr_expect(epsilon_eq(dbl, c.a, 20, 1e-12));
    cr_expect(epsilon_eq(dbl, c.b, 20, 1e-12));
}

/* Labels y in the order of their margins pool to v. As soft labels (1 + y) / 2 of margins above 0 they pool to
 * (1 + v) / 2, apart from their mirror image below; the last block is kept 1/16 off 1. */
Test(calibration, isotonic_pools_adjacent_violators)
{
    static const double y[] = {0, 1, 0, 0, 1, 0, 1, 1}, v[] = {0, 1.0 / 3, 1.0 / 3, 1.0 / 3, 0.5, 0.5, 1, 1};
    double z[8], p[8];
    for (size_t i = 0; i < 8; i++) {
        z[i] = (double)(i + 1);
        p[i] = (1 + y[i]) / 2;
    }
    cr_assert(calibration_fit(&c, CALIBRATION_ISOTONIC, &(struct metric_pairs){.z = z, .p = p, .n = 8}, &err));
    for (size_t i = 0; i < 8; i++)
        cr_expect(epsilon_eq(dbl, calibration_probability(&c, z[i]), fmin((1 + v[i]) / 2, 1 - 1.0 / 16), 1e-7));
    calibration_free(&c);
}

/* The simplest of maps that are equally good: labels made without any miscalibration. */
Test(calibration, the_simplest_is_taken_among_equals)
{
    enum { N = 400 };
    static double z[N], p[N];
    double loss[CALIBRATION_KINDS];
    enum calibration_kind best;
    for (size_t i = 0; i < N; i++) {
        z[i] = (double)i / 40 - 5;
        p[i] = bt_sigma(z[i]);
    }
    struct metric_pairs m = {.z = z, .p = p, .n = N};
    cr_assert(calibration_choose(&m, NULL, 5, 1, loss, &best, &err), "%s", err.text);
    cr_expect(eq(int, (int)best, CALIBRATION_NONE));
    for (int k = 0; k < CALIBRATION_KINDS; k++)
        cr_expect(ge(dbl, loss[k], loss[CALIBRATION_NONE] - CALIBRATION_SAME));
}

Test(calibration, what_cannot_be_calibrated_on_is_refused)
{
    const double nan_margin[] = {1, NAN}, none[] = {0, 0};
    struct metric_pairs bad = {.z = nan_margin, .n = 2}, light = {.z = z8, .weight = none, .n = 2}, empty = {.n = 0};
    cr_expect(not(calibration_fit(&c, CALIBRATION_ISOTONIC, &bad, &err)));
    cr_expect(eq(int, (int)err.kind, ERR_NUMERIC));
    cr_expect(not(calibration_fit(&c, CALIBRATION_TEMPERATURE, &light, &err)));
    cr_expect(eq(int, (int)err.kind, ERR_MISSING));
    cr_expect(not(calibration_fit(&c, CALIBRATION_NONE, &empty, &err)));
}

Test(calibration, with_one_prompt_nothing_can_be_left_out)
{
    const uint64_t one[] = {4, 4, 4, 4, 4, 4, 4, 4};
    double loss[CALIBRATION_KINDS];
    enum calibration_kind best;
    cr_assert(calibration_choose(&eight, one, 5, 1, loss, &best, &err), "%s", err.text);
    cr_expect(eq(int, (int)best, CALIBRATION_NONE));
    cr_expect(isnan(loss[CALIBRATION_TEMPERATURE]));
}

/* Overconfident by a factor of 3: a temperature is right; isotonic has more freedom than the data warrants. */
Test(calibration, the_choice_is_by_log_loss_on_pairs_left_out)
{
    enum { N = 2000 };
    struct rng r;
    static double z[N], p[N];
    double loss[CALIBRATION_KINDS];
    enum calibration_kind best;
    rng_seed(&r, 5);
    for (size_t i = 0; i < N; i++) {
        double x = rng_normal(&r);
        z[i] = 3 * x;
        p[i] = rng_uniform(&r) < bt_sigma(x) ? 1 : 0;
    }
    struct metric_pairs m = {.z = z, .p = p, .n = N};
    cr_assert(calibration_choose(&m, NULL, 5, 1, loss, &best, &err), "%s", err.text);
    cr_expect(eq(int, (int)best, CALIBRATION_TEMPERATURE));
    cr_expect(lt(dbl, loss[CALIBRATION_TEMPERATURE], loss[CALIBRATION_NONE]));
    cr_expect(lt(dbl, loss[CALIBRATION_ISOTONIC], loss[CALIBRATION_NONE]));
}
