#include "store/import.h"

#include "core/base/clock.h"
#include "core/base/json_writer.h"
#include "core/base/lines.h"
#include "core/base/mem.h"
#include "core/base/trace.h"
#include "core/base/utf8.h"
#include "core/base/vec.h"
#include "store/audit.h"
#include "store/bulk.h"
#include "store/cells.h"
#include "store/import_format.h"
#include "store/import_table.h"
#include "store/quarantine.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* In the order in which they are tried on a record; earlier ones are more particular. */
static const struct import_format *const formats[] = {&import_judgements,
                                                      &import_hh_rlhf,
                                                      &import_helpsteer2_preference,
                                                      &import_helpsteer3,
                                                      &import_helpsteer2,
                                                      &import_m_reward_bench,
                                                      &import_reward_bench,
                                                      &import_reward_bench_2,
                                                      &import_reward_math,
                                                      &import_multipref,
                                                      &import_arena,
                                                      &import_ultrafeedback,
                                                      &import_ultrafeedback_binarized,
                                                      &import_open_instruct,
                                                      &import_openai_dpo,
                                                      &import_steerlm,
                                                      &import_llama_factory,
                                                      &import_nectar,
                                                      &import_axolotl,
                                                      &import_csv,
                                                      &import_tsv,
                                                      &import_trl};
enum { N_FORMATS = sizeof formats / sizeof *formats };

/* Lines are taken in batches, one savepoint each: it keeps every page that the batch changes, and the more lines, the
 * more of them change the same pages. The first batch waits for enough lines to tell the format by. */
enum {
    BATCH_LINES = 512,
    BATCH_BYTES = 1 << 20,
    FIRST_BATCH_LINES = 64,
    FIRST_BATCH_BYTES = 64 << 20,
    TICK_LINES = 64
};

const char *const import_formats[] = {"judgements",
                                      "hh-rlhf",
                                      "helpsteer2-preference",
                                      "helpsteer3",
                                      "helpsteer2",
                                      "m-reward-bench",
                                      "reward-bench",
                                      "reward-bench-2",
                                      "reward-math",
                                      "multipref",
                                      "arena",
                                      "ultrafeedback",
                                      "ultrafeedback-binarized",
                                      "open-instruct",
                                      "openai-dpo",
                                      "steerlm",
                                      "llama-factory",
                                      "nectar",
                                      "axolotl",
                                      "csv",
                                      "tsv",
                                      "trl",
                                      NULL};

struct line {
    size_t at, n;      /* in text: the record */
    size_t raw, raw_n; /* in text: as it stands in the file */
    size_t fault;      /* in text: why it is refused; 0: nothing is known against it */
    long number;
};

struct run {
    const char *path;
    struct import im;
    const struct import_format *format; /* NULL: not known yet */
    struct lines *lines;
    struct import_table *table; /* NULL: a record a line */
    struct buf text;            /* of the batch; a NUL behind each line */
    VEC(struct line) batch;
    struct buf held; /* why the record that was read last is to be held; "": it is not */
};

static void list_formats(struct buf *b)
{
    for (size_t i = 0; i < N_FORMATS; i++)
        buf_addf(b, "%s%s", i > 0 ? ", " : "", formats[i]->name);
}

bool import_format_named(const char *name, const struct import_format **out, struct err *err)
{
    for (size_t i = 0; i < N_FORMATS; i++)
        if (strcmp(formats[i]->name, name) == 0) {
            *out = formats[i];
            return true;
        }
    struct buf list = BUF_INIT;
    list_formats(&list);
    err_set(err, ERR_MISSING, "there is no import format \"%.60s\"; there are %s", name, list.ptr);
    buf_free(&list);
    return false;
}

bool import_is_refusal(const struct err *e)
{
    return e->kind == ERR_SYNTAX || e->kind == ERR_RANGE || e->kind == ERR_MISSING || e->kind == ERR_CONFLICT;
}

/* What the guard says of the record; nothing of one that somebody has released. */
static bool pass_guard(struct run *r, const struct line *l, struct err *err)
{
    const struct import_guard *guard = r->im.guard;
    const char *reasons = guard != NULL ? guard->end(guard->ctx) : NULL;
    enum quarantine_state state = QUARANTINE_HELD;
    bool known;
    if (reasons == NULL || r->im.item)
        return true;
    if (!quarantine_look_up(r->im.db, r->im.source.ptr, (struct json_text){r->text.ptr + l->at, l->n}, &known, &state,
                            err))
        return false;
    if (state == QUARANTINE_RELEASED)
        return true;
    buf_adds(&r->held, reasons);
    return err_set(err, ERR_CONFLICT, "held back by the guard");
}

