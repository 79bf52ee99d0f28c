#include "store/import.h"

#include "core/base/clock.h"
#include "core/base/json_writer.h"
#include "core/base/lines.h"
#include "core/base/mem.h"
#include "core/base/trace.h"
#include "core/base/vec.h"
#include "store/audit.h"
#include "store/import_format.h"

#include <stdio.h>
#include <string.h>

/* In the order in which they are tried on a record; earlier ones are more particular. */
static const struct import_format *const formats[] = {&import_judgements, &import_hh_rlhf,
                                                      &import_helpsteer2_preference, &import_helpsteer2, &import_trl};
enum { N_FORMATS = sizeof formats / sizeof *formats, SNIFF_RECORDS = 32, TICK_RECORDS = 64 };

const char *const import_formats[] = {"judgements", "hh-rlhf", "helpsteer2-preference", "helpsteer2", "trl", NULL};

/* A line that waits until the format is known. */
struct waiting {
    char *text;
    size_t n;
    long line;
};

struct run {
    const char *path;
    struct import im;
    const struct import_format *format;
    struct lines *lines;
    VEC(struct waiting) waiting;
};

static void list_formats(struct buf *b)
{
    for (size_t i = 0; i < N_FORMATS; i++)
        buf_addf(b, "%s%s", i > 0 ? ", " : "", formats[i]->name);
}

static bool find_format(const char *name, const struct import_format **out, struct err *err)
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

/* Faults of a record; everything else is a fault of the file, the disk or the program. */
static bool is_refusal(const struct err *e)
{
    return e->kind == ERR_SYNTAX || e->kind == ERR_RANGE || e->kind == ERR_MISSING || e->kind == ERR_CONFLICT;
}

struct attempt {
    struct run *run;
    const char *text;
    size_t n;
};

static bool read_record(struct db *db, void *ctx, struct err *err)
{
    (void)db;
    const struct attempt *a = ctx;
    struct json_object *o = NULL;
    if (!json_parse(a->text, a->n, &o, err))
        return false;
    bool ok = json_object_is_type(o, json_type_object)
                  ? a->run->format->read(&a->run->im, o, err)
                  : err_set(err, ERR_SYNTAX, "a record must be an object, but is %s", json_type_name(o));
    json_object_put(o);
    arena_reset(&a->run->im.record);
    return ok;
}

static void refuse(struct run *r, const char *text, size_t n, long line, const struct err *why)
{
    const struct import_options *o = r->im.options;
    r->im.counts->refused++;
    trace(TRACE_IMPORT, "%s:%ld: %s", lines_name(r->lines), line, why->text);
    if (o->rejects != NULL) {
        outfile_write(o->rejects, text, n);
        outfile_write(o->rejects, "\n", 1);
    }
    if (o->refused != NULL)
        o->refused(o->ctx, &(struct import_refusal){lines_name(r->lines), line, why->text, text, n});
}

static bool take_line(struct run *r, const char *text, size_t n, long line, struct err *err)
{
    struct import_counts *c = r->im.counts;
    struct import_counts before = *c;
    struct err why = {.kind = ERR_NONE};
    before.records = ++c->records;
    if (db_write(r->im.db, read_record, &(struct attempt){r, text, n}, &why))
        return true;
    if (!is_refusal(&why)) {
        if (err != NULL)
            *err = why;
        return err_context(err, "%s:%ld", lines_name(r->lines), line);
    }
    *c = before;
    refuse(r, text, n, line, &why);
    return true;
}

static void sniff(struct run *r, const char *text, size_t n)
{
    struct json_object *o = NULL;
    struct err ignored;
    if (!json_parse(text, n, &o, &ignored))
        return;
    for (size_t i = 0; r->format == NULL && i < N_FORMATS && json_object_is_type(o, json_type_object); i++)
        if (formats[i]->sniff(o))
            r->format = formats[i];
    json_object_put(o);
}

static bool take_waiting(struct run *r, struct err *err)
{
    for (size_t i = 0; i < r->waiting.n; i++)
        if (!take_line(r, r->waiting.v[i].text, r->waiting.v[i].n, r->waiting.v[i].line, err))
            return false;
    return true;
}

static void forget_waiting(struct run *r)
{
    for (size_t i = 0; i < r->waiting.n; i++)
        mem_free(r->waiting.v[i].text);
    vec_clear(&r->waiting);
}

