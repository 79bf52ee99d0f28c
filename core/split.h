/* Which examples are trained on, calibrated on, tested on. */
#ifndef ASSAY_CORE_SPLIT_H
#define ASSAY_CORE_SPLIT_H

#include "core/base/err.h"

#include <stddef.h>
#include <stdint.h>

/* id, name in files */
#define SPLITS(X) X(NONE, "") X(TRAIN, "train") X(CALIBRATION, "calibration") X(TEST, "test")
enum split {
#define X(id, name) SPLIT_##id, /* SPLIT_NONE: not marked */
    SPLITS(X)
#undef X
};

const char *split_name(enum split s);
/* False when there is no split of that name. */
bool split_parse(const char *text, size_t n, enum split *out);

/* Hold out about `fraction` (0 to 1) of n items such that items with equal keys stay together: whole keys are drawn in
 * an order that depends on the seed and the key alone until the fraction is reached; never all keys when there are two
 * or more and fraction < 1, never none when fraction > 0. held[i] is set to true or false. */
void split_holdout(const uint64_t *keys, size_t n, double fraction, uint64_t seed, bool *held);

/* fold[i]: the fold 0 .. folds-1 of item i, by key, in an order that depends on the seed; sizes as equal as whole keys
 * allow. */
void split_folds(const uint64_t *keys, size_t n, size_t folds, uint64_t seed, size_t *fold);

/* group[i]: the number of the key of item i, from 0 in ascending order of the keys; returns how many keys there are.
 * keys NULL: every item by itself. */
size_t split_groups(const uint64_t *keys, size_t n, size_t *group);

/* Keys for n pairs of rows: pairs get the same key when a chain of shared rows connects them, so that no text stands on
 * both sides of a split. a, b: rows below n_rows. The key is the smallest row of the component. */
void split_components(const size_t *a, const size_t *b, size_t n, size_t n_rows, uint64_t *keys);

#endif
