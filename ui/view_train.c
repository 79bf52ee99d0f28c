#include "ui/view_train.h"

#include "ui/find.h"
#include "ui/pager.h"
#include "ui/train.h"

/* ---- what is there ---- */

static void read_form(struct train_view *v, struct screen *s)
{
    const struct train_host *host = v->workbench->train;
    const struct train_form *form;
    struct err err;
    if (host == NULL)
        return;
    if (host->form(host->ctx, &form, &err))
        form_set(&v->form, form);
    else
        screen_refuse(s, "%s", err.text);
}

static void read_runs(struct train_view *v, struct screen *s)
{
    struct err err;
    if (v->workbench->db != NULL && !run_table_read(&v->runs, v->workbench->db, &err))
        screen_refuse(s, "%s", err.text);
}

static void look(struct train_view *v, struct screen *s)
{
    const struct train_host *host = v->workbench->train;
    if (host == NULL)
        return;
    v->state = host->look(host->ctx);
    if (v->state->ended == v->ended)
        return;
    v->ended = v->state->ended;
    read_runs(v, s);
}

static void shown(void *view, struct screen *s)
{
    struct train_view *v = view;
    read_form(v, s);
    look(v, s);
    read_runs(v, s);
}

static void woken(void *view, struct screen *s)
{
    look(view, s);
}

static bool busy(const void *view)
{
    const struct train_view *v = view;
    return train_busy(v->state);
}

/* ---- requests ---- */

static void run(struct train_view *v, struct screen *s)
{
    const struct train_host *host = v->workbench->train;
    struct form_words words = {0};
    struct err err;
    if (host == NULL || v->form.what == NULL) {
        screen_refuse(s, "Heads cannot be fitted here.");
        return;
    }
    form_words(&v->form, &words);
    if (!host->start(host->ctx, TRAIN_FIT, (const char *const *)words.v.v, words.v.n, &err))
        screen_refuse(s, "%s", err.text);
    form_words_free(&words);
    look(v, s);
}

bool train_busy(const struct train_state *state)
{
    return state != NULL && state->work.state == WORK_RUNNING;
}

void train_stop(const struct workbench *w, const struct train_state *state, struct screen *s)
{
    if (!train_busy(state)) {
        screen_say(s, "Nothing goes on that could be stopped.");
        return;
    }
    w->train->stop(w->train->ctx);
    screen_say(s, "It was asked to stop.");
}

static void open_figures(const struct train_view *v, struct screen *s)
{
    const struct train_result *r = v->state != NULL ? v->state->result : NULL;
    if (r == NULL || r->page == NULL || *r->page == '\0') {
        screen_say(s, r == NULL ? "Nothing was fitted here yet." : "This head could not be judged.");
        return;
    }
    struct buf text = BUF_INIT;
    buf_adds(&text, r->page);
    screen_push(s, pager_table(r->model, &text));
}

/* Enter: type where something can be typed, else take the next choice. */
static void change(struct train_view *v, struct screen *s)
{
    if (!form_type(&v->form) && !form_step(&v->form, 1))
        screen_say(s, "There is only one choice.");
}

static void type(struct train_view *v, struct screen *s, enum request r)
{
    switch (r) {
    case REQ_ACCEPT:
    case REQ_DONE:
        form_typed(&v->form, r == REQ_ACCEPT);
        break;
    default:
        if (!editor_request(&v->form.editor, r, FORM_TYPED))
            s->beep = true;
    }
}

static void request(void *view, struct screen *s, enum request r)
{
    struct train_view *v = view;
    if (v->form.typing) {
        type(v, s, r);
        return;
    }
    switch (r) {
    case REQ_COLUMN_LEFT:
    case REQ_COLUMN_RIGHT:
        if (!form_step(&v->form, r == REQ_COLUMN_LEFT ? -1 : 1))
            screen_say(s, "This is typed: Enter begins.");
        break;
    case REQ_OPEN:
        change(v, s);
        break;
    case REQ_CLEAR:
        form_reset_field(&v->form);
        break;
    case REQ_RUN:
        run(v, s);
        break;
    case REQ_STOP:
        train_stop(v->workbench, v->state, s);
        break;
    case REQ_FIGURES:
        open_figures(v, s);
        break;
    case REQ_REFRESH:
        shown(v, s);
        break;
    case REQ_UNDO:
        (void)workbench_undo(v->workbench, s, false, NULL);
        break;
    case REQ_LEAVE:
        if (busy(v))
            screen_say(s, "The work goes on.");
        screen_pop(s);
        break;
    default:
        if (!list_request(&v->form.list, s, r))
            screen_refuse(s, "\"%s\" means nothing here.", request_name(r));
    }
}

static bool text(void *view, struct screen *s, const char *typed, size_t n, bool pasted)
{
    struct train_view *v = view;
    (void)pasted;
    if (!v->form.typing)
        return false;
    if (!editor_insert(&v->form.editor, typed, n))
        screen_refuse(s, "The line is full.");
    return true;
}

static bool is_sought(void *ctx, size_t i)
{
    struct {
        const struct form *form;
        const char *what;
    } *x = ctx;
    return find_in(x->form->what->field[x->form->holds.v[i]].label, x->what);
}

static bool find(void *view, struct screen *s, const char *what, int direction)
{
    struct train_view *v = view;
    struct {
        const struct form *form;
        const char *what;
    } x = {&v->form, what};
    (void)s;
    return list_find(&v->form.list, direction, is_sought, &x);
}

/* ---- the view ---- */

static enum keymap keymap(const void *view)
{
    return ((const struct train_view *)view)->form.typing ? KEYMAP_LINE : KEYMAP_TRAIN;
}

static void dump(const void *view, struct buf *out)
{
    static const char *const states[] = {"none", "running", "done", "failed", "stopped"};
    const struct train_view *v = view;
    const struct train_field *x = form_field(&v->form);
    struct form_words words = {0};
    if (x != NULL)
        buf_addf(out, "field %s\n", x->label);
    if (v->form.what != NULL)
        form_words(&v->form, &words);
    buf_adds(out, "words");
    for (size_t i = 0; i < words.v.n; i++)
        buf_addf(out, " %s", words.v.v[i]);
    buf_addf(out, "\nwork %s\nruns %zu\n", states[v->state != NULL ? v->state->work.state : WORK_NONE], v->runs.n);
    form_words_free(&words);
}

static void close_view(void *view)
{
    struct train_view *v = view;
    form_release(&v->form);
    run_table_free(&v->runs);
    mem_free(v);
}

struct view view_train(struct workbench *w)
{
    static const struct view_ops ops = {
        .name = "train",
        .keymap = keymap,
        .request = request,
        .text = text,
        .find = find,
        .shown = shown,
        .woken = woken,
        .busy = busy,
        .draw = train_draw,
        .dump = dump,
        .close = close_view,
    };
    struct train_view *v = mem_alloc(sizeof *v);
    v->workbench = w;
    form_init(&v->form);
    return (struct view){&ops, v};
}
