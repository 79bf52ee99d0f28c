#include "app/cmd.h"
#include "app/workbench.h"

static const struct option_spec options[] = {WORKBENCH_OPTIONS, {0}};

static bool run(struct app *app, const struct args *args, struct err *err)
{
    return workbench_run(app, args, WORKBENCH_ANNOTATE, err);
}

const struct command cmd_annotate = {
    .name = "annotate",
    .summary = "rate and compare answers on the annotation screen",
    .synopsis = "[--as NAME] [--order given|random] [--ascii] [--theme THEME] [--keymap NAME] [--keys FILE]",
    .about =
        "Opens the annotation screen: the prompt, two answers side by side, or several to be ranked, and what the\n"
        "rubric asks: ratings, a preference, a written reason. Every key is saved when it is pressed; leave at any\n"
        "moment with q and come back to the same item, the same cell, the same text. `?` lists the keys.\n"
        "\n"
        "Keys can be changed in $XDG_CONFIG_HOME/assay/keys; see assay(1).",
    .example = "  assay annotate --as ada",
    .options = options,
    .max_words = 0,
    .run = run,
};
