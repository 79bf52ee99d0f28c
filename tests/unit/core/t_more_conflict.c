/* Does MORE help? Two groups that disagree about one of three values; heads are judged by how well calibrated they are
 * on what the groups share. The figures are printed with --verbose; what is asserted is what holds by a wide margin. */
#include "core/bt.h"
#include "core/calibration.h"
#include "core/fit.h"
#include "core/more.h"
#include "tests/support/conflict.h"

#include <criterion/criterion.h>
#include <criterion/logging.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct err err;

enum { D = 24, SEEDS = 6, TESTS = 1000, RESAMPLES = 80, HEADS = 3 };
enum head_kind { POOLED, EQUAL_PARTS, MORE };

static const double l2 = 1e-3;

/* Margins on the tests of one draw by each head, the probability that the groups share, and how far from optimal the
 * weights were. */
struct draw {
    double z[HEADS][TESTS], p[TESTS], worst[HEADS], gap;
};

static void pooled(const struct conflict *c, bool equal_parts, double *w)
{
    struct pair *pairs = mem_array(c->n, sizeof *pairs);
    size_t size[CONFLICT_GROUPS] = {0};
    struct bt_info info;
    for (size_t i = 0; i < c->n; i++)
        size[c->of[i]]++;
    for (size_t i = 0; i < c->n; i++) {
        pairs[i] = c->pairs[i];
        pairs[i].weight = equal_parts ? 1 / (double)size[c->of[i]] : 1;
    }
    struct fit_opts o = {.memory = SIZE_MAX};
    cr_assert(fit_pairs(&c->e, pairs, NULL, c->n, l2, &o, w, &info, NULL, &err), "%s", err.text);
    cr_expect(info.converged);
    mem_free(pairs);
}

static void draw(size_t first, size_t second, uint64_t seed, struct draw *out)
{
    struct conflict_opts o = {.groups = 2,
                              .pairs = {first, second},
                              .tests = TESTS,
                              .d = D,
                              .values = 3,
                              .conflict = 1,
                              .margin = 1.5,
                              .cond = 1,
                              .seed = seed};
    struct conflict c;
    struct more m;
    struct more_info info;
    struct more_state start;
    double w[HEADS][D] = {{0}};
    conflict_draw(&c, &o);
    cr_assert(more_init(&m, &c.e, c.pairs, NULL, c.of, c.n, 2, SIZE_MAX, 1, &err), "%s", err.text);
    cr_assert(more_state_of(&m, l2, w[MORE], &start, &err));
    cr_assert(more_fit(&m, l2, &(struct more_opts){0}, w[MORE], &info, NULL, &err), "%s", err.text);
    cr_expect(info.converged);
    out->gap = fmax(start.gap, info.state.gap);
    pooled(&c, false, w[POOLED]);
    pooled(&c, true, w[EQUAL_PARTS]);
    for (size_t h = 0; h < HEADS; h++) {
        struct more_state s;
        cr_assert(more_state_of(&m, l2, w[h], &s, &err));
        out->worst[h] = fmax(s.loss[0], s.loss[1]);
        for (size_t i = 0; i < TESTS; i++)
            out->z[h][i] = conflict_margin(&c, c.n + i, w[h]);
    }
    for (size_t i = 0; i < TESTS; i++)
        out->p[i] = bt_sigma(conflict_margin(&c, c.n + i, c.shared));
    more_info_free(&info);
    more_free(&m);
    conflict_free(&c);
}

static double ece(const double *z, const double *p, const double *weight, size_t n)
{
    struct metric m;
    cr_assert(metric_pairs_of(&(struct metric_pairs){z, p, weight, n}, 0, &m, &err), "%s", err.text);
    return m.ece;
}

/* The same after a temperature fitted on the first half: on the second. */
static double ece_tempered(const double *z, const double *p)
{
    struct calibration map;
    double other[TESTS / 2];
    struct metric_pairs half = {.z = z, .p = p, .n = TESTS / 2};
    cr_assert(calibration_fit(&map, CALIBRATION_TEMPERATURE, &half, &err), "%s", err.text);
    for (size_t i = 0; i < TESTS / 2; i++)
        other[i] = calibration_margin(&map, z[TESTS / 2 + i]);
    calibration_free(&map);
    return ece(other, p + TESTS / 2, NULL, TESTS / 2);
}

