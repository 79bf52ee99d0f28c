/* Rubric JSON: what it may hold (assets/doc/formats.md, "Rubrics") and what is wrong with it. */
#include "store/rubric.h"

#include "core/base/json.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

int rubric_find(const struct rubric *r, const char *key, size_t n)
{
    for (size_t i = 0; i < r->n_attributes; i++)
        if (strlen(r->attributes[i].key) == n && memcmp(r->attributes[i].key, key, n) == 0)
            return (int)i;
    return -1;
}

/* Refuse a field that nobody would read: most often it is a misspelt one. */
static bool only_fields(struct json_object *o, const char *const *known, const char *where, struct err *err)
{
    json_object_object_foreach(o, key, value)
    {
        (void)value;
        const char *const *k = known;
        while (*k != NULL && strcmp(*k, key) != 0)
            k++;
        if (*k == NULL)
            return err_set(err, ERR_SYNTAX, "unknown field \"%.60s\" in %s", key, where);
    }
    return true;
}

static bool text_field(struct json_object *o, const char *key, struct arena *a, const char **out, struct err *err)
{
    struct json_text t = {0};
    if (!json_get_text(o, key, JSON_REQUIRED, &t, err))
        return false;
    *out = arena_ndup(a, t.ptr, t.len);
    return t.len > 0 || err_set(err, ERR_SYNTAX, "\"%s\" is empty", key);
}

/* Keys stand in files, on command lines and in JSON paths. */
static bool key_field(struct json_object *o, struct arena *a, const char **out, struct err *err)
{
    if (!text_field(o, "key", a, out, err))
        return false;
    for (const char *p = *out; *p != '\0'; p++)
        if (!(islower((unsigned char)*p) || isdigit((unsigned char)*p) || *p == '_' || *p == '-'))
            return err_set(err, ERR_SYNTAX, "the key \"%.60s\" may hold small letters, digits, _ and - only", *out);
    return strlen(*out) <= 40 || err_set(err, ERR_SYNTAX, "the key \"%.60s\" is longer than 40 letters", *out);
}

static bool parse_levels(struct json_object *o, enum json_need need, struct arena *a, struct attribute *at,
                         struct err *err)
{
    struct json_object *levels = NULL;
    if (!json_get_array(o, "levels", need, &levels, err))
        return false;
    if (levels == NULL)
        return true;
    size_t n = json_object_array_length(levels), want = (size_t)(at->max - at->min + 1);
    if (n != want)
        return err_set(err, ERR_SYNTAX, "\"levels\" has %zu sentences, %d to %d needs %zu", n, at->min, at->max, want);
    for (size_t i = 0; i < n; i++) {
        struct json_text t = {0};
        if (!json_as_text(json_object_array_get_idx(levels, i), "levels", &t, err))
            return false;
        at->levels[i] = arena_ndup(a, t.ptr, t.len);
    }
    return true;
}

/* Of -3 to 3. */
static const char *const leanings[] = {
    "A much more", "A more", "A slightly more", "No difference", "B slightly more", "B more", "B much more",
};

/* From A to B in steps, like the preference, and in its words unless the rubric has its own. */
static bool parse_leaning(struct json_object *o, struct arena *a, struct attribute *at, struct err *err)
{
    int64_t max = 0;
    if (json_has(o, "min"))
        return err_set(err, ERR_SYNTAX, "\"min\" has no place in it: what leans goes as far to A as to B");
    if (!json_get_int(o, "max", JSON_REQUIRED, 1, PREFERENCE_MAX, &max, err))
        return false;
    at->max = (int)max;
    at->min = -at->max;
    for (int v = at->min; v <= at->max; v++)
        at->levels[v - at->min] = leanings[v + PREFERENCE_MAX];
    return parse_levels(o, JSON_OPTIONAL, a, at, err);
}

