/* Preference files of other trainers: OpenAI's fine-tuning (direct preference optimisation), LLaMA-Factory (ShareGPT
 * style, `ranking`), Axolotl (`chat_template.default`), UltraFeedback binarised. A line a pair. */
#include "store/export_voices.h"

#include <math.h>

/* ---- openai-dpo ---- */

static void write_output(struct export *e, const char *key, const struct export_response *r)
{
    jw_key(&e->w, key);
    export_messages(e, NULL, 0, &r->text);
}

static bool write_openai(struct export *e, const struct export_item *i, int better, struct err *err)
{
    (void)err;
    export_begin(e);
    jw_key(&e->w, "input");
    jw_object(&e->w);
    jw_key(&e->w, "messages");
    jw_raw(&e->w, i->messages.ptr, i->messages.len);
    jw_key(&e->w, "tools");
    jw_array(&e->w);
    jw_array_end(&e->w);
    jw_kbool(&e->w, "parallel_tool_calls", true);
    jw_object_end(&e->w);
    write_output(e, "preferred_output", &i->responses[better]);
    write_output(e, "non_preferred_output", &i->responses[1 - better]);
    export_end(e);
    return true;
}

/* ---- llama-factory ---- */

static void write_turn(struct export *e, const char *from, struct json_text value)
{
    jw_object(&e->w);
    jw_kstr(&e->w, "from", from);
    jw_kstrn(&e->w, "value", value.ptr, value.len);
    jw_object_end(&e->w);
}

static bool write_llama(struct export *e, const struct export_item *i, int better, struct err *err)
{
    struct message *m;
    size_t n, first;
    if (!content_messages(i->messages, &e->arena, &m, &n, err))
        return false;
    if (!export_is_turns(m, n, &first)) {
        e->counts->unheld++;
        return true;
    }
    export_begin(e);
    jw_key(&e->w, "conversations");
    jw_array(&e->w);
    for (size_t k = first; k < n; k++)
        write_turn(e, (k - first) % 2 == 0 ? "human" : "gpt", m[k].content);
    jw_array_end(&e->w);
    jw_key(&e->w, "chosen");
    write_turn(e, "gpt", i->responses[better].text);
    jw_key(&e->w, "rejected");
    write_turn(e, "gpt", i->responses[1 - better].text);
    if (first == 1)
        jw_kstrn(&e->w, "system", m[0].content.ptr, m[0].content.len);
    export_end(e);
    return true;
}

/* ---- axolotl ---- */

static void write_message(struct export *e, const char *key, const struct export_response *r)
{
    jw_key(&e->w, key);
    jw_object(&e->w);
    jw_kstr(&e->w, "role", "assistant");
    jw_kstrn(&e->w, "content", r->text.ptr, r->text.len);
    jw_object_end(&e->w);
}

static bool write_axolotl(struct export *e, const struct export_item *i, int better, struct err *err)
{
    (void)err;
    export_begin(e);
    jw_key(&e->w, "messages");
    jw_raw(&e->w, i->messages.ptr, i->messages.len);
    write_message(e, "chosen", &i->responses[better]);
    write_message(e, "rejected", &i->responses[1 - better]);
    export_end(e);
    return true;
}

/* ---- ultrafeedback-binarized ---- */

static double mean_score(const struct export *e, const struct export_item *i, int which)
{
    return label_rating_of(&i->pair, i->judgements, i->n, &e->options->label, which, "helpfulness");
}

/* Of a pair that came with scores where nobody rated it: theirs, as long as the same answer is the better one. */
static bool write_scores(struct export *e, const struct export_item *i, int better, struct err *err)
{
    static const char *const keys[] = {"score_chosen", "score_rejected"};
    const struct judgement *came = export_aggregate(e, i);
    struct json_object *extra = NULL;
    bool same = came != NULL && came->has_preference && (came->preference < 0 ? 0 : 1) == better;
    if (same && !json_parse(came->extra.ptr, came->extra.len, &extra, err))
        return false;
    for (int k = 0; k < 2; k++) {
        double mean = mean_score(e, i, k == 0 ? better : 1 - better);
        if (!isnan(mean) || extra == NULL || !export_kept(e, extra, keys[k]))
            jw_knum(&e->w, keys[k], mean); /* null where there is none */
    }
    json_object_put(extra);
    return true;
}

static void write_conversation(struct export *e, const char *key, const struct message *m, size_t n,
                               const struct export_response *r)
{
    jw_key(&e->w, key);
    export_messages(e, m, n, &r->text);
}

static bool write_ultrafeedback(struct export *e, const struct export_item *i, int better, struct err *err)
{
    struct message *m;
    struct json_text prompt = {"", 0};
    size_t n;
    if (!content_messages(i->messages, &e->arena, &m, &n, err))
        return false;
    for (size_t k = n; k-- > 0;) /* the first message of the user, as the original has it */
        if (export_is_role(&m[k], "user"))
            prompt = m[k].content;
    export_begin(e);
    jw_kstrn(&e->w, "prompt", prompt.ptr, prompt.len);
    jw_kstr(&e->w, "prompt_id", i->pair.prompt_id);
    write_conversation(e, "chosen", m, n, &i->responses[better]);
    write_conversation(e, "rejected", m, n, &i->responses[1 - better]);
    write_conversation(e, "messages", m, n, &i->responses[better]);
    if (!write_scores(e, i, better, err))
        return false;
    export_end(e);
    return true;
}

const struct export_format export_openai_dpo = {.pair = write_openai};
const struct export_format export_llama_factory = {.pair = write_llama};
const struct export_format export_axolotl = {.pair = write_axolotl};
const struct export_format export_ultrafeedback_binarized = {.pair = write_ultrafeedback};
