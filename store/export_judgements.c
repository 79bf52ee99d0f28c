/* Our own formats: every judgement as it was made, and the plain list of responses. */
#include "store/export_format.h"

#include "core/base/clock.h"
#include "store/response.h"

#include <math.h>
#include <stdio.h>

static void write_maybe(struct json_writer *w, const char *key, struct json_text t)
{
    if (t.ptr != NULL)
        jw_kstrn(w, key, t.ptr, t.len);
}

static void write_response(struct json_writer *w, const struct export_response *r)
{
    jw_object(w);
    jw_kstrn(w, "text", r->text.ptr, r->text.len);
    write_maybe(w, "model", r->model);
    write_maybe(w, "language", r->language);
    if (r->tags.ptr != NULL) {
        jw_key(w, "tags");
        jw_raw(w, r->tags.ptr, r->tags.len);
    }
    jw_object_end(w);
}

static void write_ratings(struct json_writer *w, const struct judgement *j, int n_responses)
{
    if (j->n_ratings == 0)
        return;
    jw_key(w, "ratings");
    jw_array(w);
    for (int which = 0; which < n_responses; which++) {
        jw_object(w);
        for (size_t i = 0; i < j->n_ratings; i++)
            if (j->ratings[i].which == which)
                jw_kint(w, j->ratings[i].attribute, j->ratings[i].value);
        jw_object_end(w);
    }
    jw_array_end(w);
}

static void write_aspects(struct json_writer *w, const struct judgement *j)
{
    if (j->n_aspects == 0)
        return;
    jw_key(w, "aspects");
    jw_object(w);
    for (size_t i = 0; i < j->n_aspects; i++)
        jw_kint(w, j->aspects[i].attribute, j->aspects[i].value);
    jw_object_end(w);
}

/* [1], [2] or [1, 2] */
static void write_failed(struct json_writer *w, const struct judgement *j)
{
    if (j->failed == 0)
        return;
    jw_key(w, "failed");
    jw_array(w);
    for (unsigned i = 0; i < 2; i++)
        if ((j->failed & 1u << i) != 0)
            jw_int(w, (int64_t)i + 1);
    jw_array_end(w);
}

static void write_spans(struct json_writer *w, const struct judgement *j)
{
    if (j->n_spans == 0)
        return;
    jw_key(w, "spans");
    jw_array(w);
    for (size_t i = 0; i < j->n_spans; i++) {
        const struct judged_span *s = &j->spans[i];
        jw_object(w);
        jw_kint(w, "response", s->which + 1);
        jw_kint(w, "start", (int64_t)s->start);
        jw_kint(w, "end", (int64_t)s->stop);
        jw_kint(w, "sign", s->sign);
        if (s->comment[0] != '\0')
            jw_kstr(w, "comment", s->comment);
        jw_object_end(w);
    }
    jw_array_end(w);
}

static void write_judgement(struct json_writer *w, const struct judgement *j, int n_responses)
{
    char id[ID_HEX_SIZE], created[CLOCK_ISO_SIZE], rubric[160];
    jw_key(w, "judgement");
    jw_object(w);
    id_hex(&j->id, id);
    jw_kstr(w, "id", id);
    jw_kstr(w, "annotator", j->annotator_name);
    jw_kstr(w, "kind", j->by_reviewer && j->kind == KIND_JUDGED ? "adjudication" : judgement_kind_name(j->kind));
    write_ratings(w, j, n_responses);
    write_aspects(w, j);
    write_failed(w, j);
    if (j->has_preference)
        jw_kint(w, "preference", j->preference);
    if (j->neither)
        jw_kbool(w, "neither", true);
    if (j->justification.len > 0)
        jw_kstrn(w, "justification", j->justification.ptr, j->justification.len);
    if (j->reason[0] != '\0')
        jw_kstr(w, "reason", j->reason);
    if (j->confidence > 0)
        jw_kint(w, "confidence", j->confidence);
    write_spans(w, j);
    jw_kint(w, "a", j->a_is);
    if (!isnan(j->seconds))
        jw_knum(w, "seconds", j->seconds);
    snprintf(rubric, sizeof rubric, "%.120s@%d", j->rubric_name, j->rubric_version);
    jw_kstr(w, "rubric", rubric);
    clock_iso(j->created, created);
    jw_kstr(w, "created", created);
    jw_kint(w, "revision", j->revision);
    if (j->extra.ptr != NULL) {
        jw_key(w, "extra");
        jw_raw(w, j->extra.ptr, j->extra.len);
    }
    jw_object_end(w);
}

/* Whom the options ask for; "best" means everyone here, for nothing is to be lost. */
static bool is_wanted(const struct export *e, const struct judgement *j)
{
    switch (e->options->label.by) {
    case LABEL_BY_PEOPLE:
        return j->by_person;
    case LABEL_BY_SOURCES:
        return judgement_by_source(j);
    case LABEL_BY_REVIEW:
        return j->by_reviewer;
    case LABEL_BY_BEST:
    case LABEL_BY_ALL:
        break;
    }
    return true;
}

