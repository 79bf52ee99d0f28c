#include "core/sdm.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/bt.h"
#include "core/resample.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

TestSuite(sdm);

/* Two outputs (2, -1) are a margin of 3. */
Test(sdm, activation_worked_out_by_hand)
{
    cr_expect(epsilon_eq(dbl, bt_sigma(sdm_margin(3, exp(1) - 2, 1)), 0.952574, 1e-6), "the logistic function");
    cr_expect(epsilon_eq(dbl, bt_sigma(sdm_margin(3, 0, 1)), 0.888889, 1e-6));
    cr_expect(epsilon_eq(dbl, bt_sigma(sdm_margin(3, 10, 1)), 0.999422, 1e-6));
    cr_expect(epsilon_eq(dbl, bt_sigma(sdm_margin(3, 10, 0.5)), 0.976509, 1e-6));
    cr_expect(epsilon_eq(dbl, bt_sigma(sdm_margin(3, 10, 0)), 0.5, 1e-15));
    cr_expect(epsilon_eq(dbl, bt_softplus(-sdm_margin(3, 10, 0.5)) / log(12), 0.009566, 1e-6), "its loss, base 2 + q");
}

Test(sdm, is_odd_in_the_margin)
{
    for (double q = 0; q < 5; q++)
        cr_expect(eq(dbl, sdm_margin(-1.3, q, 0.7), -sdm_margin(1.3, q, 0.7)));
    cr_expect(eq(dbl, sdm_margin(0, 9, 1), 0));
}

Test(sdm, similarity_is_rescaled_to_at_most_itself)
{
    cr_expect(eq(dbl, sdm_rescaled(0, 5), 0));
    cr_expect(epsilon_eq(dbl, sdm_rescaled(7, 0), 3, 1e-12), "9^(1/2)");
    cr_expect(eq(dbl, sdm_rescaled(7, 40), 7));
    cr_expect(eq(dbl, sdm_rescaled(7, -1), sdm_rescaled(7, 1)));
}

Test(sdm, nearness_counts_the_nearer_ones)
{
    const size_t q[] = {1, 0, 2, 3, 1, 5};
    const double distance[] = {2, 0.1, 1, 2, 4, 9}, z[] = {1, 1, 1, 1, 1, 1}, p[] = {1, 1, 1, 0, 1, 0.5};
    struct sdm s;
    sdm_fit(&s, &(struct sdm_seen){q, distance, z, p, 6}, 0.95);
    cr_expect(eq(sz, s.reach, 4), "neither q = 0 nor a pair without a class");
    const double at[] = {0, 1, 1.5, 2, 2.5, 4, 4.1}, d[] = {1, 1, 0.75, 0.75, 0.25, 0.25, 0};
    for (size_t i = 0; i < 7; i++)
        cr_expect(eq(dbl, sdm_nearness(&s, at[i]), d[i]), "at %g", at[i]);
    sdm_free(&s);
}

Test(sdm, without_calibration_pairs_nothing_is_near_and_nothing_reliable)
{
    struct sdm s;
    sdm_fit(&s, &(struct sdm_seen){.n = 0}, 0.95);
    cr_expect(eq(dbl, sdm_nearness(&s, 0), 0));
    cr_expect(not(s.region.found));
    cr_expect(not(sdm_reliable(&s, 1000, 50)));
    sdm_free(&s);
}

/* ---- the region, as the paper's code looks for it ---- */

enum { MANY = 300 };
struct made {
    size_t q[MANY];
    double distance[MANY], z[MANY], p[MANY];
};

/* Margins say what they mean, more so where q is large. */
static void make(struct made *m, uint64_t seed, double strength)
{
    struct rng r;
    rng_seed(&r, seed);
    for (size_t i = 0; i < MANY; i++) {
        m->q[i] = (size_t)rng_below(&r, 12);
        m->distance[i] = rng_uniform(&r);
        m->z[i] = strength * rng_normal(&r);
        bool right = rng_uniform(&r) < bt_sigma(fabs(m->z[i]) * (double)m->q[i] / 4);
        m->p[i] = right == (m->z[i] > 0);
    }
}

static struct sdm_region slow_region(const struct sdm *s, const struct made *m, double alpha)
{
    struct sdm_region best = {.alpha = alpha};
    double qs[MANY], said[MANY], values[MANY];
    size_t n = 0;
    for (size_t i = 0; i < MANY; i++) {
        double margin = sdm_margin(m->z[i], (double)m->q[i], sdm_nearness(s, m->distance[i]));
        double q = fmin((double)m->q[i], pow(2 + (double)m->q[i], bt_sigma(fabs(margin))));
        if (q >= 1) {
            qs[n] = q;
            said[n++] = bt_sigma(m->p[i] > 0.5 ? margin : -margin);
        }
    }
    for (size_t c = 0; c < n; c++) {
        size_t k = 0;
        for (size_t i = 0; i < n; i++)
            if (qs[i] >= qs[c])
                values[k++] = said[i];
        resample_sort(values, k);
        size_t at = (size_t)((1 - alpha) * (double)k);
        double quantile = values[at < k ? at : k - 1];
        if (quantile >= alpha && (!best.found || qs[c] < best.least_q))
            best = (struct sdm_region){alpha, true, qs[c], quantile, k, INFINITY};
    }
    return best;
}

