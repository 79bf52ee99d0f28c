/* What happened to one comparison, and why its label is what it is: where it came from, which side was drawn for whom,
 * every judgement with all of its revisions, and what was done to it since. */
#ifndef ASSAY_STORE_HISTORY_H
#define ASSAY_STORE_HISTORY_H

#include "store/label.h"

/* What a judgement does for the label ("best": review before people before sources). id, word, meaning */
#define HISTORY_STANDINGS(X)                                                                                           \
    X(COUNTS, "counts", "goes into the label")                                                                         \
    X(REPLACED, "replaced", "the same annotator said something newer")                                                 \
    X(SILENT, "says nothing", "skipped, flagged or withdrawn")                                                         \
    X(OUTRANKED, "outranked", "people stand above sources, review above people")                                       \
    X(PART, "part", "one voice of an aggregate that counts in its place")
enum history_standing {
#define X(id, word, meaning) HISTORY_##id,
    HISTORY_STANDINGS(X)
#undef X
};
const char *history_standing_word(enum history_standing s);
const char *history_standing_meaning(enum history_standing s);

struct history_entry {
    int64_t at; /* ms */
    const char *who, *what;
    const char *detail;             /* JSON of the audit trail, or NULL */
    const struct judgement *said;   /* NULL: no judgement */
    enum history_standing standing; /* of the judgement */
    int of;                         /* 0: of the comparison; 1, 2: of that response alone */
};

struct history {
    int64_t comparison; /* 0: there is no such comparison, and nothing else is set */
    char id[ID_HEX_SIZE], response_id[2][ID_HEX_SIZE];
    const char *source;
    const char *split, *subset, *principle; /* NULL: none */
    int64_t created, retired;               /* ms; retired 0: in work */
    const char *retired_why;                /* NULL: nobody said */
    int64_t people, wanted;                 /* who handled it, how many are to; wanted -1: as many as the overlap */
    char repeats[ID_HEX_SIZE];              /* which one it gives again, "": none */
    const char *reserved;                   /* to whom alone; NULL: everybody */
    struct label label;                     /* also of a retired one, which no export holds */
    const struct history_entry *entries;    /* oldest first */
    size_t n;
};

/* All of one moment. Strings live in `a`. */
MUST_CHECK bool history_load(struct db *db, int64_t comparison, struct arena *a, struct history *out, struct err *err);

#endif
