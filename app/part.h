/* Which examples a head is fitted to and which are held out: by prompt, so that none stands on both sides. */
#ifndef ASSAY_APP_PART_H
#define ASSAY_APP_PART_H

#include "app/data.h"

/* Indices into data.pairs.pairs, data.ratings.rows or data.thumbs.thumbs. */
struct part {
    size_t *fit, *held;
    size_t n_fit, n_held;
};
#define PART_HOLDOUT 0.2

/* Examples marked `split` (NULL: train, and what is not marked), a share `holdout` of which is held out. The same data,
 * share and seed give the same parts: `eval` finds the held-out pairs of a head again by them. */
void part_pairs(const struct data *d, const char *split, double holdout, uint64_t seed, struct part *p);
void part_ratings(const struct data *d, const char *split, double holdout, uint64_t seed, struct part *p);
/* Put the rated rows of prompts that stand in the pairs onto the side of those: shares are drawn of examples, so the
 * two drawings can differ by a prompt, and a head would be judged on answers whose ratings it saw. */
void part_align(const struct data *d, const struct part *pairs, struct part *ratings);
/* Of the n examples `use` alone, which index the keys. */
void part_of(const uint64_t *keys, const size_t *use, size_t n, double holdout, uint64_t seed, struct part *p);
/* Rated rows beside a part of the pairs: those marked train or unmarked; those of prompts that `pairs` holds out are
 * held out. */
void part_ratings_beside(const struct data *d, const struct part *pairs, struct part *p);
/* A thumb goes where the pairs go that share its key; among those with no pair of theirs a share is held out. */
void part_thumbs(const struct data *d, const char *split, double holdout, uint64_t seed, const struct part *pairs,
                 struct part *p);
/* Folds by prompt of what is fitted: of the pairs, then of the rated rows, n_fit numbers each. The caller frees them.
 */
size_t *part_folds(const struct data *d, const struct part *pairs, const struct part *ratings, size_t folds,
                   uint64_t seed);
/* What is fitted of the rated rows but for a fold of them (fold: of the rated rows); nothing is held out. */
void part_without(const struct part *ratings, const size_t *fold, size_t left_out, struct part *p);
void part_free(struct part *p);

/* The share that `holdout` < 0 stands for: none when the data is marked with splits, otherwise PART_HOLDOUT. */
double part_share(const struct data *d, double holdout);

#endif
