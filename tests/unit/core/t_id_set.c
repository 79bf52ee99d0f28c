#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "core/base/id_set.h"
#include "core/base/mem.h"

#include <string.h>

static struct id id_of(uint64_t x)
{
    struct id id = {{0}};
    memcpy(id.b, &x, sizeof x);
    return id;
}

Test(id_set, an_empty_one_holds_nothing)
{
    struct id_set s = {0};
    struct id id = id_of(1);
    cr_expect(eq(u32, id_set_find(&s, &id), 0));
    id_set_truncate(&s, 0);
    uint32_t *none = id_set_sorted(&s);
    mem_free(none);
    id_set_free(&s);
}

/* Ids of few bits, put in both ways, and so many taken back that chains of neighbours are closed again and again. */
Test(id_set, it_agrees_with_an_array)
{
    enum { KEYS = 3000, STEPS = 200000, SOME = 40 };
    struct id_set s = {0};
    struct rng r;
    uint32_t *truth = mem_array(KEYS, sizeof *truth);
    size_t *came = mem_array(KEYS, sizeof *came), n = 0;
    rng_seed(&r, 5);
    for (uint32_t i = 1; i <= STEPS; i++) {
        size_t k = (size_t)(rng_u64(&r) % KEYS);
        struct id id = id_of(k);
        cr_assert(eq(u32, id_set_find(&s, &id), truth[k]));
        if (n > SOME && rng_u64(&r) % SOME == 0) {
            size_t stay = n - (size_t)(rng_u64(&r) % SOME);
            while (n > stay)
                truth[came[--n]] = 0;
            id_set_truncate(&s, stay);
        } else {
            bool made, new = truth[k] == 0;
            if (new) {
                came[n++] = k;
                truth[k] = (uint32_t)n;
            }
            size_t since = new ? n - 1 : truth[k] - 1;
            bool few = n - since < SOME && rng_u64(&r) % 2 == 0;
            cr_assert(eq(u32, few ? id_set_put_since(&s, since, &id, &made) : id_set_put(&s, &id, &made), truth[k]));
            cr_assert(eq(int, made, new));
        }
        cr_assert(eq(sz, s.n, n));
    }
    mem_free(truth);
    mem_free(came);
    id_set_free(&s);
}

Test(id_set, one_put_without_a_search_is_found_later_and_can_be_taken_back)
{
    enum { N = 1000, STAY = 300 };
    struct id_set s = {0};
    bool made;
    for (uint64_t i = 0; i < N; i++) {
        struct id id = id_of(i);
        cr_assert(eq(u32, id_set_put_since(&s, s.n, &id, &made), (uint32_t)i + 1));
        cr_assert(made);
        cr_assert(eq(u32, id_set_put_since(&s, s.n - 1, &id, &made), (uint32_t)i + 1));
        cr_assert(not(made));
    }
    struct id first = id_of(0);
    cr_expect(eq(u32, id_set_find(&s, &first), 1));
    id_set_truncate(&s, STAY);
    for (uint64_t i = 0; i < N; i++) {
        struct id id = id_of(i);
        cr_assert(eq(u32, id_set_find(&s, &id), i < STAY ? (uint32_t)i + 1 : 0));
    }
    id_set_free(&s);
}

Test(id_set, ids_that_differ_in_one_bit_are_told_apart)
{
    for (size_t bit = 0; bit < 128; bit++) {
        struct id_set s = {0};
        struct id a = {{0}}, b = {{0}};
        bool made;
        b.b[bit / 8] = (unsigned char)(1 << bit % 8);
        cr_expect(eq(u32, id_set_put(&s, &a, &made), 1));
        cr_expect(eq(u32, id_set_find(&s, &b), 0));
        cr_expect(eq(u32, id_set_put(&s, &b, &made), 2));
        cr_expect(eq(u32, id_set_find(&s, &a), 1));
        id_set_free(&s);
    }
}

/* Random ones, ones with one beginning, and ones that differ at the end only. */
Test(id_set, in_order_they_ascend_and_none_is_missing)
{
    enum { N = 5000 };
    for (int kind = 0; kind < 3; kind++) {
        struct id_set s = {0};
        struct rng r;
        rng_seed(&r, 7);
        for (uint64_t i = 0; i < N; i++) {
            struct id id = id_of(kind == 2 ? 0 : rng_u64(&r));
            bool made;
            if (kind == 1)
                id.b[0] = 9;
            if (kind == 2) {
                id.b[14] = (unsigned char)(i * 7 % 251);
                id.b[15] = (unsigned char)(i / 251);
            }
            id_set_put(&s, &id, &made);
        }
        uint32_t *order = id_set_sorted(&s);
        for (size_t i = 1; i < s.n; i++)
            cr_assert(lt(int, memcmp(s.ids[order[i - 1] - 1].b, s.ids[order[i] - 1].b, 16), 0));
        mem_free(order);
        id_set_free(&s);
    }
}
