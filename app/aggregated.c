#include "app/aggregated.h"

#include "store/audit.h"
#include "store/db.h"
#include "store/setting.h"

#include <math.h>
#include <string.h>

#define SETTING "aggregation"

const char *const aggregated_words[] = {
    AGGREGATED_NONE,
#define X(id, key, text) key,
    AGGREGATE_METHODS(X)
#undef X
        NULL,
};

/* ---- one attribute ---- */

/* Numbers of things by what they belong to: those of group g are order[start[g]] ... order[start[g + 1] - 1]. A thing
 * of SIZE_MAX belongs nowhere. */
static void sort_by_group(const size_t *group, size_t n, size_t groups, size_t **start, size_t **order)
{
    *start = mem_array(groups + 2, sizeof **start);
    *order = mem_array(n + 1, sizeof **order);
    for (size_t i = 0; i < n; i++)
        if (group[i] != SIZE_MAX)
            (*start)[group[i] + 2]++;
    for (size_t g = 0; g < groups; g++)
        (*start)[g + 2] += (*start)[g + 1];
    for (size_t i = 0; i < n; i++)
        if (group[i] != SIZE_MAX)
            (*order)[(*start)[group[i] + 1]++] = i;
}

static void count(struct aggregated_part *p)
{
    size_t items = p->part.d.items, n = p->part.d.n;
    sort_by_group(p->part.item, n, items, &p->start, &p->order);
    p->count.judgements = n;
    for (size_t i = 0; i < n; i++)
        p->count.kept += p->a.kept[i];
    for (size_t i = 0; i < items; i++)
        if (p->start[i] < p->start[i + 1]) {
            p->count.labels += p->a.label[i].why == NULL;
            p->count.none += p->a.label[i].why != NULL;
        }
}

/* crowd-bt asks for two answers of every item; those of ratings have none and no opinion here. */
static void find_answers(const struct opinions *o, struct aggregated_part *p)
{
    size_t n = p->part.d.items;
    p->first = mem_array(n + 1, sizeof *p->first);
    p->second = mem_array(n + 1, sizeof *p->second);
    for (size_t i = 0; i < n; i++)
        if (o->first.v[i] != SIZE_MAX) {
            p->first[i] = o->first.v[i];
            p->second[i] = o->second.v[i];
        }
}

bool aggregated_part_of(const struct opinions *o, size_t attribute, enum aggregate_method method,
                        struct aggregated_part *p, struct err *err)
{
    const char *name = names_text(&o->attributes, attribute);
    *p = (struct aggregated_part){.preferences = attribute == 0};
    opinions_part(o, &(struct opinions_filter){.attribute = attribute}, &p->part);
    if (p->part.d.n == 0)
        return err_set(err, ERR_MISSING, "there are no judgements of \"%.40s\" to put together", name);
    find_answers(o, p);
    const struct aggregate_opts opts = {.method = method,
                                        .preferences = p->preferences,
                                        .smooth = AGGREGATE_SMOOTH,
                                        .first = p->first,
                                        .second = p->second,
                                        .answers = names_count(&o->answers) + 1};
    if (!aggregate_of(&p->part.d, &opts, &p->a, err))
        return err_context(err, "%.40s", name);
    count(p);
    return true;
}

void aggregated_part_free(struct aggregated_part *p)
{
    opinions_part_free(&p->part);
    aggregate_free(&p->a);
    mem_free(p->first);
    mem_free(p->second);
    mem_free(p->start);
    mem_free(p->order);
}

/* ---- all of one kind of voices ---- */

static void add_count(struct aggregated_count *sum, const struct aggregated_count *c)
{
    sum->judgements += c->judgements;
    sum->kept += c->kept;
    sum->labels += c->labels;
    sum->none += c->none;
}

static bool has_opinions(const struct opinions *o, size_t attribute)
{
    for (size_t i = 0; i < o->v.n; i++)
        if (o->v.v[i].attribute == attribute)
            return true;
    return false;
}

