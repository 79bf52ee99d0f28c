/* Our own lines: a comparison or a single response, and one judgement of it (assets/doc/formats.md). */
#include "store/criteria.h"
#include "store/import_format.h"

#include "core/base/clock.h"

#include <string.h>

static bool sniff(struct json_object *o)
{
    return json_has(o, "prompt") && import_has(o, "responses", json_type_array);
}

/* The parts of a line, checked before anything is put in. */
struct line {
    struct message *messages;
    size_t n_messages, n_responses;
    struct new_response responses[2];
    struct json_text source, split, subset, principle;
    struct json_object *judgement;
};

static bool read_response(struct import *im, struct json_object *o, struct new_response *r, struct err *err)
{
    static const char *const known[] = {"text", "model", "language", "tags", NULL};
    struct json_object *tags = NULL;
    if (!json_object_is_type(o, json_type_object))
        return err_set(err, ERR_SYNTAX, "must be an object, but is %s", json_type_name(o));
    if (!import_only_fields(o, known, "it", err) || !json_get_text(o, "text", JSON_REQUIRED, &r->text, err) ||
        !json_get_text(o, "model", JSON_OPTIONAL, &r->model, err) ||
        !json_get_text(o, "language", JSON_OPTIONAL, &r->language, err))
        return false;
    if (json_object_object_get_ex(o, "tags", &tags) && tags != NULL)
        r->tags = import_json(im, tags);
    return true;
}

static bool read_line(struct import *im, struct json_object *o, struct line *l, struct err *err)
{
    static const char *const known[] = {"prompt", "responses", "source",    "split",
                                        "subset", "principle", "judgement", NULL};
    struct json_object *prompt = NULL, *responses = NULL;
    if (!import_only_fields(o, known, "the record", err))
        return false;
    if (!json_object_object_get_ex(o, "prompt", &prompt) || prompt == NULL)
        return err_set(err, ERR_MISSING, "\"prompt\" is missing");
    if (!import_messages(im, prompt, "prompt", &l->messages, &l->n_messages, err) ||
        !json_get_array(o, "responses", JSON_REQUIRED, &responses, err) ||
        !json_get_text(o, "source", JSON_OPTIONAL, &l->source, err) ||
        !json_get_text(o, "split", JSON_OPTIONAL, &l->split, err) ||
        !json_get_text(o, "subset", JSON_OPTIONAL, &l->subset, err) ||
        !json_get_text(o, "principle", JSON_OPTIONAL, &l->principle, err) ||
        !json_get_object(o, "judgement", JSON_OPTIONAL, &l->judgement, err))
        return false;
    l->n_responses = json_object_array_length(responses);
    if (l->n_responses < 1 || l->n_responses > 2)
        return err_set(err, ERR_RANGE, "\"responses\" has %zu entries; one or two are possible", l->n_responses);
    if (l->n_responses == 1 && l->principle.ptr != NULL)
        return err_set(err, ERR_RANGE, "\"principle\" is of two responses that are compared");
    for (size_t i = 0; i < l->n_responses; i++)
        if (!read_response(im, json_object_array_get_idx(responses, i), &l->responses[i], err))
            return err_context(err, "response %zu", i + 1);
    return l->source.ptr == NULL || l->source.len > 0 || err_set(err, ERR_RANGE, "\"source\" is empty");
}

static bool read_ratings(struct json_object *o, int which, const struct rubric *r, struct judgement *j, struct err *err)
{
    json_object_object_foreach(o, key, value)
    {
        int64_t v = 0;
        int k = rubric_find(r, key, strlen(key));
        if (k < 0)
            return err_set(err, ERR_MISSING, "\"%.60s\" is not an attribute of the rubric %s@%d", key, r->name,
                           r->version);
        if (r->attributes[k].of_comparison)
            return err_set(err, ERR_CONFLICT, "\"%.60s\" is of the two responses together: it belongs to \"aspects\"",
                           key);
        if (value == NULL)
            continue;
        if (!json_as_int(value, key, r->attributes[k].min, r->attributes[k].max, &v, err))
            return false;
        j->ratings[j->n_ratings++] = (struct rating){which, r->attributes[k].key, (int)v};
    }
    return true;
}

