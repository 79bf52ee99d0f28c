#include "store/task.h"

#include "store/content.h"
#include "store/mention.h"
#include "store/ranking.h"
#include "store/stmt.h"
#include "store/task_internal.h"

#include <math.h>
#include <string.h>

void task_init(struct task *t)
{
    *t = (struct task){0};
    draft_init(&t->draft);
}

void task_release(struct task *t)
{
    draft_free(&t->draft);
    arena_free(&t->arena);
    *t = (struct task){0};
}

bool draft_state(struct db *db, int64_t annotator, int64_t comparison, struct arena *a, const char **state,
                 int64_t *changed, struct err *err)
{
    struct rows q;
    *state = NULL;
    *changed = 0;
    if (!rows_open(&q, db, STMT_DRAFT_GET, ARGS(v_int(annotator), v_int(comparison)), err))
        return false;
    if (rows_next(&q)) {
        *state = rows_dup(&q, 0, a);
        *changed = rows_int(&q, 1);
    }
    return rows_close(&q, err);
}

bool draft_state_set(struct db *db, int64_t annotator, int64_t comparison, const char *state, int64_t now,
                     struct err *err)
{
    if (state == NULL)
        return stmt_run(db, STMT_DRAFT_DROP, ARGS(v_int(annotator), v_int(comparison)), err);
    return stmt_run(db, STMT_DRAFT_SET, ARGS(v_int(annotator), v_int(comparison), v_str(state), v_int(now)), err);
}

bool task_latest(struct db *db, int64_t annotator, int64_t comparison, struct arena *a, struct judgement *out,
                 struct err *err)
{
    int64_t row = 0;
    *out = (struct judgement){0};
    return stmt_int(db, STMT_LATEST_OF, ARGS(v_int(annotator), v_int(comparison)), &row, err) &&
           (row == 0 || judgement_get(db, row, a, out, err));
}

/* What a judgement says beside its own fields: how much of the justification was pasted. */
static int pasted_of(const struct judgement *j)
{
    struct json_object *o = NULL;
    struct err ignored;
    int64_t n = 0;
    if (j->extra.ptr == NULL || !json_parse(j->extra.ptr, j->extra.len, &o, &ignored))
        return 0;
    if (!json_object_is_type(o, json_type_object) ||
        !json_get_int(o, "pasted", JSON_OPTIONAL, 0, INT32_MAX, &n, &ignored))
        n = 0;
    json_object_put(o);
    return (int)n;
}

void draft_from_judgement(const struct judgement *j, int a_is, const struct rubric *r, struct draft *d)
{
    draft_free(d);
    draft_init(d);
    for (size_t i = 0; i < j->n_ratings; i++) {
        int k = rubric_find(r, j->ratings[i].attribute, strlen(j->ratings[i].attribute));
        int side = j->ratings[i].which + 1 == a_is ? SIDE_A : SIDE_B;
        if (k >= 0 && !r->attributes[k].of_comparison && j->ratings[i].value >= r->attributes[k].min &&
            j->ratings[i].value <= r->attributes[k].max)
            d->rating[side][k] = j->ratings[i].value;
    }
    for (size_t i = 0; i < j->n_aspects; i++) {
        const struct aspect *x = &j->aspects[i];
        int k = rubric_find(r, x->attribute, strlen(x->attribute)),
            value = x->leans && a_is != 1 ? -x->value : x->value;
        if (k >= 0 && r->attributes[k].of_comparison && value >= r->attributes[k].min && value <= r->attributes[k].max)
            d->rating[SIDE_A][k] = value;
    }
    if (j->neither)
        d->preference = PREFERENCE_NEITHER;
    else if (j->has_preference)
        d->preference = a_is == 1 ? j->preference : -j->preference;
    if (j->a_is == a_is)
        buf_add(&d->because, j->justification.ptr, j->justification.len);
    else
        mention_swap(j->justification, &d->because);
    for (size_t i = 0; i < j->n_spans; i++) {
        const struct judged_span *k = &j->spans[i];
        int side = k->which + 1 == a_is ? SIDE_A : SIDE_B;
        draft_add_span(d, side, k->start, k->stop, k->sign, k->comment, strlen(k->comment));
    }
    d->confidence = j->confidence;
    d->pasted = pasted_of(j);
    d->seconds = isnan(j->seconds) ? 0 : j->seconds;
}

