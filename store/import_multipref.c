/* MultiPref: {"text", "model_a", "completion_a", "model_b", "completion_b", "normal_worker_annotations",
 * "expert_worker_annotations"}: lists of what each annotator chose, on five steps. */
#include "store/import_sides.h"
#include "store/multipref.h"

#include <stdio.h>
#include <string.h>

static const char *const lists[] = {"normal_worker_annotations", "expert_worker_annotations"};
static const char *const single_placed[] = {"overall_pref",
#define X(field, attribute) field,
                                            MULTIPREF(X)
#undef X
                                                NULL};

static bool sniff(struct json_object *o)
{
    return json_has(o, "text") && import_has(o, "completion_a", json_type_string) &&
           import_has(o, "completion_b", json_type_string);
}

/* One choice: *step from -2 to 2. */
static bool read_choice(struct json_object *item, const char *key, enum json_need need, bool *there, int *step,
                        struct err *err)
{
    struct json_text word = {0};
    if (!json_get_text(item, key, need, &word, err))
        return false;
    *there = word.ptr != NULL;
    for (size_t i = 0; i < MULTIPREF_STEPS && *there; i++)
        if (strcmp(word.ptr, multipref_steps[i]) == 0) {
            *step = (int)i - MULTIPREF_STEPS / 2;
            return true;
        }
    return !*there || err_set(err, ERR_RANGE, "\"%s\" is \"%.40s\"; %s to %s are known", key, word.ptr,
                              multipref_steps[0], multipref_steps[MULTIPREF_STEPS - 1]);
}

static bool read_choices(struct json_object *item, struct judgement *j, struct err *err)
{
    for (size_t i = 0; i < MULTIPREF_ASPECTS; i++) {
        struct aspect x = {.attribute = multipref_aspects[i].attribute, .leans = true};
        bool there;
        if (!read_choice(item, multipref_aspects[i].field, JSON_OPTIONAL, &there, &x.value, err))
            return false;
        if (there)
            j->aspects[j->n_aspects++] = x;
    }
    return read_choice(item, "overall_pref", JSON_REQUIRED, &j->has_preference, &j->preference, err);
}

static bool knows_aspects(const struct rubric *r)
{
    const char *key = multipref_aspects[0].attribute;
    int k = rubric_find(r, key, strlen(key));
    return k >= 0 && r->attributes[k].leans;
}

/* Aspects are of the rubric that asks for them; a workspace may hold one of that name from before it did. */
static bool find_rubric(struct import *im, int64_t *row, struct err *err)
{
    const struct rubric *held;
    struct rubric own;
    if (!import_rubric(im, "multipref", &held, err))
        return false;
    *row = held->row;
    if (knows_aspects(held))
        return true;
    if (!rubric_builtin("multipref", &im->record, &own, err) || !rubric_put(im->db, &own, err))
        return false;
    *row = own.row;
    return true;
}

/* Reasons and confidences are kept as they stand. */
static bool judge(struct import *im, const struct import_pair *pair, struct json_object *item, const char *place,
                  struct err *err)
{
    struct judgement j = import_blank(im);
    struct json_text who = {place, strlen(place)};
    if (!json_get_text(item, "evaluator", JSON_OPTIONAL, &who, err) || !read_choices(item, &j, err) ||
        (j.n_aspects > 0 && !find_rubric(im, &j.rubric, err)))
        return false;
    j.extra = import_rest(im, item, single_placed);
    return import_judge_pair(im, pair, &j, import_part_name(im, who), NULL, err);
}

static bool judge_list(struct import *im, const struct import_pair *pair, struct json_object *o, size_t which,
                       struct err *err)
{
    struct json_object *list = NULL;
    if (!json_get_array(o, lists[which], JSON_OPTIONAL, &list, err))
        return false;
    size_t n = list != NULL ? json_object_array_length(list) : 0;
    for (size_t i = 0; i < n; i++) {
        struct json_object *item = json_object_array_get_idx(list, i);
        char place[32];
        snprintf(place, sizeof place, "%s%zu", which == 0 ? "normal" : "expert", i + 1);
        if (!json_object_is_type(item, json_type_object))
            return err_set(err, ERR_SYNTAX, "entry %zu of \"%s\" must be an object, but is %s", i + 1, lists[which],
                           json_type_name(item));
        if (!judge(im, pair, item, place, err))
            return err_context(err, "entry %zu of \"%s\"", i + 1, lists[which]);
    }
    return true;
}

static bool read_record(struct import *im, struct json_object *o, struct err *err)
{
    struct import_sides s = {.name = {"completion_a", "completion_b"}};
    struct import_pair pair;
    return import_talk_of(im, o, "text", &s.prompt, &s.n, err) &&
           json_get_text(o, "completion_a", JSON_REQUIRED, &s.text[0], err) &&
           json_get_text(o, "completion_b", JSON_REQUIRED, &s.text[1], err) &&
           json_get_text(o, "model_a", JSON_OPTIONAL, &s.model[0], err) &&
           json_get_text(o, "model_b", JSON_OPTIONAL, &s.model[1], err) &&
           json_get_text(o, "split", JSON_OPTIONAL, &s.split, err) && import_sides_put(im, &s, &pair, err) &&
           judge_list(im, &pair, o, 0, err) && judge_list(im, &pair, o, 1, err);
}

const struct import_format import_multipref = {.name = "multipref", .sniff = sniff, .read = read_record};
