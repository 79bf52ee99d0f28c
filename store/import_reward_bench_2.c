/* RewardBench 2: {"id", "prompt", "chosen": [...], "rejected": [...], "subset", ...}: lists of right and wrong answers.
 */
#include "store/import_item.h"

#include <stdio.h>

static const char *const placed[] = {"id", "prompt", "chosen", "rejected", "subset", NULL};
static const struct import_item_keys keys = {
    .suite = "reward-bench-2", .name = "id", .prompt = "prompt", .subset = "subset", .placed = placed};

static bool is_list_of_texts(struct json_object *o, const char *key)
{
    struct json_object *list = NULL;
    return json_object_object_get_ex(o, key, &list) && json_object_is_type(list, json_type_array) &&
           (json_object_array_length(list) == 0 ||
            json_object_is_type(json_object_array_get_idx(list, 0), json_type_string));
}

static bool sniff(struct json_object *o)
{
    return json_has(o, "id") && is_list_of_texts(o, "chosen") && is_list_of_texts(o, "rejected");
}

static bool read_side(struct import *im, struct import_item *item, struct json_object *o, const char *key, bool right,
                      struct err *err)
{
    struct json_object *list = NULL;
    if (!json_get_array(o, key, JSON_REQUIRED, &list, err))
        return false;
    size_t n = json_object_array_length(list), first = item->answers;
    if (n == 0)
        return err_set(err, ERR_RANGE, "\"%s\" is empty", key);
    for (size_t i = 0; i < n; i++) {
        struct json_text text;
        char what[48];
        snprintf(what, sizeof what, "answer %zu of \"%s\"", i + 1, key);
        if (!json_as_text(json_object_array_get_idx(list, i), what, &text, err) ||
            !import_item_answer(im, item, &(struct item_answer){(int64_t)(first + i), right}, text,
                                (struct json_text){0}, what, err))
            return false;
    }
    return true;
}

static bool read_record(struct import *im, struct json_object *o, struct err *err)
{
    struct import_item item;
    return import_item(im, o, &keys, &item, err) && read_side(im, &item, o, "chosen", true, err) &&
           read_side(im, &item, o, "rejected", false, err) && import_item_whole(im, &item, err);
}

const struct import_format import_reward_bench_2 = {
    .name = "reward-bench-2", .sniff = sniff, .read = read_record, .looks_up = true};
