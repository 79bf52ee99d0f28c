/* Undo and redo. The steps of one annotator form a line: those done, then those undone. Judgements are append-only, so
 * a submit is taken back by a further revision: a copy of the one that stood before it, or a withdrawal. */
#include "store/task.h"

#include "core/base/clock.h"
#include "store/handout.h"
#include "store/ranking.h"
#include "store/stmt.h"
#include "store/task_internal.h"

#include <string.h>

struct walk {
    int64_t annotator;
    const struct rubric *r;
    struct rng *rng;
    bool back; /* undo, not redo */
    int64_t step, comparison, judgement;
    int64_t others[RANKING_PAIRS_MOST]; /* judgements of the step beside that one, n_others */
    int n_others;
    enum step_kind kind;
    const char *before, *after;
};

static bool find_step(struct db *db, struct walk *w, struct arena *a, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, w->back ? STMT_STEP_LAST : STMT_STEP_UNDONE, ARGS(v_int(w->annotator)), err))
        return false;
    if (rows_next(&q)) {
        w->step = rows_int(&q, 0);
        w->comparison = rows_int(&q, 1);
        for (int k = STEP_MOVE; k <= STEP_FLAG; k++)
            if (strcmp(rows_text(&q, 2).ptr, step_name((enum step_kind)k)) == 0)
                w->kind = (enum step_kind)k;
        w->before = rows_dup(&q, 3, a);
        w->after = rows_dup(&q, 4, a);
        w->judgement = rows_int(&q, 5);
    }
    if (!rows_close(&q, err) || !rows_open(&q, db, STMT_STEP_JUDGEMENT_LIST, ARGS(v_int(w->step)), err))
        return false;
    while (w->n_others < RANKING_PAIRS_MOST && rows_next(&q))
        w->others[w->n_others++] = rows_int(&q, 0);
    return rows_close(&q, err);
}

/* Steps of a ranking stay its steps when another comparison has come to lead it. */
static bool follow_lead(struct db *db, struct walk *w, struct err *err)
{
    static const char mark[] = "{\"answers\":"; /* how the draft of a ranking begins */
    const char *state = w->before != NULL ? w->before : w->after;
    int64_t lead = 0;
    if (w->n_others == 0 && (state == NULL || strncmp(state, mark, sizeof mark - 1) != 0))
        return true;
    if (!ranking_lead(db, w->annotator, w->comparison, &lead, err))
        return false;
    w->comparison = lead != 0 ? lead : w->comparison;
    return true;
}

/* The judgement that says what is to hold now: redo says the step's again, undo what stood before it (row 0: nothing
 * did). */
static bool find_model(struct db *db, const struct walk *w, int64_t row, struct arena *a, struct judgement *own,
                       struct judgement *model, struct err *err)
{
    int64_t before = 0;
    *model = (struct judgement){0};
    if (!judgement_get(db, row, a, own, err))
        return false;
    if (!w->back) {
        *model = *own;
        return true;
    }
    return stmt_int(db, STMT_JUDGEMENT_AT_REVISION,
                    ARGS(v_int(own->comparison), v_int(w->annotator), v_int(own->revision - 1)), &before, err) &&
           (before == 0 || judgement_get(db, before, a, model, err));
}

/* *row becomes what the next undo takes back. */
static bool say_one_again(struct db *db, const struct walk *w, int64_t *row, struct arena *a, struct err *err)
{
    struct judgement own, model, latest;
    int64_t rows[2] = {0, 0};
    struct rows q;
    if (!find_model(db, w, *row, a, &own, &model, err) ||
        !task_latest(db, w->annotator, own.comparison, a, &latest, err))
        return false;
    if (w->back && latest.row != 0 && latest.kind == KIND_WITHDRAWN)
        return true; /* a reviewer set it aside: what stood before it does not come back by that */
    if (!rows_open(&q, db, STMT_COMPARISON_ROWS, ARGS(v_int(own.comparison)), err))
        return false;
    if (rows_next(&q)) {
        rows[0] = rows_int(&q, 0);
        rows[1] = rows_int(&q, 1);
    }
    if (!rows_close(&q, err))
        return false;
    if (model.row == 0) {
        model = (struct judgement){.comparison = own.comparison,
                                   .annotator = w->annotator,
                                   .kind = KIND_WITHDRAWN,
                                   .a_is = own.a_is,
                                   .seconds = own.seconds,
                                   .rubric = own.rubric};
    }
    model.created = clock_now_ms();
    model.id = id_uuid7(model.created, w->rng);
    if (!judgement_append(db, &model, rows, err) || !handout_settle(db, own.comparison, err))
        return false;
    if (!w->back)
        *row = model.row;
    return true;
}

