#include "store/import_table.h"

#include "core/base/json_writer.h"
#include "core/base/mem.h"
#include "store/import_columns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool import_table_open(struct import *im, struct lines *lines, const struct import_table_options *o,
                       struct import_table **out, struct err *err)
{
    struct import_table *t = mem_alloc(sizeof *t);
    *t = (struct import_table){.cells = cells_open(lines, o->mark),
                               .source = im->source.ptr,
                               .record = BUF_INIT,
                               .head = BUF_INIT,
                               .told = BUF_INIT};
    *out = t;
    if (import_columns_read(t, im, lines_name(lines), o, err))
        return true;
    import_table_close(t);
    *out = NULL;
    return false;
}

void import_table_close(struct import_table *t)
{
    if (t == NULL)
        return;
    cells_close(t->cells);
    arena_free(&t->arena);
    vec_free(&t->columns);
    buf_free(&t->record);
    buf_free(&t->head);
    buf_free(&t->told);
    mem_free(t);
}

const struct import_format *import_table_format(const struct import_table *t)
{
    return t->format;
}

const char *import_table_columns(const struct import_table *t)
{
    return t->told.ptr;
}

struct json_text import_table_head(const struct import_table *t)
{
    return (struct json_text){t->head.ptr, t->head.len};
}

/* ---- a row ---- */

static struct json_text cell(const struct import_table *t, const struct cells_row *row, size_t i)
{
    struct json_text c = {row->text[i], row->len[i]};
    size_t marks = strspn(c.ptr, "'");
    if (t->ours && marks > 0 && marks < c.len && strchr("=+-@\t\r", c.ptr[marks]) != NULL)
        return (struct json_text){c.ptr + 1, c.len - 1};
    return c;
}

/* ptr NULL: there is no such column, or nothing in it. */
static struct json_text value(const struct import_table *t, const struct cells_row *row, enum field f)
{
    struct json_text none = {0};
    if (!import_columns_have(t, f))
        return none;
    struct json_text c = cell(t, row, t->at[f] - 1);
    return c.len > 0 ? c : none;
}

static void maybe(struct json_writer *w, const char *key, struct json_text v)
{
    if (v.ptr != NULL)
        jw_kstrn(w, key, v.ptr, v.len);
}

/* A whole number; 3.0 is one. */
static bool whole(struct import_table *t, const char *column, struct json_text v, int64_t *out)
{
    char *end = NULL;
    double x = strtod(v.ptr, &end);
    bool ok = end != v.ptr && end == v.ptr + v.len && x >= -1e9 && x <= 1e9 && x == (double)(int64_t)x;
    *out = ok ? (int64_t)x : 0;
    if (!ok)
        snprintf(t->fault, sizeof t->fault, "\"%.40s\" is \"%.40s\" and no whole number", column, v.ptr);
    return ok;
}

static const char *column_of(const struct import_table *t, enum field f)
{
    return t->columns.v[t->at[f] - 1].name;
}

static void write_prompt(const struct import_table *t, const struct cells_row *row, struct json_writer *w)
{
    struct json_text prompt = value(t, row, FIELD_PROMPT), system = value(t, row, FIELD_SYSTEM);
    if (system.ptr == NULL) {
        maybe(w, "prompt", prompt);
        return;
    }
    jw_key(w, "prompt");
    jw_array(w);
    jw_object(w);
    jw_kstr(w, "role", "system");
    jw_kstrn(w, "content", system.ptr, system.len);
    jw_object_end(w);
    jw_object(w);
    jw_kstr(w, "role", "user");
    jw_kstrn(w, "content", prompt.ptr != NULL ? prompt.ptr : "", prompt.len);
    jw_object_end(w);
    jw_array_end(w);
}

