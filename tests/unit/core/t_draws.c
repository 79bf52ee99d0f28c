#include "core/draws.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

enum { N = 60, DRAWS = 400 };

static uint64_t keys[N];
static uint8_t counts[DRAWS * N];

static void make_keys(void)
{
    for (size_t i = 0; i < N; i++)
        keys[i] = 1000 - i * i % 17 * 3;
}

TestSuite(draws, .init = make_keys);

Test(draws, groups_are_drawn_whole)
{
    draws_by_group(keys, N, DRAWS, 1, counts);
    for (size_t b = 0; b < DRAWS; b++) {
        size_t groups = 0, drawn = 0;
        for (size_t i = 0; i < N; i++) {
            size_t first = 0;
            while (keys[first] != keys[i])
                first++;
            cr_expect(eq(int, counts[b * N + i], counts[b * N + first]));
            groups += first == i;
            drawn += first == i ? counts[b * N + i] : 0;
        }
        cr_expect(eq(sz, drawn, groups)); /* as many as there are */
    }
}

/* A group is in a draw once on average, with the variance 1 - 1/G of a binomial. */
Test(draws, counts_have_the_moments_of_the_bootstrap)
{
    for (size_t i = 0; i < N; i++)
        keys[i] = i;
    draws_by_group(keys, N, DRAWS, 2, counts);
    double sum = 0, squares = 0;
    for (size_t k = 0; k < DRAWS * N; k++) {
        sum += counts[k];
        squares += (counts[k] - 1.0) * (counts[k] - 1.0);
    }
    cr_expect(epsilon_eq(dbl, sum / (DRAWS * N), 1, 1e-12));
    cr_expect(epsilon_eq(dbl, squares / (DRAWS * N), 1 - 1.0 / N, 0.05));
}

Test(draws, repeat_with_the_seed_and_do_not_depend_on_their_number)
{
    static uint8_t again[DRAWS * N];
    draws_by_group(keys, N, DRAWS, 3, counts);
    draws_by_group(keys, N, 5, 3, again);
    cr_expect(eq(int, memcmp(counts, again, 5 * N), 0));
    draws_by_group(keys, N, 5, 4, again);
    cr_expect(ne(int, memcmp(counts, again, 5 * N), 0));
}
