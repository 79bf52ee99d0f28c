#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/ui_host.h"

#include "core/base/mem.h"
#include "store/places.h"
#include "tests/support/golden.h"
#include "tests/support/workbench_stage.h"
#include "ui/view_annotate.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { FIRST_SAVED = 50527000 }; /* 14:02:07 */

/* ---- the host ---- */

static struct ui_host_item *here(struct ui_host_fake *h)
{
    return h->at < h->n ? &h->items[h->at] : NULL;
}

static const struct annotate_state *state(void *ctx)
{
    struct ui_host_fake *h = ctx;
    struct ui_host_item *item = here(h);
    h->state.task = item != NULL ? &item->task : &h->nothing;
    h->progress.total = h->n + h->with_others;
    h->progress.done = 0;
    for (int i = 0; i < h->n; i++)
        h->progress.done += h->items[i].task.state != TASK_OPEN;
    h->progress.today = h->progress.done;
    h->progress.waiting = h->n - h->progress.done;
    return &h->state;
}

static struct ui_host_moment *moment(const struct ui_host_fake *h)
{
    struct ui_host_moment *m = mem_alloc(sizeof *m);
    for (int i = 0; i < h->n; i++) {
        draft_init(&m->drafts[i]);
        draft_copy(&m->drafts[i], &h->items[i].task.draft);
        m->states[i] = h->items[i].task.state;
        m->changed[i] = h->items[i].task.changed;
    }
    m->at = h->at;
    return m;
}

static void forget(const struct ui_host_fake *h, struct ui_host_moment *m)
{
    for (int i = 0; i < h->n; i++)
        draft_free(&m->drafts[i]);
    mem_free(m);
}

static void go_back_to(struct ui_host_fake *h, const struct ui_host_moment *m)
{
    for (int i = 0; i < h->n; i++) {
        draft_copy(&h->items[i].task.draft, &m->drafts[i]);
        h->items[i].task.state = m->states[i];
        h->items[i].task.changed = m->changed[i];
    }
    h->at = m->at;
}

static void remember(struct ui_host_fake *h)
{
    while (h->undone > 0) {
        forget(h, h->past[--h->n_past]);
        h->undone--;
    }
    if (h->n_past == (int)(sizeof h->past / sizeof *h->past)) {
        forget(h, h->past[0]);
        memmove(h->past, h->past + 1, sizeof h->past - sizeof *h->past);
        h->n_past--;
    }
    h->past[h->n_past++] = moment(h);
}

/* Swap what is now with what was: undo and redo are the same exchange in two directions. */
static bool exchange(struct ui_host_fake *h, int index)
{
    struct ui_host_moment *now = moment(h);
    go_back_to(h, h->past[index]);
    forget(h, h->past[index]);
    h->past[index] = now;
    return true;
}

static bool refuse(struct reaction *out, const char *why)
{
    out->refused = true;
    snprintf(out->message, sizeof out->message, "%s", why);
    return true;
}

static bool undo(struct ui_host_fake *h, bool redo, struct reaction *out)
{
    if (redo ? h->undone == 0 : h->undone == h->n_past)
        return refuse(out, redo ? "There is nothing to do again." : "There is nothing to undo.");
    h->undone += redo ? 0 : 1;
    exchange(h, h->n_past - h->undone);
    h->undone -= redo ? 1 : 0;
    snprintf(out->message, sizeof out->message, redo ? "Done again." : "Undone.");
    return true;
}

static void next_open(struct ui_host_fake *h)
{
    for (h->at = 0; h->at < h->n && h->items[h->at].task.state != TASK_OPEN;)
        h->at++;
}

static bool finish(struct ui_host_fake *h, enum task_state as, const char *reason, struct reaction *out)
{
    struct task *t = &here(h)->task;
    remember(h);
    draft_copy(&here(h)->submitted, &t->draft);
    t->state = as;
    t->reason = arena_dup(&h->arena, reason);
    t->changed = false;
    next_open(h);
    snprintf(out->message, sizeof out->message, "Saved.");
    return true;
}

static bool walk(struct ui_host_fake *h, int by, struct reaction *out)
{
    if (h->at + by < 0 || h->at + by > h->n)
        return refuse(out, by < 0 ? "This is the first one." : "This is the newest one.");
    h->at += by;
    return true;
}

