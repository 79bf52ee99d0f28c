#include "app/opinions.h"

#include "core/base/clock.h"
#include "core/record.h"
#include "store/gold.h"
#include "store/opinion.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static size_t number(struct names *n, const char *text)
{
    return names_add(n, text, strlen(text), NULL);
}

/* The Monday of the week, in UTC. */
static size_t week_of(struct opinions *o, int64_t ms)
{
    enum { DAY = 86400000 };
    char day[CLOCK_ISO_SIZE];
    int64_t since = ms / DAY + 3; /* 1970 began on a Thursday */
    clock_iso((since - since % 7 - 3) * DAY, day);
    return names_add(&o->weeks, day, strlen("2026-11-23"), NULL);
}

static size_t item_of(struct opinions *o, const char *text, size_t first, size_t second)
{
    bool added;
    size_t item = names_add(&o->items, text, strlen(text), &added);
    if (added) {
        vec_push(&o->first, first);
        vec_push(&o->second, second);
    }
    return item;
}

/* One judgement, however it came in. */
struct said {
    const char *id, *answer[2];
    bool known; /* the answers have ids of their own */
    size_t rater, source, week;
    bool has_preference, neither;
    int preference, a_is;
    double seconds;
    int64_t length[2];
};

static void take_preference(struct opinions *o, const struct said *s)
{
    if (!s->has_preference)
        return;
    size_t item = item_of(o, s->id, number(&o->answers, s->answer[0]), number(&o->answers, s->answer[1]));
    vec_push(&o->v, ((struct opinion){0, item, s->rater, s->source, s->week, s->preference}));
}

enum { OF_ITSELF = -1, OF_BOTH = 2 };

/* which: the first or second answer of the comparison, or OF_BOTH together; OF_ITSELF: the id is the answer's own. */
static void take_rating(struct opinions *o, const struct said *s, int which, const char *attribute, double value)
{
    struct buf name = BUF_INIT;
    buf_adds(&name, s->id);
    if (which == OF_BOTH)
        buf_adds(&name, " both");
    else if (which >= 0)
        buf_addf(&name, " %d", which + 1);
    size_t answer = (which == 0 || which == 1) && s->known ? number(&o->rated, s->answer[which]) : SIZE_MAX;
    size_t item = item_of(o, name.ptr, SIZE_MAX, answer);
    vec_push(&o->v, ((struct opinion){number(&o->attributes, attribute), item, s->rater, s->source, s->week, value}));
    buf_free(&name);
}

static void take_act(struct opinions *o, const struct said *s, bool rated, bool straight)
{
    int first = (s->preference < 0) - (s->preference > 0); /* 1: the first is better */
    int longer = (s->length[0] > s->length[1]) - (s->length[0] < s->length[1]);
    struct opinions_act a = {.rater = s->rater,
                             .week = s->week,
                             .rated = rated,
                             .straight = straight,
                             .neither = s->neither,
                             .seconds = s->seconds};
    if (s->has_preference) {
        a.side = s->a_is == 1 ? first : -first;
        a.longer = first * longer;
    }
    vec_push(&o->acts, a);
}

/* ---- workspace ---- */

static void take_row(void *ctx, const struct opinion_row *r)
{
    struct opinions *o = ctx;
    const struct said s = {.id = r->comparison_id,
                           .answer = {r->response_id[0], r->response_id[1]},
                           .known = true,
                           .rater = number(&o->people, r->annotator),
                           .source = number(&o->sources, r->source),
                           .week = week_of(o, r->created),
                           .has_preference = r->has_preference,
                           .neither = r->neither,
                           .preference = r->preference,
                           .a_is = r->a_is,
                           .seconds = r->seconds,
                           .length = {r->length[0], r->length[1]}};
    bool straight = r->n_ratings > 1;
    take_preference(o, &s);
    for (size_t i = 0; i < r->n_ratings; i++) {
        take_rating(o, &s, r->ratings[i].which, r->ratings[i].attribute, r->ratings[i].value);
        straight = straight && r->ratings[i].value == r->ratings[0].value;
    }
    for (size_t i = 0; i < r->n_aspects; i++)
        take_rating(o, &s, OF_BOTH, r->aspects[i].attribute, r->aspects[i].value);
    take_act(o, &s, r->n_ratings > 1, straight);
}

static void count_at(struct opinions *o, size_t rater, bool same)
{
    while (o->again.n <= rater) {
        vec_push(&o->again, (size_t)0);
        vec_push(&o->same, (size_t)0);
    }
    o->again.v[rater]++;
    o->same.v[rater] += same;
}

