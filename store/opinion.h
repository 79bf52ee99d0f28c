/* What everybody said, one judgement at a time: for agreement and aggregation. The latest judgements of comparisons in
 * work; those of repeats are told apart. */
#ifndef ASSAY_STORE_OPINION_H
#define ASSAY_STORE_OPINION_H

#include "core/base/digest.h"
#include "store/judgement.h"

struct opinion_row {
    char comparison_id[ID_HEX_SIZE], response_id[2][ID_HEX_SIZE];
    const char *annotator, *source;
    bool has_preference, neither;
    int preference; /* -3 ... 3, negative: first is better */
    int a_is;
    double seconds; /* NaN: not known */
    int64_t created, length[2];
    const struct rating *ratings;
    size_t n_ratings;
    const struct aspect *aspects; /* of both together, in stored order */
    size_t n_aspects;
};
/* In the order of the comparisons, then of names. people: those of persons; else the single voices behind imported
 * aggregates. The row is borrowed for the call. */
MUST_CHECK bool opinion_each(struct db *db, bool people, void (*each)(void *ctx, const struct opinion_row *row),
                             void *ctx, struct err *err);

/* The same person on the same two answers twice, in stored order. */
struct opinion_repeat {
    const char *annotator;
    int first, again;
};
MUST_CHECK bool opinion_each_repeat(struct db *db, void (*each)(void *ctx, const struct opinion_repeat *row), void *ctx,
                                    struct err *err);

#endif