static bool read_record(struct run *r, const struct line *l, struct err *err)
{
    struct json_object *o = NULL;
    r->im.counts->records++;
    r->im.item = false;
    buf_reset(&r->held);
    if (r->im.guard != NULL)
        r->im.guard->begin(r->im.guard->ctx);
    r->im.line = l->number;
    import_show(&r->im, (struct import_seen){.what = SEEN_RECORD});
    if (l->fault > 0)
        return err_set(err, ERR_SYNTAX, "%s", r->text.ptr + l->fault);
    if (!json_parse(r->text.ptr + l->at, l->n, &o, err))
        return false;
    bool ok = json_object_is_type(o, json_type_object)
                  ? r->format->read(&r->im, o, err)
                  : err_set(err, ERR_SYNTAX, "a record must be an object, but is %s", json_type_name(o));
    ok = ok && pass_guard(r, l, err);
    json_object_put(o);
    arena_reset(&r->im.record);
    return ok;
}

/* Refused rows are a table again. */
static void write_head(const struct run *r, struct outfile *out)
{
    struct json_text head = import_table_head(r->table);
    outfile_write(out, head.ptr, head.len);
    outfile_write(out, "\n", 1);
}

static void refuse(struct run *r, const struct line *l, const struct err *why)
{
    const struct import_options *o = r->im.options;
    const char *text = r->text.ptr + l->raw;
    r->im.counts->refused++;
    r->im.counts->records++;
    trace(TRACE_IMPORT, "%s:%ld: %s", lines_name(r->lines), l->number, why->text);
    if (o->rejects != NULL) {
        if (r->table != NULL && r->im.counts->refused == 1)
            write_head(r, o->rejects);
        outfile_write(o->rejects, text, l->raw_n);
        outfile_write(o->rejects, "\n", 1);
    }
    if (o->refused != NULL)
        o->refused(o->ctx, &(struct import_refusal){lines_name(r->lines), l->number, why->text, text, l->raw_n});
}

static bool hold(struct run *r, const struct line *l, const char *reasons, struct err *err)
{
    r->im.counts->held++;
    r->im.counts->records++;
    return quarantine_hold(r->im.db,
                           &(struct quarantine_entry){.file = lines_name(r->lines),
                                                      .line = l->number,
                                                      .format = r->format->name,
                                                      .source = r->im.source.ptr,
                                                      .reasons = reasons,
                                                      .record = {r->text.ptr + l->at, l->n}},
                           err);
}

/* Lines [from, to) of the batch; `at` is the one that is being read. */
struct stretch {
    struct run *run;
    size_t from, to, at;
};

static bool read_stretch(struct db *db, void *ctx, struct err *err)
{
    (void)db;
    struct stretch *s = ctx;
    for (s->at = s->from; s->at < s->to; s->at++)
        if (!read_record(s->run, &s->run->batch.v[s->at], err))
            return false;
    return true;
}

/* What was put in since is gone, with a source and a rubric perhaps. */
static void forget(struct run *r, const struct import_group *group)
{
    r->im.group = *group;
    r->im.licensed = 0;
    r->im.other_name = NULL;
}

/* All lines of a stretch, or none: then the run stands as before, too. */
static bool take_stretch(struct run *r, struct stretch *s, struct err *err)
{
    struct import_counts counts = *r->im.counts;
    struct import_group group = r->im.group;
    if (db_write(r->im.db, read_stretch, s, err))
        return true;
    *r->im.counts = counts;
    forget(r, &group);
    return false;
}

/* `reasons` NULL: it cannot be read, and `why` says why. */
static bool set_aside(struct run *r, const struct line *l, const char *reasons, const struct err *why, struct err *err)
{
    if (reasons != NULL)
        return hold(r, l, reasons, err);
    refuse(r, l, why);
    return true;
}

/* The record at which a stretch ended is set aside; those before it, which it took back with it, go in once more. */
static bool go_around(struct run *r, struct stretch *s, struct err *why, struct err *err)
{
    struct buf held = r->held;
    r->held = BUF_INIT;
    size_t bad = s->to = s->at;
    struct err before = *why;
    bool ok = (bad == s->from || take_stretch(r, s, why)) &&
              set_aside(r, &r->batch.v[bad], held.len > 0 ? held.ptr : NULL, &before, why);
    if (!ok && err != NULL)
        *err = *why;
    s->at = bad;
    buf_free(&held);
    return ok;
}

