#include "core/resample.h"

#include "core/base/mem.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

TestSuite(resample);

Test(resample, items_of_a_group_stand_together)
{
    struct resample r;
    resample_init(&r, (uint64_t[]){7, 3, 7, 9, 3}, 5, 1);
    cr_expect(eq(sz, r.groups, 3));
    cr_expect(eq(sz, r.blocks, 3));
    static const size_t block[] = {1, 0, 1, 2, 0};
    for (size_t i = 0; i < 5; i++)
        cr_expect(eq(sz, r.block[i], block[i]));
    resample_free(&r);
}

Test(resample, as_many_blocks_as_there_are_are_drawn_each_as_often_as_others)
{
    enum { GROUPS = 10, DRAWS = 2000 };
    struct resample r;
    double sum[GROUPS] = {0};
    resample_init(&r, NULL, GROUPS, 1);
    for (size_t k = 0; k < DRAWS; k++) {
        double all = 0;
        resample_draw(&r);
        for (size_t g = 0; g < GROUPS; g++) {
            all += r.times[g];
            sum[g] += r.times[g];
        }
        cr_assert(eq(dbl, all, GROUPS));
    }
    for (size_t g = 0; g < GROUPS; g++)
        cr_expect(epsilon_eq(dbl, sum[g] / DRAWS, 1, 0.1));
    resample_free(&r);
}

Test(resample, many_groups_are_dealt_evenly_and_stay_whole)
{
    enum { GROUPS = 2 * RESAMPLE_BLOCKS + 5, ITEMS = 3 * GROUPS };
    struct resample r;
    uint64_t *key = mem_array(ITEMS, sizeof *key);
    size_t *items = mem_array(RESAMPLE_BLOCKS, sizeof *items), moved = 0;
    for (size_t i = 0; i < ITEMS; i++)
        key[i] = i % GROUPS;
    resample_init(&r, key, ITEMS, 1);
    cr_expect(eq(sz, r.groups, GROUPS));
    cr_expect(eq(sz, r.blocks, RESAMPLE_BLOCKS));
    for (size_t i = 0; i < ITEMS; i++) {
        cr_assert(eq(sz, r.block[i], r.block[i % GROUPS]));
        items[r.block[i]]++;
        moved += r.block[i] != i % GROUPS % RESAMPLE_BLOCKS;
    }
    for (size_t b = 0; b < RESAMPLE_BLOCKS; b++)
        cr_expect(items[b] == 6 || items[b] == 9, "two groups of three, or three of them");
    cr_expect(gt(sz, moved, ITEMS / 2), "not dealt in the order of the keys");
    resample_free(&r);
    mem_free(key);
    mem_free(items);
}

Test(resample, percentiles_are_linear_between_values)
{
    double v[] = {3, 1, 2, 4};
    resample_sort(v, 4);
    cr_expect(eq(dbl, resample_percentile(v, 4, 0), 1));
    cr_expect(eq(dbl, resample_percentile(v, 4, 0.5), 2.5));
    cr_expect(eq(dbl, resample_percentile(v, 4, 1), 4));
    cr_expect(eq(dbl, resample_percentile(v, 1, 0.3), 1));
}

Test(resample, nothing_is_no_group)
{
    struct resample r;
    resample_init(&r, NULL, 0, 1);
    resample_draw(&r);
    cr_expect(eq(sz, r.groups, 0));
    resample_free(&r);
}

/* What a resample measures: a sum that tells every draw from every other. */
static void weigh_places(const void *ctx, const double *times, double *out)
{
    const size_t *blocks = ctx;
    out[0] = out[1] = 0;
    for (size_t i = 0; i < *blocks; i++) {
        out[0] += times[i] * (double)i;
        out[1] += times[i] * times[i];
    }
}

Test(resample, any_number_of_threads_measures_what_is_drawn_one_by_one)
{
    enum { GROUPS = 37, MOST = 200 };
    const size_t counts[] = {0, 1, 64, 65, 128, MOST}, blocks = GROUPS;
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
        for (int threads = 1; threads <= 3; threads++) {
            struct resample plain, r;
            double values[2 * MOST + 1], expected[2];
            resample_init(&plain, NULL, GROUPS, 5);
            resample_init(&r, NULL, GROUPS, 5);
            resample_run(&r, counts[k], threads, 2, weigh_places, &blocks, values);
            for (size_t i = 0; i < counts[k]; i++) {
                resample_draw(&plain);
                weigh_places(&blocks, plain.times, expected);
                cr_assert(eq(dbl, values[i], expected[0]));
                cr_assert(eq(dbl, values[counts[k] + i], expected[1]));
            }
            resample_free(&plain);
            resample_free(&r);
        }
}
