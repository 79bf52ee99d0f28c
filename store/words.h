/* The index of words over the texts of comparisons and the reasons that judgements give. What is in a workspace never
 * changes, so the index only ever has to catch up with what came since: whoever searches does that first, a slice at a
 * time. An import leaves it alone. Words of scripts without blanks (Han, kana) are indexed character by character and
 * found as phrases. */
#ifndef ASSAY_STORE_WORDS_H
#define ASSAY_STORE_WORDS_H

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/json.h"
#include "store/db.h"

enum { WORDS_SLICE = 256 }; /* so many comparisons take a fraction of a second at most */

/* How many comparisons and judgements are not in it yet. */
MUST_CHECK bool words_left(struct db *db, int64_t *left, struct err *err);
/* Take in at most `slice` of each, in one transaction; *left are to do then. */
MUST_CHECK bool words_catch_up(struct db *db, int64_t slice, int64_t *left, struct err *err);

/* The expression that finds one phrase (a last "*": words that begin so), appended behind what stands in `out`. */
void words_phrase(const char *text, size_t n, struct buf *out);
/* Are the phrases in the texts of a comparison, or in the reason of a latest judgement of it? Either may be NULL. */
MUST_CHECK bool words_match(struct db *db, int64_t comparison, const char *in_texts, const char *in_said, bool *yes,
                            struct err *err);
/* Documents of judgements by comparison: [comparison << WORDS_SHIFT, that + WORDS_PER). */
enum { WORDS_SHIFT = 20, WORDS_PER = 1 << WORDS_SHIFT };

#endif
