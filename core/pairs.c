#include "core/pairs.h"

#include "core/record.h"

struct reader {
    const struct embeddings *e;
    struct pair_set *set;
};

static bool read_weight(struct json_object *o, double *weight, struct err *err)
{
    if (!json_get_number(o, "weight", JSON_OPTIONAL, weight, err))
        return false;
    return *weight >= 0 || err_set(err, ERR_RANGE, "\"weight\" is %g; it must not be negative", *weight);
}

static bool read_probability(struct json_object *o, double *p, struct err *err)
{
    if (!json_get_number(o, "p", JSON_OPTIONAL, p, err))
        return false;
    return (*p >= 0 && *p <= 1) || err_set(err, ERR_RANGE, "\"p\" is %g; a probability lies between 0 and 1", *p);
}

static bool take_pair(void *ctx, struct json_object *o, struct err *err)
{
    struct reader *r = ctx;
    struct pair p = {.weight = 1, .p = 1};
    int64_t strength = 1;
    if (!record_row(o, "chosen", r->e, &p.chosen, err) || !record_row(o, "rejected", r->e, &p.rejected, err) ||
        !json_get_int(o, "strength", JSON_OPTIONAL, 1, 3, &strength, err) || !read_weight(o, &p.weight, err) ||
        !read_probability(o, &p.p, err) || !record_name(o, "objective", &r->set->objectives, &p.objective, err) ||
        !record_name(o, "group", &r->set->groups, &p.group, err) || !record_split(o, &p.split, err))
        return false;
    p.strength = (int)strength;
    vec_push(&r->set->pairs, p);
    return true;
}

bool pairs_read(const char *path, const struct embeddings *e, struct pair_set *set, struct err *err)
{
    return record_each(path, take_pair, &(struct reader){e, set}, err);
}

void pairs_free(struct pair_set *set)
{
    vec_free(&set->pairs);
    names_free(&set->objectives);
    names_free(&set->groups);
}
