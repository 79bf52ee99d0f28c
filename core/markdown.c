#include "core/markdown.h"

#include "core/base/mem.h"
#include "core/safe.h"

#include <string.h>

/* ---- paragraphs ---- */

static bool may_begin_a_line(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '(';
}

/* Bytes from `text` to the next blank where a line may end, or n. */
static size_t piece_of(const char *text, size_t n)
{
    size_t i = 1;
    while (i < n && !(text[i] == ' ' && i + 1 < n && may_begin_a_line(text[i + 1])))
        i++;
    return i < n ? i : n;
}

void markdown_wrap(const char *text, size_t n, struct buf *out)
{
    size_t used = 0;
    for (size_t i = 0, len; i < n; i += len) {
        len = piece_of(text + i, n - i);
        size_t wide = safe_width(text + i, len);
        if (used > 0 && used + wide > MARKDOWN_COLUMNS) { /* the piece begins with a blank */
            buf_addc(out, '\n');
            buf_add(out, text + i + 1, len - 1);
            used = wide - 1;
        } else {
            buf_add(out, text + i, len);
            used += wide;
        }
    }
}

/* ---- tables ---- */

void markdown_column(struct markdown_table *t, const char *name, size_t n, bool number)
{
    vec_push(&t->number, number);
    markdown_cell(t, name, n);
}

void markdown_row(struct markdown_table *t)
{
    while (t->number.n > 0 && t->cells.n % t->number.n != 0)
        markdown_cell(t, "", 0);
}

void markdown_cell(struct markdown_table *t, const char *text, size_t n)
{
    vec_push(&t->cells, mem_ndup(text, n));
}

static void fill(size_t n, char c, struct buf *out)
{
    for (; n > 0; n--)
        buf_addc(out, c);
}

static void cell(const struct markdown_table *t, const size_t *width, size_t row, size_t column, struct buf *out)
{
    const char *text = t->cells.v[row * t->number.n + column];
    size_t blank = width[column] - safe_width(text, strlen(text));
    buf_addc(out, ' ');
    fill(t->number.v[column] ? blank : 0, ' ', out);
    buf_adds(out, text);
    fill(t->number.v[column] ? 0 : blank, ' ', out);
    buf_adds(out, " |");
}

static void rule(const struct markdown_table *t, const size_t *width, size_t column, struct buf *out)
{
    buf_addc(out, ' ');
    fill(width[column] - t->number.v[column], '-', out);
    buf_adds(out, t->number.v[column] ? ": |" : " |");
}

/* The first column and those from `from` to `end` - 1. */
static void part(const struct markdown_table *t, const size_t *width, size_t from, size_t end, struct buf *out)
{
    size_t rows = t->cells.n / t->number.n;
    for (size_t i = 0; i < rows; i++) {
        buf_addc(out, '|');
        cell(t, width, i, 0, out);
        for (size_t j = from; j < end; j++)
            cell(t, width, i, j, out);
        buf_addc(out, '\n');
        if (i > 0)
            continue;
        buf_addc(out, '|');
        rule(t, width, 0, out);
        for (size_t j = from; j < end; j++)
            rule(t, width, j, out);
        buf_addc(out, '\n');
    }
}

void markdown_table_end(struct markdown_table *t, struct buf *out)
{
    enum { LEAST = 3 }; /* a rule has three dashes */
    size_t k = t->number.n, *width = mem_array(k + 1, sizeof *width);
    markdown_row(t);
    for (size_t i = 0; i < t->cells.n; i++) {
        size_t wide = safe_width(t->cells.v[i], strlen(t->cells.v[i]));
        wide = wide < LEAST ? LEAST : wide;
        width[i % k] = width[i % k] < wide ? wide : width[i % k];
    }
    size_t from = 1, end;
    do {
        size_t line = 1 + width[0] + 3;
        for (end = from; end < k && (end == from || line + width[end] + 3 <= MARKDOWN_COLUMNS); end++)
            line += width[end] + 3;
        buf_adds(out, from > 1 ? "\n" : "");
        part(t, width, from, end, out);
        from = end;
    } while (from < k);
    mem_free(width);
    markdown_table_free(t);
}

void markdown_table_free(struct markdown_table *t)
{
    for (size_t i = 0; i < t->cells.n; i++)
        mem_free(t->cells.v[i]);
    vec_free(&t->cells);
    vec_free(&t->number);
}
