#include "ui/screen.h"

#include "core/base/trace.h"
#include "core/base/utf8.h"
#include "ui/command.h"
#include "ui/view_help.h"
#include "ui/workbench.h"

#include <stdio.h>

void screen_init(struct screen *s, const struct keys *keys, int rows, int cols, bool ascii)
{
    *s = (struct screen){.keys = keys, .grid.ascii = ascii, .editing = BUF_INIT};
    cmdline_init(&s->cmdline, ':');
    cmdline_init(&s->finder, '/');
    grid_resize(&s->grid, rows, cols);
}

void screen_release(struct screen *s)
{
    view_stack_release(&s->views);
    cmdline_release(&s->cmdline);
    cmdline_release(&s->finder);
    mem_free(s->sought);
    buf_free(&s->editing);
    messages_free(&s->messages);
    grid_release(&s->grid);
}

static void set_message(struct screen *s, bool error, const char *fmt, va_list ap)
{
    int n = vsnprintf(s->message, sizeof s->message, fmt, ap);
    /* A message that was cut must not end in the middle of a character. */
    size_t whole;
    if (n >= (int)sizeof s->message && !utf8_valid(s->message, sizeof s->message - 1, &whole))
        s->message[whole] = '\0';
    s->error = error;
    s->beep = s->beep || error;
    messages_add(&s->messages, s->message, error);
}

void screen_say(struct screen *s, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    set_message(s, false, fmt, ap);
    va_end(ap);
}

void screen_refuse(struct screen *s, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    set_message(s, true, fmt, ap);
    va_end(ap);
}

static void tell_top(struct screen *s)
{
    const struct view *v = view_stack_top(&s->views);
    if (v != NULL && v->ops->shown != NULL)
        v->ops->shown(v->self, s);
}

void screen_push(struct screen *s, struct view v)
{
    view_stack_push(&s->views, v);
    tell_top(s);
}

void screen_pop(struct screen *s)
{
    view_stack_pop(&s->views);
    s->left = s->left || s->views.views.n == 0;
    tell_top(s);
}

/* ---- work beside the keys ---- */

/* By index: a view that is told may close itself. */
void screen_woken(struct screen *s)
{
    for (size_t i = 0; i < s->views.views.n; i++) {
        struct view v = s->views.views.v[i];
        if (v.ops->woken != NULL)
            v.ops->woken(v.self, s);
    }
}

static int wait_of(struct view v)
{
    return v.ops->wait_ms != NULL ? v.ops->wait_ms(v.self) : -1;
}

int screen_wait_ms(const struct screen *s)
{
    int least = -1;
    for (size_t i = 0; i < s->views.views.n; i++) {
        int ms = wait_of(s->views.views.v[i]);
        if (ms >= 0 && (least < 0 || ms < least))
            least = ms;
    }
    return least;
}

void screen_tick(struct screen *s)
{
    for (size_t i = 0; i < s->views.views.n; i++) {
        struct view v = s->views.views.v[i];
        if (wait_of(v) == 0)
            v.ops->tick(v.self, s);
    }
}

bool screen_busy(const struct screen *s)
{
    for (size_t i = 0; i < s->views.views.n; i++) {
        struct view v = s->views.views.v[i];
        if (v.ops->busy != NULL && v.ops->busy(v.self))
            return true;
    }
    return false;
}

void screen_edit(struct screen *s, const char *text, size_t n)
{
    buf_reset(&s->editing);
    buf_add(&s->editing, text, n);
    s->edit = true;
}

void screen_edited(struct screen *s, const struct buf *text, const char *why)
{
    const struct view *v = view_stack_top(&s->views);
    if (text == NULL)
        screen_refuse(s, "%s", why);
    else if (v != NULL && v->ops->edited != NULL)
        v->ops->edited(v->self, s, text->ptr, text->len);
}

static bool too_small(const struct screen *s)
{
    return s->grid.rows < VIEW_MIN_ROWS || s->grid.cols < VIEW_MIN_COLS;
}

bool screen_command(struct screen *s, const char *line, struct err *err)
{
    return command_run(s, line, err);
}

/* ---- searching ---- */

static void search(struct screen *s, int direction)
{
    const struct view *v = view_stack_top(&s->views);
    char key[KEY_NAME_SIZE];
    if (v->ops->find == NULL)
        screen_refuse(s, "There is nothing to search here.");
    else if (s->sought == NULL)
        screen_refuse(s, "Nothing was searched yet; %s begins.",
                      keys_say(s->keys, v->ops->keymap(v->self), REQ_SEARCH, key));
    else if (!v->ops->find(v->self, s, s->sought, direction))
        screen_refuse(s, "\"%s\" is nowhere here.", s->sought);
}

static void search_begin(struct screen *s)
{
    if (view_stack_top(&s->views)->ops->find == NULL)
        screen_refuse(s, "There is nothing to search here.");
    else
        cmdline_open(&s->finder);
}

/* An empty line searches once more for what was searched last. */
static void search_accept(struct screen *s)
{
    const char *what = cmdline_accept(&s->finder);
    if (*what != '\0') {
        mem_free(s->sought);
        s->sought = mem_dup(what);
    }
    search(s, 1);
}

/* ---- keys ---- */

