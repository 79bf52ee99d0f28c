#include "core/base/mem.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

Test(mem, memory_is_zeroed)
{
    char *p = mem_alloc(100), *q = mem_array(10, 10), *r = mem_block(10, 10);
    const char zeros[100] = {0};
    cr_expect(eq(int, memcmp(p, zeros, 100), 0));
    cr_expect(eq(int, memcmp(q, zeros, 100), 0));
    cr_expect(eq(int, memcmp(r, zeros, 100), 0));
    cr_expect(eq(sz, (uintptr_t)r % 64, 0));
    mem_free(p);
    mem_free(q);
    mem_free(r);
    mem_free(NULL);
}

Test(mem, resize_keeps_the_content)
{
    char *p = mem_dup("abc");
    p = mem_resize(p, 1000);
    cr_expect(eq(str, p, "abc"));
    mem_free(p);
    p = mem_resize(NULL, 3);
    mem_free(p);
}

Test(mem, copies_are_terminated)
{
    char *p = mem_ndup("abcdef", 3);
    cr_expect(eq(str, p, "abc"));
    mem_free(p);
    p = mem_ndup("", 0);
    cr_expect(eq(str, p, ""));
    mem_free(p);
}

Test(mem, empty_requests_give_something_to_free)
{
    void *p = mem_array(0, 8), *q = mem_block(0, 8);
    cr_expect(ne(ptr, q, NULL));
    mem_free(p);
    mem_free(q);
}

Test(mem, blocks_that_cannot_be_had_are_null)
{
    volatile size_t huge = SIZE_MAX / 4;
    cr_expect(eq(ptr, mem_block(huge, 8), NULL));
}

Test(mem, the_kth_block_fails_on_request)
{
    mem_fail_after = 2;
    void *p = mem_block(1, 1), *q = mem_block(1, 1), *r = mem_block(1, 1);
    cr_expect(ne(ptr, p, NULL));
    cr_expect(eq(ptr, q, NULL));
    cr_expect(ne(ptr, r, NULL));
    mem_free(p);
    mem_free(r);
}

Test(mem, an_overflowing_array_aborts, .signal = SIGABRT)
{
    volatile size_t huge = SIZE_MAX / 2;
    cr_assert(ne(ptr, freopen("/dev/null", "w", stderr), NULL));
    mem_free(mem_array(huge, 3));
}

/* From where large pages are asked for, blocks are still aligned, whole and, but for the raw ones, clear. */
Test(mem, large_blocks_are_like_small_ones)
{
    for (size_t size = 1; size <= (size_t)9 << 20; size = size * 7 + 1) {
        unsigned char *clear = mem_block(size, 1), *raw = mem_block_raw(size, 1);
        cr_assert(clear != NULL && raw != NULL);
        cr_expect(eq(sz, (uintptr_t)clear % 64, 0));
        cr_expect(eq(sz, (uintptr_t)raw % 64, 0));
        for (size_t i = 0; i < size; i += 1 + size / 997)
            cr_assert(eq(int, clear[i], 0));
        raw[0] = raw[size - 1] = 1;
        mem_free(clear);
        mem_free(raw);
    }
    mem_fail_after = 1;
    cr_expect(mem_block_raw(1, 1) == NULL);
    mem_fail_after = 0;
    volatile size_t many = SIZE_MAX / 2; /* volatile: the compiler would refuse it first */
    cr_expect(mem_block_raw(many, 4) == NULL);
}
