/* One side of a comparison, as it is written on the command line:
 *
 *   KIND[:OPTION=VALUE,...]   a head to be fitted: the options of `train` that make it another head, as in
 *                             bt:loss=scaled,l2=0.1
 *   FILE.safetensors          a head that is finished
 *   --scores NAME=FILE        any other judge, by the scores that it gave (core/scores.h)
 *
 * A piece without "=" that is no switch belongs to the value before it: attributes=helpfulness,correctness. */
#ifndef ASSAY_APP_CONTENDER_H
#define ASSAY_APP_CONTENDER_H

#include "app/provenance.h"
#include "app/train.h"
#include "core/compare.h"

struct contender {
    char *name; /* what was written, safe to show */
    bool finished;
    bool scored;          /* finished, and no head: its rewards are scores */
    const char *path;     /* finished: the file */
    struct head head;     /* finished and not scored */
    struct scores scores; /* scored */
    struct train_opts o;  /* to be fitted; its labels are the comparison's */
    struct args args;     /* what o was read from */
    VEC(char *) words;    /* what args points into */
    bool own_scale;       /* differences of its rewards are meant as log-odds */
    double *raw;          /* differences of rewards on the pairs that are compared */
    double *z;            /* the same as the head's own map makes them, or, without a scale, as `at` */
    double *at;           /* raw / a temperature fitted to pairs of other folds */
    double temperature;   /* the mean of those */
    size_t fits, unconverged;
    double least_l2, largest_l2; /* of the fits: they differ where a fit chooses its own */
    double seconds;
    struct compare_head as_is, scaled; /* measures of z and of at */
};

/* Read TEXT; `common` holds options of `compare` that go to every fit (seed, threads, memory, ...). Errors name the
 * text. Free with contender_free, also after a failure. */
MUST_CHECK bool contender_read(struct contender *c, const char *text, const struct args *common, struct err *err);
/* The same of NAME=FILE of --scores. */
MUST_CHECK bool contender_read_scores(struct contender *c, const char *text, struct err *err);
void contender_free(struct contender *c);
/* The rewards of rows as a scored one has them; the caller frees them. Every score must be of a row (ERR_MISSING names
 * one that is not), not every row need have one: it is NaN then. */
MUST_CHECK bool contender_scores(const struct contender *c, const struct embeddings *e, double **rewards,
                                 struct err *err);
/* What data it needs: enum data_need. */
unsigned contender_need(const struct contender *c);

#endif