static void take_repeat(void *ctx, const struct opinion_repeat *r)
{
    struct opinions *o = ctx;
    int first = (r->first > 0) - (r->first < 0), again = (r->again > 0) - (r->again < 0);
    count_at(o, number(&o->people, r->annotator), first == again);
}

static void take_gold(void *ctx, const struct gold_given *g)
{
    struct opinions *o = ctx;
    vec_push(&o->gold, ((struct opinions_gold){number(&o->people, g->name), g->right}));
}

bool opinions_of(struct db *db, bool people, struct opinions *o, struct err *err)
{
    *o = (struct opinions){0};
    number(&o->attributes, OPINIONS_PREFERENCE);
    return opinion_each(db, people, take_row, o, err) &&
           (!people || (opinion_each_repeat(db, take_repeat, o, err) && gold_each_answer(db, take_gold, o, err)));
}

static bool read_workspace(const struct app *app, bool people, struct opinions *o, struct err *err)
{
    struct db *db = NULL;
    if (!app_open(app, false, &db, err))
        return false;
    bool ok = opinions_of(db, people, o, err);
    db_close(db);
    return ok;
}

/* ---- files ---- */

/* The number of the name in a field, of `otherwise` when there is none. */
static size_t fact(struct json_object *o, const char *key, struct names *names, const char *otherwise)
{
    int index = -1;
    record_fact(o, key, names, &index);
    return index >= 0 ? (size_t)index : number(names, otherwise);
}

/* The numbers of an object, by attribute; null is missing. */
static bool take_numbers(struct opinions *o, const struct said *s, int which, struct json_object *ratings,
                         struct err *err)
{
    json_object_object_foreach(ratings, key, value)
    {
        if (value == NULL)
            continue;
        double v = json_object_get_double(value);
        if (!json_object_is_type(value, json_type_int) && !json_object_is_type(value, json_type_double))
            return err_set(err, ERR_SYNTAX, "the rating \"%.40s\" must be a number, but is %s", key,
                           json_type_name(value));
        if (!isfinite(v))
            return err_set(err, ERR_NUMERIC, "the rating \"%.40s\" is not a finite number", key);
        if (strcmp(key, OPINIONS_PREFERENCE) == 0)
            return err_set(err, ERR_SYNTAX, "a rating cannot be called \"preference\"");
        take_rating(o, s, which, key, v);
    }
    return true;
}

static bool take_rating_line(void *ctx, struct json_object *line, struct err *err)
{
    struct opinions *o = ctx;
    struct names one = {0};
    struct json_object *ratings = NULL;
    struct said s = {.rater = fact(line, "annotator", &o->people, ""),
                     .source = fact(line, "source", &o->sources, ""),
                     .week = number(&o->weeks, "")};
    int found = -1;
    record_fact(line, "response", &one, &found);
    bool ok = found >= 0 || err_set(err, ERR_SYNTAX, "\"response\" is missing");
    s.id = ok ? names_text(&one, (size_t)found) : "";
    ok = ok && json_get_object(line, "ratings", JSON_REQUIRED, &ratings, err) &&
         take_numbers(o, &s, OF_ITSELF, ratings, err);
    names_free(&one);
    return ok;
}

static bool take_ratings_of_two(struct opinions *o, const struct said *s, struct json_object *judgement,
                                struct err *err)
{
    struct json_object *list = NULL, *aspects = NULL;
    if (!json_get_array(judgement, "ratings", JSON_OPTIONAL, &list, err) ||
        !json_get_object(judgement, "aspects", JSON_OPTIONAL, &aspects, err) ||
        (aspects != NULL && !take_numbers(o, s, OF_BOTH, aspects, err)))
        return false;
    for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++) {
        struct json_object *one = json_object_array_get_idx(list, i);
        if (!json_object_is_type(one, json_type_object))
            return err_set(err, ERR_SYNTAX, "\"ratings\" must hold an object an answer");
        if (!take_numbers(o, s, (int)i, one, err))
            return false;
    }
    return true;
}

/* What two answers were judged: their texts stand for them. */
static void name_of_comparison(struct json_object *line, struct buf *id)
{
    struct json_object *part = NULL;
    if (json_object_object_get_ex(line, "prompt", &part))
        buf_adds(id, json_object_to_json_string_ext(part, JSON_C_TO_STRING_PLAIN));
    if (json_object_object_get_ex(line, "responses", &part))
        for (size_t i = 0; json_object_is_type(part, json_type_array) && i < json_object_array_length(part); i++) {
            struct json_object *text = NULL;
            json_object_object_get_ex(json_object_array_get_idx(part, i), "text", &text);
            buf_adds(id, json_object_to_json_string_ext(text, JSON_C_TO_STRING_PLAIN));
        }
}

