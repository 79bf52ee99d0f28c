#include "core/scores.h"

#include "core/base/buf.h"
#include "core/base/json.h"
#include "core/base/lines.h"
#include "core/flat.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NO_COLUMN = -1 };

/* How the lines are read. */
struct reader {
    struct scores *s;
    long line;
    bool is_json;
    char delimiter; /* of columns */
    int id, score;  /* columns */
    struct buf cell[2];
    VEC(int64_t) row; /* numbered: of each score */
};

static bool is_blank(const char *text, size_t n)
{
    return n == strspn(text, " \t\r");
}

/* ---- one score ---- */

static bool add_score(struct reader *r, double score, struct err *err)
{
    if (!isfinite(score))
        return err_set(err, ERR_NUMERIC, "the score is not a finite number");
    vec_push(&r->s->value, score);
    vec_push(&r->s->line, r->line);
    r->s->n++;
    return true;
}

static bool add_id(struct reader *r, const char *id, size_t n, double score, struct err *err)
{
    bool added;
    if (r->s->numbered)
        return err_set(err, ERR_CONFLICT, "\"id\" is a name, but was a row number before");
    size_t at = names_add(&r->s->ids, id, n, &added);
    if (!added)
        return err_set(err, ERR_CONFLICT, "the answer \"%.80s\" is scored twice, first in line %ld", id,
                       r->s->line.v[at]);
    return add_score(r, score, err);
}

/* Rows come in any order; they are put into theirs at the end. */
static bool add_row(struct reader *r, int64_t row, double score, struct err *err)
{
    if (names_count(&r->s->ids) > 0)
        return err_set(err, ERR_CONFLICT, "\"id\" is a row number, but was a name before");
    if (row < 0)
        return err_set(err, ERR_RANGE, "\"id\" is row %lld", (long long)row);
    r->s->numbered = true;
    vec_push(&r->row, row);
    return add_score(r, score, err);
}

/* ---- JSON Lines ---- */

static bool take_object(struct reader *r, struct json_object *o, struct err *err)
{
    struct json_object *id = NULL;
    struct json_text text;
    const char *key = json_has(o, "score") ? "score" : "reward";
    int64_t row;
    double score = 0;
    if (!json_object_object_get_ex(o, "id", &id) || id == NULL)
        return err_set(err, ERR_MISSING, "\"id\" is missing");
    if (!json_has(o, key))
        return err_set(err, ERR_MISSING, "\"score\" is missing");
    if (!json_get_number(o, key, JSON_REQUIRED, &score, err))
        return false;
    if (json_object_is_type(id, json_type_int))
        return json_as_int(id, "id", INT64_MIN, INT64_MAX, &row, err) && add_row(r, row, score, err);
    return json_as_text(id, "id", &text, err) && add_id(r, text.ptr, text.len, score, err);
}

/* take_object for nearly all lines of nearly all files, without a tree of each. */
static bool take_flat(struct reader *r, const char *text, size_t n)
{
    struct flat f;
    if (!flat_scan(text, n, &f))
        return false;
    const struct flat_member *id = flat_get(&f, "id"), *score = flat_get(&f, "score");
    score = score != NULL ? score : flat_get(&f, "reward");
    if (id == NULL || score == NULL || (score->kind != FLAT_NUMBER && score->kind != FLAT_INT))
        return false;
    if (id->kind == FLAT_TEXT)
        return add_id(r, id->text, id->len, score->number, NULL);
    return id->kind == FLAT_INT && add_row(r, id->i, score->number, NULL);
}

static bool take_json(struct reader *r, const char *text, size_t n, struct err *err)
{
    struct json_object *o = NULL;
    if (take_flat(r, text, n))
        return true;
    if (!json_parse(text, n, &o, err))
        return false;
    bool ok = json_object_is_type(o, json_type_object)
                  ? take_object(r, o, err)
                  : err_set(err, ERR_SYNTAX, "a line must be an object, but is %s", json_type_name(o));
    json_object_put(o);
    return ok;
}

/* ---- CSV ---- */

/* The cell at *at, without its quotes; *at moves behind the delimiter after it, and beyond n after the last one. */
static bool next_cell(const struct reader *r, const char *text, size_t n, size_t *at, struct buf *out, struct err *err)
{
    size_t i = *at;
    buf_reset(out);
    if (i < n && text[i] == '"') {
        for (i++; i < n && (text[i] != '"' || (i + 1 < n && text[i + 1] == '"')); i++) {
            i += text[i] == '"';
            buf_addc(out, text[i]);
        }
        if (i == n)
            return err_set(err, ERR_SYNTAX, "a quote is not closed");
        i++;
    }
    for (; i < n && text[i] != r->delimiter; i++)
        buf_addc(out, text[i]);
    *at = i + 1;
    return true;
}

/* The columns of the head line. */
static bool take_head(struct reader *r, const char *text, size_t n, struct err *err)
{
    struct buf cell = BUF_INIT;
    bool ok = true;
    int column = 0;
    r->delimiter = memchr(text, '\t', n) != NULL ? '\t' : ',';
    r->id = r->score = NO_COLUMN;
    for (size_t at = 0; ok && at <= n; column++) {
        ok = next_cell(r, text, n, &at, &cell, err);
        if (strcmp(cell.ptr, "id") == 0)
            r->id = column;
        if (strcmp(cell.ptr, "score") == 0 || (r->score == NO_COLUMN && strcmp(cell.ptr, "reward") == 0))
            r->score = column;
    }
    buf_free(&cell);
    return ok && ((r->id != NO_COLUMN && r->score != NO_COLUMN) ||
                  err_set(err, ERR_SYNTAX,
                          "must be JSON Lines with \"id\" and \"score\", or a head line of columns with "
                          "id and score"));
}

