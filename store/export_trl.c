/* TRL preference data with an explicit prompt: plain texts, or lists of messages. */
#include "store/export_format.h"

static void write_answer(struct json_writer *w, const char *key, struct json_text text, bool conversational)
{
    if (!conversational) {
        jw_kstrn(w, key, text.ptr, text.len);
        return;
    }
    jw_key(w, key);
    jw_array(w);
    jw_object(w);
    jw_kstr(w, "role", "assistant");
    jw_kstrn(w, "content", text.ptr, text.len);
    jw_object_end(w);
    jw_array_end(w);
}

static bool write_line(struct export *e, const struct export_item *i, int chosen, bool conversational, struct err *err)
{
    struct json_text prompt = i->messages;
    if (!conversational && !export_prompt_plain(e, i->messages, &prompt, err))
        return false;
    export_begin(e);
    jw_key(&e->w, "prompt");
    if (conversational)
        jw_raw(&e->w, prompt.ptr, prompt.len);
    else
        jw_strn(&e->w, prompt.ptr, prompt.len);
    write_answer(&e->w, "chosen", i->responses[chosen].text, conversational);
    write_answer(&e->w, "rejected", i->responses[1 - chosen].text, conversational);
    export_end(e);
    return true;
}

static bool write_pair(struct export *e, const struct export_item *i, bool conversational, struct err *err)
{
    const struct label *l = &i->pair.label;
    if (!l->has) {
        e->counts->unlabelled++;
        return true;
    }
    if (l->strength != 0)
        return write_line(e, i, l->strength < 0 ? 0 : 1, conversational, err);
    e->counts->ties++;
    switch (e->options->ties) {
    case TIES_DROP:
        return true;
    case TIES_BOTH:
        return write_line(e, i, 0, conversational, err) && write_line(e, i, 1, conversational, err);
    case TIES_ERROR:
        break;
    }
    return err_set(err, ERR_CONFLICT, "comparison %s has no better response; choose what becomes of ties: drop or both",
                   i->pair.comparison_id);
}

static bool write_plain(struct export *e, const struct export_item *i, struct err *err)
{
    return write_pair(e, i, false, err);
}

static bool write_conversational(struct export *e, const struct export_item *i, struct err *err)
{
    return write_pair(e, i, true, err);
}

const struct export_format export_trl = {"trl", write_plain, NULL};
const struct export_format export_trl_conversational = {"trl-conversational", write_conversational, NULL};
