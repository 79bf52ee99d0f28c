#include "store/export_voices.h"

#include "store/mention.h"

#include <string.h>

size_t export_voices(const struct export *e, const struct export_item *i, const struct judgement **voice)
{
    size_t n = 0;
    for (size_t k = 0; k < i->n; k++) {
        const struct judgement *j = &i->judgements[k];
        bool part = judgement_by_source(j) && strchr(j->annotator_name, '#') != NULL;
        bool counts = label_counts(i->judgements, i->n, e->options->label.by, k);
        bool whole = judgement_by_source(j) && !part;
        if (j->comparison == 0 || j->kind != KIND_JUDGED || !(j->has_preference || j->neither) || whole)
            continue;
        /* A part is counted through its aggregate: it speaks where sources speak at all. */
        bool sources_count = false;
        for (size_t m = 0; part && m < i->n; m++)
            sources_count = sources_count || (judgement_by_source(&i->judgements[m]) &&
                                              label_counts(i->judgements, i->n, e->options->label.by, m));
        if (counts || sources_count)
            voice[n++] = j;
    }
    return n;
}

const struct judgement *export_aggregate(const struct export *e, const struct export_item *i)
{
    for (size_t k = 0; k < i->n; k++)
        if (judgement_by_source(&i->judgements[k]) && i->judgements[k].extra.ptr != NULL &&
            i->judgements[k].comparison != 0 && label_counts(i->judgements, i->n, e->options->label.by, k))
            return &i->judgements[k];
    return NULL;
}

void export_words(struct export *e, const char *key, const struct judgement *j)
{
    struct buf b = BUF_INIT;
    if (j != NULL)
        mention_to_responses(j->justification, j->a_is, &b);
    jw_kstrn(&e->w, key, b.ptr, b.len);
    buf_free(&b);
}

bool export_kept(struct export *e, struct json_object *extra, const char *key)
{
    struct json_object *v = NULL;
    if (!json_object_object_get_ex(extra, key, &v) || v == NULL)
        return false;
    size_t n;
    const char *text =
        json_object_to_json_string_length(v, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &n);
    jw_key(&e->w, key);
    jw_raw(&e->w, text, n);
    return true;
}
