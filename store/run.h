/* Runs: fits and evaluations, with what went in and what came out. */
#ifndef ASSAY_STORE_RUN_H
#define ASSAY_STORE_RUN_H

#include "core/base/arena.h"
#include "store/db.h"

#include <stddef.h>

struct run {
    int64_t row;
    const char *kind;         /* "train" or "eval" */
    const char *settings;     /* JSON */
    const char *inputs;       /* JSON: digests */
    const char *results;      /* JSON */
    const char *model;        /* path of the head file, from the workspace's folder unless absolute; or NULL */
    const char *model_sha256; /* or NULL */
    uint64_t seed;
    int64_t created;
};

/* Sets row and created. */
MUST_CHECK bool run_insert(struct db *db, struct run *run, struct err *err);
/* Newest first, at most `limit` (0: all); strings live in `a`. */
MUST_CHECK bool run_list(struct db *db, int64_t limit, struct arena *a, struct run **out, size_t *n, struct err *err);

#endif
