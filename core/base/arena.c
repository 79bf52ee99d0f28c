#include "core/base/arena.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

enum { CHUNK = 16 * 1024 };

struct arena_chunk {
    struct arena_chunk *next;
    size_t used, size;
    alignas(max_align_t) char bytes[];
};

static struct arena_chunk *add_chunk(struct arena *a, size_t at_least)
{
    size_t size = at_least > CHUNK ? at_least : CHUNK;
    struct arena_chunk *c = mem_alloc(sizeof *c + size);
    c->size = size;
    c->next = a->head;
    a->head = c;
    return c;
}

void *arena_alloc(struct arena *a, size_t size)
{
    const size_t align = alignof(max_align_t);
    if (size > SIZE_MAX / 2)
        BUG("arena allocation of %zu bytes", size);
    size = (size + align - 1) / align * align;
    struct arena_chunk *c = a->head;
    if (c == NULL || c->size - c->used < size)
        c = add_chunk(a, size);
    void *p = c->bytes + c->used;
    c->used += size;
    return p;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
    if (size != 0 && n > SIZE_MAX / size)
        BUG("arena array of %zu x %zu bytes overflows", n, size);
    return arena_alloc(a, n * size);
}

char *arena_ndup(struct arena *a, const char *s, size_t n)
{
    char *p = arena_alloc(a, n + 1);
    if (n > 0)
        memcpy(p, s, n);
    return p;
}

char *arena_dup(struct arena *a, const char *s)
{
    return arena_ndup(a, s, strlen(s));
}

static void free_list(struct arena_chunk *c)
{
    while (c != NULL) {
        struct arena_chunk *next = c->next;
        mem_free(c);
        c = next;
    }
}

void arena_reset(struct arena *a)
{
    if (a->head == NULL)
        return;
    free_list(a->head->next);
    a->head->next = NULL;
    memset(a->head->bytes, 0, a->head->used);
    a->head->used = 0;
}

void arena_free(struct arena *a)
{
    free_list(a->head);
    a->head = NULL;
}