static bool take_one(struct opinions *o, struct json_object *line, struct json_object *judgement, const char *id,
                     struct err *err)
{
    struct json_text kind = {0}, created = {0};
    int64_t preference = 0, a = 1, at;
    bool neither = false;
    struct said s = {.id = id, .answer = {id, ""}, .seconds = (double)NAN};
    if (!json_get_text(judgement, "kind", JSON_OPTIONAL, &kind, err) ||
        !json_get_text(judgement, "created", JSON_OPTIONAL, &created, err) ||
        !json_get_int(judgement, "preference", JSON_OPTIONAL, -PREFERENCE_MAX, PREFERENCE_MAX, &preference, err) ||
        !json_get_bool(judgement, "neither", JSON_OPTIONAL, &neither, err) ||
        !json_get_int(judgement, "a", JSON_OPTIONAL, 1, 2, &a, err) ||
        !json_get_number(judgement, "seconds", JSON_OPTIONAL, &s.seconds, err))
        return false;
    if (kind.ptr != NULL && strcmp(kind.ptr, "judged") != 0)
        return true;
    at = created.ptr != NULL ? clock_parse_iso(created.ptr) : -1;
    s.rater = fact(judgement, "annotator", &o->people, "");
    s.source = fact(line, "source", &o->sources, "");
    s.week = at >= 0 ? week_of(o, at) : number(&o->weeks, "");
    s.has_preference = json_has(judgement, "preference");
    s.preference = (int)preference;
    s.neither = neither;
    s.a_is = (int)a;
    take_preference(o, &s);
    take_act(o, &s, false, false);
    return take_ratings_of_two(o, &s, judgement, err);
}

static bool take_judgement_line(void *ctx, struct json_object *line, struct err *err)
{
    struct json_object *judgement = NULL;
    struct buf id = BUF_INIT;
    bool ok = json_get_object(line, "judgement", JSON_OPTIONAL, &judgement, err);
    if (ok && judgement != NULL) {
        name_of_comparison(line, &id);
        ok = take_one(ctx, line, judgement, id.len > 0 ? id.ptr : "", err);
    }
    buf_free(&id);
    return ok;
}

bool opinions_read(const struct app *app, const struct args *args, struct opinions *o, struct err *err)
{
    const char *ratings = args_get(args, "ratings"), *judgements = args_get(args, "judgements");
    const char *whose = args_get(args, "labels");
    *o = (struct opinions){0};
    if (whose != NULL && strcmp(whose, "people") != 0 && strcmp(whose, "sources") != 0)
        return err_set(err, ERR_USAGE, "--labels is people or sources here, not \"%.40s\"", whose);
    if (ratings == NULL && judgements == NULL)
        return read_workspace(app, whose == NULL || strcmp(whose, "people") == 0, o, err);
    number(&o->attributes, OPINIONS_PREFERENCE);
    return (ratings == NULL || record_each(ratings, &(struct record_taker){.take = take_rating_line, .ctx = o}, err)) &&
           (judgements == NULL ||
            record_each(judgements, &(struct record_taker){.take = take_judgement_line, .ctx = o}, err));
}

void opinions_free(struct opinions *o)
{
    struct names *names[] = {&o->attributes, &o->items, &o->people, &o->sources, &o->weeks, &o->answers, &o->rated};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        names_free(names[i]);
    vec_free(&o->v);
    vec_free(&o->acts);
    vec_free(&o->first);
    vec_free(&o->second);
    vec_free(&o->again);
    vec_free(&o->same);
    vec_free(&o->gold);
}

void opinions_part(const struct opinions *o, const struct opinions_filter *f, struct opinions_part *out)
{
    *out = (struct opinions_part){.item = mem_array(o->v.n + 1, sizeof *out->item),
                                  .rater = mem_array(o->v.n + 1, sizeof *out->rater),
                                  .place = mem_array(o->v.n + 1, sizeof *out->place),
                                  .value = mem_array(o->v.n + 1, sizeof *out->value)};
    size_t n = 0;
    for (size_t i = 0; i < o->v.n; i++) {
        const struct opinion *x = &o->v.v[i];
        if (x->attribute != f->attribute || (f->source != NULL && x->source != *f->source) ||
            (f->week != NULL && x->week != *f->week))
            continue;
        out->item[n] = x->item;
        out->rater[n] = x->rater;
        out->value[n] = x->value;
        out->place[n++] = i;
    }
    out->d = (struct agreement_data){.item = out->item,
                                     .rater = out->rater,
                                     .value = out->value,
                                     .n = n,
                                     .items = names_count(&o->items),
                                     .raters = names_count(&o->people)};
}

void opinions_part_free(struct opinions_part *p)
{
    mem_free(p->item);
    mem_free(p->rater);
    mem_free(p->place);
    mem_free(p->value);
}
