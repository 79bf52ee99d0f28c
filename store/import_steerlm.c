/* NeMo SteerLM: {"conversations": [{"from", "value", "label": "helpfulness:4,..." or null}], "system"?, "mask"?,
 * "type"?}. Each labelled turn of the assistant is a rated response to what stands before it. */
#include "store/import_sides.h"

#include <string.h>

static const char *const attributes[] = {"helpfulness", "correctness", "coherence", "complexity", "verbosity"};
enum { N_ATTRIBUTES = sizeof attributes / sizeof *attributes, MAX_LEVEL = 4 };

static bool sniff(struct json_object *o)
{
    return import_has(o, "conversations", json_type_array) && json_has(o, "mask");
}

/* One "name:level" of a label; names that HelpSteer2 does not have stay in the label, which is kept. */
static bool read_level(const char *at, size_t n, struct judgement *j, struct err *err)
{
    for (size_t i = 0; i < N_ATTRIBUTES; i++) {
        size_t len = strlen(attributes[i]);
        if (n <= len || memcmp(at, attributes[i], len) != 0 || at[len] != ':')
            continue;
        int level = at[len + 1] - '0';
        if (n != len + 2 || level < 0 || level > MAX_LEVEL)
            return err_set(err, ERR_RANGE, "\"%.*s\" of the label is not a level from 0 to %d", (int)(n < 60 ? n : 60),
                           at, MAX_LEVEL);
        for (size_t k = 0; k < j->n_ratings; k++)
            if (strcmp(j->ratings[k].attribute, attributes[i]) == 0)
                return err_set(err, ERR_CONFLICT, "the label says \"%s\" twice", attributes[i]);
        j->ratings[j->n_ratings++] = (struct rating){0, attributes[i], level};
        return true;
    }
    return true;
}

static bool read_label(struct json_text label, struct judgement *j, struct err *err)
{
    for (size_t from = 0; from < label.len;) {
        size_t n = strcspn(label.ptr + from, ",");
        if (!read_level(label.ptr + from, n, j, err))
            return false;
        from += n + 1;
    }
    return j->n_ratings > 0 || err_set(err, ERR_MISSING, "the label holds no rating that is known");
}

static bool rate(struct import *im, const struct content_row *response, struct json_object *turn,
                 struct json_text label, struct err *err)
{
    static const char *const placed[] = {"from", "value", NULL};
    struct judgement j = import_blank(im);
    const struct rubric *rubric;
    if (!read_label(label, &j, err) || !import_helpsteer_rubric(im, &rubric, err))
        return false;
    j.rubric = rubric->row;
    j.extra = import_rest(im, turn, placed);
    return import_judge_response(im, response, &j, im->by, NULL, err);
}

static bool read_record(struct import *im, struct json_object *o, struct err *err)
{
    struct json_text system = {"", 0}, split = {0}, label;
    struct message *m;
    size_t n, rated = 0;
    struct json_object *list;
    if (!json_get_array(o, "conversations", JSON_REQUIRED, &list, err) ||
        !import_talk_of(im, o, "conversations", &m, &n, err) ||
        !json_get_text(o, "system", JSON_OPTIONAL, &system, err) ||
        !json_get_text(o, "split", JSON_OPTIONAL, &split, err))
        return false;
    size_t front = system.len > 0 ? 1 : 0;
    import_system(im, system, &m, &n);
    for (size_t i = front + 1; i < n; i++) {
        struct json_object *turn = json_object_array_get_idx(list, i - front);
        struct content_row prompt, response;
        label.ptr = NULL;
        if (!json_get_text(turn, "label", JSON_OPTIONAL, &label, err))
            return false;
        if (label.ptr == NULL || strcmp(m[i].role.ptr, "assistant") != 0)
            continue;
        rated++;
        if (!import_prompt(im, m, i, &prompt, err) ||
            !import_response(im, &prompt, &(struct new_response){.text = m[i].content}, "the response", &response,
                             err) ||
            !rate(im, &response, turn, label, err) || !import_join_group(im, &prompt, &response, split.ptr, err))
            return err_context(err, "message %zu", i - front + 1);
    }
    return rated > 0 || err_set(err, ERR_MISSING, "no turn of the assistant has a label");
}

const struct import_format import_steerlm = {.name = "steerlm", .sniff = sniff, .read = read_record};
