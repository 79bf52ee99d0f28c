#include "core/base/lines.h"

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/unpack.h"

#include <stdio.h>
#include <string.h>

enum { CHUNK = 256 * 1024 };

struct lines {
    struct unpack *file;
    long number;
    char *chunk; /* CHUNK bytes read ahead: [at, end) not yet consumed */
    size_t at, end;
    bool eof, crlf, again;
    char *text; /* the line returned last, n bytes */
    size_t n;
    struct buf line; /* one that does not stand in the chunk as a whole, or an element of a list */
    struct {
        bool on, over;
        long ends;       /* of lines, so far */
        size_t elements; /* so far */
    } list;
};

struct lines *lines_open(const char *path, struct err *err)
{
    struct unpack *file = unpack_open(path, err);
    if (file == NULL)
        return NULL;
    struct lines *l = mem_alloc(sizeof *l);
    l->file = file;
    l->chunk = mem_alloc(CHUNK);
    l->line = BUF_INIT;
    l->line.max = LINE_MAX_BYTES;
    return l;
}

static bool fill(struct lines *l, struct err *err)
{
    size_t n;
    if (!unpack_read(l->file, l->chunk, CHUNK, &n, err))
        return l->number == 0 ? false : err_context(err, "after line %ld", l->number);
    l->at = 0;
    l->end = n;
    l->eof = n == 0;
    return true;
}

/* ---- a list ---- */

