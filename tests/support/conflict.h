/* Groups of people who value some things alike and one thing oppositely, drawn from a seed: a small twin of the
 * project's synthetic preference data with known truth.
 *
 * Answers are x = s z, z standard normal, s falling from 1 to 1/cond. There are `values` directions W_k; group 0 values
 * all of them, group g > 0 the same but value g - 1 at (1 - 2 conflict): at conflict 1 it wants the opposite there. The
 * utility of a group is scaled so that margins of random pairs have standard deviation `margin`; its people prefer a
 * with probability sigma(utility(a) - utility(b)). What the groups share is the mean of their utilities: at conflict 1
 * the values in dispute cancel in it. */
#ifndef ASSAY_TESTS_SUPPORT_CONFLICT_H
#define ASSAY_TESTS_SUPPORT_CONFLICT_H

#include "core/embedding.h"
#include "core/pairs.h"

enum { CONFLICT_GROUPS = 4 };

struct conflict_opts {
    size_t groups, pairs[CONFLICT_GROUPS]; /* training pairs of each group */
    size_t tests;                          /* pairs to test on, of nobody */
    size_t d, values;
    double conflict, margin, cond;
    uint64_t seed;
};

struct conflict {
    size_t groups, n, tests, d;
    float *rows; /* answers of pair i, of n + tests, are rows 2i and 2i + 1 */
    struct embeddings e;
    struct pair *pairs; /* n + tests; group is set in the first n; the tests' chosen is row 2i */
    size_t *of;         /* n: the group */
    double *utility;    /* groups x d */
    double *shared;     /* d */
};

void conflict_draw(struct conflict *c, const struct conflict_opts *o);
void conflict_free(struct conflict *c);
/* Margin of pair i for a linear head or utility u (d). */
double conflict_margin(const struct conflict *c, size_t i, const double *u);

#endif
