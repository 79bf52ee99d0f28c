#include "app/cmd.h"
#include "app/rights.h"
#include "core/base/json_writer.h"
#include "store/content.h"
#include "store/db.h"
#include "store/ranking.h"
#include "store/task.h"

static const struct option_spec options[] = {
    {"undo", 0, NULL, "back into work", false},
    {"reason", 0, "TEXT", "why, for the log and for who comes across it later", false},
    {"as", 0, "NAME", "who does it, for the audit trail (default: $ASSAY_ANNOTATOR, then the account's name)", false},
    {0},
};

struct retiring {
    const struct app *app;
    const struct args *args;
    char who[RIGHTS_NAME_SIZE];
};

struct retired_one {
    char id[ID_HEX_SIZE];
    size_t others; /* of its ranking, retired with it */
};

static bool one(struct db *db, const char *word, const struct retiring *r, struct retired_one *out, struct err *err)
{
    int64_t comparison = 0, whole[RANKING_PAIRS_MOST];
    size_t n = 1;
    bool ok = task_find(db, word, &comparison, err) &&
              (comparison != 0 ||
               err_set(err, ERR_MISSING, "there is no comparison %s in this workspace; nothing was changed", word)) &&
              content_retire(db, comparison, !args_has(r->args, "undo"), r->who, args_get(r->args, "reason"), err) &&
              content_comparison_hex(db, comparison, out->id, err) && ranking_whole(db, comparison, whole, &n, err);
    out->others = n - 1;
    return ok;
}

static void say(const struct retired_one *x, bool retired, struct buf *text)
{
    buf_addf(text, "%s %s", x->id, retired ? "retired" : "in work");
    if (x->others > 0)
        buf_addf(text, ", with the %zu others of its ranking", x->others);
    buf_addc(text, '\n');
}

static bool all(struct db *db, void *ctx, struct err *err)
{
    const struct retiring *r = ctx;
    bool retired = !args_has(r->args, "undo"), ok = true;
    struct buf text = BUF_INIT;
    struct json_writer w;
    jw_start(&w, &text);
    if (r->app->json)
        jw_array(&w);
    for (size_t i = 0; ok && i < r->args->words.n; i++) {
        struct retired_one x = {.others = 0};
        ok = one(db, r->args->words.v[i], r, &x, err);
        if (ok && r->app->json) {
            jw_object(&w);
            jw_kstr(&w, "comparison", x.id);
            jw_kbool(&w, "retired", retired);
            jw_kint(&w, "others_of_ranking", (int64_t)x.others);
            jw_object_end(&w);
        } else if (ok) {
            say(&x, retired, &text);
        }
    }
    if (r->app->json) {
        jw_array_end(&w);
        buf_addc(&text, '\n');
    }
    ok = ok && db_flush(db, err) && app_print(r->app, &text, err);
    buf_free(&text);
    return ok;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    struct db *db = NULL;
    struct retiring r = {.app = app, .args = args};
    if (!app_open(app, true, &db, err))
        return false;
    bool ok = rights_signature(db, args_get(args, "as"), r.who, err) && db_write(db, all, &r, err);
    db_close(db);
    return ok;
}

const struct command cmd_retire = {
    .name = "retire",
    .summary = "take comparisons out of work, or back in",
    .synopsis = "COMPARISON... [--undo] [--reason TEXT]",
    .about =
        "What is retired is handed to nobody and stands in no export, no fit and no figure. Nothing is deleted: what\n"
        "was said of it is kept, `log COMPARISON` shows it and the --reason, and --undo brings it back as it was. A\n"
        "ranking of several answers is one piece of work: with one of its comparisons all of them go. COMPARISON is "
        "an\n"
        "id or its beginning; all of them or none.",
    .example = "  assay retire 7c19 a0b3 --reason 'the source withdrew it'\n  assay retire 7c19 --undo",
    .options = options,
    .min_words = 1,
    .max_words = 10000,
    .run = run,
};
