#include "ui/editor.h"

#include "core/base/utf8.h"

#include <utf8proc.h>

void editor_init(struct editor *e, size_t max, bool one_line)
{
    *e = (struct editor){.text = BUF_INIT, .max = max, .goal = -1, .one_line = one_line};
}

/* ---- undo ---- */

static struct editor_moment moment(const struct editor *e)
{
    return (struct editor_moment){mem_ndup(e->text.ptr, e->text.len), e->text.len, e->at};
}

static void forget(struct editor *e)
{
    for (size_t i = 0; i < e->past.n; i++)
        mem_free(e->past.v[i].text);
    for (size_t i = 0; i < e->undone.n; i++)
        mem_free(e->undone.v[i].text);
    vec_clear(&e->past);
    vec_clear(&e->undone);
    e->typing = false;
}

/* A change comes: keep how it stands. */
static void remember(struct editor *e)
{
    e->typing = false;
    while (e->undone.n > 0)
        mem_free(e->undone.v[--e->undone.n].text);
    if (e->past.n == EDITOR_UNDO) {
        mem_free(e->past.v[0].text);
        memmove(e->past.v, e->past.v + 1, --e->past.n * sizeof *e->past.v);
    }
    vec_push(&e->past, moment(e));
}

/* Back (or forward again) to the last moment of one list; how it stands now goes to the other. */
static bool exchange(struct editor *e, bool undo)
{
    struct editor_moment now = moment(e);
    size_t n = undo ? e->past.n : e->undone.n;
    if (n == 0) {
        mem_free(now.text);
        return false;
    }
    struct editor_moment to = undo ? e->past.v[--e->past.n] : e->undone.v[--e->undone.n];
    if (undo)
        vec_push(&e->undone, now);
    else
        vec_push(&e->past, now);
    buf_reset(&e->text);
    buf_add(&e->text, to.text, to.len);
    e->at = to.at;
    e->typing = false;
    mem_free(to.text);
    return true;
}

void editor_release(struct editor *e)
{
    forget(e);
    vec_free(&e->past);
    vec_free(&e->undone);
    buf_free(&e->text);
}

void editor_set(struct editor *e, const char *text, size_t n)
{
    forget(e);
    buf_reset(&e->text);
    buf_add(&e->text, text, n);
    e->at = e->text.len;
    e->goal = -1;
}

/* One code point at `at`, or a byte that is not UTF-8; returns its length. */
static size_t code_at(const struct editor *e, size_t at, uint32_t *cp)
{
    int n = utf8_decode(e->text.ptr + at, e->text.len - at, cp);
    if (n == 0) {
        *cp = 0xfffd;
        return 1;
    }
    return (size_t)n;
}

size_t editor_next(const struct editor *e, size_t at)
{
    if (at >= e->text.len)
        return e->text.len;
    utf8proc_int32_t state = 0;
    uint32_t before, cp;
    at += code_at(e, at, &before);
    while (at < e->text.len) {
        size_t n = code_at(e, at, &cp);
        if (utf8proc_grapheme_break_stateful((utf8proc_int32_t)before, (utf8proc_int32_t)cp, &state))
            break;
        before = cp;
        at += n;
    }
    return at;
}

size_t editor_previous(const struct editor *e, size_t at)
{
    /* Boundaries are known only from a safe place on: the beginning of the line. */
    size_t from = at;
    while (from > 0 && e->text.ptr[from - 1] != '\n')
        from--;
    if (from == at)
        return at > 0 ? at - 1 : 0;
    for (size_t next = from; (next = editor_next(e, from)) < at;)
        from = next;
    return from;
}

/* Text that meets at the caret may have become one cluster: the caret goes behind it. */
static void settle(struct editor *e)
{
    size_t before = editor_previous(e, e->at);
    if (before < e->at)
        e->at = editor_next(e, before);
}

/* Words end at bytes, clusters may not: the caret goes in front of the one it fell into. */
static void settle_left(struct editor *e)
{
    size_t before = editor_previous(e, e->at);
    if (before < e->at && editor_next(e, before) != e->at)
        e->at = before;
}

/* What may stand in a text: U+FFFD for what is not UTF-8, 0 for what is left out. */
static uint32_t accepted(const struct editor *e, uint32_t cp)
{
    if (cp == '\n')
        return e->one_line ? ' ' : '\n';
    if (cp == '\t')
        return ' ';
    if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0))
        return 0;
    return cp;
}

static bool insert(struct editor *e, const char *text, size_t n)
{
    e->goal = -1;
    for (size_t i = 0; i < n;) {
        uint32_t cp;
        int len = utf8_decode(text + i, n - i, &cp);
        if (len == 0)
            cp = 0xfffd, len = 1;
        i += (size_t)len;
        if (cp == '\r') {
            i += i < n && text[i] == '\n';
            cp = '\n';
        }
        cp = accepted(e, cp);
        if (cp == 0)
            continue;
        char out[4];
        size_t size = (size_t)utf8_encode(cp, out);
        if (e->text.len + size > e->max)
            return settle(e), false;
        buf_splice(&e->text, e->at, 0, out, size);
        e->at += size;
    }
    settle(e);
    return true;
}

