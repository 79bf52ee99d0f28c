#include "app/data_parts.h"
#include "app/data_scores.h"
#include "app/facts.h"
#include "core/base/mem.h"
#include "store/db.h"
#include "store/label.h"
#include "store/rubric.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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

static bool read_rubric(struct db *db, struct data *d, struct err *err)
{
    struct arena a = {0};
    struct rubric r;
    double sum = 0;
    bool ok = rubric_current(db, &a, &r, err);
    for (size_t i = 0; ok && i < r.n_of_response; i++) /* all have one, or none has */
        sum += isnan(r.attributes[i].weight) ? 0 : r.attributes[i].weight;
    for (size_t i = 0; ok && sum > 0 && i < r.n_of_response; i++) {
        const struct attribute *t = &r.attributes[i];
        vec_push(&d->rubric, ((struct rubric_weight){mem_dup(t->key), t->weight / (t->max - t->min) / sum}));
    }
    arena_free(&a);
    return ok;
}

bool data_workspace_load(const struct app *app, const struct args *args, unsigned need, const struct labels_wish *wish,
                         struct data *d, struct err *err)
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
    ok = ok && read_rubric(db, d, err) &&
         (d->scores.n > 0 ? data_scores_check(db, d, err) : data_set_open(db, args_get(args, "set"), d, &set, err)) &&
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
