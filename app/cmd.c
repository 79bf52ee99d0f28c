#include "app/cmd.h"

#include <string.h>

const struct command *const commands[] = {
#define X(name) &cmd_##name,
    COMMANDS(X)
#undef X
        NULL,
};

const struct option_spec global_options[] = {
    {"workspace", 'w', "FILE", "the workspace (default: $ASSAY_WORKSPACE, then workspace.assay)", false},
    {"json", 0, NULL, "the result as one JSON document", false},
    {"quiet", 'q', NULL, "no notes, only errors", false},
    {"verbose", 'v', NULL, "say more", false},
    {"color", 0, "WHEN", "auto, always or never", false},
    {"help", 'h', NULL, "this help", false},
    {0},
};

const struct command *command_find(const char *name)
{
    for (const struct command *const *c = commands; *c != NULL; c++)
        if (strcmp((*c)->name, name) == 0)
            return *c;
    return NULL;
}

/* What stands in the overview before the first of some commands. */
static const struct {
    const struct command *first;
    const char *text;
} headings[] = {
    {&cmd_demo, "Data"},
    {&cmd_annotate, "People"},
    {&cmd_embed, "Reward heads"},
    {&cmd_set, "The workspace"},
};

static void list_commands(struct buf *out)
{
    for (const struct command *const *c = commands; *c != NULL; c++) {
        for (size_t i = 0; i < sizeof headings / sizeof *headings; i++)
            if (headings[i].first == *c)
                buf_addf(out, "\n%s\n", headings[i].text);
        buf_addf(out, "  %-10s  %s\n", (*c)->name, (*c)->summary);
    }
}

void command_overview(struct buf *out)
{
    buf_adds(out, "usage: assay [-w FILE] [--json] [-q | -v] COMMAND ...\n\n"
                  "Collect human preferences in a terminal, fit reward heads on a CPU, know how far to trust them.\n");
    list_commands(out);
    buf_adds(out, "\nFor every command\n");
    args_help(global_options, out);
    buf_adds(out, "\n`assay COMMAND --help` tells more. `assay` alone opens the workbench on the workspace,\n"
                  "with the options of `assay annotate`, such as --theme dark.\n"
                  "New here? `assay demo` runs the whole loop on a bundled sample.\n");
}

void command_help(const struct command *c, struct buf *out)
{
    struct buf usage = BUF_INIT;
    buf_addf(&usage, "assay %s%s%s", c->name, *c->synopsis != '\0' ? " " : "", c->synopsis);
    buf_adds(out, "usage: ");
    args_wrap(usage.ptr, 7, out);
    buf_addc(out, '\n');
    args_wrap(c->about, 0, out);
    buf_free(&usage);
    if (c->options != NULL && c->options->name != NULL) {
        buf_adds(out, "\nOptions:\n");
        args_help(c->options, out);
    }
    buf_addf(out, "\nExample:\n%s\n", c->example);
}
