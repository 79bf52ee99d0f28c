/* Many small objects with one lifetime: all rows of a page, all strings of a record. Zero-initialised is empty. */
#ifndef ASSAY_CORE_BASE_ARENA_H
#define ASSAY_CORE_BASE_ARENA_H

#include <stddef.h>

struct arena_chunk;
struct arena {
    struct arena_chunk *head;
};

/* size bytes, zeroed, aligned for any type; lives until arena_reset or arena_free. */
void *arena_alloc(struct arena *a, size_t size) __attribute__((returns_nonnull));
void *arena_array(struct arena *a, size_t n, size_t size) __attribute__((returns_nonnull));
/* A terminated copy of n bytes. */
char *arena_ndup(struct arena *a, const char *s, size_t n) __attribute__((returns_nonnull));
char *arena_dup(struct arena *a, const char *s) __attribute__((returns_nonnull));
/* Everything handed out is gone; one chunk is kept for reuse. */
void arena_reset(struct arena *a);
void arena_free(struct arena *a);

#endif