static void write_responses(const struct import_table *t, const struct cells_row *row, struct json_writer *w)
{
    bool chosen = import_columns_have(t, FIELD_CHOSEN), one = import_columns_have(t, FIELD_RESPONSE);
    const enum field text[2] = {one      ? FIELD_RESPONSE
                                : chosen ? FIELD_CHOSEN
                                         : FIELD_RESPONSE_1,
                                chosen ? FIELD_REJECTED : FIELD_RESPONSE_2};
    const enum field model[2] = {one ? FIELD_MODEL : FIELD_MODEL_1, FIELD_MODEL_2};
    jw_key(w, "responses");
    jw_array(w);
    for (int i = 0; i < (one ? 1 : 2); i++) {
        struct json_text v = value(t, row, text[i]);
        jw_object(w);
        jw_kstrn(w, "text", v.ptr != NULL ? v.ptr : "", v.len);
        maybe(w, "model", value(t, row, model[i]));
        maybe(w, "language", value(t, row, FIELD_LANGUAGE));
        jw_object_end(w);
    }
    jw_array_end(w);
}

/* What a row says of which is better. */
struct said {
    bool has, neither, unknown; /* unknown: not how much */
    int64_t preference;
    size_t ratings;
};

static bool is_yes(struct json_text v)
{
    return v.ptr != NULL &&
           (strcasecmp(v.ptr, "true") == 0 || strcasecmp(v.ptr, "yes") == 0 || strtod(v.ptr, NULL) > 0);
}

static bool read_winner(struct import_table *t, struct json_text v, struct said *s)
{
    static const char *const words[] = {"1 A first response_1 response_a model_a",
                                        "2 B second response_2 response_b model_b", "tie 0 equal same",
                                        "neither bothbad"};
    size_t i = 0;
    while (i < 4 && !import_columns_word(words[i], v.ptr) && !(i == 3 && strcasecmp(v.ptr, "tie (bothbad)") == 0))
        i++;
    s->has = i < 3;
    s->neither = i == 3;
    s->preference = i == 0 ? -1 : i == 1 ? 1 : 0;
    s->unknown = i < 2;
    if (i == 4)
        snprintf(t->fault, sizeof t->fault, "\"%.40s\" is \"%.40s\"; 1, 2, A, B, tie and neither are known",
                 column_of(t, FIELD_WINNER), v.ptr);
    return i < 4;
}

static bool read_said(struct import_table *t, const struct cells_row *row, struct said *s)
{
    struct json_text preference = value(t, row, FIELD_PREFERENCE), winner = value(t, row, FIELD_WINNER),
                     strength = value(t, row, FIELD_STRENGTH);
    *s = (struct said){0};
    if (import_columns_have(t, FIELD_CHOSEN)) {
        s->has = true;
        s->unknown = strength.ptr == NULL;
        s->preference = 1;
        if (strength.ptr != NULL && !whole(t, column_of(t, FIELD_STRENGTH), strength, &s->preference))
            return false;
        s->preference = -s->preference;
    } else if (preference.ptr != NULL) {
        s->has = true;
        if (!whole(t, column_of(t, FIELD_PREFERENCE), preference, &s->preference))
            return false;
    } else if (winner.ptr != NULL && !read_winner(t, winner, s)) {
        return false;
    }
    s->neither = s->neither || (!s->has && is_yes(value(t, row, FIELD_NEITHER)));
    return true;
}

static bool write_ratings(struct import_table *t, const struct cells_row *row, struct json_writer *w)
{
    jw_key(w, "ratings");
    jw_array(w);
    for (int which = 0; which < (import_columns_have(t, FIELD_RESPONSE) ? 1 : 2); which++) {
        jw_object(w);
        for (size_t i = 0; i < t->columns.n; i++) {
            const struct column *c = &t->columns.v[i];
            int64_t v;
            if (c->field != FIELD_RATING || c->which != which || row->len[i] == 0)
                continue;
            if (!whole(t, c->name, cell(t, row, i), &v))
                return false;
            jw_kint(w, c->attribute, v);
        }
        jw_object_end(w);
    }
    jw_array_end(w);
    return true;
}

/* Of both together. */
static bool write_aspects(struct import_table *t, const struct cells_row *row, struct json_writer *w)
{
    jw_key(w, "aspects");
    jw_object(w);
    for (size_t i = 0; i < t->columns.n; i++) {
        const struct column *c = &t->columns.v[i];
        int64_t v;
        if (c->field != FIELD_RATING || c->which != COLUMN_OF_BOTH || row->len[i] == 0)
            continue;
        if (!whole(t, c->name, cell(t, row, i), &v))
            return false;
        jw_kint(w, c->attribute, v);
    }
    jw_object_end(w);
    return true;
}

