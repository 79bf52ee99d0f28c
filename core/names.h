/* Strings numbered from 0 in order of first appearance, found again by hashing: fewer than 2^32 of them.
 * Zero-initialised is empty. */
#ifndef ASSAY_CORE_NAMES_H
#define ASSAY_CORE_NAMES_H

#include "core/base/arena.h"
#include "core/base/vec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAMES_NONE SIZE_MAX

struct name {
    const char *text; /* terminated; lives as long as the names */
    size_t len;
};

struct names_slot {
    uint32_t at, hash; /* index + 1 into the list, 0 = free */
};

struct names {
    VEC(struct name) list;
    struct names_slot *slots; /* n_slots is 0 or a power of two */
    size_t n_slots;
    struct arena arena;
};

/* The number of the string, which is added when it is new (*added, which may be NULL, says so). */
size_t names_add(struct names *n, const char *text, size_t len, bool *added);
/* NAMES_NONE when it is not there. */
size_t names_find(const struct names *n, const char *text, size_t len);
const char *names_text(const struct names *n, size_t index);
static inline size_t names_count(const struct names *n)
{
    return n->list.n;
}
void names_free(struct names *n);

#endif
