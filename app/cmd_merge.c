#include "app/cmd.h"
#include "app/progress.h"
#include "app/rights.h"
#include "core/base/json_writer.h"
#include "core/safe.h"
#include "store/db.h"
#include "store/merge.h"

#include <string.h>
#include <sys/stat.h>

static const struct option_spec options[] = {
    {"as", 0, "NAME", "who does it, for the audit trail (default: $ASSAY_ANNOTATOR, then the account's name)", false},
    {0},
};

static bool is_same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static void as_json(const char *path, const struct merge_counts *c, struct json_writer *w)
{
    jw_object(w);
    jw_kstr(w, "file", path);
    for (int k = 0; k < MERGE_KINDS; k++) {
        jw_key(w, merge_count_name((enum merge_count)k));
        jw_object(w);
        jw_kint(w, "new", c->made[k]);
        jw_kint(w, "known", c->seen[k] - c->made[k]);
        jw_object_end(w);
    }
    jw_object_end(w);
}

static void as_text(const char *path, const struct merge_counts *c, struct buf *out)
{
    app_add_name(out, path);
    buf_addc(out, '\n');
    for (int k = 0; k < MERGE_KINDS; k++)
        buf_addf(out, "  %-12s %8lld new  %8lld known\n", merge_count_name((enum merge_count)k), (long long)c->made[k],
                 (long long)(c->seen[k] - c->made[k]));
}

static bool merge_one(struct app *app, struct db *to, const char *path, const char *who, struct merge_counts *counts,
                      struct err *err)
{
    struct db *from = NULL;
    struct bar bar;
    if (is_same_file(app->workspace, path))
        return err_set(err, ERR_USAGE, "%s is the workspace itself", path);
    if (!db_open(path, DB_READ, &from, err))
        return false;
    bar_start(&bar, app, "merging", NULL);
    bool ok = merge_from(to, from, who, &bar.progress, counts, err);
    bar_end(&bar);
    db_close(from);
    return ok || err_context(err, "%s", path);
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    struct db *db = NULL;
    struct buf text = BUF_INIT;
    struct json_writer w;
    if (!app_open(app, true, &db, err))
        return false;
    jw_start(&w, &text);
    if (app->json)
        jw_array(&w);
    char who[RIGHTS_NAME_SIZE];
    bool ok = rights_signature(db, args_get(args, "as"), who, err);
    for (size_t i = 0; ok && i < args->words.n; i++) {
        struct merge_counts counts;
        ok = merge_one(app, db, args->words.v[i], who, &counts, err);
        if (ok && app->json)
            as_json(args->words.v[i], &counts, &w);
        else if (ok)
            as_text(args->words.v[i], &counts, &text);
    }
    if (app->json) {
        jw_array_end(&w);
        buf_addc(&text, '\n');
    }
    ok = ok && app_print(app, &text, err);
    buf_free(&text);
    db_close(db);
    return ok;
}

const struct command cmd_merge = {
    .name = "merge",
    .summary = "bring another copy of the workspace into this one",
    .synopsis = "FILE...",
    .about = "Everything that FILE holds and this workspace does not: prompts, responses, comparisons, judgements, "
             "drafts, the audit\n"
             "trail. Things are known by their ids, so nothing is in twice and merging once more changes nothing; of "
             "two revisions of\n"
             "one annotator the newer counts. FILE is only read. Settings, roles, leases and embedding sets stay those "
             "of this one.",
    .example = "  cp project.assay train-ride.assay; assay -w train-ride.assay annotate\n"
               "  assay -w project.assay merge train-ride.assay",
    .options = options,
    .min_words = 1,
    .max_words = 10000,
    .run = run,
};
