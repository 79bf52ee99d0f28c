#include "ui/loop.h"

#include "core/base/trace.h"
#include "ui/external.h"
#include "ui/term_signal.h"
#include "ui/workbench.h"

#include <poll.h>
#include <string.h>

struct loop {
    struct screen *screen;
    struct term *term;
    struct script *script;
};

static void show(struct loop *l)
{
    struct screen *s = l->screen;
    screen_draw(s);
    if (l->term != NULL) {
        term_theme(l->term, s->theme, s->theme_chosen);
        term_mouse(l->term, s->mouse);
        int changed = term_show(l->term, &s->grid, s->repaint);
        trace(TRACE_DRAW, "%d cells changed", changed);
        if (s->beep)
            term_beep(l->term);
    }
    s->repaint = s->beep = false;
}

static void follow_size(struct loop *l)
{
    int rows, cols;
    term_update_size(l->term);
    term_size(l->term, &rows, &cols);
    screen_resize(l->screen, rows, cols);
}

static void suspend(struct loop *l)
{
    l->screen->suspend = false;
    if (l->term == NULL)
        return;
    term_suspend(l->term);
    follow_size(l);
}

/* The person's own editor has the terminal for a while. */
static void edit(struct loop *l)
{
    struct screen *s = l->screen;
    struct buf out = BUF_INIT;
    struct err err;
    s->edit = false;
    if (l->term != NULL)
        term_leave(l->term);
    bool ok = external_edit(s->editing.ptr, s->editing.len, &out, &err);
    if (l->term != NULL) {
        term_resume(l->term);
        follow_size(l);
    }
    screen_edited(s, ok ? &out : NULL, ok ? "" : err.text);
    buf_free(&out);
}

/* Not asked by the person: it ends even if a view would rather stay. */
static bool leave(struct loop *l, struct err *err)
{
    bool ok = screen_command(l->screen, "quit", err);
    l->screen->left = true;
    return ok;
}

/* One step of the script; false with `err` when a command failed. */
static bool script_step(struct loop *l, struct err *err)
{
    struct script_step step = script_next(l->script);
    switch (step.kind) {
    case SCRIPT_END:
        l->script = NULL;
        return leave(l, err);
    case SCRIPT_KEY:
        screen_key(l->screen, step.key);
        return true;
    case SCRIPT_PASTE:
        screen_paste(l->screen, step.text, strlen(step.text));
        return true;
    case SCRIPT_COMMAND:
        if (!screen_command(l->screen, step.text, err))
            return err_context(err, "%s:%ld", script_name(l->script), step.line);
        return true;
    }
    return true;
}

static bool handle_signals(struct loop *l, struct err *err)
{
    int signal;
    for (;;) {
        switch (term_signal_next(&signal)) {
        case TERM_EVENT_NONE:
            return true;
        case TERM_EVENT_RESIZE:
            follow_size(l);
            break;
        case TERM_EVENT_SUSPEND:
            suspend(l);
            break;
        case TERM_EVENT_RESUME:
            term_resume(l->term);
            follow_size(l);
            break;
        case TERM_EVENT_STOP:
            if (!leave(l, err))
                return false;
            return err_set(err, ERR_STOPPED, "ended by a signal (%s); everything is saved", strsignal(signal));
        }
    }
}

static bool handle_keys(struct loop *l, struct err *err)
{
    while (!l->screen->left && !l->screen->suspend && !l->screen->edit) {
        struct input in = term_read(l->term);
        switch (in.kind) {
        case INPUT_NONE:
            return true;
        case INPUT_KEY:
            if (in.key.code == K_CLICK)
                screen_click(l->screen, in.row, in.col);
            else
                screen_key(l->screen, in.key);
            break;
        case INPUT_PASTE:
            screen_paste(l->screen, in.text, in.len);
            break;
        case INPUT_CLOSED:
            if (!leave(l, err))
                return false;
            return err_set(err, ERR_STOPPED, "the terminal went away; everything is saved");
        }
    }
    return true;
}

static bool script_may_go_on(const struct loop *l)
{
    return l->script != NULL && !screen_busy(l->screen);
}

/* How long nothing may happen until something must: milliseconds, -1 for ever. */
static int patience(const struct loop *l)
{
    int paste = l->term != NULL ? term_wait_ms(l->term) : 0, views = screen_wait_ms(l->screen);
    if (script_may_go_on(l))
        return 0;
    return paste > 0 && (views < 0 || paste < views) ? paste : views;
}

static bool wait_and_handle(struct loop *l, struct err *err)
{
    const struct workbench *w = l->screen->workbench;
    enum { TERM, SIGNALS, WORKERS, SOURCES };
    struct pollfd fds[SOURCES] = {
        [TERM] = {.fd = l->term != NULL ? term_fd(l->term) : -1, .events = POLLIN},
        [SIGNALS] = {.fd = l->term != NULL ? term_signal_fd() : -1, .events = POLLIN},
        [WORKERS] = {.fd = w != NULL ? wake_fd(&w->wake) : -1, .events = POLLIN},
    };
    poll(fds, SOURCES, patience(l));
    if (fds[WORKERS].revents != 0 && wake_clear(&w->wake))
        screen_woken(l->screen);
    screen_tick(l->screen);
    if (l->term == NULL)
        return true;
    if (fds[SIGNALS].revents != 0 && !handle_signals(l, err))
        return false;
    return handle_keys(l, err);
}

bool loop_run(struct screen *s, struct term *t, struct script *script, struct err *err)
{
    struct loop l = {s, t, script};
    s->resizable = t == NULL;
    show(&l);
    while (!s->left) {
        if (!wait_and_handle(&l, err))
            return false;
        if (!s->left && script_may_go_on(&l) && !script_step(&l, err))
            return false;
        if (!s->left && l.script == NULL && t == NULL && !leave(&l, err))
            return false;
        if (s->suspend)
            suspend(&l);
        if (s->edit && !s->left)
            edit(&l);
        if (!s->left)
            show(&l);
    }
    return true;
}
