#include "app/cmd.h"
#include "app/judge_rank.h"
#include "app/rights.h"
#include "app/session.h"
#include "core/base/json_writer.h"
#include "core/base/utf8.h"
#include "store/db.h"
#include "store/places.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const struct option_spec options[] = {
    {"as", 0, "NAME", "who judges (default: $ASSAY_ANNOTATOR, then the name of the account)", false},
    {"rate", 0, "SIDE.ATTR=N", "a rating: a.helpfulness=4, b.verbosity=1, of both together depth=-1; may be repeated",
     true},
    {"rank", 0, "ORDER", "of several answers, the best first: \"b>a=c>d\"; letters as shown, or ids of answers", false},
    {"prefer", 0, "N", "from -3 (A much better) to 3 (B much better), as far as the rubric goes, or neither", false},
    {"because", 0, "TEXT", "the justification; @A and @B name the sides", false},
    {"skip", 0, "REASON", "skip it with a reason of the rubric", false},
    {"flag", 0, "REASON", "flag it with a reason of the rubric", false},
    {"draft", 0, NULL, "keep it as a draft: do not submit", false},
    {"review", 0, NULL, "decide as a reviewer: it stands above what others said", false},
    {0},
};

static bool perform(struct session *s, struct action a, struct err *err)
{
    struct reaction r = {0};
    a.cursor = s->task.draft.cell;
    if (!session_perform(s, &a, &r, err))
        return false;
    return !r.refused || err_set(err, ERR_RANGE, "%s", r.message);
}

static bool no_attribute(const struct rubric *r, const char *text, struct err *err)
{
    struct buf names = BUF_INIT;
    for (size_t i = 0; i < r->n_attributes; i++)
        buf_addf(&names, "%s%s", i > 0 ? ", " : "", r->attributes[i].key);
    err_set(err, ERR_USAGE, "--rate %s: the rubric %s has no such attribute; it has %s", text, r->name,
            names.len > 0 ? names.ptr : "none");
    buf_free(&names);
    return false;
}

/* "a.helpfulness=4", or "depth=-1" of both together */
static bool rate(struct session *s, const char *text, struct err *err)
{
    const char *dot = strchr(text, '.'), *equals = strchr(text, '=');
    int side = text[0] == '\0' ? -1 : tolower((unsigned char)text[0]) - 'a';
    bool sided = dot == text + 1 && equals != NULL && equals > dot && side >= 0 && side < s->task.n;
    if (equals == NULL || (!sided && dot != NULL && dot < equals))
        return err_set(err, ERR_USAGE, "--rate takes SIDE.ATTRIBUTE=N such as a.helpfulness=4, not \"%s\"", text);
    const char *name = sided ? dot + 1 : text;
    if (!sided)
        side = SIDE_A;
    int attribute = rubric_find(&s->rubric, name, (size_t)(equals - name));
    if (attribute < 0)
        return no_attribute(&s->rubric, text, err);
    if (s->rubric.attributes[attribute].of_comparison == sided)
        return err_set(err, ERR_USAGE,
                       sided ? "--rate %s: it is of both responses together; leave the side out"
                             : "--rate %s: it is of single responses; say a.%s or b.%s",
                       text, s->rubric.attributes[attribute].key, s->rubric.attributes[attribute].key);
    char *end;
    long value = strtol(equals + 1, &end, 10);
    const struct attribute *a = &s->rubric.attributes[attribute];
    if (end == equals + 1 || *end != '\0' || value < a->min || value > a->max)
        return err_set(err, ERR_USAGE, "--rate %s: %s goes from %d to %d", text, a->key, a->min, a->max);
    return perform(s,
                   (struct action){.kind = ACT_RATE,
                                   .cell = s->task.n > 2 ? places_cell(&s->rubric, side, attribute)
                                                         : cell_rating(&s->rubric, side, attribute),
                                   .value = (int)value},
                   err);
}

static bool prefer(struct session *s, const char *text, struct err *err)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (strcmp(text, "neither") == 0)
        value = PREFERENCE_NEITHER;
    else if (end == text || *end != '\0' || value < -s->rubric.preference_max || value > s->rubric.preference_max)
        return err_set(err, ERR_USAGE, "--prefer takes -%d to %d or neither, not \"%s\"", s->rubric.preference_max,
                       s->rubric.preference_max, text);
    return perform(s, (struct action){.kind = ACT_PREFER, .value = (int)value}, err);
}

static bool because(struct session *s, const char *text, struct err *err)
{
    size_t bad;
    if (!utf8_valid(text, strlen(text), &bad))
        return err_set(err, ERR_USAGE, "--because is not UTF-8 at byte %zu", bad + 1);
    return perform(s, (struct action){.kind = ACT_TEXT, .text = text, .len = strlen(text)}, err);
}

static bool end_with_reason(struct session *s, enum action_kind kind, const char *reason, struct err *err)
{
    const struct reason *list = kind == ACT_SKIP ? s->rubric.skip_reasons : s->rubric.flag_reasons;
    size_t n = kind == ACT_SKIP ? s->rubric.n_skip_reasons : s->rubric.n_flag_reasons;
    struct buf known = BUF_INIT;
    bool found = false;
    for (size_t i = 0; i < n; i++) {
        found = found || strcmp(list[i].key, reason) == 0;
        buf_addf(&known, "%s%s", i > 0 ? ", " : "", list[i].key);
    }
    if (!found)
        err_set(err, ERR_USAGE, "there is no reason \"%s\"; the rubric has %s", reason, known.ptr);
    buf_free(&known);
    return found && perform(s, (struct action){.kind = kind, .text = reason, .len = strlen(reason)}, err);
}

