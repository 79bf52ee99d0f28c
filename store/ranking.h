/* Rankings: several answers to one prompt, put in order as one piece of work (assets/sql/schema/0011_ranking.sql).
 *
 * A ranking is a set of comparisons, one for each two of its answers, so that agreement, labels, exports and training
 * need to know nothing of it. One comparison leads: the one of the two answers whose ids come first, the same in every
 * copy of a workspace. It alone is handed out, with one lease, one draft, one line of steps; a submit gives every
 * comparison a judgement.
 *
 * When the current rubric ranks, a prompt becomes a ranking the moment one of its comparisons comes up: it needs 3 to
 * ANSWERS_MOST answers in work that people are asked about. Once it is one it stays one. Reviewers decide on single
 * comparisons and see no rankings.
 *
 * What the judgements of a ranking say: which of the two is better, from their places (store/places.h); each rating
 * and each marked passage stands in one of the judgements, always the same, and so counts once; the justification in
 * all of them, mentions turned into @A and @B of the two, others into words; the time shared evenly. `extra` holds
 *     {"ranking":{"answers":4,"places":[1,3]}}              places in stored order; 0: not placed
 * and, of the one that leads, the words as they were written: "because", with "letters":["ID of A", ...].
 *
 * Everything here runs inside a transaction of the caller. */
#ifndef ASSAY_STORE_RANKING_H
#define ASSAY_STORE_RANKING_H

#include "core/base/arena.h"
#include "core/base/rng.h"
#include "store/judgement.h"
#include "store/places.h"

enum { RANKING_PAIRS_MOST = ANSWERS_MOST * (ANSWERS_MOST - 1) / 2 };

struct ranked_answer {
    int64_t row; /* of the response */
    struct id id;
    struct json_text text;
};

/* Two of the answers, as shown: first < second. */
struct ranked_pair {
    int first, second;
    int64_t comparison;
    int a_is;        /* the stored response that is `first`, 1 or 2 */
    int64_t rows[2]; /* the responses in stored order */
};

/* A ranking as one annotator sees it. */
struct ranking {
    int64_t lead;
    int n;
    struct ranked_answer answer[ANSWERS_MOST]; /* as shown: A, B, C, ... */
    int n_pairs;
    struct ranked_pair pair[RANKING_PAIRS_MOST]; /* the one that leads comes first */
};

/* Does the current rubric rank? */
MUST_CHECK bool ranking_asked(struct db *db, bool *ranks, struct err *err);
/* What this person works on when they come to `comparison`: the one that leads its ranking, which is made now if the
 * rubric ranks and the prompt has the answers for it; else `comparison` itself. */
MUST_CHECK bool ranking_item(struct db *db, int64_t annotator, int64_t *comparison, struct err *err);
/* The comparisons that are one piece of work with this one, it comes first: those of its ranking, which is made now if
 * the rubric ranks and the prompt has the answers for it; else it alone. *n is at least 1. */
MUST_CHECK bool ranking_whole(struct db *db, int64_t comparison, int64_t out[RANKING_PAIRS_MOST], size_t *n,
                              struct err *err);
/* The one that leads the ranking of a comparison, for this person; 0: it is in none, or they are no person. */
MUST_CHECK bool ranking_lead(struct db *db, int64_t annotator, int64_t comparison, int64_t *lead, struct err *err);
/* Draw the order of the answers, unless it is drawn; answers that came later stand behind the others. */
MUST_CHECK bool ranking_draw(struct db *db, int64_t annotator, int64_t lead, struct rng *rng, struct err *err);
/* Read it; the order must have been drawn. Texts live in `a`. */
MUST_CHECK bool ranking_read(struct db *db, int64_t annotator, int64_t lead, struct arena *a, struct ranking *out,
                             struct err *err);

/* What the latest judgements of this annotator say, as a draft; *out has been through draft_init. */
MUST_CHECK bool ranking_said(struct db *db, int64_t annotator, const struct ranking *k, const struct rubric *r,
                             struct draft *out, struct err *err);
/* What a draft says of one of the pairs: a draft of two, and `extra` of its judgement. Both are the caller's to free.
 */
void ranking_pair_draft(const struct ranking *k, size_t pair, const struct draft *d, const struct rubric *r,
                        struct draft *out, struct buf *extra);

/* As handout_settle, for all comparisons of a ranking: they wait for as many people as the one that waits for most. */
MUST_CHECK bool ranking_settle(struct db *db, int64_t lead, struct err *err);
/* After a comparison went out of work, or came back: if it stands in a ranking, the right one of those in work leads;
 * when none is in work, of all. */
MUST_CHECK bool ranking_relead(struct db *db, int64_t comparison, struct err *err);
/* Of every prompt that has one: one ranking, of all answers that stand in it, and the right one leading. After a merge.
 */
MUST_CHECK bool ranking_mend(struct db *db, int64_t prompt, struct err *err);

#endif
