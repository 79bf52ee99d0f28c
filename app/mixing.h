/* From the outputs of a head on ratings to its reward: one of them, weights that are given or published or fitted on
 * the training pairs, and attributes freed from their correlation with verbosity (core/mix.h).
 *
 * All of it is linear, so it goes into the head's mix and leaves the outputs what they are, predictions of ratings: r'
 * = r B for the matrix B of the decorrelation, and mix . r' = (B mix) . r. */
#ifndef ASSAY_APP_MIXING_H
#define ASSAY_APP_MIXING_H

#include "app/data.h"
#include "app/train.h"
#include "core/base/json_writer.h"
#include "core/head.h"
#include "core/mix.h"
#include "core/rated.h"

/* Rows of an option table that mixing_read understands, and their names. */
#define MIXING_OPTIONS                                                                                                 \
    {"reward", 0, "ATTRIBUTE", "of ratings: the attribute that is the reward (default helpfulness)", false},           \
        {"mix", 0, "WEIGHTS",                                                                                          \
         "of ratings: the reward is A=W,B=W,...; rubric: its weights; nemotron; fitted on the pairs; or positive: "    \
         "so, and none below 0",                                                                                       \
         false},                                                                                                       \
    {                                                                                                                  \
        "decorrelate", 0, "ATTRIBUTE", "of ratings: free the others of this one, as verbosity (ArmoRM's rule)", false  \
    }
#define MIXING_NAMES "reward", "mix", "decorrelate"
#define MIXING_L2    1e-4 /* of fitted weights: enough for a finite optimum */
#define MIXING_FOLDS 5

struct mixing_opts {
    const char *reward, *mix, *decorrelate; /* NULL: not given */
};
/* ERR_USAGE for --reward and --mix together, and for --mix rubric when the outputs are no ratings as they are. */
MUST_CHECK bool mixing_read(const struct args *args, struct mixing_opts *o, struct err *err);

/* What was found out. */
struct mixing {
    size_t k;
    double *weights; /* k: of the outputs, freed ones when they were freed */
    bool fitted;
    struct bt_info info;              /* of fitted weights */
    size_t from;                      /* the attribute that others were freed from, or SIZE_MAX */
    double *penalty, *before, *after; /* k: of the decorrelation */
};

/* Set t->head.mix. By "rubric" the reward is the score of the workspace's rubric (store/criteria.h, without its vetoes)
 * but for a constant. The reference set of the decorrelation are both answers of the training pairs, or without pairs
 * the rated ones. Weights are fitted to outputs as they would be found out of answers that were not rated: those of a
 * pair come from a head fitted to the ratings of the other folds of prompts (stacked generalization, Wolpert 1992), for
 * outputs flatter the ratings that they saw. `plain`: the options of t's kind without those read by mixing_read; by
 * them the heads of the folds are fitted. ERR_USAGE for what names no attribute of the head, ERR_MISSING for weights to
 * fit without pairs and for a rubric that weighs nothing; errors of core/mix.h. Free with mixing_free, also after a
 * failure. */
MUST_CHECK bool mixing_apply(const struct mixing_opts *o, const struct data *d, const struct train_opts *plain,
                             struct training *t, const struct rated *rated, struct mixing *m,
                             const struct progress *progress, struct err *err);
void mixing_free(struct mixing *m);

/* Members of the settings, and lines of text; nothing for one output that is the reward. */
void mixing_json(const struct mixing_opts *o, const struct mixing *m, const struct head *h, struct json_writer *w);
void mixing_text(const struct mixing_opts *o, const struct mixing *m, const struct head *h, struct buf *out);

#endif
