/* TRL unpaired preference data: one response a line, thumb up or down.
 *
 * By preferences a comparison gives two lines, the better response up and the other down; where people say that neither
 * is valid, both are down. By ratings (thumb_attribute) a response is written once, up when its mean is at least
 * thumb_level. */
#include "store/export_format.h"

#include <math.h>

static void write_thumb(struct export *e, struct json_text messages, const struct export_response *r, bool up)
{
    export_begin(e);
    jw_key(&e->w, "prompt");
    jw_raw(&e->w, messages.ptr, messages.len);
    jw_key(&e->w, "completion");
    export_messages(e, NULL, 0, &r->text);
    jw_kbool(&e->w, "label", up);
    export_end(e);
}

static bool write_both(struct export *e, const struct export_item *i, int better, struct err *err)
{
    (void)err;
    for (int k = 0; k < 2; k++)
        write_thumb(e, i->messages, &i->responses[k], k == better);
    return true;
}

static bool write_item(struct export *e, const struct export_item *i, struct err *err)
{
    const struct label *l = &i->pair.label;
    enum { NONE = -1 };
    if (!l->has && l->n_neither > 0)
        return write_both(e, i, NONE, err);
    return export_pair(e, i, write_both, err);
}

static bool write_rated(struct export *e, const struct export_place *p, struct err *err)
{
    double mean;
    int n;
    struct json_text messages;
    struct export_response r;
    if (!label_ratings(e->db, p->response, &e->options->label, &e->options->thumb_attribute, 1, &mean, &n, err))
        return false;
    if (isnan(mean)) {
        e->counts->unlabelled++;
        return true;
    }
    if (!export_get_messages(e, p->prompt, &messages, err) || !export_get_response(e, p->response, &r, err))
        return false;
    write_thumb(e, messages, &r, mean >= e->options->thumb_level);
    return true;
}

static bool write_all(struct export *e, struct err *err)
{
    if (e->options->thumb_attribute != NULL)
        return export_each_response(e, write_rated, err);
    return export_each(e, write_item, err);
}

const struct export_format export_trl_unpaired = {.all = write_all};
