#include "app/workbench.h"

#include "app/deeds.h"
#include "app/glance.h"
#include "app/rights.h"
#include "app/session.h"
#include "app/verdicts.h"
#include "app/workbench_agreement.h"
#include "app/workbench_train.h"
#include "store/db.h"
#include "store/setting.h"
#include "ui/ui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "data/sample.assay" -> "sample" */
static char *title_of(const char *path)
{
    const char *base = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
    return mem_ndup(base, app_stem(base));
}

/* $VARIABLE/assay/NAME, else $HOME/OTHERWISE/assay/NAME (XDG Base Directory Specification 0.8: what is no absolute path
 * does not count); NULL: nowhere. The caller frees it. */
static char *user_file(const char *variable, const char *otherwise, const char *name)
{
    const char *base = getenv(variable), *home = getenv("HOME");
    struct buf path = BUF_INIT;
    if (base != NULL && *base == '/')
        buf_addf(&path, "%s/assay/%s", base, name);
    else if (home != NULL && *home == '/')
        buf_addf(&path, "%s/%s/assay/%s", home, otherwise, name);
    else
        return NULL;
    return buf_take(&path);
}

/* The theme that was asked for; NULL: none. */
static const char *theme_of(const struct args *args)
{
    const char *given = args_get(args, "theme"), *theme = getenv("ASSAY_THEME");
    return given != NULL ? given : theme != NULL && *theme != '\0' ? theme : NULL;
}

static enum ui_color color_of(const struct app *app)
{
    return app->color == COLOR_NEVER ? UI_COLOR_NEVER : app->color == COLOR_ALWAYS ? UI_COLOR_ALWAYS : UI_COLOR_AUTO;
}

static bool run_views(const struct app *app, const struct args *args, struct workbench *w, enum workbench_view first,
                      struct err *err)
{
    char *keys = user_file("XDG_CONFIG_HOME", ".config", "keys");
    char *history = user_file("XDG_STATE_HOME", ".local/state", "history");
    const char *given = args_get(args, "keys"), *script = getenv("ASSAY_SCRIPT");
    bool own_keys = keys != NULL && access(keys, R_OK) == 0;
    bool ok = ui_run(w, first,
                     &(struct ui_opts){.keys = given != NULL ? given
                                               : own_keys    ? keys
                                                             : NULL,
                                       .keymap = args_get(args, "keymap"),
                                       .script = script,
                                       .ascii = args_has(args, "ascii"),
                                       .theme = theme_of(args),
                                       .history = script == NULL ? history : NULL,
                                       .color = color_of(app)},
                     err);
    mem_free(keys);
    mem_free(history);
    return ok;
}

static void wake(void *w)
{
    workbench_wake(w);
}

/* With those who work beside the screen. */
static bool run_beside(const struct app *app, const struct args *args, struct workbench *w, enum workbench_view first,
                       struct err *err)
{
    struct workbench_agreement *agreement = workbench_agreement_new(app, wake, w);
    struct workbench_train *train = workbench_train_new(app, w->db, wake, w);
    w->agreement = workbench_agreement_host(agreement);
    w->train = workbench_train_host(train);
    bool ok = run_views(app, args, w, first, err);
    workbench_agreement_free(agreement);
    workbench_train_free(train);
    return ok;
}

/* What is done to the workspace is signed by the account; the judging may be under a name that is nobody's. */
static bool sign_deeds(struct db *db, const char *person, char out[RIGHTS_NAME_SIZE], struct err *err)
{
    double roles = 0;
    return setting_number(db, SET_ROLES, &roles, err) && rights_signature(db, roles != 0 ? NULL : person, out, err);
}

/* An annotate view that comes first is handed its item before the screen is taken over, so that what stands in the way
 * of that is told as of any command. */
static bool run_with(const struct app *app, const struct args *args, struct db *db, struct workbench w,
                     enum workbench_view first, struct err *err)
{
    static const char *const orders[] = {"given", "random", NULL};
    int order = ORDER_GIVEN;
    struct session s = {0};
    struct deed_context deeds = {0};
    char account[RIGHTS_ACCOUNT_SIZE], signature[RIGHTS_NAME_SIZE];
    enum role role = ROLE_ANNOTATOR;
    rights_account(account);
    bool ok = args_choice(args, "order", orders, &order, err) && role_of(db, account, &role, err) &&
              sign_deeds(db, w.person, signature, err) &&
              session_open(&s, db, w.person, w.title, (enum task_order)order, err) &&
              deeds_open(&deeds, &s, signature, err) && (first != WORKBENCH_ANNOTATE || session_next(&s, err));
    if (ok) {
        struct ui_host annotate = {deeds_annotate, deeds_annotate_state, &deeds};
        struct workbench_host host = {deeds_perform, &deeds, glance_read, verdicts_read};
        w.db = db;
        w.annotator = s.annotator;
        w.annotate = &annotate;
        w.host = &host;
        if (role < ROLE_REVIEWER)
            w.shut = "Annotators do not see what others said; an owner of the workspace gives roles.";
        ok = run_beside(app, args, &w, first, err);
    }
    deeds_close(&deeds);
    session_close(&s);
    return ok;
}

bool workbench_run(const struct app *app, const struct args *args, enum workbench_view first, struct err *err)
{
    char *title = title_of(app->workspace), who[RIGHTS_NAME_SIZE];
    struct workbench w = {.path = app->workspace, .title = title, .person = who};
    struct db *db = NULL;
    bool ok;
    snprintf(who, sizeof who, "%s", app_annotator(args_get(args, "as")));
    if (first == WORKBENCH_DASHBOARD && access(app->workspace, F_OK) != 0)
        ok = run_views(app, args, &w, first, err);
    else
        ok = app_open(app, true, &db, err) && rights_name(db, args_get(args, "as"), who, err) &&
             run_with(app, args, db, w, first, err);
    db_close(db);
    mem_free(title);
    return ok;
}
