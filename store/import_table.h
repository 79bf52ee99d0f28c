/* A table (CSV, TSV) on its way in: a head line that names the columns, then a comparison or an answer a row. Each row
 * becomes the text of a record: of our own format `judgements`, by the fields below; or, when the columns are named as
 * the fields of a format are whose files are tables, an object of texts for the reader of that.
 *
 * Columns are found by their names, whatever their case; --map COLUMN=FIELD,... says it where names do not, and
 * COLUMN=- leaves one out. NAME stands for an attribute of the current rubric. A table has a prompt, and with it
 * response_1 and response_2, or chosen and rejected, or response. */
#ifndef ASSAY_STORE_IMPORT_TABLE_H
#define ASSAY_STORE_IMPORT_TABLE_H

#include "core/base/lines.h"
#include "store/import_format.h"

/* id, field, other names of its column */
#define IMPORT_FIELDS(X)                                                                                               \
    X(PROMPT, "prompt", "question instruction input query")                                                            \
    X(SYSTEM, "system", "system_prompt")                                                                               \
    X(RESPONSE_1, "response_1", "response1 response_a answer_1 answer_a completion_1 completion_a output_1 output_a")  \
    X(RESPONSE_2, "response_2", "response2 response_b answer_2 answer_b completion_2 completion_b output_2 output_b")  \
    X(CHOSEN, "chosen", "chosen_response preferred_output")                                                            \
    X(REJECTED, "rejected", "rejected_response non_preferred_output")                                                  \
    X(RESPONSE, "response", "answer completion output")                                                                \
    X(PREFERENCE, "preference", "preference_strength overall_preference") /* -3 to 3, negative: the first is better */ \
    X(WINNER, "winner", "better choice") /* 1, 2, A, B, response_1, response_2, model_a, model_b, tie, neither */      \
    X(STRENGTH, "strength", "")          /* 1 to 3: how much better the chosen one is */                               \
    X(NEITHER, "neither", "")            /* neither is valid: a number above 0, true, yes */                           \
    X(SOURCE, "source", "")                                                                                            \
    X(SPLIT, "split", "")                                                                                              \
    X(SUBSET, "subset", "")                                                                                            \
    X(LANGUAGE, "language", "lang")                                                                                    \
    X(MODEL_1, "model_1", "model_a chosen_model")                                                                      \
    X(MODEL_2, "model_2", "model_b rejected_model")                                                                    \
    X(MODEL, "model", "")                                                                                              \
    X(ANNOTATOR, "annotator", "annotator_id rater worker")                                                             \
    X(JUSTIFICATION, "justification", "reason reasoning rationale explanation")

struct import_table;

/* Could this first line of a file be the head of a table? It is no JSON, and two of its cells name fields. */
bool import_table_is_head(const char *line, size_t n);

/* Reads the head. mark: ',' or '\t', 0: found out. plain: a format whose fields the columns are; NULL: found out, from
 * `formats` (n) and the fields above. *out is the caller's, also after a failure (NULL then). ERR_USAGE, naming the
 * columns, when they cannot be told. */
struct import_table_options {
    char mark;
    const char *map; /* "a=prompt,b=chosen"; NULL */
    const struct import_format *plain, *const *formats;
    size_t n;
};
MUST_CHECK bool import_table_open(struct import *im, struct lines *lines, const struct import_table_options *o,
                                  struct import_table **out, struct err *err);
void import_table_close(struct import_table *t);
/* Whose records the rows are. */
const struct import_format *import_table_format(const struct import_table *t);
/* "question as prompt, a as chosen; not read: note" */
const char *import_table_columns(const struct import_table *t);
/* The row as it stands, for the head of a file of refused rows. */
struct json_text import_table_head(const struct import_table *t);

/* A row: as the text of a record, and as it stands. Borrowed until the next call. */
struct import_row {
    struct json_text record, raw; /* raw.ptr NULL: there are no more */
    long line;
    const char *fault; /* why it is refused; NULL: it is not */
};
MUST_CHECK bool import_table_next(struct import_table *t, struct import_row *row, struct err *err);

#endif
