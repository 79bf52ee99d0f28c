#include "store/check_internal.h"

#include "core/base/buf.h"
#include "core/base/vec.h"
#include "store/criteria.h"

#include <math.h>

#define ROUNDING 1e-9 /* of a lean, which is at most 3 */

struct reading {
    struct checking *c;
    struct arena a;
    VEC(struct rubric) rubrics; /* those that can be read */
    const struct rubric *r;     /* of the judgement that is being read; NULL: it cannot be */
    struct judgement j;         /* as it is written down, with the ratings so far; row 0: none */
};

static bool load_rubrics(struct db *db, struct reading *x, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, STMT_CHECK_RUBRICS, NO_ARGS, err))
        return false;
    bool ok = true;
    while (ok && rows_next(&q)) {
        struct err why = {.kind = ERR_NONE};
        struct rubric r;
        if (rubric_load(db, rows_int(&q, 0), &x->a, &r, &why)) {
            vec_push(&x->rubrics, r);
        } else if (why.code == 0) {
            check_fault(x->c, why.text);
        } else {
            ok = false;
            if (err != NULL)
                *err = why;
        }
    }
    return ok ? rows_close(&q, err) : rows_abandon(&q);
}

static const struct rubric *rubric_of(const struct reading *x, int64_t row)
{
    for (size_t i = 0; i < x->rubrics.n; i++)
        if (x->rubrics.v[i].row == row)
            return &x->rubrics.v[i];
    return NULL;
}

/* ---- what ratings come to ---- */

/* The same as of its ratings, but for the order in which they were summed. */
static void compare_criteria(struct checking *c, const struct rubric *r, const struct judgement *there)
{
    static const char *const failed[] = {"neither", "the first", "the second", "both"};
    struct judgement wanted = *there;
    struct buf b = BUF_INIT;
    char hex[ID_HEX_SIZE];
    criteria_apply(r, &wanted);
    bool fails = there->failed != wanted.failed;
    if (!fails && there->has_lean == wanted.has_lean && fabs(there->lean - wanted.lean) <= ROUNDING)
        return;
    id_hex(&there->id, hex);
    if (fails)
        buf_addf(&b,
                 "judgement %s says that %s of the responses fails, but by its ratings and the rubric %s@%d %s does",
                 hex, failed[there->failed & 3], r->name, r->version, failed[wanted.failed & 3]);
    else
        buf_addf(&b, "judgement %s does not lean as its ratings do by the weights of the rubric %s@%d", hex, r->name,
                 r->version);
    check_fault(c, b.ptr);
    buf_free(&b);
}

static void end_judgement(struct reading *x)
{
    if (x->j.row != 0 && x->r != NULL)
        compare_criteria(x->c, x->r, &x->j);
}

/* ---- ratings ---- */

/* Columns as in check_rating_each. */
static void begin_judgement(struct reading *x, struct rows *q)
{
    int64_t row = rows_int(q, 0);
    if (row == x->j.row)
        return;
    end_judgement(x);
    int64_t rubric = rows_int(q, 2);
    if (x->r == NULL || x->r->row != rubric)
        x->r = rubric_of(x, rubric);
    x->j.row = row;
    x->j.id = rows_id(q, 1);
    x->j.comparison = rows_int(q, 3);
    x->j.failed = (unsigned)rows_int(q, 4);
    x->j.has_lean = !rows_null(q, 5);
    x->j.lean = x->j.has_lean ? rows_real(q, 5) : 0;
    x->j.n_ratings = 0;
}

static void out_of_range(struct checking *c, const struct rubric *r, const struct id *id, const char *attribute,
                         const char *of_both, int64_t value)
{
    struct buf b = BUF_INIT;
    char hex[ID_HEX_SIZE];
    id_hex(id, hex);
    buf_addf(&b, "judgement %s: %s%s is %lld, which the rubric %s@%d does not have", hex, attribute, of_both,
             (long long)value, r->name, r->version);
    check_fault(c, b.ptr);
    buf_free(&b);
}

static void off_subject(struct checking *c, const struct id *id)
{
    struct buf b = BUF_INIT;
    char hex[ID_HEX_SIZE];
    id_hex(id, hex);
    buf_addf(&b, "judgement %s rates a response that it is not about", hex);
    check_fault(c, b.ptr);
    buf_free(&b);
}

static void take_rating(struct reading *x, struct rows *q)
{
    struct json_text name = rows_text(q, 7);
    int64_t value = rows_int(q, 8);
    if (rows_null(q, 6))
        off_subject(x->c, &x->j.id);
    if (x->r == NULL)
        return;
    int k = rubric_find(x->r, name.ptr, name.len);
    const struct attribute *t = k >= 0 ? &x->r->attributes[k] : NULL;
    if (t == NULL || t->of_comparison || value < t->min || value > t->max)
        out_of_range(x->c, x->r, &x->j.id, name.ptr, "", value);
    else if (!rows_null(q, 6) && x->j.n_ratings < JUDGEMENT_MAX_RATINGS)
        x->j.ratings[x->j.n_ratings++] = (struct rating){(int)rows_int(q, 6), t->key, (int)value};
}

static bool read_ratings(struct db *db, struct reading *x, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, STMT_CHECK_RATING_EACH, NO_ARGS, err))
        return false;
    while (rows_next(&q)) {
        begin_judgement(x, &q);
        if (!rows_null(&q, 7))
            take_rating(x, &q);
    }
    end_judgement(x);
    return rows_close(&q, err);
}

/* One that leans goes as far to the first as to the second. */
static bool read_aspects(struct db *db, struct reading *x, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, STMT_CHECK_ASPECT_EACH, NO_ARGS, err))
        return false;
    while (rows_next(&q)) {
        const struct rubric *r = rubric_of(x, rows_int(&q, 1));
        struct json_text name = rows_text(&q, 2);
        int64_t value = rows_int(&q, 3);
        if (r == NULL)
            continue;
        int k = rubric_find(r, name.ptr, name.len);
        const struct attribute *t = k >= 0 ? &r->attributes[k] : NULL;
        struct id id = rows_id(&q, 0);
        if (t == NULL || !t->of_comparison || t->leans != (rows_int(&q, 4) != 0) || value < t->min || value > t->max)
            out_of_range(x->c, r, &id, name.ptr, " of both", value);
    }
    return rows_close(&q, err);
}

bool check_ratings(struct db *db, struct checking *c, struct err *err)
{
    struct reading x = {.c = c};
    bool ok = load_rubrics(db, &x, err) && read_ratings(db, &x, err) && read_aspects(db, &x, err);
    vec_free(&x.rubrics);
    arena_free(&x.a);
    return ok;
}