static bool is_space(int c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Where the list is entered; 0: it is none, or (*more) what is there is not enough to say. */
static size_t list_begins(const struct lines *l, bool *more)
{
    size_t at = 0;
    if (l->end >= 3 && memcmp(l->chunk, "\xEF\xBB\xBF", 3) == 0)
        at = 3;
    while (at < l->end && is_space(l->chunk[at]))
        at++;
    size_t inside = at + 1;
    while (inside < l->end && is_space(l->chunk[inside]))
        inside++;
    *more = at == l->end || (l->chunk[at] == '[' && inside >= l->end);
    return !*more && l->chunk[at] == '[' && (l->chunk[inside] == '{' || l->chunk[inside] == ']') ? at + 1 : 0;
}

bool lines_of_list(struct lines *l, bool *list, struct err *err)
{
    bool more = true;
    size_t begin = 0, n = 1;
    while (more && n > 0 && l->end < CHUNK) {
        if (!unpack_read(l->file, l->chunk + l->end, CHUNK - l->end, &n, err))
            return false;
        l->end += n;
        begin = list_begins(l, &more);
    }
    for (; l->at < begin; l->at++)
        l->list.ends += l->chunk[l->at] == '\n';
    *list = l->list.on = begin > 0;
    return true;
}

/* EOF at the end. */
static bool next_byte(struct lines *l, int *c, struct err *err)
{
    *c = EOF;
    if (l->at == l->end && !l->eof && !fill(l, err))
        return false;
    if (l->eof)
        return true;
    *c = (unsigned char)l->chunk[l->at++];
    l->list.ends += *c == '\n';
    return true;
}

static bool list_fault(const struct lines *l, const char *what, struct err *err)
{
    return err_set(err, ERR_SYNTAX, "%s:%ld: %s", lines_name(l), l->list.ends + 1, what);
}

/* To the first byte of the next element, which it leaves in *c; EOF behind the last. */
static bool list_step(struct lines *l, int *c, struct err *err)
{
    size_t commas = 0;
    do {
        if (!next_byte(l, c, err))
            return false;
        commas += *c == ',';
    } while (is_space(*c) || *c == ',');
    if (*c == EOF)
        return list_fault(l, "the list does not end; is the file whole?", err);
    if (commas != (*c != ']' && l->list.elements > 0))
        return list_fault(l, commas == 0 ? "a comma is missing in the list" : "a comma too many in the list", err);
    if (*c != ']')
        return true;
    do
        if (!next_byte(l, c, err))
            return false;
    while (is_space(*c));
    l->list.over = true;
    return *c == EOF || list_fault(l, "something follows the list; a file is one list, or JSON Lines", err);
}

/* The rest of an element that begins with c. */
static bool list_element(struct lines *l, int c, struct err *err)
{
    bool inside = false, escaped = false; /* a string */
    for (int depth = 0; inside || depth > 0 || (c != ',' && c != ']');) {
        buf_addc(&l->line, !inside && (c == '\n' || c == '\r') ? ' ' : (char)c);
        if (!inside)
            depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        if (c == '"' && !escaped)
            inside = !inside;
        escaped = inside && c == '\\' && !escaped;
        if (l->line.cut)
            return list_fault(l, "an element of the list is longer than 256 MiB", err);
        if (!next_byte(l, &c, err))
            return false;
        if (c == EOF)
            return list_fault(l, "the list does not end; is the file whole?", err);
    }
    l->at--;
    return true;
}

static void of_buffer(struct lines *l)
{
    buf_reserve(&l->line, 0);
    l->text = l->line.ptr;
    l->n = l->line.len;
}

static bool next_of_list(struct lines *l, struct err *err)
{
    int c = EOF;
    if (l->list.over)
        return true;
    if (!list_step(l, &c, err))
        return false;
    if (l->list.over)
        return true;
    l->number = l->list.ends + 1;
    l->list.elements++;
    buf_reset(&l->line);
    if (!list_element(l, c, err))
        return false;
    while (l->line.len > 0 && is_space(l->line.ptr[l->line.len - 1]))
        buf_truncate(&l->line, l->line.len - 1);
    of_buffer(l);
    return true;
}

/* ---- lines ---- */

/* A line that stands in the chunk as a whole stays there. */
static bool next_in_chunk(struct lines *l)
{
    char *from = l->chunk + l->at;
    char *newline = l->at < l->end ? memchr(from, '\n', l->end - l->at) : NULL;
    if (newline == NULL)
        return false;
    l->text = from;
    l->n = (size_t)(newline - from);
    l->at += l->n + 1;
    return true;
}

/* One that is put together of chunks. None: l->text is NULL. */
static bool next_of_chunks(struct lines *l, struct err *err)
{
    const char *newline = NULL;
    bool any = false;
    buf_reset(&l->line);
    while (newline == NULL) {
        if (l->at == l->end && !l->eof && !fill(l, err))
            return false;
        if (l->eof)
            break;
        any = true;
        const char *from = l->chunk + l->at;
        newline = memchr(from, '\n', l->end - l->at);
        size_t take = newline != NULL ? (size_t)(newline - from) : l->end - l->at;
        buf_add(&l->line, from, take);
        l->at += take + (newline != NULL);
        if (l->line.cut)
            return err_set(err, ERR_RANGE,
                           "%s:%ld: the line is longer than %d MiB; is it JSON Lines, one record a line?",
                           lines_name(l), l->number + 1, LINE_MAX_BYTES >> 20);
    }
    if (any)
        of_buffer(l);
    return true;
}

/* Without its end, and the first without a byte order mark. */
static void trim(struct lines *l)
{
    l->number++;
    l->crlf = l->n > 0 && l->text[l->n - 1] == '\r';
    l->n -= l->crlf;
    if (l->number == 1 && l->n >= 3 && memcmp(l->text, "\xEF\xBB\xBF", 3) == 0) {
        l->text += 3;
        l->n -= 3;
    }
    l->text[l->n] = '\0';
}

/* Spreadsheets save such files as "Unicode text". */
static bool refuse_utf16(const struct lines *l, struct err *err)
{
    bool marked = l->n >= 2 && (memcmp(l->text, "\xFF\xFE", 2) == 0 || memcmp(l->text, "\xFE\xFF", 2) == 0);
    return !marked ||
           err_set(err, ERR_SYNTAX, "%s is UTF-16, not UTF-8; iconv -f UTF-16 -t UTF-8 makes it so", lines_name(l));
}

static bool next(struct lines *l, struct err *err)
{
    l->text = NULL;
    l->n = 0;
    if (l->list.on)
        return next_of_list(l, err);
    if (!next_in_chunk(l) && !next_of_chunks(l, err))
        return false;
    if (l->text == NULL)
        return true;
    trim(l);
    return l->number > 1 || refuse_utf16(l, err);
}

bool lines_next(struct lines *l, char **text, size_t *n, struct err *err)
{
    bool ok = l->again || next(l, err);
    l->again = false;
    *text = l->text;
    *n = l->n;
    return ok;
}

bool lines_ended_crlf(const struct lines *l)
{
    return l->crlf;
}

void lines_again(struct lines *l)
{
    l->again = true;
}

long lines_number(const struct lines *l)
{
    return l->number;
}

const char *lines_name(const struct lines *l)
{
    return unpack_name(l->file);
}

void lines_position(const struct lines *l, double *done, double *total)
{
    unpack_position(l->file, done, total);
}

void lines_close(struct lines *l)
{
    if (l == NULL)
        return;
    unpack_close(l->file);
    mem_free(l->chunk);
    buf_free(&l->line);
    mem_free(l);
}
