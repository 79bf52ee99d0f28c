#include "store/import_columns.h"

#include "core/base/mem.h"

#include <string.h>
#include <strings.h>

static const struct {
    const char *name, *others;
} fields[] = {
#define X(id, name, others) {name, others},
    IMPORT_FIELDS(X)
#undef X
};

/* ---- columns ---- */

bool import_columns_word(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = list; *at != '\0' && n > 0; at += strcspn(at, " "), at += strspn(at, " "))
        if (strcspn(at, " ") == n && strncasecmp(at, word, n) == 0)
            return true;
    return false;
}

static enum field field_named(const char *name)
{
    for (int f = 0; f < N_FIELDS; f++)
        if (strcasecmp(fields[f].name, name) == 0 || import_columns_word(fields[f].others, name))
            return (enum field)f;
    return FIELD_NONE;
}

/* By the name of a column: "Response A" is response_a. */
static enum field field_of_column(const char *name)
{
    char *word = mem_dup(name);
    for (char *c = word; *c != '\0'; c++)
        if (*c == ' ' || *c == '-')
            *c = '_';
    enum field f = field_named(word);
    mem_free(word);
    return f;
}

/* NAME_1, NAME_2, or NAME of a single answer. */
static bool rating_named(const struct rubric *r, const char *name, struct column *c)
{
    size_t n = strlen(name);
    bool of_two = n > 2 && name[n - 2] == '_' && (name[n - 1] == '1' || name[n - 1] == '2');
    int k = rubric_find(r, name, of_two ? n - 2 : n);
    if (k < 0 || (of_two && r->attributes[k].of_comparison))
        return false;
    c->field = FIELD_RATING;
    c->which = r->attributes[k].of_comparison ? COLUMN_OF_BOTH : of_two && name[n - 1] == '2';
    c->attribute = r->attributes[k].key;
    return true;
}

bool import_table_is_head(const char *line, size_t n)
{
    char mark[2] = {cells_mark(line, n), '\0'};
    size_t known = 0;
    if (n == 0 || strchr("{[", line[strspn(line, " \t")]) != NULL)
        return false;
    for (const char *at = line; at < line + n; at++) {
        struct buf name = BUF_INIT;
        size_t len = strcspn(at, mark);
        bool quoted = len > 1 && at[0] == '"' && at[len - 1] == '"';
        buf_add(&name, at + quoted, len - (quoted ? 2 : 0));
        known += field_of_column(name.ptr) != FIELD_NONE;
        buf_free(&name);
        at += len;
    }
    return known >= 2;
}

static struct column *column_named(struct import_table *t, const char *name)
{
    for (size_t i = 0; i < t->columns.n; i++)
        if (strcmp(t->columns.v[i].name, name) == 0)
            return &t->columns.v[i];
    return NULL;
}

static void list_columns(const struct import_table *t, struct buf *out)
{
    for (size_t i = 0; i < t->columns.n && out->len < 160; i++)
        buf_addf(out, "%s\"%.40s\"", i > 0 ? ", " : "", t->columns.v[i].name);
}

/* One "column=field" of --map. */
static bool map_one(struct import_table *t, const struct rubric *r, char *text, struct err *err)
{
    char *equals = strrchr(text, '=');
    if (equals == NULL || equals == text || equals[1] == '\0')
        return err_set(err, ERR_USAGE, "--map takes COLUMN=FIELD, not \"%.60s\"", text);
    *equals = '\0';
    struct column *c = column_named(t, text);
    struct buf list = BUF_INIT;
    if (c == NULL) {
        list_columns(t, &list);
        err_set(err, ERR_USAGE, "--map: there is no column \"%.40s\"; there are %s", text, list.ptr);
        buf_free(&list);
        return false;
    }
    c->mapped = true;
    c->field = field_named(equals + 1);
    if (c->field != FIELD_NONE || strcmp(equals + 1, "-") == 0 || rating_named(r, equals + 1, c))
        return true;
    for (int f = 0; f < N_FIELDS; f++)
        buf_addf(&list, "%s, ", fields[f].name);
    err_set(err, ERR_USAGE, "--map: there is no field \"%.40s\"; there are %sand NAME, NAME_1 and NAME_2 of attributes",
            equals + 1, list.ptr);
    buf_free(&list);
    return false;
}

static bool map(struct import_table *t, const struct rubric *r, const char *text, struct err *err)
{
    char *copy = mem_dup(text), *rest = NULL;
    bool ok = true;
    for (char *one = strtok_r(copy, ",", &rest); ok && one != NULL; one = strtok_r(NULL, ",", &rest))
        ok = map_one(t, r, one, err);
    mem_free(copy);
    return ok;
}

