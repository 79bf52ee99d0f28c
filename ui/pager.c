#include "ui/pager.h"

#include "ui/reflow.h"
#include "ui/strip.h"

#include <stdio.h>
#include <string.h>

struct pager {
    char title[128];
    struct buf body;  /* what is shown */
    struct buf whole; /* of tables: the text before it was brought to the width; else empty */
    struct textview text;
    int wide; /* columns of the longest line of a table, whose lines are not wrapped; 0: they are */
    int left; /* columns of it that lie left of the screen */
    int room; /* from the last drawing */
};

enum { SIDEWAYS = 20 };

static enum keymap pager_keymap(const void *view)
{
    (void)view;
    return KEYMAP_PAGER;
}

static bool go_sideways(struct pager *p, int by)
{
    int most = p->wide > p->room ? p->wide - p->room : 0, from = p->left;
    p->left = p->left + by < 0 ? 0 : p->left + by > most ? most : p->left + by;
    return p->left != from;
}

static void pager_request(void *view, struct screen *s, enum request r)
{
    struct pager *p = view;
    int page = p->text.height > 2 ? p->text.height - 1 : 1;
    bool moved = true;
    switch (r) {
    case REQ_LINE_DOWN:
        moved = textview_scroll(&p->text, 1);
        break;
    case REQ_LINE_UP:
        moved = textview_scroll(&p->text, -1);
        break;
    case REQ_HALF_DOWN:
        moved = textview_scroll(&p->text, page / 2);
        break;
    case REQ_HALF_UP:
        moved = textview_scroll(&p->text, -page / 2);
        break;
    case REQ_PAGE_DOWN:
        moved = textview_scroll(&p->text, page);
        break;
    case REQ_PAGE_UP:
        moved = textview_scroll(&p->text, -page);
        break;
    case REQ_TOP:
        moved = textview_scroll(&p->text, -textview_rows(&p->text));
        break;
    case REQ_BOTTOM:
        moved = textview_scroll(&p->text, textview_rows(&p->text));
        break;
    case REQ_COLUMN_LEFT:
    case REQ_COLUMN_RIGHT:
        moved = go_sideways(p, r == REQ_COLUMN_LEFT ? -SIDEWAYS : SIDEWAYS);
        break;
    case REQ_LEAVE:
        screen_pop(s);
        return;
    default:
        screen_refuse(s, "This text is only to be read.");
        return;
    }
    if (!moved)
        screen_say(s, "There is no more.");
}

static const struct strip_item keys_shown[] = {
    {{REQ_LINE_DOWN, REQ_LINE_UP}, " ", "scroll"},
    {{REQ_PAGE_DOWN, REQ_PAGE_UP}, " ", "page"},
    {{REQ_TOP, REQ_BOTTOM}, " ", "ends"},
    {{REQ_LEAVE}, " ", "back"},
};

static const struct strip_item keys_of_tables[] = {
    {{REQ_LINE_DOWN, REQ_LINE_UP}, " ", "scroll"},
    {{REQ_COLUMN_LEFT, REQ_COLUMN_RIGHT}, " ", "sideways"},
    {{REQ_PAGE_DOWN, REQ_PAGE_UP}, " ", "page"},
    {{REQ_TOP, REQ_BOTTOM}, " ", "ends"},
    {{REQ_LEAVE}, " ", "back"},
};

/* Two blanks in a row: the line is one of a table. */
static bool has_gap(const char *line, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (line[i] == ' ' && line[i - 1] == ' ')
            return true;
    return false;
}

/* Titles, as pager.h says. */
static void mark_titles(struct pager *p)
{
    VEC(struct text_mark) marks = {0};
    bool blank = true;
    for (const char *line = p->body.ptr; *line != '\0';) {
        size_t n = strcspn(line, "\n"), from = (size_t)(line - p->body.ptr);
        const char *below = line + n + (line[n] == '\n');
        bool row = has_gap(line, n);
        if (blank && n > 0 && *line != ' ' && !row && *below == ' ')
            vec_push(&marks, ((struct text_mark){.from = from, .to = from + n, .style = STYLE_TITLE}));
        blank = n == 0;
        line = below;
    }
    textview_set_marks(&p->text, LAYER_SPANS, marks.v, marks.n);
    vec_free(&marks);
}