/* A line for each judgement, one without a judgement when there is none. */
static void write_lines(struct export *e, struct json_text messages, const struct export_response *r, int n_responses,
                        const struct label_pair *pair, const char *principle, const struct judgement *j, size_t n)
{
    size_t written = 0;
    for (size_t k = 0; k < n || (k == n && written == 0); k++) {
        if (k < n && !is_wanted(e, &j[k]))
            continue;
        export_begin(e);
        jw_key(&e->w, "prompt");
        jw_raw(&e->w, messages.ptr, messages.len);
        jw_key(&e->w, "responses");
        jw_array(&e->w);
        for (int i = 0; i < n_responses; i++)
            write_response(&e->w, &r[i]);
        jw_array_end(&e->w);
        if (pair != NULL)
            jw_kstr(&e->w, "source", pair->source);
        if (pair != NULL && pair->split != NULL)
            jw_kstr(&e->w, "split", pair->split);
        if (pair != NULL && pair->subset != NULL)
            jw_kstr(&e->w, "subset", pair->subset);
        if (principle != NULL)
            jw_kstr(&e->w, "principle", principle);
        if (k < n)
            write_judgement(&e->w, &j[k], n_responses);
        export_end(e);
        written++;
    }
}

static bool write_single(struct export *e, struct json_text messages, const struct export_response *r, bool bare,
                         struct err *err)
{
    struct judgement *j;
    size_t n;
    if (!judgement_list_response(e->db, r->row, JUDGEMENTS_ALL, &e->arena, &j, &n, err))
        return false;
    size_t wanted = 0;
    for (size_t k = 0; k < n; k++)
        wanted += is_wanted(e, &j[k]);
    if (wanted > 0 || bare)
        write_lines(e, messages, r, 1, NULL, NULL, j, n);
    return true;
}

static bool get_principle(struct export *e, int64_t comparison, const char **principle, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, e->db, STMT_COMPARISON_PRINCIPLE, ARGS(v_int(comparison)), err))
        return false;
    *principle = rows_next(&q) ? rows_dup(&q, 0, &e->arena) : NULL;
    return rows_close(&q, err);
}

/* What was said of a response alone goes before the first comparison it stands in. */
static bool write_item(struct export *e, const struct export_item *i, struct err *err)
{
    struct judgement *j;
    size_t n;
    const char *principle = NULL;
    for (int k = 0; k < 2; k++)
        if (export_mark(e, i->responses[k].row) && !write_single(e, i->messages, &i->responses[k], false, err))
            return false;
    if (!judgement_list(e->db, i->pair.comparison, JUDGEMENTS_ALL, &e->arena, &j, &n, err) ||
        !get_principle(e, i->pair.comparison, &principle, err))
        return false;
    write_lines(e, i->messages, i->responses, 2, &i->pair, principle, j, n);
    return true;
}

/* Responses that are compared with none. */
static bool write_rest(struct export *e, struct err *err)
{
    struct rows q;
    bool ok = true;
    if (!rows_open(&q, e->db, STMT_RESPONSE_ALONE_EACH, NO_ARGS, err))
        return false;
    while (ok && rows_next(&q)) {
        struct json_text messages;
        struct export_response r;
        ok = export_get_messages(e, rows_int(&q, 1), &messages, err) &&
             export_get_response(e, rows_int(&q, 0), &r, err) && write_single(e, messages, &r, true, err);
        arena_reset(&e->arena);
    }
    return ok ? rows_close(&q, err) : rows_abandon(&q);
}

static bool write_judgements(struct export *e, struct err *err)
{
    const struct label_options *o = &e->options->label;
    return export_each(e, write_item, err) &&
           (o->source != NULL || o->split != NULL || e->where != NULL || write_rest(e, err));
}

/* ---- responses ---- */

static bool write_response_line(void *ctx, const struct response_view *r)
{
    struct export *e = ctx;
    export_begin(e);
    jw_kstr(&e->w, "id", r->id);
    jw_kstr(&e->w, "prompt_id", r->prompt_id);
    jw_key(&e->w, "prompt");
    jw_raw(&e->w, r->messages.ptr, r->messages.len);
    jw_kstrn(&e->w, "response", r->text.ptr, r->text.len);
    write_maybe(&e->w, "language", r->language);
    write_maybe(&e->w, "suite", r->suite);
    write_maybe(&e->w, "subset", r->subset);
    export_end(e);
    return !export_failed(e);
}

/* All of them: source and split are those of comparisons. */
static bool write_responses(struct export *e, struct err *err)
{
    return response_each(e->db, write_response_line, e, err);
}

const struct export_format export_judgements = {.all = write_judgements, .raw = true};
const struct export_format export_responses = {.all = write_responses, .whole = true};
