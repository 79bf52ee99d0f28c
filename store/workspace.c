#include "store/workspace.h"

#include "core/base/buf.h"
#include "core/base/json_writer.h"
#include "store/audit.h"
#include "store/db_internal.h"
#include "store/role.h"
#include "store/rubric.h"
#include "store/setting.h"

struct creation {
    struct rubric *rubric;
    const struct workspace_options *options;
};

static bool fill_new(struct db *db, void *ctx, struct err *err)
{
    const struct creation *c = ctx;
    const struct workspace_options *o = c->options;
    static const struct workspace_options plain;
    if (o == NULL)
        o = &plain;
    struct buf detail = BUF_INIT;
    struct json_writer w;
    jw_start(&w, &detail);
    jw_object(&w);
    jw_kstr(&w, "rubric", c->rubric->name);
    jw_kint(&w, "overlap", o->overlap > 0 ? o->overlap : 1);
    jw_object_end(&w);
    bool ok = rubric_save(db, c->rubric, err) && setting_set_int(db, "overlap", o->overlap > 0 ? o->overlap : 1, err) &&
              (o->title == NULL || setting_set(db, "title", o->title, err)) &&
              (o->account == NULL || setting_set(db, ROLE_MAKER, o->account, err)) &&
              (o->guidelines == NULL || setting_set(db, "guidelines", o->guidelines, err)) &&
              audit_add(db, o->who, "create", db->path, detail.ptr, err);
    buf_free(&detail);
    return ok;
}

bool workspace_create(const char *path, struct rubric *rubric, const struct workspace_options *options, struct db **out,
                      struct err *err)
{
    struct db *db;
    if (!db_make(path, &db, err))
        return false;
    if (!db_write(db, fill_new, &(struct creation){rubric, options}, err)) {
        db_close(db);
        db_remove(path);
        return false;
    }
    *out = db;
    return true;
}