struct comparison {
    double ece[HEADS], tempered[HEADS], worst[HEADS];
    double lo[HEADS], hi[HEADS]; /* 95 % of ECE(MORE) - ECE(head): bootstrap over the pairs of every draw */
    double gap;
};

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void bootstrap(const struct draw *draws, struct comparison *out)
{
    static double difference[HEADS][RESAMPLES];
    struct rng r;
    rng_seed(&r, 1);
    for (size_t b = 0; b < RESAMPLES; b++) {
        double sum[HEADS] = {0};
        for (size_t s = 0; s < SEEDS; s++) {
            double weight[TESTS] = {0};
            for (size_t i = 0; i < TESTS; i++)
                weight[rng_below(&r, TESTS)]++;
            for (size_t h = 0; h < HEADS; h++)
                sum[h] += ece(draws[s].z[h], draws[s].p, weight, TESTS) / SEEDS;
        }
        for (size_t h = 0; h < HEADS; h++)
            difference[h][b] = sum[MORE] - sum[h];
    }
    for (size_t h = 0; h < HEADS; h++) {
        qsort(difference[h], RESAMPLES, sizeof(double), by_size);
        out->lo[h] = difference[h][RESAMPLES / 40];
        out->hi[h] = difference[h][RESAMPLES - 1 - RESAMPLES / 40];
    }
}

static struct comparison compare(size_t first, size_t second)
{
    static const char *const names[] = {"pooled", "equal parts", "MORE"};
    static struct draw draws[SEEDS];
    struct comparison out = {.gap = 0};
    for (size_t s = 0; s < SEEDS; s++) {
        draw(first, second, 100 + s, &draws[s]);
        out.gap = fmax(out.gap, draws[s].gap);
        for (size_t h = 0; h < HEADS; h++) {
            out.ece[h] += ece(draws[s].z[h], draws[s].p, NULL, TESTS) / SEEDS;
            out.tempered[h] += ece_tempered(draws[s].z[h], draws[s].p) / SEEDS;
            out.worst[h] += draws[s].worst[h] / SEEDS;
        }
    }
    bootstrap(draws, &out);
    cr_log_info("%zu and %zu pairs, %d draws\n", first, second, SEEDS);
    for (size_t h = 0; h < HEADS; h++)
        cr_log_info("  %-12s shared ECE %.4f (MORE - this: %+.4f to %+.4f), tempered %.4f; worse group's loss %.4f\n",
                    names[h], out.ece[h], out.lo[h], out.hi[h], out.tempered[h], out.worst[h]);
    return out;
}

/* Pooling follows the larger group; MORE does not. But neither does plain mixing in equal parts, and one temperature
 * evens all three: what helps the calibration is not to count pairs, and much of it is scale. */
Test(more_conflict, groups_of_unequal_size_are_served_better_than_by_pooling_but_not_than_in_equal_parts)
{
    struct comparison c = compare(1200, 300);
    cr_expect(le(dbl, c.gap, 1e-8));
    cr_expect(lt(dbl, c.hi[POOLED], 0.0), "%g", c.hi[POOLED]);
    cr_expect(lt(dbl, c.worst[MORE], c.worst[POOLED]));
    cr_expect(lt(dbl, fabs(c.ece[MORE] - c.ece[EQUAL_PARTS]), 0.01));
    cr_expect(lt(dbl, c.tempered[MORE], 0.02));
}

/* Groups of one size: nothing to gain. */
Test(more_conflict, is_pooling_when_groups_are_of_one_size)
{
    struct comparison c = compare(750, 750);
    cr_expect(le(dbl, c.gap, 1e-8));
    cr_expect(lt(dbl, fabs(c.ece[MORE] - c.ece[POOLED]), 0.005));
}
