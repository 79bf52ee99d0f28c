#include "core/names.h"

#include "core/base/mem.h"

#include <string.h>

/* FNV-1a with a final mix: open addressing uses the low bits. */
static uint64_t hash_of(const char *text, size_t len)
{
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)text[i]) * UINT64_C(0x100000001B3);
    h ^= h >> 32;
    h *= UINT64_C(0x9E3779B97F4A7C15);
    return h ^ (h >> 29);
}

/* The slot that holds the string, or the free one where it would go. */
static size_t *slot_of(const struct names *n, const char *text, size_t len, uint64_t hash)
{
    size_t mask = n->n_slots - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        size_t at = n->slots[i];
        if (at == 0)
            return &n->slots[i];
        const struct name *name = &n->list.v[at - 1];
        if (name->hash == hash && name->len == len && memcmp(name->text, text, len) == 0)
            return &n->slots[i];
    }
}

static void grow(struct names *n)
{
    mem_free(n->slots);
    n->n_slots = n->n_slots == 0 ? 64 : n->n_slots * 2;
    n->slots = mem_array(n->n_slots, sizeof *n->slots);
    size_t mask = n->n_slots - 1;
    for (size_t i = 0; i < n->list.n; i++) {
        size_t at = n->list.v[i].hash & mask;
        while (n->slots[at] != 0)
            at = (at + 1) & mask;
        n->slots[at] = i + 1;
    }
}

size_t names_add(struct names *n, const char *text, size_t len, bool *added)
{
    if ((n->list.n + 1) * 2 > n->n_slots)
        grow(n);
    uint64_t hash = hash_of(text, len);
    size_t *slot = slot_of(n, text, len, hash);
    bool fresh = *slot == 0;
    if (fresh) {
        struct name name = {arena_ndup(&n->arena, text, len), len, hash};
        vec_push(&n->list, name);
        *slot = n->list.n;
    }
    if (added != NULL)
        *added = fresh;
    return *slot - 1;
}

size_t names_find(const struct names *n, const char *text, size_t len)
{
    if (n->n_slots == 0)
        return NAMES_NONE;
    size_t at = *slot_of(n, text, len, hash_of(text, len));
    return at == 0 ? NAMES_NONE : at - 1;
}

const char *names_text(const struct names *n, size_t index)
{
    return n->list.v[index].text;
}

void names_free(struct names *n)
{
    vec_free(&n->list);
    mem_free(n->slots);
    arena_free(&n->arena);
    *n = (struct names){0};
}
