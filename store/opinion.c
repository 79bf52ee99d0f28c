#include "store/opinion.h"

#include "store/stmt.h"

static void hex_column(struct rows *q, int column, char out[ID_HEX_SIZE])
{
    struct id id = rows_id(q, column);
    id_hex(&id, out);
}

struct said {
    struct rating ratings[JUDGEMENT_MAX_RATINGS];
    struct aspect aspects[RUBRIC_MAX_ATTRIBUTES];
};

static bool ratings_of(struct db *db, int64_t judgement, struct arena *a, struct said *said, struct opinion_row *r,
                       struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, STMT_OPINION_RATINGS, ARGS(v_int(judgement)), err))
        return false;
    while (rows_next(&q)) {
        int value = (int)rows_int(&q, 2);
        if (!rows_null(&q, 0) && r->n_ratings < JUDGEMENT_MAX_RATINGS)
            said->ratings[r->n_ratings++] = (struct rating){(int)rows_int(&q, 0), rows_dup(&q, 1, a), value};
        else if (rows_null(&q, 0) && r->n_aspects < RUBRIC_MAX_ATTRIBUTES)
            said->aspects[r->n_aspects++] = (struct aspect){rows_dup(&q, 1, a), value, rows_int(&q, 3) != 0};
    }
    r->ratings = said->ratings;
    r->aspects = said->aspects;
    return rows_close(&q, err);
}

static void read_row(struct rows *q, struct opinion_row *r)
{
    *r = (struct opinion_row){.annotator = rows_text(q, 3).ptr,
                              .source = rows_text(q, 4).ptr,
                              .has_preference = !rows_null(q, 5),
                              .preference = (int)rows_int(q, 5),
                              .neither = rows_int(q, 6) != 0,
                              .a_is = (int)rows_int(q, 7),
                              .seconds = rows_real(q, 8),
                              .created = rows_int(q, 9),
                              .length = {rows_int(q, 10), rows_int(q, 11)}};
    hex_column(q, 0, r->comparison_id);
    hex_column(q, 1, r->response_id[0]);
    hex_column(q, 2, r->response_id[1]);
}

bool opinion_each(struct db *db, bool people, void (*each)(void *ctx, const struct opinion_row *row), void *ctx,
                  struct err *err)
{
    struct rows q;
    struct arena a = {0};
    struct said said;
    bool ok = rows_open(&q, db, STMT_OPINION_EACH, ARGS(v_str(people ? "person" : "source")), err);
    if (!ok)
        return false;
    while (ok && rows_next(&q)) {
        struct opinion_row r;
        read_row(&q, &r);
        ok = ratings_of(db, rows_int(&q, 12), &a, &said, &r, err);
        if (ok)
            each(ctx, &r);
        arena_reset(&a);
    }
    arena_free(&a);
    return ok ? rows_close(&q, err) : rows_abandon(&q);
}

bool opinion_each_repeat(struct db *db, void (*each)(void *ctx, const struct opinion_repeat *row), void *ctx,
                         struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, STMT_OPINION_REPEAT_EACH, NO_ARGS, err))
        return false;
    while (rows_next(&q)) {
        int again = (int)rows_int(&q, 1);
        struct opinion_repeat r = {rows_text(&q, 0).ptr, (int)rows_int(&q, 2), rows_int(&q, 3) != 0 ? again : -again};
        each(ctx, &r);
    }
    return rows_close(&q, err);
}