static bool no_format(const struct run *r, struct err *err)
{
    if (r->waiting.n == 0)
        return err_set(err, ERR_SYNTAX, "%s: holds no records", lines_name(r->lines));
    struct buf text = BUF_INIT;
    struct json_object *o = NULL;
    struct err why = {.kind = ERR_NONE};
    const struct waiting *w = &r->waiting.v[0];
    if (!json_parse(w->text, w->n, &o, &why)) {
        buf_addf(&text, "line %ld is no record: %s", w->line, why.text);
    } else if (json_object_is_type(o, json_type_object)) {
        buf_adds(&text, "the first record has the fields");
        json_object_object_foreach(o, key, value)
        {
            (void)value;
            buf_addf(&text, " \"%.40s\"", key);
        }
    } else {
        buf_addf(&text, "line %ld is %s and not an object", w->line, json_type_name(o));
    }
    json_object_put(o);
    buf_truncate(&text, text.len < 240 ? text.len : 240);
    buf_adds(&text, "; the formats are ");
    list_formats(&text);
    err_set(err, ERR_SYNTAX, "%s: no format fits: %s", lines_name(r->lines), text.ptr);
    buf_free(&text);
    return false;
}

/* Lines wait until one of them shows what the file is. */
static bool wait_for_format(struct run *r, const char *text, size_t n, struct err *err)
{
    sniff(r, text, n);
    struct waiting w = {mem_ndup(text, n), n, lines_number(r->lines)};
    vec_push(&r->waiting, w);
    if (r->format == NULL)
        return r->waiting.n < SNIFF_RECORDS || no_format(r, err);
    bool ok = take_waiting(r, err);
    forget_waiting(r);
    return ok;
}

static bool is_blank(const char *text, size_t n)
{
    return n == strspn(text, " \t\r");
}

static bool take_file(struct run *r, struct err *err)
{
    char *text;
    size_t n;
    long seen = 0;
    for (;;) {
        if (!lines_next(r->lines, &text, &n, err))
            return false;
        if (text == NULL)
            break;
        if (seen++ % TICK_RECORDS == 0) {
            double done, total;
            lines_position(r->lines, &done, &total);
            if (!progress_tick(r->im.options->progress, done, total))
                return err_set(err, ERR_STOPPED, "%s: stopped; nothing was imported", lines_name(r->lines));
        }
        if (is_blank(text, n))
            continue;
        bool ok =
            r->format == NULL ? wait_for_format(r, text, n, err) : take_line(r, text, n, lines_number(r->lines), err);
        if (!ok)
            return false;
    }
    return r->format != NULL || no_format(r, err);
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
    jw_kint(&w, "records", c->records);
    jw_kint(&w, "refused", c->refused);
    write_tally(&w, "prompts", &c->prompts);
    write_tally(&w, "responses", &c->responses);
    write_tally(&w, "comparisons", &c->comparisons);
    write_tally(&w, "judgements", &c->judgements);
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
    static const char *const ends[] = {".gz", ".jsonl", ".json", ".ndjson", ".txt"};
    if (strcmp(path, "-") == 0)
        path = "stdin";
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

static bool prepare(struct run *r, struct db *db, const struct import_options *o, struct import_counts *counts,
                    struct err *err)
{
    struct import *im = &r->im;
    *im = (struct import){.db = db, .options = o, .counts = counts, .now = clock_now_ms()};
    im->source = o->source != NULL ? (struct json_text){arena_dup(&im->file, o->source), strlen(o->source)}
                                   : name_of_file(r->path, &im->file);
    if (im->source.len == 0)
        return err_set(err, ERR_USAGE, "the name of the source is empty");
    struct buf by = BUF_INIT;
    buf_addf(&by, "source:%s", im->source.ptr);
    im->by = (struct json_text){arena_ndup(&im->file, by.ptr, by.len), by.len};
    buf_free(&by);
    if (o->format != NULL && !find_format(o->format, &r->format, err))
        return false;
    r->lines = lines_open(r->path, err);
    return r->lines != NULL;
}

bool import_file(struct db *db, const char *path, const struct import_options *options, struct import_counts *counts,
                 struct err *err)
{
    struct run r = {.path = path};
    *counts = (struct import_counts){0};
    bool ok = prepare(&r, db, options, counts, err) && db_write(db, import_all, &r, err);
    forget_waiting(&r);
    vec_free(&r.waiting);
    lines_close(r.lines);
    arena_free(&r.im.file);
    arena_free(&r.im.record);
    arena_free(&r.im.other_arena);
    return ok;
}
