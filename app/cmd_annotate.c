#include "app/cmd.h"
#include "app/session.h"
#include "store/db.h"
#include "ui/ui.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct option_spec options[] = {
    {"as", 0, "NAME", "who annotates (default: $ASSAY_ANNOTATOR, then the name of the account)", false},
    {"order", 0, "ORDER", "given (as imported) or random", false},
    {"ascii", 0, NULL, "draw with plain ASCII", false},
    {"keys", 0, "FILE", "key bindings read after those of the program", false},
    {0},
};

/* "data/sample.assay" -> "sample" */
static char *title_of(const char *path)
{
    const char *base = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
    return mem_ndup(base, app_stem(base));
}

/* $XDG_CONFIG_HOME/assay/keys when it is there. The caller frees it. */
static char *user_keys(void)
{
    struct buf path = BUF_INIT;
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (config != NULL && *config != '\0')
        buf_addf(&path, "%s/assay/keys", config);
    else if (home != NULL)
        buf_addf(&path, "%s/.config/assay/keys", home);
    if (path.len > 0 && access(path.ptr, R_OK) == 0)
        return buf_take(&path);
    buf_free(&path);
    return NULL;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    static const char *const orders[] = {"given", "random", NULL};
    int order = ORDER_GIVEN;
    if (!args_choice(args, "order", orders, &order, err))
        return false;
    struct db *db;
    if (!app_open(app, true, &db, err))
        return false;
    char *title = title_of(app->workspace);
    char *found_keys = user_keys();
    const char *keys = args_get(args, "keys");
    struct ui_opts opts = {.keys = keys != NULL ? keys : found_keys,
                           .script = getenv("ASSAY_SCRIPT"),
                           .ascii = args_has(args, "ascii"),
                           .color = app->color == COLOR_NEVER    ? UI_COLOR_NEVER
                                    : app->color == COLOR_ALWAYS ? UI_COLOR_ALWAYS
                                                                 : UI_COLOR_AUTO};
    struct session s;
    bool ok = session_open(&s, db, app_annotator(args_get(args, "as")), title, (enum task_order)order, err) &&
              session_next(&s, err);
    if (ok) {
        struct ui_host host = {session_perform, session_state, &s};
        ok = ui_annotate(&host, &opts, err);
    }
    session_close(&s);
    mem_free(title);
    mem_free(found_keys);
    db_close(db);
    return ok;
}

const struct command cmd_annotate = {
    .name = "annotate",
    .summary = "rate and compare answers on the annotation screen",
    .synopsis = "[--as NAME] [--order given|random] [--ascii]",
    .about =
        "Opens the annotation screen: the prompt, two answers side by side, five ratings of each, a preference and\n"
        "a written reason. Every key is saved when it is pressed; leave at any moment with q and come back to\n"
        "the same item, the same cell, the same text. `?` lists the keys.\n"
        "\n"
        "Keys can be changed in $XDG_CONFIG_HOME/assay/keys; see assay(1).",
    .example = "  assay annotate --as ada",
    .options = options,
    .max_words = 0,
    .run = run,
};
