#include "app/cmd.h"
#include "app/rights.h"
#include "core/base/json_writer.h"
#include "store/restore.h"

#include <stdio.h>

static const struct option_spec options[] = {
    {"check", 0, NULL, "only verify FILE; nothing is replaced", false},
    {"as", 0, "NAME", "who does it, for the audit trail (default: $ASSAY_ANNOTATOR, then the account's name)", false},
    {0},
};

struct telling {
    const struct app *app;
    struct buf text;
    struct json_writer w;
};

static void on_fault(void *ctx, const char *text)
{
    struct telling *t = ctx;
    if (t->app->json)
        jw_str(&t->w, text);
    else {
        app_add_name(&t->text, text);
        buf_addc(&t->text, '\n');
    }
}

static void end_json(struct telling *t, const char *file, bool restored, const char *kept, int faults)
{
    jw_array_end(&t->w);
    jw_kstr(&t->w, "file", file);
    jw_kbool(&t->w, "ok", faults == 0);
    jw_kbool(&t->w, "restored", restored);
    jw_key(&t->w, "kept");
    if (*kept != '\0')
        jw_str(&t->w, kept);
    else
        jw_null(&t->w);
    jw_object_end(&t->w);
    buf_addc(&t->text, '\n');
}

static void end_text(struct telling *t, const char *file, bool restored, const char *kept)
{
    app_add_name(&t->text, file);
    buf_adds(&t->text, " is in order");
    if (restored) {
        buf_adds(&t->text, "; a copy of it is now ");
        app_add_name(&t->text, t->app->workspace);
    }
    buf_addc(&t->text, '\n');
    if (*kept == '\0')
        return;
    buf_adds(&t->text, "what stood there is kept as ");
    app_add_name(&t->text, kept);
    buf_adds(&t->text, "; `assay merge` brings in what was said since the backup\n");
}

/* Of a workspace that can be read: is whoever does it an owner, and under which name? */
static bool may_replace(const struct app *app, const char *given, char who[RIGHTS_NAME_SIZE], struct err *err)
{
    struct db *db = NULL;
    struct err unreadable = {.kind = ERR_NONE};
    if (!db_open(app->workspace, DB_READ, &db, &unreadable)) {
        snprintf(who, RIGHTS_NAME_SIZE, "%s", app_annotator(given));
        return true;
    }
    bool ok = rights_check(db, ROLE_OWNER, err) && rights_signature(db, given, who, err);
    db_close(db);
    return ok;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    struct telling t = {.app = app, .text = BUF_INIT};
    struct buf kept = BUF_INIT;
    const char *file = args->words.v[0];
    int faults = 0;
    bool check = args_has(args, "check");
    char who[RIGHTS_NAME_SIZE];
    struct restore_options o = {.check_only = check, .who = who, .report = on_fault, .ctx = &t};
    if (app->json) {
        jw_start(&t.w, &t.text);
        jw_object(&t.w);
        jw_key(&t.w, "faults");
        jw_array(&t.w);
    }
    bool ok =
        may_replace(app, args_get(args, "as"), who, err) && restore_file(file, app->workspace, &o, &faults, &kept, err);
    bool restored = ok && !check && faults == 0;
    const char *name = kept.len > 0 ? kept.ptr : "";
    if (app->json)
        end_json(&t, file, restored, name, faults);
    else if (ok && faults == 0)
        end_text(&t, file, restored, name);
    ok = ok && app_print(app, &t.text, err);
    if (ok && faults > 0)
        ok = err_set(err, ERR_SCHEMA, "%s has %d fault%s; nothing was replaced. Try an older backup", file, faults,
                     PLURAL(faults));
    buf_free(&kept);
    buf_free(&t.text);
    return ok;
}

const struct command cmd_restore = {
    .name = "restore",
    .summary = "verify a backup and put it in the place of the workspace",
    .synopsis = "FILE [--check]",
    .about =
        "Copies FILE beside the workspace, brings the copy up to date and verifies it as `check` does; only then the\n"
        "workspace is replaced. What stood there is kept under a name with the time. FILE is only read. Refused while\n"
        "anybody has the workspace open. With --check nothing is replaced.",
    .example = "  assay restore backups/2026-11-23.assay --check\n  assay restore backups/2026-11-23.assay",
    .options = options,
    .min_words = 1,
    .max_words = 1,
    .run = run,
};
