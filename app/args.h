/* Options of a command, parsed as its table says. The help text is made from the same table. */
#ifndef ASSAY_APP_ARGS_H
#define ASSAY_APP_ARGS_H

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/vec.h"

#include <stdint.h>

struct option_spec {
    const char *name;     /* long name without the dashes; NULL ends a table */
    char letter;          /* short name or 0 */
    const char *argument; /* how the argument is called in the help; NULL: a switch. One with FILE in it is a path, all
                             others must be UTF-8 */
    const char *help;
    bool repeats; /* may be given several times with a value each; a switch always may */
};

struct args {
    VEC(struct args_value {
        const struct option_spec *spec;
        const char *value; /* "" for a switch */
    }) values;
    VEC(const char *) words; /* what is no option */
};

/* Parse argv[0 .. argc-1] (without the command's name) by two tables, the command's own and the global one; either may
 * be NULL. Options and words may be mixed; "--" ends the options; "--name=value" and "--name value" are the same.
 * Strings are borrowed from argv. With `stop_at_word` parsing ends at the first word and *used says how many were
 * taken. Errors are ERR_USAGE. */
MUST_CHECK bool args_parse(struct args *a, int argc, char **argv, const struct option_spec *own,
                           const struct option_spec *global, bool stop_at_word, int *used, struct err *err);
void args_free(struct args *a);

bool args_has(const struct args *a, const char *name);
/* The last value given, or NULL. */
const char *args_get(const struct args *a, const char *name);
/* The i-th value of an option that repeats, NULL behind the last. */
const char *args_nth(const struct args *a, const char *name, size_t i);
/* Numbers: *out keeps its value (the default) when the option was not given. ERR_USAGE outside [min, max]. */
MUST_CHECK bool args_int(const struct args *a, const char *name, int64_t min, int64_t max, int64_t *out,
                         struct err *err);
MUST_CHECK bool args_number(const struct args *a, const char *name, double min, double max, double *out,
                            struct err *err);
/* One of the words of a NULL-terminated list; *out is its index. */
MUST_CHECK bool args_choice(const struct args *a, const char *name, const char *const *words, int *out,
                            struct err *err);

/* The lines of a table for --help. */
void args_help(const struct option_spec *table, struct buf *out);
/* Text in lines of a help page; those after the first begin at column `indent`. A line end alone is a blank; an empty
 * line stays, and so does one that begins with a blank. */
void args_wrap(const char *text, size_t indent, struct buf *out);
/* The word of a list that `word` is most likely a slip of, or NULL (Damerau-Levenshtein distance at most 2). */
const char *args_nearest(const char *word, const char *const *list);

#endif