/* The line that is being typed on; NULL: none. */
static struct cmdline *open_line(struct screen *s)
{
    return s->cmdline.open ? &s->cmdline : s->finder.open ? &s->finder : NULL;
}

static void accept(struct screen *s, const struct cmdline *line)
{
    struct err err;
    if (line == &s->finder)
        search_accept(s);
    else if (!command_run(s, cmdline_accept(&s->cmdline), &err))
        screen_refuse(s, "%s", err.text);
}

static void line_request(struct screen *s, struct cmdline *line, enum request r)
{
    switch (r) {
    case REQ_ACCEPT:
        accept(s, line);
        break;
    case REQ_COMPLETE:
        if (line == &s->cmdline)
            command_complete(s);
        break;
    case REQ_DONE:
        cmdline_cancel(line);
        break;
    case REQ_REDRAW:
        s->repaint = true;
        break;
    case REQ_DELETE_LEFT:
        if (line->editor.text.len == 0) {
            cmdline_cancel(line);
            break;
        }
        /* fall through */
    default:
        if (!cmdline_request(line, r))
            s->beep = true;
    }
}

static void open_view(struct screen *s, enum workbench_view which)
{
    if (s->workbench != NULL)
        workbench_open(s->workbench, s, which);
    else
        screen_refuse(s, "There are no other views here.");
}

static void view_request(struct screen *s, const struct view *v, enum request r)
{
    enum workbench_view which;
    if (request_opens(r, &which)) {
        open_view(s, which);
        return;
    }
    switch (r) {
    case REQ_SEARCH:
        search_begin(s);
        break;
    case REQ_SEARCH_NEXT:
    case REQ_SEARCH_BACK:
        search(s, r == REQ_SEARCH_NEXT ? 1 : -1);
        break;
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

enum { WHEEL_LINES = 3 };

static bool is_wheel(struct key k)
{
    return k.code == K_WHEEL_UP || k.code == K_WHEEL_DOWN;
}

static bool type_into(struct screen *s, const struct view *v, struct key k)
{
    char text[4];
    size_t n = (size_t)utf8_encode(k.code, text);
    struct cmdline *line = open_line(s);
    if (line != NULL)
        return editor_type(&line->editor, text, n);
    return v->ops->text != NULL && v->ops->text(v->self, s, text, n, false);
}

void screen_key(struct screen *s, struct key k)
{
    const struct view *v = view_stack_top(&s->views);
    if (v == NULL || s->left)
        return;
    struct cmdline *line = open_line(s);
    enum keymap map = line != NULL ? KEYMAP_LINE : v->ops->keymap(v->self);
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
    } else if (line != NULL) {
        line_request(s, line, r);
    } else {
        for (int i = 0; i < (is_wheel(k) ? WHEEL_LINES : 1) && view_stack_top(&s->views) != NULL; i++)
            view_request(s, view_stack_top(&s->views), r);
    }
}

void screen_click(struct screen *s, int row, int col)
{
    const struct view *v = view_stack_top(&s->views);
    if (v == NULL || s->left || too_small(s) || open_line(s) != NULL || v->ops->click == NULL)
        return;
    s->message[0] = '\0';
    s->error = false;
    v->ops->click(v->self, s, row, col);
}

void screen_paste(struct screen *s, const char *text, size_t n)
{
    const struct view *v = view_stack_top(&s->views);
    if (v == NULL || s->left || too_small(s))
        return;
    s->message[0] = '\0';
    s->error = false;
    trace(TRACE_KEY, "paste of %zu bytes", n);
    struct cmdline *line = open_line(s);
    if (line != NULL) {
        if (!editor_insert(&line->editor, text, n))
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

/* A message of more than one row on the rows that end with this one, above whatever stands there until the next key. */
static void draw_message(struct screen *s, int last)
{
    enum { MOST = 8 }; /* all that a message can hold, 80 columns wide */
    struct grid *g = &s->grid;
    struct wrap_rows rows = {0};
    wrap_text(s->message, strlen(s->message), g->cols - 2, 0, &rows);
    int n = (int)rows.rows.n < MOST ? (int)rows.rows.n : MOST;
    grid_fill(g, last - n + 1, 0, n, g->cols, STYLE_TEXT);
    for (int i = 0; i < n; i++)
        textview_draw_row(g, last - n + 1 + i, 1, g->cols - 2, s->message, &rows.rows.v[i],
                          s->error ? STYLE_ERROR : STYLE_MESSAGE);
    vec_free(&rows.rows);
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
    const struct cmdline *line = open_line(s);
    if (line != NULL && s->message[0] != '\0')
        draw_message(s, s->grid.rows - 2);
    else if ((int)safe_width(s->message, strlen(s->message)) > s->grid.cols - 2)
        draw_message(s, s->grid.rows - 1);
    if (line != NULL)
        cmdline_draw(line, &s->grid, s->grid.rows - 1);
}

void screen_dump_model(const struct screen *s, struct buf *out)
{
    const struct view *v;
    for (size_t depth = 0; (v = view_stack_below(&s->views, depth)) != NULL; depth++) {
        buf_addf(out, "view %s\n", v->ops->name);
        v->ops->dump(v->self, out);
    }
}
