/* A record that was held comes in after all. */
#include "store/import_format.h"
#include "store/quarantine.h"

#include <string.h>

struct taking {
    struct import im;
    const struct import_format *format;
    const struct quarantine_entry *e;
};

static bool take(struct db *db, void *ctx, struct err *err)
{
    struct taking *t = ctx;
    struct json_object *o = NULL;
    if (!rubric_current(db, &t->im.file, &t->im.rubric, err) ||
        !json_parse(t->e->record.ptr, t->e->record.len, &o, err))
        return false;
    bool ok = json_object_is_type(o, json_type_object)
                  ? t->format->read(&t->im, o, err)
                  : err_set(err, ERR_SYNTAX, "a record must be an object, but is %s", json_type_name(o));
    json_object_put(o);
    t->im.counts->records += ok;
    return ok;
}

bool import_held(struct db *db, const struct quarantine_entry *e, struct import_counts *counts, struct err *err)
{
    static const struct import_options plain;
    struct import_counts before = *counts;
    struct taking t = {.im = {.options = &plain, .counts = counts, .alone = true}, .e = e};
    bool ok = import_begin(&t.im, db, (struct json_text){e->source, strlen(e->source)}, err) &&
              import_format_named(e->format, &t.format, err) && db_write(db, take, &t, err);
    import_end(&t.im);
    if (!ok) {
        *counts = before;
        return err_context(err, "%s:%lld", e->file, (long long)e->line);
    }
    counts->format = t.format->name;
    return true;
}
