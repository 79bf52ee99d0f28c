#include "app/session.h"

#include "app/rights.h"
#include "app/session_places.h"

#include "core/base/mem.h"
#include "store/annotator.h"
#include "store/content.h"
#include "store/criteria.h"
#include "store/gold.h"
#include "store/setting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool show(struct session *s, int64_t comparison, struct err *err)
{
    if (comparison == 0) {
        task_release(&s->task);
        task_init(&s->task);
    } else if (!task_load(s->db, s->annotator, comparison, &s->rubric, &s->task, err)) {
        return false;
    }
    s->state.saved = s->task.saved;
    return task_get_progress(s->db, s->annotator, &s->progress, err);
}

static bool enter(struct session *s, int64_t comparison, struct err *err)
{
    return task_enter(s->db, s->annotator, comparison, &s->rng, err) && show(s, comparison, err);
}

static bool prepare(struct session *s, struct db *db, const char *name, const char *title, enum task_order order,
                    struct err *err)
{
    *s = (struct session){.db = db, .order = order};
    s->name = mem_dup(name);
    s->title = mem_dup(title);
    rng_seed_any(&s->rng);
    task_init(&s->task);
    s->state = (struct annotate_state){.task = &s->task,
                                       .progress = &s->progress,
                                       .rubric = &s->rubric,
                                       .annotator = s->name,
                                       .workspace = s->title,
                                       .why_none = s->why_none};
    double editor = 1;
    if (!setting_number(db, SET_EDITOR, &editor, err))
        return false;
    s->state.no_editor = editor == 0;
    return rubric_current(db, &s->arena, &s->rubric, err) &&
           setting_get(db, setting_spec(SET_GUIDELINES)->key, &s->arena, &s->state.guidelines, err);
}

bool session_open(struct session *s, struct db *db, const char *name, const char *title, enum task_order order,
                  struct err *err)
{
    return prepare(s, db, name, title, order, err) && rights_sign_on(db, name, err) &&
           annotator_person(db, name, &s->annotator, err);
}

bool session_open_review(struct session *s, struct db *db, const char *name, const char *title, struct err *err)
{
    return prepare(s, db, name, title, ORDER_GIVEN, err) && rights_check(db, ROLE_REVIEWER, err) &&
           rights_sign_on(db, name, err) && annotator_reviewer(db, name, &s->annotator, err);
}

bool session_next(struct session *s, struct err *err)
{
    int64_t comparison;
    s->why_none[0] = '\0';
    return task_next(s->db, s->annotator, s->order, &s->rng, &comparison, err) &&
           (comparison != 0 || task_why_none(s->db, s->annotator, s->why_none, err)) && show(s, comparison, err);
}

bool session_goto(struct session *s, const char *id, struct err *err)
{
    int64_t comparison;
    if (!task_find(s->db, id, &comparison, err))
        return false;
    if (comparison == 0)
        return err_set(err, ERR_MISSING, "there is no comparison %s in this workspace", id);
    return content_in_work(s->db, comparison, err) && enter(s, comparison, err);
}

static bool refuse(struct reaction *out, const char *why)
{
    snprintf(out->message, sizeof out->message, "%.*s", (int)sizeof out->message - 1, why);
    out->refused = true;
    return true;
}

/* ---- changes of the draft ---- */

static enum step_kind step_of(enum action_kind kind)
{
    switch (kind) {
    case ACT_RATE:
        return STEP_RATE;
    case ACT_CLEAR:
        return STEP_CLEAR;
    case ACT_PREFER:
        return STEP_PREFER;
    case ACT_PLACE:
    case ACT_SHIFT:
        return STEP_PLACE;
    case ACT_SURE:
        return STEP_SURE;
    case ACT_MARK:
    case ACT_UNMARK:
        return STEP_MARK;
    case ACT_TEXT:
        return STEP_TEXT;
    default:
        return STEP_MOVE;
    }
}

static void clear_cell(struct draft *d, const struct rubric *r, int cell)
{
    if (cell == cell_preference(r)) {
        d->preference = PREFERENCE_UNSET;
    } else if (cell == cell_because(r)) {
        buf_reset(&d->because);
    } else {
        int n = (int)r->n_attributes;
        d->rating[cell / n][cell % n] = RATING_UNSET;
    }
}

static bool mark(struct draft *d, const struct task *t, const struct action *a, const char **why)
{
    bool fits = a->cell >= 0 && a->cell < d->n && a->from < a->to && a->to <= t->len[a->cell] && a->value >= -1 &&
                a->value <= 1;
    *why = !fits                       ? "that is no passage of an answer"
           : d->spans.n == SPANS_MOST  ? "64 marked passages are the most there is room for"
           : a->len > SPAN_COMMENT_MAX ? "the comment is too long (1000 bytes)"
                                       : NULL;
    if (*why == NULL)
        draft_add_span(d, a->cell, a->from, a->to, a->value, a->text, a->len);
    return *why == NULL;
}

static void spend(struct draft *d, const struct action *a)
{
    d->cell = a->cursor;
    d->pasted += a->pasted;
    d->seconds += a->seconds;
}