static bool go_to(struct ui_host_fake *h, const char *id, struct err *err)
{
    for (int i = 0; i < h->n; i++)
        if (strncmp(h->items[i].task.id, id, strlen(id)) == 0)
            return h->at = i, true;
    return err_set(err, ERR_MISSING, "there is no comparison %s", id);
}

static void clear(struct draft *d, const struct rubric *r, int cell)
{
    int n = (int)r->n_attributes;
    struct places_at at = places_at(r, cell);
    if (cell == draft_because(d, r))
        buf_reset(&d->because);
    else if (d->n > 2 && at.attribute < 0)
        places_take(d, at.answer);
    else if (d->n > 2)
        d->rating[at.answer][at.attribute] = RATING_UNSET;
    else if (cell < 2 * n)
        d->rating[cell / n][cell % n] = RATING_UNSET;
    else
        d->preference = PREFERENCE_UNSET;
}

/* Of several answers. */
static bool rank(struct draft *d, const struct rubric *r, const struct action *a)
{
    struct places_at at = places_at(r, a->cell);
    if (a->kind == ACT_PLACE && a->value > 0)
        places_put(d, a->cell, a->value);
    else if (a->kind == ACT_PLACE)
        places_join(d, a->cell, -a->value);
    else if (a->kind == ACT_SHIFT)
        places_step(d, a->cell, a->value);
    else if (a->kind == ACT_RATE && d->n > 2)
        d->rating[at.answer][at.attribute] = a->value;
    else
        return false;
    return true;
}

static void change(struct ui_host_fake *h, const struct action *a)
{
    struct task *t = &here(h)->task;
    struct draft *d = &t->draft;
    int n = (int)h->rubric.n_attributes;
    if (a->kind != ACT_MOVE) {
        remember(h);
        t->changed = true;
    }
    if (rank(d, &h->rubric, a))
        ; /* done */
    else if (a->kind == ACT_RATE)
        d->rating[a->cell / n][a->cell % n] = a->value;
    else if (a->kind == ACT_PREFER)
        d->preference = a->value;
    else if (a->kind == ACT_SURE)
        d->confidence = a->value;
    else if (a->kind == ACT_MARK)
        draft_add_span(d, a->cell, a->from, a->to, a->value, a->text, a->len);
    else if (a->kind == ACT_UNMARK)
        draft_remove_span(d, (size_t)a->value);
    else if (a->kind == ACT_CLEAR)
        clear(d, &h->rubric, a->cell);
    else if (a->kind == ACT_TEXT) {
        buf_reset(&d->because);
        buf_add(&d->because, a->text, a->len);
        d->pasted += a->pasted;
    }
    d->cell = a->cursor;
    d->seconds += a->seconds;
    h->state.saved += 1000;
}

static void take_down(struct ui_host_fake *h, const struct action *a)
{
    size_t used = strlen(h->log), need = strlen(action_name(a->kind)) + 2;
    if (used + need >= sizeof h->log)
        used = 0;
    snprintf(h->log + used, sizeof h->log - used, "%s%s", used > 0 ? " " : "", action_name(a->kind));
    h->last = *a;
    mem_free(h->last_text);
    h->last_text = a->text != NULL ? mem_ndup(a->text, a->len) : NULL;
    h->last.text = h->last_text;
}

static bool perform(void *ctx, const struct action *a, struct reaction *out, struct err *err)
{
    struct ui_host_fake *h = ctx;
    if (a->kind == ACT_ENTER) /* everything is handed out from the beginning */
        return true;
    take_down(h, a);
    if (h->failing && a->kind != ACT_LEAVE)
        return err_set(err, ERR_IO, "the workspace cannot be written: no space left on the disk");
    switch (a->kind) {
    case ACT_SUBMIT:
        return finish(h, TASK_JUDGED, "", out);
    case ACT_SKIP:
        return finish(h, TASK_SKIPPED, a->text, out);
    case ACT_FLAG:
        return finish(h, TASK_FLAGGED, a->text, out);
    case ACT_UNDO:
    case ACT_REDO:
        return undo(h, a->kind == ACT_REDO, out);
    case ACT_OLDER:
    case ACT_NEWER:
        return walk(h, a->kind == ACT_OLDER ? -1 : 1, out);
    case ACT_GOTO:
        return go_to(h, a->text, err);
    case ACT_LEAVE:
        return true;
    default:
        change(h, a);
        return true;
    }
}

