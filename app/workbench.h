/* The workbench as a command: opens the workspace, signs the person on, joins the views with the store, runs them. */
#ifndef ASSAY_APP_WORKBENCH_H
#define ASSAY_APP_WORKBENCH_H

#include "app/app.h"
#include "app/args.h"
#include "ui/theme.h"
#include "ui/views.h"

/* "plain dark ... " */
#define WORKBENCH_THEME(id, name, help) name " "
/* Rows for the table of options of a command that opens a view. */
#define WORKBENCH_OPTIONS                                                                                              \
    {"as", 0, "NAME", "who sits here (default: $ASSAY_ANNOTATOR, then the name of the account)", false},               \
        {"order", 0, "ORDER", "given (as imported) or random", false},                                                 \
        {"ascii", 0, NULL, "draw with plain ASCII", false},                                                            \
        {"keymap", 0, "NAME", "azerty or numpad: keys for other keyboards", false},                                    \
        {"theme", 0, "THEME", THEMES(WORKBENCH_THEME) "(default: $ASSAY_THEME, then plain)", false},                   \
    {                                                                                                                  \
        "keys", 0, "FILE", "key bindings read after those of the program", false                                       \
    }

/* Run the workbench, this view first, until the person leaves. `args` has the options above. Without a workspace the
 * dashboard says how to make one; other views need it (ERR_MISSING). */
MUST_CHECK bool workbench_run(const struct app *app, const struct args *args, enum workbench_view first,
                              struct err *err);

#endif
