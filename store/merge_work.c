/* Merging what people did: judgements, sides, drafts. */
#include "core/base/mem.h"
#include "store/draft.h"
#include "store/judgement.h"
#include "store/merge_internal.h"
#include "store/tally.h"

#include <stdlib.h>

static int by_subject(const void *a, const void *b)
{
    const struct touched *x = a, *y = b;
    int64_t d = x->comparison != y->comparison ? x->comparison - y->comparison
                : x->response != y->response   ? x->response - y->response
                                               : x->annotator - y->annotator;
    return (d > 0) - (d < 0);
}

/* The responses that a judgement of the other workspace speaks of, as rows here. */
static bool subjects(struct merging *m, const struct judgement *j, int64_t rows[2], struct err *err)
{
    struct rows q;
    rows[0] = rows[1] = map_get(&m->responses, j->response);
    if (j->comparison == 0)
        return true;
    if (!rows_open(&q, m->from, STMT_COMPARISON_ROWS, ARGS(v_int(j->comparison)), err))
        return false;
    if (rows_next(&q))
        for (int i = 0; i < 2; i++)
            rows[i] = map_get(&m->responses, rows_int(&q, i));
    return rows_close(&q, err);
}

static bool one_judgement(struct merging *m, struct rows *q, struct err *err)
{
    struct judgement j;
    int64_t rows[2], theirs = rows_int(q, 0), before = 0;
    bool made;
    if (!judgement_get(m->from, theirs, &m->arena, &j, err))
        return false;
    if (!stmt_int(m->to, STMT_JUDGEMENT_FIND, ARGS(v_id(&j.id)), &before, err))
        return false;
    merge_add_count(m, MERGE_JUDGEMENTS, before == 0);
    if (before != 0)
        return true;
    if (!subjects(m, &j, rows, err))
        return false;
    if (map_get(&m->swapped, j.comparison) != 0) {
        int64_t first = rows[0];
        rows[0] = rows[1];
        rows[1] = first;
        judgement_swap(&j);
    }
    j.comparison = map_get(&m->comparisons, j.comparison);
    j.response = map_get(&m->responses, j.response);
    j.annotator = map_get(&m->annotators, j.annotator);
    j.rubric = map_get(&m->rubrics, j.rubric);
    struct touched t = {j.comparison, j.response, j.annotator};
    vec_push(&m->touched, t);
    return judgement_append_once(m->to, &j, rows, &made, err);
}

struct revision {
    int64_t row, number, created;
    int a_is;
    enum judgement_kind kind;
};

struct revisions {
    VEC(struct revision) v;
};

static bool read_revisions(struct merging *m, const struct touched *t, struct revisions *out, struct err *err)
{
    bool of_response = t->comparison == 0;
    struct rows q;
    if (!rows_open(&q, m->to, of_response ? STMT_MERGE_REVISIONS_RESPONSE : STMT_MERGE_REVISIONS,
                   ARGS(v_int(of_response ? t->response : t->comparison), v_int(t->annotator)), err))
        return false;
    bool known = true;
    while (known && rows_next(&q)) {
        struct revision r = {.row = rows_int(&q, 0),
                             .number = rows_int(&q, 1),
                             .created = rows_int(&q, 4),
                             .a_is = (int)rows_int(&q, 3)};
        known = judgement_kind_parse(rows_text(&q, 2).ptr, &r.kind);
        vec_push(&out->v, r);
    }
    if (!known)
        err_set(err, ERR_SCHEMA, "a judgement of an unknown kind; \"assay check\" tells more");
    return known ? rows_close(&q, err) : rows_abandon(&q);
}

/* The newest one counts, on the side it was made on; what was begun before it is settled. */
static bool count_newest(struct merging *m, const struct touched *t, const struct revision *r, struct err *err)
{
    bool of_response = t->comparison == 0;
    struct value subject = v_int(of_response ? t->response : t->comparison), who = v_int(t->annotator);
    if (!stmt_run(m->to, of_response ? STMT_LATEST_MOVE_RESPONSE : STMT_LATEST_MOVE,
                  ARGS(subject, who, v_int(r->row), v_str(judgement_kind_name(r->kind))), err))
        return false;
    return of_response || (tally_people(m->to, t->comparison, t->annotator, err) &&
                           stmt_run(m->to, STMT_MERGE_SIDE_OF_JUDGEMENT, ARGS(who, subject, v_int(r->a_is)), err) &&
                           stmt_run(m->to, STMT_MERGE_DRAFT_SETTLED, ARGS(subject, who, v_int(r->created)), err));
}