/* Which items are ratings of which answer. */
static void find_ratings(struct aggregated_voices *v)
{
    size_t n = names_count(&v->o.items);
    size_t *answer = mem_array(n + 1, sizeof *answer);
    for (size_t i = 0; i < n; i++)
        answer[i] = v->o.first.v[i] == SIZE_MAX ? v->o.second.v[i] : SIZE_MAX;
    sort_by_group(answer, n, names_count(&v->o.rated), &v->start, &v->items);
    mem_free(answer);
}

static bool hear(struct aggregated *a, struct db *db, bool people, enum aggregate_method method, struct err *err)
{
    struct aggregated_voices *v = &a->voices[people];
    if (!opinions_of(db, people, &v->o, err))
        return false;
    size_t n = names_count(&v->o.attributes);
    v->part = mem_array(n + 1, sizeof *v->part);
    find_ratings(v);
    for (size_t k = 0; k < n; k++) {
        if ((k > 0 && method == AGGREGATE_CROWD_BT) || !has_opinions(&v->o, k))
            continue;
        if (!aggregated_part_of(&v->o, k, method, &v->part[k], err))
            return false;
        add_count(k == 0 ? &a->sum.preferences : &a->sum.ratings, &v->part[k].count);
    }
    return true;
}

static void voices_free(struct aggregated_voices *v)
{
    for (size_t k = 0; v->part != NULL && k < names_count(&v->o.attributes); k++)
        aggregated_part_free(&v->part[k]);
    mem_free(v->part);
    mem_free(v->start);
    mem_free(v->items);
    opinions_free(&v->o);
}

/* ---- the book ---- */

/* The label of an item; NULL: nobody judged it. */
static const struct aggregate_label *label_at(const struct aggregated_part *p, size_t item)
{
    return p->start != NULL && p->start[item] < p->start[item + 1] ? &p->a.label[item] : NULL;
}

static bool preference(const struct label_book *b, bool people, const char *comparison_id, struct label *l)
{
    const struct aggregated_voices *v = &((const struct aggregated *)(const void *)b)->voices[people];
    size_t item = names_find(&v->o.items, comparison_id, strlen(comparison_id));
    const struct aggregate_label *made = item != NAMES_NONE ? label_at(&v->part[0], item) : NULL;
    if (made == NULL)
        return false;
    l->has = made->why == NULL;
    l->from_ratings = false;
    l->n_stated = (int)made->kept;
    l->mean = l->has ? made->value : 0;
    l->strength = (int)round(l->mean); /* half away from zero, as plain labels */
    l->p_first = l->has ? made->first : 0.5;
    l->confidence = l->has ? made->confidence : 0;
    return true;
}

static bool rating(const struct label_book *b, bool people, const char *response_id, const char *attribute,
                   double *value)
{
    const struct aggregated_voices *v = &((const struct aggregated *)(const void *)b)->voices[people];
    size_t k = names_find(&v->o.attributes, attribute, strlen(attribute));
    size_t answer = names_find(&v->o.rated, response_id, strlen(response_id));
    size_t judged = 0, labels = 0;
    double sum = 0;
    if (k == NAMES_NONE || answer == NAMES_NONE)
        return false;
    for (size_t i = v->start[answer]; i < v->start[answer + 1]; i++) {
        const struct aggregate_label *made = label_at(&v->part[k], v->items[i]);
        judged += made != NULL;
        if (made == NULL || made->why != NULL)
            continue;
        sum += made->value;
        labels++;
    }
    *value = labels > 0 ? sum / (double)labels : (double)NAN;
    return judged > 0;
}

const struct label_book *aggregated_book(const struct aggregated *a)
{
    return a->sum.method != NULL ? &a->book : NULL;
}

/* ---- made ---- */

static int method_of(const char *word)
{
    for (int i = 0; aggregate_names[i] != NULL; i++)
        if (strcmp(word, aggregate_names[i]) == 0)
            return i;
    return -1;
}

/* Which labels can be made so. */
static const char *not_for(const struct label_options *o)
{
    if (o->single)
        return "ratings that count one by one are not put together";
    if (o->by == LABEL_BY_ALL || o->by == LABEL_BY_REVIEW)
        return "--aggregate puts together what people said, or what sources said: --labels is best, people or sources";
    return NULL;
}

