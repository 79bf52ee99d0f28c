/* TRL. Pairs: {"prompt"?, "chosen", "rejected", "margin"?}; texts or lists of messages; without a prompt of its own it
 * is what "chosen" and "rejected" begin with. Single answers: {"prompt", "completion", "label"?}, {"prompt",
 * "completions", "labels"} of steps, {"messages"}; and {"prompt"} alone. */
#include "store/import_sides.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool has_two(struct json_object *o)
{
    return json_has(o, "chosen") && json_has(o, "rejected");
}

/* Nothing but a prompt. */
static bool is_prompt_only(struct json_object *o)
{
    static const char *const known[] = {"prompt", "split", "tools", NULL};
    struct err ignored;
    return json_has(o, "prompt") && import_only_fields(o, known, "", &ignored);
}

static bool sniff(struct json_object *o)
{
    return has_two(o) || (json_has(o, "prompt") && (json_has(o, "completion") || json_has(o, "completions"))) ||
           import_has(o, "messages", json_type_array) || is_prompt_only(o);
}

/* Plain texts without a prompt: it is the longest common beginning that ends before white space, which stays with the
 * answers. */
static bool split_plain(struct import *im, struct import_sides *t, struct err *err)
{
    const struct json_text *x = &t->text[0], *y = &t->text[1];
    size_t common = 0, cut = 0;
    for (; common < x->len && common < y->len && x->ptr[common] == y->ptr[common]; common++)
        if (strchr(" \t\r\n", x->ptr[common]) != NULL)
            cut = common;
    if (common == x->len && common == y->len)
        return err_set(err, ERR_CONFLICT, "both responses are the same text");
    while (cut > 0 && strchr(" \t\r\n", x->ptr[cut - 1]) != NULL)
        cut--;
    if (cut == 0)
        return err_set(err, ERR_MISSING, "there is no \"prompt\", and \"chosen\" and \"rejected\" do not begin alike");
    t->prompt = arena_array(&im->record, 1, sizeof *t->prompt);
    t->n = 1;
    *t->prompt = (struct message){.role = {"user", 4}, .content = {x->ptr, cut}};
    for (int i = 0; i < 2; i++)
        t->text[i] = (struct json_text){t->text[i].ptr + cut, t->text[i].len - cut};
    return true;
}

static bool read_prompt(struct import *im, struct json_object *o, struct import_sides *s, struct err *err)
{
    return !json_has(o, "prompt") || import_talk_of(im, o, "prompt", &s->prompt, &s->n, err);
}

/* A margin of exactly 1, 2 or 3 is taken for the strength of the preference; every margin is kept. */
static bool judge(struct import *im, struct json_object *o, const struct import_pair *pair, struct err *err)
{
    double margin = (double)NAN;
    int strength = 1;
    char extra[96] = "{\"strength\":\"unknown\"}";
    if (!json_get_number(o, "margin", JSON_OPTIONAL, &margin, err))
        return false;
    if (margin == 1 || margin == 2 || margin == 3) {
        strength = (int)margin;
        snprintf(extra, sizeof extra, "{\"margin\":%.17g}", margin);
    } else if (!isnan(margin)) {
        snprintf(extra, sizeof extra, "{\"strength\":\"unknown\",\"margin\":%.17g}", margin);
    }
    return import_judge_chosen(im, pair, strength, extra, err);
}

static bool read_two(struct import *im, struct json_object *o, struct err *err)
{
    struct import_sides s = {.name = {"chosen", "rejected"}};
    struct import_pair pair;
    struct json_object *v[2] = {json_object_object_get(o, "chosen"), json_object_object_get(o, "rejected")};
    return read_prompt(im, o, &s, err) && json_get_text(o, "split", JSON_OPTIONAL, &s.split, err) &&
           import_sides_take(im, v, &s, err) && (s.n > 0 || split_plain(im, &s, err)) &&
           import_sides_put(im, &s, &pair, err) && judge(im, o, &pair, err);
}

