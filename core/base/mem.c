#include "core/base/mem.h"

#include "core/base/err.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20)

size_t mem_fail_after = 0;

static size_t product(size_t n, size_t size)
{
    if (size != 0 && n > SIZE_MAX / size)
        BUG("allocation of %zu x %zu bytes overflows", n, size);
    return n * size;
}

static void *or_abort(void *p, size_t size)
{
    if (p == NULL)
        BUG("out of memory (%zu bytes)", size);
    return p;
}

void *mem_alloc(size_t size)
{
    return or_abort(calloc(1, size > 0 ? size : 1), size);
}

void *mem_resize(void *p, size_t size)
{
    return or_abort(realloc(p, size > 0 ? size : 1), size);
}

void *mem_array(size_t n, size_t size)
{
    return mem_alloc(product(n, size));
}

static size_t block_bytes(size_t n, size_t size)
{
    size_t bytes = (n * size + 63) / 64 * 64;
    return bytes > 0 ? bytes : 64;
}

void *mem_block_raw(size_t n, size_t size)
{
    if (mem_fail_after > 0 && --mem_fail_after == 0)
        return NULL;
    if (size != 0 && n > (SIZE_MAX - 64) / size)
        return NULL;
    size_t bytes = block_bytes(n, size);
    if (bytes < 2 * HUGE_PAGE || bytes > SIZE_MAX - HUGE_PAGE)
        return aligned_alloc(64, bytes);
    /* Matrices are read from end to end: large pages save most faults of the first touch and most misses after it. */
    bytes = (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    void *p = aligned_alloc(HUGE_PAGE, bytes);
    if (p != NULL)
        (void)madvise(p, bytes, MADV_HUGEPAGE); /* a wish: where it is not granted small pages do */
    return p;
}

void *mem_block(size_t n, size_t size)
{
    void *p = mem_block_raw(n, size);
    if (p != NULL)
        memset(p, 0, block_bytes(n, size));
    return p;
}

char *mem_ndup(const char *s, size_t n)
{
    char *copy = mem_alloc(n + 1);
    if (n > 0)
        memcpy(copy, s, n);
    return copy;
}

char *mem_dup(const char *s)
{
    return mem_ndup(s, strlen(s));
}

void mem_free(void *p)
{
    free(p);
}
