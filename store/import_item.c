#include "store/import_item.h"

#include "store/stmt.h"

#include <stdio.h>
#include <string.h>

static bool read_name(struct import *im, struct json_object *o, const char *key, struct json_text *out, struct err *err)
{
    struct json_object *v = NULL;
    int64_t number;
    char text[24];
    if (!json_object_object_get_ex(o, key, &v) || v == NULL)
        return err_set(err, ERR_MISSING, "\"%s\" is missing", key);
    if (!json_object_is_type(v, json_type_int))
        return json_as_text(v, key, out, err) && (out->len > 0 || err_set(err, ERR_RANGE, "\"%s\" is empty", key));
    if (!json_as_int(v, key, INT64_MIN, INT64_MAX, &number, err))
        return false;
    int n = snprintf(text, sizeof text, "%lld", (long long)number);
    *out = (struct json_text){arena_ndup(&im->record, text, (size_t)n), (size_t)n};
    return true;
}

/* A key that the benchmark does not have leaves *out as it is. */
static bool read_optional(struct json_object *o, const char *key, struct json_text *out, struct err *err)
{
    return key == NULL || json_get_text(o, key, JSON_OPTIONAL, out, err);
}

static bool read_fields(struct import *im, struct json_object *o, const struct import_item_keys *keys,
                        struct new_item *item, struct err *err)
{
    *item = (struct new_item){.suite = keys->suite};
    if (!read_name(im, o, keys->name, &item->name, err) || !read_optional(o, keys->or_subset, &item->subset, err) ||
        !read_optional(o, keys->subset, &item->subset, err) || !read_optional(o, keys->section, &item->section, err) ||
        !read_optional(o, keys->language, &item->language, err))
        return false;
    item->extra = import_rest(im, o, keys->placed);
    return true;
}

bool import_item(struct import *im, struct json_object *o, const struct import_item_keys *keys, struct import_item *out,
                 struct err *err)
{
    struct json_object *prompt = NULL;
    struct message *m;
    size_t n;
    struct new_item item;
    int64_t source;
    *out = (struct import_item){0};
    if (!json_object_object_get_ex(o, keys->prompt, &prompt) || prompt == NULL)
        return err_set(err, ERR_MISSING, "\"%s\" is missing", keys->prompt);
    if (!import_messages(im, prompt, keys->prompt, &m, &n, err) || !read_fields(im, o, keys, &item, err) ||
        !import_prompt(im, m, n, &out->prompt, err) || !import_source(im, im->source, &source, err) ||
        !item_put(im->db, &item, &out->prompt, source, &out->row, err))
        return false;
    out->subset = item.subset;
    out->language = item.language;
    import_count(&im->counts->items, out->row.made);
    im->item = true;
    return true;
}

/* A right answer (first) and a wrong one, as the benchmark judges them. People are not asked, unless the comparison was
 * there already: what a benchmark tests must not be labelled by those whose labels it is to test. */
static bool compare(struct import *im, const struct import_item *item, const struct content_row *right,
                    const struct content_row *wrong, struct err *err)
{
    struct import_pair pair = {.prompt = item->prompt, .responses = {*right, *wrong}};
    if (!import_comparison(im, &pair, (struct json_text){0}, "test", err) ||
        !import_judge_chosen(im, &pair, 1, "{\"strength\":\"unknown\"}", err) ||
        (pair.comparison.made &&
         !stmt_run(im->db, STMT_ITEM_COMPARISON_UNASKED, ARGS(v_int(pair.comparison.row)), err)))
        return false;
    return content_subset(im->db, pair.comparison.row, item->subset, err);
}

bool import_item_answer(struct import *im, struct import_item *item, const struct item_answer *a, struct json_text text,
                        struct json_text model, const char *what, struct err *err)
{
    const struct new_response r = {.text = text, .model = model, .language = item->language};
    struct content_row response, *others;
    size_t n;
    bool made;
    if (!import_response(im, &item->prompt, &r, what, &response, err) ||
        !item_answer_put(im->db, &item->row, &response, a, &made, err))
        return false;
    item->answers++;
    item->added = item->added || made;
    if (!made)
        return true;
    if (!item_side(im->db, item->row.row, !a->right, &im->record, &others, &n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!compare(im, item, a->right ? &response : &others[i], a->right ? &others[i] : &response, err))
            return false;
    return true;
}

bool import_item_whole(struct import *im, const struct import_item *item, struct err *err)
{
    int64_t there = 0;
    if (item->row.made)
        return true;
    if (!stmt_int(im->db, STMT_ITEM_ANSWER_COUNT, ARGS(v_int(item->row.row)), &there, err))
        return false;
    return (!item->added && (size_t)there == item->answers) ||
           err_set(err, ERR_CONFLICT, "the item is here with other answers");
}