static bool read_all_ratings(struct json_object *o, size_t n_responses, const struct rubric *r, struct judgement *j,
                             struct err *err)
{
    struct json_object *list = NULL;
    if (!json_get_array(o, "ratings", JSON_OPTIONAL, &list, err))
        return false;
    if (list == NULL)
        return true;
    size_t n = json_object_array_length(list);
    if (n != n_responses)
        return err_set(err, ERR_RANGE, "\"ratings\" has %zu entries for %zu responses", n, n_responses);
    for (size_t i = 0; i < n; i++) {
        struct json_object *item = json_object_array_get_idx(list, i);
        if (item == NULL)
            continue;
        if (!json_object_is_type(item, json_type_object))
            return err_set(err, ERR_SYNTAX, "\"ratings\" must hold objects, but holds %s", json_type_name(item));
        if (!read_ratings(item, (int)i, r, j, err))
            return err_context(err, "response %zu", i + 1);
    }
    return true;
}

static bool read_aspects(struct json_object *o, size_t n_responses, const struct rubric *r, struct judgement *j,
                         struct err *err)
{
    struct json_object *all = NULL;
    if (!json_get_object(o, "aspects", JSON_OPTIONAL, &all, err))
        return false;
    if (all == NULL)
        return true;
    if (n_responses == 1)
        return err_set(err, ERR_CONFLICT, "\"aspects\" need two responses");
    json_object_object_foreach(all, key, value)
    {
        int64_t v = 0;
        int k = rubric_find(r, key, strlen(key));
        if (k < 0 || !r->attributes[k].of_comparison)
            return err_set(err, ERR_MISSING, "\"%.60s\" is not an attribute of the comparison in the rubric %s@%d", key,
                           r->name, r->version);
        if (value == NULL)
            continue;
        if (!json_as_int(value, key, r->attributes[k].min, r->attributes[k].max, &v, err))
            return err_context(err, "aspects");
        j->aspects[j->n_aspects++] = (struct aspect){r->attributes[k].key, (int)v, r->attributes[k].leans};
    }
    return true;
}

/* As on the screen: what fails a criterion of the rubric is not preferred. */
static bool check_criteria(const struct rubric *r, struct judgement *j, struct err *err)
{
    criteria_apply(r, j);
    if (!j->has_preference || j->failed == 0)
        return true;
    if (j->failed == 3)
        return err_set(err, ERR_CONFLICT,
                       "both responses fail a criterion of the rubric %s@%d: \"neither\" is the answer", r->name,
                       r->version);
    int better = j->failed == 1 ? 1 : -1;
    return j->preference * better > 0 ||
           err_set(err, ERR_CONFLICT, "response %u fails a criterion of the rubric %s@%d and cannot be preferred",
                   j->failed, r->name, r->version);
}

static bool read_preference(struct json_object *o, size_t n_responses, const struct rubric *r, struct judgement *j,
                            struct err *err)
{
    int64_t v = 0;
    if (!json_get_int(o, "preference", JSON_OPTIONAL, -PREFERENCE_MAX, PREFERENCE_MAX, &v, err) ||
        !json_get_bool(o, "neither", JSON_OPTIONAL, &j->neither, err))
        return false;
    j->has_preference = json_has(o, "preference");
    j->preference = (int)v;
    if (j->neither && j->has_preference)
        return err_set(err, ERR_CONFLICT, "a preference and \"neither\" exclude each other");
    if ((j->neither || j->has_preference) && n_responses == 1)
        return err_set(err, ERR_CONFLICT, "a preference needs two responses");
    if (j->has_preference && v == 0 && !r->zero_allowed)
        return err_set(err, ERR_RANGE, "the rubric %s@%d has no preference 0", r->name, r->version);
    return true;
}

