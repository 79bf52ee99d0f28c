#include "core/base/id_map.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <string.h>

enum { FIRST_SIZE = 256, KEY = 12 };

/* Linear probing; a number of 0 is an empty slot. */
struct id_map_slot {
    unsigned char key[KEY];
    uint32_t number;
};

static size_t home(const struct id_map *m, const unsigned char *key)
{
    uint64_t x;
    uint32_t y;
    memcpy(&x, key, sizeof x);
    memcpy(&y, key + sizeof x, sizeof y);
    x = (x ^ ((uint64_t)y << 29)) * UINT64_C(0x9E3779B97F4A7C15); /* not all keys are digests */
    return (size_t)(x >> 20) & (m->size - 1);
}

/* As memcmp, without the call. */
static bool same(const unsigned char *a, const unsigned char *b)
{
    uint64_t x[2];
    uint32_t y[2];
    memcpy(&x[0], a, sizeof *x);
    memcpy(&x[1], b, sizeof *x);
    memcpy(&y[0], a + sizeof *x, sizeof *y);
    memcpy(&y[1], b + sizeof *x, sizeof *y);
    return x[0] == x[1] && y[0] == y[1];
}

/* Where the key is, or the empty slot where it belongs. */
static size_t find(const struct id_map *m, const unsigned char *key)
{
    size_t i = home(m, key);
    while (m->slots[i].number != 0 && !same(m->slots[i].key, key))
        i = (i + 1) & (m->size - 1);
    return i;
}

static void grow(struct id_map *m)
{
    struct id_map old = *m;
    m->size = old.size == 0 ? FIRST_SIZE : 2 * old.size;
    m->slots = mem_array(m->size, sizeof *m->slots);
    for (size_t i = 0; i < old.size; i++)
        if (old.slots[i].number != 0)
            m->slots[find(m, old.slots[i].key)] = old.slots[i];
    mem_free(old.slots);
}

uint32_t id_map_get(const struct id_map *m, const struct id *id)
{
    return m->size == 0 ? 0 : m->slots[find(m, id->b)].number;
}

void id_map_set(struct id_map *m, const struct id *id, uint32_t number)
{
    if (number == 0)
        BUG("0 is no number of an id");
    if (m->n >= m->size / 4 * 3)
        grow(m);
    struct id_map_slot *s = &m->slots[find(m, id->b)];
    m->n += s->number == 0;
    memcpy(s->key, id->b, KEY);
    s->number = number;
}

void id_map_remove(struct id_map *m, const struct id *id)
{
    if (m->size == 0)
        return;
    size_t hole = find(m, id->b), last = m->size - 1;
    if (m->slots[hole].number == 0)
        return;
    m->n--;
    /* Those behind it move up, unless they would stand before their home. */
    for (size_t i = (hole + 1) & last; m->slots[i].number != 0; i = (i + 1) & last)
        if (((i - home(m, m->slots[i].key)) & last) >= ((i - hole) & last)) {
            m->slots[hole] = m->slots[i];
            hole = i;
        }
    m->slots[hole].number = 0;
}

void id_map_free(struct id_map *m)
{
    mem_free(m->slots);
    *m = (struct id_map){0};
}