static bool load_content(struct db *db, int64_t comparison, struct task *t, struct err *err)
{
    struct rows q;
    struct json_text messages = {0}, text[2];
    if (!rows_open(&q, db, STMT_TASK_CONTENT, ARGS(v_int(comparison)), err))
        return false;
    if (rows_next(&q)) {
        struct id id = rows_id(&q, 0);
        id_hex(&id, t->id);
        t->comparison = comparison;
        t->n = 2;
        t->source = rows_dup(&q, 1, &t->arena);
        t->principle = rows_dup(&q, 7, &t->arena);
        messages = rows_text(&q, 2);
        messages.ptr = arena_ndup(&t->arena, messages.ptr, messages.len);
        for (int k = 0; k < 2; k++) {
            text[k] = rows_text(&q, 3 + k);
            int side = k + 1 == t->a_is ? SIDE_A : SIDE_B;
            t->text[side] = arena_ndup(&t->arena, text[k].ptr, text[k].len);
            t->len[side] = text[k].len;
        }
    }
    if (!rows_close(&q, err))
        return false;
    if (messages.ptr == NULL)
        return err_set(err, ERR_MISSING, "there is no such comparison");
    struct message *m = NULL;
    if (!content_messages(messages, &t->arena, &m, &t->n_turns, err))
        return err_context(err, "the prompt of comparison %s", t->id);
    struct turn *turns = arena_array(&t->arena, t->n_turns + 1, sizeof *turns);
    for (size_t i = 0; i < t->n_turns; i++)
        turns[i] = (struct turn){m[i].role.ptr, m[i].content.ptr, m[i].content.len};
    t->turns = turns;
    return true;
}

static void load_answers(const struct ranking *k, struct task *t)
{
    t->n = k->n;
    for (int i = 0; i < k->n; i++) {
        t->text[i] = k->answer[i].text.ptr;
        t->len[i] = k->answer[i].text.len;
        id_hex(&k->answer[i].id, t->answer[i]);
    }
}

/* A draft that was begun when there were other answers, or before there was a ranking, or after it. */
static void fit_answers(struct draft *d, int n, const struct rubric *r)
{
    if (d->n == n)
        return;
    for (int i = n > 2 ? n : 0; i < ANSWERS_MOST; i++)
        d->place[i] = 0;
    d->n = n;
    places_close_up(d);
    if (d->cell > draft_because(d, r))
        d->cell = 0;
}

/* k NULL: two are compared. */
static bool load_work(struct db *db, int64_t annotator, const struct ranking *k, const struct rubric *r, struct task *t,
                      struct err *err)
{
    struct judgement j;
    const char *state;
    int64_t changed;
    if (!task_latest(db, annotator, t->comparison, &t->arena, &j, err) ||
        !draft_state(db, annotator, t->comparison, &t->arena, &state, &changed, err))
        return false;
    static const enum task_state states[] = {[KIND_JUDGED] = TASK_JUDGED,
                                             [KIND_SKIPPED] = TASK_SKIPPED,
                                             [KIND_FLAGGED] = TASK_FLAGGED,
                                             [KIND_WITHDRAWN] = TASK_OPEN};
    struct draft said;
    draft_init(&said);
    bool ok = k == NULL || ranking_said(db, annotator, k, r, &said, err);
    if (j.row != 0) {
        t->state = states[j.kind];
        t->reason = j.reason;
        if (t->state != TASK_OPEN) {
            t->saved = j.created;
            if (k == NULL)
                draft_from_judgement(&j, t->a_is, r, &said);
        }
    }
    if (ok && state != NULL) {
        ok = draft_read(state, strlen(state), r, &t->draft, err) || err_context(err, "the draft of %s", t->id);
        fit_answers(&t->draft, t->n, r);
        t->saved = changed > t->saved ? changed : t->saved;
    } else {
        draft_copy(&t->draft, &said);
    }
    t->changed = !draft_says_the_same(&t->draft, &said, r);
    draft_free(&said);
    return ok;
}

struct loading {
    int64_t annotator, comparison;
    const struct rubric *r;
    struct task *t;
};

static bool load(struct db *db, void *ctx, struct err *err)
{
    const struct loading *l = ctx;
    struct task *t = l->t;
    struct ranking k;
    int64_t lead = 0, comparison = l->comparison;
    if (!ranking_lead(db, l->annotator, comparison, &lead, err))
        return false;
    comparison = lead != 0 ? lead : comparison;
    if (!task_side(db, l->annotator, comparison, &t->a_is, err))
        return false;
    if (t->a_is == 0)
        return err_set(err, ERR_MISSING, "this comparison was not opened by this annotator before");
    if (!load_content(db, comparison, t, err) ||
        (lead != 0 && !ranking_read(db, l->annotator, lead, &t->arena, &k, err)))
        return false;
    if (lead != 0)
        load_answers(&k, t);
    return load_work(db, l->annotator, lead != 0 ? &k : NULL, l->r, t, err);
}

bool task_load(struct db *db, int64_t annotator, int64_t comparison, const struct rubric *r, struct task *t,
               struct err *err)
{
    struct arena arena = t->arena;
    arena_reset(&arena);
    draft_free(&t->draft);
    task_init(t);
    t->arena = arena;
    t->reason = "";
    t->source = "";
    return db_snapshot(db, load, &(struct loading){annotator, comparison, r, t}, err);
}