bool aggregated_make(struct db *db, const char *word, const struct label_options *o, struct aggregated *out,
                     struct err *err)
{
    const char *why = not_for(o), *asked = word;
    *out = (struct aggregated){.book = {preference, rating}};
    if (word == NULL && !aggregated_word(db, &word, err))
        return false;
    int method = method_of(word);
    if (method < 0 && strcmp(word, AGGREGATED_NONE) != 0)
        return err_set(err, ERR_USAGE, "there is no method \"%.40s\" of aggregation", word);
    if (method >= 0 && why != NULL && asked != NULL)
        return err_set(err, ERR_USAGE, "%s", why);
    if (method < 0 || why != NULL)
        return true;
    out->sum.method = aggregate_names[method];
    return (o->by == LABEL_BY_PEOPLE || hear(out, db, false, (enum aggregate_method)method, err)) &&
           (o->by == LABEL_BY_SOURCES || hear(out, db, true, (enum aggregate_method)method, err));
}

void aggregated_free(struct aggregated *a)
{
    voices_free(&a->voices[0]);
    voices_free(&a->voices[1]);
    *a = (struct aggregated){0};
}

/* ---- what the workspace goes by ---- */

bool aggregated_word(struct db *db, const char **word, struct err *err)
{
    struct arena arena = {0};
    const char *text = NULL;
    bool ok = setting_get(db, SETTING, &arena, &text, err);
    int method = ok && text != NULL ? method_of(text) : -1;
    *word = method >= 0 ? aggregate_names[method] : AGGREGATED_NONE;
    if (ok && text != NULL && method < 0)
        ok = err_set(err, ERR_MISSING,
                     "the workspace goes by the aggregation \"%.40s\", which this program does not know; `assay "
                     "aggregate --use` chooses another",
                     text);
    arena_free(&arena);
    return ok;
}

struct choice {
    const char *word, *who;
};

static bool choose(struct db *db, void *ctx, struct err *err)
{
    const struct choice *c = ctx;
    const char *value = strcmp(c->word, AGGREGATED_NONE) != 0 ? c->word : NULL;
    struct buf detail = BUF_INIT;
    struct json_writer w;
    jw_start(&w, &detail);
    jw_object(&w);
    jw_kstr(&w, "value", c->word);
    jw_object_end(&w);
    bool ok = setting_set(db, SETTING, value, err) && audit_add(db, c->who, "set", SETTING, detail.ptr, err);
    buf_free(&detail);
    return ok;
}

bool aggregated_use(struct db *db, const char *word, const char *who, struct err *err)
{
    return db_write(db, choose, &(struct choice){word, who}, err);
}

/* ---- told ---- */

static void count_json(const char *key, const struct aggregated_count *c, struct json_writer *w)
{
    jw_key(w, key);
    jw_object(w);
    jw_kint(w, "labels", (int64_t)c->labels);
    jw_kint(w, "without_label", (int64_t)c->none);
    jw_kint(w, "judgements", (int64_t)c->judgements);
    jw_kint(w, "kept", (int64_t)c->kept);
    jw_kint(w, "discarded", (int64_t)(c->judgements - c->kept));
    jw_object_end(w);
}

void aggregated_json(const struct aggregated_sum *s, struct json_writer *w)
{
    if (s->method == NULL)
        return;
    jw_key(w, "aggregation");
    jw_object(w);
    jw_kstr(w, "method", s->method);
    count_json("preferences", &s->preferences, w);
    count_json("ratings", &s->ratings, w);
    jw_object_end(w);
}

static void count_text(const char *before, const char *what, const struct aggregated_count *c, struct buf *out)
{
    if (c->judgements > 0)
        buf_addf(out, "%s%zu of %zu %s", before, c->judgements - c->kept, c->judgements, what);
}

void aggregated_text(const struct aggregated_sum *s, struct buf *out)
{
    const struct aggregated_count *p = &s->preferences, *r = &s->ratings;
    size_t none = p->none + r->none;
    if (s->method == NULL)
        return;
    buf_addf(out, "labels by %s", s->method);
    if (p->judgements + r->judgements == 0)
        return;
    count_text(": ", "preferences", p, out);
    count_text(p->judgements > 0 ? " and " : ": ", "ratings", r, out);
    buf_addf(out, " discarded, %zu item%s without a label", none, PLURAL(none));
}
