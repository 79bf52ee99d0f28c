/* HelpSteer2: one rated response a line, those of a prompt one after the other. */
#include "store/export_format.h"

#include <math.h>

static const char *const attributes[] = {"helpfulness", "correctness", "coherence", "complexity", "verbosity"};
enum { N_ATTRIBUTES = sizeof attributes / sizeof *attributes };

static bool is_complete(const double *values)
{
    for (size_t i = 0; i < N_ATTRIBUTES; i++)
        if (isnan(values[i]))
            return false;
    return true;
}

static bool write_response(struct export *e, const struct export_place *p, struct err *err)
{
    double values[N_ATTRIBUTES];
    int n = 0;
    struct json_text messages, prompt = {0};
    struct export_response r;
    if (!label_ratings(e->db, p->response, &e->options->label, attributes, N_ATTRIBUTES, values, &n, err))
        return false;
    if (is_complete(values) &&
        (!export_get_messages(e, p->prompt, &messages, err) || !export_prompt_helpsteer(e, messages, &prompt, err)))
        return false;
    if (prompt.ptr == NULL) {
        e->counts->unlabelled++;
        return true;
    }
    if (!export_get_response(e, p->response, &r, err))
        return false;
    export_begin(e);
    jw_kstrn(&e->w, "prompt", prompt.ptr, prompt.len);
    jw_kstrn(&e->w, "response", r.text.ptr, r.text.len);
    for (size_t i = 0; i < N_ATTRIBUTES; i++)
        jw_kint(&e->w, attributes[i], (int64_t)round(values[i]));
    export_end(e);
    return true;
}

static bool write_all(struct export *e, struct err *err)
{
    return export_each_response(e, write_response, err);
}

const struct export_format export_helpsteer2 = {.all = write_all};
