/* Deeds taken back. What cannot be taken back any more, because others went on from it, says so and is off the stack.
 */
#include "app/deeds.h"

#include "app/rights.h"
#include "app/session.h"

#include "store/assign.h"
#include "store/content.h"
#include "store/review.h"

#include <stdio.h>
#include <string.h>

/* "taken back: <text>" */
static void say(struct reaction *out, const char *text)
{
    snprintf(out->message, sizeof out->message, "taken back: %.180s", text);
}

static bool say_of(struct deed_context *c, int64_t comparison, const char *text, struct reaction *out, struct err *err)
{
    char hex[ID_HEX_SIZE], line[80];
    if (!content_comparison_hex(c->db, comparison, hex, err))
        return false;
    snprintf(line, sizeof line, "%.8s %s", hex, text);
    say(out, line);
    out->comparison = comparison;
    return true;
}

static bool unretire(struct deed_context *c, const struct done *d, struct reaction *out, struct err *err)
{
    return content_retire(c->db, d->row, false, c->person, NULL, err) &&
           say_of(c, d->row, "is in work again", out, err);
}

static bool unrestore(struct deed_context *c, const struct done *d, struct reaction *out, struct err *err)
{
    return content_retire(c->db, d->row, true, c->person, NULL, err) && say_of(c, d->row, "is retired again", out, err);
}

static bool unassign(struct deed_context *c, const struct done *d, struct reaction *out, struct err *err)
{
    char line[160];
    size_t taken = 0, given = 0;
    struct assignment a = {.to = d->to, .comparisons = d->comparisons.v, .n = d->comparisons.n, .handed = d->handed.v};
    for (size_t i = 0; i < d->handed.n; i++)
        given += d->handed.v[i];
    if (!assign_take_back(c->db, c->person, &a, &taken, err))
        return false;
    snprintf(line, sizeof line, "%zu of the %zu handed to %.60s%s", taken, given, d->to,
             taken < given ? "; the others were begun, or are over" : "");
    say(out, line);
    return true;
}

static bool want_less(struct deed_context *c, const struct done *d, struct reaction *out, struct err *err)
{
    char text[60];
    if (d->before < 0)
        snprintf(text, sizeof text, "wants as many people as all others");
    else
        snprintf(text, sizeof text, "wants %lld people again", (long long)d->before);
    return assign_want(c->db, c->person, d->row, d->before, err) && say_of(c, d->row, text, out, err);
}

static bool undecide(struct deed_context *c, struct reaction *out, struct err *err)
{
    int64_t comparison = 0;
    if (!review_undo(c->db, c->person, &c->session->rng, &comparison, err))
        return false;
    if (comparison == 0)
        return err_set(err, ERR_MISSING, "there is no decision to take back");
    return say_of(c, comparison, "is not decided any more", out, err);
}

static bool undo_decision(struct deed_context *c, const struct done *d, struct reaction *out, struct err *err)
{
    (void)d;
    return undecide(c, out, err);
}

static bool undrop(struct deed_context *c, const struct done *d, struct reaction *out, struct err *err)
{
    struct arena a = {0};
    struct judgement j;
    bool ok =
        review_undrop(c->db, c->person, d->row, &c->session->rng, err) && judgement_get(c->db, d->row, &a, &j, err);
    if (ok) {
        char line[100];
        snprintf(line, sizeof line, "what %.60s said counts again", j.annotator_name);
        say(out, line);
        out->comparison = j.comparison;
    }
    arena_free(&a);
    return ok;
}

/* Is that what was done last? Not when there was annotating since. */
static bool is_last(const struct deed_context *c, int64_t step)
{
    return c->done.n > 0 && step <= c->done.v[c->done.n - 1].step;
}

