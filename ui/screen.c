#include "ui/screen.h"

#include "core/base/trace.h"
#include "core/base/utf8.h"
#include "ui/command.h"
#include "ui/view_help.h"

#include <stdio.h>

void screen_init(struct screen *s, const struct keys *keys, int rows, int cols, bool ascii)
{
    *s = (struct screen){.keys = keys, .grid.ascii = ascii};
    cmdline_init(&s->cmdline);
    grid_resize(&s->grid, rows, cols);
}

void screen_release(struct screen *s)
{
    view_stack_release(&s->views);
    cmdline_release(&s->cmdline);
    grid_release(&s->grid);
}

static void set_message(struct screen *s, const char *fmt, va_list ap)
{
    int n = vsnprintf(s->message, sizeof s->message, fmt, ap);
    /* A message that was cut must not end in the middle of a character. */
    size_t whole;
    if (n >= (int)sizeof s->message && !utf8_valid(s->message, sizeof s->message - 1, &whole))
        s->message[whole] = '\0';
}

void screen_say(struct screen *s, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    set_message(s, fmt, ap);
    va_end(ap);
    s->error = false;
}

void screen_refuse(struct screen *s, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    set_message(s, fmt, ap);
    va_end(ap);
    s->error = s->beep = true;
}

void screen_push(struct screen *s, struct view v)
{
    view_stack_push(&s->views, v);
}

void screen_pop(struct screen *s)
{
    view_stack_pop(&s->views);
}

static bool too_small(const struct screen *s)
{
    return s->grid.rows < VIEW_MIN_ROWS || s->grid.cols < VIEW_MIN_COLS;
}

bool screen_command(struct screen *s, const char *line, struct err *err)
{
    return command_run(s, line, err);
}

/* ---- keys ---- */

static void line_request(struct screen *s, enum request r)
{
    struct err err;
    switch (r) {
    case REQ_ACCEPT:
        if (!command_run(s, cmdline_accept(&s->cmdline), &err))
            screen_refuse(s, "%s", err.text);
        break;
    case REQ_COMPLETE:
        command_complete(s);
        break;
    case REQ_DONE:
        cmdline_cancel(&s->cmdline);
        break;
    case REQ_REDRAW:
        s->repaint = true;
        break;
    case REQ_DELETE_LEFT:
        if (s->cmdline.editor.text.len == 0) {
            cmdline_cancel(&s->cmdline);
            break;
        }
        /* fall through */
    default:
        if (!cmdline_request(&s->cmdline, r))
            s->beep = true;
    }
}

static void view_request(struct screen *s, const struct view *v, enum request r)
{
    switch (r) {
    case REQ_HELP:
        screen_push(s, view_help(s->keys, v));
        break;
    case REQ_COMMAND:
        cmdline_open(&s->cmdline);
        break;
    case REQ_REDRAW:
        s->repaint = true;
        break;
    case REQ_SUSPEND:
        s->suspend = true;
        break;
    default:
        v->ops->request(v->self, s, r);
    }
}

static void refuse_key(struct screen *s, enum keymap map, struct key k)
{
    char name[KEY_NAME_SIZE], help[KEY_NAME_SIZE];
    key_label(k, name);
    if (keys_label(s->keys, map, REQ_HELP, help))
        screen_refuse(s, "%s does nothing here; %s shows every key", name, help);
    else
        screen_refuse(s, "%s does nothing here", name);
}

/* What nobody sees must not change anything: on a screen that is too small only these do. */
static bool works_unseen(enum request r)
{
    return r == REQ_LEAVE || r == REQ_DONE || r == REQ_REDRAW || r == REQ_SUSPEND;
}

static bool type_into(struct screen *s, const struct view *v, struct key k)
{
    char text[4];
    size_t n = (size_t)utf8_encode(k.code, text);
    if (s->cmdline.open)
        return editor_insert(&s->cmdline.editor, text, n);
    return v->ops->text != NULL && v->ops->text(v->self, s, text, n, false);
}

void screen_key(struct screen *s, struct key k)
{
    const struct view *v = view_stack_top(&s->views);
    if (v == NULL || s->left)
        return;
    enum keymap map = s->cmdline.open ? KEYMAP_LINE : v->ops->keymap(v->self);
    enum request r = keys_lookup(s->keys, map, k);
    trace(TRACE_KEY, "U+%04X%s in %s: %s", (unsigned)k.code, k.ctrl ? " with Ctrl" : "", keymap_name(map),
          request_name(r));
    if (too_small(s) && !works_unseen(r))
        return;
    s->message[0] = '\0';
    s->error = false;
    if (r == REQ_NONE) {
        if (!key_is_text(k) || !type_into(s, v, k))
            if (s->message[0] == '\0')
                refuse_key(s, map, k);
    } else if (s->cmdline.open) {
        line_request(s, r);
    } else {
        view_request(s, v, r);
    }
}

void screen_paste(struct screen *s, const char *text, size_t n)
{
    const struct view *v = view_stack_top(&s->views);
    if (v == NULL || s->left || too_small(s))
        return;
    s->message[0] = '\0';
    s->error = false;
    trace(TRACE_KEY, "paste of %zu bytes", n);
    if (s->cmdline.open) {
        if (!editor_insert(&s->cmdline.editor, text, n))
            screen_refuse(s, "The line is full.");
    } else if ((v->ops->text == NULL || !v->ops->text(v->self, s, text, n, true)) && s->message[0] == '\0') {
        char write[KEY_NAME_SIZE];
        if (keys_label(s->keys, v->ops->keymap(v->self), REQ_WRITE, write))
            screen_refuse(s, "Pasted text was left out: press %s first to write.", write);
        else
            screen_refuse(s, "Pasted text was left out: there is nothing to write here.");
    }
}

void screen_resize(struct screen *s, int rows, int cols)
{
    if (rows != s->grid.rows || cols != s->grid.cols)
        grid_resize(&s->grid, rows, cols);
    s->repaint = true;
}

/* ---- drawing ---- */

static void draw_too_small(struct grid *g)
{
    struct buf text = BUF_INIT;
    struct wrap_rows rows = {0};
    buf_addf(&text, "%d x %d is too small: make it %d x %d. All is saved.", g->cols, g->rows, VIEW_MIN_COLS,
             VIEW_MIN_ROWS);
    wrap_text(text.ptr, text.len, g->cols, 0, &rows);
    for (size_t i = 0; i < rows.rows.n; i++)
        textview_draw_row(g, (int)i, 0, g->cols, text.ptr, &rows.rows.v[i], STYLE_TEXT);
    vec_free(&rows.rows);
    buf_free(&text);
    g->cursor_row = g->cursor_col = 0;
}

void screen_draw(struct screen *s)
{
    grid_clear(&s->grid);
    const struct view *v = view_stack_top(&s->views);
    if (v == NULL)
        return;
    if (too_small(s)) {
        draw_too_small(&s->grid);
        return;
    }
    v->ops->draw(v->self, s, &s->grid);
    if (s->cmdline.open) {
        cmdline_draw(&s->cmdline, &s->grid, s->grid.rows - 1);
        if (s->message[0] != '\0')
            grid_put_short(&s->grid, s->grid.rows - 2, 0, s->grid.cols, s->message, strlen(s->message), STYLE_MESSAGE);
    }
}

void screen_dump_model(const struct screen *s, struct buf *out)
{
    const struct view *v;
    for (size_t depth = 0; (v = view_stack_below(&s->views, depth)) != NULL; depth++) {
        buf_addf(out, "view %s\n", v->ops->name);
        v->ops->dump(v->self, out);
    }
}
