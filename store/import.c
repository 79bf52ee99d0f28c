#include "store/import.h"

#include "core/base/clock.h"
#include "core/base/json_writer.h"
#include "core/base/utf8.h"
#include "store/audit.h"
#include "store/bulk.h"
#include "store/cells.h"
#include "store/import_run.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Lines are taken in batches, one savepoint each: it keeps every page that the batch changes, and the more lines, the
 * more of them change the same pages. The first batch waits for enough lines to tell the format by. */
enum {
    BATCH_LINES = 512,
    BATCH_BYTES = 1 << 20,
    FIRST_BATCH_LINES = 64,
    FIRST_BATCH_BYTES = 64 << 20,
    TICK_LINES = 64
};

static bool finish_batch(struct import_run *r, struct err *err)
{
    if (r->format == NULL)
        import_find_out_format(r);
    if (r->format == NULL)
        return import_no_format(r, err);
    if (r->format->looks_up && !bulk_finish(r->im.db, err))
        return false;
    if (!import_take_batch(r, err))
        return false;
    vec_clear(&r->batch);
    arena_reset(&r->text);
    r->bytes = 0;
    return true;
}

static const char *keep(struct import_run *r, const char *text, size_t n)
{
    r->bytes += n;
    return arena_ndup(&r->text, text, n);
}

static bool add(struct import_run *r, const struct import_line *l, struct err *err)
{
    if (r->format != NULL && r->batch.n == 0 && bulk_on(r->im.db) && !r->format->looks_up)
        return import_take_line(r, l, err);
    struct import_line kept = *l;
    kept.text = keep(r, l->text, l->n);
    kept.raw = l->raw == l->text ? kept.text : keep(r, l->raw, l->raw_n);
    kept.fault = l->fault != NULL ? keep(r, l->fault, strlen(l->fault)) : NULL;
    vec_push(&r->batch, kept);
    bool first = r->format == NULL;
    size_t lines = first ? FIRST_BATCH_LINES : BATCH_LINES, bytes = first ? FIRST_BATCH_BYTES : BATCH_BYTES;
    return (r->batch.n < lines && r->bytes < bytes) || finish_batch(r, err);
}

static bool add_line(struct import_run *r, const char *text, size_t n, struct err *err)
{
    return add(
        r, &(struct import_line){.text = text, .raw = text, .n = n, .raw_n = n, .number = lines_number(r->lines)}, err);
}

static bool add_row(struct import_run *r, const struct import_row *row, struct err *err)
{
    return add(r,
               &(struct import_line){.text = row->record.ptr,
                                     .raw = row->raw.ptr,
                                     .n = row->record.len,
                                     .raw_n = row->raw.len,
                                     .fault = row->fault,
                                     .number = row->line},
               err);
}

static bool is_blank(const char *text, size_t n)
{
    return n == strspn(text, " \t\r");
}

static bool go_on(struct import_run *r, struct err *err)
{
    double done, total;
    lines_position(r->lines, &done, &total);
    return progress_tick(r->im.options->progress, done, total) || err_set(err, ERR_STOPPED, "stopped");
}

static bool ends_in(const char *path, const char *end)
{
    size_t n = strlen(path), e = strlen(end);
    return n > e && memcmp(path + n - e, end, e) == 0;
}

/* By its name, packed or not. */
static bool is_named_table(const char *path)
{
    static const char *const ends[] = {".csv", ".tsv", ".csv.gz", ".tsv.gz", ".csv.zst", ".tsv.zst"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends_in(path, ends[i]))
            return true;
    return false;
}

/* What the first line of the file says, its name and the options: a head of columns begins with no brace. */
static bool is_table(const struct import_run *r, const char *first, size_t n)
{
    if (r->format == &import_csv || r->format == &import_tsv)
        return true;
    if (n == 0 || strchr("{[", first[strspn(first, " \t")]) != NULL)
        return false;
    return r->im.options->map != NULL || is_named_table(r->path) || import_table_is_head(first, n);
}

