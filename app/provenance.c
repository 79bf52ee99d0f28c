#include "app/provenance.h"

#include "app/fitted.h"
#include "app/part.h"
#include "core/base/json.h"
#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

const char *const provenance_splits[] = {"train", "calibration", "test", "holdout", "all", NULL};

bool provenance_read(const struct head *h, const struct data *d, struct provenance *p, struct err *err)
{
    const char *settings = head_meta(h, "settings"), *inputs = head_meta(h, "inputs");
    struct json_object *s = NULL, *in = NULL;
    struct json_text text = {0};
    *p = (struct provenance){0};
    if (settings == NULL || inputs == NULL)
        return true;
    bool ok = json_parse(settings, strlen(settings), &s, err) && json_parse(inputs, strlen(inputs), &in, err) &&
              json_get_number(s, "holdout", JSON_OPTIONAL, &p->holdout, err) &&
              json_get_int(s, "seed", JSON_OPTIONAL, 0, INT64_MAX, &p->seed, err) &&
              json_get_text(s, "split", JSON_OPTIONAL, &text, err);
    if (ok && text.ptr != NULL && !split_parse(text.ptr, text.len, &p->split))
        ok = err_set(err, ERR_SYNTAX, "the head's settings name an unknown split");
    text.ptr = NULL;
    ok = ok && json_get_text(in, "pairs", JSON_OPTIONAL, &text, err);
    p->same_pairs = ok && text.ptr != NULL && strcmp(text.ptr, d->pairs_sha256) == 0;
    text.ptr = NULL;
    ok = ok && json_get_text(in, "thumbs", JSON_OPTIONAL, &text, err);
    p->same_thumbs = ok && p->same_pairs && text.ptr != NULL && strcmp(text.ptr, d->thumbs_sha256) == 0;
    text.ptr = NULL;
    ok = ok && json_get_text(in, "ratings", JSON_OPTIONAL, &text, err);
    p->same_ratings = ok && p->same_pairs && text.ptr != NULL && strcmp(text.ptr, d->ratings_sha256) == 0;
    if (d->pairs.pairs.n == 0 && d->thumbs.thumbs.n == 0) /* no pairs are like any other none */
        p->same_pairs = p->same_ratings;
    json_object_put(s);
    json_object_put(in);
    return ok || err_context(err, "the head's metadata");
}

static bool interrupted(const struct head *h)
{
    const char *text = head_meta(h, "fit");
    struct json_object *fit = NULL;
    bool was = false;
    struct err err;
    bool ok = text != NULL && json_parse(text, strlen(text), &fit, &err) &&
              json_get_bool(fit, "interrupted", JSON_OPTIONAL, &was, &err);
    json_object_put(fit);
    return ok && was;
}

const char *provenance_set(const struct head *h, const struct embedding_set *sets, size_t n)
{
    const char *inputs = head_meta(h, "inputs");
    for (size_t i = 0; inputs != NULL && i < n; i++)
        if (*sets[i].sha256 != '\0' && strstr(inputs, sets[i].sha256) != NULL)
            return sets[i].name;
    return NULL;
}

const char *provenance_note(const struct head *h)
{
    if (!interrupted(h))
        return NULL;
    return h->mlp == NULL && h->gate == NULL
               ? "the fit of this head was interrupted; `assay train --warm-start` goes on from it"
               : "the fit of this head was interrupted";
}

bool provenance_marked(const struct data *d, enum split s)
{
    for (size_t i = 0; i < d->pairs.pairs.n; i++)
        if (d->pairs.pairs.v[i].split == s)
            return true;
    for (size_t i = 0; d->pairs.pairs.n == 0 && i < d->thumbs.thumbs.n; i++)
        if (d->thumbs.thumbs.v[i].split == s)
            return true;
    for (size_t i = 0; d->pairs.pairs.n == 0 && d->thumbs.thumbs.n == 0 && i < d->ratings.rows.n; i++)
        if (d->ratings.rows.v[i].split == s)
            return true;
    return false;
}

/* The parts that the fit made of these very pairs. */
static struct part parts_of_fit(const struct data *d, const struct provenance *p)
{
    struct part part;
    part_pairs(d, p->split == SPLIT_NONE ? NULL : split_name(p->split), p->holdout, (uint64_t)p->seed, &part);
    return part;
}

static bool held_out(const struct data *d, const struct provenance *p, size_t **which, size_t *n, struct err *err)
{
    if (p->holdout <= 0)
        return err_set(err, ERR_MISSING, "the head was fitted without a hold-out; choose pairs with --split");
    if (!p->same_pairs)
        return err_set(
            err, ERR_CONFLICT,
            "the judgements or pairs have changed since the head was fitted, so the pairs it held out cannot "
            "be told; fit it again, or choose pairs with --split");
    struct part part = parts_of_fit(d, p);
    *which = part.held;
    *n = part.n_held;
    part.held = NULL;
    part_free(&part);
    return true;
}

bool provenance_choose(const struct provenance *p, const struct data *d, const char *split, size_t **which, size_t *n,
                       struct err *err)
{
    enum split wanted = SPLIT_NONE;
    bool all = strcmp(split, "all") == 0;
    if (strcmp(split, "holdout") == 0)
        return held_out(d, p, which, n, err);
    if (!all && !split_parse(split, strlen(split), &wanted))
        BUG("unknown split %s", split);
    *which = mem_array(d->pairs.pairs.n, sizeof **which);
    *n = 0;
    for (size_t i = 0; i < d->pairs.pairs.n; i++)
        if (all || d->pairs.pairs.v[i].split == wanted)
            (*which)[(*n)++] = i;
    return *n > 0 || err_set(err, ERR_MISSING, "no pair is marked \"%s\"", split);
}