static bool say_again(struct db *db, struct walk *w, struct arena *a, struct err *err)
{
    if (!say_one_again(db, w, &w->judgement, a, err))
        return false;
    for (int i = 0; i < w->n_others; i++)
        if (!say_one_again(db, w, &w->others[i], a, err))
            return false;
    if (w->n_others == 0)
        return true;
    if (!ranking_settle(db, w->comparison, err) || !stmt_run(db, STMT_STEP_JUDGEMENT_DROP, ARGS(v_int(w->step)), err))
        return false;
    for (int i = 0; i < w->n_others; i++)
        if (!stmt_run(db, STMT_STEP_JUDGEMENT_ADD, ARGS(v_int(w->step), v_int(w->others[i])), err))
            return false;
    return true;
}

/* The time spent is spent: it does not go back with the words. */
static bool restore_draft(struct db *db, const struct walk *w, struct arena *a, struct err *err)
{
    const char *state = w->back ? w->before : w->after, *now_there = NULL;
    int64_t changed, now = clock_now_ms();
    if (state == NULL)
        return draft_state_set(db, w->annotator, w->comparison, NULL, now, err);
    struct draft d, current;
    struct buf text = BUF_INIT;
    draft_init(&d);
    draft_init(&current);
    bool ok = draft_state(db, w->annotator, w->comparison, a, &now_there, &changed, err) &&
              draft_read(state, strlen(state), w->r, &d, err) &&
              (now_there == NULL || draft_read(now_there, strlen(now_there), w->r, &current, err));
    if (ok) {
        d.seconds = current.seconds > d.seconds ? current.seconds : d.seconds;
        draft_write(&d, w->r, &text);
        ok = draft_state_set(db, w->annotator, w->comparison, text.ptr, now, err);
    }
    buf_free(&text);
    draft_free(&d);
    draft_free(&current);
    return ok;
}

static bool walk(struct db *db, void *ctx, struct err *err)
{
    struct walk *w = ctx;
    struct arena a = {0};
    bool ok = find_step(db, w, &a, err) && follow_lead(db, w, err);
    if (ok && w->step != 0)
        ok = (w->judgement == 0 || say_again(db, w, &a, err)) && restore_draft(db, w, &a, err) &&
             stmt_run(db, STMT_STEP_MARK, ARGS(v_int(w->step), v_int(w->back), v_int_or_null(w->judgement)), err) &&
             task_go(db, w->annotator, w->comparison, w->rng, err);
    arena_free(&a);
    return ok;
}

static bool take(struct db *db, struct walk w, int64_t *comparison, enum step_kind *kind, struct err *err)
{
    if (!db_write(db, walk, &w, err))
        return false;
    *comparison = w.comparison;
    *kind = w.kind;
    return true;
}

bool task_undo(struct db *db, int64_t annotator, const struct rubric *r, struct rng *rng, int64_t *comparison,
               enum step_kind *kind, struct err *err)
{
    return take(db, (struct walk){.annotator = annotator, .r = r, .rng = rng, .back = true}, comparison, kind, err);
}

bool task_redo(struct db *db, int64_t annotator, const struct rubric *r, struct rng *rng, int64_t *comparison,
               enum step_kind *kind, struct err *err)
{
    return take(db, (struct walk){.annotator = annotator, .r = r, .rng = rng}, comparison, kind, err);
}

bool task_last_step(struct db *db, int64_t annotator, int64_t *step, struct err *err)
{
    *step = 0;
    return stmt_int(db, STMT_STEP_LAST, ARGS(v_int(annotator)), step, err);
}
