#include "store/tally.h"

#include "core/base/id_set.h"
#include "core/base/vec.h"
#include "store/stmt.h"

#include <string.h>

bool tally_new(struct db *db, int64_t source, const char *split, struct err *err)
{
    struct value where = v_int(source), part = v_str(split != NULL ? split : "");
    int64_t known = 0;
    return stmt_change(db, STMT_TALLY_ADD, ARGS(where, part), &known, err) &&
           (known > 0 || stmt_run(db, STMT_TALLY_BEGIN, ARGS(where, part), err));
}

bool tally_leave(struct db *db, int64_t comparison, struct err *err)
{
    return stmt_run(db, STMT_TALLY_LEAVE, ARGS(v_int(comparison)), err);
}

bool tally_enter(struct db *db, int64_t comparison, struct err *err)
{
    int64_t known = 0;
    return stmt_change(db, STMT_TALLY_ENTER, ARGS(v_int(comparison)), &known, err) &&
           (known > 0 || stmt_run(db, STMT_TALLY_ENTER_FIRST, ARGS(v_int(comparison)), err));
}

bool tally_people(struct db *db, int64_t comparison, int64_t annotator, struct err *err)
{
    int64_t person = 0;
    return stmt_int(db, STMT_ANNOTATOR_IS_PERSON, ARGS(v_int(annotator)), &person, err) &&
           (person == 0 || (tally_leave(db, comparison, err) &&
                            stmt_run(db, STMT_COMPARISON_COUNT_PEOPLE, ARGS(v_int(comparison)), err) &&
                            tally_enter(db, comparison, err)));
}

/* ---- anew ---- */

struct count {
    int64_t source, people, n;
    const char *split;
};

struct counts {
    VEC(struct count) v;
    struct id_set places; /* number i + 1: v.v[i] */
    struct arena text;
    size_t last; /* found; most comparisons stand where the one before does */
};

static bool stands(const struct count *c, int64_t source, const char *split, int64_t people)
{
    return c->source == source && c->people == people && strcmp(c->split, split) == 0;
}

static void count(struct counts *t, int64_t source, const char *split, int64_t people)
{
    bool new;
    if (t->v.n == 0 || !stands(&t->v.v[t->last], source, split, people)) {
        struct digest d;
        digest_init(&d);
        digest_add(&d, &source, sizeof source);
        digest_add(&d, &people, sizeof people);
        digest_add(&d, split, strlen(split));
        struct id place = digest_id(&d);
        t->last = id_set_put(&t->places, &place, &new) - 1;
        if (new)
            vec_push(&t->v, ((struct count){source, people, 0, arena_dup(&t->text, split)}));
    }
    t->v.v[t->last].n++;
}

static bool count_all(struct db *db, struct counts *t, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, STMT_TALLY_PLACES, NO_ARGS, err))
        return false;
    while (rows_next(&q))
        count(t, rows_int(&q, 0), rows_text(&q, 1).ptr, rows_int(&q, 2));
    return rows_close(&q, err);
}

/* SQLite would sort all comparisons for it. */
bool tally_anew(struct db *db, struct err *err)
{
    struct counts t = {0};
    bool ok = count_all(db, &t, err) && stmt_run(db, STMT_TALLY_CLEAR, NO_ARGS, err);
    for (size_t i = 0; ok && i < t.v.n; i++) {
        const struct count *c = &t.v.v[i];
        ok = stmt_run(db, STMT_TALLY_PUT, ARGS(v_int(c->source), v_str(c->split), v_int(c->people), v_int(c->n)), err);
    }
    vec_free(&t.v);
    id_set_free(&t.places);
    arena_free(&t.text);
    return ok;
}
