/* MultiPref: a comparison a line, with what each annotator chose on five steps. It has no label of its own. */
#include "store/export_voices.h"
#include "store/multipref.h"

#include <stdlib.h>
#include <string.h>

/* Three of our steps are two of theirs. */
static const char *choice(int preference)
{
    int most = MULTIPREF_STEPS / 2, step = preference < -most ? -most : preference > most ? most : preference;
    return multipref_steps[step + most];
}

static void write_aspects(struct export *e, const struct judgement *j)
{
    for (size_t k = 0; k < MULTIPREF_ASPECTS; k++)
        for (size_t i = 0; i < j->n_aspects; i++)
            if (j->aspects[i].leans && strcmp(j->aspects[i].attribute, multipref_aspects[k].attribute) == 0)
                jw_kstr(&e->w, multipref_aspects[k].field, choice(j->aspects[i].value));
}

/* "source:NAME#EVALUATOR" is the evaluator. */
static const char *evaluator(const struct judgement *j)
{
    const char *mark = judgement_by_source(j) ? strchr(j->annotator_name, '#') : NULL;
    return mark != NULL ? mark + 1 : j->annotator_name;
}

/* Those who review are the experts, and whom an import called so. */
static bool is_expert(const struct judgement *j)
{
    return j->by_reviewer || strncmp(evaluator(j), "expert", 6) == 0;
}

/* What a line held of reasons and confidences comes back as it was. */
static void write_rest(struct export *e, struct json_object *extra)
{
    if (extra == NULL)
        return;
    json_object_object_foreach(extra, key, value)
    {
        if (value != NULL && strcmp(key, "evaluator") != 0 && strcmp(key, "overall_pref") != 0)
            export_kept(e, extra, key);
    }
}

static bool write_annotation(struct export *e, const struct judgement *j, struct err *err)
{
    struct json_object *extra = NULL;
    if (j->extra.ptr != NULL && !json_parse(j->extra.ptr, j->extra.len, &extra, err))
        return false;
    jw_object(&e->w);
    jw_kstr(&e->w, "evaluator", evaluator(j));
    write_aspects(e, j);
    jw_kstr(&e->w, "overall_pref", choice(j->preference));
    write_rest(e, extra);
    jw_object_end(&e->w);
    json_object_put(extra);
    return true;
}

static bool write_list(struct export *e, const char *key, bool experts, const struct judgement *const *voice, size_t n,
                       struct err *err)
{
    jw_key(&e->w, key);
    jw_array(&e->w);
    for (size_t k = 0; k < n; k++)
        if (voice[k]->has_preference && is_expert(voice[k]) == experts && !write_annotation(e, voice[k], err))
            return false;
    jw_array_end(&e->w);
    return true;
}

/* Where nobody speaks for himself, what the data came with does. */
static size_t pick(const struct export *e, const struct export_item *i, const struct judgement **voice)
{
    size_t n = export_voices(e, i, voice);
    for (size_t k = 0; k < i->n && n == 0; k++)
        if (i->judgements[k].comparison != 0 && label_counts(i->judgements, i->n, e->options->label.by, k))
            voice[n++] = &i->judgements[k];
    return n;
}

static size_t stated(const struct judgement *const *voice, size_t n)
{
    size_t some = 0;
    for (size_t k = 0; k < n; k++)
        some += voice[k]->has_preference;
    return some;
}

static void write_side(struct export *e, const char *model, const char *completion, const struct export_response *r)
{
    jw_key(&e->w, model);
    if (r->model.ptr != NULL)
        jw_strn(&e->w, r->model.ptr, r->model.len);
    else
        jw_null(&e->w);
    jw_kstrn(&e->w, completion, r->text.ptr, r->text.len);
}

static bool write_item(struct export *e, const struct export_item *i, struct err *err)
{
    const struct judgement **voice = arena_array(&e->arena, i->n + 1, sizeof *voice);
    size_t n_messages, n = pick(e, i, voice);
    struct message *m;
    if (!content_messages(i->messages, &e->arena, &m, &n_messages, err))
        return false;
    if (stated(voice, n) == 0) {
        e->counts->unlabelled++;
        return true;
    }
    if (n_messages != 1 || !export_is_role(&m[0], "user") || m[0].name.ptr != NULL) {
        e->counts->unheld++;
        return true;
    }
    export_begin(e);
    jw_kstr(&e->w, "comparison_id", i->pair.comparison_id);
    jw_kstr(&e->w, "prompt_id", i->pair.prompt_id);
    jw_kstrn(&e->w, "text", m[0].content.ptr, m[0].content.len);
    write_side(e, "model_a", "completion_a", &i->responses[0]);
    write_side(e, "model_b", "completion_b", &i->responses[1]);
    jw_kstr(&e->w, "source", i->pair.source);
    if (i->pair.subset != NULL)
        jw_kstr(&e->w, "category", i->pair.subset);
    if (i->pair.split != NULL)
        jw_kstr(&e->w, "split", i->pair.split);
    if (!write_list(e, "normal_worker_annotations", false, voice, n, err) ||
        !write_list(e, "expert_worker_annotations", true, voice, n, err))
        return false;
    export_end(e);
    return true;
}

const struct export_format export_multipref = {.item = write_item};
