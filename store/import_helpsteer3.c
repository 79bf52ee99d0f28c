/* HelpSteer3 preference: {"domain"?, "language"?, "context": messages, "response1", "response2", "overall_preference":
 * -3 first much better ... 3, "individual_preference"?: [{"score", "reasoning", ...}]}. */
#include "store/import_sides.h"

#include <stdio.h>

static const char *const placed[] = {
    "context", "response1", "response2", "overall_preference", "individual_preference", "language", "split", NULL};
static const char *const placed_single[] = {"score", "reasoning", NULL};

static bool sniff(struct json_object *o)
{
    return json_has(o, "context") && import_has(o, "response1", json_type_string) &&
           import_has(o, "response2", json_type_string);
}

static bool judge_overall(struct import *im, const struct import_pair *pair, struct json_object *o, struct err *err)
{
    struct judgement j = import_blank(im);
    struct json_object *v = NULL;
    if (!json_object_object_get_ex(o, "overall_preference", &v) || v == NULL)
        return true;
    j.extra = import_rest(im, o, placed);
    return import_helpsteer_strength(v, "overall_preference", &j, err) &&
           import_judge_pair(im, pair, &j, im->by, NULL, err);
}

static bool judge_single(struct import *im, const struct import_pair *pair, struct json_object *item, size_t k,
                         struct err *err)
{
    struct judgement j = import_blank(im);
    struct json_object *score = NULL;
    struct json_text reasoning = {"", 0};
    char place[24];
    int n = snprintf(place, sizeof place, "%zu", k);
    if (!json_object_object_get_ex(item, "score", &score) || score == NULL)
        return err_set(err, ERR_MISSING, "\"score\" is missing");
    if (!import_helpsteer_strength(score, "score", &j, err) ||
        !json_get_text(item, "reasoning", JSON_OPTIONAL, &reasoning, err))
        return false;
    import_helpsteer_justification(im, reasoning, &j);
    j.extra = import_rest(im, item, placed_single);
    return import_judge_pair(im, pair, &j, import_part_name(im, (struct json_text){place, (size_t)n}), NULL, err);
}

static bool judge_singles(struct import *im, const struct import_pair *pair, struct json_object *o, struct err *err)
{
    struct json_object *list = NULL;
    size_t n;
    if (!json_get_array(o, "individual_preference", JSON_OPTIONAL, &list, err))
        return false;
    if (list == NULL || json_object_array_length(list) == 0)
        return json_has(o, "overall_preference") ||
               err_set(err, ERR_MISSING, "neither \"overall_preference\" nor \"individual_preference\" is there");
    if (!import_answer_list(o, "individual_preference", false, &list, &n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!judge_single(im, pair, json_object_array_get_idx(list, i), i + 1, err))
            return err_context(err, "preference %zu of \"individual_preference\"", i + 1);
    return true;
}

static bool read_record(struct import *im, struct json_object *o, struct err *err)
{
    struct import_sides s = {.name = {"response1", "response2"}};
    struct import_pair pair;
    return import_talk_of(im, o, "context", &s.prompt, &s.n, err) &&
           json_get_text(o, "response1", JSON_REQUIRED, &s.text[0], err) &&
           json_get_text(o, "response2", JSON_REQUIRED, &s.text[1], err) &&
           json_get_text(o, "language", JSON_OPTIONAL, &s.language, err) &&
           json_get_text(o, "split", JSON_OPTIONAL, &s.split, err) && import_sides_put(im, &s, &pair, err) &&
           judge_overall(im, &pair, o, err) && judge_singles(im, &pair, o, err);
}

const struct import_format import_helpsteer3 = {.name = "helpsteer3", .sniff = sniff, .read = read_record};
