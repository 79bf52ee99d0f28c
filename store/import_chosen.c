/* Files that say which of two answers is better, each under names of its own: OpenAI's DPO file, LLaMA-Factory's
 * rankings, Axolotl's types, UltraFeedback binarised. A row of the table says which field is what. */
#include "store/import_sides.h"

#include <string.h>

struct shape {
    const char *prompt; /* a string or messages; NULL: the answers begin with it */
    const char *more;   /* text that follows the prompt, after a line break; NULL: none */
    const char *chosen, *rejected;
    const char *needs;         /* a field, which may be null, that tells this shape from others; NULL: those above do */
    const char *const *placed; /* ends with NULL */
};

#define PLACED(...)                                                                                                    \
    (const char *const[])                                                                                              \
    {                                                                                                                  \
        __VA_ARGS__, "system", "split", NULL                                                                           \
    }

static const struct shape openai[] = {{"messages", NULL, "preferred_output", "non_preferred_output", NULL,
                                       PLACED("input", "preferred_output", "non_preferred_output")}};
static const struct shape binarized[] = {
    {"prompt", NULL, "chosen", "rejected", "score_chosen", PLACED("prompt", "chosen", "rejected", "messages")},
    {NULL, NULL, "chosen", "rejected", "score_chosen", PLACED("chosen", "rejected", "messages")}};
static const struct shape llama[] = {
    {"instruction", "input", "chosen", "rejected", NULL,
     PLACED("instruction", "input", "chosen", "rejected", "history")},
    {"conversations", NULL, "chosen", "rejected", NULL, PLACED("conversations", "chosen", "rejected")}};
static const struct shape axolotl[] = {
    {"instruction", NULL, "chosen_response", "rejected_response", NULL,
     PLACED("instruction", "chosen_response", "rejected_response")},
    {"input", NULL, "chosen", "rejected", NULL, PLACED("input", "chosen", "rejected")},
    {"question", NULL, "chosen", "rejected", NULL, PLACED("question", "chosen", "rejected")},
    {"prompt", NULL, "chosen", "rejected", "system", PLACED("prompt", "chosen", "rejected")},
    {"messages", NULL, "chosen", "rejected", NULL, PLACED("messages", "chosen", "rejected")}};
#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct shape *find(const struct shape *shapes, size_t n, struct json_object *o)
{
    for (size_t i = 0; i < n; i++)
        if ((shapes[i].prompt == NULL || json_has(o, shapes[i].prompt)) && json_has(o, shapes[i].chosen) &&
            json_has(o, shapes[i].rejected) &&
            (shapes[i].needs == NULL || json_object_object_get_ex(o, shapes[i].needs, NULL)))
            return &shapes[i];
    return NULL;
}

/* Alpaca's "input" goes on where the instruction ends. */
static bool add_more(struct import *im, struct json_object *o, const char *key, struct import_sides *s, struct err *err)
{
    struct json_text more = {"", 0};
    if (key == NULL)
        return true;
    if (!json_get_text(o, key, JSON_OPTIONAL, &more, err))
        return false;
    if (more.len == 0)
        return true;
    struct message *last = &s->prompt[s->n - 1];
    struct buf b = BUF_INIT;
    buf_add(&b, last->content.ptr, last->content.len);
    buf_addc(&b, '\n');
    buf_add(&b, more.ptr, more.len);
    last->content = (struct json_text){arena_ndup(&im->record, b.ptr, b.len), b.len};
    buf_free(&b);
    return true;
}

/* Alpaca's "history": pairs of what was asked and answered before. */
static bool add_history(struct import *im, struct json_object *o, struct import_sides *s, struct err *err)
{
    struct json_object *list = NULL;
    if (!json_get_array(o, "history", JSON_OPTIONAL, &list, err))
        return false;
    size_t turns = list != NULL ? json_object_array_length(list) : 0;
    if (turns == 0)
        return true;
    if (turns > CONTENT_MAX_MESSAGES / 2 - 1)
        return err_set(err, ERR_RANGE, "\"history\" has %zu turns; that is too many", turns);
    struct message *all = arena_array(&im->record, 2 * turns + s->n, sizeof *all);
    for (size_t i = 0; i < turns; i++) {
        struct json_object *turn = json_object_array_get_idx(list, i);
        if (!json_object_is_type(turn, json_type_array) || json_object_array_length(turn) != 2)
            return err_set(err, ERR_SYNTAX, "turn %zu of \"history\" must be a list of two texts", i + 1);
        all[2 * i].role = (struct json_text){"user", 4};
        all[2 * i + 1].role = (struct json_text){"assistant", 9};
        for (size_t k = 0; k < 2; k++)
            if (!json_as_text(json_object_array_get_idx(turn, k), "history", &all[2 * i + k].content, err))
                return false;
    }
    memcpy(all + 2 * turns, s->prompt, s->n * sizeof *all);
    s->prompt = all;
    s->n += 2 * turns;
    return true;
}