/* False: the action does not fit the rubric; *why says so. */
static bool apply(struct draft *d, const struct rubric *r, const struct task *t, const struct action *a,
                  const char **why)
{
    int n = (int)r->n_attributes;
    bool of_places = a->kind == ACT_PLACE || a->kind == ACT_SHIFT;
    bool of_cells = a->kind == ACT_PREFER || a->kind == ACT_RATE || a->kind == ACT_CLEAR;
    if (d->n > 2 && (of_places || of_cells)) {
        if (!session_place(d, r, a, why))
            return false;
        return spend(d, a), true;
    }
    switch (a->kind) {
    case ACT_PLACE:
    case ACT_SHIFT:
        *why = "two answers are compared, not ranked";
        return false;
    case ACT_RATE:
        if (!cell_exists(r, a->cell) || a->cell >= 2 * n || a->value < r->attributes[a->cell % n].min ||
            a->value > r->attributes[a->cell % n].max) {
            *why = "that value is outside the scale";
            return false;
        }
        d->rating[a->cell / n][a->cell % n] = a->value;
        break;
    case ACT_PREFER:
        if (a->value != PREFERENCE_NEITHER && (a->value < -PREFERENCE_MAX || a->value > PREFERENCE_MAX)) {
            *why = "a preference is from -3 to 3";
            return false;
        }
        if (a->value != PREFERENCE_NEITHER && abs(a->value) > r->preference_max) {
            *why = "this rubric has fewer steps: the preference does not go so far";
            return false;
        }
        if (a->value == 0 && !r->zero_allowed) {
            *why = "this rubric asks for a side: no preference is not an answer";
            return false;
        }
        d->preference = a->value;
        break;
    case ACT_TEXT:
        if (a->len > JUSTIFICATION_MAX_BYTES) {
            *why = "the justification is full (16 kB)";
            return false;
        }
        buf_reset(&d->because);
        buf_add(&d->because, a->text, a->len);
        break;
    case ACT_SURE:
        if (!r->asks_confidence || a->value < 0 || a->value > CONFIDENCE_MAX) {
            *why = r->asks_confidence ? "how sure is from 1 to 5" : "this rubric does not ask how sure you are";
            return false;
        }
        d->confidence = a->value;
        break;
    case ACT_MARK:
        if (!mark(d, t, a, why))
            return false;
        break;
    case ACT_UNMARK:
        if (a->value < 0 || (size_t)a->value >= d->spans.n) {
            *why = "there is no such passage";
            return false;
        }
        draft_remove_span(d, (size_t)a->value);
        break;
    case ACT_CLEAR:
        clear_cell(d, r, a->cell);
        break;
    default:
        break;
    }
    return spend(d, a), true;
}

static bool change(struct session *s, const struct action *a, struct reaction *out, struct err *err)
{
    struct draft after;
    draft_init(&after);
    draft_copy(&after, &s->task.draft);
    const char *why = "";
    char not_allowed[CRITERIA_WHY_SIZE];
    bool ok;
    if (!apply(&after, &s->rubric, &s->task, a, &why)) {
        ok = refuse(out, why);
    } else if (a->kind == ACT_PREFER && !criteria_allow(&s->rubric, &after, a->value, not_allowed)) {
        ok = refuse(out, not_allowed);
    } else {
        enum step_kind kind = step_of(a->kind);
        ok = task_change(s->db, s->annotator, s->task.comparison, &s->rubric, &after, kind, &s->state.saved, err);
        if (ok) {
            draft_copy(&s->task.draft, &after);
            s->task.saved = s->state.saved;
            s->task.changed = s->task.changed || kind != STEP_MOVE;
        }
    }
    draft_free(&after);
    return ok;
}

/* ---- ends of an item ---- */

/* As shown. */
static const char *what_is_said(int preference)
{
    return preference == PREFERENCE_UNSET     ? "nothing"
           : preference == PREFERENCE_NEITHER ? "neither is valid"
           : preference < 0                   ? "A is better"
           : preference > 0                   ? "B is better"
                                              : "both are as good";
}

static int preference_of(enum gold_answer answer, int a_is)
{
    switch (answer) {
    case GOLD_FIRST:
        return a_is == 1 ? -1 : 1;
    case GOLD_SECOND:
        return a_is == 1 ? 1 : -1;
    case GOLD_SAME:
        return 0;
    case GOLD_NEITHER:
        break;
    }
    return PREFERENCE_NEITHER;
}

/* What was expected of a qualifying item and what was said instead, where people are told. A ranking says too much for
 * one line. */
static bool give_feedback(struct session *s, struct err *err)
{
    enum gold_answer answer = GOLD_NEITHER;
    bool told;
    s->feedback[0] = '\0';
    if (s->task.n > 2)
        return true;
    if (!gold_expected(s->db, s->task.comparison, &told, &answer, err))
        return false;
    const char *expected = what_is_said(preference_of(answer, s->task.a_is));
    const char *said = what_is_said(s->task.draft.preference);
    if (told && strcmp(expected, said) == 0)
        snprintf(s->feedback, sizeof s->feedback, "as expected: %s", expected);
    else if (told)
        snprintf(s->feedback, sizeof s->feedback, "expected was: %s; you said: %s", expected, said);
    return true;
}

