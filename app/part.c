#include "app/part.h"

#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

static bool marked(const struct data *d)
{
    for (size_t i = 0; i < d->pairs.pairs.n; i++)
        if (d->pairs.pairs.v[i].split != SPLIT_NONE)
            return true;
    for (size_t i = 0; i < d->ratings.rows.n; i++)
        if (d->ratings.rows.v[i].split != SPLIT_NONE)
            return true;
    for (size_t i = 0; i < d->thumbs.thumbs.n; i++)
        if (d->thumbs.thumbs.v[i].split != SPLIT_NONE)
            return true;
    return false;
}

double part_share(const struct data *d, double holdout)
{
    return holdout >= 0 ? holdout : marked(d) ? 0 : PART_HOLDOUT;
}

static bool wanted(enum split s, const char *split)
{
    if (split == NULL)
        return s == SPLIT_NONE || s == SPLIT_TRAIN;
    return strcmp(split_name(s), split) == 0;
}

void part_of(const uint64_t *keys, const size_t *use, size_t n, double holdout, uint64_t seed, struct part *p)
{
    uint64_t *used_keys = mem_array(n, sizeof *used_keys);
    bool *out = mem_array(n, sizeof *out);
    for (size_t i = 0; i < n; i++)
        used_keys[i] = keys[use[i]];
    split_holdout(used_keys, n, holdout, seed, out);
    *p = (struct part){.fit = mem_array(n, sizeof *p->fit), .held = mem_array(n, sizeof *p->held)};
    for (size_t i = 0; i < n; i++)
        if (out[i])
            p->held[p->n_held++] = use[i];
        else
            p->fit[p->n_fit++] = use[i];
    mem_free(used_keys);
    mem_free(out);
}

void part_pairs(const struct data *d, const char *split, double holdout, uint64_t seed, struct part *p)
{
    size_t *use = mem_array(d->pairs.pairs.n, sizeof *use), n = 0;
    for (size_t i = 0; i < d->pairs.pairs.n; i++)
        if (wanted(d->pairs.pairs.v[i].split, split))
            use[n++] = i;
    part_of(d->pair_keys, use, n, holdout, seed, p);
    mem_free(use);
}

void part_ratings(const struct data *d, const char *split, double holdout, uint64_t seed, struct part *p)
{
    size_t *use = mem_array(d->ratings.rows.n, sizeof *use), n = 0;
    for (size_t i = 0; i < d->ratings.rows.n; i++)
        if (wanted(d->ratings.rows.v[i].split, split))
            use[n++] = i;
    part_of(d->rating_keys, use, n, holdout, seed, p);
    mem_free(use);
}

