#include "core/names.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <string.h>

/* FNV-1a with a final mix: open addressing uses the low bits. */
static uint32_t hash_of(const char *text, size_t len)
{
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)text[i]) * UINT64_C(0x100000001B3);
    h ^= h >> 32;
    h *= UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(h ^ (h >> 29));
}

/* The slot that holds the string, or the free one where it would go. Strings are only looked at where hashes agree:
 * among millions each look is a miss of the cache. */
static struct names_slot *slot_of(const struct names *n, const char *text, size_t len, uint32_t hash)
{
    size_t mask = n->n_slots - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        struct names_slot *slot = &n->slots[i];
        if (slot->at == 0)
            return slot;
        const struct name *name = &n->list.v[slot->at - 1];
        if (slot->hash == hash && name->len == len && memcmp(name->text, text, len) == 0)
            return slot;
    }
}

static void grow(struct names *n)
{
    size_t had = n->n_slots, mask = had == 0 ? 63 : 2 * had - 1;
    struct names_slot *old = n->slots;
    n->n_slots = mask + 1;
    n->slots = mem_array(n->n_slots, sizeof *n->slots);
    for (size_t i = 0; i < had; i++) {
        size_t at = old[i].hash & mask;
        while (old[i].at != 0 && n->slots[at].at != 0)
            at = (at + 1) & mask;
        if (old[i].at != 0)
            n->slots[at] = old[i];
    }
    mem_free(old);
}

size_t names_add(struct names *n, const char *text, size_t len, bool *added)
{
    if (n->list.n + 1 >= UINT32_MAX)
        BUG("%zu names", n->list.n);
    if ((n->list.n + 1) * 2 > n->n_slots)
        grow(n);
    uint32_t hash = hash_of(text, len);
    struct names_slot *slot = slot_of(n, text, len, hash);
    bool fresh = slot->at == 0;
    if (fresh) {
        struct name name = {arena_ndup(&n->arena, text, len), len};
        vec_push(&n->list, name);
        *slot = (struct names_slot){(uint32_t)n->list.n, hash};
    }
    if (added != NULL)
        *added = fresh;
    return slot->at - 1U;
}

size_t names_find(const struct names *n, const char *text, size_t len)
{
    if (n->n_slots == 0)
        return NAMES_NONE;
    uint32_t at = slot_of(n, text, len, hash_of(text, len))->at;
    return at == 0 ? NAMES_NONE : at - 1U;
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
