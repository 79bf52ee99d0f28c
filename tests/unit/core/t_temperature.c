#include "core/temperature.h"

#include "core/base/rng.h"
#include "core/bt.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdint.h>

static const double z8[] = {2, 1.2, 0.4, -0.3, 0.9, -1.1, 0.1, 1.7};
static const struct metric_pairs eight = {.z = z8, .n = 8};

TestSuite(temperature);

/* n pairs of margins with standard deviation 2, labels drawn with probability sigma(z / T). */
static void simulate(struct rng *r, double T, size_t n, double *z, double *p)
{
    for (size_t i = 0; i < n; i++) {
        z[i] = 2 * rng_normal(r);
        p[i] = rng_uniform(r) < bt_sigma(z[i] / T) ? 1 : 0;
    }
}

static double loss(const struct metric_pairs *m, double T)
{
    double sum = 0;
    for (size_t i = 0; i < m->n; i++)
        sum += (m->p != NULL ? m->p[i] : 1) * bt_softplus(-m->z[i] / T) +
               (m->p != NULL ? 1 - m->p[i] : 0) * bt_softplus(m->z[i] / T);
    return sum;
}

Test(temperature, stationary_at_the_known_value)
{
    struct temperature t;
    temperature_fit(&eight, NULL, &t);
    cr_expect(epsilon_eq(dbl, 1 / t.T, 1.180074, 1e-6));
    cr_expect(epsilon_eq(dbl, t.T, 0.847405, 1e-6));
    cr_expect(epsilon_eq(dbl, loss(&eight, t.T) / 8, 0.534559, 1e-6));
}

/* Rewards of any scale: 1e300 times the margins have 1e300 times the temperature, 1e-300 times as well. */
Test(temperature, goes_with_the_scale_of_the_margins)
{
    for (double scale = 1e-300; scale < 1e301; scale *= 1e60) {
        double z[8];
        const struct metric_pairs m = {.z = z, .n = 8};
        struct temperature t;
        for (size_t i = 0; i < 8; i++)
            z[i] = scale * z8[i];
        temperature_fit(&m, NULL, &t);
        cr_expect(not(t.capped), "%g", scale);
        cr_expect(epsilon_eq(dbl, t.T / scale, 0.847405, 1e-6), "%g", scale);
    }
}

Test(temperature, limits_are_those_of_log_odds_or_of_the_margins)
{
    const double ordinary[] = {1, -1, 1}, large[] = {3e6, -1e6, 5e6}, small[] = {1e-3, 0, 2e-3}, none[] = {0, 0, 0};
    const struct {
        const double *z;
        double lo, hi;
    } cases[] = {{ordinary, 0.05, 20}, {large, 0.05, 6e7}, {small, 5e-5, 20}, {none, 0.05, 20}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct metric_interval l = temperature_limits(&(struct metric_pairs){.z = cases[i].z, .n = 3});
        cr_expect(epsilon_eq(dbl, l.lo / cases[i].lo, 1, 1e-12));
        cr_expect(epsilon_eq(dbl, l.hi / cases[i].hi, 1, 1e-12));
    }
}

/* Which limit it lies at says why. */
Test(temperature, at_a_limit_all_are_right_or_rewards_tell_nothing)
{
    const double right[] = {1, 2, 0.5}, wrong[] = {-1, -2, -0.5}, none[] = {0, 0, 0};
    struct temperature t;
    temperature_fit(&(struct metric_pairs){.z = right, .n = 3}, NULL, &t);
    cr_expect(t.capped && t.T < 1);
    temperature_fit(&(struct metric_pairs){.z = wrong, .n = 3}, NULL, &t);
    cr_expect(t.capped && t.T > 1);
    temperature_fit(&(struct metric_pairs){.z = none, .n = 3}, NULL, &t);
    cr_expect(t.capped && !(t.T < 1) && !(t.T > 1));
}

Test(temperature, information_is_the_second_difference_of_the_loss)
{
    struct temperature t;
    const double h = 1e-4;
    temperature_fit(&eight, NULL, &t);
    double second = (loss(&eight, t.T * exp(h)) - 2 * loss(&eight, t.T) + loss(&eight, t.T * exp(-h))) / (h * h);
    cr_expect(epsilon_eq(dbl, t.information, second, 1e-5));
}

