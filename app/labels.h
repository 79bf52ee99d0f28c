/* What a label of the workspace is as a training pair: which answer is the better one, how sure that is, and how much
 * better.
 *
 *   hard       the side of the mean preference, probability 1; a comparison without a side is left out
 *   share      the share of the votes; a preference of 0 is half a vote for each
 *   smoothed   (k + 1/2) / (n + 1) for k of n votes: never sure
 *   magnitude  1/2 + mean / 6: how strong the preferences are, not only their side
 *
 * Who says that neither answer is valid does not vote. Soft labels keep comparisons without a side: they say 1/2.
 *
 * The label of a method (app/aggregated.h) has the side that it chose, or none; hard ones weigh as much as the method
 * is sure of them, soft ones have its probability in place of the share. */
#ifndef ASSAY_APP_LABELS_H
#define ASSAY_APP_LABELS_H

#include "core/base/err.h"
#include "core/head.h"
#include "store/label.h"

/* id, name, sentence */
#define LABELS_SOFT(X)                                                                                                 \
    X(HARD, "hard", "the better answer, surely")                                                                       \
    X(SHARE, "share", "the share of the votes")                                                                        \
    X(SMOOTHED, "smoothed", "(k + 1/2) / (n + 1) for k of n votes")                                                    \
    X(MAGNITUDE, "magnitude", "1/2 + mean preference / 6")
enum labels_soft {
#define X(id, name, text) LABELS_##id,
    LABELS_SOFT(X)
#undef X
};
/* NULL-terminated. */
extern const char *const labels_soft_names[];

struct labels_wish {
    enum labels_soft soft;
    bool ties;             /* comparisons of strength 0 are ties, not left out and not sides */
    bool single_ratings;   /* ratings of every judgement by itself, not the mean of an answer's */
    const char *aggregate; /* one of aggregated_words; NULL: as the workspace says */
};

struct labels_pair {
    bool first_wins;
    double p;     /* that the side which wins is right */
    int strength; /* 0: a tie */
    double weight;
};
/* False: the comparison is left out, as it has no side. */
bool labels_pair_of(const struct label *l, const struct labels_wish *wish, struct labels_pair *out);

/* How the labels were made that a head was fitted to, from its settings. */
MUST_CHECK bool labels_of_head(const struct head *h, struct labels_wish *wish, struct err *err);

#endif
