/* The only caller of malloc. Two tiers: small objects (strings, lists, views) abort when memory is exhausted,
 * for a terminal program has nothing better to do and every judgement is already committed; data-sized blocks
 * (matrices) return NULL and the caller reports ERR_MEMORY. */
#ifndef ASSAY_CORE_BASE_MEM_H
#define ASSAY_CORE_BASE_MEM_H

#include <stddef.h>

/* size bytes, zeroed; aborts when there are none. */
void *mem_alloc(size_t size) __attribute__((malloc, alloc_size(1), returns_nonnull));
/* Grow or shrink; the new part is not zeroed. Aborts on exhaustion. */
void *mem_resize(void *p, size_t size) __attribute__((alloc_size(2), returns_nonnull));
/* n x size bytes, zeroed, the product checked. Aborts. */
void *mem_array(size_t n, size_t size) __attribute__((malloc, alloc_size(1, 2), returns_nonnull));
/* n x size bytes, zeroed, 64-byte aligned, for matrices; NULL when it cannot be had. Free with mem_free. */
void *mem_block(size_t n, size_t size) __attribute__((malloc, alloc_size(1, 2)));
/* The same, not zeroed: for blocks so large that clearing them would cost as much as filling them. */
void *mem_block_raw(size_t n, size_t size) __attribute__((malloc, alloc_size(1, 2)));
char *mem_dup(const char *s) __attribute__((malloc, returns_nonnull));
char *mem_ndup(const char *s, size_t n) __attribute__((malloc, returns_nonnull));
void mem_free(void *p);

/* Test hook: the k-th next allocation of mem_block or mem_block_raw fails (0 = never). */
extern size_t mem_fail_after;

#endif
