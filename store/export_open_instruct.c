/* open-instruct, input of an evaluation by people: a prompt a line with all its answers, and no judgement. */
#include "store/export_format.h"

struct open_line {
    int64_t prompt; /* whose line is open; 0: none */
};

static void end_line(struct export *e, struct open_line *l)
{
    if (l->prompt == 0)
        return;
    jw_array_end(&e->w);
    export_end(e);
    l->prompt = 0;
}

static bool begin_line(struct export *e, int64_t prompt, struct err *err)
{
    char id[ID_HEX_SIZE];
    struct json_text messages;
    if (!export_get_prompt_id(e, prompt, id, err) || !export_get_messages(e, prompt, &messages, err))
        return false;
    export_begin(e);
    jw_kstr(&e->w, "id", id);
    if (!export_write_prompt(e, "prompt", messages, err))
        return false;
    jw_key(&e->w, "completions");
    jw_array(&e->w);
    return true;
}

static bool write_response(struct export *e, const struct export_place *p, struct err *err)
{
    struct open_line *l = e->state;
    struct export_response r;
    if (!export_get_response(e, p->response, &r, err))
        return false;
    if (l->prompt != p->prompt) {
        end_line(e, l);
        if (!begin_line(e, p->prompt, err))
            return false;
        l->prompt = p->prompt;
    }
    jw_object(&e->w);
    if (r.model.ptr != NULL)
        jw_kstrn(&e->w, "model", r.model.ptr, r.model.len);
    jw_kstrn(&e->w, "completion", r.text.ptr, r.text.len);
    jw_object_end(&e->w);
    return true;
}

static bool write_all(struct export *e, struct err *err)
{
    struct open_line l = {0};
    e->state = &l;
    bool ok = export_each_response(e, write_response, err);
    if (ok)
        end_line(e, &l);
    e->state = NULL;
    return ok;
}

const struct export_format export_open_instruct = {.all = write_all, .raw = true};