Test(temperature, a_prior_draws_towards_its_centre_and_balances)
{
    struct temperature t, own;
    const double h = 1e-6;
    struct temperature_prior prior = {.centre = log(3), .sd = 0.3};
    temperature_fit(&eight, NULL, &own);
    temperature_fit(&eight, &prior, &t);
    cr_expect(gt(dbl, t.T, own.T));
    cr_expect(lt(dbl, t.T, 3));
    double push = (loss(&eight, t.T * exp(h)) - loss(&eight, t.T * exp(-h))) / (2 * h);
    cr_expect(epsilon_eq(dbl, push, -(log(t.T) - prior.centre) / (prior.sd * prior.sd), 1e-6));
    cr_expect(not(t.capped));
}

Test(temperature, a_prior_gives_a_temperature_where_all_pairs_are_right)
{
    const double z[] = {1, 2, 0.5};
    struct metric_pairs m = {.z = z, .n = 3};
    struct temperature t;
    struct metric_interval unused;
    temperature_fit(&m, NULL, &t);
    cr_expect(t.capped);
    cr_expect(not(temperature_interval(&m, NULL, &t, &unused)));
    temperature_fit(&m, &(struct temperature_prior){0, 0.5}, &t);
    cr_expect(not(t.capped));
    cr_expect(lt(dbl, t.T, 1));
    cr_expect(gt(dbl, t.T, TEMPERATURE_LEAST));
}

Test(temperature, one_prompt_has_no_interval)
{
    const uint64_t one[8] = {7, 7, 7, 7, 7, 7, 7, 7};
    struct temperature t;
    struct metric_interval unused;
    temperature_fit(&eight, NULL, &t);
    cr_expect(not(temperature_interval(&eight, one, &t, &unused)));
    cr_expect(temperature_interval(&eight, NULL, &t, &unused));
}

/* 2 lies in the interval of about 95 of 100 data sets that were made with it. */
Test(temperature, finds_2_within_its_interval)
{
    enum { N = 300, SETS = 1000 };
    struct rng r;
    double z[N], p[N];
    struct metric_pairs m = {.z = z, .p = p, .n = N};
    int inside = 0;
    rng_seed(&r, 11);
    for (int i = 0; i < SETS; i++) {
        struct temperature t;
        struct metric_interval in;
        simulate(&r, 2, N, z, p);
        temperature_fit(&m, NULL, &t);
        cr_assert(temperature_interval(&m, NULL, &t, &in));
        inside += in.lo <= 2 && 2 <= in.hi;
    }
    cr_expect(inside >= 930 && inside <= 970, "%d of %d", inside, SETS);
}

/* Every pair four times under one prompt: the interval is as wide as that of a quarter of the pairs. */
Test(temperature, the_interval_knows_that_pairs_of_a_prompt_agree)
{
    enum { N = 400 };
    struct rng r;
    double z[N], p[N];
    uint64_t prompt[N];
    rng_seed(&r, 12);
    simulate(&r, 2, N / 4, z, p);
    for (size_t i = 0; i < N; i++) {
        z[i] = z[i % (N / 4)];
        p[i] = p[i % (N / 4)];
        prompt[i] = i % (N / 4);
    }
    struct metric_pairs all = {.z = z, .p = p, .n = N}, quarter = {.z = z, .p = p, .n = N / 4};
    struct temperature t;
    struct metric_interval a, b, c;
    temperature_fit(&all, NULL, &t);
    cr_assert(temperature_interval(&all, prompt, &t, &a));
    cr_assert(temperature_interval(&all, NULL, &t, &c));
    temperature_fit(&quarter, NULL, &t);
    cr_assert(temperature_interval(&quarter, NULL, &t, &b));
    cr_expect(epsilon_eq(dbl, a.lo, b.lo, 1e-8));
    cr_expect(epsilon_eq(dbl, a.hi, b.hi, 1e-8));
    cr_expect(lt(dbl, c.hi - c.lo, 0.6 * (a.hi - a.lo)));
}