bool editor_insert(struct editor *e, const char *text, size_t n)
{
    remember(e);
    return insert(e, text, n);
}

bool editor_type(struct editor *e, const char *text, size_t n)
{
    bool blank = n == 1 && (*text == ' ' || *text == '\n');
    if (!e->typing || (e->off_words && !blank))
        remember(e);
    e->typing = true;
    e->off_words = blank;
    return insert(e, text, n);
}

bool editor_replace(struct editor *e, const char *text, size_t n)
{
    remember(e);
    buf_reset(&e->text);
    e->at = 0;
    return insert(e, text, n);
}

static bool word_byte(char c)
{
    return c != ' ' && c != '\n';
}

static size_t word_left(const struct editor *e, size_t at)
{
    while (at > 0 && !word_byte(e->text.ptr[at - 1]))
        at--;
    while (at > 0 && word_byte(e->text.ptr[at - 1]))
        at--;
    return at;
}

static size_t word_right(const struct editor *e, size_t at)
{
    while (at < e->text.len && !word_byte(e->text.ptr[at]))
        at++;
    while (at < e->text.len && word_byte(e->text.ptr[at]))
        at++;
    return at;
}

static size_t line_start(const struct editor *e)
{
    size_t at = e->at;
    while (at > 0 && e->text.ptr[at - 1] != '\n')
        at--;
    return at;
}

static size_t line_end(const struct editor *e)
{
    size_t at = e->at;
    while (at < e->text.len && e->text.ptr[at] != '\n')
        at++;
    return at;
}

static void delete_range(struct editor *e, size_t from, size_t to)
{
    if (from < to)
        remember(e);
    buf_splice(&e->text, from, to - from, "", 0);
    e->at = from;
    settle(e);
}

static int column_in_row(const struct editor *e, const struct wrap_row *row, size_t at)
{
    struct safe_iter it;
    struct glyph g;
    int col = row->indent;
    safe_init(&it, e->text.ptr + row->from, row->to - row->from);
    it.column = (size_t)col;
    while (safe_next(&it, &g) && row->from + g.from < at)
        col += g.width;
    return col;
}

void editor_wrap(const struct editor *e, int width, struct wrap_rows *rows, int *caret_row, int *caret_col)
{
    size_t first = rows->rows.n;
    wrap_text(e->text.ptr, e->text.len, width, 0, rows);
    size_t r = first;
    while (r + 1 < rows->rows.n && rows->rows.v[r + 1].from <= e->at)
        r++;
    *caret_row = (int)(r - first);
    *caret_col = column_in_row(e, &rows->rows.v[r], e->at);
}

/* The cluster boundary of a row that is nearest to a column from the left. */
static size_t offset_at(const struct editor *e, const struct wrap_row *row, int goal, bool last)
{
    size_t at = row->from;
    while (at < row->to) {
        size_t next = editor_next(e, at);
        /* The place behind the last glyph of a wrapped row is the beginning of the next row. */
        if (next > row->to || (next == row->to && !last && e->text.ptr[next] != '\n') ||
            column_in_row(e, row, next) > goal)
            break;
        at = next;
    }
    return at;
}

static bool move_rows(struct editor *e, int by, int width)
{
    struct wrap_rows rows = {0};
    int row, col;
    editor_wrap(e, width, &rows, &row, &col);
    if (e->goal < 0)
        e->goal = col;
    bool there = row + by >= 0 && row + by < (int)rows.rows.n;
    if (there)
        e->at = offset_at(e, &rows.rows.v[row + by], e->goal, row + by + 1 == (int)rows.rows.n);
    settle(e);
    vec_free(&rows.rows);
    return there;
}

bool editor_request(struct editor *e, enum request r, int width)
{
    if (r == REQ_UP || r == REQ_DOWN)
        return e->typing = false, move_rows(e, r == REQ_UP ? -1 : 1, width);
    e->goal = -1;
    if (r == REQ_TEXT_UNDO || r == REQ_TEXT_REDO)
        return exchange(e, r == REQ_TEXT_UNDO);
    if (r == REQ_NEWLINE)
        return editor_type(e, "\n", 1);
    e->typing = false;
    switch (r) {
    case REQ_LEFT:
        e->at = editor_previous(e, e->at);
        return true;
    case REQ_RIGHT:
        e->at = editor_next(e, e->at);
        return true;
    case REQ_WORD_LEFT:
        e->at = word_left(e, e->at);
        settle_left(e);
        return true;
    case REQ_WORD_RIGHT:
        e->at = word_right(e, e->at);
        settle(e);
        return true;
    case REQ_LINE_START:
        e->at = line_start(e);
        return true;
    case REQ_LINE_END:
        e->at = line_end(e);
        return true;
    case REQ_DELETE_LEFT:
        delete_range(e, editor_previous(e, e->at), e->at);
        return true;
    case REQ_DELETE_RIGHT:
        delete_range(e, e->at, editor_next(e, e->at));
        return true;
    case REQ_DELETE_WORD:
        delete_range(e, word_left(e, e->at), e->at);
        return true;
    case REQ_DELETE_LINE:
        delete_range(e, line_start(e), e->at);
        return true;
    case REQ_DELETE_REST:
        delete_range(e, e->at, line_end(e));
        return true;
    default:
        return false;
    }
}