/* A list of messages ends with the answer. */
static bool take_answer(struct import *im, struct json_object *v, const char *key, struct import_sides *s,
                        struct err *err)
{
    struct message *m;
    size_t n;
    if (json_object_is_type(v, json_type_string))
        return json_as_text(v, key, &s->text[0], err);
    if (!import_talk(im, v, key, &m, &n, err))
        return false;
    if (strcmp(m[n - 1].role.ptr, "assistant") != 0)
        return err_set(err, ERR_SYNTAX, "\"%s\" does not end with a message of the assistant", key);
    s->text[0] = m[n - 1].content;
    if (n == 1)
        return true;
    if (s->n > 0)
        return err_set(err, ERR_CONFLICT, "\"%s\" has %zu messages beside a prompt; one is possible", key, n);
    s->prompt = m;
    s->n = n - 1;
    return true;
}

/* Steps and what each was found to be stay in "extra"; as one answer they are lines, and right when all steps are. */
static bool read_steps(struct import *im, struct json_object *o, struct json_text *text, bool *right, struct err *err)
{
    struct json_object *steps, *labels;
    if (!json_get_array(o, "completions", JSON_REQUIRED, &steps, err) ||
        !json_get_array(o, "labels", JSON_REQUIRED, &labels, err))
        return false;
    size_t n = json_object_array_length(steps);
    if (n == 0 || n != json_object_array_length(labels))
        return err_set(err, ERR_CONFLICT, "there are %zu \"completions\" and %zu \"labels\"", n,
                       json_object_array_length(labels));
    struct buf b = BUF_INIT;
    bool ok = true;
    *right = true;
    for (size_t i = 0; ok && i < n; i++) {
        struct json_object *label = json_object_array_get_idx(labels, i);
        struct json_text step;
        ok = json_as_text(json_object_array_get_idx(steps, i), "a step of \"completions\"", &step, err) &&
             (json_object_is_type(label, json_type_boolean) ||
              err_set(err, ERR_SYNTAX, "label %zu must be true or false, but is %s", i + 1, json_type_name(label)));
        *right = *right && ok && json_object_get_boolean(label);
        if (ok && i > 0)
            buf_addc(&b, '\n');
        if (ok)
            buf_add(&b, step.ptr, step.len);
    }
    *text = (struct json_text){arena_ndup(&im->record, b.ptr, b.len), b.len};
    buf_free(&b);
    return ok;
}

/* One answer, or none: with a thumb, with labels of its steps, or unjudged. */
static bool read_one(struct import *im, struct json_object *o, struct err *err)
{
    static const char *const placed[] = {"prompt", "completion", "messages", "label", "split", NULL};
    struct import_sides s = {0};
    struct content_row prompt, response;
    bool judged = json_has(o, "label") || json_has(o, "completions"), up = false;
    const char *key = json_has(o, "messages") ? "messages" : "completion";
    if (!read_prompt(im, o, &s, err))
        return false;
    if (json_has(o, "completions") ? !read_steps(im, o, &s.text[0], &up, err)
                                   : json_has(o, key) && !take_answer(im, json_object_object_get(o, key), key, &s, err))
        return false;
    if (json_has(o, "label") && !json_get_bool(o, "label", JSON_REQUIRED, &up, err))
        return false;
    if (s.n == 0)
        return err_set(err, ERR_MISSING, "there is no prompt");
    if (!import_prompt(im, s.prompt, s.n, &prompt, err))
        return false;
    if (s.text[0].ptr == NULL)
        return !judged || err_set(err, ERR_MISSING, "\"completion\" is missing");
    return import_response(im, &prompt, &(struct new_response){.text = s.text[0]}, "the answer", &response, err) &&
           (!judged || import_thumb(im, &response, up, import_rest(im, o, placed), err));
}

static bool read_record(struct import *im, struct json_object *o, struct err *err)
{
    if (json_has(o, "chosen") || json_has(o, "rejected") || !sniff(o))
        return read_two(im, o, err);
    return read_one(im, o, err);
}

const struct import_format import_trl = {.name = "trl", .sniff = sniff, .read = read_record};
