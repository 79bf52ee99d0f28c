/* What changes a task: steps of the draft, and the judgements that a submit, a skip or a flag appends. */
#include "core/base/clock.h"
#include "store/criteria.h"
#include "store/handout.h"
#include "store/ranking.h"
#include "store/stmt.h"
#include "store/task_internal.h"

#include <stdio.h>
#include <string.h>

static const char *const step_names[] = {
#define X(id, name) name,
    STEP_KINDS(X)
#undef X
};

const char *step_name(enum step_kind kind)
{
    return step_names[kind];
}

struct change {
    int64_t annotator, comparison;
    const struct rubric *r;
    const struct draft *d;
    enum step_kind kind;
    const char *reason;
    struct rng *rng;
    int64_t now;
    bool nothing_new;
    int64_t said_at;
    const struct ranking *k; /* what `comparison` leads; NULL: it stands for itself */
};

/* Typing is one step until it pauses. */
static bool extend_text_step(struct db *db, const struct change *c, const char *state, bool *done, struct err *err)
{
    struct rows q;
    int64_t step = 0;
    if (!rows_open(&q, db, STMT_STEP_LAST, ARGS(v_int(c->annotator)), err))
        return false;
    if (rows_next(&q) && rows_int(&q, 1) == c->comparison && strcmp(rows_text(&q, 2).ptr, step_name(STEP_TEXT)) == 0 &&
        c->now - rows_int(&q, 6) < TEXT_STEP_MS)
        step = rows_int(&q, 0);
    rows_abandon(&q); /* at most one row */
    *done = step != 0;
    return step == 0 || stmt_run(db, STMT_STEP_EXTEND, ARGS(v_int(step), v_str(state), v_int(c->now)), err);
}

/* Rows of the judgements that a submit appended, that of `comparison` first. */
struct appended {
    int64_t row[RANKING_PAIRS_MOST];
    int n;
};

static bool record_step(struct db *db, const struct change *c, const char *before, const char *after,
                        const struct appended *made, struct err *err)
{
    int64_t undone = 0, step = 0;
    bool joined = false;
    if (!stmt_change(db, STMT_STEP_FORGET_UNDONE, ARGS(v_int(c->annotator)), &undone, err))
        return false;
    /* After an undo a new word is a new step, or redo would have nothing left to stand on. */
    if (c->kind == STEP_TEXT && undone == 0 && !extend_text_step(db, c, after, &joined, err))
        return false;
    if (joined)
        return true;
    if (!stmt_insert(db, STMT_STEP_ADD,
                     ARGS(v_int(c->annotator), v_int(c->comparison), v_str(step_name(c->kind)), v_str(before),
                          v_str(after), v_int_or_null(made != NULL ? made->row[0] : 0), v_int(c->now)),
                     &step, err))
        return false;
    for (int i = 1; made != NULL && i < made->n; i++)
        if (!stmt_run(db, STMT_STEP_JUDGEMENT_ADD, ARGS(v_int(step), v_int(made->row[i])), err))
            return false;
    return true;
}

static bool change(struct db *db, void *ctx, struct err *err)
{
    struct change *c = ctx;
    struct arena a = {0};
    struct buf after = BUF_INIT;
    const char *before = NULL;
    int64_t changed;
    int a_is = 0;
    c->now = clock_now_ms();
    draft_write(c->d, c->r, &after);
    bool ok = task_side(db, c->annotator, c->comparison, &a_is, err) &&
              (a_is != 0 || err_set(err, ERR_MISSING, "this comparison was not opened by this annotator before")) &&
              draft_state(db, c->annotator, c->comparison, &a, &before, &changed, err) &&
              draft_state_set(db, c->annotator, c->comparison, after.ptr, c->now, err) &&
              task_take_lease(db, c->annotator, c->comparison, err) &&
              (c->kind == STEP_MOVE || record_step(db, c, before, after.ptr, NULL, err));
    buf_free(&after);
    arena_free(&a);
    return ok;
}

bool task_change(struct db *db, int64_t annotator, int64_t comparison, const struct rubric *r,
                 const struct draft *after, enum step_kind kind, int64_t *saved, struct err *err)
{
    struct change c = {.annotator = annotator, .comparison = comparison, .r = r, .d = after, .kind = kind};
    if (!db_write(db, change, &c, err))
        return false;
    *saved = c.now;
    return true;
}

static void fill_ratings(const struct draft *d, const struct rubric *r, int a_is, struct judgement *j)
{
    for (int which = 0; which < 2; which++) {
        int side = which + 1 == a_is ? SIDE_A : SIDE_B;
        for (size_t i = 0; i < r->n_of_response; i++)
            if (d->rating[side][i] != RATING_UNSET)
                j->ratings[j->n_ratings++] = (struct rating){which, r->attributes[i].key, d->rating[side][i]};
    }
    for (size_t i = r->n_of_response; i < r->n_attributes; i++) {
        const struct attribute *t = &r->attributes[i];
        int value = d->rating[SIDE_A][i];
        if (value != RATING_UNSET)
            j->aspects[j->n_aspects++] = (struct aspect){t->key, t->leans && a_is != 1 ? -value : value, t->leans};
    }
}