static void show_body(struct pager *p, size_t at)
{
    struct text_part part = {NULL, p->body.ptr, p->body.len};
    textview_set(&p->text, &part, 1);
    mark_titles(p);
    textview_go(&p->text, 0, at);
}

/* Tables as far as they go, the sentences between them wrapped; what is on top stays there. */
static void fit_tables(struct pager *p)
{
    struct buf fitted = BUF_INIT;
    size_t part, at = 0;
    if (textview_rows(&p->text) > 0)
        textview_place(&p->text, textview_top(&p->text), &part, &at);
    p->wide = reflow(p->whole.ptr, p->room < TEXTVIEW_MEASURE ? p->room : TEXTVIEW_MEASURE, &fitted);
    p->wide = p->wide < TEXTVIEW_MEASURE ? p->wide : TEXTVIEW_MEASURE;
    at = at > 0 ? reflow_place(p->body.ptr, at, fitted.ptr) : 0;
    buf_free(&p->body);
    p->body = fitted;
    show_body(p, at);
}

static void pager_draw(void *view, const struct screen *s, struct grid *g)
{
    struct pager *p = view;
    p->text.ascii = g->ascii;
    bool fits = p->room == g->cols - 2;
    p->room = g->cols - 2;
    if (p->whole.len > 0 && !fits)
        fit_tables(p);
    go_sideways(p, 0);
    textview_resize(&p->text, p->wide > p->room ? p->wide : p->room, g->rows - 2);
    grid_marks(g, 0, 0, g->cols, MARK_RULE, STYLE_RULE);
    grid_putf(g, 0, 1, g->cols - 20, STYLE_TITLE, " %s ", p->title);
    char range[TEXTVIEW_RANGE_SIZE];
    textview_range(&p->text, range);
    grid_putf(g, 0, g->cols - (int)strlen(range) - 4, 20, STYLE_DIM, " %s ", range);
    textview_draw(&p->text, g, 1, 1 - p->left);
    if (p->wide > p->room)
        strip_draw(s, g, 1, KEYMAP_PAGER, keys_of_tables, sizeof keys_of_tables / sizeof *keys_of_tables);
    else
        strip_draw(s, g, 1, KEYMAP_PAGER, keys_shown, sizeof keys_shown / sizeof *keys_shown);
    g->cursor_row = 1;
    g->cursor_col = 0;
}

static void pager_dump(const void *view, struct buf *out)
{
    const struct pager *p = view;
    buf_addf(out, "title %s\nscroll %d of %d\n", p->title, textview_top(&p->text), textview_rows(&p->text));
}

static void pager_close(void *view)
{
    struct pager *p = view;
    buf_free(&p->body);
    buf_free(&p->whole);
    textview_release(&p->text);
    mem_free(p);
}

struct view pager_view(const char *title, struct buf *text, size_t at)
{
    static const struct view_ops ops = {
        .name = "pager",
        .keymap = pager_keymap,
        .request = pager_request,
        .draw = pager_draw,
        .dump = pager_dump,
        .close = pager_close,
    };
    struct pager *p = mem_alloc(sizeof *p);
    snprintf(p->title, sizeof p->title, "%s", title);
    p->body = *text;
    *text = BUF_INIT;
    while (p->body.len > 0 && p->body.ptr[p->body.len - 1] == '\n')
        buf_truncate(&p->body, p->body.len - 1);
    show_body(p, at);
    return (struct view){&ops, p};
}

struct view pager_markdown(const char *title, struct buf *text)
{
    struct view v = pager_view(title, text, 0);
    textview_look(&((struct pager *)v.self)->text, true, NULL, 0);
    return v;
}

struct view pager_table(const char *title, struct buf *text)
{
    struct view v = pager_view(title, text, 0);
    struct pager *p = v.self;
    buf_add(&p->whole, p->body.ptr, p->body.len);
    return v;
}
