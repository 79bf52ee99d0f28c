#include "core/embedding.h"

#include "core/base/buf.h"
#include "core/base/json.h"
#include "core/base/lines.h"
#include "core/base/team.h"

#include <stdatomic.h>
#include <string.h>

/* Bytes of a file that a thread checks at a time. */
enum { TAKEN = 1 << 20 };

void embeddings_init(struct embeddings *e)
{
    *e = (struct embeddings){.noun = "embeddings"};
}

void embeddings_close(struct embeddings *e)
{
    hasher_close(e->hasher); /* it reads what is unmapped next */
    mem_free(e->hashed);
    for (size_t i = 0; i < e->parts.n; i++) {
        tensor_close(&e->parts.v[i].t);
        mem_free(e->parts.v[i].name);
        mem_free(e->ids_files.v[i]);
    }
    vec_free(&e->parts);
    vec_free(&e->ids_files);
    vec_free(&e->row_of_id);
    vec_free(&e->id_of_row);
    vec_free(&e->line_of_id);
    vec_free(&e->prompt_of_row);
    vec_free(&e->length_of_row);
    vec_free(&e->links);
    vec_free(&e->prompt_id_of_row);
    names_free(&e->prompt_ids);
    names_free(&e->ids);
    *e = (struct embeddings){0};
}

static const struct embedding_part *part_of(const struct embeddings *e, size_t row)
{
    if (row >= e->n)
        BUG("row %zu of %zu", row, e->n);
    size_t lo = 0, hi = e->parts.n; /* the last part whose first row is not behind `row`, skipping empty ones */
    while (hi - lo > 1) {
        size_t mid = (lo + hi) / 2;
        if (e->parts.v[mid].first <= row)
            lo = mid;
        else
            hi = mid;
    }
    return &e->parts.v[lo];
}

/* Where an id was given, for people. */
static void describe_id(const struct embeddings *e, size_t id, struct buf *out)
{
    const struct embedding_part *p = part_of(e, e->row_of_id.v[id]);
    const char *file = e->ids_files.v[p - e->parts.v];
    if (file != NULL)
        buf_addf(out, "%s:%ld", file, e->line_of_id.v[id]);
    else
        buf_addf(out, "row %zu of %s", e->row_of_id.v[id] - p->first, p->name);
}

/* Give `row` its id; `line` is where it stands in the ids file, 0 for ids from memory. */
static bool set_id(struct embeddings *e, size_t row, const char *id, size_t len, long line, struct err *err)
{
    bool added;
    size_t at = names_add(&e->ids, id, len, &added);
    if (!added) {
        struct buf first = BUF_INIT;
        describe_id(e, at, &first);
        err_set(err, ERR_CONFLICT, "id \"%.*s\" was met before, at %s; ids must be unique", (int)(len < 80 ? len : 80),
                id, first.ptr);
        buf_free(&first);
        return false;
    }
    vec_push(&e->row_of_id, row);
    vec_push(&e->line_of_id, line);
    e->id_of_row.v[row] = at;
    return true;
}

/* What a line of an ids file says. */
struct named {
    struct buf id, prompt; /* prompt: empty when there is none */
    int64_t length;        /* -1: not known */
};

/* "prompt_id", or "prompt" when it is a string: perhaps an id. */
static bool prompt_of_line(struct json_object *o, struct buf *prompt, struct err *err)
{
    struct json_object *v = NULL;
    const char *key = json_has(o, "prompt_id") ? "prompt_id" : "prompt";
    struct json_text text;
    if (!json_object_object_get_ex(o, key, &v) || !json_object_is_type(v, json_type_string))
        return true;
    if (!json_as_text(v, key, &text, err))
        return false;
    buf_add(prompt, text.ptr, text.len);
    return true;
}

static int64_t characters(struct json_text t)
{
    int64_t n = 0;
    for (size_t i = 0; i < t.len; i++)
        n += ((unsigned char)t.ptr[i] & 0xc0) != 0x80; /* all but the bytes that go on with a character */
    return n;
}

/* "length", or the length of the first text there is. */
static void length_of_line(struct json_object *o, int64_t *length)
{
    static const char *const texts[] = {"response", "text", "content"};
    struct json_object *v = NULL;
    struct json_text text = {0};
    if (json_object_object_get_ex(o, "length", &v) && json_as_int(v, "length", 0, INT64_MAX, length, NULL))
        return;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (json_get_text(o, texts[i], JSON_OPTIONAL, &text, NULL) && text.ptr != NULL) {
            *length = characters(text);
            return;
        }
}

