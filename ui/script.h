/* Keys and commands from a file instead of a person (ASSAY_SCRIPT), one step a line:
 *
 *   4 4 3 < <Enter> <C-r>   keys by their names, separated by blanks
 *   "text"                  typed letter by letter; \" and \\ stand for " and \, \n for the Enter key
 *   paste "text"            arrives as one paste; \n is a line break
 *   :save-screen FILE       a command (a colon followed by a blank is the key)
 *   # words                 a comment
 *
 * The whole file is read before anything is done, so that a mistake in it changes nothing. */
#ifndef ASSAY_UI_SCRIPT_H
#define ASSAY_UI_SCRIPT_H

#include "core/base/err.h"
#include "ui/key.h"

struct script;

enum script_kind { SCRIPT_END, SCRIPT_KEY, SCRIPT_PASTE, SCRIPT_COMMAND };

struct script_step {
    enum script_kind kind;
    struct key key;
    const char *text; /* PASTE, COMMAND (without its colon); lives as long as the script */
    long line;
};

/* NULL and ERR_SYNTAX with name:line when it is wrong. */
struct script *script_parse(const char *text, size_t n, const char *name, struct err *err);
struct script *script_open(const char *path, struct err *err);
void script_free(struct script *s);
/* The next step; SCRIPT_END for ever after the last. */
struct script_step script_next(struct script *s);
const char *script_name(const struct script *s);

#endif