static bool say_what_was_given(struct session *s, const struct args *args, struct err *err)
{
    for (size_t i = 0; args_nth(args, "rate", i) != NULL; i++)
        if (!rate(s, args_nth(args, "rate", i), err))
            return false;
    const char *p = args_get(args, "prefer"), *order = args_get(args, "rank"), *why = args_get(args, "because");
    return (order == NULL || judge_rank(s, order, err)) && (p == NULL || prefer(s, p, err)) &&
           (why == NULL || because(s, why, err));
}

static bool judge(struct session *s, const struct args *args, const char **outcome, struct err *err)
{
    const char *skip = args_get(args, "skip"), *flag = args_get(args, "flag");
    if (!say_what_was_given(s, args, err))
        return false;
    *outcome = skip != NULL ? "skipped" : flag != NULL ? "flagged" : args_has(args, "draft") ? "draft" : "submitted";
    if (skip != NULL)
        return end_with_reason(s, ACT_SKIP, skip, err);
    if (flag != NULL)
        return end_with_reason(s, ACT_FLAG, flag, err);
    if (args_has(args, "draft"))
        return true;
    return perform(s, (struct action){.kind = ACT_SUBMIT}, err);
}

static bool answer(const struct app *app, const char *id, const struct session *s, const char *outcome, struct err *err)
{
    struct buf text = BUF_INIT;
    if (app->json) {
        struct json_writer w;
        jw_start(&w, &text);
        jw_object(&w);
        jw_kstr(&w, "comparison", id);
        jw_kstr(&w, "annotator", s->name);
        jw_kstr(&w, "outcome", outcome);
        if (s->feedback[0] != '\0')
            jw_kstr(&w, "feedback", s->feedback);
        jw_object_end(&w);
    } else {
        buf_addf(&text, "%s %s%s%s", id, outcome, s->feedback[0] != '\0' ? "; " : "", s->feedback);
    }
    buf_addc(&text, '\n');
    bool ok = app_print(app, &text, err);
    buf_free(&text);
    return ok;
}

struct visit {
    struct app *app;
    const struct args *args;
};

static bool visit(struct db *db, void *ctx, struct err *err)
{
    const struct visit *v = ctx;
    const char *which = v->args->words.v[0], *outcome = "";
    char id[sizeof((struct task *)0)->id];
    struct session s = {0};
    char name[RIGHTS_NAME_SIZE];
    bool review = args_has(v->args, "review");
    bool ok =
        rights_name(db, args_get(v->args, "as"), name, err) &&
        (review ? session_open_review(&s, db, name, "", err) : session_open(&s, db, name, "", ORDER_GIVEN, err)) &&
        (strcmp(which, "next") == 0 ? session_next(&s, err) : session_goto(&s, which, err));
    if (ok && s.task.comparison == 0)
        ok = err_set(err, ERR_MISSING, "nothing is %s for %s%s%s",
                     s.why_none[0] != '\0' ? "handed out" : "left to judge", s.name, s.why_none[0] != '\0' ? ": " : "",
                     s.why_none);
    if (ok) {
        memcpy(id, s.task.id, sizeof id);
        /* what comes next was handed out with the submit, but nobody sits there to do it */
        ok = judge(&s, v->args, &outcome, err) &&
             (s.task.comparison == 0 || task_leave(db, s.annotator, s.task.comparison, err)) && db_flush(db, err) &&
             answer(v->app, id, &s, outcome, err);
    }
    session_close(&s);
    return ok;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    if (args_has(args, "skip") + args_has(args, "flag") + args_has(args, "draft") > 1)
        return err_set(err, ERR_USAGE, "--skip, --flag and --draft exclude one another");
    if (args_has(args, "review") && strcmp(args->words.v[0], "next") == 0)
        return err_set(err, ERR_USAGE,
                       "--review takes a comparison; \"assay queue --strategy disagreement\" lists them");
    struct db *db;
    struct visit v = {app, args};
    if (!app_open(app, true, &db, err))
        return false;
    /* One transaction: a judgement that is refused leaves no half of a draft behind. */
    bool ok = db_write(db, visit, &v, err);
    db_close(db);
    return ok;
}

const struct command cmd_judge = {
    .name = "judge",
    .summary = "judge one comparison without a screen, for scripts",
    .synopsis =
        "COMPARISON|next [--as NAME] --rate SIDE.ATTR=N ... --prefer N|--rank ORDER [--because TEXT] [--review]",
    .about =
        "Does what the annotation screen does: COMPARISON is an id or its beginning, `next` what the screen would "
        "show. The\n"
        "sides are those that this annotator sees: which response is A was drawn for them and stays so. Where the\n"
        "rubric ranks, a prompt with several answers is one item: --rank puts all of them in order.",
    .example = "  assay judge 7c19 --as ada --rate a.helpfulness=4 --rate b.helpfulness=2 ... --prefer -2 \\\n"
               "        --because \"@A answers the question, @B evades it.\"",
    .options = options,
    .min_words = 1,
    .max_words = 1,
    .run = run,
};