void ui_host_init(struct ui_host_fake *h, const char *rubric)
{
    struct err err;
    memset(h, 0, sizeof *h);
    setlocale(LC_ALL, "C.UTF-8");
    setenv("TZ", "UTC", 1);
    tzset();
    bool ok = *rubric == '{' ? rubric_parse(rubric, strlen(rubric), "test", &h->arena, &h->rubric, &err)
                             : rubric_builtin(rubric, &h->arena, &h->rubric, &err);
    cr_assert(ok, "%s", err.text);
    h->host = (struct ui_host){.perform = perform, .state = state, .ctx = h};
    h->nothing.source = h->nothing.reason = "";
    draft_init(&h->nothing.draft);
    h->state = (struct annotate_state){.progress = &h->progress,
                                       .rubric = &h->rubric,
                                       .annotator = "ada",
                                       .workspace = "helpsteer2",
                                       .saved = FIRST_SAVED};
}

void ui_host_free(struct ui_host_fake *h)
{
    for (int i = 0; i < h->n_past; i++)
        forget(h, h->past[i]);
    for (int i = 0; i < h->n; i++) {
        draft_free(&h->items[i].task.draft);
        draft_free(&h->items[i].submitted);
    }
    mem_free(h->last_text);
    draft_free(&h->nothing.draft);
    arena_free(&h->arena);
}

void ui_host_add(struct ui_host_fake *h, const char *source, const char *prompt, const char *a, const char *b)
{
    struct ui_host_item *item = &h->items[h->n++];
    struct task *t = &item->task;
    t->comparison = h->n;
    snprintf(t->id, sizeof t->id, "%02x%030x", 0xc0 + h->n, 7 * h->n);
    t->source = source;
    t->reason = "";
    t->a_is = 1;
    t->n = 2;
    t->text[SIDE_A] = a;
    t->text[SIDE_B] = b;
    t->len[SIDE_A] = strlen(a);
    t->len[SIDE_B] = strlen(b);
    t->turns = item->turns;
    draft_init(&t->draft);
    draft_init(&item->submitted);
    ui_host_add_turn(h, "user", prompt);
}

void ui_host_add_ranking(struct ui_host_fake *h, const char *prompt, const char *const *answers, int n)
{
    ui_host_add(h, "sample", prompt, answers[0], answers[1]);
    struct task *t = &h->items[h->n - 1].task;
    t->n = t->draft.n = n;
    for (int i = 0; i < n; i++) {
        t->text[i] = answers[i];
        t->len[i] = strlen(answers[i]);
    }
}

void ui_host_add_rankings(struct ui_host_fake *h)
{
    static const char *const sky[] = {
        "Because of Rayleigh scattering: its intensity goes with the inverse fourth power of the wavelength.",
        "Sunlight looks white, but it is a mix of all colours. When it hits the air, the tiny molecules scatter blue "
        "light much more than red, so from every part of the sky some blue light reaches your eyes.",
        "Great question! The sky is blue because it reflects the ocean, which is blue. Here are some more facts:\n\n• "
        "At "
        "sunset the sky turns red.\n• On Mars the sky is *butterscotch*.\n• The word \"sky\" comes from Old "
        "Norse.\n\n\033[31mAs an assistant I hope this helps.\033[0m",
        "Sunlight is a mix of all colours. The air scatters blue light much more than red, so that blue comes to your "
        "eyes from everywhere."};
    static const char *const hiccups[] = {"Hold your breath.",
                                          "呼吸を止めてください。",
                                          "Nothing.",
                                          "Drink a glass of water slowly.",
                                          "Sugar.",
                                          "Ask somebody to scare you.",
                                          "See a doctor.",
                                          "Wait.",
                                          "Hiccups are involuntary contractions."};
    ui_host_add_ranking(h, "Explain to a ten-year-old why the sky is blue, in at most three sentences.", sky, 4);
    ui_host_add_ranking(h, "What helps against hiccups?", hiccups, 9);
}