static bool parse_scale(struct json_object *o, struct arena *a, struct attribute *at, struct err *err)
{
    int64_t min = 0, max = 0;
    if (!json_get_int(o, "min", JSON_REQUIRED, 0, 9, &min, err) ||
        !json_get_int(o, "max", JSON_REQUIRED, 0, 9, &max, err))
        return false;
    if (min >= max)
        return err_set(err, ERR_RANGE, "\"min\" must be less than \"max\"");
    at->min = (int)min;
    at->max = (int)max;
    return parse_levels(o, JSON_REQUIRED, a, at, err);
}

/* Of what it is, and how much it says about which response is better. */
static bool parse_meaning(struct json_object *o, struct attribute *at, struct err *err)
{
    struct json_text per = {"response", 8};
    int64_t veto = 0;
    if (!json_get_text(o, "per", JSON_OPTIONAL, &per, err) ||
        !json_get_bool(o, "leans", JSON_OPTIONAL, &at->leans, err))
        return false;
    at->of_comparison = strcmp(per.ptr, "comparison") == 0;
    if (!at->of_comparison && strcmp(per.ptr, "response") != 0)
        return err_set(err, ERR_RANGE, "\"per\" is \"%.40s\"; it may be response or comparison", per.ptr);
    if (at->leans && !at->of_comparison)
        return err_set(err, ERR_CONFLICT, "\"leans\" goes with \"per\": \"comparison\": one response leans to no side");
    if (at->of_comparison && (json_has(o, "weight") || json_has(o, "veto")))
        return err_set(err, ERR_CONFLICT, "\"weight\" and \"veto\" are of single responses");
    at->weight = (double)NAN;
    if (!json_get_number(o, "weight", JSON_OPTIONAL, &at->weight, err) ||
        !json_get_int(o, "veto", JSON_OPTIONAL, 0, 9, &veto, err))
        return false;
    if (at->weight < 0 || isinf(at->weight))
        return err_set(err, ERR_RANGE, "\"weight\" is %g; it must be a finite number of at least 0", at->weight);
    at->veto = json_has(o, "veto") ? (int)veto : RUBRIC_NO_VETO;
    return true;
}

static bool parse_veto(const struct attribute *at, struct err *err)
{
    return at->veto == RUBRIC_NO_VETO || (at->veto >= at->min && at->veto < at->max) ||
           err_set(err, ERR_RANGE, "\"veto\" is %d; it must be a level from %d to %d, for the highest one cannot fail",
                   at->veto, at->min, at->max - 1);
}

static bool parse_attribute(struct json_object *o, struct arena *a, struct rubric *r, struct err *err)
{
    static const char *const known[] = {"key", "label",    "about", "min",  "max",    "levels",
                                        "per", "required", "leans", "veto", "weight", NULL};
    struct attribute *at = &r->attributes[r->n_attributes];
    at->required = true;
    if (!only_fields(o, known, "an attribute", err) ||
        !json_get_bool(o, "required", JSON_OPTIONAL, &at->required, err) || !key_field(o, a, &at->key, err) ||
        !text_field(o, "label", a, &at->label, err) || !text_field(o, "about", a, &at->about, err) ||
        !parse_meaning(o, at, err) || !(at->leans ? parse_leaning : parse_scale)(o, a, at, err) || !parse_veto(at, err))
        return false;
    if (rubric_find(r, at->key, strlen(at->key)) >= 0)
        return err_set(err, ERR_CONFLICT, "the attribute \"%s\" stands twice", at->key);
    return true;
}

/* Those of single responses are asked first, each lot in its own order. */
static void order_attributes(struct rubric *r)
{
    struct attribute sorted[RUBRIC_MAX_ATTRIBUTES] = {{0}};
    size_t n = 0;
    for (int of_comparison = 0; of_comparison < 2; of_comparison++) {
        for (size_t i = 0; i < r->n_attributes; i++)
            if (r->attributes[i].of_comparison == (of_comparison == 1))
                sorted[n++] = r->attributes[i];
        if (of_comparison == 0)
            r->n_of_response = n;
    }
    memcpy(r->attributes, sorted, n * sizeof *sorted);
}

