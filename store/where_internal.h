/* A filter from inside: where.c reads it, where_pass.c asks it, browse.c looks for what an index can answer. */
#ifndef ASSAY_STORE_WHERE_INTERNAL_H
#define ASSAY_STORE_WHERE_INTERNAL_H

#include "store/where.h"

/* How a field is compared, and what of the comparison it needs. */
enum where_type { WHERE_TEXT, WHERE_NUMBER, WHERE_STATE, WHERE_PHRASE };

/* id, name, type, looks at judgements; a state may have a name behind it: "skipped:ada" */
#define WHERE_FIELDS(X)                                                                                                \
    X(SOURCE, "source", WHERE_TEXT, false)                                                                             \
    X(SPLIT, "split", WHERE_TEXT, false)                                                                               \
    X(SUBSET, "subset", WHERE_TEXT, false)                                                                             \
    X(LANGUAGE, "language", WHERE_TEXT, false)                                                                         \
    X(ANNOTATOR, "annotator", WHERE_TEXT, true)                                                                        \
    X(SKIPPED, "skipped", WHERE_STATE, true)                                                                           \
    X(FLAGGED, "flagged", WHERE_STATE, true)                                                                           \
    X(FAILED, "failed", WHERE_STATE, true)                                                                             \
    X(STRENGTH, "strength", WHERE_NUMBER, true)                                                                        \
    X(PREFERENCE, "preference", WHERE_NUMBER, true)                                                                    \
    X(JUDGEMENTS, "judgements", WHERE_NUMBER, true)                                                                    \
    X(NEITHER, "neither", WHERE_NUMBER, true)                                                                          \
    X(CONFIDENCE, "confidence", WHERE_NUMBER, true)                                                                    \
    X(SECONDS, "seconds", WHERE_NUMBER, true)                                                                          \
    X(RATING, "rating", WHERE_NUMBER, true)                                                                            \
    X(ASPECT, "aspect", WHERE_NUMBER, true)                                                                            \
    X(PROMPT, "prompt", WHERE_PHRASE, false)                                                                           \
    X(ANSWER, "answer", WHERE_PHRASE, false)                                                                           \
    X(BECAUSE, "because", WHERE_PHRASE, false)                                                                         \
    X(RETIRED, "retired", WHERE_STATE, false)                                                                          \
    X(WORDS, "", WHERE_PHRASE, false) /* phrases without a field */
enum where_field {
#define X(id, name, type, judgements) FIELD_##id,
    WHERE_FIELDS(X)
#undef X
        N_WHERE_FIELDS
};

enum where_op { OP_NE, OP_LE, OP_GE, OP_EQ, OP_LT, OP_GT };

struct where {
    enum { WHERE_ALL, WHERE_ANY, WHERE_NOT, WHERE_TEST } kind;
    const struct where *left, *right; /* NOT: left */
    enum where_field field;
    enum where_op op;
    const char *attribute; /* of a rating or an aspect */
    const char *text;      /* STATE: a name, or NULL for anyone */
    double number;
    /* PHRASE: expressions of the index of words; NULL: not looked for there. */
    const char *in_texts, *in_said;
};

/* Does any test of it look at judgements, or at this field? */
bool where_needs_judgements(const struct where *w);
bool where_mentions(const struct where *w, enum where_field field);

#endif
