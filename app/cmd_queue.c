#include "app/cmd.h"
#include "core/base/json_writer.h"
#include "core/safe.h"
#include "store/backlog.h"
#include "store/db.h"

#include <string.h>

static const struct option_spec options[] = {
    {"strategy", 0, "S", "given (default), disagreement or skipped", false},
    {"limit", 'n', "N", "how many at most (default 20, 0 for all)", false},
    {0},
};

static const char *const strategies[] = {
#define X(id, key, about) key,
    BACKLOGS(X)
#undef X
        NULL};

static const char *const abouts[] = {
#define X(id, key, about) about,
    BACKLOGS(X)
#undef X
};

struct telling {
    enum backlog which;
    struct buf text;
    struct json_writer w;
    int n;
};

static void as_line(void *ctx, const struct backlog_row *r)
{
    enum { WIDTH = 24 };
    struct telling *t = ctx;
    struct buf source = BUF_INIT;
    t->n++;
    safe_text(r->source, strlen(r->source), &source, WIDTH);
    buf_addf(&t->text, "%s  %-*s", r->id, WIDTH, source.ptr);
    if (t->which == BACKLOG_GIVEN)
        buf_addf(&t->text, "  %lld of %lld people", (long long)r->people, (long long)r->wanted);
    else if (t->which == BACKLOG_SKIPPED)
        buf_addf(&t->text, "  %lld people", (long long)r->people);
    else
        buf_addf(&t->text, "  %lld people %lld apart, helpfulness %lld%s", (long long)r->people, (long long)r->spread,
                 (long long)r->helpfulness, r->conflict ? ", opposed" : "");
    buf_addc(&t->text, '\n');
    buf_free(&source);
}

static void as_json(void *ctx, const struct backlog_row *r)
{
    struct telling *t = ctx;
    jw_object(&t->w);
    jw_kstr(&t->w, "comparison", r->id);
    jw_kstr(&t->w, "source", r->source);
    jw_kint(&t->w, "people", r->people);
    if (t->which == BACKLOG_GIVEN)
        jw_kint(&t->w, "wanted", r->wanted);
    if (t->which == BACKLOG_DISAGREEMENT) {
        jw_kint(&t->w, "spread", r->spread);
        jw_kint(&t->w, "helpfulness_spread", r->helpfulness);
        jw_kbool(&t->w, "opposed", r->conflict);
    }
    jw_object_end(&t->w);
}

static bool tell(const struct app *app, struct db *db, enum backlog which, int64_t limit, struct err *err)
{
    struct telling t = {.which = which, .text = BUF_INIT};
    jw_start(&t.w, &t.text);
    if (app->json)
        jw_array(&t.w);
    bool ok = backlog_each(db, which, limit, app->json ? as_json : as_line, &t, err);
    if (app->json) {
        jw_array_end(&t.w);
        buf_addc(&t.text, '\n');
    } else if (t.n == 0) {
        buf_addf(&t.text, "none: %s\n", abouts[which]);
    }
    ok = ok && app_print(app, &t.text, err);
    buf_free(&t.text);
    return ok;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    int64_t limit = 20;
    int which = BACKLOG_GIVEN;
    struct db *db;
    if (!args_choice(args, "strategy", strategies, &which, err) ||
        !args_int(args, "limit", 0, 1000000000, &limit, err) || !app_open(app, false, &db, err))
        return false;
    bool ok = tell(app, db, (enum backlog)which, limit, err);
    db_close(db);
    return ok;
}

const struct command cmd_queue = {
    .name = "queue",
    .summary = "what would be worked on next, and why",
    .synopsis = "[--strategy given|disagreement|skipped] [-n N]",
    .about = "given: what fewer people than wanted have handled. disagreement: what people differ on and nobody has\n"
             "reviewed, for `assay judge ID --review`. skipped: what enough people skipped or flagged\n"
             "(assay set skip-quorum).",
    .example = "  assay queue --strategy disagreement -n 10\n  assay --json queue --strategy skipped",
    .options = options,
    .max_words = 0,
    .only_reads = true,
    .run = run,
};
