/* HelpSteer3, preference: a comparison a line, with the score and the words of each judgement. */
#include "store/export_voices.h"

/* "Neither is valid" has no place here. */
static void write_voices(struct export *e, const struct export_item *i)
{
    const struct judgement **voice = arena_array(&e->arena, i->n + 1, sizeof *voice);
    size_t n = export_voices(e, i, voice);
    jw_key(&e->w, "individual_preference");
    jw_array(&e->w);
    for (size_t k = 0; k < n; k++) {
        if (voice[k]->neither)
            continue;
        jw_object(&e->w);
        jw_kint(&e->w, "score", voice[k]->preference);
        export_words(e, "reasoning", voice[k]);
        jw_object_end(&e->w);
    }
    jw_array_end(&e->w);
}

/* What kind of task it is: as it came in, or the part of a benchmark. */
static void write_domain(struct export *e, const struct export_item *i, struct json_object *extra)
{
    if (!export_kept(e, extra, "domain") && i->pair.subset != NULL)
        jw_kstr(&e->w, "domain", i->pair.subset);
}

static bool write_item(struct export *e, const struct export_item *i, struct err *err)
{
    const struct label *l = &i->pair.label;
    const struct judgement *aggregate = export_aggregate(e, i);
    struct json_text language = i->responses[i->responses[0].language.ptr == NULL].language;
    struct json_object *extra = NULL;
    if (!l->has) {
        e->counts->unlabelled++;
        return true;
    }
    if (aggregate != NULL && !json_parse(aggregate->extra.ptr, aggregate->extra.len, &extra, err))
        return false;
    e->counts->ties += l->strength == 0;
    export_begin(e);
    write_domain(e, i, extra);
    if (language.ptr != NULL)
        jw_kstrn(&e->w, "language", language.ptr, language.len);
    jw_key(&e->w, "context");
    jw_raw(&e->w, i->messages.ptr, i->messages.len);
    jw_kstrn(&e->w, "response1", i->responses[0].text.ptr, i->responses[0].text.len);
    jw_kstrn(&e->w, "response2", i->responses[1].text.ptr, i->responses[1].text.len);
    jw_kint(&e->w, "overall_preference", l->strength);
    write_voices(e, i);
    if (i->pair.split != NULL)
        jw_kstr(&e->w, "split", i->pair.split);
    export_end(e);
    json_object_put(extra);
    return true;
}

const struct export_format export_helpsteer3 = {.item = write_item};
