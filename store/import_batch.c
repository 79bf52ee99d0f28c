/* The lines of a file in batches: each record is read, and goes in, is held or is refused. */
#include "store/import_run.h"

#include "core/base/trace.h"
#include "store/bulk.h"
#include "store/quarantine.h"

bool import_is_refusal(const struct err *e)
{
    return e->kind == ERR_SYNTAX || e->kind == ERR_RANGE || e->kind == ERR_MISSING || e->kind == ERR_CONFLICT;
}

/* What the guard says of the record; nothing of one that somebody has released. */
static bool pass_guard(struct import_run *r, const struct import_line *l, struct err *err)
{
    const struct import_guard *guard = r->im.guard;
    const char *reasons = guard != NULL ? guard->end(guard->ctx) : NULL;
    enum quarantine_state state = QUARANTINE_HELD;
    bool known;
    if (reasons == NULL || r->im.item)
        return true;
    if (!quarantine_look_up(r->im.db, r->im.source.ptr, (struct json_text){l->text, l->n}, &known, &state, err))
        return false;
    if (state == QUARANTINE_RELEASED)
        return true;
    buf_adds(&r->held, reasons);
    return err_set(err, ERR_CONFLICT, "held back by the guard");
}

static bool read_record(struct import_run *r, const struct import_line *l, struct err *err)
{
    struct json_object *o = NULL;
    r->im.counts->records++;
    r->im.item = false;
    buf_reset(&r->held);
    r->im.line = l->number;
    import_show(&r->im, (struct import_seen){.what = SEEN_RECORD});
    if (l->fault != NULL)
        return err_set(err, ERR_SYNTAX, "%s", l->fault);
    if (!json_parse(l->text, l->n, &o, err))
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
static void write_head(const struct import_run *r, struct outfile *out)
{
    struct json_text head = import_table_head(r->table);
    outfile_write(out, head.ptr, head.len);
    outfile_write(out, "\n", 1);
}

static void refuse(struct import_run *r, const struct import_line *l, const struct err *why)
{
    const struct import_options *o = r->im.options;
    r->im.counts->refused++;
    r->im.counts->records++;
    trace(TRACE_IMPORT, "%s:%ld: %s", lines_name(r->lines), l->number, why->text);
    if (o->rejects != NULL) {
        if (r->table != NULL && r->im.counts->refused == 1)
            write_head(r, o->rejects);
        outfile_write(o->rejects, l->raw, l->raw_n);
        outfile_write(o->rejects, "\n", 1);
    }
    if (o->refused != NULL)
        o->refused(o->ctx, &(struct import_refusal){lines_name(r->lines), l->number, why->text, l->raw, l->raw_n});
}

static bool hold(struct import_run *r, const struct import_line *l, const char *reasons, struct err *err)
{
    r->im.counts->held++;
    r->im.counts->records++;
    return quarantine_hold(r->im.db,
                           &(struct quarantine_entry){.file = lines_name(r->lines),
                                                      .line = l->number,
                                                      .format = r->format->name,
                                                      .source = r->im.source.ptr,
                                                      .reasons = reasons,
                                                      .record = {l->text, l->n}},
                           err);
}

/* Lines [from, to) of the batch; `at` is the one that is being read. */
struct stretch {
    struct import_run *run;
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
static void forget(struct import_run *r, const struct import_group *group)
{
    r->im.group = *group;
    r->im.licensed = 0;
    r->im.other_name = NULL;
}

/* All lines of a stretch, or none: then the run stands as before, too. */
static bool take_stretch(struct import_run *r, struct stretch *s, struct err *err)
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
static bool set_aside(struct import_run *r, const struct import_line *l, const char *reasons, const struct err *why,
                      struct err *err)
{
    if (reasons != NULL)
        return hold(r, l, reasons, err);
    refuse(r, l, why);
    return true;
}

/* The record at which a stretch ended is set aside; those before it, which it took back with it, go in once more. */
static bool go_around(struct import_run *r, struct stretch *s, struct err *why, struct err *err)
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
static bool take_in_bulk(struct import_run *r, const struct import_line *l, struct err *err)
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

bool import_take_line(struct import_run *r, const struct import_line *l, struct err *err)
{
    return take_in_bulk(r, l, err) || err_context(err, "%s:%ld", lines_name(r->lines), l->number);
}

bool import_take_batch(struct import_run *r, struct err *err)
{
    size_t begun = 0;
    for (; begun < r->batch.n && bulk_on(r->im.db); begun++)
        if (!import_take_line(r, &r->batch.v[begun], err))
            return false;
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
