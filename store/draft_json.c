/* A draft as JSON, and back; store/draft.h says what stands in it. */
#include "store/draft.h"

#include "core/base/json.h"
#include "core/base/json_writer.h"
#include "store/places.h"

#include <stdio.h>
#include <string.h>

static const char *const side_key[ANSWERS_MOST] = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};
static const char both_key[] = "both";

/* Of the attributes from one to before another. */
static void write_ratings(struct json_writer *w, const struct draft *d, const struct rubric *r, const char *key,
                          int side, size_t from, size_t to)
{
    jw_key(w, key);
    jw_object(w);
    for (size_t i = from; i < to; i++)
        if (d->rating[side][i] != RATING_UNSET)
            jw_kint(w, r->attributes[i].key, d->rating[side][i]);
    jw_object_end(w);
}

static void write_places(struct json_writer *w, const struct draft *d)
{
    jw_kint(w, "answers", d->n);
    jw_key(w, "places");
    jw_object(w);
    for (int i = 0; i < d->n; i++)
        if (d->place[i] > 0)
            jw_kint(w, side_key[i], d->place[i]);
    jw_object_end(w);
}

static void write_cell(struct json_writer *w, const struct draft *d, const struct rubric *r)
{
    int n = (int)r->n_attributes;
    char name[80];
    struct places_at at = {0};
    if (d->cell >= draft_because(d, r))
        snprintf(name, sizeof name, "because");
    else if (d->n > 2 && (at = places_at(r, d->cell)).attribute < 0)
        snprintf(name, sizeof name, "%s", side_key[at.answer]);
    else if (d->n > 2)
        snprintf(name, sizeof name, "%s.%s", side_key[at.answer], r->attributes[at.attribute].key);
    else if (d->cell < 2 * n)
        snprintf(name, sizeof name, "%s.%s",
                 r->attributes[d->cell % n].of_comparison ? both_key : side_key[d->cell / n],
                 r->attributes[d->cell % n].key);
    else
        snprintf(name, sizeof name, "preference");
    jw_kstr(w, "cell", name);
}

static void write_spans(struct json_writer *w, const struct draft *d)
{
    jw_key(w, "spans");
    jw_array(w);
    for (size_t i = 0; i < d->spans.n; i++) {
        const struct span *s = &d->spans.v[i];
        jw_object(w);
        jw_kstr(w, "side", side_key[s->side]);
        jw_kint(w, "start", (int64_t)s->from);
        jw_kint(w, "end", (int64_t)s->to);
        jw_kint(w, "sign", s->sign);
        jw_kstr(w, "comment", s->comment);
        jw_object_end(w);
    }
    jw_array_end(w);
}

void draft_write(const struct draft *d, const struct rubric *r, struct buf *out)
{
    struct json_writer w;
    jw_start(&w, out);
    jw_object(&w);
    size_t single = r->n_of_response, n = r->n_attributes;
    if (d->n > 2)
        write_places(&w, d);
    for (int side = 0; side < d->n; side++)
        write_ratings(&w, d, r, side_key[side], side, 0, single);
    if (n > single)
        write_ratings(&w, d, r, both_key, SIDE_A, single, n);
    if (d->preference == PREFERENCE_NEITHER)
        jw_kstr(&w, "preference", "neither");
    else if (d->preference != PREFERENCE_UNSET)
        jw_kint(&w, "preference", d->preference);
    if (d->because.len > 0)
        jw_kstrn(&w, "because", d->because.ptr, d->because.len);
    if (d->confidence > 0)
        jw_kint(&w, "confidence", d->confidence);
    if (d->spans.n > 0)
        write_spans(&w, d);
    if (d->pasted > 0)
        jw_kint(&w, "pasted", d->pasted);
    write_cell(&w, d, r);
    jw_knum(&w, "seconds", d->seconds);
    jw_object_end(&w);
}

/* Attributes and levels that the rubric no longer has are left out. */
static bool read_ratings(struct json_object *o, const char *key, const struct rubric *r, bool of_comparison, int side,
                         struct draft *d, struct err *err)
{
    struct json_object *ratings = NULL;
    size_t end = of_comparison ? r->n_attributes : r->n_of_response;
    if (!json_get_object(o, key, JSON_OPTIONAL, &ratings, err))
        return false;
    for (size_t i = of_comparison ? r->n_of_response : 0; ratings != NULL && i < end; i++) {
        const struct attribute *a = &r->attributes[i];
        int64_t v = RATING_UNSET;
        if (!json_get_int(ratings, a->key, JSON_OPTIONAL, INT64_MIN, INT64_MAX, &v, err))
            return false;
        if (v >= a->min && v <= a->max)
            d->rating[side][i] = (int)v;
    }
    return true;
}

/* Places that make no order, as somebody else's file may hold them, are put in order. */
static bool read_places(struct json_object *o, struct draft *d, struct err *err)
{
    struct json_object *places = NULL;
    int64_t n = 2;
    if (!json_get_int(o, "answers", JSON_OPTIONAL, 2, ANSWERS_MOST, &n, err) ||
        !json_get_object(o, "places", JSON_OPTIONAL, &places, err))
        return false;
    d->n = (int)n;
    for (int i = 0; d->n > 2 && places != NULL && i < d->n; i++) {
        int64_t place = 0;
        if (!json_get_int(places, side_key[i], JSON_OPTIONAL, 0, ANSWERS_MOST, &place, err))
            return false;
        d->place[i] = (int)place;
    }
    places_close_up(d);
    return true;
}

