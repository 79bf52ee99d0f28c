#include "app/cmd.h"
#include "core/base/json_writer.h"
#include "core/base/rng.h"
#include "store/anonymise.h"

#include <inttypes.h>
#include <string.h>

static const struct option_spec options[] = {
    {"output", 'o', "FILE", "the copy (default: the workspace's name with .anonymous.assay)", false},
    {"salt", 0, "TEXT", "makes the same pseudonyms as another time (default: a new one, which is shown)", false},
    {0},
};

static void new_salt(struct buf *out)
{
    struct rng r;
    rng_seed_any(&r);
    for (int i = 0; i < 2; i++)
        buf_addf(out, "%016" PRIx64, rng_u64(&r));
}

static bool answer(const struct app *app, const char *path, const char *salt, const struct anonymise_counts *c,
                   struct err *err)
{
    struct buf text = BUF_INIT;
    struct json_writer w;
    if (app->json) {
        jw_start(&w, &text);
        jw_object(&w);
        jw_kstr(&w, "workspace", app->workspace);
        jw_kstr(&w, "copy", path);
        jw_kint(&w, "people", c->people);
        jw_kint(&w, "judgements", c->judgements);
        jw_kint(&w, "events", c->events);
        if (salt != NULL)
            jw_kstr(&w, "salt", salt);
        jw_object_end(&w);
    } else {
        app_add_name(&text, path);
        buf_adds(&text, " is a copy of ");
        app_add_name(&text, app->workspace);
        buf_addf(&text, " that names nobody: %lld %s, %lld judgement%s", (long long)c->people,
                 c->people == 1 ? "person" : "people", (long long)c->judgements, PLURAL(c->judgements));
        if (salt != NULL)
            buf_addf(&text, "\nsalt: %s (shown this once; whoever has it can try names)", salt);
    }
    buf_addc(&text, '\n');
    bool ok = app_print(app, &text, err);
    buf_free(&text);
    return ok;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    const char *given = args_get(args, "salt"), *output = args_get(args, "output");
    struct buf salt = BUF_INIT, path = BUF_INIT;
    struct anonymise_counts counts;
    struct db *db = NULL;
    if (given != NULL && *given == '\0')
        return err_set(err, ERR_USAGE, "the salt is empty: everybody could try names");
    if (!app_open(app, false, &db, err))
        return false;
    if (given == NULL)
        new_salt(&salt);
    if (output == NULL)
        buf_addf(&path, "%.*s.anonymous.assay", (int)app_stem(app->workspace), app->workspace);
    else
        buf_adds(&path, output);
    bool ok = anonymise_copy(db, path.ptr, given != NULL ? given : salt.ptr, &counts, err) &&
              answer(app, path.ptr, given != NULL ? NULL : salt.ptr, &counts, err);
    buf_free(&salt);
    buf_free(&path);
    db_close(db);
    return ok;
}

const struct command cmd_anonymise = {
    .name = "anonymise",
    .summary = "a copy of the workspace that names nobody",
    .synopsis = "[-o FILE] [--salt TEXT]",
    .about = "Copies the workspace and puts pseudonyms in the place of the names of people: as annotators and "
             "reviewers, in\n"
             "the audit trail, in what is kept of runs, in paths. Accounts are taken out, judgements get other ids, "
             "and the\n"
             "file is written anew so that nothing of the names is left in it. What people wrote stays as they wrote "
             "it, and\n"
             "so do title, guidelines and data: read them before you hand the copy on. The same salt gives the same\n"
             "pseudonyms. The workspace itself is only read.",
    .example = "  assay anonymise -o for-the-paper.assay\n  assay anonymise --salt \"$(cat salt.txt)\" -o second.assay",
    .options = options,
    .max_words = 0,
    .run = run,
};