static bool read_line(const char *text, size_t n, struct named *out, struct err *err)
{
    buf_reset(&out->id);
    buf_reset(&out->prompt);
    out->length = -1;
    if (n == 0)
        return err_set(err, ERR_SYNTAX, "the line is empty; one id a line is needed");
    if (text[0] != '{') {
        buf_add(&out->id, text, n);
        return true;
    }
    struct json_object *o;
    struct json_text value;
    if (!json_parse(text, n, &o, err))
        return false;
    bool ok = json_get_text(o, "id", JSON_REQUIRED, &value, err);
    if (ok)
        buf_add(&out->id, value.ptr, value.len);
    ok = ok && prompt_of_line(o, &out->prompt, err);
    length_of_line(o, &out->length);
    json_object_put(o);
    return ok;
}

static bool read_ids(struct embeddings *e, const struct embedding_part *p, struct lines *l, struct err *err)
{
    struct named line = {BUF_INIT, BUF_INIT, -1};
    char *text;
    size_t n, count = 0;
    bool ok;
    while ((ok = lines_next(l, &text, &n, err)) && text != NULL) {
        ok = read_line(text, n, &line, err) &&
             (count < p->t.rows || err_set(err, ERR_RANGE, "more ids than the %zu rows of %s", p->t.rows, p->name)) &&
             set_id(e, p->first + count, line.id.ptr, line.id.len, lines_number(l), err);
        if (!ok) {
            err_context(err, "%s:%ld", lines_name(l), lines_number(l));
            break;
        }
        if (line.prompt.len > 0) {
            size_t prompt = names_add(&e->prompt_ids, line.prompt.ptr, line.prompt.len, NULL);
            vec_push(&e->links, ((struct embedding_link){p->first + count, prompt}));
        }
        if (line.length >= 0)
            embeddings_set_length(e, p->first + count, line.length);
        count++;
    }
    buf_free(&line.id);
    buf_free(&line.prompt);
    if (ok && count != p->t.rows)
        return err_set(err, ERR_RANGE, "%s: %zu ids, but %s has %zu rows", lines_name(l), count, p->name, p->t.rows);
    return ok;
}

/* Takes over `t` in every case. */
static bool add_part(struct embeddings *e, struct tensor *t, const char *name, struct err *err)
{
    if (e->hasher != NULL)
        BUG("%s is added after the digests were begun", name);
    if (t->cols == 0 || (e->parts.n > 0 && t->cols != e->d)) {
        size_t cols = t->cols;
        tensor_close(t);
        if (cols == 0)
            return err_set(err, ERR_RANGE, "%s: has no columns", name);
        return err_set(err, ERR_CONFLICT, "%s: has %zu columns, but %s has %zu", name, cols, e->parts.v[0].name, e->d);
    }
    struct embedding_part p = {.t = *t, .name = mem_dup(name), .first = e->n};
    vec_push(&e->parts, p);
    vec_push(&e->ids_files, NULL);
    e->d = t->cols;
    e->n += t->rows;
    vec_reserve(&e->id_of_row, e->n);
    while (e->id_of_row.n < e->n)
        e->id_of_row.v[e->id_of_row.n++] = NAMES_NONE;
    *t = (struct tensor){0};
    return true;
}

bool embeddings_add(struct embeddings *e, const char *path, const char *ids_path, struct err *err)
{
    struct tensor t;
    if (!tensor_open(path, &t, err) || !add_part(e, &t, path, err))
        return false;
    struct embedding_part *p = &e->parts.v[e->parts.n - 1];
    p->is_file = true;
    if (ids_path == NULL)
        return true;
    struct lines *l = lines_open(ids_path, err);
    if (l == NULL)
        return false;
    e->ids_files.v[e->parts.n - 1] = mem_dup(lines_name(l));
    bool ok = read_ids(e, p, l, err);
    lines_close(l);
    return ok;
}

bool embeddings_set_ids(struct embeddings *e, size_t part, const char *const *ids, struct err *err)
{
    const struct embedding_part *p = &e->parts.v[part];
    for (size_t i = 0; i < p->t.rows; i++)
        if (!set_id(e, p->first + i, ids[i], strlen(ids[i]), 0, err))
            return err_context(err, "%s", p->name);
    return true;
}

bool embeddings_add_tensor(struct embeddings *e, struct tensor *t, const char *name, const char *const *ids,
                           struct err *err)
{
    return add_part(e, t, name, err) && (ids == NULL || embeddings_set_ids(e, e->parts.n - 1, ids, err));
}