static bool read_words(struct import *im, struct json_object *o, struct judgement *j, struct err *err)
{
    struct json_text reason = {"", 0}, kind = {"judged", 6}, created = {0};
    struct json_object *extra = NULL;
    int64_t a = 1, revision = 0;
    if (!json_get_text(o, "justification", JSON_OPTIONAL, &j->justification, err) ||
        !json_get_text(o, "reason", JSON_OPTIONAL, &reason, err) ||
        !json_get_text(o, "kind", JSON_OPTIONAL, &kind, err) || !json_get_int(o, "a", JSON_OPTIONAL, 1, 2, &a, err) ||
        !json_get_number(o, "seconds", JSON_OPTIONAL, &j->seconds, err) ||
        !json_get_text(o, "created", JSON_OPTIONAL, &created, err) ||
        !json_get_int(o, "revision", JSON_OPTIONAL, 1, INT32_MAX, &revision, err) ||
        !json_get_object(o, "extra", JSON_OPTIONAL, &extra, err))
        return false;
    bool adjudication = strcmp(kind.ptr, "adjudication") == 0; /* judged, by whom the annotator's name says */
    if (!judgement_kind_parse(adjudication ? "judged" : kind.ptr, &j->kind))
        return err_set(err, ERR_RANGE,
                       "\"kind\" is \"%.40s\"; it may be judged, adjudication, skipped, flagged or withdrawn",
                       kind.ptr);
    if (j->seconds < 0)
        return err_set(err, ERR_RANGE, "\"seconds\" is less than 0");
    if (created.ptr != NULL && (j->created = clock_parse_iso(created.ptr)) < 0)
        return err_set(err, ERR_SYNTAX, "\"created\" must look like 2026-01-31T14:02:07.123Z");
    j->reason = reason.ptr;
    j->a_is = (int)a;
    if (extra != NULL)
        j->extra = import_json(im, extra);
    return true;
}

static bool read_span(struct json_object *o, size_t n_responses, const struct json_text *texts, struct judged_span *s,
                      struct err *err)
{
    static const char *const known[] = {"response", "start", "end", "sign", "comment", NULL};
    struct json_text comment = {"", 0};
    int64_t which = 0, start = 0, end = 0, sign = 0;
    if (!json_object_is_type(o, json_type_object))
        return err_set(err, ERR_SYNTAX, "it must be an object, but is %s", json_type_name(o));
    if (!import_only_fields(o, known, "it", err) ||
        !json_get_int(o, "response", JSON_REQUIRED, 1, (int64_t)n_responses, &which, err) ||
        !json_get_int(o, "start", JSON_REQUIRED, 0, INT32_MAX, &start, err) ||
        !json_get_int(o, "end", JSON_REQUIRED, start + 1, INT32_MAX, &end, err) ||
        !json_get_int(o, "sign", JSON_REQUIRED, -1, 1, &sign, err) ||
        !json_get_text(o, "comment", JSON_OPTIONAL, &comment, err))
        return false;
    if ((size_t)end > texts[which - 1].len)
        return err_set(err, ERR_RANGE, "\"end\" is %lld, behind the %zu bytes of response %d", (long long)end,
                       texts[which - 1].len, (int)which);
    *s = (struct judged_span){(int)which - 1, (size_t)start, (size_t)end, (int)sign, comment.ptr};
    return true;
}

static bool read_spans(struct import *im, struct json_object *o, const struct line *l, struct judgement *j,
                       struct err *err)
{
    struct json_object *list = NULL;
    int64_t confidence = 0;
    if (!json_get_int(o, "confidence", JSON_OPTIONAL, 1, 5, &confidence, err) ||
        !json_get_array(o, "spans", JSON_OPTIONAL, &list, err))
        return false;
    j->confidence = (int)confidence;
    size_t n = list != NULL ? json_object_array_length(list) : 0;
    struct judged_span *spans = arena_array(&im->record, n + 1, sizeof *spans);
    struct json_text texts[2] = {l->responses[0].text,
                                 l->n_responses > 1 ? l->responses[1].text : (struct json_text){0}};
    for (size_t i = 0; i < n; i++)
        if (!read_span(json_object_array_get_idx(list, i), l->n_responses, texts, &spans[i], err))
            return err_context(err, "span %zu", i + 1);
    j->spans = spans;
    j->n_spans = n;
    return true;
}