/* Where each field stands. A column that was mapped goes before one that is only named so. */
static bool place(struct import_table *t, struct err *err)
{
    for (int mapped = 1; mapped >= 0; mapped--)
        for (size_t i = 0; i < t->columns.n; i++) {
            struct column *c = &t->columns.v[i];
            if (c->mapped != mapped || c->field >= N_FIELDS)
                continue;
            size_t *at = &t->at[c->field];
            if (*at == 0)
                *at = i + 1;
            else if (!mapped && t->columns.v[*at - 1].mapped)
                c->field = FIELD_NONE;
            else
                return err_set(err, ERR_USAGE, "the columns \"%.40s\" and \"%.40s\" are both %s; --map says which is",
                               t->columns.v[*at - 1].name, c->name, fields[c->field].name);
        }
    return true;
}

static bool is_whole(const struct import_table *t)
{
    bool two = import_columns_have(t, FIELD_RESPONSE_1) && import_columns_have(t, FIELD_RESPONSE_2),
         chosen = import_columns_have(t, FIELD_CHOSEN) && import_columns_have(t, FIELD_REJECTED);
    return import_columns_have(t, FIELD_PROMPT) && two + chosen + import_columns_have(t, FIELD_RESPONSE) == 1;
}

static bool name_fields(struct import_table *t, const struct rubric *r, const char *mapping, struct err *err)
{
    for (size_t i = 0; i < t->columns.n; i++) {
        struct column *c = &t->columns.v[i];
        c->field = field_of_column(c->name);
        if (c->field == FIELD_NONE)
            rating_named(r, c->name, c);
    }
    if ((mapping != NULL && !map(t, r, mapping, err)) || !place(t, err))
        return false;
    if (is_whole(t))
        return true;
    struct buf list = BUF_INIT;
    list_columns(t, &list);
    err_set(err, ERR_USAGE,
            "a table has a prompt, and response_1 and response_2, or chosen and rejected, or response; here are the "
            "columns %s; --map COLUMN=FIELD,... says which is which",
            list.ptr);
    buf_free(&list);
    return false;
}

/* ---- the head ---- */

/* What our own tables begin with. */
static bool is_ours(const struct import_table *t)
{
    static const char *const first[] = {"id",       "source", "split",      "subset",
                                        "language", "prompt", "response_1", "response_2"};
    for (size_t i = 0; i < sizeof first / sizeof *first; i++)
        if (i >= t->columns.n || strcmp(t->columns.v[i].name, first[i]) != 0)
            return false;
    return true;
}

static void tell_columns(struct import_table *t)
{
    size_t left_out = 0;
    for (size_t i = 0; i < t->columns.n && !t->plain; i++) {
        const struct column *c = &t->columns.v[i];
        if (c->field == FIELD_NONE)
            continue;
        buf_addf(&t->told, "%s%s", t->told.len > 0 ? ", " : "", c->name);
        if (c->field != FIELD_RATING && strcmp(c->name, fields[c->field].name) != 0)
            buf_addf(&t->told, " as %s", fields[c->field].name);
    }
    for (size_t i = 0; i < t->columns.n && !t->plain; i++)
        if (t->columns.v[i].field == FIELD_NONE)
            buf_addf(&t->told, "%s%s", left_out++ == 0 ? "; not read: " : ", ", t->columns.v[i].name);
}

/* The format whose fields the columns are; NULL: none. */
static const struct import_format *format_of_columns(const struct import_table *t, const struct import_table_options *o)
{
    struct json_object *row = json_object_new_object();
    const struct import_format *found = NULL;
    for (size_t i = 0; i < t->columns.n; i++)
        json_object_object_add(row, t->columns.v[i].name, json_object_new_string(""));
    for (size_t i = 0; i < o->n && found == NULL; i++)
        if (o->formats[i]->tables && o->formats[i]->sniff(row))
            found = o->formats[i];
    json_object_put(row);
    return found;
}

static bool read_head(struct import_table *t, const char *name, struct err *err)
{
    struct cells_row row;
    if (!cells_next(t->cells, &row, err))
        return false;
    if (row.fault != NULL || row.n == 0)
        return err_set(err, ERR_SYNTAX, "%s: the head line cannot be read: %s", name,
                       row.fault != NULL ? row.fault : "it is not there");
    buf_add(&t->head, row.raw, row.raw_len);
    for (size_t i = 0; i < row.n; i++) {
        const char *column = arena_dup(&t->arena, row.text[i]);
        if (column_named(t, column) != NULL && *column != '\0')
            return err_set(err, ERR_SYNTAX, "%s: two columns are called \"%.40s\"", name, column);
        vec_push(&t->columns, ((struct column){.name = column, .field = FIELD_NONE}));
    }
    return true;
}

bool import_columns_read(struct import_table *t, struct import *im, const char *name,
                         const struct import_table_options *o, struct err *err)
{
    if (!read_head(t, name, err))
        return false;
    t->format = o->plain != NULL ? o->plain : o->map == NULL ? format_of_columns(t, o) : NULL;
    t->plain = t->format != NULL;
    t->ours = is_ours(t);
    if (t->format == NULL) {
        t->format = o->mark == '\t' ? &import_tsv : &import_csv;
        if (!name_fields(t, &im->rubric, o->map, err))
            return err_context(err, "%s", name);
    }
    tell_columns(t);
    return true;
}
