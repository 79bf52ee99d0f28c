/* Commands of the annotate view, and its state as text. */
#include "core/base/json_writer.h"
#include "store/places.h"
#include "ui/annotate.h"

#include <stdio.h>

/* ---- commands ---- */

static bool run_goto(void *view, struct screen *s, const char *arg, struct err *err)
{
    if (*arg == '\0')
        return err_set(err, ERR_USAGE, ":goto needs the id of a comparison, or its beginning");
    annotate_perform(view, s, (struct action){.kind = ACT_GOTO, .text = arg, .len = strlen(arg)});
    return true;
}

static bool run_stats(void *view, struct screen *s, const char *arg, struct err *err)
{
    (void)arg, (void)err;
    const struct annotate_state *st = annotate_state(view);
    char here[80] = "";
    if (st->task->comparison != 0)
        snprintf(here, sizeof here, "; %.8s has taken %.0f min", st->task->id, st->task->draft.seconds / 60);
    screen_say(s, "%lld of %lld%s done, %lld today, %lld waiting%s", (long long)st->progress->done,
               (long long)st->progress->total, annotate_counted(st), (long long)st->progress->today,
               (long long)st->progress->waiting, here);
    return true;
}

static bool run_guidelines(void *view, struct screen *s, const char *arg, struct err *err)
{
    (void)arg, (void)err;
    annotate_guidelines(view, s);
    return true;
}

const struct command annotate_commands[] = {
    {"goto", NULL, "ID", "go to a comparison by its id, or the beginning of it", NULL, run_goto},
    {"guidelines", NULL, "", "the guidelines of this workspace", NULL, run_guidelines},
    {"stats", NULL, "", "how much is done; the id of this one, and its time", NULL, run_stats},
    {0},
};

/* ---- the model, for tests ---- */

static void dump_cell(const struct annotate_state *st, int cell, struct buf *out)
{
    struct cell_place place = annotate_place(st->rubric, cell);
    if (st->task->n > 2 && cell < draft_because(&st->task->draft, st->rubric)) {
        struct places_at at = places_at(st->rubric, cell);
        buf_addf(out, at.attribute < 0 ? "%c" : "%c.%s", 'a' + at.answer,
                 at.attribute < 0 ? "" : st->rubric->attributes[at.attribute].key);
    } else if (st->task->n > 2)
        buf_adds(out, "because");
    else if (place.attribute >= 0 && st->rubric->attributes[place.attribute].of_comparison)
        buf_addf(out, "both.%s", st->rubric->attributes[place.attribute].key);
    else if (place.attribute >= 0)
        buf_addf(out, "%c.%s", "ab"[place.side], st -> rubric -> attributes[place.attribute].key);
    else
        buf_adds(out, cell == cell_preference(st->rubric) ? "preference" : "because");
}

/* "place c 1", and ratings in the same words as of two. */
static void dump_ranking(const struct annotate_state *st, struct buf *out)
{
    const struct draft *d = &st->task->draft;
    for (int i = 0; i < d->n; i++) {
        buf_addf(out, d->place[i] > 0 ? "place %c %d\n" : "place %c .\n", 'a' + i, d->place[i]);
        for (size_t k = 0; k < st->rubric->n_attributes; k++) {
            buf_addf(out, "%c.%s", 'a' + i, st->rubric->attributes[k].key);
            buf_addf(out, d->rating[i][k] == RATING_UNSET ? " .\n" : " %d\n", d->rating[i][k]);
        }
    }
}

static void dump_draft(const struct annotate_state *st, struct buf *out)
{
    const struct draft *d = &st->task->draft;
    if (d->n > 2)
        dump_ranking(st, out);
    for (int cell = 0; d->n == 2 && cell < cell_preference(st->rubric); cell++) {
        struct cell_place place = annotate_place(st->rubric, cell);
        if (place.attribute < 0)
            continue;
        int value = d->rating[place.side][place.attribute];
        dump_cell(st, cell, out);
        buf_addf(out, value == RATING_UNSET ? " .\n" : " %d\n", value);
    }
    if (d->preference == PREFERENCE_UNSET)
        buf_adds(out, d->n == 2 ? "preference ?\n" : "");
    else if (d->preference == PREFERENCE_NEITHER)
        buf_adds(out, "preference neither\n");
    else
        buf_addf(out, "preference %d\n", d->preference);
    if (d->confidence > 0)
        buf_addf(out, "sure %d\n", d->confidence);
    for (size_t i = 0; i < d->spans.n; i++)
        buf_addf(out, "passage %c %zu-%zu %d %s\n", 'a' + d->spans.v[i].side, d->spans.v[i].from, d->spans.v[i].to,
                 d->spans.v[i].sign, d->spans.v[i].comment);
    struct json_writer w;
    buf_adds(out, "because ");
    jw_start(&w, out);
    jw_strn(&w, d->because.ptr, d->because.len);
    buf_addc(out, '\n');
}

void annotate_dump(const void *view, struct buf *out)
{
    static const char *const states[] = {"open", "judged", "skipped", "flagged"};
    static const char *const modes[] = {
#define X(id, name) [MODE_##id] = name,
        ANNOTATE_MODES(X)
#undef X
    };
    static const char *const panes[] = {[PANE_A] = "a", [PANE_B] = "b", [PANE_PROMPT] = "prompt"};
    const struct annotate *a = view;
    const struct annotate_state *st = annotate_state(a);
    buf_addf(out, "comparison %s\n", st->task->comparison == 0 ? "none" : st->task->id);
    buf_addf(out, "mode %s\nlayout %s%s\nfocus %s\n", modes[a->mode], arrangement_name(a->tastes->arrange),
             a->maximised ? " maximised" : "", panes[a->focus]);
    if (st->task->comparison == 0)
        return;
    buf_addf(out, "state %s%s\ncell ", states[st->task->state], st->task->changed ? " changed" : "");
    dump_cell(st, st->task->draft.cell, out);
    buf_addc(out, '\n');
    dump_draft(st, out);
    buf_addf(out, "texts %s%s\n", a->tastes->markdown ? "markdown" : "raw", a->tastes->diff ? " diff" : "");
    if (a->sought != NULL)
        buf_addf(out, "hit %zu of %zu\n", a->hits.n > 0 ? a->hit + 1 : 0, (size_t)a->hits.n);
    for (int p = 0; p < PANE_COUNT; p++)
        buf_addf(out, "scroll %s %d of %d\n", panes[p], textview_top(&a->text[p]), textview_rows(&a->text[p]));
}