static void fill_spans(const struct draft *d, int a_is, struct arena *a, struct judgement *j)
{
    struct judged_span *spans = arena_array(a, d->spans.n + 1, sizeof *spans);
    for (size_t i = 0; i < d->spans.n; i++) {
        const struct span *s = &d->spans.v[i];
        int which = s->side == SIDE_A ? a_is - 1 : 2 - a_is;
        spans[i] = (struct judged_span){which, s->from, s->to, s->sign, s->comment};
    }
    j->spans = spans;
    j->n_spans = d->spans.n;
}

static struct judgement judgement_from_draft(const struct change *c, int a_is)
{
    const struct draft *d = c->d;
    struct judgement j = {.comparison = c->comparison,
                          .annotator = c->annotator,
                          .justification = {d->because.ptr, d->because.len},
                          .reason = c->reason,
                          .a_is = a_is,
                          .seconds = d->seconds,
                          .rubric = c->r->row,
                          .created = c->now};
    j.id = id_uuid7(c->now, c->rng);
    j.kind = c->kind == STEP_SUBMIT ? KIND_JUDGED : c->kind == STEP_SKIP ? KIND_SKIPPED : KIND_FLAGGED;
    if (c->kind != STEP_SUBMIT)
        return j;
    j.confidence = d->confidence;
    j.neither = d->preference == PREFERENCE_NEITHER;
    j.has_preference = !j.neither && d->preference != PREFERENCE_UNSET;
    if (j.has_preference)
        j.preference = a_is == 1 ? d->preference : -d->preference;
    fill_ratings(d, c->r, a_is, &j);
    criteria_apply(c->r, &j);
    return j;
}

/* What the latest judgement j says, or those of the whole ranking. */
static bool read_said(struct db *db, const struct change *c, const struct judgement *j, int a_is, struct draft *said,
                      struct err *err)
{
    if (c->k != NULL)
        return ranking_said(db, c->annotator, c->k, c->r, said, err);
    draft_from_judgement(j, a_is, c->r, said);
    return true;
}

/* Enter on what was submitted before, unchanged, says nothing new. */
static bool is_said_already(struct db *db, struct change *c, int a_is, struct err *err)
{
    struct arena a = {0};
    struct judgement j;
    bool ok = task_latest(db, c->annotator, c->comparison, &a, &j, err);
    if (ok && c->kind == STEP_SUBMIT && j.row != 0 && j.kind == KIND_JUDGED && j.rubric == c->r->row) {
        struct draft said;
        draft_init(&said);
        ok = read_said(db, c, &j, a_is, &said, err);
        c->nothing_new = ok && draft_says_the_same(c->d, &said, c->r);
        c->said_at = j.created;
        draft_free(&said);
    }
    arena_free(&a);
    return ok;
}

/* What the annotator saw before, so that undoing the submit and then what led to it ends there. A draft that was handed
 * over with the submit and not written before is a step of its own. */
static bool settle_draft(struct db *db, const struct change *c, int a_is, struct arena *a, const char **before,
                         struct err *err)
{
    struct judgement j;
    struct draft shown;
    struct buf text = BUF_INIT;
    int64_t changed;
    draft_init(&shown);
    bool ok = task_latest(db, c->annotator, c->comparison, a, &j, err) &&
              draft_state(db, c->annotator, c->comparison, a, before, &changed, err) &&
              (*before == NULL || draft_read(*before, strlen(*before), c->r, &shown, err));
    if (ok && *before == NULL && j.row != 0 && j.kind != KIND_WITHDRAWN)
        ok = read_said(db, c, &j, a_is, &shown, err);
    if (ok && !draft_says_the_same(&shown, c->d, c->r)) {
        struct change handed_over = *c;
        handed_over.kind = STEP_RATE;
        draft_write(c->d, c->r, &text);
        ok = record_step(db, &handed_over, *before, text.ptr, NULL, err);
        *before = arena_ndup(a, text.ptr, text.len);
    }
    buf_free(&text);
    draft_free(&shown);
    return ok;
}

/* What a draft of two says. */
static bool append_one(struct db *db, const struct change *c, int a_is, const int64_t rows[2], struct json_text extra,
                       int64_t *row, struct err *err)
{
    struct judgement j = judgement_from_draft(c, a_is);
    struct arena a = {0};
    if (j.kind == KIND_JUDGED)
        fill_spans(c->d, a_is, &a, &j);
    j.extra = extra;
    bool ok = judgement_append(db, &j, rows, err);
    *row = j.row;
    arena_free(&a);
    return ok;
}

static bool append_pair(struct db *db, const struct change *c, int a_is, struct appended *made, struct err *err)
{
    int64_t rows[2] = {0, 0};
    struct rows q;
    char text[40];
    struct json_text extra = {0};
    if (!rows_open(&q, db, STMT_COMPARISON_ROWS, ARGS(v_int(c->comparison)), err))
        return false;
    if (rows_next(&q)) {
        rows[0] = rows_int(&q, 0);
        rows[1] = rows_int(&q, 1);
    }
    if (c->d->pasted > 0)
        extra = (struct json_text){text, (size_t)snprintf(text, sizeof text, "{\"pasted\":%d}", c->d->pasted)};
    made->n = 1;
    return rows_close(&q, err) && append_one(db, c, a_is, rows, extra, &made->row[0], err);
}