static bool settle(struct merging *m, const struct touched *t, struct revisions *r, struct err *err)
{
    vec_clear(&r->v);
    if (!read_revisions(m, t, r, err))
        return false;
    for (size_t i = 0; i < r->v.n; i++)
        if (r->v.v[i].number != (int64_t)i + 1 &&
            !stmt_run(m->to, STMT_MERGE_NUMBER, ARGS(v_int(r->v.v[i].row), v_int((int64_t)i + 1)), err))
            return false;
    return r->v.n == 0 || count_newest(m, t, &r->v.v[r->v.n - 1], err);
}

bool merge_judgements(struct merging *m, struct err *err)
{
    return merge_each(m, STMT_MERGE_JUDGEMENT_EACH, one_judgement, err);
}

static bool settle_all(struct merging *m, struct err *err)
{
    struct revisions r = {0};
    bool ok = true;
    if (m->touched.n > 0)
        qsort(m->touched.v, m->touched.n, sizeof *m->touched.v, by_subject);
    for (size_t i = 0; ok && i < m->touched.n; i++)
        if (i == 0 || by_subject(&m->touched.v[i - 1], &m->touched.v[i]) != 0)
            ok = settle(m, &m->touched.v[i], &r, err);
    vec_free(&r.v);
    return ok;
}

/* ---- the annotators' work ---- */

/* *a_is is 0 when no side was drawn here. */
static bool side_here(struct merging *m, int64_t annotator, int64_t comparison, int64_t *a_is, int64_t *drawn,
                      struct err *err)
{
    struct rows q;
    *a_is = *drawn = 0;
    if (!rows_open(&q, m->to, STMT_MERGE_SIDE_GET, ARGS(v_int(annotator), v_int(comparison)), err))
        return false;
    if (rows_next(&q)) {
        *a_is = rows_int(&q, 0);
        *drawn = rows_int(&q, 1);
    }
    return rows_close(&q, err);
}

static int64_t turned(const struct merging *m, int64_t comparison, int64_t a_is)
{
    return map_get(&m->swapped, comparison) != 0 ? 3 - a_is : a_is;
}

static bool one_side(struct merging *m, struct rows *q, struct err *err)
{
    int64_t annotator = map_get(&m->annotators, rows_int(q, 0)), theirs = rows_int(q, 1);
    int64_t comparison = map_get(&m->comparisons, theirs), a_is = turned(m, theirs, rows_int(q, 2));
    int64_t drawn = rows_int(q, 3), ours, when, ordinal = 0;
    if (!side_here(m, annotator, comparison, &ours, &when, err))
        return false;
    if (ours == 0)
        return stmt_int(m->to, STMT_SIDE_NEXT_ORDINAL, ARGS(v_int(annotator)), &ordinal, err) &&
               stmt_run(m->to, STMT_SIDE_ADD,
                        ARGS(v_int(annotator), v_int(comparison), v_int(a_is), v_int(ordinal), v_int(drawn)), err);
    if (drawn > when || (drawn == when && a_is >= ours))
        return true;
    return stmt_run(m->to, STMT_MERGE_SIDE_TURN, ARGS(v_int(annotator), v_int(comparison), v_int(a_is), v_int(drawn)),
                    err);
}

/* Histories in the order in which the sides were drawn. */
static bool number_sides(struct merging *m, struct err *err)
{
    for (size_t i = 1; i < m->annotators.to.n; i++) {
        struct value who = v_int(m->annotators.to.v[i]);
        if (!stmt_run(m->to, STMT_MERGE_SIDE_LIFT, ARGS(who), err) ||
            !stmt_run(m->to, STMT_MERGE_SIDE_NUMBER, ARGS(who), err))
            return false;
    }
    return true;
}

