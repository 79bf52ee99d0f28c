#include "app/cmd.h"
#include "app/rights.h"
#include "app/rubrics.h"
#include "core/base/arena.h"
#include "core/base/json_writer.h"
#include "store/db.h"
#include "store/rubric.h"
#include "store/setting.h"
#include "store/workspace.h"

#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct option_spec options[] = {
    {"rubric", 0, "NAME|FILE",
     "helpsteer2 (default), helpsteer3, multipref, pairwise, ranking, thumbs, ultrafeedback, or a JSON file of your "
     "own",
     false},
    {"guidelines", 0, "FILE", "text for annotators", false},
    {"overlap", 0, "K", "how many people judge each comparison (default 1)", false},
    {"title", 0, "TEXT", "name of the data set on the screen", false},
    {"group", 0, "NAME", "accounts of this group may work on it, others may not read it", false},
    {0},
};

static bool answer(const struct app *app, const struct rubric *r, int64_t overlap, struct err *err)
{
    struct buf text = BUF_INIT;
    if (app->json) {
        struct json_writer w;
        jw_start(&w, &text);
        jw_object(&w);
        jw_kstr(&w, "workspace", app->workspace);
        jw_kstr(&w, "rubric", r->name);
        jw_kint(&w, "rubric_version", r->version);
        jw_kint(&w, "attributes", (int64_t)r->n_attributes);
        jw_kint(&w, "overlap", overlap);
        jw_object_end(&w);
        buf_addc(&text, '\n');
    } else {
        buf_adds(&text, "made ");
        app_add_name(&text, app->workspace);
        buf_adds(&text, " with the rubric ");
        app_add_name(&text, r->name);
        buf_addf(&text, " (%zu attribute%s)\n", r->n_attributes, PLURAL(r->n_attributes));
    }
    bool ok = app_print(app, &text, err);
    buf_free(&text);
    return ok;
}

/* SQLite gives what it keeps beside the file the same group and permissions, when the folder lets it. */
static bool share(const struct app *app, const char *group, struct err *err)
{
    enum { GROUP_ONLY = 0660, FOLDER = S_ISGID | S_IRWXG };
    const struct group *g = group != NULL ? getgrnam(group) : NULL;
    const char *slash = strrchr(app->workspace, '/');
    struct buf folder = BUF_INIT;
    struct stat st;
    if (group == NULL)
        return true;
    if (g == NULL)
        return err_set(err, ERR_MISSING, "there is no group \"%.60s\" on this system", group);
    if (chown(app->workspace, (uid_t)-1, g->gr_gid) != 0 || chmod(app->workspace, GROUP_ONLY) != 0)
        return err_errno(err, "%s: cannot be given to the group %s", app->workspace, group);
    buf_add(&folder, app->workspace, slash != NULL ? (size_t)(slash - app->workspace) + 1 : 0);
    buf_adds(&folder, ".");
    if (stat(folder.ptr, &st) == 0 && (st.st_gid != g->gr_gid || (st.st_mode & FOLDER) != FOLDER))
        app_note(app, "the folder must be the group's, too: chgrp %s %s && chmod g+rwxs %s", group, folder.ptr,
                 folder.ptr);
    buf_free(&folder);
    return true;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    int64_t overlap = 1;
    if (!args_int(args, "overlap", 1, 100, &overlap, err))
        return false;
    struct arena arena = {0};
    struct buf guidelines = BUF_INIT;
    struct rubric rubric;
    const char *name = args_get(args, "rubric"), *file = args_get(args, "guidelines");
    const char *path = args->words.n > 0 ? args->words.v[0] : app->workspace;
    if (args->words.n > 0 && app->named)
        return err_set(err, ERR_USAGE, "the workspace is named twice: %s and %s", app->workspace, path);
    if (*path == '\0')
        return err_set(err, ERR_USAGE, "the name of the workspace is empty");
    bool ok = rubric_asked(name != NULL ? name : "helpsteer2", &arena, &rubric, err) &&
              (file == NULL || small_file(file, &guidelines, err));
    if (ok) {
        char account[RIGHTS_ACCOUNT_SIZE];
        rights_account(account);
        struct workspace_options o = {.title = args_get(args, "title"),
                                      .guidelines = file != NULL ? guidelines.ptr : NULL,
                                      .overlap = (int)overlap,
                                      .who = app_annotator(NULL),
                                      .account = account};
        struct db *db = NULL;
        app->workspace = path;
        bool made = workspace_create(path, &rubric, &o, &db, err);
        ok = made && (!args_has(args, "group") || setting_change(db, SET_ROLES, "on", o.who, err));
        db_close(db);
        ok = ok && share(app, args_get(args, "group"), err) && answer(app, &rubric, overlap, err);
        if (made && !ok)
            unlink(path); /* a failed command has changed nothing */
    }
    buf_free(&guidelines);
    arena_free(&arena);
    return ok;
}

const struct command cmd_init = {
    .name = "init",
    .summary = "make a new workspace",
    .synopsis = "[FILE] [--rubric NAME|FILE.json] [--guidelines FILE.md] [--overlap K] [--group NAME]",
    .about = "A workspace is one file that holds everything about one data set. FILE is the same as -w FILE.",
    .example = "  assay init --rubric helpsteer2 --overlap 3\n  assay -w poems.assay init --rubric my-rubric.json",
    .options = options,
    .max_words = 1,
    .run = run,
};
