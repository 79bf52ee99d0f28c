/* The one error type.
 *
 * A function that can fail returns bool (true = done), is marked MUST_CHECK and takes `struct err *` last.
 * On success nothing is written to it, so several calls chain in one `if`. "Not found" is an answer and
 * goes to an out-parameter. The text is complete enough to be printed as it stands: what was wrong, where,
 * what to do. It lives inside the struct, so reporting exhausted memory needs no memory and a worker
 * thread hands an error over by value. */
#ifndef ASSAY_CORE_BASE_ERR_H
#define ASSAY_CORE_BASE_ERR_H

#include <stdarg.h>
#include <stdbool.h>

#define MUST_CHECK         __attribute__((warn_unused_result))
#define PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))

/* kind, name in traces and --json, exit status of the program */
#define ERR_KINDS(X)                                                                                                   \
    X(NONE, "none", 0)                                                                                                 \
    X(MEMORY, "memory", 1)                                                                                             \
    X(IO, "io", 1)                                                                                                     \
    X(SYNTAX, "syntax", 1)     /* text that does not follow its format */                                              \
    X(RANGE, "range", 1)       /* a value outside what is allowed */                                                   \
    X(MISSING, "missing", 1)   /* something named does not exist */                                                    \
    X(CONFLICT, "conflict", 1) /* contradicts what is already there */                                                 \
    X(BUSY, "busy", 1)         /* another process holds it: try again */                                               \
    X(SCHEMA, "schema", 1)     /* not our file, or of a newer version */                                               \
    X(NUMERIC, "numeric", 1)   /* NaN, infinity, singular */                                                           \
    X(STOPPED, "stopped", 1)   /* cancelled by the user */                                                             \
    X(USAGE, "usage", 2)       /* the command line is wrong */

enum err_kind {
#define X(id, name, status) ERR_##id,
    ERR_KINDS(X)
#undef X
};

struct err {
    enum err_kind kind;
    int code; /* errno or the library's number, 0 when there is none */
    char text[480];
};

/* Fill `e`; always false, so that `return err_set(e, ...)` reads well. `e` may be NULL. */
bool err_set(struct err *e, enum err_kind kind, const char *fmt, ...) PRINTF(3, 4);
/* Put "context: " in front of the text of an error; always false. */
bool err_context(struct err *e, const char *fmt, ...) PRINTF(2, 3);
/* err_set with the kind chosen from errno and ": <strerror>" appended; always false. */
bool err_errno(struct err *e, const char *fmt, ...) PRINTF(2, 3);

const char *err_name(enum err_kind kind);
int err_exit_status(enum err_kind kind);

/* A broken promise of ours: prints file:line to stderr and aborts, after `bug_hook` (set by the terminal, which
 * restores the screen). */
#define BUG(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)
extern void (*bug_hook)(void);
_Noreturn void bug_at(const char *file, int line, const char *fmt, ...) PRINTF(3, 4);

#endif