static bool read_preference(struct json_object *o, struct draft *d, struct err *err)
{
    struct json_object *v = NULL;
    int64_t n = PREFERENCE_UNSET;
    if (json_object_object_get_ex(o, "preference", &v) && json_object_is_type(v, json_type_string) &&
        strcmp(json_object_get_string(v), "neither") == 0)
        n = PREFERENCE_NEITHER;
    else if (!json_get_int(o, "preference", JSON_OPTIONAL, -PREFERENCE_MAX, PREFERENCE_MAX, &n, err))
        return false;
    d->preference = (int)n;
    return true;
}

static bool read_cell(struct json_object *o, const struct rubric *r, struct draft *d, struct err *err)
{
    struct json_text t = {"", 0};
    if (!json_get_text(o, "cell", JSON_OPTIONAL, &t, err))
        return false;
    d->cell = 0;
    int side = t.len > 0 && t.ptr[0] >= 'a' && t.ptr[0] < 'a' + d->n ? t.ptr[0] - 'a' : SIDE_A;
    const char *dot = strchr(t.ptr, '.');
    int i = dot != NULL ? rubric_find(r, dot + 1, strlen(dot + 1)) : -1;
    if (dot != NULL && dot != t.ptr + 1)
        side = SIDE_A;
    if (strcmp(t.ptr, "because") == 0)
        d->cell = draft_because(d, r);
    else if (d->n > 2)
        d->cell = places_cell(r, side, i);
    else if (strcmp(t.ptr, "preference") == 0)
        d->cell = cell_preference(r);
    else if (i >= 0)
        d->cell = cell_rating(r, side, i);
    return true;
}

static bool read_span(struct json_object *o, struct draft *d, struct err *err)
{
    struct json_text side = {0}, comment = {"", 0};
    int64_t start = 0, end = 0, sign = 0;
    if (!json_get_text(o, "side", JSON_REQUIRED, &side, err) ||
        !json_get_int(o, "start", JSON_REQUIRED, 0, INT32_MAX, &start, err) ||
        !json_get_int(o, "end", JSON_REQUIRED, start + 1, INT32_MAX, &end, err) ||
        !json_get_int(o, "sign", JSON_REQUIRED, -1, 1, &sign, err) ||
        !json_get_text(o, "comment", JSON_OPTIONAL, &comment, err))
        return false;
    int answer = side.len == 1 && side.ptr[0] >= 'a' && side.ptr[0] < 'a' + d->n ? side.ptr[0] - 'a' : SIDE_A;
    draft_add_span(d, answer, (size_t)start, (size_t)end, (int)sign, comment.ptr, comment.len);
    return true;
}

static bool read_spans(struct json_object *o, struct draft *d, struct err *err)
{
    struct json_object *list = NULL;
    bool ok = !json_has(o, "spans") || json_get_array(o, "spans", JSON_OPTIONAL, &list, err);
    for (size_t i = 0; ok && list != NULL && i < json_object_array_length(list); i++) {
        struct json_object *item = json_object_array_get_idx(list, i);
        ok = json_object_is_type(item, json_type_object) ? read_span(item, d, err)
                                                         : err_set(err, ERR_SYNTAX, "a span must be an object");
    }
    return ok;
}

static bool read_object(struct json_object *o, const struct rubric *r, struct draft *d, struct err *err)
{
    struct json_text because = {"", 0};
    int64_t pasted = 0, confidence = 0;
    if (!json_object_is_type(o, json_type_object))
        return err_set(err, ERR_SYNTAX, "a draft must be an object, but is %s", json_type_name(o));
    if (!read_places(o, d, err))
        return false;
    for (int side = 0; side < d->n; side++)
        if (!read_ratings(o, side_key[side], r, false, side, d, err))
            return false;
    if (!read_ratings(o, both_key, r, true, SIDE_A, d, err) || !read_preference(o, d, err) ||
        !json_get_text(o, "because", JSON_OPTIONAL, &because, err) || !read_cell(o, r, d, err) ||
        !json_get_int(o, "pasted", JSON_OPTIONAL, 0, INT32_MAX, &pasted, err) ||
        !json_get_int(o, "confidence", JSON_OPTIONAL, 0, CONFIDENCE_MAX, &confidence, err) || !read_spans(o, d, err) ||
        !json_get_number(o, "seconds", JSON_OPTIONAL, &d->seconds, err))
        return false;
    d->pasted = (int)pasted;
    d->confidence = (int)confidence;
    buf_add(&d->because, because.ptr, because.len);
    return !d->because.cut || err_set(err, ERR_RANGE, "\"because\" is longer than %d bytes", JUSTIFICATION_MAX_BYTES);
}

bool draft_read(const char *json, size_t n, const struct rubric *r, struct draft *out, struct err *err)
{
    struct json_object *o = NULL;
    if (!json_parse(json, n, &o, err))
        return false;
    struct draft d;
    draft_init(&d);
    bool ok = read_object(o, r, &d, err);
    if (ok)
        draft_copy(out, &d);
    draft_free(&d);
    json_object_put(o);
    return ok;
}