static size_t count_ratings(const struct import_table *t, const struct cells_row *row, bool of_both)
{
    size_t n = 0;
    for (size_t i = 0; i < t->columns.n; i++)
        n += t->columns.v[i].field == FIELD_RATING && row->len[i] > 0 &&
             (t->columns.v[i].which == COLUMN_OF_BOTH) == of_both;
    return n;
}

static void write_annotator(const struct import_table *t, const struct cells_row *row, struct json_writer *w)
{
    struct json_text who = value(t, row, FIELD_ANNOTATOR), source = value(t, row, FIELD_SOURCE);
    struct buf name = BUF_INIT;
    buf_addf(&name, "source:%s", source.ptr != NULL ? source.ptr : t->source);
    if (who.ptr == NULL)
        who = (struct json_text){name.ptr, name.len};
    jw_kstrn(w, "annotator", who.ptr, who.len);
    buf_free(&name);
}

static bool write_judgement(struct import_table *t, const struct cells_row *row, struct json_writer *w)
{
    struct json_text words = value(t, row, FIELD_JUSTIFICATION);
    struct said s;
    if (!read_said(t, row, &s))
        return false;
    size_t aspects = count_ratings(t, row, true);
    s.ratings = count_ratings(t, row, false);
    if (!s.has && !s.neither && s.ratings + aspects == 0 && words.ptr == NULL)
        return true;
    jw_key(w, "judgement");
    jw_object(w);
    write_annotator(t, row, w);
    if (s.has)
        jw_kint(w, "preference", s.preference);
    if (s.neither)
        jw_kbool(w, "neither", true);
    if ((s.ratings > 0 && !write_ratings(t, row, w)) || (aspects > 0 && !write_aspects(t, row, w)))
        return false;
    maybe(w, "justification", words);
    if (s.unknown) {
        jw_key(w, "extra");
        jw_object(w);
        jw_kstr(w, "strength", "unknown");
        jw_object_end(w);
    }
    jw_object_end(w);
    return true;
}

static bool write_record(struct import_table *t, const struct cells_row *row, struct json_writer *w)
{
    if (t->plain) {
        for (size_t i = 0; i < row->n; i++)
            jw_kstrn(w, t->columns.v[i].name, row->text[i], row->len[i]);
        return true;
    }
    write_prompt(t, row, w);
    write_responses(t, row, w);
    maybe(w, "source", value(t, row, FIELD_SOURCE));
    maybe(w, "split", value(t, row, FIELD_SPLIT));
    if (!import_columns_have(t, FIELD_RESPONSE))
        maybe(w, "subset", value(t, row, FIELD_SUBSET));
    return write_judgement(t, row, w);
}

bool import_table_next(struct import_table *t, struct import_row *out, struct err *err)
{
    struct cells_row row;
    struct json_writer w;
    *out = (struct import_row){0};
    t->fault[0] = '\0';
    if (!cells_next(t->cells, &row, err))
        return false;
    if (row.raw_len == 0)
        return true;
    out->raw = (struct json_text){row.raw, row.raw_len};
    out->line = row.line;
    buf_reset(&t->record);
    jw_start(&w, &t->record);
    jw_object(&w);
    if (row.fault != NULL)
        snprintf(t->fault, sizeof t->fault, "%s", row.fault);
    else if (row.n != t->columns.n)
        snprintf(t->fault, sizeof t->fault, "the row has %zu cells and the head line %zu", row.n, t->columns.n);
    else if (write_record(t, &row, &w))
        jw_object_end(&w);
    out->record = (struct json_text){t->record.ptr, t->record.len};
    out->fault = t->fault[0] != '\0' ? t->fault : NULL;
    return true;
}

/* ---- the formats ---- */

/* Told by their files, not by a record. */
static bool sniff(struct json_object *o)
{
    (void)o;
    return false;
}

/* A row, which is a line of our own by now. */
static bool read_row(struct import *im, struct json_object *o, struct err *err)
{
    return import_judgements.read(im, o, err);
}

const struct import_format import_csv = {.name = "csv", .sniff = sniff, .read = read_row};
const struct import_format import_tsv = {.name = "tsv", .sniff = sniff, .read = read_row};