static bool read_sides(struct import *im, struct json_object *o, struct json_object *at, const struct shape *shape,
                       struct import_sides *s, struct err *err)
{
    struct json_object *v[2] = {json_object_object_get(o, shape->chosen), json_object_object_get(o, shape->rejected)};
    struct json_text system = {"", 0};
    s->name[0] = shape->chosen;
    s->name[1] = shape->rejected;
    if ((shape->prompt != NULL && !import_talk_of(im, at, shape->prompt, &s->prompt, &s->n, err)) ||
        !add_more(im, o, shape->more, s, err) || (shape->more != NULL && !add_history(im, o, s, err)) ||
        !json_get_text(o, "system", JSON_OPTIONAL, &system, err) ||
        !json_get_text(o, "split", JSON_OPTIONAL, &s->split, err) || !import_sides_take(im, v, s, err))
        return false;
    import_system(im, system, &s->prompt, &s->n);
    return s->n > 0 || err_set(err, ERR_MISSING, "there is no prompt");
}

/* `at` is where the prompt stands. */
static bool put(struct import *im, struct json_object *o, struct json_object *at, const struct shape *shape,
                struct err *err)
{
    struct import_sides s = {0};
    struct import_pair pair;
    return read_sides(im, o, at, shape, &s, err) && import_sides_put(im, &s, &pair, err) &&
           import_judge_chosen(im, &pair, 1, import_extra_unknown(im, o, shape->placed).ptr, err);
}

static bool put_one_of(struct import *im, struct json_object *o, const struct shape *shapes, size_t n, struct err *err)
{
    const struct shape *shape = find(shapes, n, o);
    if (shape == NULL)
        return err_set(err, ERR_MISSING, "the fields of a prompt and of two answers are not there");
    return put(im, o, o, shape, err);
}

/* ---- openai-dpo ---- */

static bool sniff_openai(struct json_object *o)
{
    return json_has(o, "preferred_output") && json_has(o, "non_preferred_output");
}

/* Tools would be lost from the prompt. */
static bool read_openai(struct import *im, struct json_object *o, struct err *err)
{
    static const char *const known[] = {"messages", "parallel_tool_calls", NULL};
    struct json_object *input = NULL, *tools = NULL;
    if (!json_get_object(o, "input", JSON_REQUIRED, &input, err) ||
        !json_get_array(input, "tools", JSON_OPTIONAL, &tools, err))
        return false;
    if (tools != NULL && json_object_array_length(tools) > 0)
        return err_set(err, ERR_RANGE, "\"tools\" of the input cannot be kept");
    if (tools != NULL)
        json_object_object_del(input, "tools");
    return import_only_fields(input, known, "\"input\"", err) && put(im, o, input, &openai[0], err);
}

/* ---- ultrafeedback-binarized ---- */

static bool sniff_binarized(struct json_object *o)
{
    return json_object_object_get_ex(o, "score_chosen", NULL) && json_object_object_get_ex(o, "score_rejected", NULL) &&
           import_has(o, "chosen", json_type_array);
}

static bool read_binarized(struct import *im, struct json_object *o, struct err *err)
{
    return put_one_of(im, o, binarized, COUNT(binarized), err);
}

/* ---- llama-factory and axolotl: with thumbs instead of pairs, too ---- */

static const struct {
    const char *prompt, *more;
} thumb_prompts[] = {{"conversations", NULL}, {"instruction", "input"}, {"question", NULL},
                     {"input", NULL},         {"prompt", NULL},         {"messages", NULL}};

