/* TRL preference data: {"prompt"?, "chosen", "rejected", "margin"?}; texts or lists of messages; without a prompt of
 * its own it is what "chosen" and "rejected" begin with. */
#include "store/import_format.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const side_name[] = {"chosen", "rejected"};

static bool sniff(struct json_object *o)
{
    return json_has(o, "chosen") && json_has(o, "rejected");
}

struct trl {
    struct message *prompt;
    size_t n;
    struct json_text answer[2];
};

/* Plain texts without a prompt: it is the longest common beginning that ends before white space, which stays with the
 * answers. */
static bool split_plain(struct import *im, struct trl *t, struct err *err)
{
    const struct json_text *x = &t->answer[0], *y = &t->answer[1];
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
        t->answer[i] = (struct json_text){t->answer[i].ptr + cut, t->answer[i].len - cut};
    return true;
}

static bool same_text(struct json_text x, struct json_text y)
{
    return x.len == y.len && (x.len == 0 || memcmp(x.ptr, y.ptr, x.len) == 0);
}

/* The last message is the answer; what stands before it must be the same on both sides. */
static bool split_messages(struct import *im, struct json_object *v[2], struct trl *t, bool has_prompt, struct err *err)
{
    struct message *m[2];
    size_t n[2];
    for (int i = 0; i < 2; i++) {
        if (!import_messages(im, v[i], side_name[i], &m[i], &n[i], err))
            return false;
        const struct message *last = &m[i][n[i] - 1];
        if (!same_text(last->role, (struct json_text){"assistant", 9}))
            return err_set(err, ERR_SYNTAX, "\"%s\" does not end with a message of the assistant", side_name[i]);
        t->answer[i] = last->content;
    }
    if (n[0] != n[1])
        return err_set(err, ERR_CONFLICT, "\"chosen\" has %zu messages and \"rejected\" %zu", n[0], n[1]);
    for (size_t k = 0; k + 1 < n[0]; k++)
        if (!same_text(m[0][k].role, m[1][k].role) || !same_text(m[0][k].content, m[1][k].content))
            return err_set(err, ERR_CONFLICT, "the prompts of \"chosen\" and \"rejected\" differ in message %zu",
                           k + 1);
    if (n[0] == 1)
        return has_prompt || err_set(err, ERR_MISSING, "\"prompt\" is missing and the messages hold none");
    t->prompt = m[0]; /* said in full: it counts, not the "prompt" beside it */
    t->n = n[0] - 1;
    return true;
}

static bool read_sides(struct import *im, struct json_object *o, struct trl *t, struct err *err)
{
    struct json_object *prompt = NULL, *v[2] = {NULL, NULL};
    bool has_prompt = json_object_object_get_ex(o, "prompt", &prompt) && prompt != NULL;
    if (has_prompt && !import_messages(im, prompt, "prompt", &t->prompt, &t->n, err))
        return false;
    for (int i = 0; i < 2; i++)
        if (!json_object_object_get_ex(o, side_name[i], &v[i]) || v[i] == NULL)
            return err_set(err, ERR_MISSING, "\"%s\" is missing", side_name[i]);
    if (json_object_is_type(v[0], json_type_array) && json_object_is_type(v[1], json_type_array))
        return split_messages(im, v, t, has_prompt, err);
    return json_as_text(v[0], "chosen", &t->answer[0], err) && json_as_text(v[1], "rejected", &t->answer[1], err) &&
           (has_prompt || split_plain(im, t, err));
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

static bool read_record(struct import *im, struct json_object *o, struct err *err)
{
    struct trl t = {0};
    struct import_pair pair = {0};
    struct json_text split = {0};
    if (!read_sides(im, o, &t, err) || !json_get_text(o, "split", JSON_OPTIONAL, &split, err) ||
        !import_prompt(im, t.prompt, t.n, &pair.prompt, err))
        return false;
    for (int i = 0; i < 2; i++) {
        struct new_response r = {.text = t.answer[i]};
        if (!import_response(im, &pair.prompt, &r, i == 0 ? "\"chosen\"" : "\"rejected\"", &pair.responses[i], err))
            return false;
    }
    return import_comparison(im, &pair, (struct json_text){0}, split.ptr, err) && judge(im, o, &pair, err);
}

const struct import_format import_trl = {"trl", sniff, read_record};
