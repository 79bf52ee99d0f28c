#include "app/cmd.h"
#include "core/base/digest.h"
#include "core/base/json_writer.h"
#include "store/db.h"

static const struct option_spec options[] = {{0}};

static void count_fault(void *ctx, const char *text)
{
    (void)ctx;
    (void)text;
}

/* A copy that was never opened is a hope, not a backup. */
static bool verify(const char *path, struct err *err)
{
    struct db *copy = NULL;
    int faults = 0;
    bool ok = db_open(path, DB_READ, &copy, err) && db_check(copy, count_fault, NULL, &faults, err);
    db_close(copy);
    if (ok && faults > 0)
        ok = err_set(err, ERR_SCHEMA, "%s has %d fault%s, as the workspace may have; `assay check` lists them", path,
                     faults, PLURAL(faults));
    return ok;
}

static bool answer(const struct app *app, const char *path, const char *sha256, struct err *err)
{
    struct buf text = BUF_INIT;
    if (app->json) {
        struct json_writer w;
        jw_start(&w, &text);
        jw_object(&w);
        jw_kstr(&w, "workspace", app->workspace);
        jw_kstr(&w, "backup", path);
        jw_kstr(&w, "sha256", sha256);
        jw_object_end(&w);
    } else {
        app_add_name(&text, path);
        buf_adds(&text, " is a copy of ");
        app_add_name(&text, app->workspace);
        buf_adds(&text, ", opened and checked");
    }
    buf_addc(&text, '\n');
    bool ok = app_print(app, &text, err);
    buf_free(&text);
    return ok;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    const char *path = args->words.v[0];
    char sha256[SHA256_HEX_SIZE];
    struct db *db = NULL;
    if (!app_open(app, false, &db, err))
        return false;
    bool ok = db_backup(db, path, err);
    db_close(db);
    return ok && verify(path, err) && digest_file(path, sha256, err) && answer(app, path, sha256, err);
}

const struct command cmd_backup = {
    .name = "backup",
    .summary = "copy the workspace while others work on it",
    .synopsis = "FILE",
    .about = "Copies the workspace as it stands at one moment, safely while others write, then opens the copy and "
             "checks it.\n"
             "FILE must not exist. Matrices of embeddings are files of their own and are not copied.",
    .example = "  assay backup backups/2026-11-23.assay",
    .options = options,
    .min_words = 1,
    .max_words = 1,
    .run = run,
};
