/* Run a program and keep what it says; folders that go away again. */
#ifndef ASSAY_TESTS_SUPPORT_PROGRAM_H
#define ASSAY_TESTS_SUPPORT_PROGRAM_H

#include "core/base/buf.h"

struct program {
    int status; /* exit status, or 128 + signal */
    struct buf out, err;
};

/* argv ends with NULL; argv[0] is a path. env: NULL-terminated "NAME=value" on top of a clean environment (HOME and
 * XDG_CONFIG_HOME point into cwd, UTF-8 locale, TERM=dumb). stdin_text NULL: no input. Aborts the test when the program
 * cannot be started. */
struct program program_run(const char *const *argv, const char *const *env, const char *cwd, const char *stdin_text);
void program_free(struct program *p);
/* The environment program_run starts with, for tests that fork by themselves; cwd as above. The caller frees the list
 * and its strings. */
char **program_environment(const char *const *env, const char *cwd);

/* In a child: a program started now ends of what ends one that a person starts, also where the tests themselves run in
 * the background or under nohup and inherited signals that are ignored. */
void program_reset_signals(void);

/* The assay under test: $ASSAY_BIN. */
const char *program_assay(void);
/* The folder of the tests' sources: $ASSAY_TESTS, else "tests". */
const char *program_tests(void);
/* Third-party data, or NULL when it is not here: $ASSAY_DATA, else ../shared/data. */
const char *program_data(void);

/* A new empty folder below $TMPDIR; removed with all it holds by temp_remove, which also frees the name. */
char *temp_make(void);
void temp_remove(char *folder);

/* A whole file; false when it cannot be read. */
bool file_read(const char *path, struct buf *out);
void file_write(const char *path, const char *text);

#endif
