/* Who is given what: the rules of the hand-out, read from the settings and from what is asked of a person.
 *
 *   overlap        so many people judge each comparison
 *   escalation     HelpSteer2 (arXiv:2406.08673, 2.1) has three people rate, and two more where their helpfulness
 *                  differs by more than 2: here one more, and then another, for as long as no three of those who
 *                  judged agree. Three agree when their helpfulness of each response differs by at most 2 and no
 *                  two of them prefer different responses
 *   skip quorum    what so many people skipped or flagged is given to nobody else
 *   control share  comparisons whose id is below a bound are given to everybody: the same ones in every copy of a
 *                  workspace, and a share of what is imported later, too
 *   gold           see store/gold.h
 *   repeats        a share of what a person judged comes again, as a comparison of its own that is reserved for them,
 *                  with the sides swapped. It is retired from birth, so that no label, export or count sees it
 *   quota, wants   of a person: so many comparisons, in all or a day; only of some sources, languages, splits, subsets,
 *                  tags
 *
 * How many people a comparison waits for is kept in it (`wanted`) where it is not the overlap. */
#ifndef ASSAY_STORE_HANDOUT_H
#define ASSAY_STORE_HANDOUT_H

#include "core/base/arena.h"
#include "core/base/rng.h"
#include "store/judgement.h"

/* Kind, key in JSON: what is asked of a person, as lists of names: {"source":["a"],"split":["train"]}. A tag is one of
 * either response. */
#define WANTS(X) X(SOURCE, "source") X(LANGUAGE, "language") X(SPLIT, "split") X(SUBSET, "subset") X(TAG, "tag")
enum want {
#define X(id, key) WANT_##id,
    WANTS(X)
#undef X
        WANT_KINDS
};
const char *want_key(enum want w);

struct limits {
    int64_t quota;     /* comparisons to be handled at most; -1: no limit */
    const char *wants; /* JSON; NULL: any */
    int64_t per_day;   /* comparisons to be handled at most between one midnight and the next; 0: no limit */
};
MUST_CHECK bool limits_get(struct db *db, int64_t annotator, struct arena *a, struct limits *out, struct err *err);
/* Set them and write down who did. ERR_USAGE when `wants` is not such JSON. */
MUST_CHECK bool limits_set(struct db *db, int64_t annotator, const struct limits *l, const char *who, struct err *err);

/* By name: those of whom something is asked, or (annotator not 0) one of them; `handled` in all and `today`. The row is
 * borrowed for the call. */
struct limits_row {
    const char *name;
    struct limits limits;
    const char *wants[WANT_KINDS]; /* of limits.wants: names, a line end before and after each; NULL: any */
    int64_t handled, today;
};
MUST_CHECK bool limits_each(struct db *db, int64_t annotator, void (*each)(void *ctx, const struct limits_row *row),
                            void *ctx, struct err *err);

/* Do no three (or both, of two) of these judgements agree, as above? Only people's of kind judged count. */
bool handout_disagree(const struct judgement *j, size_t n);

/* The rules for one annotator, now. Strings live in the arena given. */
struct handout {
    int64_t annotator, now, overlap, lease_ms;
    unsigned char control[17]; /* ids below are of control comparisons */
    size_t control_n;
    const char *wants[WANT_KINDS]; /* names between line ends; NULL: any */
    int64_t quota;                 /* -1: no limit */
    int64_t per_day;               /* 0: no limit */
};
MUST_CHECK bool handout_read(struct db *db, int64_t annotator, struct arena *a, struct handout *h, struct err *err);

/* Inside a transaction of the caller: how many people a comparison waits for, after a person judged, skipped, flagged
 * or withdrew. */
MUST_CHECK bool handout_settle(struct db *db, int64_t comparison, struct err *err);
/* Make a comparison that repeats an earlier one, when the share is due; *comparison is 0 when none is. */
MUST_CHECK bool handout_repeat(struct db *db, const struct handout *h, struct rng *rng, int64_t *comparison,
                               struct err *err);
/* SHA-256 of "assay:repeat:1", the id of what is repeated, and the name of the person, the first 128 bits. */
struct id handout_repeat_id(const struct id *original, const char *name);

#endif
