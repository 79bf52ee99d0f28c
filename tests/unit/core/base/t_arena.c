#include "core/base/arena.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdint.h>
#include <string.h>

Test(arena, pieces_are_zeroed_aligned_and_apart)
{
    struct arena a = {0};
    char *last = NULL;
    for (size_t size = 1; size < 40000; size = size * 3 + 1) {
        char *p = arena_alloc(&a, size);
        for (size_t i = 0; i < size; i++)
            if (p[i] != 0)
                cr_assert(eq(chr, p[i], 0));
        cr_expect(eq(sz, (uintptr_t)p % _Alignof(max_align_t), 0));
        cr_expect(ne(ptr, p, last));
        memset(p, 'x', size);
        last = p;
    }
    arena_free(&a);
}

Test(arena, copies_are_terminated)
{
    struct arena a = {0};
    cr_expect(eq(str, arena_dup(&a, "abc"), "abc"));
    cr_expect(eq(str, arena_ndup(&a, "abcdef", 2), "ab"));
    cr_expect(eq(str, arena_ndup(&a, NULL, 0), ""));
    arena_free(&a);
}

Test(arena, memory_is_zeroed_again_after_a_reset)
{
    struct arena a = {0};
    arena_reset(&a);
    memset(arena_array(&a, 10, 10), 'x', 100);
    memset(arena_alloc(&a, 100000), 'x', 100000);
    arena_reset(&a);
    for (int i = 0; i < 50; i++) {
        char *p = arena_alloc(&a, 1000);
        cr_expect(eq(chr, p[0], 0));
        cr_expect(eq(chr, p[999], 0));
    }
    arena_free(&a);
}
