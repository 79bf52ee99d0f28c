#include "core/draws.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/split.h"

#include <string.h>

void draws_by_group(const uint64_t *keys, size_t n, size_t draws, uint64_t seed, uint8_t *counts)
{
    struct rng r;
    double *times = mem_array(n, sizeof *times);
    size_t *group = mem_array(n, sizeof *group);
    size_t groups = split_groups(keys, n, group);
    rng_seed(&r, seed);
    for (size_t b = 0; b < draws; b++) {
        memset(times, 0, n * sizeof *times);
        rng_tally(&r, groups, groups, times);
        for (size_t i = 0; i < n; i++)
            counts[b * n + i] = (uint8_t)(times[group[i]] < 255 ? times[group[i]] : 255);
    }
    mem_free(group);
    mem_free(times);
}