Test(sdm, the_region_is_the_one_that_trying_every_threshold_finds)
{
    struct made m;
    size_t found = 0;
    const double alphas[] = {0.6, 0.8, 0.9, 0.95};
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct sdm s;
        make(&m, seed, seed % 2 ? 1 : 4);
        sdm_fit(&s, &(struct sdm_seen){m.q, m.distance, m.z, m.p, MANY}, alphas[seed % 4]);
        struct sdm_region slow = slow_region(&s, &m, alphas[seed % 4]);
        cr_expect(eq(int, s.region.found, slow.found));
        cr_expect(eq(dbl, s.region.least_q, slow.least_q));
        cr_expect(eq(dbl, s.region.least_s, slow.least_s));
        cr_expect(eq(sz, s.region.admitted, slow.admitted));
        found += slow.found;
        sdm_free(&s);
    }
    cr_expect(found >= 10 && found <= 39, "both answers are met: %zu", found);
}

Test(sdm, no_finite_threshold_is_an_answer)
{
    struct made m;
    struct sdm s;
    make(&m, 3, 1);
    for (size_t i = 0; i < MANY; i++)
        m.p[i] = m.z[i] < 0;
    sdm_fit(&s, &(struct sdm_seen){m.q, m.distance, m.z, m.p, MANY}, 0.95);
    cr_expect(not(s.region.found), "the head is always wrong");
    cr_expect(eq(sz, s.region.admitted, 0));
    cr_expect(not(sdm_reliable(&s, 100, 100)));
    sdm_free(&s);
}

Test(sdm, swapping_the_answers_of_every_pair_changes_nothing)
{
    struct made m;
    struct sdm a, b;
    make(&m, 5, 4);
    sdm_fit(&a, &(struct sdm_seen){m.q, m.distance, m.z, m.p, MANY}, 0.8);
    for (size_t i = 0; i < MANY; i++) {
        m.z[i] = -m.z[i];
        m.p[i] = 1 - m.p[i];
    }
    sdm_fit(&b, &(struct sdm_seen){m.q, m.distance, m.z, m.p, MANY}, 0.8);
    cr_assert(a.region.found);
    cr_expect(eq(dbl, a.region.least_q, b.region.least_q));
    cr_expect(eq(dbl, a.region.least_s, b.region.least_s));
    sdm_free(&a);
    sdm_free(&b);
}

Test(sdm, what_lies_in_the_region_is_as_often_right_as_it_asks)
{
    struct made m;
    struct sdm s;
    size_t in = 0, right = 0;
    make(&m, 7, 4);
    sdm_fit(&s, &(struct sdm_seen){m.q, m.distance, m.z, m.p, MANY}, 0.9);
    cr_assert(s.region.found);
    for (size_t i = 0; i < MANY; i++) {
        double margin = sdm_margin(m.z[i], (double)m.q[i], sdm_nearness(&s, m.distance[i]));
        if (!sdm_reliable(&s, (double)m.q[i], margin))
            continue;
        in++;
        right += (m.z[i] > 0) == (m.p[i] > 0.5);
    }
    cr_expect(gt(sz, in, 10));
    cr_expect(ge(dbl, (double)right / (double)in, 0.9));
    sdm_free(&s);
}

/* Of 1 to 10 the median is 5.5 and the median deviation 2.5; a threshold that is not finite has no bound. */
Test(sdm, the_bound_over_splits_is_that_of_cauchy)
{
    double values[] = {10, 1, 9, 2, 8, 3, 7, 4, 6, 5}, same[] = {4, 4, 4}, none[] = {1, INFINITY, 2};
    cr_expect(epsilon_eq(dbl, sdm_cauchy_bound(values, 10), 5.5 + tan(0.45 * acos(-1)) * 2.5, 1e-12));
    cr_expect(eq(dbl, sdm_cauchy_bound(same, 3), 4));
    cr_expect(isinf(sdm_cauchy_bound(none, 3)));
}

Test(sdm, the_cautious_region_lies_within_the_region_and_repeats_with_the_seed)
{
    struct made m;
    struct sdm s;
    uint64_t key[MANY];
    size_t in = 0, cautiously = 0;
    make(&m, 7, 4);
    for (size_t i = 0; i < MANY; i++)
        key[i] = i / 2;
    const struct sdm_seen seen = {m.q, m.distance, m.z, m.p, MANY};
    sdm_fit(&s, &seen, 0.9);
    cr_expect(isinf(s.region.cautious_q), "not asked for");
    sdm_be_cautious(&s, &seen, key, 3);
    double first = s.region.cautious_q;
    cr_expect(ge(dbl, first, s.region.least_q));
    for (size_t i = 0; i < MANY; i++) {
        double margin = sdm_margin(m.z[i], (double)m.q[i], sdm_nearness(&s, m.distance[i]));
        bool reliable = sdm_reliable(&s, (double)m.q[i], margin);
        in += reliable;
        cautiously += sdm_cautiously_reliable(&s, (double)m.q[i], margin);
        cr_expect(reliable || !sdm_cautiously_reliable(&s, (double)m.q[i], margin));
    }
    cr_expect(in > 0 && cautiously <= in);
    sdm_be_cautious(&s, &seen, key, 3);
    cr_expect(eq(dbl, s.region.cautious_q, first));
    sdm_free(&s);
}
