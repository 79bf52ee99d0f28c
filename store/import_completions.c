/* A prompt and a list of completions: open-instruct's {"id", "prompt", "completions": [{"model", "completion"}]}, which
 * nobody has judged, where a completion may be its text alone; and UltraFeedback's {"instruction", "completions":
 * [{"model", "response", "annotations"}]}, whose ratings of four aspects go under the built-in rubric "ultrafeedback".
 */
#include "store/import_sides.h"

#include <string.h>

/* ---- open-instruct ---- */

static bool is_list_of(struct json_object *o, const char *key, json_type type)
{
    struct json_object *list = NULL;
    return json_object_object_get_ex(o, key, &list) && json_object_is_type(list, json_type_array) &&
           json_object_array_length(list) > 0 && json_object_is_type(json_object_array_get_idx(list, 0), type);
}

/* Texts beside "labels" are the steps of one answer (store/import_trl.c). */
static bool sniff_open(struct json_object *o)
{
    return json_has(o, "prompt") && (is_list_of(o, "completions", json_type_object) ||
                                     (is_list_of(o, "completions", json_type_string) && !json_has(o, "labels")));
}

static bool read_completion(struct json_object *item, struct new_response *r, struct err *err)
{
    if (json_object_is_type(item, json_type_string))
        return json_as_text(item, "completion", &r->text, err);
    return json_get_text(item, "completion", JSON_REQUIRED, &r->text, err) &&
           json_get_text(item, "model", JSON_OPTIONAL, &r->model, err);
}

static bool read_open(struct import *im, struct json_object *o, struct err *err)
{
    struct json_object *list;
    struct message *m;
    size_t n;
    struct json_text split = {0};
    struct import_answers a = {0};
    if (!import_answer_list(o, "completions", true, &list, &a.n, err) ||
        !import_talk_of(im, o, "prompt", &m, &n, err) || !json_get_text(o, "split", JSON_OPTIONAL, &split, err) ||
        !import_prompt(im, m, n, &a.prompt, err))
        return false;
    for (size_t i = 0; i < a.n; i++) {
        struct json_object *item = json_object_array_get_idx(list, i);
        struct new_response r = {0};
        if (!read_completion(item, &r, err) || !import_response(im, &a.prompt, &r, "\"completion\"", &a.rows[i], err))
            return err_context(err, "entry %zu of \"completions\"", i + 1);
    }
    return import_answers_compare(im, &a, split.ptr, err);
}

/* ---- ultrafeedback ---- */

static const char *const aspects[] = {"instruction_following", "honesty", "truthfulness", "helpfulness"};
enum { N_ASPECTS = sizeof aspects / sizeof *aspects };

static bool sniff_ultra(struct json_object *o)
{
    return json_has(o, "instruction") && is_list_of(o, "completions", json_type_object);
}

/* "1" to "5", as a string or a number; "N/A" is none. */
static bool read_aspect(struct json_object *annotations, const char *aspect, struct judgement *j, struct err *err)
{
    struct json_object *one = NULL, *v = NULL;
    int64_t rating = 0;
    if (!json_get_object(annotations, aspect, JSON_OPTIONAL, &one, err))
        return false;
    if (one == NULL || !json_object_object_get_ex(one, "Rating", &v) || v == NULL)
        return true;
    if (json_object_is_type(v, json_type_string)) {
        const char *text = json_object_get_string(v);
        if (strcmp(text, "N/A") == 0)
            return true;
        if (strlen(text) != 1 || text[0] < '1' || text[0] > '5')
            return err_set(err, ERR_RANGE, "the rating of \"%s\" is \"%.20s\", not \"1\" to \"5\"", aspect, text);
        rating = text[0] - '0';
    } else if (!json_as_int(v, "Rating", 1, 5, &rating, err)) {
        return err_context(err, "\"%s\"", aspect);
    }
    j->ratings[j->n_ratings++] = (struct rating){0, aspect, (int)rating};
    return true;
}

static bool rate(struct import *im, struct json_object *item, const struct content_row *response, struct err *err)
{
    static const char *const placed[] = {"model", "response", NULL};
    struct judgement j = import_blank(im);
    struct json_object *annotations = NULL;
    const struct rubric *rubric;
    if (!json_get_object(item, "annotations", JSON_OPTIONAL, &annotations, err))
        return false;
    if (annotations == NULL)
        return true;
    for (size_t i = 0; i < N_ASPECTS; i++)
        if (!read_aspect(annotations, aspects[i], &j, err))
            return false;
    if (j.n_ratings == 0)
        return true;
    if (!import_rubric(im, "ultrafeedback", &rubric, err))
        return false;
    j.rubric = rubric->row;
    j.extra = import_rest(im, item, placed);
    return import_judge_response(im, response, &j, im->by, NULL, err);
}

static bool read_ultra(struct import *im, struct json_object *o, struct err *err)
{
    struct json_object *list;
    struct message *m;
    size_t n;
    struct json_text split = {0};
    struct import_answers a = {0};
    if (!import_answer_list(o, "completions", false, &list, &a.n, err) ||
        !import_talk_of(im, o, "instruction", &m, &n, err) || !json_get_text(o, "split", JSON_OPTIONAL, &split, err) ||
        !import_prompt(im, m, n, &a.prompt, err))
        return false;
    for (size_t i = 0; i < a.n; i++) {
        struct json_object *item = json_object_array_get_idx(list, i);
        struct new_response r = {0};
        if (!json_get_text(item, "response", JSON_REQUIRED, &r.text, err) ||
            !json_get_text(item, "model", JSON_OPTIONAL, &r.model, err) ||
            !import_response(im, &a.prompt, &r, "\"response\"", &a.rows[i], err) || !rate(im, item, &a.rows[i], err))
            return err_context(err, "entry %zu of \"completions\"", i + 1);
    }
    return import_answers_compare(im, &a, split.ptr, err);
}

const struct import_format import_open_instruct = {.name = "open-instruct", .sniff = sniff_open, .read = read_open};
const struct import_format import_ultrafeedback = {.name = "ultrafeedback", .sniff = sniff_ultra, .read = read_ultra};