/* One weight says nothing: all attributes of responses have one, or none has. */
static bool check_weights(const struct rubric *r, struct err *err)
{
    size_t n = 0;
    double sum = 0;
    for (size_t i = 0; i < r->n_of_response; i++)
        if (!isnan(r->attributes[i].weight)) {
            n++;
            sum += r->attributes[i].weight;
        }
    for (size_t i = 0; n > 0 && i < r->n_of_response; i++)
        if (isnan(r->attributes[i].weight))
            return err_set(err, ERR_MISSING, "\"%s\" has no \"weight\", but others have: give all of them one",
                           r->attributes[i].key);
    return n == 0 || sum > 0 || err_set(err, ERR_RANGE, "all weights are 0; one must be larger");
}

static bool parse_attributes(struct json_object *o, struct arena *a, struct rubric *r, struct err *err)
{
    struct json_object *list = NULL;
    if (!json_get_array(o, "attributes", JSON_REQUIRED, &list, err))
        return false;
    size_t n = json_object_array_length(list);
    if (n > RUBRIC_MAX_ATTRIBUTES)
        return err_set(err, ERR_RANGE, "%zu attributes are more than the %d there is room for", n,
                       RUBRIC_MAX_ATTRIBUTES);
    for (size_t i = 0; i < n; i++) {
        struct json_object *item = json_object_array_get_idx(list, i);
        if (!json_object_is_type(item, json_type_object))
            return err_set(err, ERR_SYNTAX, "attribute %zu must be an object, but is %s", i + 1, json_type_name(item));
        if (!parse_attribute(item, a, r, err))
            return err_context(err, "attribute %zu", i + 1);
        r->n_attributes++;
    }
    order_attributes(r);
    return check_weights(r, err);
}

static bool parse_reason(struct json_object *o, struct arena *a, struct reason *list, size_t i, struct err *err)
{
    static const char *const known[] = {"letter", "key", "text", NULL};
    struct json_text letter = {0};
    if (!only_fields(o, known, "a reason", err) || !json_get_text(o, "letter", JSON_REQUIRED, &letter, err) ||
        !key_field(o, a, &list[i].key, err) || !text_field(o, "text", a, &list[i].text, err))
        return false;
    if (letter.len != 1 || !islower((unsigned char)letter.ptr[0]))
        return err_set(err, ERR_SYNTAX, "\"letter\" must be one small letter, a to z");
    list[i].letter = letter.ptr[0];
    for (size_t k = 0; k < i; k++)
        if (list[k].letter == list[i].letter || strcmp(list[k].key, list[i].key) == 0)
            return err_set(err, ERR_CONFLICT, "the letter \"%c\" or the key \"%s\" stands twice", list[i].letter,
                           list[i].key);
    return true;
}

static bool parse_reasons(struct json_object *o, const char *field, struct arena *a, struct reason *list, size_t *n,
                          struct err *err)
{
    struct json_object *array = NULL;
    if (!json_get_array(o, field, JSON_OPTIONAL, &array, err))
        return false;
    size_t count = array != NULL ? json_object_array_length(array) : 0;
    if (count > RUBRIC_MAX_REASONS)
        return err_set(err, ERR_RANGE, "\"%s\" has %zu reasons, at most %d fit", field, count, RUBRIC_MAX_REASONS);
    for (size_t i = 0; i < count; i++) {
        struct json_object *item = json_object_array_get_idx(array, i);
        if (!json_object_is_type(item, json_type_object))
            return err_set(err, ERR_SYNTAX, "%s: reason %zu must be an object, but is %s", field, i + 1,
                           json_type_name(item));
        if (!parse_reason(item, a, list, i, err))
            return err_context(err, "%s: reason %zu", field, i + 1);
    }
    *n = count;
    return true;
}