/* One record at a time: what is given up has not reached the file. */
static bool take_in_bulk(struct run *r, const struct line *l, struct err *err)
{
    struct import_counts counts = *r->im.counts;
    struct import_group group = r->im.group;
    struct err why = {.kind = ERR_NONE};
    bulk_record_begin(r->im.db);
    if (read_record(r, l, &why))
        return bulk_record_end(r->im.db, err);
    *r->im.counts = counts;
    forget(r, &group);
    if (!import_is_refusal(&why)) {
        if (err != NULL)
            *err = why;
        return false;
    }
    return bulk_record_undo(r->im.db, err) && set_aside(r, l, r->held.len > 0 ? r->held.ptr : NULL, &why, err);
}

static bool take_batch(struct run *r, struct err *err)
{
    size_t begun = 0;
    for (; begun < r->batch.n && bulk_on(r->im.db); begun++)
        if (!take_in_bulk(r, &r->batch.v[begun], err))
            return err_context(err, "%s:%ld", lines_name(r->lines), r->batch.v[begun].number);
    for (size_t from = begun; from < r->batch.n;) {
        struct err why = {.kind = ERR_NONE};
        struct stretch s = {.run = r, .from = from, .to = r->batch.n};
        if (take_stretch(r, &s, &why))
            return true;
        if (err != NULL)
            *err = why;
        if (s.at == s.to || !import_is_refusal(&why) || !go_around(r, &s, &why, err)) {
            size_t last = s.at < r->batch.n ? s.at : r->batch.n - 1;
            return err_context(err, "%s:%ld", lines_name(r->lines), r->batch.v[last].number);
        }
        from = s.at + 1;
    }
    return true;
}

/* The first format that a record looks like; N_FORMATS: none. */
static size_t sniff(const char *text, size_t n)
{
    struct json_object *o = NULL;
    struct err ignored;
    size_t i = 0;
    if (!json_parse(text, n, &o, &ignored))
        return N_FORMATS;
    while (i < N_FORMATS && !(json_object_is_type(o, json_type_object) && formats[i]->sniff(o)))
        i++;
    json_object_put(o);
    return i;
}

/* What most lines of the first batch look like: one broken record must not decide for the file. */
static void find_out_format(struct run *r)
{
    size_t votes[N_FORMATS + 1] = {0}, best = 0;
    for (size_t i = 0; i < r->batch.n; i++)
        votes[sniff(r->text.ptr + r->batch.v[i].at, r->batch.v[i].n)]++;
    for (size_t i = 0; i < N_FORMATS; i++)
        if (votes[i] > best) {
            best = votes[i];
            r->format = formats[i];
        }
}

static bool no_format(const struct run *r, struct err *err)
{
    if (r->batch.n == 0)
        return err_set(err, ERR_SYNTAX, "%s: holds no records", lines_name(r->lines));
    struct buf text = BUF_INIT;
    struct json_object *o = NULL;
    struct err why = {.kind = ERR_NONE};
    const struct line *l = &r->batch.v[0];
    if (!json_parse(r->text.ptr + l->at, l->n, &o, &why)) {
        buf_addf(&text, "line %ld is no record: %s", l->number, why.text);
    } else if (json_object_is_type(o, json_type_object)) {
        buf_adds(&text, "the first record has the fields");
        json_object_object_foreach(o, key, value)
        {
            (void)value;
            buf_addf(&text, " \"%.40s\"", key);
        }
    } else {
        buf_addf(&text, "line %ld is %s and not an object", l->number, json_type_name(o));
    }
    json_object_put(o);
    buf_truncate(&text, text.len < 200 ? text.len : 200);
    buf_adds(&text, "; the formats are ");
    list_formats(&text);
    buf_adds(&text, "; --format says which");
    err_set(err, ERR_SYNTAX, "%s: no format fits: %s", lines_name(r->lines), text.ptr);
    buf_free(&text);
    return false;
}

static bool finish_batch(struct run *r, struct err *err)
{
    if (r->format == NULL)
        find_out_format(r);
    if (r->format == NULL)
        return no_format(r, err);
    if (r->format->looks_up && !bulk_finish(r->im.db, err))
        return false;
    if (!take_batch(r, err))
        return false;
    vec_clear(&r->batch);
    buf_reset(&r->text);
    return true;
}