void ui_host_add_turn(struct ui_host_fake *h, const char *role, const char *content)
{
    struct ui_host_item *item = &h->items[h->n - 1];
    item->turns[item->task.n_turns++] = (struct turn){role, content, strlen(content)};
}

void ui_host_add_samples(struct ui_host_fake *h)
{
    ui_host_add(
        h, "sample", "Explain to a ten-year-old why the sky is blue, in at most three sentences.",
        "Sunlight looks white, but it is a mix of all colours. When it hits the air, the tiny molecules scatter "
        "blue light much more than red, so from every part of the sky some blue light reaches your eyes.",
        "Great question! The sky is blue because it reflects the ocean, which is blue. Here are some more "
        "facts:\n\n• At sunset the sky turns red.\n• On Mars the sky is *butterscotch*.\n• The word \"sky\" "
        "comes from Old Norse.\n\n\033[31mAs an assistant I hope this helps.\033[0m Tell me if you want to know "
        "more about the sky, the sea, or anything else at all, and I will gladly go on for as long as you like.");
    ui_host_add(
        h, "code", "Write a C function that returns the length of the longest run of equal bytes.",
        "```c\nsize_t longest_run(const uint8_t *p, size_t n)\n{\n    size_t best = 0, run = 0;\n    for (size_t "
        "i = 0; i < n; i++) {\n        run = i && p[i] == p[i - 1] ? run + 1 : 1;\n        if (run > best)\n     "
        "       best = run;\n    }\n    return best;\n}\n```\nAn empty buffer has length 0.",
        "```c\nint longest_run(unsigned char *p, int n)\n{\n\tint best = 1, run = 1;\n\tfor (int i = 1; i < n; "
        "i++) {\n\t\tif (p[i] == p[i - 1]) run++; else run = 1;\n\t\tif (run > best) best = run;\n\t}\n\treturn "
        "best;   // an empty buffer gives 1\n}\n```");
    ui_host_add_turn(h, "assistant", "Do you want it for signed or unsigned bytes?");
    ui_host_add_turn(h, "user", "Unsigned. Handle the empty buffer.");
    ui_host_add(h, "多言語", "空はなぜ青いのですか。",
                "太陽の光は空気中の分子によって散乱されます。青い光は赤い光よりも"
                "強く散乱されるため、空は青く見えます。",
                "海の色が空に映っているからです。👩‍👩‍👧‍👦 é 한국어");
}

/* ---- the stage ---- */

void ui_stage_init(struct ui_stage *s, const char *rubric)
{
    struct err err;
    memset(s, 0, sizeof *s);
    s->dump = BUF_INIT;
    ui_host_init(&s->host, rubric);
    s->keys = keys_new();
    bool ok = keys_default(s->keys, &err);
    cr_assert(ok, "%s", err.text);
}

void ui_stage_open(struct ui_stage *s, int rows, int cols, bool ascii)
{
    screen_init(&s->screen, s->keys, rows, cols, ascii);
    s->screen.resizable = true;
    screen_push(&s->screen, view_annotate(&s->host.host));
    screen_draw(&s->screen);
}

void ui_stage_free(struct ui_stage *s)
{
    screen_release(&s->screen);
    keys_free(s->keys);
    ui_host_free(&s->host);
    buf_free(&s->dump);
}

void ui_stage_press(struct ui_stage *s, const char *keys)
{
    stage_press(&s->screen, keys);
}

const char *ui_stage_text(struct ui_stage *s)
{
    buf_reset(&s->dump);
    grid_dump(&s->screen.grid, &s->dump);
    return s->dump.ptr;
}

const char *ui_stage_styles(struct ui_stage *s)
{
    buf_reset(&s->dump);
    grid_dump_styles(&s->screen.grid, &s->dump);
    return s->dump.ptr;
}

const char *ui_stage_model(struct ui_stage *s)
{
    buf_reset(&s->dump);
    screen_dump_model(&s->screen, &s->dump);
    return s->dump.ptr;
}

void ui_stage_golden(struct ui_stage *s, const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "screens/%s.txt", name);
    golden_expect(path, ui_stage_text(s));
}
