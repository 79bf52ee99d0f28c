/* RewardBench: {"id", "prompt", "chosen", "chosen_model"?, "rejected", "rejected_model"?, "subset"}; and M-RewardBench,
 * the same in other languages: "language", "source" for the subset, "category" for the section. */
#include "store/import_item.h"

static const char *const placed[] = {"id", "prompt", "chosen", "rejected", "subset", NULL};
static const char *const placed_m[] = {"id", "prompt", "chosen", "rejected", "source", "category", "language", NULL};

static const struct import_item_keys keys = {
    .suite = "reward-bench", .name = "id", .prompt = "prompt", .subset = "subset", .placed = placed};
static const struct import_item_keys keys_m = {.suite = "m-reward-bench",
                                               .name = "id",
                                               .prompt = "prompt",
                                               .subset = "source",
                                               .or_subset = "subset",
                                               .section = "category",
                                               .language = "language",
                                               .placed = placed_m};

static bool has_pair(struct json_object *o)
{
    return json_has(o, "id") && json_has(o, "prompt") && import_has(o, "chosen", json_type_string) &&
           import_has(o, "rejected", json_type_string);
}

static bool sniff(struct json_object *o)
{
    return has_pair(o) && import_has(o, "subset", json_type_string) && !json_has(o, "language");
}

static bool sniff_m(struct json_object *o)
{
    return has_pair(o) && import_has(o, "language", json_type_string) &&
           (import_has(o, "category", json_type_string) || import_has(o, "subset", json_type_string));
}

static bool read_pair(struct import *im, struct json_object *o, const struct import_item_keys *k, struct err *err)
{
    struct import_item item;
    struct json_text text[2], model[2] = {0};
    if (!json_get_text(o, "chosen", JSON_REQUIRED, &text[0], err) ||
        !json_get_text(o, "rejected", JSON_REQUIRED, &text[1], err) ||
        !json_get_text(o, "chosen_model", JSON_OPTIONAL, &model[0], err) ||
        !json_get_text(o, "rejected_model", JSON_OPTIONAL, &model[1], err) || !import_item(im, o, k, &item, err))
        return false;
    return import_item_answer(im, &item, &(struct item_answer){0, true}, text[0], model[0], "\"chosen\"", err) &&
           import_item_answer(im, &item, &(struct item_answer){1, false}, text[1], model[1], "\"rejected\"", err);
}

static bool read_record(struct import *im, struct json_object *o, struct err *err)
{
    return read_pair(im, o, &keys, err);
}

static bool read_record_m(struct import *im, struct json_object *o, struct err *err)
{
    if (!import_has(o, "language", json_type_string))
        return err_set(err, ERR_MISSING, "\"language\" is missing");
    return read_pair(im, o, &keys_m, err);
}

const struct import_format import_reward_bench = {
    .name = "reward-bench", .sniff = sniff, .read = read_record, .looks_up = true};
const struct import_format import_m_reward_bench = {
    .name = "m-reward-bench", .sniff = sniff_m, .read = read_record_m, .looks_up = true};