static bool says_something(const struct judgement *j)
{
    return j->kind != KIND_JUDGED || j->has_preference || j->neither || j->n_ratings > 0 || j->n_aspects > 0 ||
           j->justification.len > 0;
}

struct said {
    struct judgement j;
    struct json_text annotator;
    struct id id;
    bool has_id;
};

static bool read_judgement(struct import *im, struct json_object *o, const struct line *l, struct said *s,
                           struct err *err)
{
    size_t n_responses = l->n_responses;
    static const char *const known[] = {"id",      "annotator",     "kind",     "ratings", "preference",
                                        "neither", "justification", "reason",   "a",       "seconds",
                                        "rubric",  "created",       "revision", "extra",   "confidence",
                                        "spans",   "aspects",       "failed",   NULL};
    struct json_text id = {0}, name = {0};
    const struct rubric *r = &im->rubric;
    s->j = import_blank(im);
    if (!import_only_fields(o, known, "it", err) || !json_get_text(o, "annotator", JSON_REQUIRED, &s->annotator, err) ||
        !json_get_text(o, "id", JSON_OPTIONAL, &id, err) || !json_get_text(o, "rubric", JSON_OPTIONAL, &name, err))
        return false;
    s->has_id = id.ptr != NULL;
    if (s->has_id && !id_parse(id.ptr, &s->id))
        return err_set(err, ERR_SYNTAX, "\"id\" must be 32 hex digits");
    if (name.ptr != NULL && !import_rubric(im, name.ptr, &r, err))
        return false;
    s->j.rubric = r->row;
    if (!read_all_ratings(o, n_responses, r, &s->j, err) || !read_aspects(o, n_responses, r, &s->j, err) ||
        !read_preference(o, n_responses, r, &s->j, err) || !check_criteria(r, &s->j, err) ||
        !read_words(im, o, &s->j, err) || !read_spans(im, o, l, &s->j, err))
        return false;
    return says_something(&s->j) ||
           err_set(err, ERR_MISSING, "it says nothing: no rating, preference or justification");
}

static bool put_in(struct import *im, struct line *l, struct said *s, struct err *err)
{
    struct import_pair pair = {0};
    const struct id *id = s->has_id ? &s->id : NULL;
    if (!import_prompt(im, l->messages, l->n_messages, &pair.prompt, err) ||
        !import_response(im, &pair.prompt, &l->responses[0], l->n_responses == 1 ? "the response" : "response 1",
                         &pair.responses[0], err))
        return false;
    if (l->n_responses == 1)
        return l->judgement == NULL || import_judge_response(im, &pair.responses[0], &s->j, s->annotator, id, err);
    return import_response(im, &pair.prompt, &l->responses[1], "response 2", &pair.responses[1], err) &&
           import_comparison(im, &pair, l->source, l->split.ptr, err) &&
           content_subset(im->db, pair.comparison.row, l->subset, err) &&
           content_principle(im->db, pair.comparison.row, l->principle, err) &&
           (l->judgement == NULL || import_judge_pair(im, &pair, &s->j, s->annotator, id, err));
}

static bool read_record(struct import *im, struct json_object *o, struct err *err)
{
    struct line l = {0};
    struct said s = {0};
    if (!read_line(im, o, &l, err))
        return false;
    if (l.judgement != NULL && !read_judgement(im, l.judgement, &l, &s, err))
        return err_context(err, "judgement");
    return put_in(im, &l, &s, err);
}

const struct import_format import_judgements = {
    .name = "judgements", .sniff = sniff, .read = read_record, .looks_up = true};
