#include "app/data.h"

#include "app/data_scores.h"
#include "app/data_thumbs.h"
#include "app/facts.h"
#include "app/place.h"
#include "core/base/team.h"
#include "core/base/trace.h"
#include "store/db.h"
#include "store/embedding.h"
#include "store/label.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- files ---- */

/* --ids belong to the --embeddings before them, in order; either all files have one or, for rows by number, none. */
static bool embeddings_from_files(const struct args *args, struct data *d, struct err *err)
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

static bool load_files(const struct args *args, unsigned need, struct data *d, struct err *err)
{
    const char *pairs = args_get(args, "pairs"), *ratings = args_get(args, "ratings");
    if ((need & DATA_PAIRS) && pairs == NULL)
        return err_set(err, ERR_USAGE, "--embeddings needs --pairs with it");
    if ((need & DATA_EITHER) && pairs == NULL && ratings == NULL)
        return err_set(err, ERR_USAGE, "--embeddings needs --pairs or --ratings with it");
    if ((need & DATA_RATINGS) && ratings == NULL)
        return err_set(err, ERR_USAGE, "--embeddings needs --ratings with it");
    if (d->scores.n == 0 && !embeddings_from_files(args, d, err))
        return false;
    embeddings_link_prompts(&d->e);
    trace(TRACE_LOAD, "%zu files mapped", d->e.parts.n);
    embeddings_hash(&d->e); /* goes on beside all that follows; data_settle waits for it */
    if (!embeddings_check_finite(&d->e, team_cores(), err))
        return false;
    trace(TRACE_LOAD, "%zu x %zu numbers are finite", d->e.n, d->e.d);
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

/* ---- workspace ---- */

struct collector {
    struct data *d;
    const struct labels_wish *wish;
    struct err *err;
    bool failed;
    VEC(uint64_t) keys;
    VEC(double) values;
    size_t n_attributes;
};

/* The first 64 bits: the same in every copy of the workspace. */
bool data_prompt_key(const char *hex, uint64_t *key)
{
    struct id id;
    if (!id_parse(hex, &id))
        return false;
    *key = 0;
    for (int i = 0; i < 8; i++)
        *key = *key << 8 | id.b[i];
    return true;
}

static uint64_t key_of_id(const char *hex)
{
    uint64_t key;
    if (!data_prompt_key(hex, &key))
        BUG("bad id %s", hex);
    return key;
}

static bool split_of(struct collector *c, const char *name, enum split *out)
{
    *out = SPLIT_NONE;
    if (name == NULL || split_parse(name, strlen(name), out))
        return true;
    if (strncmp(name, "val", 3) == 0) { /* the publishers' word for what we call test when nothing else is marked so */
        *out = SPLIT_TEST;
        return true;
    }
    c->failed = true;
    err_set(c->err, ERR_RANGE, "the workspace holds a split \"%s\"; train, calibration and test are known", name);
    return false;
}

/* -1 for NULL. */
static int name_index(struct names *names, const char *name)
{
    return name != NULL ? (int)names_add(names, name, strlen(name), NULL) : -1;
}

/* Of the pair that comes next. Sources have no sides. */
static void add_vote(struct data *d, const struct label_vote *v, bool first_wins)
{
    int first = -v->preference, a = v->a_is == 1 ? first : -first; /* positive: it is the better one */
    struct vote vote = {.pair = d->pairs.pairs.n,
                        .annotator = name_index(&d->pairs.annotators, v->annotator),
                        .preference = first_wins ? first : -first,
                        .side = v->by_person ? (a > 0) - (a < 0) : 0};
    vec_push(&d->votes, vote);
}

static bool add_pair(void *ctx, const struct label_pair *p)
{
    struct collector *c = ctx;
    struct data *d = c->d;
    size_t first, second;
    struct pair pair = {.prompt = SIZE_MAX};
    struct labels_pair l;
    if (!labels_pair_of(&p->label, c->wish, &l)) {
        d->even++;
        return true;
    }
    if (!embeddings_find(&d->e, p->first_id, strlen(p->first_id), &first) ||
        !embeddings_find(&d->e, p->second_id, strlen(p->second_id), &second)) {
        bool has_first = embeddings_find(&d->e, p->first_id, strlen(p->first_id), &first);
        if (d->without_embedding++ == 0)
            snprintf(d->first_without, sizeof d->first_without, "%s", has_first ? p->second_id : p->first_id);
        return true;
    }
    if (!split_of(c, p->split, &pair.split))
        return false;
    pair.chosen = l.first_wins ? first : second;
    pair.rejected = l.first_wins ? second : first;
    pair.prompt = embeddings_prompt(&d->e, first); /* that of both */
    pair.p = l.p;
    pair.weight = l.weight;
    pair.strength = l.strength;
    pair.objective = name_index(&d->pairs.objectives, p->source);
    pair.group = name_index(&d->pairs.groups, p->source);
    pair.source = name_index(&d->pairs.sources, p->source);
    pair.subset = name_index(&d->pairs.subsets, p->subset);
    pair.language = pair.annotator = -1;
    for (size_t i = 0; i < p->n_votes; i++)
        add_vote(d, &p->votes[i], l.first_wins);
    vec_push(&d->pairs.pairs, pair);
    vec_push(&c->keys, key_of_id(p->prompt_id));
    return true;
}

static bool add_rating(void *ctx, const struct label_rating *r)
{
    struct collector *c = ctx;
    struct data *d = c->d;
    struct rating_row row = {.annotator = -1, .weight = 1};
    if (!embeddings_find(&d->e, r->response_id, strlen(r->response_id), &row.row)) {
        d->without_embedding++;
        return true;
    }
    if (!split_of(c, r->split, &row.split))
        return false;
    vec_push(&d->ratings.rows, row);
    vec_push(&c->keys, key_of_id(r->prompt_id));
    for (size_t j = 0; j < c->n_attributes; j++)
        vec_push(&c->values, r->values[j]);
    return true;
}

struct id_list {
    const char **ids;
    struct arena arena;
};

static bool note_id(void *ctx, int64_t of, const char *id, int64_t row)
{
    (void)of;
    struct id_list *l = ctx;
    l->ids[row] = arena_dup(&l->arena, id);
    return true;
}

/* Rows that are no response, prompt or probe here get a name that no id can have. */
static void name_the_rest(struct id_list *l, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (l->ids[i] == NULL) {
            struct buf name = BUF_INIT;
            buf_addf(&name, "row %zu", i);
            l->ids[i] = arena_dup(&l->arena, name.ptr);
            buf_free(&name);
        }
}

static bool note_link(void *ctx, int64_t row, int64_t prompt_row)
{
    embeddings_set_prompt(ctx, (size_t)row, (size_t)prompt_row);
    return true;
}

static bool note_asked(void *ctx, int64_t prompt, const char *id, int64_t row)
{
    (void)prompt;
    embeddings_set_prompt_id(ctx, (size_t)row, id);
    return true;
}

static bool name_rows(struct db *db, const struct embedding_set *set, struct data *d, struct err *err)
{
    struct id_list l = {.ids = mem_array(d->e.n, sizeof *l.ids)};
    bool ok = embedding_set_each(db, set->row, note_id, &l, err) &&
              embedding_set_each_prompt(db, set->row, note_id, &l, err) &&
              embedding_set_each_probe(db, set->row, note_id, &l, err) &&
              embedding_set_each_link(db, set->row, note_link, &d->e, err) &&
              (!d->e.keeps_prompt_ids || embedding_set_each_asked(db, set->row, note_asked, &d->e, err));
    if (ok) {
        name_the_rest(&l, d->e.n);
        ok = embeddings_set_ids(&d->e, 0, l.ids, err);
    }
    mem_free(l.ids);
    arena_free(&l.arena);
    return ok;
}

static bool not_attached(const struct data *d, struct err *err)
{
    return err_set(err, ERR_CONFLICT,
                   "%s is no longer the file that was attached as \"%s\"; attach it anew with `assay embed`",
                   d->set_path, d->set_name);
}

static bool map_set(struct db *db, const struct embedding_set *set, struct data *d, struct err *err)
{
    d->set_name = mem_dup(set->name);
    d->set_path = mem_dup(set->path);
    d->set_sha256 = mem_dup(set->sha256);
    char *path = place_find(db_path(db), set->path);
    bool ok = embeddings_add(&d->e, path != NULL ? path : set->path, NULL, err);
    mem_free(path);
    if (!ok)
        return false;
    if (d->e.n != (size_t)set->n || d->e.d != (size_t)set->d)
        return not_attached(d, err);
    embeddings_hash(&d->e);
    return embeddings_check_finite(&d->e, team_cores(), err) && name_rows(db, set, d, err);
}

/* *row: its key. */
static bool open_set(struct db *db, const char *name, struct data *d, int64_t *row, struct err *err)
{
    struct arena arena = {0};
    struct embedding_set set;
    bool found;
    bool ok = embedding_set_get(db, name, &arena, &set, &found, err);
    if (ok && !found)
        ok = name != NULL ? err_set(err, ERR_MISSING, "the workspace has no embedding set \"%s\"", name)
                          : err_set(err, ERR_MISSING,
                                    "the workspace has no embeddings yet; `assay embed --provider lexical` makes some");
    ok = ok && map_set(db, &set, d, err);
    *row = ok ? set.row : 0;
    arena_free(&arena);
    return ok;
}

static bool collect_pairs(struct db *db, const struct label_options *o, const struct labels_wish *wish, struct data *d,
                          struct err *err)
{
    struct collector c = {.d = d, .wish = wish, .err = err};
    bool ok = label_each_pair(db, o, add_pair, &c, err) && !c.failed;
    d->pair_keys = c.keys.v;
    return ok;
}

static bool collect_ratings(struct db *db, const struct label_options *o, struct data *d, struct err *err)
{
    struct arena arena = {0};
    struct collector c = {.d = d, .err = err};
    const char **attributes;
    bool ok = label_attributes(db, &arena, &attributes, &c.n_attributes, err);
    for (size_t j = 0; ok && j < c.n_attributes; j++)
        names_add(&d->ratings.attributes, attributes[j], strlen(attributes[j]), NULL);
    ok = ok && (c.n_attributes == 0 || label_each_rating(db, o, attributes, c.n_attributes, add_rating, &c, err)) &&
         !c.failed;
    d->rating_keys = c.keys.v;
    d->ratings.values = c.values.v;
    arena_free(&arena);
    return ok;
}

static bool load_workspace(const struct app *app, const struct args *args, unsigned need,
                           const struct labels_wish *wish, struct data *d, struct err *err)
{
    struct label_options o = {
        .source = args_get(args, "source"), .single = wish->single_ratings, .votes = (need & DATA_FACTS) != 0};
    const char *by = args_get(args, "labels"), *method = args_get(args, "aggregate");
    struct aggregated made = {0};
    struct db *db = NULL;
    int ignored;
    int64_t set = 0; /* scores from a file have none */
    if ((by != NULL && !label_by_parse(by, &o.by, err)) ||
        !args_choice(args, "aggregate", aggregated_words, &ignored, err))
        return false;
    if (!app_open(app, false, &db, err))
        return false;
    bool ok = aggregated_make(db, method != NULL ? method : wish->aggregate, &o, &made, err);
    o.book = aggregated_book(&made);
    d->aggregation = made.sum;
    ok = ok && (d->scores.n > 0 ? data_scores_check(db, d, err) : open_set(db, args_get(args, "set"), d, &set, err)) &&
         collect_pairs(db, &o, wish, d, err) && (args_has(args, "partial") || data_scores_whole(d, err)) &&
         collect_ratings(db, &o, d, err) && (!(need & DATA_FACTS) || facts_of_workspace(db, set, d, err));
    aggregated_free(&made);
    db_close(db);
    if (!ok)
        return false;
    if ((need & DATA_PAIRS) && d->pairs.pairs.n == 0)
        return err_set(err, ERR_MISSING,
                       "the workspace holds no comparison with a better answer and embeddings of both");
    if ((need & DATA_EITHER) && d->pairs.pairs.n + d->ratings.rows.n == 0)
        return err_set(err, ERR_MISSING, "the workspace holds neither comparisons nor ratings with embeddings");
    if ((need & DATA_RATINGS) && d->ratings.rows.n == 0)
        return err_set(err, ERR_MISSING, "the workspace holds no rated response with an embedding");
    return true;
}

/* ---- both ---- */

static void add_number(struct digest *g, double v)
{
    unsigned char raw[sizeof v];
    memcpy(raw, &v, sizeof v);
    digest_add(g, raw, sizeof raw);
}

static void digests(struct data *d)
{
    struct digest g;
    digest_init(&g);
    for (size_t i = 0; i < d->pairs.pairs.n; i++) {
        const struct pair *p = &d->pairs.pairs.v[i];
        const double row[] = {(double)p->chosen, (double)p->rejected, p->weight, p->p, p->strength, (double)p->split};
        for (size_t j = 0; j < sizeof row / sizeof *row; j++)
            add_number(&g, row[j]);
        if (p->prompt != SIZE_MAX)
            add_number(&g, (double)p->prompt);
    }
    digest_hex(&g, d->pairs_sha256);
    digest_init(&g);
    size_t k = names_count(&d->ratings.attributes);
    for (size_t i = 0; i < d->ratings.rows.n; i++) {
        add_number(&g, (double)d->ratings.rows.v[i].row);
        add_number(&g, d->ratings.rows.v[i].weight);
        add_number(&g, (double)d->ratings.rows.v[i].split);
        for (size_t j = 0; j < k; j++) {
            double v = d->ratings.values[i * k + j];
            add_number(&g, isnan(v) ? -1e300 : v); /* NaN has many bit patterns */
        }
    }
    digest_hex(&g, d->ratings_sha256);
}

bool data_load(const struct app *app, const struct args *args, unsigned need, const struct labels_wish *wish,
               struct data *d, struct err *err)
{
    return data_load_scored(app, args, NULL, need, wish, d, err);
}

bool data_load_scored(const struct app *app, const struct args *args, const char *scores, unsigned need,
                      const struct labels_wish *wish, struct data *d, struct err *err)
{
    memset(d, 0, sizeof *d);
    embeddings_init(&d->e);
    d->from_workspace = !args_has(args, "embeddings") && !(scores != NULL && args_has(args, "pairs"));
    if (scores != NULL && (args_has(args, "embeddings") || args_has(args, "ids") || args_has(args, "set")))
        return err_set(err, ERR_USAGE, "scores stand in place of --embeddings, --ids and --set");
    if (scores != NULL && !data_scores_read(scores, d, err))
        return false;
    if (d->from_workspace && (args_has(args, "pairs") || args_has(args, "ratings") || args_has(args, "ids")))
        return err_set(err, ERR_USAGE, "--pairs, --ratings and --ids need --embeddings with them");
    if (!d->from_workspace &&
        (args_has(args, "set") || args_has(args, "labels") || args_has(args, "source") || args_has(args, "aggregate")))
        return err_set(err, ERR_USAGE,
                       "--set, --labels, --aggregate and --source are for the workspace, not for files");
    d->e.keeps_prompt_ids = !d->from_workspace && (need & DATA_FACTS); /* probes name them */
    bool ok = d->from_workspace ? load_workspace(app, args, need, wish, d, err) : load_files(args, need, d, err);
    ok = ok && data_thumbs_load(args, need, d, err);
    if (ok)
        digests(d);
    trace(TRACE_LOAD, "examples complete");
    return ok;
}

bool data_load_embeddings(const struct app *app, const struct args *args, struct data *d, struct err *err)
{
    memset(d, 0, sizeof *d);
    embeddings_init(&d->e);
    d->e.keeps_prompt_ids = true;
    d->from_workspace = !args_has(args, "embeddings");
    if (!d->from_workspace && !embeddings_from_files(args, d, err))
        return false;
    embeddings_link_prompts(&d->e);
    if (!d->from_workspace)
        return embeddings_check_finite(&d->e, team_cores(), err);
    struct db *db = NULL;
    int64_t set;
    if (!app_open(app, false, &db, err))
        return false;
    bool ok = open_set(db, args_get(args, "set"), d, &set, err);
    db_close(db);
    return ok;
}

bool data_settle(struct data *d, struct err *err)
{
    if (d->set_sha256 != NULL && strcmp(embeddings_part_digest(&d->e, 0), d->set_sha256) != 0)
        return not_attached(d, err);
    embeddings_digest(&d->e, d->embeddings_sha256);
    trace(TRACE_LOAD, "embeddings have the digest %s", d->embeddings_sha256);
    return true;
}

const char *data_embeddings_sha256(const struct data *d)
{
    if (d->embeddings_sha256[0] == '\0')
        BUG("data_settle was not called");
    return d->embeddings_sha256;
}

void data_free(struct data *d)
{
    embeddings_close(&d->e);
    scores_free(&d->scores);
    pairs_free(&d->pairs);
    vec_free(&d->votes);
    ratings_free(&d->ratings);
    data_thumbs_free(d);
    mem_free(d->pair_keys);
    mem_free(d->rating_keys);
    mem_free(d->set_name);
    mem_free(d->set_path);
    mem_free(d->set_sha256);
}