static bool submit(struct session *s, const struct action *a, struct reaction *out, struct err *err)
{
    char why[DRAFT_WHY_SIZE];
    enum step_kind kind = a->kind == ACT_SUBMIT ? STEP_SUBMIT : a->kind == ACT_SKIP ? STEP_SKIP : STEP_FLAG;
    if (kind == STEP_SUBMIT && draft_missing(&s->task.draft, &s->rubric, why) >= 0)
        return refuse(out, why);
    s->task.draft.seconds += a->seconds;
    int64_t saved;
    s->feedback[0] = '\0';
    if (kind == STEP_SUBMIT && !give_feedback(s, err))
        return false;
    if (!task_submit(s->db, s->annotator, s->task.comparison, &s->rubric, &s->task.draft, kind,
                     a->text != NULL ? a->text : "", &s->rng, &saved, err))
        return false;
    if (!session_next(s, err))
        return false;
    s->state.saved = saved;
    snprintf(out->message, sizeof out->message, "%s",
             s->feedback[0] != '\0' ? s->feedback
             : kind == STEP_SUBMIT  ? "submitted"
             : kind == STEP_SKIP    ? "skipped"
                                    : "flagged");
    return true;
}

static bool undo_or_redo(struct session *s, bool undo, struct reaction *out, struct err *err)
{
    int64_t comparison;
    enum step_kind kind;
    bool ok = undo ? task_undo(s->db, s->annotator, &s->rubric, &s->rng, &comparison, &kind, err)
                   : task_redo(s->db, s->annotator, &s->rubric, &s->rng, &comparison, &kind, err);
    if (!ok)
        return false;
    if (comparison == 0)
        return refuse(out, undo ? "nothing to undo" : "nothing to redo");
    bool ends_item = kind == STEP_SUBMIT || kind == STEP_SKIP || kind == STEP_FLAG;
    if (!undo && ends_item ? !session_next(s, err) : !enter(s, comparison, err))
        return false;
    snprintf(out->message, sizeof out->message, "%s: %s", undo ? "undone" : "done again", step_name(kind));
    return true;
}

static bool move_in_history(struct session *s, int direction, struct reaction *out, struct err *err)
{
    int64_t comparison;
    if (!task_neighbour(s->db, s->annotator, s->task.comparison, direction, &comparison, err))
        return false;
    bool unsubmitted = s->task.comparison != 0 && s->task.state == TASK_JUDGED && s->task.changed;
    if (unsubmitted)
        snprintf(out->message, sizeof out->message, "the change is kept, but not submitted: Enter there submits it");
    if (comparison != 0)
        return enter(s, comparison, err);
    if (direction < 0)
        return refuse(out, "this is the oldest item of your history");
    int64_t from = s->task.comparison;
    if (!session_next(s, err))
        return false;
    if (from == s->task.comparison)
        return refuse(out, "this is the newest item");
    return true;
}

bool session_perform(void *session, const struct action *a, struct reaction *out, struct err *err)
{
    struct session *s = session;
    bool on_item = s->task.comparison != 0;
    switch (a->kind) {
    case ACT_MOVE:
    case ACT_RATE:
    case ACT_CLEAR:
    case ACT_PREFER:
    case ACT_PLACE:
    case ACT_SHIFT:
    case ACT_SURE:
    case ACT_MARK:
    case ACT_UNMARK:
    case ACT_TEXT:
        return on_item ? change(s, a, out, err) : refuse(out, "there is no item on the screen");
    case ACT_SUBMIT:
    case ACT_SKIP:
    case ACT_FLAG:
        return on_item ? submit(s, a, out, err) : refuse(out, "there is no item on the screen");
    case ACT_UNDO:
        return undo_or_redo(s, true, out, err);
    case ACT_REDO:
        return undo_or_redo(s, false, out, err);
    case ACT_OLDER:
        return move_in_history(s, -1, out, err);
    case ACT_NEWER:
        return move_in_history(s, +1, out, err);
    case ACT_GOTO: {
        struct err reason = {0};
        if (session_goto(s, a->text, &reason))
            return true;
        if (reason.kind == ERR_MISSING || reason.kind == ERR_CONFLICT || reason.kind == ERR_SYNTAX)
            return refuse(out, reason.text);
        *err = reason;
        return false;
    }
    case ACT_ENTER:
        return on_item || session_next(s, err);
    case ACT_LEAVE:
        return !on_item || (task_leave(s->db, s->annotator, s->task.comparison, err) && show(s, 0, err));
    }
    return true;
}

const struct annotate_state *session_state(void *session)
{
    return &((struct session *)session)->state;
}

void session_close(struct session *s)
{
    task_release(&s->task);
    arena_free(&s->arena);
    mem_free(s->name);
    mem_free(s->title);
}
