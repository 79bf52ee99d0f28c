#include "core/split.h"

#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
#define X(id, name) name,
    SPLITS(X)
#undef X
};

const char *split_name(enum split s)
{
    return names[s];
}

bool split_parse(const char *text, size_t n, enum split *out)
{
    for (size_t i = SPLIT_TRAIN; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == n && memcmp(names[i], text, n) == 0) {
            *out = (enum split)i;
            return true;
        }
    return false;
}

/* The items of one key. */
struct keyed {
    uint64_t rank, key; /* rank: where the seed puts the key */
    size_t item;
};

/* The finaliser of MurmurHash3: every bit of the key and the seed moves every bit of the rank. */
static uint64_t rank_of(uint64_t key, uint64_t seed)
{
    uint64_t h = key + (seed + 1) * UINT64_C(0x9E3779B97F4A7C15);
    for (int i = 0; i < 2; i++) {
        h = (h ^ (h >> 33)) * UINT64_C(0xFF51AFD7ED558CCD);
        h = (h ^ (h >> 33)) * UINT64_C(0xC4CEB9FE1A85EC53);
        h ^= h >> 33;
    }
    return h;
}

static int by_rank(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

static struct keyed *sort_by_rank(const uint64_t *keys, size_t n, uint64_t seed)
{
    struct keyed *k = mem_array(n, sizeof *k);
    for (size_t i = 0; i < n; i++)
        k[i] = (struct keyed){rank_of(keys[i], seed), keys[i], i};
    qsort(k, n, sizeof *k, by_rank);
    return k;
}

/* The same for keys that ascend already, as they mostly do; false, with `group` half filled, when they do not. */
static bool groups_in_order(const uint64_t *keys, size_t n, size_t *group, size_t *groups)
{
    *groups = 0;
    for (size_t i = 0; i < n; i++) {
        if (keys != NULL && i > 0 && keys[i] < keys[i - 1])
            return false;
        *groups += keys == NULL || i == 0 || keys[i] != keys[i - 1];
        group[i] = *groups - 1;
    }
    return true;
}

size_t split_groups(const uint64_t *keys, size_t n, size_t *group)
{
    size_t groups = 0;
    if (groups_in_order(keys, n, group, &groups))
        return groups;
    struct keyed *k = mem_array(n, sizeof *k);
    groups = 0;
    for (size_t i = 0; i < n; i++)
        k[i] = (struct keyed){.key = keys[i], .item = i};
    qsort(k, n, sizeof *k, by_rank); /* all ranks are 0 */
    for (size_t i = 0; i < n; i++) {
        groups += i == 0 || k[i].key != k[i - 1].key;
        group[k[i].item] = groups - 1;
    }
    mem_free(k);
    return groups;
}

static size_t end_of_key(const struct keyed *k, size_t from, size_t n)
{
    size_t to = from + 1;
    while (to < n && k[to].key == k[from].key)
        to++;
    return to;
}

void split_holdout(const uint64_t *keys, size_t n, double fraction, uint64_t seed, bool *held)
{
    if (n == 0)
        return;
    memset(held, 0, n * sizeof *held);
    double want = fraction * (double)n;
    struct keyed *k = sort_by_rank(keys, n, seed);
    for (size_t from = 0, to; from < n && (double)from < want; from = to) {
        to = end_of_key(k, from, n);
        if (to == n && from > 0 && fraction < 1)
            break; /* something must be left to train on */
        bool closer_without = from > 0 && (double)to - want > want - (double)from;
        if (closer_without)
            break;
        for (size_t i = from; i < to; i++)
            held[k[i].item] = true;
    }
    mem_free(k);
}

void split_folds(const uint64_t *keys, size_t n, size_t folds, uint64_t seed, size_t *fold)
{
    if (n == 0)
        return;
    size_t *size = mem_array(folds, sizeof *size);
    struct keyed *k = sort_by_rank(keys, n, seed);
    for (size_t from = 0, to; from < n; from = to) {
        to = end_of_key(k, from, n);
        size_t smallest = 0;
        for (size_t f = 1; f < folds; f++)
            if (size[f] < size[smallest])
                smallest = f;
        for (size_t i = from; i < to; i++)
            fold[k[i].item] = smallest;
        size[smallest] += to - from;
    }
    mem_free(size);
    mem_free(k);
}

static size_t root_of(size_t *parent, size_t i)
{
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

void split_components(const size_t *a, const size_t *b, size_t n, size_t n_rows, uint64_t *keys)
{
    size_t *parent = mem_array(n_rows, sizeof *parent);
    for (size_t i = 0; i < n_rows; i++)
        parent[i] = i;
    for (size_t i = 0; i < n; i++) {
        size_t x = root_of(parent, a[i]), y = root_of(parent, b[i]);
        parent[x > y ? x : y] = x < y ? x : y; /* the smaller row leads, so the key is the smallest of all */
    }
    for (size_t i = 0; i < n; i++)
        keys[i] = root_of(parent, a[i]);
    mem_free(parent);
}