/* Ours for what they call `theirs`: of a ranking the one that leads it here. */
static bool item_here(struct merging *m, int64_t theirs, int64_t *ours, struct err *err)
{
    *ours = map_get(&m->comparisons, theirs);
    return stmt_int(m->to, STMT_RANKING_OF, ARGS(v_int(*ours)), ours, err);
}

/* The order in which they show the answers of a ranking, as rows here; in the order of the places. */
static bool their_order(struct merging *m, int64_t annotator, int64_t comparison, int64_t order[ANSWERS_MOST],
                        size_t *n, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, m->from, STMT_MERGE_SHOWN_EACH, ARGS(v_int(annotator), v_int(comparison)), err))
        return false;
    for (*n = 0; *n < ANSWERS_MOST && rows_next(&q);)
        order[(*n)++] = map_get(&m->responses, rows_int(&q, 0));
    return rows_close(&q, err);
}

/* Is that how the answers begin here, too? *any: an order was drawn here. */
static bool same_order(struct merging *m, int64_t annotator, int64_t lead, const int64_t *order, size_t n, bool *same,
                       bool *any, struct err *err)
{
    struct rows q;
    size_t at = 0;
    if (!rows_open(&q, m->to, STMT_SHOWN_LIST, ARGS(v_int(annotator), v_int(lead)), err))
        return false;
    for (*same = true; rows_next(&q); at++)
        *same = *same && (at >= n || rows_int(&q, 0) == order[at]);
    *any = at > 0;
    *same = *same && at >= n;
    return rows_close(&q, err);
}

/* An order that was drawn here stays. */
static bool one_shuffle(struct merging *m, struct rows *q, struct err *err)
{
    int64_t annotator = map_get(&m->annotators, rows_int(q, 0)), lead, ordinal = 0, order[ANSWERS_MOST];
    struct value who = v_int(annotator), answers = v_int(rows_int(q, 2));
    size_t n;
    bool same, any;
    if (!item_here(m, rows_int(q, 1), &lead, err) || !their_order(m, rows_int(q, 0), rows_int(q, 1), order, &n, err) ||
        !same_order(m, annotator, lead, order, n, &same, &any, err))
        return false;
    if (any)
        return true;
    for (size_t i = 0; i < n; i++)
        if (!stmt_run(m->to, STMT_SHOWN_ADD, ARGS(who, v_int(lead), v_int((int64_t)i), v_int(order[i])), err))
            return false;
    return stmt_int(m->to, STMT_SHUFFLE_NEXT_ORDINAL, ARGS(who, answers), &ordinal, err) &&
           stmt_run(m->to, STMT_SHUFFLE_ADD, ARGS(who, v_int(lead), answers, v_int(ordinal)), err);
}

/* A draft speaks of sides: one that was begun with the sides the other way round cannot be taken over. */
static bool one_draft(struct merging *m, struct rows *q, struct err *err)
{
    int64_t annotator = map_get(&m->annotators, rows_int(q, 0)), theirs = rows_int(q, 1);
    int64_t comparison, ours, when, changed = 0, order[ANSWERS_MOST];
    size_t n;
    bool same, any;
    if (!item_here(m, theirs, &comparison, err) || !side_here(m, annotator, comparison, &ours, &when, err) ||
        !their_order(m, rows_int(q, 0), theirs, order, &n, err) ||
        !same_order(m, annotator, comparison, order, n, &same, &any, err))
        return false;
    if ((any || n > 0 ? same : ours == turned(m, theirs, rows_int(q, 4))) &&
        !stmt_change(m->to, STMT_MERGE_DRAFT_SET,
                     ARGS(v_int(annotator), v_int(comparison), merge_column(q, 2), v_int(rows_int(q, 3))), &changed,
                     err))
        return false;
    struct touched t = {comparison, 0, annotator};
    vec_push(&m->touched, t); /* it may be older than what was submitted here */
    merge_add_count(m, MERGE_DRAFTS, changed > 0);
    return true;
}

bool merge_work(struct merging *m, struct err *err)
{
    return merge_each(m, STMT_MERGE_SIDE_EACH, one_side, err) && number_sides(m, err) &&
           merge_each(m, STMT_MERGE_SHUFFLE_EACH, one_shuffle, err) &&
           merge_each(m, STMT_MERGE_DRAFT_EACH, one_draft, err) && settle_all(m, err);
}
