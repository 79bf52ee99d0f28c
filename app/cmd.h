/* The table of commands: the list of what assay can do. */
#ifndef ASSAY_APP_CMD_H
#define ASSAY_APP_CMD_H

#include "app/app.h"
#include "app/args.h"

struct command {
    const char *name;
    const char *summary;               /* one line for the list */
    const char *synopsis;              /* what stands behind the name: "FILE... [--format F]" */
    const char *about;                 /* a paragraph or two for --help */
    const char *example;               /* lines that can be typed */
    const struct option_spec *options; /* ends with a NULL name */
    size_t min_words, max_words;
    bool only_reads; /* nothing is undone when its answer is not wanted to the end (`| head`) */
    bool (*run)(struct app *app, const struct args *args, struct err *err);
};

/* In the order in which they are listed; headings stand before some of them (app/cmd.c). */
#define COMMANDS(X)                                                                                                    \
    X(demo)                                                                                                            \
    X(init)                                                                                                            \
    X(import)                                                                                                          \
    X(quarantine)                                                                                                      \
    X(find)                                                                                                            \
    X(retire)                                                                                                          \
    X(export)                                                                                                          \
    X(status)                                                                                                          \
    X(annotate)                                                                                                        \
    X(judge)                                                                                                           \
    X(rubric)                                                                                                          \
    X(queue)                                                                                                           \
    X(assign)                                                                                                          \
    X(quota)                                                                                                           \
    X(plan)                                                                                                            \
    X(gold)                                                                                                            \
    X(agreement)                                                                                                       \
    X(aggregate)                                                                                                       \
    X(role)                                                                                                            \
    X(embed)                                                                                                           \
    X(train)                                                                                                           \
    X(eval)                                                                                                            \
    X(calibrate)                                                                                                       \
    X(compare)                                                                                                         \
    X(score)                                                                                                           \
    X(best_of)                                                                                                         \
    X(distance)                                                                                                        \
    X(report)                                                                                                          \
    X(set)                                                                                                             \
    X(log)                                                                                                             \
    X(check)                                                                                                           \
    X(backup)                                                                                                          \
    X(restore)                                                                                                         \
    X(merge)                                                                                                           \
    X(anonymise)

#define X(name) extern const struct command cmd_##name;
COMMANDS(X)
#undef X
/* Ends with a NULL pointer. */
extern const struct command *const commands[];
extern const struct option_spec global_options[];

/* NULL when there is none of that name. */
const struct command *command_find(const char *name);
/* Text of `assay help` and of `assay NAME --help`. */
void command_overview(struct buf *out);
void command_help(const struct command *c, struct buf *out);

#endif
