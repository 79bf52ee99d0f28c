/* Asking a filter of one comparison; and whether there is what it asks for. */
#include "core/base/buf.h"
#include "core/base/vec.h"
#include "store/label_internal.h"
#include "store/rubric.h"
#include "store/where_internal.h"
#include "store/words.h"

#include <stdlib.h>
#include <string.h>

static bool text_is(const struct where *w, const char *value)
{
    return strcmp(value != NULL ? value : "", w->text) == 0;
}

static bool number_is(const struct where *w, double value)
{
    switch (w->op) {
    case OP_NE: /* turned round by whoever asks */
    case OP_EQ:
        return value == w->number;
    case OP_LE:
        return value <= w->number;
    case OP_GE:
        return value >= w->number;
    case OP_LT:
        return value < w->number;
    case OP_GT:
        return value > w->number;
    }
    return false;
}

static bool has_aspect(const struct where *w, const struct judgement *j)
{
    for (size_t i = 0; i < j->n_aspects; i++)
        if (strcmp(j->aspects[i].attribute, w->attribute) == 0 && number_is(w, j->aspects[i].value))
            return true;
    return false;
}

static bool says(const struct where *w, const struct judgement *j)
{
    switch (w->field) {
    case FIELD_ANNOTATOR:
        return text_is(w, j->annotator_name);
    case FIELD_PREFERENCE:
        return j->has_preference && number_is(w, j->preference);
    case FIELD_ASPECT:
        return has_aspect(w, j);
    case FIELD_FAILED:
        return j->failed != 0 && (w->text == NULL || text_is(w, j->annotator_name));
    case FIELD_SECONDS: /* NaN, when it is not known, passes nothing */
        return number_is(w, j->seconds);
    default:
        return j->confidence > 0 && number_is(w, j->confidence);
    }
}

static bool any_judgement(const struct where *w, const struct where_subject *s)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct judgement *j = &s->judgements[i];
        if (says(w, j) && label_counts(s->judgements, s->n, s->by, i))
            return true;
    }
    return false;
}

/* Not said in a label, so whoever did it counts. */
static bool any_of_kind(const struct where *w, const struct where_subject *s, enum judgement_kind kind)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->judgements[i].kind == kind && (w->text == NULL || text_is(w, s->judgements[i].annotator_name)))
            return true;
    return false;
}

/* A mean that is not there is NaN, which no comparison passes. */
static bool any_rating(const struct where *w, const struct where_subject *s)
{
    for (int k = 0; k < 2; k++)
        if (number_is(w, label_mean_rating(s->judgements, s->n, s->by, k, w->attribute)))
            return true;
    return false;
}

static bool is(const struct where *w, const struct where_subject *s)
{
    const struct label *l = &s->pair->label;
    switch (w->field) {
    case FIELD_SOURCE:
        return text_is(w, s->pair->source);
    case FIELD_SPLIT:
        return text_is(w, s->pair->split);
    case FIELD_SUBSET:
        return text_is(w, s->pair->subset);
    case FIELD_LANGUAGE:
        return text_is(w, s->language[0].ptr) || text_is(w, s->language[1].ptr);
    case FIELD_STRENGTH:
        return l->has && number_is(w, abs(l->strength));
    case FIELD_JUDGEMENTS:
        return number_is(w, l->n);
    case FIELD_NEITHER:
        return number_is(w, l->n_neither);
    case FIELD_RATING:
        return any_rating(w, s);
    case FIELD_SKIPPED:
        return any_of_kind(w, s, KIND_SKIPPED);
    case FIELD_FLAGGED:
        return any_of_kind(w, s, KIND_FLAGGED);
    case FIELD_RETIRED:
        return s->retired;
    default:
        return any_judgement(w, s);
    }
}

static bool test(const struct where *w, const struct where_subject *s, bool *passes, struct err *err)
{
    bool yes = false;
    if (w->in_texts == NULL && w->in_said == NULL)
        yes = is(w, s);
    else if (!words_match(s->db, s->pair->comparison, w->in_texts, w->in_said, &yes, err))
        return false;
    *passes = yes != (w->op == OP_NE);
    return true;
}

bool where_passes(const struct where *w, const struct where_subject *s, bool *passes, struct err *err)
{
    if (w->kind == WHERE_TEST)
        return test(w, s, passes, err);
    if (!where_passes(w->left, s, passes, err))
        return false;
    if (w->kind == WHERE_NOT)
        *passes = !*passes;
    else if (*passes == (w->kind == WHERE_ALL)) /* the left one does not settle it */
        return where_passes(w->right, s, passes, err);
    return true;
}

/* ---- are there such attributes? ---- */

/* Keys of all rubrics, each once. */
struct known {
    struct arena arena;
    VEC(const char *) keys;
};

static bool is_known(const struct known *k, const char *key)
{
    size_t i = 0;
    while (i < k->keys.n && strcmp(k->keys.v[i], key) != 0)
        i++;
    return i < k->keys.n;
}

static void note_attributes(void *ctx, const struct rubric *r)
{
    struct known *k = ctx;
    for (size_t i = 0; i < r->n_attributes; i++) {
        const char *key = r->attributes[i].key;
        if (!is_known(k, key))
            vec_push(&k->keys, arena_ndup(&k->arena, key, strlen(key)));
    }
}

/* The first attribute that is not known; NULL: none. */
static const char *unknown_in(const struct where *w, const struct known *k)
{
    if (w->kind == WHERE_TEST)
        return w->attribute == NULL || is_known(k, w->attribute) ? NULL : w->attribute;
    const char *found = unknown_in(w->left, k);
    return found != NULL || w->right == NULL ? found : unknown_in(w->right, k);
}

static bool refuse_unknown(const char *what, const char *attribute, const struct known *k, struct err *err)
{
    struct buf list = BUF_INIT;
    for (size_t i = 0; i < k->keys.n; i++)
        buf_addf(&list, "%s%s", i > 0 ? ", " : "", k->keys.v[i]);
    err_set(err, ERR_MISSING, "%s: no rubric of this workspace has an attribute \"%.40s\"; they have %s", what,
            attribute, k->keys.n > 0 ? list.ptr : "none");
    buf_free(&list);
    return false;
}

bool where_check(struct db *db, const char *what, const struct where *w, struct err *err)
{
    if (!where_mentions(w, FIELD_RATING) && !where_mentions(w, FIELD_ASPECT))
        return true;
    struct known k = {0};
    bool ok = rubric_each(db, note_attributes, &k, err);
    const char *unknown = ok ? unknown_in(w, &k) : NULL;
    ok = ok && (unknown == NULL || refuse_unknown(what, unknown, &k, err));
    vec_free(&k.keys);
    arena_free(&k.arena);
    return ok;
}
