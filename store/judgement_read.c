/* Judgements as they stand in the workspace: one, those of a subject, or those of one comparison after the other. */
#include "store/judgement_walk.h"

#include "core/base/vec.h"
#include "store/db_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Columns as in judgement_list of queries.sql. */
static bool from_row(struct rows *q, struct arena *a, struct judgement *j, struct err *err)
{
    *j = (struct judgement){.row = rows_int(q, 0),
                            .id = rows_id(q, 1),
                            .comparison = rows_int(q, 2),
                            .response = rows_int(q, 3),
                            .annotator = rows_int(q, 4),
                            .annotator_name = rows_dup(q, 5, a),
                            .by_person = rows_int(q, 6) != 0,
                            .revision = (int)rows_int(q, 7),
                            .has_preference = !rows_null(q, 9),
                            .preference = (int)rows_int(q, 9),
                            .neither = rows_int(q, 10) != 0,
                            .reason = rows_dup(q, 12, a),
                            .a_is = (int)rows_int(q, 13),
                            .seconds = rows_real(q, 14),
                            .rubric = rows_int(q, 15),
                            .rubric_name = rows_dup(q, 16, a),
                            .rubric_version = (int)rows_int(q, 17),
                            .created = rows_int(q, 19),
                            .confidence = (int)rows_int(q, 20),
                            .by_reviewer = rows_int(q, 21) != 0,
                            .failed = (unsigned)rows_int(q, 22),
                            .has_lean = !rows_null(q, 23),
                            .lean = rows_null(q, 23) ? 0 : rows_real(q, 23)};
    struct json_text text = rows_text(q, 11);
    j->justification = (struct json_text){arena_ndup(a, text.ptr, text.len), text.len};
    text = rows_text(q, 18);
    if (text.ptr != NULL)
        j->extra = (struct json_text){arena_ndup(a, text.ptr, text.len), text.len};
    return judgement_kind_parse(rows_text(q, 8).ptr, &j->kind) ||
           err_set(err, ERR_SCHEMA, "a judgement of an unknown kind; \"assay check\" tells more");
}

static bool load_ratings(struct db *db, struct arena *a, struct judgement *j, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, STMT_RATING_LIST, ARGS(v_int(j->row)), err))
        return false;
    while (rows_next(&q)) { /* those of both behind the others */
        int value = (int)rows_int(&q, 2);
        if (!rows_null(&q, 0) && j->n_ratings < JUDGEMENT_MAX_RATINGS)
            j->ratings[j->n_ratings++] = (struct rating){(int)rows_int(&q, 0), rows_dup(&q, 1, a), value};
        else if (rows_null(&q, 0) && j->n_aspects < RUBRIC_MAX_ATTRIBUTES)
            j->aspects[j->n_aspects++] = (struct aspect){rows_dup(&q, 1, a), value, rows_int(&q, 3) != 0};
    }
    return rows_close(&q, err);
}

static bool load_spans(struct db *db, struct arena *a, struct judgement *j, struct err *err)
{
    VEC(struct judged_span) found = {0};
    struct rows q;
    if (!rows_open(&q, db, STMT_SPAN_LIST, ARGS(v_int(j->row)), err))
        return false;
    while (rows_next(&q))
        vec_push(&found, ((struct judged_span){(int)rows_int(&q, 0), (size_t)rows_int(&q, 1), (size_t)rows_int(&q, 2),
                                               (int)rows_int(&q, 3), rows_dup(&q, 4, a)}));
    if (found.n > 0)
        vec_to_arena(&found, a, j->spans, j->n_spans);
    return rows_close(&q, err);
}

/* In the order in which they were made, of one moment in that of the names. */
static int by_moment(const void *a, const void *b)
{
    const struct judgement *x = a, *y = b;
    if (x->created != y->created)
        return x->created < y->created ? -1 : 1;
    int names = strcmp(x->annotator_name, y->annotator_name);
    if (names != 0)
        return names;
    return x->revision != y->revision ? (x->revision < y->revision ? -1 : 1) : id_compare(&x->id, &y->id);
}

