#include "app/cmd.h"
#include "core/base/clock.h"
#include "core/base/json_writer.h"
#include "core/safe.h"
#include "store/audit.h"

#include <string.h>

static const struct option_spec options[] = {
    {"limit", 'n', "N", "how many, newest first (default 40, 0 for all)", false},
    {"what", 0, "EVENT", "only this kind of event", false},
    {0},
};

struct log {
    const struct app *app;
    struct buf text;
};

static void row_json(struct buf *text, const struct audit_row *r, const char *at)
{
    struct json_writer w;
    jw_start(&w, text);
    jw_object(&w);
    jw_kstr(&w, "at", at);
    jw_kstr(&w, "who", r->who);
    jw_kstr(&w, "what", r->what);
    jw_kstr(&w, "subject", r->subject);
    if (r->detail != NULL) {
        jw_key(&w, "detail");
        jw_raw(&w, r->detail, strlen(r->detail));
    }
    jw_object_end(&w);
}

static bool each(void *ctx, const struct audit_row *r)
{
    struct log *l = ctx;
    char at[CLOCK_ISO_SIZE];
    clock_iso(r->at, at);
    if (l->app->json) {
        if (l->text.len > 1)
            buf_addc(&l->text, ',');
        row_json(&l->text, r, at);
        return true;
    }
    struct buf line = BUF_INIT;
    buf_addf(&line, "%s  %-12s %-10s %s  %s", at, r->who, r->what, r->subject, r->detail != NULL ? r->detail : "");
    while (line.len > 0 && line.ptr[line.len - 1] == ' ')
        buf_truncate(&line, line.len - 1);
    safe_text(line.ptr, line.len, &l->text, SIZE_MAX);
    buf_addc(&l->text, '\n');
    buf_free(&line);
    return true;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    int64_t limit = 40;
    struct db *db = NULL;
    if (!args_int(args, "limit", 0, 1000000000, &limit, err) || !app_open(app, false, &db, err))
        return false;
    struct log l = {.app = app, .text = BUF_INIT};
    if (app->json)
        buf_addc(&l.text, '[');
    bool ok = audit_each(db, args_get(args, "what"), limit, each, &l, err);
    if (app->json)
        buf_adds(&l.text, "]\n");
    ok = ok && app_print(app, &l.text, err);
    buf_free(&l.text);
    db_close(db);
    return ok;
}

const struct command cmd_log = {
    .name = "log",
    .summary = "who did what when",
    .synopsis = "[-n N] [--what EVENT]",
    .about = "The audit trail of the workspace, newest first: imports, sides drawn, judgements, undone submits, runs.",
    .example = "  assay log -n 10\n  assay --json log --what import | jq '.[].detail'",
    .options = options,
    .max_words = 0,
    .run = run,
};
