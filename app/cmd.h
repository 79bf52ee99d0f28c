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
    bool (*run)(struct app *app, const struct args *args, struct err *err);
};

/* In the order in which they are listed. */
#define COMMANDS(X)                                                                                                    \
    X(init)                                                                                                            \
    X(import)                                                                                                          \
    X(annotate)                                                                                                        \
    X(judge)                                                                                                           \
    X(status)                                                                                                          \
    X(plan)                                                                                                            \
    X(agreement)                                                                                                       \
    X(aggregate)                                                                                                       \
    X(export)                                                                                                          \
    X(embed)                                                                                                           \
    X(train)                                                                                                           \
    X(eval)                                                                                                            \
    X(calibrate)                                                                                                       \
    X(compare)                                                                                                         \
    X(score)                                                                                                           \
    X(best_of)                                                                                                         \
    X(distance)                                                                                                        \
    X(report)                                                                                                          \
    X(check)                                                                                                           \
    X(backup)                                                                                                          \
    X(restore)                                                                                                         \
    X(anonymise)                                                                                                       \
    X(merge)                                                                                                           \
    X(log)                                                                                                             \
    X(set)                                                                                                             \
    X(find)                                                                                                            \
    X(queue)                                                                                                           \
    X(gold)                                                                                                            \
    X(quarantine)                                                                                                      \
    X(rubric)                                                                                                          \
    X(role)                                                                                                            \
    X(retire)                                                                                                          \
    X(demo)

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
