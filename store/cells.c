#include "store/cells.h"

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/base/vec.h"

#include <csv.h>
#include <stdio.h>
#include <string.h>

struct cells {
    struct lines *lines;
    struct csv_parser parser;
    char mark;
    struct buf text, raw; /* of the row; a NUL behind each cell */
    VEC(size_t) at, len;
    VEC(const char *) cell;
    bool complete; /* the row has ended */
    char fault[120];
};

/* RFC 4180: spaces belong to the cell, and only a line feed ends a row. */
static int no_space(unsigned char c)
{
    (void)c;
    return 0;
}

static int is_end(unsigned char c)
{
    return c == '\n';
}

static void start(struct cells *c)
{
    if (csv_init(&c->parser, CSV_STRICT) != 0)
        BUG("libcsv does not start");
    csv_set_delim(&c->parser, (unsigned char)c->mark);
    csv_set_space_func(&c->parser, no_space);
    csv_set_term_func(&c->parser, is_end);
    csv_set_realloc_func(&c->parser, mem_resize);
    csv_set_free_func(&c->parser, mem_free);
}

struct cells *cells_open(struct lines *lines, char mark)
{
    struct cells *c = mem_alloc(sizeof *c);
    *c = (struct cells){.lines = lines, .mark = mark, .text = BUF_INIT, .raw = BUF_INIT};
    start(c);
    return c;
}

void cells_close(struct cells *c)
{
    if (c == NULL)
        return;
    csv_free(&c->parser);
    buf_free(&c->text);
    buf_free(&c->raw);
    vec_free(&c->at);
    vec_free(&c->len);
    vec_free(&c->cell);
    mem_free(c);
}

static void take_cell(void *s, size_t n, void *ctx)
{
    struct cells *c = ctx;
    vec_push(&c->at, c->text.len);
    vec_push(&c->len, n);
    buf_add(&c->text, s, n);
    buf_addc(&c->text, '\0');
}

static void end_row(int end, void *ctx)
{
    (void)end;
    ((struct cells *)ctx)->complete = true;
}

static void reset_row(struct cells *c)
{
    buf_reset(&c->text);
    buf_reset(&c->raw);
    vec_clear(&c->at);
    vec_clear(&c->len);
    vec_clear(&c->cell);
    c->complete = false;
    c->fault[0] = '\0';
}

/* Whatever was begun is dropped: the next line is a new row. */
static void give_up(struct cells *c, const char *why)
{
    snprintf(c->fault, sizeof c->fault, "%s", why);
    csv_free(&c->parser);
    start(c);
}

/* Of what the row holds so far, with n bytes more: is a quote open? */
static bool inside_quotes(bool inside, const char *text, size_t n)
{
    for (const char *q = text; (q = memchr(q, '"', n - (size_t)(q - text))) != NULL; q++)
        inside = !inside;
    return inside;
}

static bool feed(struct cells *c, const char *text, size_t n)
{
    return csv_parse(&c->parser, text, n, take_cell, end_row, c) == n;
}

/* One line of the row. A line end inside of quotes belongs to the cell as it stands. */
static void add_line(struct cells *c, const char *text, size_t n, bool *inside)
{
    *inside = inside_quotes(*inside, text, n);
    const char *end = *inside && lines_ended_crlf(c->lines) ? "\r\n" : "\n";
    buf_add(&c->raw, text, n);
    if (!feed(c, text, n) || !feed(c, end, strlen(end)))
        give_up(c, "a quote stands where none may stand; in a quoted cell it is written twice");
    else if (*inside)
        buf_adds(&c->raw, end);
    if (c->fault[0] == '\0' && c->raw.len > CELLS_ROW_MAX)
        give_up(c, "the row is too long; is a quote open?");
}

static void check(struct cells *c)
{
    size_t bad;
    for (size_t i = 0; c->fault[0] == '\0' && i < c->at.n; i++) {
        const char *text = c->text.ptr + c->at.v[i];
        vec_push(&c->cell, text);
        if (!utf8_valid(text, c->len.v[i], &bad))
            snprintf(c->fault, sizeof c->fault, "cell %zu is not UTF-8", i + 1);
    }
}

bool cells_next(struct cells *c, struct cells_row *row, struct err *err)
{
    char *text;
    size_t n;
    bool inside = false;
    reset_row(c);
    *row = (struct cells_row){0};
    while (!c->complete && c->fault[0] == '\0') {
        if (!lines_next(c->lines, &text, &n, err))
            return false;
        if (text == NULL) {
            if (c->raw.len == 0)
                return true;
            give_up(c, "the file ends inside of a quoted cell");
            break;
        }
        if (c->raw.len == 0 && n == 0)
            continue;
        if (row->line == 0)
            row->line = lines_number(c->lines);
        add_line(c, text, n, &inside);
    }
    check(c);
    row->raw = c->raw.ptr;
    row->raw_len = c->raw.len;
    row->fault = c->fault[0] != '\0' ? c->fault : NULL;
    if (row->fault == NULL) {
        row->text = c->cell.v;
        row->len = c->len.v;
        row->n = c->at.n;
    }
    return true;
}

char cells_mark(const char *line, size_t n)
{
    static const char marks[] = {',', '\t', ';'}; /* of as many cells the first */
    size_t seen[sizeof marks] = {0}, best = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t m = 0; m < sizeof marks; m++)
            seen[m] += line[i] == marks[m];
    for (size_t m = 1; m < sizeof marks; m++)
        if (seen[m] > seen[best])
            best = m;
    return marks[best];
}