/* Sorted here: SQLite makes a sorter for a row as for a million. */
static bool complete(struct db *db, struct judgement *j, size_t n, struct arena *a, struct err *err)
{
    bool ratings = true, spans = true;
    if (n == 0)
        return true;
    if (n > 1)
        qsort(j, n, sizeof *j, by_moment);
    bool ok = db_some(db, DB_RATING, &ratings, err) && db_some(db, DB_SPAN, &spans, err);
    for (size_t i = 0; ok && i < n; i++)
        ok = (!ratings || load_ratings(db, a, &j[i], err)) && (!spans || load_spans(db, a, &j[i], err));
    return ok;
}

static bool list(struct db *db, enum stmt_id id, int64_t subject, struct arena *a, struct judgement **out, size_t *n,
                 struct err *err)
{
    VEC(struct judgement) found = {0};
    struct rows q;
    if (!rows_open(&q, db, id, ARGS(v_int(subject)), err))
        return false;
    bool ok = true;
    while (ok && rows_next(&q)) {
        struct judgement j;
        ok = from_row(&q, a, &j, err);
        vec_push(&found, j);
    }
    ok = (ok ? rows_close(&q, err) : rows_abandon(&q)) && complete(db, found.v, found.n, a, err);
    vec_to_arena(&found, a, *out, *n);
    return ok;
}

bool judgement_get(struct db *db, int64_t row, struct arena *a, struct judgement *out, struct err *err)
{
    struct judgement *one = NULL;
    size_t n = 0;
    if (!list(db, STMT_JUDGEMENT_GET, row, a, &one, &n, err))
        return false;
    *out = n == 1 ? one[0] : (struct judgement){0};
    return true;
}

bool judgement_list(struct db *db, int64_t comparison, enum judgement_which which, struct arena *a,
                    struct judgement **out, size_t *n, struct err *err)
{
    return list(db, which == JUDGEMENTS_ALL ? STMT_JUDGEMENT_LIST : STMT_JUDGEMENT_LIST_LATEST, comparison, a, out, n,
                err);
}

bool judgement_list_response(struct db *db, int64_t response, enum judgement_which which, struct arena *a,
                             struct judgement **out, size_t *n, struct err *err)
{
    bool some = true;
    if (which == JUDGEMENTS_LATEST && !db_some(db, DB_OF_RESPONSE, &some, err))
        return false;
    if (!some) {
        *out = NULL;
        *n = 0;
        return true;
    }
    return list(db, which == JUDGEMENTS_ALL ? STMT_JUDGEMENT_LIST_RESPONSE : STMT_JUDGEMENT_LIST_RESPONSE_LATEST,
                response, a, out, n, err);
}

/* ---- one comparison after the other ---- */

bool judgement_walk_open(struct judgement_walk *w, struct db *db, bool all, struct err *err)
{
    *w = (struct judgement_walk){.db = db, .all = all};
    return !all || rows_open(&w->q, db, STMT_JUDGEMENT_WALK, NO_ARGS, err);
}

/* Behind the last row stands one that nobody asks for. */
static void step(struct judgement_walk *w)
{
    w->begun = true;
    w->at = rows_next(&w->q) ? rows_int(&w->q, 2) : INT64_MAX;
}

bool judgement_walk_to(struct judgement_walk *w, int64_t comparison, struct arena *a, struct judgement **out, size_t *n,
                       struct err *err)
{
    VEC(struct judgement) found = {0};
    bool ok = true;
    if (!w->all)
        return judgement_list(w->db, comparison, JUDGEMENTS_LATEST, a, out, n, err);
    while (!w->begun || w->at < comparison)
        step(w);
    while (ok && w->at == comparison) {
        struct judgement j;
        ok = from_row(&w->q, a, &j, err);
        vec_push(&found, j);
        step(w);
    }
    if (ok && w->at == INT64_MAX)
        ok = rows_close(&w->q, err); /* it ended, or failed */
    ok = ok && complete(w->db, found.v, found.n, a, err);
    vec_to_arena(&found, a, *out, *n);
    return ok;
}

void judgement_walk_close(struct judgement_walk *w)
{
    rows_abandon(&w->q);
}
