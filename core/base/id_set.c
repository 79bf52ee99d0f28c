#include "core/base/id_set.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SIZE = 256, FIRST_ROOM = 128 };

/* Linear probing from the low bits of the mark; a number of 0 is an empty slot. That two ids have one mark is settled
 * by the ids themselves. */
struct id_set_slot {
    uint32_t mark, number;
};

/* Not all ids are digests. */
static uint32_t mark_of(const struct id *id)
{
    uint64_t x[2];
    memcpy(x, id->b, sizeof x);
    uint64_t mixed = (x[0] ^ (x[1] << 29 | x[1] >> 35)) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(mixed >> 32);
}

/* As memcmp, without the call. */
static bool same(const struct id *a, const struct id *b)
{
    uint64_t x[2], y[2];
    memcpy(x, a->b, sizeof x);
    memcpy(y, b->b, sizeof y);
    return x[0] == y[0] && x[1] == y[1];
}

/* Where the id is, or the empty slot where it belongs. */
static size_t probe(const struct id_set *s, const struct id *id, uint32_t mark)
{
    size_t i = mark & (s->size - 1);
    while (s->slots[i].number != 0 && (s->slots[i].mark != mark || !same(&s->ids[s->slots[i].number - 1], id)))
        i = (i + 1) & (s->size - 1);
    return i;
}

static void grow(struct id_set *s)
{
    struct id_set_slot *old = s->slots;
    size_t old_size = s->size;
    s->size = old_size == 0 ? FIRST_SIZE : 2 * old_size;
    s->slots = mem_array(s->size, sizeof *s->slots);
    for (size_t i = 0; i < old_size; i++) {
        if (old[i].number == 0)
            continue;
        size_t to = old[i].mark & (s->size - 1);
        while (s->slots[to].number != 0)
            to = (to + 1) & (s->size - 1);
        s->slots[to] = old[i];
    }
    mem_free(old);
}

/* Make slots of those that have none, and room for one more. */
static void place(struct id_set *s)
{
    while (s->n >= s->size / 4 * 3)
        grow(s);
    for (; s->placed < s->n; s->placed++) {
        const struct id *id = &s->ids[s->placed];
        uint32_t mark = mark_of(id);
        s->slots[probe(s, id, mark)] = (struct id_set_slot){mark, (uint32_t)s->placed + 1};
    }
}

static uint32_t append(struct id_set *s, const struct id *id)
{
    if (s->n >= UINT32_MAX - 1)
        BUG("more ids than numbers");
    if (s->n == s->room) {
        s->room = s->room == 0 ? FIRST_ROOM : s->room + s->room / 2;
        s->ids = mem_resize(s->ids, s->room * sizeof *s->ids);
    }
    s->ids[s->n++] = *id;
    return (uint32_t)s->n;
}

uint32_t id_set_find(struct id_set *s, const struct id *id)
{
    place(s);
    return s->slots[probe(s, id, mark_of(id))].number;
}

uint32_t id_set_put(struct id_set *s, const struct id *id, bool *made)
{
    place(s);
    uint32_t mark = mark_of(id);
    struct id_set_slot *slot = &s->slots[probe(s, id, mark)];
    *made = slot->number == 0;
    if (*made) {
        *slot = (struct id_set_slot){mark, append(s, id)};
        s->placed = s->n;
    }
    return slot->number;
}

uint32_t id_set_put_since(struct id_set *s, size_t since, const struct id *id, bool *made)
{
    for (size_t i = since; i < s->n; i++)
        if (same(&s->ids[i], id)) {
            *made = false;
            return (uint32_t)i + 1;
        }
    *made = true;
    return append(s, id);
}

/* Those behind the hole move up, unless they would stand before their home. */
static void empty_slot(struct id_set *s, size_t hole)
{
    size_t last = s->size - 1;
    for (size_t i = (hole + 1) & last; s->slots[i].number != 0; i = (i + 1) & last)
        if (((i - (s->slots[i].mark & last)) & last) >= ((i - hole) & last)) {
            s->slots[hole] = s->slots[i];
            hole = i;
        }
    s->slots[hole].number = 0;
}

void id_set_truncate(struct id_set *s, size_t n)
{
    for (; s->placed > n; s->placed--) {
        const struct id *id = &s->ids[s->placed - 1];
        empty_slot(s, probe(s, id, mark_of(id)));
    }
    s->n = n < s->n ? n : s->n;
}

/* ---- in order ---- */

/* An id as two numbers, as many compare and move faster than bytes do. */
struct key {
    uint64_t high, low, number;
};

static uint64_t eight_bytes(const unsigned char *b)
{
    uint64_t x = 0;
    for (int i = 0; i < 8; i++)
        x = x << 8 | b[i];
    return x;
}

static int by_id(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    if (x->high != y->high)
        return x->high < y->high ? -1 : 1;
    return (x->low > y->low) - (x->low < y->low);
}

static void sort(const struct id_set *s, uint32_t *numbers, size_t n, struct key *keys)
{
    for (size_t i = 0; i < n; i++) {
        const unsigned char *id = s->ids[numbers[i] - 1].b;
        keys[i] = (struct key){eight_bytes(id), eight_bytes(id + 8), numbers[i]};
    }
    qsort(keys, n, sizeof *keys, by_id);
    for (size_t i = 0; i < n; i++)
        numbers[i] = (uint32_t)keys[i].number;
}

/* Dealt out by their first byte first: a sort of few is quicker than its share of a sort of all, and needs less. */
uint32_t *id_set_sorted(const struct id_set *s)
{
    enum { HEADS = 256 };
    size_t end[HEADS + 1] = {0}, most = 0;
    for (size_t i = 0; i < s->n; i++)
        end[s->ids[i].b[0] + 1]++;
    for (size_t h = 1; h <= HEADS; h++) {
        most = end[h] > most ? end[h] : most;
        end[h] += end[h - 1];
    }
    uint32_t *sorted = mem_array(s->n + 1, sizeof *sorted);
    for (size_t i = 0; i < s->n; i++)
        sorted[end[s->ids[i].b[0]]++] = (uint32_t)i + 1;
    struct key *keys = mem_array(most + 1, sizeof *keys);
    for (size_t h = 0, from = 0; h < HEADS; from = end[h++])
        sort(s, sorted + from, end[h] - from, keys);
    mem_free(keys);
    return sorted;
}

void id_set_free(struct id_set *s)
{
    mem_free(s->ids);
    mem_free(s->slots);
    *s = (struct id_set){0};
}
