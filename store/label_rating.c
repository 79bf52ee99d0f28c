/* What the latest judgements say of single responses: means of their ratings, and the names that occur. */
#include "store/label_internal.h"
#include "store/rubric.h"

#include "core/base/vec.h"

#include <math.h>
#include <string.h>

struct said {
    int attribute, value;
    enum label_rank rank;
    int64_t judgement;
};

static int find_name(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return (int)i;
    return -1;
}

struct all_said {
    VEC(struct said) v;   /* of judgements that count, each one's ratings together */
    enum label_rank rank; /* the highest of them */
};

static bool gather(struct db *db, int64_t response, enum label_by by, const char *const *attributes, size_t k,
                   struct all_said *out, struct err *err)
{
    struct rows q;
    enum label_rank highest = RANK_SOURCE;
    out->v.n = 0;
    if (!rows_open(&q, db, STMT_RATING_OF_RESPONSE, ARGS(v_int(response)), err))
        return false;
    while (rows_next(&q)) {
        struct said s = {find_name(attributes, k, rows_text(&q, 0).ptr), (int)rows_int(&q, 1),
                         (enum label_rank)rows_int(&q, 2), rows_int(&q, 3)};
        if (s.attribute >= 0)
            vec_push(&out->v, s);
        if (s.attribute >= 0 && s.rank > highest)
            highest = s.rank;
    }
    size_t kept = 0;
    for (size_t i = 0; i < out->v.n; i++)
        if (label_rank_counts(out->v.v[i].rank, highest, by))
            out->v.v[kept++] = out->v.v[i];
    out->v.n = kept;
    out->rank = by == LABEL_BY_PEOPLE ? RANK_PERSON : by == LABEL_BY_SOURCES ? RANK_SOURCE : highest;
    return rows_close(&q, err);
}

/* Means over said[0 .. m-1]; returns how many judgements went in. */
static int means(const struct said *said, size_t m, size_t k, double *values)
{
    int n = 0;
    for (size_t i = 0; i < m; i++)
        n += i == 0 || said[i].judgement != said[i - 1].judgement;
    for (size_t a = 0; a < k; a++) {
        double sum = 0;
        int count = 0;
        for (size_t i = 0; i < m; i++)
            if (said[i].attribute == (int)a) {
                sum += said[i].value;
                count++;
            }
        values[a] = count > 0 ? sum / count : (double)NAN;
    }
    return n;
}

/* What the book says in place of the means; false when nothing is left. */
static bool by_the_book(const struct label_options *o, enum label_rank rank, const char *response_id,
                        const char *const *attributes, size_t k, double *values)
{
    size_t left = 0;
    for (size_t a = 0; a < k; a++) {
        double v;
        if (o->book != NULL && rank != RANK_REVIEWER &&
            o->book->rating(o->book, rank == RANK_PERSON, response_id, attributes[a], &v))
            values[a] = v;
        left += isnan(values[a]) ? 0 : 1;
    }
    return left > 0;
}

static bool id_of_response(struct db *db, int64_t response, char out[ID_HEX_SIZE], struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, STMT_RESPONSE_ID, ARGS(v_int(response)), err))
        return false;
    out[0] = '\0';
    if (rows_next(&q))
        label_hex_column(&q, 0, out);
    return rows_close(&q, err);
}

bool label_ratings(struct db *db, int64_t response, const struct label_options *o, const char *const *attributes,
                   size_t k, double *values, int *n, struct err *err)
{
    struct all_said all = {0};
    char id[ID_HEX_SIZE] = "";
    bool ok = gather(db, response, o->by, attributes, k, &all, err) &&
              (o->book == NULL || id_of_response(db, response, id, err));
    *n = ok ? means(all.v.v, all.v.n, k, values) : 0;
    if (ok && !by_the_book(o, all.rank, id, attributes, k, values))
        *n = 0;
    vec_free(&all.v);
    return ok;
}

/* *source stays NULL when the filters leave the response out. */
static bool find_place(struct db *db, int64_t response, const struct label_options *o, struct arena *a,
                       const char **source, const char **split, struct err *err)
{
    struct rows q;
    *source = o->source == NULL && o->split == NULL ? "" : NULL;
    *split = NULL;
    if (!rows_open(&q, db, STMT_RESPONSE_PLACE, ARGS(v_int(response), v_str(o->source), v_str(o->split)), err))
        return false;
    if (rows_next(&q)) {
        *source = rows_dup(&q, 0, a);
        *split = rows_dup(&q, 1, a);
    }
    return rows_close(&q, err);
}