/* Opens the table that the file is, if it is one. */
static bool open_table(struct import_run *r, struct err *err)
{
    char *first;
    size_t n;
    do {
        if (!lines_next(r->lines, &first, &n, err))
            return false;
    } while (first != NULL && is_blank(first, n));
    if (first == NULL)
        return true;
    lines_again(r->lines);
    if (!is_table(r, first, n))
        return r->im.options->map == NULL ||
               err_set(err, ERR_USAGE, "%s: --map is for tables; this is JSON Lines", lines_name(r->lines));
    size_t n_formats;
    const struct import_format *const *formats = import_format_table(&n_formats);
    bool told = r->format == &import_csv || r->format == &import_tsv;
    const char found = cells_mark(first, n);
    const struct import_table_options o = {.mark = r->format == &import_tsv                    ? '\t'
                                                   : r->format == &import_csv && found == '\t' ? ','
                                                                                               : found,
                                           .map = r->im.options->map,
                                           .plain = told ? NULL : r->format,
                                           .formats = formats,
                                           .n = told ? 0 : n_formats};
    if (!import_table_open(&r->im, r->lines, &o, &r->table, err))
        return false;
    r->format = import_table_format(r->table);
    snprintf(r->im.counts->columns, sizeof r->im.counts->columns, "%s", import_table_columns(r->table));
    return true;
}

static bool take_table(struct import_run *r, struct err *err)
{
    struct import_row row;
    for (long seen = 0;; seen++) {
        if (!import_table_next(r->table, &row, err))
            return false;
        if (row.raw.ptr == NULL)
            break;
        if (seen % TICK_LINES == 0 && !go_on(r, err))
            return false;
        if (!add_row(r, &row, err))
            return false;
    }
    return (r->batch.n == 0 || finish_batch(r, err)) && go_on(r, err);
}

static bool take_lines(struct import_run *r, struct err *err)
{
    char *text;
    size_t n;
    long seen = 0;
    for (;;) {
        if (!lines_next(r->lines, &text, &n, err))
            return false;
        if (text == NULL)
            break;
        if (seen++ % TICK_LINES == 0 && !go_on(r, err))
            return false;
        if (!is_blank(text, n) && !add_line(r, text, n, err))
            return false;
    }
    return ((r->format != NULL && r->batch.n == 0) || finish_batch(r, err)) && go_on(r, err);
}

static bool take_file(struct import_run *r, struct err *err)
{
    return open_table(r, err) && (r->table != NULL ? take_table(r, err) : take_lines(r, err));
}

static void write_tally(struct json_writer *w, const char *key, const struct import_tally *t)
{
    jw_key(w, key);
    jw_object(w);
    jw_kint(w, "new", t->made);
    jw_kint(w, "known", t->known);
    jw_object_end(w);
}

static bool audit(struct import_run *r, struct err *err)
{
    const struct import_counts *c = r->im.counts;
    struct buf detail = BUF_INIT;
    struct json_writer w;
    jw_start(&w, &detail);
    jw_object(&w);
    jw_kstr(&w, "format", c->format);
    jw_kstrn(&w, "source", r->im.source.ptr, r->im.source.len);
    if (r->im.options->licence != NULL)
        jw_kstr(&w, "licence", r->im.options->licence);
    jw_kint(&w, "records", c->records);
    jw_kint(&w, "refused", c->refused);
    if (c->held > 0)
        jw_kint(&w, "held", c->held);
    write_tally(&w, "prompts", &c->prompts);
    write_tally(&w, "responses", &c->responses);
    write_tally(&w, "comparisons", &c->comparisons);
    write_tally(&w, "judgements", &c->judgements);
    if (c->items.made + c->items.known > 0)
        write_tally(&w, "items", &c->items);
    jw_object_end(&w);
    bool ok = audit_add(r->im.db, r->im.options->who, "import", r->path, detail.ptr, err);
    buf_free(&detail);
    return ok;
}

