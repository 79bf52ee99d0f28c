#include "app/cmd.h"
#include "app/rights.h"
#include "core/base/json_writer.h"
#include "core/base/vec.h"
#include "store/assign.h"
#include "store/task.h"

static const struct option_spec options[] = {
    {"days", 0, "N", "how long the places are kept (default 7)", false},
    {0},
};

struct assigning {
    const struct app *app;
    const struct args *args;
    int64_t days;
    VEC(int64_t) comparisons;
};

static bool gather(struct db *db, struct assigning *a, struct err *err)
{
    for (size_t i = 1; i < a->args->words.n; i++) {
        const char *id = a->args->words.v[i];
        int64_t comparison;
        if (!task_find(db, id, &comparison, err))
            return false;
        if (comparison == 0)
            return err_set(err, ERR_MISSING, "there is no comparison %s in this workspace; nothing was handed out", id);
        vec_push(&a->comparisons, comparison);
    }
    return true;
}

static void tell(const struct assigning *a, size_t given, struct buf *out)
{
    struct json_writer w;
    if (a->app->json) {
        jw_start(&w, out);
        jw_object(&w);
        jw_kstr(&w, "annotator", a->args->words.v[0]);
        jw_kint(&w, "given", (int64_t)given);
        jw_kint(&w, "asked", (int64_t)a->comparisons.n);
        jw_kint(&w, "days", a->days);
        jw_object_end(&w);
    } else {
        buf_addf(out, "%zu of %zu handed to ", given, (size_t)a->comparisons.n);
        app_add_name(out, a->args->words.v[0]);
        buf_addf(out, ", for %lld day%s", (long long)a->days, PLURAL(a->days));
        if (given < a->comparisons.n)
            buf_adds(out, "; the others they have handled, or as many people as are wanted hold them");
    }
    buf_addc(out, '\n');
}

static bool hand(struct db *db, void *ctx, struct err *err)
{
    enum { DAY_MS = 24 * 60 * 60 * 1000 };
    struct assigning *a = ctx;
    struct buf text = BUF_INIT;
    struct rng rng;
    char who[RIGHTS_NAME_SIZE];
    size_t given = 0;
    rng_seed_any(&rng);
    if (!gather(db, a, err) || !rights_signature(db, NULL, who, err))
        return false;
    struct assignment what = {
        .to = a->args->words.v[0], .comparisons = a->comparisons.v, .n = a->comparisons.n, .ms = a->days * DAY_MS};
    bool ok = assign(db, who, &what, &rng, &given, err);
    tell(a, given, &text);
    ok = ok && db_flush(db, err) && app_print(a->app, &text, err);
    buf_free(&text);
    return ok;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    struct db *db = NULL;
    struct assigning a = {.app = app, .args = args, .days = 7};
    if (!args_int(args, "days", 1, 365, &a.days, err) || !app_open(app, true, &db, err))
        return false;
    bool ok = db_write(db, hand, &a, err);
    vec_free(&a.comparisons);
    db_close(db);
    return ok;
}

const struct command cmd_assign = {
    .name = "assign",
    .summary = "hand comparisons to somebody",
    .synopsis = "NAME COMPARISON... [--days N]",
    .about =
        "They come before the queue, in this order, and nobody else is given their places for so long. Whoever has\n"
        "handled one already is not given it again, and no comparison is given to more people than are wanted.",
    .example = "  assay assign ada 7c19 a0b3 --days 2\n"
               "  assay assign bo $(assay --json queue --strategy disagreement | jq -r '.[].comparison')",
    .options = options,
    .min_words = 2,
    .max_words = 10000,
    .run = run,
};
