/* MultiPref: {"text", "model_a", "completion_a", "model_b", "completion_b", "normal_worker_annotations",
 * "expert_worker_annotations"}: lists of what each annotator chose, on five steps. */
#include "store/import_sides.h"

#include <stdio.h>
#include <string.h>

static const char *const lists[] = {"normal_worker_annotations", "expert_worker_annotations"};
static const char *const single_placed[] = {"overall_pref", NULL};

static bool sniff(struct json_object *o)
{
    return json_has(o, "text") && import_has(o, "completion_a", json_type_string) &&
           import_has(o, "completion_b", json_type_string);
}

static bool read_choice(struct json_object *item, struct judgement *j, struct err *err)
{
    static const struct {
        const char *word;
        int preference;
    } steps[] = {{"A-is-clearly-better", -2},
                 {"A-is-slightly-better", -1},
                 {"Tie", 0},
                 {"B-is-slightly-better", 1},
                 {"B-is-clearly-better", 2}};
    struct json_text word;
    if (!json_get_text(item, "overall_pref", JSON_REQUIRED, &word, err))
        return false;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (strcmp(word.ptr, steps[i].word) == 0) {
            j->has_preference = true;
            j->preference = steps[i].preference;
            return true;
        }
    return err_set(err, ERR_RANGE,
                   "\"overall_pref\" is \"%.40s\"; A-is-clearly-better to B-is-clearly-better are known", word.ptr);
}

/* Choices on the aspects, reasons and confidence are kept as they stand. */
static bool judge(struct import *im, const struct import_pair *pair, struct json_object *item, const char *place,
                  struct err *err)
{
    struct judgement j = import_blank(im);
    struct json_text who = {place, strlen(place)};
    if (!json_get_text(item, "evaluator", JSON_OPTIONAL, &who, err) || !read_choice(item, &j, err))
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
