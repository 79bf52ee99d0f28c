#include "app/cmd.h"
#include "app/progress.h"
#include "core/base/json_writer.h"
#include "store/db.h"

static const struct option_spec options[] = {{0}};

struct faults {
    const struct app *app;
    struct buf text;
    struct json_writer w;
};

static void on_fault(void *ctx, const char *text)
{
    struct faults *f = ctx;
    if (f->app->json)
        jw_str(&f->w, text);
    else {
        app_add_name(&f->text, text);
        buf_addc(&f->text, '\n');
    }
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    (void)args;
    struct db *db = NULL;
    if (!app_open(app, false, &db, err))
        return false;
    struct faults f = {.app = app, .text = BUF_INIT};
    int n = 0;
    if (app->json) {
        jw_start(&f.w, &f.text);
        jw_object(&f.w);
        jw_key(&f.w, "faults");
        jw_array(&f.w);
    }
    struct bar bar;
    bar_start(&bar, app, "checking", NULL);
    db_watch(db, &bar.progress);
    bool ok = db_check(db, on_fault, &f, &n, err);
    db_watch(db, NULL);
    bar_end(&bar);
    if (app->json) {
        jw_array_end(&f.w);
        jw_kbool(&f.w, "ok", ok && n == 0);
        jw_object_end(&f.w);
        buf_addc(&f.text, '\n');
    } else if (ok && n == 0) {
        app_add_name(&f.text, app->workspace);
        buf_adds(&f.text, " is in order\n");
    }
    ok = ok && app_print(app, &f.text, err);
    if (ok && n > 0)
        ok = err_set(err, ERR_SCHEMA,
                     "%s has %d fault%s; nothing was changed. What to do: keep a copy of the file; `assay restore "
                     "BACKUP` puts the "
                     "last good backup in its place; `assay export -f judgements` saves what can be read of this one",
                     app->workspace, n, PLURAL(n));
    buf_free(&f.text);
    db_close(db);
    return ok;
}

const struct command cmd_check = {
    .name = "check",
    .summary = "verify the workspace file",
    .synopsis = "",
    .about = "Reads the whole file: SQLite's own integrity check, every reference, and the promises that a schema "
             "cannot state\n"
             "(the latest revision of each judgement, ratings inside the rubric, sides, drafts). Changes nothing.\n"
             "With faults it ends with status 1 and says what to do.",
    .example = "  assay -w sample.assay check",
    .options = options,
    .max_words = 0,
    .only_reads = true,
    .run = run,
};
