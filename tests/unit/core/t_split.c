#include "core/split.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

enum { N = 1000 };

static uint64_t keys[N];
static bool held[N];

static size_t hold(size_t n, double fraction, uint64_t seed)
{
    size_t count = 0;
    split_holdout(keys, n, fraction, seed, held);
    for (size_t i = 0; i < n; i++)
        count += held[i];
    return count;
}

static void set_up(void)
{
    for (size_t i = 0; i < N; i++)
        keys[i] = i / 4;
}

TestSuite(split, .init = set_up);

Test(split, names_are_read_and_written)
{
    enum split s = SPLIT_NONE;
    cr_expect(split_parse("calibration", 11, &s));
    cr_expect(eq(int, (int)s, (int)SPLIT_CALIBRATION));
    cr_expect(eq(str, (char *)split_name(SPLIT_TRAIN), "train"));
    cr_expect(not(split_parse("", 0, &s)));
    cr_expect(not(split_parse("tes", 3, &s)));
    cr_expect(not(split_parse("tests", 5, &s)));
}

Test(split, equal_keys_stay_together)
{
    cr_expect(eq(sz, hold(N, 0.2, 1), 200));
    for (size_t i = 0; i < N; i++)
        cr_expect(eq(int, held[i], held[i / 4 * 4]));
}

Test(split, repeats_with_its_seed_and_differs_with_another)
{
    bool first[N];
    hold(N, 0.3, 5);
    memcpy(first, held, sizeof first);
    hold(N, 0.3, 5);
    cr_expect(eq(int, memcmp(first, held, sizeof first), 0));
    hold(N, 0.3, 6);
    cr_expect(ne(int, memcmp(first, held, sizeof first), 0));
}

Test(split, depends_on_keys_and_not_on_their_order)
{
    bool by_key[N / 4];
    hold(N, 0.25, 3);
    for (size_t i = 0; i < N; i++)
        by_key[keys[i]] = held[i];
    for (size_t i = 0; i < N; i++)
        keys[i] = (N - 1 - i) / 4;
    hold(N, 0.25, 3);
    for (size_t i = 0; i < N; i++)
        cr_expect(eq(int, by_key[keys[i]], held[i]));
}

Test(split, both_sides_get_something)
{
    keys[0] = 1;
    keys[1] = 2;
    cr_expect(eq(sz, hold(2, 0.01, 1), 1));
    cr_expect(eq(sz, hold(2, 0.99, 1), 1));
    cr_expect(eq(sz, hold(2, 0, 1), 0));
    cr_expect(eq(sz, hold(2, 1, 1), 2));
    cr_expect(eq(sz, hold(0, 0.5, 1), 0));
}

Test(split, folds_are_even_and_keep_keys_together)
{
    size_t fold[N], size[5] = {0};
    split_folds(keys, N, 5, 9, fold);
    for (size_t i = 0; i < N; i++) {
        size[fold[i]]++;
        cr_expect(eq(sz, fold[i], fold[i / 4 * 4]));
    }
    for (size_t f = 0; f < 5; f++)
        cr_expect(eq(sz, size[f], 200));
}

/* Chain 0-1-2-3, pair 7-8, and 5 with itself. */
Test(split, pairs_that_share_rows_share_a_key)
{
    static const size_t a[] = {2, 0, 8, 5, 1}, b[] = {3, 1, 7, 5, 2};
    uint64_t key[5];
    split_components(a, b, 5, 9, key);
    cr_expect(eq(u64, key[0], 0));
    cr_expect(eq(u64, key[1], 0));
    cr_expect(eq(u64, key[4], 0));
    cr_expect(eq(u64, key[2], 7));
    cr_expect(eq(u64, key[3], 5));
}

Test(split, groups_are_numbered_in_the_order_of_their_keys)
{
    const uint64_t key[] = {9, 4, 9, 7, 4};
    size_t group[5];
    cr_expect(eq(sz, split_groups(key, 5, group), 3));
    cr_expect(eq(sz[5], group, ((size_t[5]){2, 0, 2, 1, 0})));
    cr_expect(eq(sz, split_groups(NULL, 5, group), 5));
    cr_expect(eq(sz[5], group, ((size_t[5]){0, 1, 2, 3, 4})));
    cr_expect(eq(sz, split_groups(key, 0, group), 0));
}