static bool import_all(struct db *db, void *ctx, struct err *err)
{
    struct import_run *r = ctx;
    if (!rubric_current(db, &r->im.file, &r->im.rubric, err) || !take_file(r, err))
        return false;
    r->im.counts->format = r->format->name;
    return audit(r, err);
}

/* "/data/test.part.jsonl.gz" is "test.part". */
static struct json_text name_of_file(const char *path, struct arena *a)
{
    static const char *const ends[] = {".gz", ".zst", ".jsonl", ".json", ".ndjson", ".csv", ".tsv", ".txt"};
    struct stat st;
    if (strcmp(path, "-") == 0 || (stat(path, &st) == 0 && !S_ISREG(st.st_mode)))
        path = "stdin"; /* a pipe's name, such as /dev/fd/63, says nothing and is another one the next time */
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL && slash[1] != '\0' ? slash + 1 : path;
    size_t n = strlen(name);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t e = strlen(ends[i]);
        if (n > e && memcmp(name + n - e, ends[i], e) == 0)
            n -= e;
    }
    return (struct json_text){arena_ndup(a, name, n), n};
}

/* Shown in tables and pages, so a name or a short sentence. */
static bool licence_valid(const char *licence, struct err *err)
{
    size_t bad, n = licence != NULL ? strlen(licence) : 1;
    if (n == 0 || n > IMPORT_LICENCE_MAX)
        return err_set(err, ERR_USAGE, "the licence must be 1 to %d bytes long, but is %zu", IMPORT_LICENCE_MAX, n);
    return licence == NULL || utf8_valid(licence, n, &bad) || err_set(err, ERR_USAGE, "the licence is not UTF-8");
}

bool import_begin(struct import *im, struct db *db, struct json_text source, struct err *err)
{
    size_t bad;
    im->db = db;
    im->now = clock_now_ms();
    im->source = source;
    if (source.len == 0)
        return err_set(err, ERR_USAGE, "the name of the source is empty");
    if (!utf8_valid(source.ptr, source.len, &bad))
        return err_set(err, ERR_USAGE, "\"%.60s\" is not UTF-8; give --source NAME", source.ptr);
    struct buf by = BUF_INIT;
    buf_addf(&by, "source:%s", source.ptr);
    im->by = (struct json_text){arena_ndup(&im->file, by.ptr, by.len), by.len};
    buf_free(&by);
    return true;
}

void import_end(struct import *im)
{
    arena_free(&im->file);
    arena_free(&im->record);
    arena_free(&im->other_arena);
}

static bool prepare(struct import_run *r, struct db *db, const struct import_options *o, struct import_counts *counts,
                    struct err *err)
{
    struct import *im = &r->im;
    *im = (struct import){.options = o, .counts = counts, .guard = o->guard};
    struct json_text source = o->source != NULL ? (struct json_text){arena_dup(&im->file, o->source), strlen(o->source)}
                                                : name_of_file(r->path, &im->file);
    if (!import_begin(im, db, source, err) || !licence_valid(o->licence, err) ||
        (o->format != NULL && !import_format_named(o->format, &r->format, err)))
        return false;
    bool list;
    r->lines = lines_open(r->path, err);
    return r->lines != NULL && (is_named_table(r->path) || lines_of_list(r->lines, &list, err));
}

bool import_file(struct db *db, const char *path, const struct import_options *options, struct import_counts *counts,
                 struct err *err)
{
    struct import_run r = {.path = path, .held = BUF_INIT};
    *counts = (struct import_counts){0};
    bool ok = prepare(&r, db, options, counts, err) && db_write(db, import_all, &r, err);
    if (!ok && err != NULL && err->kind == ERR_STOPPED)
        err_set(err, ERR_STOPPED, "%s: stopped; nothing was imported", path);
    import_table_close(r.table);
    vec_free(&r.batch);
    arena_free(&r.text);
    lines_close(r.lines);
    buf_free(&r.held);
    import_end(&r.im);
    return ok;
}
