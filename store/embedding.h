/* Embedding sets: what is known of a matrix file, and which of its rows is which response or prompt. */
#ifndef ASSAY_STORE_EMBEDDING_H
#define ASSAY_STORE_EMBEDDING_H

#include "core/base/arena.h"
#include "store/db.h"

#include <stddef.h>

struct embedding_set {
    int64_t row;
    const char *name;     /* unique in the workspace */
    const char *provider; /* "lexical", "file", … */
    const char *recipe;   /* JSON: the settings that made it */
    const char *path;     /* FILE or FILE:tensor, absolute */
    const char *sha256;   /* of the file */
    int64_t n, d;         /* rows and columns */
    int64_t mapped;       /* rows that belong to a response of this workspace */
    int64_t prompts;      /* rows that are prompts of it */
    int64_t probes;       /* rows that are probes of such a prompt (core/probe.h) */
    int64_t created;
};

/* Put a set in (row and created are set). ids[i] (32 hex digits) is the response or prompt of row i, n of them, or
 * "probe:NAME:" before such an id; NULL entries and ids that are nothing here have none. A set of the same name is
 * replaced. ERR_MISSING when no id is a response here. */
MUST_CHECK bool embedding_set_put(struct db *db, struct embedding_set *set, const char *const *ids, struct err *err);
/* Strings live in `a`; *found false when there is none of that name. name NULL: the newest. */
MUST_CHECK bool embedding_set_get(struct db *db, const char *name, struct arena *a, struct embedding_set *out,
                                  bool *found, struct err *err);
MUST_CHECK bool embedding_set_list(struct db *db, struct arena *a, struct embedding_set **out, size_t *n,
                                   struct err *err);
/* Each row of a response, in ascending order. */
MUST_CHECK bool embedding_set_each(struct db *db, int64_t set,
                                   bool (*each)(void *ctx, int64_t response, const char *id, int64_t row), void *ctx,
                                   struct err *err);
/* The rows of the two responses of a comparison, in stored order; -1: it has none. */
MUST_CHECK bool embedding_set_pair(struct db *db, int64_t set, int64_t comparison, int64_t rows[2], struct err *err);
/* Each row of a prompt, in ascending order. */
MUST_CHECK bool embedding_set_each_prompt(struct db *db, int64_t set,
                                          bool (*each)(void *ctx, int64_t prompt, const char *id, int64_t row),
                                          void *ctx, struct err *err);
/* Each row of a probe, in ascending order, with its whole id. */
MUST_CHECK bool embedding_set_each_probe(struct db *db, int64_t set,
                                         bool (*each)(void *ctx, int64_t prompt, const char *id, int64_t row),
                                         void *ctx, struct err *err);
/* Each row of a response, in ascending order, with the prompt that it answers. */
MUST_CHECK bool embedding_set_each_asked(struct db *db, int64_t set,
                                         bool (*each)(void *ctx, int64_t prompt, const char *id, int64_t row),
                                         void *ctx, struct err *err);
/* Each row of a response or probe whose prompt has a row, in ascending order. */
MUST_CHECK bool embedding_set_each_link(struct db *db, int64_t set,
                                        bool (*each)(void *ctx, int64_t row, int64_t prompt_row), void *ctx,
                                        struct err *err);
/* Each row of a response, in ascending order: characters of its text, and its language (NULL: not known), borrowed for
 * the call. All texts are read for it. */
MUST_CHECK bool embedding_set_each_text(struct db *db, int64_t set,
                                        void (*each)(void *ctx, int64_t row, int64_t characters, const char *language),
                                        void *ctx, struct err *err);

#endif
