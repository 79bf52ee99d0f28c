#include "ui/cmdline.h"

void cmdline_init(struct cmdline *c, char sign)
{
    *c = (struct cmdline){.sign = sign};
    editor_init(&c->editor, CMDLINE_MAX, true);
}

void cmdline_release(struct cmdline *c)
{
    for (size_t i = 0; i < c->history.n; i++)
        mem_free(c->history.v[i]);
    vec_free(&c->history);
    mem_free(c->kept);
    editor_release(&c->editor);
}

void cmdline_open(struct cmdline *c)
{
    editor_set(&c->editor, "", 0);
    c->at = c->history.n;
    c->open = true;
}

void cmdline_cancel(struct cmdline *c)
{
    c->open = false;
}

void cmdline_remember(struct cmdline *c, const char *line)
{
    if (c->history.n > 0 && strcmp(c->history.v[c->history.n - 1], line) == 0)
        return;
    if (c->history.n == CMDLINE_HISTORY) {
        mem_free(c->history.v[0]);
        memmove(c->history.v, c->history.v + 1, --c->history.n * sizeof *c->history.v);
    }
    vec_push(&c->history, mem_dup(line));
}

const char *cmdline_accept(struct cmdline *c)
{
    c->open = false;
    const char *line = c->editor.text.ptr;
    if (line[strspn(line, " ")] == '\0')
        return "";
    cmdline_remember(c, line);
    return c->history.v[c->history.n - 1];
}

static bool go(struct cmdline *c, size_t to)
{
    if (c->at == c->history.n) {
        mem_free(c->kept);
        c->kept = mem_dup(c->editor.text.ptr);
    }
    c->at = to;
    const char *line = to == c->history.n ? c->kept : c->history.v[to];
    editor_set(&c->editor, line, strlen(line));
    return true;
}

bool cmdline_request(struct cmdline *c, enum request r)
{
    if (r == REQ_UP)
        return c->at > 0 && go(c, c->at - 1);
    if (r == REQ_DOWN)
        return c->at < c->history.n && go(c, c->at + 1);
    return editor_request(&c->editor, r, CMDLINE_MAX);
}

/* How many bytes of the word stand before the caret. */
static size_t typed_of(const struct cmdline *c)
{
    size_t start = c->editor.at;
    while (start > 0 && c->editor.text.ptr[start - 1] != ' ')
        start--;
    return c->editor.at - start;
}

bool cmdline_begins(const struct cmdline *c, const char *name)
{
    size_t typed = typed_of(c);
    return strncmp(name, c->editor.text.ptr + c->editor.at - typed, typed) == 0;
}

int cmdline_complete(struct cmdline *c, const char *const *names)
{
    size_t typed = typed_of(c), common = 0;
    const char *first = NULL;
    int n = 0;
    for (; *names != NULL; names++) {
        if (!cmdline_begins(c, *names))
            continue;
        size_t same = first == NULL ? strlen(*names) : 0;
        if (first == NULL)
            first = *names;
        else
            while (same < common && first[same] == (*names)[same])
                same++;
        common = same;
        n++;
    }
    if (n > 0)
        editor_insert(&c->editor, first + typed, common - typed);
    if (n == 1)
        editor_insert(&c->editor, " ", 1);
    return n;
}

void cmdline_draw(const struct cmdline *c, struct grid *g, int row)
{
    grid_fill(g, row, 0, 1, g->cols, STYLE_TEXT);
    grid_put(g, row, 0, 1, &c->sign, 1, STYLE_KEY);
    const struct buf *text = &c->editor.text;
    size_t from = 0;
    while (from < c->editor.at && (int)safe_width(text->ptr + from, c->editor.at - from) > g->cols - 3)
        from = editor_next(&c->editor, from);
    grid_put(g, row, 1, g->cols - 1, text->ptr + from, text->len - from, STYLE_TEXT);
    g->cursor_row = row;
    g->cursor_col = 1 + (int)safe_width(text->ptr + from, c->editor.at - from);
}
