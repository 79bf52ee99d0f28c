#include "core/thumbs.h"

#include "core/record.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    const struct embeddings *e;
    struct thumb_set *set;
};

static bool read_label(struct json_object *o, struct thumb *t, struct err *err)
{
    if (!json_get_bool(o, "mismatched", JSON_OPTIONAL, &t->mismatched, err))
        return false;
    if (t->mismatched && json_has(o, "label"))
        return err_set(err, ERR_CONFLICT, "\"mismatched\" is true, so there can be no \"label\"");
    return t->mismatched || json_get_bool(o, "label", JSON_REQUIRED, &t->up, err);
}

static bool take_thumb(void *ctx, struct json_object *o, struct err *err)
{
    struct reader *r = ctx;
    struct thumb t = {.prompt = THUMBS_NO_PROMPT, .weight = 1};
    if (!record_row(o, "response", r->e, &t.row, err) || !read_label(o, &t, err) ||
        !json_get_number(o, "weight", JSON_OPTIONAL, &t.weight, err) || !record_split(o, &t.split, err))
        return false;
    if (!(t.weight >= 0))
        return err_set(err, ERR_RANGE, "\"weight\" is %g; it must not be negative", t.weight);
    if (json_has(o, "prompt") && !record_row(o, "prompt", r->e, &t.prompt, err))
        return false;
    vec_push(&r->set->thumbs, t);
    return true;
}

bool thumbs_read(const char *path, const struct embeddings *e, struct thumb_set *set, struct err *err)
{
    struct reader r = {e, set};
    return record_each(path, &(struct record_taker){.take = take_thumb, .ctx = &r}, err);
}

void thumbs_free(struct thumb_set *set)
{
    vec_free(&set->thumbs);
}

bool thumbs_rule_parse(const char *text, struct thumbs_rule *rule, struct err *err)
{
    const char *sign = strstr(text, ">=");
    char *end = NULL;
    double least = sign != NULL ? strtod(sign + 2, &end) : 0;
    if (sign == NULL || sign == text || end == sign + 2 || *end != '\0' || !isfinite(least))
        return err_set(err, ERR_USAGE, "\"%.60s\" is no threshold such as helpfulness>=3", text);
    *rule = (struct thumbs_rule){mem_ndup(text, (size_t)(sign - text)), least};
    return true;
}

void thumbs_rule_free(struct thumbs_rule *rule)
{
    mem_free(rule->attribute);
    *rule = (struct thumbs_rule){0};
}

bool thumbs_from_ratings(const struct rating_set *ratings, const struct thumbs_rule *rule, struct thumb_set *set,
                         size_t **which, struct err *err)
{
    size_t k = names_count(&ratings->attributes), n = ratings->rows.n;
    size_t column = names_find(&ratings->attributes, rule->attribute, strlen(rule->attribute));
    size_t before = set->thumbs.n;
    *which = NULL;
    if (column == NAMES_NONE)
        return err_set(err, ERR_MISSING, "there are no ratings of \"%.60s\"", rule->attribute);
    *which = mem_array(n, sizeof **which);
    for (size_t i = 0; i < n; i++) {
        double value = ratings->values[i * k + column];
        if (isnan(value))
            continue;
        struct thumb t = {.row = ratings->rows.v[i].row,
                          .prompt = THUMBS_NO_PROMPT,
                          .weight = 1,
                          .up = value >= rule->least,
                          .split = ratings->rows.v[i].split};
        (*which)[set->thumbs.n - before] = i;
        vec_push(&set->thumbs, t);
    }
    return true;
}
