/* NeMo-Aligner SteerLM and regression reward models: a rated response a line, the ratings as the label of the last
 * turn. Turns of user and assistant; a first message of the system stands in "system". */
#include "store/export_format.h"

#include <math.h>

struct attributes {
    const char **names;
    size_t n;
};

static void write_turn(struct export *e, bool user, struct json_text value, const struct buf *label)
{
    jw_object(&e->w);
    jw_kstrn(&e->w, "value", value.ptr, value.len);
    jw_kstr(&e->w, "from", user ? "User" : "Assistant");
    jw_key(&e->w, "label");
    if (label != NULL)
        jw_strn(&e->w, label->ptr, label->len);
    else
        jw_null(&e->w);
    jw_object_end(&e->w);
}

static bool add_label(struct export *e, int64_t response, struct buf *label, struct err *err)
{
    const struct attributes *c = e->state;
    double *values = arena_array(&e->arena, c->n + 1, sizeof *values);
    int n;
    if (!label_ratings(e->db, response, &e->options->label, c->names, c->n, values, &n, err))
        return false;
    for (size_t a = 0; a < c->n; a++)
        if (!isnan(values[a]))
            buf_addf(label, "%s%s:%d", label->len > 0 ? "," : "", c->names[a], (int)round(values[a]));
    return true;
}

static bool write_line(struct export *e, const struct export_place *p, const struct buf *label, struct err *err)
{
    struct json_text messages;
    struct export_response r;
    struct message *m;
    size_t n, first;
    if (!export_get_messages(e, p->prompt, &messages, err) || !export_get_response(e, p->response, &r, err) ||
        !content_messages(messages, &e->arena, &m, &n, err))
        return false;
    if (!export_is_turns(m, n, &first)) {
        e->counts->unheld++;
        return true;
    }
    export_begin(e);
    jw_key(&e->w, "conversations");
    jw_array(&e->w);
    for (size_t k = first; k < n; k++)
        write_turn(e, (k - first) % 2 == 0, m[k].content, NULL);
    write_turn(e, false, r.text, label);
    jw_array_end(&e->w);
    jw_kstrn(&e->w, "system", first > 0 ? m[0].content.ptr : "", first > 0 ? m[0].content.len : 0);
    jw_kstr(&e->w, "mask", "User");
    jw_kstr(&e->w, "type", "VALUE_TO_TEXT");
    export_end(e);
    return true;
}

static bool write_response(struct export *e, const struct export_place *p, struct err *err)
{
    struct buf label = BUF_INIT;
    bool ok = add_label(e, p->response, &label, err);
    if (ok && label.len == 0)
        e->counts->unlabelled++;
    else if (ok)
        ok = write_line(e, p, &label, err);
    buf_free(&label);
    return ok;
}

static bool write_all(struct export *e, struct err *err)
{
    struct arena a = {0};
    struct attributes c = {0};
    bool ok = label_attributes(e->db, &a, &c.names, &c.n, err);
    e->state = &c;
    ok = ok && export_each_response(e, write_response, err);
    e->state = NULL;
    arena_free(&a);
    return ok;
}

const struct export_format export_steerlm = {.all = write_all};
