/* Heads on the same pairs, none of which any of them was fitted to: by folds, or on pairs set apart.
 *
 *   folds            every fold of the pairs (whole prompts) is judged by heads fitted to the others; ratings go with
 * the prompt of their answer split = NAME     pairs marked test or calibration are judged by heads fitted to what is
 * marked train or unmarked split = holdout  the pairs that a finished head's fit held out are judged by it and by heads
 * fitted to the rest
 *
 * A head that is not fitted to pairs (regression) gives differences of rewards that are no log-odds: it gets a
 * temperature, fitted to the pairs of the other folds as judged above, never to its own. How much of a difference is
 * mere scale is seen when all heads get one: `at` of a contender. Without folds the judged pairs are parted into
 * CROSS_FOLDS for that. */
#ifndef ASSAY_APP_COMPARISON_H
#define ASSAY_APP_COMPARISON_H

#include "app/contender.h"

enum { CROSS_FOLDS = 5 };

struct comparison_opts {
    size_t folds;      /* 2 or more; 0 with a split */
    const char *split; /* test, calibration, holdout, or NULL */
    uint64_t seed;     /* of folds and bootstrap */
    size_t bins, resamples;
    size_t baseline; /* which contender */
    int threads;
};

struct comparison {
    const struct data *d;
    const struct comparison_opts *o;
    struct contender *heads;
    size_t n_heads;
    size_t n, *which;   /* pairs that are judged: indices into d->pairs */
    size_t *fold;       /* n: of the temperatures, and with folds of the fits */
    size_t folds;       /* of `fold` */
    size_t rounds;      /* fits of a head: folds, or 1 */
    uint64_t *key;      /* n */
    double *p;          /* n */
    const char *unsure; /* name of a finished head of which it cannot be told whether it knows the pairs, or NULL */
};

/* The parts that the members of x are given by: d, o, heads. ERR_CONFLICT when a finished head was fitted to the pairs.
 * Free with comparison_free, also after a failure; contenders are the caller's. */
MUST_CHECK bool comparison_run(struct comparison *x, const struct progress *progress, struct err *err);
void comparison_free(struct comparison *x);

enum comparison_format { COMPARISON_TEXT, COMPARISON_MARKDOWN };
void comparison_text(const struct comparison *x, enum comparison_format format, struct buf *out);
void comparison_json(const struct comparison *x, struct buf *out);
/* Members of the settings of the run. */
void comparison_settings_json(const struct comparison *x, struct json_writer *w);

#endif