struct rating_caller {
    const struct label_options *options;
    const char *const *attributes;
    size_t k;
    double *values;
    bool (*each)(void *ctx, const struct label_rating *rating);
    void *ctx;
};

/* Once for all, or once a judgement; false when the caller wants no more. */
static bool call(const struct rating_caller *c, struct label_rating *r, const struct all_said *all)
{
    const struct said *said = all->v.v;
    size_t m = all->v.n;
    bool more = true;
    for (size_t first = 0, end; more && first < m; first = end) {
        end = m;
        if (c->options->single)
            for (end = first + 1; end < m && said[end].judgement == said[first].judgement;)
                end++;
        r->n = means(said + first, end - first, c->k, c->values);
        if (by_the_book(c->options, all->rank, r->response_id, c->attributes, c->k, c->values))
            more = c->each(c->ctx, r);
    }
    return more;
}

bool label_each_rating(struct db *db, const struct label_options *options, const char *const *attributes,
                       size_t n_attributes, bool (*each)(void *ctx, const struct label_rating *rating), void *ctx,
                       struct err *err)
{
    struct rows q;
    struct arena a = {0};
    struct all_said said = {0};
    if (!label_check_source(db, options, err) || !rows_open(&q, db, STMT_RESPONSE_RATED_EACH, NO_ARGS, err))
        return false;
    struct rating_caller c = {options, attributes, n_attributes, mem_array(n_attributes + 1, sizeof(double)),
                              each,    ctx};
    bool ok = true, more = true;
    while (ok && more && rows_next(&q)) {
        struct label_rating r = {.response = rows_int(&q, 0), .prompt = rows_int(&q, 2), .values = c.values};
        label_hex_column(&q, 1, r.response_id);
        label_hex_column(&q, 3, r.prompt_id);
        ok = find_place(db, r.response, options, &a, &r.source, &r.split, err) &&
             gather(db, r.response, options->by, attributes, n_attributes, &said, err);
        if (ok && r.source != NULL)
            more = call(&c, &r, &said);
        arena_reset(&a);
    }
    mem_free(c.values);
    vec_free(&said.v);
    arena_free(&a);
    if (ok && more)
        return rows_close(&q, err);
    rows_abandon(&q);
    return ok;
}

/* ---- names ---- */

struct names {
    VEC(const char *) v;
};

static void add_name(struct names *out, const char *name)
{
    if (find_name(out->v.v, out->v.n, name) < 0)
        vec_push(&out->v, name);
}

static bool names_in_use(struct db *db, enum stmt_id list, struct arena *a, struct names *out, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, list, NO_ARGS, err))
        return false;
    while (rows_next(&q))
        add_name(out, rows_dup(&q, 0, a));
    return rows_close(&q, err);
}

bool label_attributes(struct db *db, struct arena *a, const char ***names, size_t *n, struct err *err)
{
    struct names used = {0}, ordered = {0};
    struct rows q;
    bool ok =
        names_in_use(db, STMT_RATING_ATTRIBUTES, a, &used, err) && rows_open(&q, db, STMT_RUBRIC_LIST, NO_ARGS, err);
    if (ok) {
        while (ok && rows_next(&q)) {
            struct rubric r;
            struct json_text body = rows_text(&q, 3);
            ok = rubric_parse(body.ptr, body.len, "a rubric of the workspace", a, &r, err);
            for (size_t i = 0; ok && i < r.n_attributes; i++)
                if (find_name(used.v.v, used.v.n, r.attributes[i].key) >= 0)
                    add_name(&ordered, r.attributes[i].key);
        }
        ok = ok ? rows_close(&q, err) : rows_abandon(&q);
    }
    for (size_t i = 0; ok && i < used.v.n; i++)
        add_name(&ordered, used.v.v[i]);
    vec_to_arena(&ordered.v, a, *names, *n);
    vec_free(&used.v);
    return ok;
}

bool label_aspects(struct db *db, struct arena *a, const char ***names, size_t *n, struct err *err)
{
    struct names used = {0};
    bool ok = names_in_use(db, STMT_ASPECT_ATTRIBUTES, a, &used, err);
    vec_to_arena(&used.v, a, *names, *n);
    return ok;
}