bool embeddings_add_named(struct embeddings *e, struct tensor *t, const char *name, struct names *ids, struct err *err)
{
    if (e->parts.n > 0 || names_count(ids) != t->rows)
        BUG("%zu names for %zu rows beside %zu parts", names_count(ids), t->rows, e->parts.n);
    if (!add_part(e, t, name, err))
        return false;
    e->ids = *ids;
    *ids = (struct names){0};
    vec_reserve(&e->row_of_id, e->n);
    vec_reserve(&e->line_of_id, e->n);
    for (size_t i = 0; i < e->n; i++) {
        vec_push(&e->row_of_id, i);
        vec_push(&e->line_of_id, 0);
        e->id_of_row.v[i] = i;
    }
    return true;
}

bool embeddings_find(const struct embeddings *e, const char *id, size_t len, size_t *row)
{
    size_t at = names_find(&e->ids, id, len);
    if (at == NAMES_NONE)
        return false;
    *row = e->row_of_id.v[at];
    return true;
}

const char *embeddings_id(const struct embeddings *e, size_t row)
{
    size_t id = e->id_of_row.v[row];
    return id == NAMES_NONE ? NULL : names_text(&e->ids, id);
}

size_t embeddings_prompt(const struct embeddings *e, size_t row)
{
    return row < e->prompt_of_row.n ? e->prompt_of_row.v[row] : EMBEDDINGS_NO_PROMPT;
}

void embeddings_set_prompt(struct embeddings *e, size_t row, size_t prompt)
{
    vec_reserve(&e->prompt_of_row, e->n);
    while (e->prompt_of_row.n < e->n)
        e->prompt_of_row.v[e->prompt_of_row.n++] = EMBEDDINGS_NO_PROMPT;
    size_t *known = &e->prompt_of_row.v[row];
    *known = *known == EMBEDDINGS_NO_PROMPT || *known == prompt ? prompt : EMBEDDINGS_SEVERAL_PROMPTS;
}

int64_t embeddings_length(const struct embeddings *e, size_t row)
{
    return row < e->length_of_row.n ? e->length_of_row.v[row] : -1;
}

void embeddings_set_length(struct embeddings *e, size_t row, int64_t length)
{
    vec_reserve(&e->length_of_row, e->n);
    while (e->length_of_row.n < e->n)
        e->length_of_row.v[e->length_of_row.n++] = -1;
    e->length_of_row.v[row] = length;
}

static size_t *prompt_id_of(struct embeddings *e, size_t row)
{
    vec_reserve(&e->prompt_id_of_row, e->n);
    while (e->prompt_id_of_row.n < e->n)
        e->prompt_id_of_row.v[e->prompt_id_of_row.n++] = NAMES_NONE;
    return &e->prompt_id_of_row.v[row];
}

void embeddings_link_prompts(struct embeddings *e)
{
    for (size_t i = 0; i < e->links.n; i++) {
        const char *id = names_text(&e->prompt_ids, e->links.v[i].prompt);
        size_t row;
        if (embeddings_find(e, id, strlen(id), &row))
            embeddings_set_prompt(e, e->links.v[i].row, row);
        if (e->keeps_prompt_ids)
            *prompt_id_of(e, e->links.v[i].row) = e->links.v[i].prompt;
    }
    vec_clear(&e->links);
    if (!e->keeps_prompt_ids)
        names_free(&e->prompt_ids);
}

const char *embeddings_prompt_id(const struct embeddings *e, size_t row)
{
    size_t at = row < e->prompt_id_of_row.n ? e->prompt_id_of_row.v[row] : NAMES_NONE;
    return at != NAMES_NONE ? names_text(&e->prompt_ids, at) : NULL;
}

void embeddings_set_prompt_id(struct embeddings *e, size_t row, const char *id)
{
    size_t at = names_add(&e->prompt_ids, id, strlen(id), NULL);
    *prompt_id_of(e, row) = at;
}

const void *embeddings_row(const struct embeddings *e, size_t row, enum tensor_type *type)
{
    const struct embedding_part *p = part_of(e, row);
    *type = p->t.type;
    return tensor_row(&p->t, row - p->first);
}

bool embeddings_has_doubles(const struct embeddings *e)
{
    for (size_t i = 0; i < e->parts.n; i++)
        if (e->parts.v[i].t.type == TENSOR_F64)
            return true;
    return false;
}

void embeddings_row_f32(const struct embeddings *e, size_t row, float *out)
{
    const struct embedding_part *p = part_of(e, row);
    tensor_row_f32(&p->t, row - p->first, out);
}

