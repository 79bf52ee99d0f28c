/* Searching a workspace: comparisons that pass a filter (store/where.h), in the order in which they came in, a page at
 * a time by key. What an index can answer is asked of it: phrases, a source, an annotator, what was skipped, flagged or
 * retired. The rest is tried one by one, and only so many a call, so that nobody waits: a page may be short or empty
 * though there is more to find. Comparisons that repeat another one are never found; retired ones only by a filter that
 * speaks of them. */
#ifndef ASSAY_STORE_BROWSE_H
#define ASSAY_STORE_BROWSE_H

#include "store/where.h"

struct browse;

/* Read a query; an empty one finds all in work. ERR_USAGE with the column. Lives in `a`. */
MUST_CHECK bool browse_parse(const char *query, struct arena *a, struct browse **out, struct err *err);
/* Is there what it asks for? See where_check. */
MUST_CHECK bool browse_check(struct db *db, const struct browse *b, struct err *err);
/* Does it ask for words? Then the index of them must catch up first (store/words.h). */
bool browse_has_words(const struct browse *b);

struct browse_page {
    int64_t *comparisons; /* ascending; memory of the caller, room for `limit` */
    size_t n;
    int64_t reached; /* all up to this key were looked at: where the next page begins */
    bool end;        /* there is nothing behind it */
};
/* The first `limit` behind the key `after` (0: from the start), of at most `tries` candidates. */
MUST_CHECK bool browse_next(struct db *db, const struct browse *b, int64_t after, size_t limit, size_t tries,
                            struct browse_page *page, struct err *err);

/* What a list shows of one. */
struct browse_row {
    int64_t comparison;
    char id[ID_HEX_SIZE];
    const char *source;
    const char *asked; /* the last message of a user, whole */
    int64_t people, judged, skipped, flagged;
    bool retired, reviewed;
    struct label label; /* "best": review before people before sources */
};
/* Strings live in `a`; out->comparison is 0 when there is none. */
MUST_CHECK bool browse_get(struct db *db, int64_t comparison, struct arena *a, struct browse_row *out, struct err *err);

/* "open", "judged", "skipped", "flagged", "reviewed", "retired": the strongest that holds. */
const char *browse_state(const struct browse_row *r);

#endif