static size_t keep(struct run *r, const char *text, size_t n)
{
    size_t at = r->text.len;
    buf_add(&r->text, text, n);
    buf_addc(&r->text, '\0');
    return at;
}

static bool end_line(struct run *r, const struct line *l, struct err *err)
{
    vec_push(&r->batch, *l);
    bool first = r->format == NULL;
    size_t lines = first ? FIRST_BATCH_LINES : BATCH_LINES, bytes = first ? FIRST_BATCH_BYTES : BATCH_BYTES;
    return (r->batch.n < lines && r->text.len < bytes) || finish_batch(r, err);
}

static bool add_line(struct run *r, const char *text, size_t n, struct err *err)
{
    struct line l = {.n = n, .raw_n = n, .number = lines_number(r->lines)};
    l.at = l.raw = keep(r, text, n);
    return end_line(r, &l, err);
}

static bool add_row(struct run *r, const struct import_row *row, struct err *err)
{
    struct line l = {.n = row->record.len, .raw_n = row->raw.len, .number = row->line};
    l.at = keep(r, row->record.ptr, row->record.len);
    l.raw = keep(r, row->raw.ptr, row->raw.len);
    l.fault = row->fault != NULL ? keep(r, row->fault, strlen(row->fault)) : 0;
    return end_line(r, &l, err);
}

static bool is_blank(const char *text, size_t n)
{
    return n == strspn(text, " \t\r");
}

static bool go_on(struct run *r, struct err *err)
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
static bool is_table(const struct run *r, const char *first, size_t n)
{
    if (r->format == &import_csv || r->format == &import_tsv)
        return true;
    if (n == 0 || strchr("{[", first[strspn(first, " \t")]) != NULL)
        return false;
    return r->im.options->map != NULL || is_named_table(r->path) || import_table_is_head(first, n);
}

/* Opens the table that the file is, if it is one. */
static bool open_table(struct run *r, struct err *err)
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
    bool told = r->format == &import_csv || r->format == &import_tsv;
    const struct import_table_options o = {.mark = r->format == &import_csv   ? ','
                                                   : r->format == &import_tsv ? '\t'
                                                                              : cells_mark(first, n),
                                           .map = r->im.options->map,
                                           .plain = told ? NULL : r->format,
                                           .formats = formats,
                                           .n = told ? 0 : N_FORMATS};
    if (!import_table_open(&r->im, r->lines, &o, &r->table, err))
        return false;
    r->format = import_table_format(r->table);
    snprintf(r->im.counts->columns, sizeof r->im.counts->columns, "%s", import_table_columns(r->table));
    return true;
}

static bool take_table(struct run *r, struct err *err)
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

static bool take_lines(struct run *r, struct err *err)
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

static bool take_file(struct run *r, struct err *err)
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

static bool audit(struct run *r, struct err *err)
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
    struct run *r = ctx;
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

static bool prepare(struct run *r, struct db *db, const struct import_options *o, struct import_counts *counts,
                    struct err *err)
{
    struct import *im = &r->im;
    *im = (struct import){.options = o, .counts = counts, .guard = o->guard};
    struct json_text source = o->source != NULL ? (struct json_text){arena_dup(&im->file, o->source), strlen(o->source)}
                                                : name_of_file(r->path, &im->file);
    if (!import_begin(im, db, source, err) || !licence_valid(o->licence, err) ||
        (o->format != NULL && !import_format_named(o->format, &r->format, err)))
        return false;
    r->lines = lines_open(r->path, err);
    return r->lines != NULL;
}

bool import_file(struct db *db, const char *path, const struct import_options *options, struct import_counts *counts,
                 struct err *err)
{
    struct run r = {.path = path, .text = BUF_INIT, .held = BUF_INIT};
    *counts = (struct import_counts){0};
    bool ok = prepare(&r, db, options, counts, err) && db_write(db, import_all, &r, err);
    if (!ok && err != NULL && err->kind == ERR_STOPPED)
        err_set(err, ERR_STOPPED, "%s: stopped; nothing was imported", path);
    import_table_close(r.table);
    vec_free(&r.batch);
    buf_free(&r.text);
    lines_close(r.lines);
    buf_free(&r.held);
    import_end(&r.im);
    return ok;
}