void embeddings_row_f64(const struct embeddings *e, size_t row, double *out)
{
    const struct embedding_part *p = part_of(e, row);
    tensor_row_f64(&p->t, row - p->first, out);
}

void embeddings_fetch(const struct embeddings *e, size_t row)
{
    const struct embedding_part *p = part_of(e, row);
    tensor_fetch(&p->t, row - p->first);
}

bool embeddings_equal(const struct embeddings *e, size_t a, size_t b)
{
    double *rows = mem_array(2 * e->d, sizeof *rows);
    bool equal = true;
    embeddings_row_f64(e, a, rows);
    embeddings_row_f64(e, b, rows + e->d);
    for (size_t j = 0; equal && j < e->d; j++) /* not by bytes: 0 and -0 are one number */
        equal = rows[j] == rows[e->d + j];
    mem_free(rows);
    return equal;
}

/* ---- checking ---- */

struct checking {
    const struct tensor *t;
    size_t taken; /* lines at a time */
    atomic_size_t next, bad;
};

static void check_some(void *ctx, int worker)
{
    struct checking *c = ctx;
    size_t lines = tensor_lines(c->t);
    (void)worker;
    for (;;) {
        size_t first = atomic_fetch_add(&c->next, c->taken);
        if (first >= lines)
            return;
        size_t bad = atomic_load(&c->bad);
        size_t found = tensor_bad_row(c->t, first, lines - first < c->taken ? lines - first : c->taken, bad);
        while (found < bad && !atomic_compare_exchange_weak(&c->bad, &bad, found))
            ;
    }
}

/* The first row that is not finite, or their number. */
static size_t bad_row(const struct tensor *t, struct team *team)
{
    size_t length = (t->fortran ? t->rows : t->cols) * tensor_type_size(t->type);
    struct checking c = {.t = t, .taken = length < TAKEN ? TAKEN / (length + 1) + 1 : 1, .bad = t->rows};
    team_run(team, check_some, &c);
    return atomic_load(&c.bad);
}

bool embeddings_check_finite(const struct embeddings *e, int threads, struct err *err)
{
    struct team *team = team_open(threads);
    size_t i = 0, bad = 0;
    while (i < e->parts.n && (bad = bad_row(&e->parts.v[i].t, team)) == e->parts.v[i].t.rows)
        i++;
    team_close(team);
    if (i == e->parts.n)
        return true;
    const struct embedding_part *p = &e->parts.v[i];
    const char *id = embeddings_id(e, p->first + bad);
    if (id != NULL)
        return err_set(err, ERR_NUMERIC, "%s: row %zu (id %.100s) holds NaN or infinity", p->name, bad, id);
    return err_set(err, ERR_NUMERIC, "%s: row %zu holds NaN or infinity", p->name, bad);
}

/* ---- digests ---- */

void embeddings_hash(struct embeddings *e)
{
    if (e->hasher != NULL)
        return;
    e->hashed = mem_array(e->parts.n + 1, sizeof *e->hashed);
    for (size_t i = 0; i < e->parts.n; i++)
        if (e->parts.v[i].is_file)
            e->hashed[i] = (struct hasher_block){e->parts.v[i].t.map.ptr, e->parts.v[i].t.map.size, ""};
    e->hasher = hasher_open(e->hashed, e->parts.n);
}

static void digest_values(const struct tensor *t, char out[SHA256_HEX_SIZE])
{
    struct digest d;
    digest_init(&d);
    double *row = mem_array(t->cols, sizeof *row);
    for (size_t i = 0; i < t->rows; i++) {
        tensor_row_f64(t, i, row);
        digest_add(&d, row, t->cols * sizeof *row);
    }
    mem_free(row);
    digest_hex(&d, out);
}

const char *embeddings_part_digest(struct embeddings *e, size_t part)
{
    struct embedding_part *p = &e->parts.v[part];
    if (p->digest[0] != '\0')
        return p->digest;
    if (!p->is_file)
        digest_values(&p->t, p->digest);
    else {
        embeddings_hash(e);
        hasher_wait(e->hasher);
        memcpy(p->digest, e->hashed[part].hex, sizeof p->digest);
    }
    return p->digest;
}

void embeddings_digest(struct embeddings *e, char out[SHA256_HEX_SIZE])
{
    struct digest d;
    digest_init(&d);
    for (size_t i = 0; i < e->parts.n; i++)
        digest_add_string(&d, embeddings_part_digest(e, i), SHA256_HEX_SIZE - 1);
    digest_hex(&d, out);
}
