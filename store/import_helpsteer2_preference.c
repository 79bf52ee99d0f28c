/* HelpSteer2-Preference: two responses, the aggregated strength and the annotators' own strengths and justifications.
 */
#include "store/import_format.h"

#include "core/base/json_writer.h"
#include "store/mention.h"

#include <string.h>

enum { NEITHER = -100 };

static bool sniff(struct json_object *o)
{
    return import_has(o, "response_1", json_type_string) && import_has(o, "response_2", json_type_string);
}

bool import_helpsteer_strength(struct json_object *v, const char *what, struct judgement *j, struct err *err)
{
    int64_t strength = 0;
    if (json_object_is_type(v, json_type_int) && json_object_get_int64(v) == NEITHER) {
        j->neither = true;
        return true;
    }
    if (!json_as_int(v, what, -PREFERENCE_MAX, PREFERENCE_MAX, &strength, err))
        return false;
    j->has_preference = true;
    j->preference = (int)strength;
    return true;
}

void import_helpsteer_justification(struct import *im, struct json_text text, struct judgement *j)
{
    struct buf b = BUF_INIT;
    mention_from_responses(text, &b);
    j->justification = (struct json_text){arena_ndup(&im->record, b.ptr, b.len), b.len};
    buf_free(&b);
}

/* What the aggregate has beside the strength, as it stands in the file, so that an export gives it back. */
static void keep_extra(struct import *im, struct json_object *o, struct judgement *j)
{
    static const char *const kept[] = {"preference_statement", "preference_elaboration",
                                       "three_most_similar_preferences"};
    struct buf b = BUF_INIT;
    struct json_writer w;
    jw_start(&w, &b);
    jw_object(&w);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (json_has(o, kept[i])) {
            struct json_text v = import_json(im, json_object_object_get(o, kept[i]));
            jw_key(&w, kept[i]);
            jw_raw(&w, v.ptr, v.len);
        }
    jw_object_end(&w);
    if (b.len > 2)
        j->extra = (struct json_text){arena_ndup(&im->record, b.ptr, b.len), b.len};
    buf_free(&b);
}

static bool judge_aggregate(struct import *im, const struct import_pair *pair, struct json_object *o, bool *any,
                            struct err *err)
{
    struct judgement j = import_blank(im);
    struct json_text elaboration = {"", 0}, statement;
    *any = json_has(o, "preference_strength");
    if (!*any)
        return true;
    if (!import_helpsteer_strength(json_object_object_get(o, "preference_strength"), "preference_strength", &j, err) ||
        !json_get_text(o, "preference_statement", JSON_OPTIONAL, &statement, err) ||
        !json_get_text(o, "preference_elaboration", JSON_OPTIONAL, &elaboration, err))
        return false;
    import_helpsteer_justification(im, elaboration, &j);
    keep_extra(im, o, &j);
    return import_judge_pair(im, pair, &j, im->by, NULL, err);
}

/* The annotators are not named in the file: they are told apart by their place in the list. */
static bool judge_raw(struct import *im, const struct import_pair *pair, struct json_object *item, size_t k,
                      struct err *err)
{
    struct judgement j = import_blank(im);
    struct json_object *strength = NULL;
    struct json_text text = {"", 0};
    if (!json_object_is_type(item, json_type_object))
        return err_set(err, ERR_SYNTAX, "must be an object, but is %s", json_type_name(item));
    if (!json_object_object_get_ex(item, "strength", &strength) || strength == NULL)
        return err_set(err, ERR_MISSING, "\"strength\" is missing");
    if (!import_helpsteer_strength(strength, "strength", &j, err) ||
        !json_get_text(item, "justification", JSON_OPTIONAL, &text, err))
        return false;
    import_helpsteer_justification(im, text, &j);
    struct buf name = BUF_INIT;
    buf_addf(&name, "%s#%zu", im->by.ptr, k);
    bool ok = import_judge_pair(im, pair, &j, (struct json_text){name.ptr, name.len}, NULL, err);
    buf_free(&name);
    return ok;
}

static bool judge_all_raw(struct import *im, const struct import_pair *pair, struct json_object *o, bool any,
                          struct err *err)
{
    struct json_object *list = NULL;
    if (!json_get_array(o, "all_preferences_unprocessed", JSON_OPTIONAL, &list, err))
        return false;
    size_t n = list != NULL ? json_object_array_length(list) : 0;
    if (n == 0 && !any)
        return err_set(err, ERR_MISSING,
                       "neither \"preference_strength\" nor \"all_preferences_unprocessed\" is there");
    for (size_t i = 0; i < n; i++)
        if (!judge_raw(im, pair, json_object_array_get_idx(list, i), i + 1, err))
            return err_context(err, "preference %zu of \"all_preferences_unprocessed\"", i + 1);
    return true;
}

static bool read_record(struct import *im, struct json_object *o, struct err *err)
{
    struct json_text prompt, split = {0};
    struct new_response r[2] = {0};
    struct message *m;
    size_t n;
    struct import_pair pair = {0};
    bool any = false;
    if (!json_get_text(o, "prompt", JSON_REQUIRED, &prompt, err) ||
        !json_get_text(o, "response_1", JSON_REQUIRED, &r[0].text, err) ||
        !json_get_text(o, "response_2", JSON_REQUIRED, &r[1].text, err) ||
        !json_get_text(o, "split", JSON_OPTIONAL, &split, err))
        return false;
    import_helpsteer_prompt(im, prompt, &m, &n);
    return import_prompt(im, m, n, &pair.prompt, err) &&
           import_response(im, &pair.prompt, &r[0], "\"response_1\"", &pair.responses[0], err) &&
           import_response(im, &pair.prompt, &r[1], "\"response_2\"", &pair.responses[1], err) &&
           import_comparison(im, &pair, (struct json_text){0}, split.ptr, err) &&
           judge_aggregate(im, &pair, o, &any, err) && judge_all_raw(im, &pair, o, any, err);
}

const struct import_format import_helpsteer2_preference = {
    .name = "helpsteer2-preference", .sniff = sniff, .read = read_record};