static bool append_ranking(struct db *db, const struct change *c, struct appended *made, struct err *err)
{
    bool ok = true;
    for (made->n = 0; ok && made->n < c->k->n_pairs; made->n++) {
        const struct ranked_pair *p = &c->k->pair[made->n];
        struct draft d;
        struct buf extra = BUF_INIT;
        struct change one = *c;
        ranking_pair_draft(c->k, (size_t)made->n, c->d, c->r, &d, &extra);
        one.comparison = p->comparison;
        one.d = &d;
        ok = append_one(db, &one, p->a_is, p->rows, (struct json_text){extra.ptr, extra.len}, &made->row[made->n], err);
        buf_free(&extra);
        draft_free(&d);
    }
    return ok;
}

static bool append_judgement(struct db *db, struct change *c, int a_is, struct err *err)
{
    struct appended made = {.n = 0};
    struct arena a = {0};
    const char *before = NULL;
    bool ok = settle_draft(db, c, a_is, &a, &before, err) &&
              (c->k != NULL ? append_ranking(db, c, &made, err) : append_pair(db, c, a_is, &made, err)) &&
              record_step(db, c, before, NULL, &made, err) &&
              (c->k != NULL ? ranking_settle(db, c->comparison, err) : handout_settle(db, c->comparison, err));
    arena_free(&a);
    return ok;
}

static bool submit(struct db *db, void *ctx, struct err *err)
{
    struct change *c = ctx;
    int a_is = 0;
    c->now = clock_now_ms();
    if (!task_side(db, c->annotator, c->comparison, &a_is, err))
        return false;
    if (a_is == 0)
        return err_set(err, ERR_MISSING, "this comparison was not opened by this annotator before");
    struct ranking k;
    struct arena a = {0};
    int64_t lead = 0;
    bool ok = ranking_lead(db, c->annotator, c->comparison, &lead, err) &&
              (lead == 0 || ranking_read(db, c->annotator, lead, &a, &k, err));
    c->k = ok && lead != 0 ? &k : NULL;
    ok = ok &&
         (c->d->n == (c->k != NULL ? k.n : 2) || c->kind != STEP_SUBMIT ||
          err_set(err, ERR_CONFLICT, "answers were added to this prompt meanwhile; open it again")) &&
         is_said_already(db, c, a_is, err) && (c->nothing_new || append_judgement(db, c, a_is, err));
    c->k = NULL;
    arena_free(&a);
    return ok && draft_state_set(db, c->annotator, c->comparison, NULL, c->now, err) &&
           stmt_run(db, STMT_ASSIGNMENT_END, ARGS(v_int(c->annotator), v_int(c->comparison)), err);
}

static bool check_reason(const struct rubric *r, enum step_kind kind, const char *reason, struct err *err)
{
    const struct reason *list = kind == STEP_SKIP ? r->skip_reasons : r->flag_reasons;
    size_t n = kind == STEP_SKIP ? r->n_skip_reasons : r->n_flag_reasons;
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].key, reason) == 0)
            return true;
    return err_set(err, ERR_RANGE, "\"%.60s\" is not a reason to %s in the rubric %s", reason, step_name(kind),
                   r->name);
}

bool task_decide(struct db *db, int64_t annotator, int64_t comparison, const struct rubric *r, const struct draft *d,
                 struct rng *rng, int64_t *saved, struct err *err)
{
    struct change c = {.annotator = annotator,
                       .comparison = comparison,
                       .r = r,
                       .d = d,
                       .kind = STEP_SUBMIT,
                       .reason = "",
                       .rng = rng};
    if (d->preference == PREFERENCE_UNSET)
        return err_set(err, ERR_RANGE, "a decision says which is better, or that neither is valid");
    if (!db_write(db, submit, &c, err))
        return false;
    *saved = c.nothing_new ? c.said_at : c.now;
    return true;
}

bool task_submit(struct db *db, int64_t annotator, int64_t comparison, const struct rubric *r, const struct draft *d,
                 enum step_kind kind, const char *reason, struct rng *rng, int64_t *saved, struct err *err)
{
    char why[DRAFT_WHY_SIZE];
    if (kind == STEP_SUBMIT && draft_missing(d, r, why) >= 0)
        return err_set(err, ERR_RANGE, "it cannot be submitted yet: %s", why);
    if (kind != STEP_SUBMIT && !check_reason(r, kind, reason != NULL ? reason : "", err))
        return false;
    struct change c = {.annotator = annotator,
                       .comparison = comparison,
                       .r = r,
                       .d = d,
                       .kind = kind,
                       .reason = kind == STEP_SUBMIT ? "" : reason,
                       .rng = rng};
    if (!db_write(db, submit, &c, err))
        return false;
    *saved = c.nothing_new ? c.said_at : c.now;
    return true;
}
