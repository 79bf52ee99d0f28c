#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "core/base/id_map.h"
#include "core/base/mem.h"

#include <string.h>

static struct id id_of(uint64_t x)
{
    struct id id = {{0}};
    memcpy(id.b, &x, sizeof x);
    return id;
}

Test(id_map, an_empty_one_holds_nothing)
{
    struct id_map m = {0};
    struct id id = id_of(1);
    cr_expect(eq(u32, id_map_get(&m, &id), 0));
    id_map_remove(&m, &id);
    id_map_free(&m);
}

/* Keys of few bits, and so many removals that chains of neighbours are closed again and again. */
Test(id_map, it_agrees_with_an_array)
{
    enum { KEYS = 3000, STEPS = 200000 };
    struct id_map m = {0};
    struct rng r;
    uint32_t *truth = mem_array(KEYS, sizeof *truth);
    size_t n = 0;
    rng_seed(&r, 5);
    for (uint32_t i = 1; i <= STEPS; i++) {
        size_t k = (size_t)(rng_u64(&r) % KEYS);
        struct id id = id_of(k);
        cr_assert(eq(u32, id_map_get(&m, &id), truth[k]));
        bool put = rng_u64(&r) % 2 == 0;
        n = n - (truth[k] != 0) + put;
        truth[k] = put ? i : 0;
        if (put)
            id_map_set(&m, &id, i);
        else
            id_map_remove(&m, &id);
        cr_assert(eq(sz, m.n, n));
    }
    mem_free(truth);
    id_map_free(&m);
}

Test(id_map, ids_that_differ_in_their_first_96_bits_are_told_apart)
{
    struct id_map m = {0};
    struct id a = {{0}}, b = {{0}};
    b.b[11] = 1;
    id_map_set(&m, &a, 1);
    id_map_set(&m, &b, 2);
    cr_expect(eq(u32, id_map_get(&m, &a), 1));
    cr_expect(eq(u32, id_map_get(&m, &b), 2));
    id_map_free(&m);
}