static int by_key(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* The keys of some pairs, sorted; the caller frees them. */
static uint64_t *sorted_keys(const struct data *d, const size_t *which, size_t n)
{
    uint64_t *keys = mem_array(n + 1, sizeof *keys);
    for (size_t i = 0; i < n; i++)
        keys[i] = d->pair_keys[which[i]];
    qsort(keys, n, sizeof *keys, by_key);
    return keys;
}

static bool is_among(uint64_t key, const uint64_t *sorted, size_t n)
{
    return bsearch(&key, sorted, n, sizeof key, by_key) != NULL;
}

void part_align(const struct data *d, const struct part *pairs, struct part *ratings)
{
    enum side { ABSENT, FIT, HELD };
    size_t n = d->ratings.rows.n;
    uint64_t *fit = sorted_keys(d, pairs->fit, pairs->n_fit), *held = sorted_keys(d, pairs->held, pairs->n_held);
    unsigned char *side = mem_array(n, sizeof *side);
    for (size_t i = 0; i < ratings->n_fit; i++)
        side[ratings->fit[i]] = is_among(d->rating_keys[ratings->fit[i]], held, pairs->n_held) ? HELD : FIT;
    for (size_t i = 0; i < ratings->n_held; i++)
        side[ratings->held[i]] = is_among(d->rating_keys[ratings->held[i]], fit, pairs->n_fit) ? FIT : HELD;
    part_free(ratings);
    *ratings = (struct part){.fit = mem_array(n, sizeof *ratings->fit), .held = mem_array(n, sizeof *ratings->held)};
    for (size_t i = 0; i < n; i++)
        if (side[i] == FIT)
            ratings->fit[ratings->n_fit++] = i;
        else if (side[i] == HELD)
            ratings->held[ratings->n_held++] = i;
    mem_free(side);
    mem_free(fit);
    mem_free(held);
}

void part_ratings_beside(const struct data *d, const struct part *pairs, struct part *p)
{
    size_t n = d->ratings.rows.n;
    uint64_t *held = sorted_keys(d, pairs->held, pairs->n_held);
    *p = (struct part){.fit = mem_array(n, sizeof *p->fit), .held = mem_array(n, sizeof *p->held)};
    for (size_t i = 0; i < n; i++) {
        const uint64_t *key = &d->rating_keys[i];
        if (!wanted(d->ratings.rows.v[i].split, NULL))
            continue;
        if (is_among(*key, held, pairs->n_held))
            p->held[p->n_held++] = i;
        else
            p->fit[p->n_fit++] = i;
    }
    mem_free(held);
}

void part_thumbs(const struct data *d, const char *split, double holdout, uint64_t seed, const struct part *pairs,
                 struct part *p)
{
    size_t n = d->thumbs.thumbs.n, n_alone = 0;
    uint64_t *fit = sorted_keys(d, pairs->fit, pairs->n_fit), *held = sorted_keys(d, pairs->held, pairs->n_held);
    size_t *alone = mem_array(n, sizeof *alone);
    struct part rest;
    *p = (struct part){.fit = mem_array(n, sizeof *p->fit), .held = mem_array(n, sizeof *p->held)};
    for (size_t i = 0; i < n; i++) {
        const uint64_t *key = &d->thumb_keys[i];
        if (!wanted(d->thumbs.thumbs.v[i].split, split))
            continue;
        if (is_among(*key, held, pairs->n_held))
            p->held[p->n_held++] = i;
        else if (is_among(*key, fit, pairs->n_fit))
            p->fit[p->n_fit++] = i;
        else
            alone[n_alone++] = i;
    }
    part_of(d->thumb_keys, alone, n_alone, holdout, seed, &rest);
    for (size_t i = 0; i < rest.n_fit; i++)
        p->fit[p->n_fit++] = rest.fit[i];
    for (size_t i = 0; i < rest.n_held; i++)
        p->held[p->n_held++] = rest.held[i];
    part_free(&rest);
    mem_free(fit);
    mem_free(held);
    mem_free(alone);
}

size_t *part_folds(const struct data *d, const struct part *pairs, const struct part *ratings, size_t folds,
                   uint64_t seed)
{
    size_t n = pairs->n_fit + ratings->n_fit, *fold = mem_array(n, sizeof *fold);
    uint64_t *keys = mem_array(n, sizeof *keys);
    for (size_t i = 0; i < pairs->n_fit; i++)
        keys[i] = d->pair_keys[pairs->fit[i]];
    for (size_t i = 0; i < ratings->n_fit; i++)
        keys[pairs->n_fit + i] = d->rating_keys[ratings->fit[i]];
    split_folds(keys, n, folds, seed, fold);
    mem_free(keys);
    return fold;
}

void part_without(const struct part *ratings, const size_t *fold, size_t left_out, struct part *p)
{
    *p = (struct part){.fit = mem_array(ratings->n_fit, sizeof *p->fit)};
    for (size_t i = 0; i < ratings->n_fit; i++)
        if (fold[i] != left_out)
            p->fit[p->n_fit++] = ratings->fit[i];
}

void part_free(struct part *p)
{
    mem_free(p->fit);
    mem_free(p->held);
    *p = (struct part){0};
}
