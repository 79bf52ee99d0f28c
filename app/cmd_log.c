#include "app/cmd.h"
#include "app/history.h"
#include "core/base/clock.h"
#include "core/base/json_writer.h"
#include "core/safe.h"
#include "store/audit.h"
#include "store/task.h"

#include <string.h>
#include <unistd.h>

static const struct option_spec options[] = {
    {"limit", 'n', "N", "how many, newest first (default 40, 0 for all)", false},
    {"what", 0, "EVENT", "only this kind of event", false},
    {0},
};

enum { COLUMNS = 100 }; /* of a line on a terminal; elsewhere all is told */

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
    safe_text(line.ptr, line.len, &l->text, isatty(STDOUT_FILENO) ? COLUMNS : SIZE_MAX);
    buf_addc(&l->text, '\n');
    buf_free(&line);
    return true;
}

static bool trail(const struct app *app, struct db *db, const char *what, int64_t limit, struct err *err)
{
    struct log l = {.app = app, .text = BUF_INIT};
    if (app->json)
        buf_addc(&l.text, '[');
    bool ok = audit_each(db, what, limit, each, &l, err);
    if (app->json)
        buf_adds(&l.text, "]\n");
    ok = ok && app_print(app, &l.text, err);
    buf_free(&l.text);
    return ok;
}

static bool of_comparison(const struct app *app, struct db *db, const char *id, struct err *err)
{
    int64_t comparison = 0;
    struct arena a = {0};
    struct history h;
    struct buf text = BUF_INIT;
    bool ok = task_find(db, id, &comparison, err) &&
              (comparison != 0 || err_set(err, ERR_MISSING, "there is no comparison %s in this workspace", id)) &&
              history_load(db, comparison, &a, &h, err);
    if (ok)
        (app->json ? history_json : history_text)(&h, &text);
    ok = ok && app_print(app, &text, err);
    buf_free(&text);
    arena_free(&a);
    return ok;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    int64_t limit = 40;
    struct db *db = NULL;
    const char *id = args->words.n > 0 ? args->words.v[0] : NULL;
    if (!args_int(args, "limit", 0, 1000000000, &limit, err))
        return false;
    if (id != NULL && (args_has(args, "limit") || args_has(args, "what")))
        return err_set(err, ERR_USAGE, "the history of one comparison is told whole: no --limit, no --what");
    if (!app_open(app, false, &db, err))
        return false;
    bool ok = id != NULL ? of_comparison(app, db, id, err) : trail(app, db, args_get(args, "what"), limit, err);
    db_close(db);
    return ok;
}

const struct command cmd_log = {
    .name = "log",
    .summary = "who did what when, and why a label is what it is",
    .synopsis = "[COMPARISON | [-n N] [--what EVENT]]",
    .about =
        "The audit trail of the workspace, newest first: imports, sides drawn, settings, what was retired, merges.\n"
        "Of a COMPARISON: everything that happened to it, oldest first, every judgement with all its revisions and\n"
        "whether it counts, and the label that comes of it. Responses are called 1 and 2, as they were imported.",
    .example = "  assay log -n 10\n  assay log 7c19\n  assay --json log --what import | jq '.[].detail'",
    .options = options,
    .max_words = 1,
    .only_reads = true,
    .run = run,
};
