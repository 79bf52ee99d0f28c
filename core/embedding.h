/* Embeddings: one or several matrices with the same number of columns, their rows numbered through, and optional row
 * ids. */
#ifndef ASSAY_CORE_EMBEDDING_H
#define ASSAY_CORE_EMBEDDING_H

#include "core/base/hasher.h"
#include "core/names.h"
#include "core/tensor.h"

struct embedding_part {
    struct tensor t;
    char *name;                   /* for errors: the file */
    size_t first;                 /* number of its first row */
    bool is_file;                 /* mapped by embeddings_add */
    char digest[SHA256_HEX_SIZE]; /* "" until it was asked for */
};

/* A row and the number in prompt_ids of its prompt. */
struct embedding_link {
    size_t row, prompt;
};

struct embeddings {
    const char *noun; /* what errors call them: "embeddings", or "scores" (core/scores.h) */
    size_t n, d;      /* rows of all parts, columns */
    VEC(struct embedding_part) parts;
    struct names ids;
    VEC(size_t) row_of_id;      /* by number in ids */
    VEC(size_t) id_of_row;      /* number in ids or NAMES_NONE */
    VEC(long) line_of_id;       /* where an id came from, 0 = memory */
    VEC(char *) ids_files;      /* per part; NULL when it has none */
    VEC(size_t) prompt_of_row;  /* empty, or one a row: see embeddings_prompt */
    VEC(int64_t) length_of_row; /* empty, or one a row: see embeddings_length */
    struct names prompt_ids;    /* of prompts that ids files name, until embeddings_link_prompts */
    VEC(struct embedding_link) links;
    bool keeps_prompt_ids;        /* set by who wants embeddings_prompt_id before files are added */
    VEC(size_t) prompt_id_of_row; /* empty, or one a row: number in prompt_ids or NAMES_NONE */
    struct hasher *hasher;        /* at work on the digests of the parts; NULL before embeddings_hash */
    struct hasher_block *hashed;
};

void embeddings_init(struct embeddings *e);
void embeddings_close(struct embeddings *e);

/* Map a matrix (see tensor_open) and, when ids_path is not NULL, read its ids: one a line, or one JSON object with "id"
 * a line, and perhaps the id of the prompt that the row answers, as "prompt_id" or "prompt" (where it may also be its
 * text: what is no id of a row says nothing), and its length: "length", or a text, "response", "text" or "content",
 * that is counted. Refuses another number of columns than the parts before, another number of ids than rows, and an id
 * met before (naming both places). On failure `e` may hold part of it and is only good for embeddings_close. */
MUST_CHECK bool embeddings_add(struct embeddings *e, const char *path, const char *ids_path, struct err *err);
/* Take over `t` (closed by embeddings_close, also on failure). ids: t->rows terminated strings, copied; NULL for none.
 * `name` names it in errors. */
MUST_CHECK bool embeddings_add_tensor(struct embeddings *e, struct tensor *t, const char *name, const char *const *ids,
                                      struct err *err);
/* The same with ids that stand in `ids` already, row i's as number i; they are taken over (ids is empty then). e is
 * empty. */
MUST_CHECK bool embeddings_add_named(struct embeddings *e, struct tensor *t, const char *name, struct names *ids,
                                     struct err *err);
/* Ids for all rows of part `part`, which has none so far. */
MUST_CHECK bool embeddings_set_ids(struct embeddings *e, size_t part, const char *const *ids, struct err *err);

/* The row of an id; false when there is none of that name. */
bool embeddings_find(const struct embeddings *e, const char *id, size_t len, size_t *row);
/* NULL when the row has no id. */
const char *embeddings_id(const struct embeddings *e, size_t row);
/* The row of the prompt that an answer's row belongs to. */
#define EMBEDDINGS_NO_PROMPT       SIZE_MAX
#define EMBEDDINGS_SEVERAL_PROMPTS (SIZE_MAX - 1)
size_t embeddings_prompt(const struct embeddings *e, size_t row);
/* Say so; said again of another prompt, it is EMBEDDINGS_SEVERAL_PROMPTS from then on. */
void embeddings_set_prompt(struct embeddings *e, size_t row, size_t prompt);
/* Characters (code points) of the text that the row was made from; -1 when not known. */
int64_t embeddings_length(const struct embeddings *e, size_t row);
void embeddings_set_length(struct embeddings *e, size_t row, int64_t length);
/* The id (or text) of the prompt that a row answers, whether or not that has a row; NULL when not known, or when
 * keeps_prompt_ids was not set. */
const char *embeddings_prompt_id(const struct embeddings *e, size_t row);
void embeddings_set_prompt_id(struct embeddings *e, size_t row, const char *id);
/* Find the prompts that ids files named, once all files are there. */
void embeddings_link_prompts(struct embeddings *e);

/* The row as it lies in memory, see tensor_row. */
const void *embeddings_row(const struct embeddings *e, size_t row, enum tensor_type *type);
/* out: d values; row < n. */
void embeddings_row_f32(const struct embeddings *e, size_t row, float *out);
void embeddings_row_f64(const struct embeddings *e, size_t row, double *out);
/* Are some rows in float64? float32 holds all others as they are. */
bool embeddings_has_doubles(const struct embeddings *e);
/* The row will be read soon: have it brought into the cache. */
void embeddings_fetch(const struct embeddings *e, size_t row);
/* Do two rows hold the same numbers? */
bool embeddings_equal(const struct embeddings *e, size_t a, size_t b);
/* ERR_NUMERIC "file: row N (id ...) holds NaN or infinity" at the first bad row. Every number is looked at, by
 * `threads` threads. */
MUST_CHECK bool embeddings_check_finite(const struct embeddings *e, int threads, struct err *err);

/* Begin to make the digests of all parts, on a thread of its own, while they are used. No part is added after it. */
void embeddings_hash(struct embeddings *e);
/* SHA-256 of the part's file, or of its values as float64 when it came from memory: made now, or waited for. */
const char *embeddings_part_digest(struct embeddings *e, size_t part);
/* SHA-256 over the digests of the parts, in order. */
void embeddings_digest(struct embeddings *e, char out[SHA256_HEX_SIZE]);

#endif
