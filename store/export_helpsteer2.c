/* HelpSteer2: one rated response a line, those of a prompt one after the other. */
#include "store/export_format.h"

#include <math.h>

static const char *const attributes[] = {"helpfulness", "correctness", "coherence", "complexity", "verbosity"};
enum { N_ATTRIBUTES = sizeof attributes / sizeof *attributes };

static bool is_wanted(struct export *e, int64_t response, bool *yes, struct err *err)
{
    const struct label_options *o = &e->options->label;
    int64_t comparison = 0;
    struct rows q;
    if (!rows_open(&q, e->db, STMT_RESPONSE_PLACE, ARGS(v_int(response), v_str(o->source), v_str(o->split)), err))
        return false;
    if (rows_next(&q))
        comparison = rows_int(&q, 2);
    *yes = comparison != 0 || (o->source == NULL && o->split == NULL);
    return rows_close(&q, err);
}

static bool is_complete(const double *values)
{
    for (size_t i = 0; i < N_ATTRIBUTES; i++)
        if (isnan(values[i]))
            return false;
    return true;
}

static bool write_response(struct export *e, int64_t response, int64_t prompt_row, struct err *err)
{
    double values[N_ATTRIBUTES];
    int n = 0;
    struct json_text messages, prompt = {0};
    struct export_response r;
    if (!label_ratings(e->db, response, e->options->label.by, attributes, N_ATTRIBUTES, values, &n, err))
        return false;
    if (is_complete(values) &&
        (!export_get_messages(e, prompt_row, &messages, err) || !export_prompt_helpsteer(e, messages, &prompt, err)))
        return false;
    if (prompt.ptr == NULL) {
        e->counts->unlabelled++;
        return true;
    }
    if (!export_get_response(e, response, &r, err))
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
    struct rows q;
    bool ok = true;
    if (!rows_open(&q, e->db, STMT_RESPONSE_BY_PROMPT_EACH, NO_ARGS, err))
        return false;
    while (ok && rows_next(&q) && !outfile_failed(e->out)) {
        bool yes = false;
        ok = is_wanted(e, rows_int(&q, 0), &yes, err) &&
             (!yes || write_response(e, rows_int(&q, 0), rows_int(&q, 1), err));
        arena_reset(&e->arena);
        if (ok && !progress_tick(e->options->progress, (double)e->counts->lines, 0))
            ok = err_set(err, ERR_STOPPED, "stopped; nothing was written");
    }
    return ok ? rows_close(&q, err) : rows_abandon(&q);
}

const struct export_format export_helpsteer2 = {"helpsteer2", NULL, write_all};