void provenance_fitted(const struct provenance *p, const struct data *d, size_t **which, size_t *n)
{
    *n = 0;
    if (p->same_pairs) {
        struct part part = parts_of_fit(d, p);
        *which = part.fit;
        *n = part.n_fit;
        part.fit = NULL;
        part_free(&part);
        return;
    }
    *which = mem_array(d->pairs.pairs.n + 1, sizeof **which);
    for (size_t i = 0; i < d->pairs.pairs.n; i++)
        if (d->pairs.pairs.v[i].split == SPLIT_TRAIN)
            (*which)[(*n)++] = i;
}

static int by_key(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

bool provenance_leaked(const struct provenance *p, const struct head *h, const struct data *d, const size_t *which,
                       size_t n, bool *leaked, size_t *found, struct err *err)
{
    size_t *fitted = NULL, n_fitted = 0;
    *found = 0;
    memset(leaked, 0, n * sizeof *leaked);
    if (!p->same_pairs && !fitted_find(h, d, which, n, leaked, err))
        return false;
    provenance_fitted(p, d, &fitted, &n_fitted);
    uint64_t *keys = mem_array(n_fitted + 1, sizeof *keys);
    for (size_t i = 0; i < n_fitted; i++)
        keys[i] = d->pair_keys[fitted[i]];
    qsort(keys, n_fitted, sizeof *keys, by_key);
    for (size_t i = 0; i < n; i++) {
        leaked[i] = leaked[i] || bsearch(&d->pair_keys[which[i]], keys, n_fitted, sizeof *keys, by_key) != NULL;
        *found += leaked[i];
    }
    mem_free(fitted);
    mem_free(keys);
    return true;
}

static bool held_out_thumbs(const struct data *d, const struct provenance *p, size_t **which, size_t *n,
                            struct err *err)
{
    const char *split = p->split == SPLIT_NONE ? NULL : split_name(p->split);
    struct part pairs, part;
    if (p->holdout <= 0)
        return err_set(err, ERR_MISSING, "the head was fitted without a hold-out; choose thumbs with --split");
    if (!p->same_thumbs)
        return err_set(
            err, ERR_CONFLICT,
            "these are not the pairs and thumbs that the head was fitted to, so the thumbs it held out cannot "
            "be told; choose thumbs with --split");
    part_pairs(d, split, p->holdout, (uint64_t)p->seed, &pairs);
    part_thumbs(d, split, p->holdout, (uint64_t)p->seed, &pairs, &part);
    *which = part.held;
    *n = part.n_held;
    part.held = NULL;
    part_free(&part);
    part_free(&pairs);
    return true;
}

bool provenance_choose_thumbs(const struct provenance *p, const struct data *d, const char *split, size_t **which,
                              size_t *n, struct err *err)
{
    enum split wanted = SPLIT_NONE;
    bool all = strcmp(split, "all") == 0;
    if (strcmp(split, "holdout") == 0)
        return held_out_thumbs(d, p, which, n, err);
    if (!all && !split_parse(split, strlen(split), &wanted))
        BUG("unknown split %s", split);
    *which = mem_array(d->thumbs.thumbs.n, sizeof **which);
    *n = 0;
    for (size_t i = 0; i < d->thumbs.thumbs.n; i++)
        if (all || d->thumbs.thumbs.v[i].split == wanted)
            (*which)[(*n)++] = i;
    return *n > 0 || err_set(err, ERR_MISSING, "no thumb is marked \"%s\"", split);
}

/* As app/train.c parts them: by prompt, and prompts that stand in pairs go with those. */
static bool held_out_ratings(const struct data *d, const struct provenance *p, size_t **which, size_t *n,
                             struct err *err)
{
    const char *split = p->split == SPLIT_NONE ? NULL : split_name(p->split);
    struct part pairs, part;
    if (p->holdout <= 0)
        return err_set(err, ERR_MISSING, "the head was fitted without a hold-out; choose ratings with --split");
    if (!p->same_ratings)
        return err_set(err, ERR_CONFLICT,
                       "these are not the ratings that the head was fitted to, so those it held out cannot be told; "
                       "choose ratings with --split");
    part_pairs(d, split, p->holdout, (uint64_t)p->seed, &pairs);
    part_ratings(d, split, p->holdout, (uint64_t)p->seed, &part);
    part_align(d, &pairs, &part);
    *which = part.held;
    *n = part.n_held;
    part.held = NULL;
    part_free(&part);
    part_free(&pairs);
    return true;
}

bool provenance_choose_ratings(const struct provenance *p, const struct data *d, const char *split, size_t **which,
                               size_t *n, struct err *err)
{
    enum split wanted = SPLIT_NONE;
    bool all = strcmp(split, "all") == 0, alone = d->pairs.pairs.n == 0 && d->thumbs.thumbs.n == 0;
    *n = 0;
    if (strcmp(split, "holdout") == 0)
        return held_out_ratings(d, p, which, n, alone ? err : NULL) || !alone;
    if (!all && !split_parse(split, strlen(split), &wanted))
        BUG("unknown split %s", split);
    *which = mem_array(d->ratings.rows.n + 1, sizeof **which);
    for (size_t i = 0; i < d->ratings.rows.n; i++)
        if (all || d->ratings.rows.v[i].split == wanted)
            (*which)[(*n)++] = i;
    return *n > 0 || !alone || err_set(err, ERR_MISSING, "no rating is marked \"%s\"", split);
}

bool provenance_trained_on(const struct provenance *p, const char *split)
{
    const char *fitted = split_name(p->split == SPLIT_NONE ? SPLIT_TRAIN : p->split);
    return (p->same_pairs || p->same_thumbs) && (strcmp(split, "all") == 0 || strcmp(split, fitted) == 0);
}