static bool parse_preference(struct json_object *o, struct rubric *r, struct err *err)
{
    static const char *const known[] = {"required", "zero_allowed", "max", NULL};
    struct json_object *p = NULL;
    int64_t max = PREFERENCE_MAX;
    if (!json_get_object(o, "preference", JSON_OPTIONAL, &p, err))
        return false;
    r->preference_required = r->zero_allowed = true;
    bool ok = p == NULL || (only_fields(p, known, "\"preference\"", err) &&
                            json_get_bool(p, "required", JSON_OPTIONAL, &r->preference_required, err) &&
                            json_get_bool(p, "zero_allowed", JSON_OPTIONAL, &r->zero_allowed, err) &&
                            json_get_int(p, "max", JSON_OPTIONAL, 1, PREFERENCE_MAX, &max, err));
    r->preference_max = (int)max;
    return ok;
}

static bool parse_justification(struct json_object *o, struct arena *a, struct rubric *r, struct err *err)
{
    static const char *const known[] = {"min_words", "max_words", "hint", NULL};
    struct json_object *j = NULL;
    int64_t words = 0, most = 0;
    struct json_text hint = {"", 0};
    if (!json_get_object(o, "justification", JSON_OPTIONAL, &j, err))
        return false;
    if (j != NULL && (!only_fields(j, known, "\"justification\"", err) ||
                      !json_get_int(j, "min_words", JSON_OPTIONAL, 0, 1000, &words, err) ||
                      !json_get_int(j, "max_words", JSON_OPTIONAL, 1, 1000, &most, err) ||
                      !json_get_text(j, "hint", JSON_OPTIONAL, &hint, err)))
        return false;
    if (most > 0 && most < words)
        return err_set(err, ERR_RANGE, "\"max_words\" must not be less than \"min_words\"");
    r->justification_min_words = (int)words;
    r->justification_max_words = (int)most;
    r->justification_hint = arena_ndup(a, hint.ptr, hint.len);
    return true;
}

/* What is ranked are single responses, by their places alone. */
static bool check_ranking(const struct rubric *r, struct err *err)
{
    for (size_t i = 0; r->ranks && i < r->n_attributes; i++)
        if (r->attributes[i].of_comparison || r->attributes[i].veto != RUBRIC_NO_VETO)
            return err_set(err, ERR_CONFLICT,
                           "\"%s\": where answers are ranked, none is of a comparison and none vetoes",
                           r->attributes[i].key);
    return true;
}

static bool parse_object(struct json_object *o, struct arena *a, struct rubric *r, struct err *err)
{
    static const char *const known[] = {"name",          "attributes",   "preference",
                                        "justification", "skip_reasons", "flag_reasons",
                                        "confidence",    "ranking",      NULL};
    if (!json_object_is_type(o, json_type_object))
        return err_set(err, ERR_SYNTAX, "a rubric must be an object, but is %s", json_type_name(o));
    if (!only_fields(o, known, "the rubric", err) || !text_field(o, "name", a, &r->name, err) ||
        !parse_attributes(o, a, r, err) || !parse_preference(o, r, err) || !parse_justification(o, a, r, err) ||
        !json_get_bool(o, "confidence", JSON_OPTIONAL, &r->asks_confidence, err) ||
        !json_get_bool(o, "ranking", JSON_OPTIONAL, &r->ranks, err) || !check_ranking(r, err) ||
        !parse_reasons(o, "skip_reasons", a, r->skip_reasons, &r->n_skip_reasons, err) ||
        !parse_reasons(o, "flag_reasons", a, r->flag_reasons, &r->n_flag_reasons, err))
        return false;
    if (strchr(r->name, '@') != NULL)
        return err_set(err, ERR_SYNTAX, "\"name\" may not hold @");
    return true;
}

bool rubric_parse(const char *json, size_t n, const char *what, struct arena *a, struct rubric *out, struct err *err)
{
    struct json_object *o = NULL;
    struct rubric r = {0};
    bool ok = json_parse(json, n, &o, err) && parse_object(o, a, &r, err);
    json_object_put(o);
    if (!ok)
        return err_context(err, "%s", what);
    r.body = arena_ndup(a, json, n);
    *out = r;
    return true;
}
