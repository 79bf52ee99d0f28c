#include "app/data_parts.h"
#include "app/facts.h"
#include "core/base/team.h"
#include "core/base/trace.h"

#include <string.h>

/* --ids belong to the --embeddings before them, in order; either all files have one or, for rows by number, none. */
bool data_files_embeddings(const struct args *args, struct data *d, struct err *err)
{
    size_t pending = 0; /* embeddings files named and not yet added */
    const char *path = NULL;
    for (size_t i = 0; i <= args->values.n; i++) {
        bool end = i == args->values.n;
        const char *name = end ? "" : args->values.v[i].spec->name;
        bool is_ids = strcmp(name, "ids") == 0;
        if (is_ids && pending == 0)
            return err_set(err, ERR_USAGE, "--ids %s stands before any --embeddings, or after another --ids",
                           args->values.v[i].value);
        if ((is_ids || end || strcmp(name, "embeddings") == 0) && pending > 0) {
            if (!embeddings_add(&d->e, path, is_ids ? args->values.v[i].value : NULL, err))
                return false;
            pending = 0;
        }
        if (strcmp(name, "embeddings") == 0) {
            path = args->values.v[i].value;
            pending = 1;
        }
    }
    return true;
}

/* A pair and the rows of its answers tell one another the prompt. */
static void share_prompts(struct data *d)
{
    for (size_t i = 0; i < d->pairs.pairs.n; i++) {
        struct pair *p = &d->pairs.pairs.v[i];
        if (p->prompt != SIZE_MAX) {
            embeddings_set_prompt(&d->e, p->chosen, p->prompt);
            embeddings_set_prompt(&d->e, p->rejected, p->prompt);
        }
    }
    for (size_t i = 0; i < d->pairs.pairs.n; i++) {
        struct pair *p = &d->pairs.pairs.v[i];
        size_t prompt = embeddings_prompt(&d->e, p->chosen);
        if (p->prompt == SIZE_MAX && prompt < d->e.n && embeddings_prompt(&d->e, p->rejected) == prompt)
            p->prompt = prompt;
    }
}

/* In files the prompt need not be known: pairs that share a text (or their prompt, when it has a row), directly or
 * through others, stay together, and ratings go with the pairs of their answer. */
static void keys_of_file(struct data *d)
{
    size_t n = d->pairs.pairs.n;
    size_t *a = mem_array(2 * n, sizeof *a), *b = mem_array(2 * n, sizeof *b);
    for (size_t i = 0; i < n; i++) {
        const struct pair *p = &d->pairs.pairs.v[i];
        a[i] = a[n + i] = p->chosen;
        b[i] = p->rejected;
        b[n + i] = p->prompt != SIZE_MAX ? p->prompt : p->chosen;
    }
    d->pair_keys = mem_array(2 * n, sizeof *d->pair_keys); /* the second half says the same as the first */
    split_components(a, b, 2 * n, d->e.n, d->pair_keys);
    uint64_t *row_keys = mem_array(d->e.n, sizeof *row_keys);
    for (size_t i = 0; i < d->e.n; i++)
        row_keys[i] = i;
    for (size_t i = 0; i < n; i++)
        row_keys[a[i]] = row_keys[b[i]] = row_keys[b[n + i]] = d->pair_keys[i];
    for (size_t i = 0; i < d->e.n; i++) /* answers in no pair go with their prompt */
        if (row_keys[i] == i && embeddings_prompt(&d->e, i) < d->e.n)
            row_keys[i] = row_keys[embeddings_prompt(&d->e, i)];
    d->rating_keys = mem_array(d->ratings.rows.n, sizeof *d->rating_keys);
    for (size_t i = 0; i < d->ratings.rows.n; i++)
        d->rating_keys[i] = row_keys[d->ratings.rows.v[i].row];
    mem_free(row_keys);
    mem_free(a);
    mem_free(b);
}

bool data_files_load(const struct args *args, unsigned need, struct data *d, struct err *err)
{
    const char *pairs = args_get(args, "pairs"), *ratings = args_get(args, "ratings");
    if ((need & DATA_PAIRS) && pairs == NULL)
        return err_set(err, ERR_USAGE, "--embeddings needs --pairs with it");
    if ((need & DATA_EITHER) && pairs == NULL && ratings == NULL)
        return err_set(err, ERR_USAGE, "--embeddings needs --pairs or --ratings with it");
    if ((need & DATA_RATINGS) && ratings == NULL)
        return err_set(err, ERR_USAGE, "--embeddings needs --ratings with it");
    if (d->scores.n == 0 && !data_files_embeddings(args, d, err))
        return false;
    embeddings_link_prompts(&d->e);
    trace(TRACE_LOAD, "%zu files mapped", d->e.parts.n);
    embeddings_hash(&d->e); /* goes on beside all that follows; data_settle waits for it */
    if (!d->unchecked && !embeddings_check_finite(&d->e, team_cores(), err))
        return false;
    trace(TRACE_LOAD, "%zu x %zu numbers are %s", d->e.n, d->e.d, d->unchecked ? "not looked at" : "finite");
    if (pairs != NULL && !pairs_read(pairs, &d->e, &d->pairs, err))
        return false;
    trace(TRACE_LOAD, "%zu pairs read", d->pairs.pairs.n);
    share_prompts(d);
    if (need & DATA_FACTS)
        facts_of_file(d);
    if (ratings != NULL && !ratings_read(ratings, &d->e, &d->ratings, err))
        return false;
    keys_of_file(d);
    return true;
}
