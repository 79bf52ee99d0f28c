/* RewardMATH: a line a solution, {"problem_id", "problem", "eval_solution": a text or a list of steps, "solution_type":
 * "chosen" or "rejected", "solution_reference"?: who wrote it, "subject"?, "id"}; those of a problem make an item. */
#include "store/import_item.h"

#include <string.h>

static const char *const placed[] = {"problem_id",         "problem",       "eval_solution", "id",
                                     "solution_reference", "solution_type", "subject",       NULL};
static const struct import_item_keys keys = {
    .suite = "reward-math", .name = "problem_id", .prompt = "problem", .subset = "subject", .placed = placed};

static bool sniff(struct json_object *o)
{
    return json_has(o, "problem") && json_has(o, "eval_solution") && json_has(o, "solution_type");
}

/* Steps become lines. */
static bool read_solution(struct import *im, struct json_object *o, struct json_text *out, struct err *err)
{
    struct json_object *v = NULL;
    if (!json_object_object_get_ex(o, "eval_solution", &v) || v == NULL)
        return err_set(err, ERR_MISSING, "\"eval_solution\" is missing");
    if (!json_object_is_type(v, json_type_array))
        return json_as_text(v, "eval_solution", out, err);
    struct buf b = BUF_INIT;
    bool ok = true;
    for (size_t i = 0; ok && i < json_object_array_length(v); i++) {
        struct json_text step;
        ok = json_as_text(json_object_array_get_idx(v, i), "a step of \"eval_solution\"", &step, err);
        if (ok && i > 0)
            buf_addc(&b, '\n');
        if (ok)
            buf_add(&b, step.ptr, step.len);
    }
    *out = (struct json_text){arena_ndup(&im->record, b.ptr, b.len), b.len};
    buf_free(&b);
    return ok;
}

static bool read_record(struct import *im, struct json_object *o, struct err *err)
{
    struct import_item item;
    struct item_answer a;
    struct json_text text, model = {0}, type;
    if (!read_solution(im, o, &text, err) || !json_get_text(o, "solution_type", JSON_REQUIRED, &type, err) ||
        !json_get_text(o, "solution_reference", JSON_OPTIONAL, &model, err) ||
        !json_get_int(o, "id", JSON_REQUIRED, 0, INT64_MAX, &a.position, err))
        return false;
    a.right = strcmp(type.ptr, "chosen") == 0;
    if (!a.right && strcmp(type.ptr, "rejected") != 0)
        return err_set(err, ERR_RANGE, "\"solution_type\" is \"%.40s\"; chosen and rejected are known", type.ptr);
    return import_item(im, o, &keys, &item, err) &&
           import_item_answer(im, &item, &a, text, model, "\"eval_solution\"", err);
}

const struct import_format import_reward_math = {
    .name = "reward-math", .sniff = sniff, .read = read_record, .looks_up = true};