/* The answer is "completion" or "output", or the last message of the conversation. */
static bool read_thumb(struct import *im, struct json_object *o, const char *label, struct err *err)
{
    static const char *const placed[] = {"conversations", "instruction", "input", "question",   "prompt",
                                         "messages",      "system",      "split", "completion", "output",
                                         "kto_tag",       "label",       NULL};
    struct import_sides s = {0};
    struct json_text system = {"", 0}, text = {0};
    struct content_row prompt, response;
    bool up = false;
    size_t i = 0;
    while (i < COUNT(thumb_prompts) && !json_has(o, thumb_prompts[i].prompt))
        i++;
    if (i == COUNT(thumb_prompts))
        return err_set(err, ERR_MISSING, "the field of the prompt is missing");
    if (!json_get_bool(o, label, JSON_REQUIRED, &up, err) ||
        !import_talk_of(im, o, thumb_prompts[i].prompt, &s.prompt, &s.n, err) ||
        !add_more(im, o, thumb_prompts[i].more, &s, err) || !json_get_text(o, "system", JSON_OPTIONAL, &system, err) ||
        !json_get_text(o, "output", JSON_OPTIONAL, &text, err) ||
        !json_get_text(o, "completion", JSON_OPTIONAL, &text, err))
        return false;
    if (text.ptr == NULL) {
        if (s.n < 2 || strcmp(s.prompt[s.n - 1].role.ptr, "assistant") != 0)
            return err_set(err, ERR_MISSING, "there is no answer of the assistant");
        text = s.prompt[--s.n].content;
    }
    import_system(im, system, &s.prompt, &s.n);
    return import_prompt(im, s.prompt, s.n, &prompt, err) &&
           import_response(im, &prompt, &(struct new_response){.text = text}, "the answer", &response, err) &&
           import_thumb(im, &response, up, import_rest(im, o, placed), err);
}

static bool sniff_llama(struct json_object *o)
{
    return json_has(o, "kto_tag") || find(llama, COUNT(llama), o) != NULL;
}

static bool read_llama(struct import *im, struct json_object *o, struct err *err)
{
    return json_has(o, "kto_tag") ? read_thumb(im, o, "kto_tag", err) : put_one_of(im, o, llama, COUNT(llama), err);
}

static bool is_nectar(struct json_object *o)
{
    return json_has(o, "prompt") && import_has(o, "answers", json_type_array);
}

static bool has_thumb(struct json_object *o)
{
    return json_has(o, "completion") && json_has(o, "label") &&
           (json_has(o, "instruction") || json_has(o, "input") || json_has(o, "question") || json_has(o, "system"));
}

static bool sniff_axolotl(struct json_object *o)
{
    return has_thumb(o) || find(axolotl, COUNT(axolotl), o) != NULL;
}

/* {"prompt", "answers": [{"answer", "rank", "model"?}]}: rank 1 is the best. */
static bool read_nectar(struct import *im, struct json_object *o, struct err *err)
{
    struct json_object *list;
    struct message *m;
    size_t n;
    struct json_text split = {0};
    struct import_answers a = {0};
    if (!import_answer_list(o, "answers", false, &list, &a.n, err) || !import_talk_of(im, o, "prompt", &m, &n, err) ||
        !json_get_text(o, "split", JSON_OPTIONAL, &split, err) || !import_prompt(im, m, n, &a.prompt, err))
        return false;
    for (size_t i = 0; i < a.n; i++) {
        struct json_object *item = json_object_array_get_idx(list, i);
        struct new_response r = {0};
        if (!json_get_text(item, "answer", JSON_REQUIRED, &r.text, err) ||
            !json_get_text(item, "model", JSON_OPTIONAL, &r.model, err) ||
            !json_get_int(item, "rank", JSON_REQUIRED, 1, INT32_MAX, &a.rank[i], err) ||
            !import_response(im, &a.prompt, &r, "\"answer\"", &a.rows[i], err))
            return err_context(err, "entry %zu of \"answers\"", i + 1);
    }
    return import_answers_compare(im, &a, split.ptr, err);
}

static bool read_axolotl(struct import *im, struct json_object *o, struct err *err)
{
    if (is_nectar(o))
        return read_nectar(im, o, err);
    return json_has(o, "label") ? read_thumb(im, o, "label", err) : put_one_of(im, o, axolotl, COUNT(axolotl), err);
}

const struct import_format import_openai_dpo = {.name = "openai-dpo", .sniff = sniff_openai, .read = read_openai};
const struct import_format import_ultrafeedback_binarized = {
    .name = "ultrafeedback-binarized", .sniff = sniff_binarized, .read = read_binarized};
const struct import_format import_llama_factory = {.name = "llama-factory", .sniff = sniff_llama, .read = read_llama};
const struct import_format import_nectar = {.name = "nectar", .sniff = is_nectar, .read = read_nectar};
const struct import_format import_axolotl = {.name = "axolotl", .sniff = sniff_axolotl, .read = read_axolotl};
