#include "core/base/rng.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>

/* Xoshiro256** from state 1, 2, 3, 4: first values computed by hand from its definition. */
Test(rng, the_sequence_is_xoshiro)
{
    struct rng r = {{1, 2, 3, 4}};
    cr_expect(eq(u64, rng_u64(&r), 11520));
    cr_expect(eq(u64, rng_u64(&r), 0));
    cr_expect(eq(u64, rng_u64(&r), 1509978240));
}

Test(rng, seeds_repeat_and_differ)
{
    struct rng a, b, c;
    rng_seed(&a, 7);
    rng_seed(&b, 7);
    rng_seed(&c, 8);
    cr_expect(eq(u64, rng_u64(&a), rng_u64(&b)));
    cr_expect(ne(u64, rng_u64(&a), rng_u64(&c)));
}

Test(rng, streams_of_a_seed_repeat_and_differ_from_each_other_and_from_those_of_other_seeds)
{
    struct rng a, b, c, d;
    rng_stream(&a, 7, 1);
    rng_stream(&b, 7, 1);
    rng_stream(&c, 7, 2);
    rng_stream(&d, 8, 1);
    uint64_t first = rng_u64(&a);
    cr_expect(eq(u64, first, rng_u64(&b)));
    cr_expect(ne(u64, first, rng_u64(&c)));
    cr_expect(ne(u64, first, rng_u64(&d)));
    rng_stream(&d, 2, 2); /* nor do equal numbers cancel */
    rng_stream(&b, 1, 1);
    cr_expect(ne(u64, rng_u64(&b), rng_u64(&d)));
}

Test(rng, below_stays_below_and_reaches_everything)
{
    struct rng r;
    size_t seen[7] = {0};
    rng_seed(&r, 1);
    for (int i = 0; i < 7000; i++) {
        uint64_t v = rng_below(&r, 7);
        cr_assert(lt(u64, v, 7));
        seen[v]++;
    }
    for (size_t i = 0; i < 7; i++)
        cr_expect(seen[i] > 850 && seen[i] < 1150, "%zu", seen[i]);
    cr_expect(eq(u64, rng_below(&r, 1), 0));
}

Test(rng, a_tally_counts_the_numbers_that_below_would_give)
{
    enum { DRAWS = 500, MOST = 300 };
    const uint64_t sizes[] = {1, 2, 3, 7, 64, 100, MOST};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        struct rng a, b;
        double times[MOST] = {0}, one_by_one[MOST] = {0};
        rng_seed(&a, k);
        rng_seed(&b, k);
        rng_tally(&a, sizes[k], DRAWS, times);
        for (size_t i = 0; i < DRAWS; i++)
            one_by_one[rng_below(&b, sizes[k])]++;
        for (size_t i = 0; i < MOST; i++)
            cr_expect(eq(dbl, times[i], one_by_one[i]), "%zu of %zu", i, (size_t)sizes[k]);
        cr_expect(eq(u64, rng_u64(&a), rng_u64(&b)));
        rng_tally(&a, 0, 0, times);
    }
}

Test(rng, uniform_and_normal_have_their_moments)
{
    enum { N = 20000 };
    struct rng r;
    double u = 0, n = 0, nn = 0;
    rng_seed(&r, 2);
    for (int i = 0; i < N; i++) {
        double x = rng_uniform(&r), y = rng_normal(&r);
        cr_assert(x >= 0 && x < 1);
        u += x;
        n += y;
        nn += y * y;
    }
    cr_expect(epsilon_eq(dbl, u / N, 0.5, 0.01));
    cr_expect(epsilon_eq(dbl, n / N, 0, 0.03));
    cr_expect(epsilon_eq(dbl, nn / N, 1, 0.04));
}

Test(rng, shuffle_is_a_permutation)
{
    struct rng r;
    size_t index[100];
    bool seen[100] = {false}, moved = false;
    rng_seed(&r, 3);
    for (size_t i = 0; i < 100; i++)
        index[i] = i;
    rng_shuffle(&r, index, 100);
    for (size_t i = 0; i < 100; i++) {
        cr_assert(lt(sz, index[i], 100));
        cr_expect(not(seen[index[i]]));
        seen[index[i]] = true;
        moved = moved || index[i] != i;
    }
    cr_expect(moved);
    rng_shuffle(&r, index, 0);
}

Test(rng, the_environment_fixes_the_seed)
{
    struct rng a, b;
    setenv("ASSAY_SEED", "42", 1);
    rng_seed_any(&a);
    rng_seed(&b, 42);
    cr_expect(eq(u64, rng_u64(&a), rng_u64(&b)));
    unsetenv("ASSAY_SEED");
    rng_seed_any(&a);
    rng_seed_any(&b);
    cr_expect(ne(u64, rng_u64(&a), rng_u64(&b)));
}