static bool read_number(const char *text, double *out, struct err *err)
{
    char *end;
    errno = 0;
    *out = strtod(text, &end);
    if (end == text || *end != '\0')
        return err_set(err, ERR_SYNTAX, "the score \"%.40s\" is no number", text);
    return true;
}

static bool take_cells(struct reader *r, const char *text, size_t n, struct err *err)
{
    double score;
    bool ok = true;
    int column = 0;
    struct buf other = BUF_INIT;
    for (size_t at = 0; ok && at <= n; column++)
        ok = next_cell(r, text, n, &at, column == r->id ? &r->cell[0] : (column == r->score ? &r->cell[1] : &other),
                       err);
    buf_free(&other);
    if (!ok)
        return false;
    if (column <= r->id || column <= r->score)
        return err_set(err, ERR_SYNTAX, "the line has %d columns, the id and the score stand in %d and %d", column,
                       r->id + 1, r->score + 1);
    if (r->cell[0].len == 0)
        return err_set(err, ERR_SYNTAX, "the id is empty");
    return read_number(r->cell[1].ptr, &score, err) && add_id(r, r->cell[0].ptr, r->cell[0].len, score, err);
}

/* ---- the file ---- */

static bool take_line(struct reader *r, bool first, const char *text, size_t n, struct err *err)
{
    if (first)
        r->is_json = text[strspn(text, " \t")] == '{';
    if (r->is_json)
        return take_json(r, text, n, err);
    if (n > 0 && text[n - 1] == '\r')
        n--;
    return first ? take_head(r, text, n, err) : take_cells(r, text, n, err);
}

static bool take_lines(struct reader *r, struct lines *l, struct err *err)
{
    char *text;
    size_t n;
    for (bool first = true;;) {
        if (!lines_next(l, &text, &n, err))
            return false;
        if (text == NULL)
            return true;
        if (is_blank(text, n))
            continue;
        r->line = lines_number(l);
        if (!take_line(r, first, text, n, err))
            return err_context(err, "%s:%ld", lines_name(l), lines_number(l));
        first = false;
    }
}

static bool no_score(const struct scores *s, const long *line, int64_t largest, struct err *err)
{
    size_t i = 0;
    while (line[i] != 0)
        i++;
    return err_set(err, ERR_MISSING, "%s: row %zu has no score, but row %lld has one", s->name, i, (long long)largest);
}

/* Each score at its row: rows 0 to n - 1, each once. */
static bool put_in_order(struct reader *r, struct err *err)
{
    struct scores *s = r->s;
    double *value = mem_array(s->n, sizeof *value);
    long *line = mem_array(s->n, sizeof *line);
    int64_t beyond = -1;
    bool ok = true;
    for (size_t i = 0; ok && i < s->n; i++) {
        int64_t row = r->row.v[i];
        if (row >= (int64_t)s->n) {
            beyond = row;
            continue;
        }
        if (line[row] != 0)
            ok = err_set(err, ERR_CONFLICT, "%s:%ld: row %lld is scored twice, first in line %ld", s->name,
                         s->line.v[i], (long long)row, line[row]);
        value[row] = s->value.v[i];
        line[row] = s->line.v[i];
    }
    if (ok && beyond >= 0)
        ok = no_score(s, line, beyond, err);
    memcpy(s->value.v, value, s->n * sizeof *value);
    memcpy(s->line.v, line, s->n * sizeof *line);
    mem_free(value);
    mem_free(line);
    return ok;
}

static bool finish(struct reader *r, struct err *err)
{
    if (r->s->n == 0)
        return err_set(err, ERR_MISSING, "%s: holds no scores", r->s->name);
    return !r->s->numbered || put_in_order(r, err);
}

bool scores_read(const char *path, struct scores *s, struct err *err)
{
    *s = (struct scores){.name = mem_dup(path)};
    struct lines *l = lines_open(path, err);
    if (l == NULL)
        return false;
    struct reader r = {.s = s, .cell = {BUF_INIT, BUF_INIT}};
    bool list, ok = lines_of_list(l, &list, err) && take_lines(&r, l, err) && finish(&r, err);
    lines_close(l);
    vec_free(&r.row);
    buf_free(&r.cell[0]);
    buf_free(&r.cell[1]);
    return ok;
}

void scores_free(struct scores *s)
{
    mem_free(s->name);
    names_free(&s->ids);
    vec_free(&s->value);
    vec_free(&s->line);
    *s = (struct scores){0};
}

bool scores_as_rows(struct scores *s, struct embeddings *e, struct err *err)
{
    struct tensor t;
    e->noun = "scores";
    tensor_borrow(&t, TENSOR_F64, s->value.v, s->n, 1);
    return s->numbered ? embeddings_add_tensor(e, &t, s->name, NULL, err)
                       : embeddings_add_named(e, &t, s->name, &s->ids, err);
}

double *scores_of_rows(const struct scores *s, const struct embeddings *e, size_t *missing)
{
    double *value = mem_array(e->n, sizeof *value);
    *missing = 0;
    for (size_t i = 0; i < e->n; i++) {
        const char *id = embeddings_id(e, i);
        size_t at = s->numbered ? i : (id != NULL ? names_find(&s->ids, id, strlen(id)) : NAMES_NONE);
        bool has = s->numbered ? i < s->n : at != NAMES_NONE;
        value[i] = has ? s->value.v[at] : (double)NAN;
        *missing += !has;
    }
    return value;
}
