#include "core/ratings.h"

#include "core/record.h"

#include <math.h>
#include <string.h>

/* One value as read, before the number of attributes is known. */
struct cell {
    size_t row, attribute;
    double value;
};

struct reader {
    const struct embeddings *e;
    struct rating_set *set;
    VEC(struct cell) cells;
};

static bool take_values(struct reader *r, struct json_object *values, struct err *err)
{
    json_object_object_foreach(values, key, value)
    {
        if (value == NULL)
            continue;
        struct cell c = {.row = r->set->rows.n};
        if (!json_get_number(values, key, JSON_REQUIRED, &c.value, err))
            return err_context(err, "\"ratings\"");
        c.attribute = names_add(&r->set->attributes, key, strlen(key), NULL);
        vec_push(&r->cells, c);
    }
    return true;
}

static bool take_rating(void *ctx, struct json_object *o, struct err *err)
{
    struct reader *r = ctx;
    struct rating_row row = {.weight = 1};
    struct json_object *values = NULL;
    if (!record_row(o, "response", r->e, &row.row, err) ||
        !json_get_object(o, "ratings", JSON_REQUIRED, &values, err) ||
        !record_name(o, "annotator", &r->set->annotators, &row.annotator, err) || !record_split(o, &row.split, err) ||
        !json_get_number(o, "weight", JSON_OPTIONAL, &row.weight, err) || !take_values(r, values, err))
        return false;
    if (!(row.weight >= 0))
        return err_set(err, ERR_RANGE, "\"weight\" is %g; it must not be negative", row.weight);
    vec_push(&r->set->rows, row);
    return true;
}

/* Lay the cells out as a matrix. */
static void fill(struct reader *r)
{
    size_t k = names_count(&r->set->attributes), n = r->set->rows.n * k;
    if (n == 0)
        return;
    r->set->values = mem_array(n, sizeof *r->set->values);
    for (size_t i = 0; i < n; i++)
        r->set->values[i] = NAN;
    for (size_t i = 0; i < r->cells.n; i++)
        r->set->values[r->cells.v[i].row * k + r->cells.v[i].attribute] = r->cells.v[i].value;
}

bool ratings_read(const char *path, const struct embeddings *e, struct rating_set *set, struct err *err)
{
    struct reader r = {.e = e, .set = set};
    bool ok = record_each(path, &(struct record_taker){.take = take_rating, .ctx = &r}, err);
    if (ok)
        fill(&r);
    vec_free(&r.cells);
    return ok;
}

void ratings_free(struct rating_set *set)
{
    vec_free(&set->rows);
    names_free(&set->attributes);
    names_free(&set->annotators);
    mem_free(set->values);
    set->values = NULL;
}