static bool undo_deed(struct deed_context *c, struct reaction *out, struct err *err)
{
    static bool (*const functions[DEED_COUNT])(struct deed_context *, const struct done *, struct reaction *,
                                               struct err *) = {
        [DEED_RETIRE] = unretire,    [DEED_RESTORE] = unrestore,    [DEED_ASSIGN] = unassign,
        [DEED_ONE_MORE] = want_less, [DEED_DECIDE] = undo_decision, [DEED_DROP] = undrop};
    const struct done *d = &c->done.v[c->done.n - 1];
    struct err reason = {0};
    struct reaction said = {0};
    if (!rights_check(c->db, deed_role(d->kind), err))
        return false;
    bool ok = functions[d->kind](c, d, &said, &reason);
    if (!deed_answer(ok, out, said.message, &reason, err))
        return false;
    if (out->refused)
        snprintf(out->message, sizeof out->message, "it cannot be taken back any more: %.150s", reason.text);
    out->comparison = said.comparison;
    deeds_forget_last(c);
    return true;
}

/* While another view is on the screen: the item is not kept from others. */
static bool undo_annotating(struct deed_context *c, struct reaction *out, struct err *err)
{
    bool on_item = c->session->task.comparison != 0;
    struct reaction said = {0}, left = {0};
    if (!session_perform(c->session, &(struct action){.kind = ACT_UNDO}, &said, err))
        return false;
    out->refused = said.refused;
    out->comparison = c->session->task.comparison;
    snprintf(out->message, sizeof out->message, "in annotate, %.180s", said.message);
    return on_item || session_perform(c->session, &(struct action){.kind = ACT_LEAVE}, &left, err);
}

/* There is nothing any more, or there never was: that is not the same. */
static bool nothing_left(const struct deed_context *c, struct err *reason)
{
    return err_set(reason, ERR_MISSING,
                   *c->taken != '\0' ? "all that was done here is taken back; the last: %.120s"
                                     : "nothing was done here yet that could be taken back%s",
                   c->taken);
}

static void note_taken(struct deed_context *c, const struct reaction *out)
{
    static const char before[] = "taken back: ";
    bool said = strncmp(out->message, before, strlen(before)) == 0;
    if (!out->refused)
        snprintf(c->taken, sizeof c->taken, "%s", out->message + (said ? strlen(before) : 0));
}

static bool take_back(struct deed_context *c, const struct deed *deed, struct reaction *out, struct err *err)
{
    int64_t step = 0;
    struct err reason = {0};
    if (!task_last_step(c->db, c->annotator, &step, err))
        return false;
    if (is_last(c, step))
        return undo_deed(c, out, err);
    if (step > c->began)
        return undo_annotating(c, out, err);
    if (deed->value != 0 && !rights_check(c->db, ROLE_REVIEWER, err))
        return false;
    struct reaction said = {0};
    bool ok = deed->value != 0 ? undecide(c, &said, &reason) : nothing_left(c, &reason);
    out->comparison = said.comparison;
    return deed_answer(ok, out, said.message, &reason, err);
}

bool deed_take_back(struct deed_context *c, const struct deed *deed, struct reaction *out, struct err *err)
{
    bool ok = take_back(c, deed, out, err);
    if (ok)
        note_taken(c, out);
    return ok;
}

bool deeds_annotate(void *context, const struct action *action, struct reaction *out, struct err *err)
{
    struct deed_context *c = context;
    int64_t step = 0;
    if (action->kind != ACT_UNDO)
        return session_perform(c->session, action, out, err);
    if (!task_last_step(c->db, c->annotator, &step, err))
        return false;
    bool deed = is_last(c, step);
    bool ok = deed ? undo_deed(c, out, err) : session_perform(c->session, action, out, err);
    struct err reason = {0};
    if (ok && !deed && out->refused && !nothing_left(c, &reason))
        snprintf(out->message, sizeof out->message, "%.190s", reason.text);
    if (ok)
        note_taken(c, out);
    return ok;
}

const struct annotate_state *deeds_annotate_state(void *context)
{
    return session_state(((struct deed_context *)context)->session);
}
