#include "core/draws.h"

#include "core/base/mem.h"
#include "core/base/rng.h"

#include <stdlib.h>
#include <string.h>

struct keyed {
    uint64_t key;
    size_t item;
};

static int by_key(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

/* group[i]: number of the key of item i; the number of groups. */
static size_t number_groups(const uint64_t *keys, size_t n, size_t *group)
{
    struct keyed *k = mem_array(n, sizeof *k);
    size_t groups = 0;
    for (size_t i = 0; i < n; i++)
        k[i] = (struct keyed){keys[i], i};
    qsort(k, n, sizeof *k, by_key);
    for (size_t i = 0; i < n; i++) {
        groups += i == 0 || k[i].key != k[i - 1].key;
        group[k[i].item] = groups - 1;
    }
    mem_free(k);
    return groups;
}

void draws_by_group(const uint64_t *keys, size_t n, size_t draws, uint64_t seed, uint8_t *counts)
{
    struct rng r;
    size_t *group = mem_array(n, sizeof *group), *times = mem_array(n, sizeof *times);
    size_t groups = number_groups(keys, n, group);
    rng_seed(&r, seed);
    for (size_t b = 0; b < draws; b++) {
        memset(times, 0, n * sizeof *times);
        for (size_t i = 0; i < groups; i++)
            times[rng_below(&r, groups)]++;
        for (size_t i = 0; i < n; i++)
            counts[b * n + i] = (uint8_t)(times[group[i]] < 255 ? times[group[i]] : 255);
    }
    mem_free(group);
    mem_free(times);
}
