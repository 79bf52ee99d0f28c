/* Fit a head to data: which examples are trained on, the fit, and how good it is on them and on those held out. */
#ifndef ASSAY_APP_TRAIN_H
#define ASSAY_APP_TRAIN_H

#include "app/anchor.h"
#include "app/data.h"
#include "app/evaluate.h"
#include "core/base/progress.h"
#include "core/bt.h"
#include "core/head.h"
#include "core/ridge.h"

enum train_kind { TRAIN_BT, TRAIN_REGRESSION };

struct train_opts {
    enum train_kind kind;
    double l2;
    double holdout;    /* share of the examples that is held out, by prompt; negative: HOLDOUT_SHARE unless the data is
                          marked with splits */
    const char *split; /* examples marked so, instead of those marked train or unmarked; NULL */
    uint64_t seed;
    size_t bins, max_iterations;
    int threads;
    size_t memory;          /* bytes of differences that may be kept */
    const char *attributes; /* regression: comma-separated; NULL: all */
    const char *reward;     /* regression: the attribute that is the reward; NULL: helpfulness or the first */
    struct bt_model model;  /* bt: which of the family */
    struct anchor anchor;   /* bt: another head it is drawn to, or is extrapolated from */
    enum labels_soft soft;  /* how the data was loaded: for the record */
};
#define TRAIN_HOLDOUT_SHARE 0.2
#define TRAIN_L2            1e-3

struct training {
    struct head head;
    double holdout;                 /* share that was used */
    size_t *fit_pairs, *held_pairs; /* indices into data.pairs */
    size_t n_fit, n_held;
    size_t n_fit_ratings, n_held_ratings;
    struct bt_info bt;        /* kind bt */
    struct ties ties;         /* kind bt with ties: the fitted thresholds */
    struct anchor anchor;     /* kind bt: that of the options (not owned) with the factor that was found */
    struct ridge_info *ridge; /* kind regression: one an attribute */
    struct metric_ratings *ratings_train, *ratings_held; /* kind regression: one an attribute */
    struct evaluation train, held;                       /* on pairs; n = 0 when there are none */
    double floor, held_floor;    /* mean entropy of the labels: no head has a lower log-loss on them */
    double objective, grad_norm; /* for regression the sums over attributes, the largest gradient */
    size_t iterations, passes;   /* passes over the data */
    bool converged;
    const char *stop;
    double seconds;
};

/* Which pairs of `d` a head with these settings is fitted to and which are held out. Also used by `eval` to find the
 * held-out pairs of a head again. The arrays are the caller's. */
void train_choose_pairs(const struct data *d, const char *split, double holdout, uint64_t seed, size_t **fit,
                        size_t *n_fit, size_t **held, size_t *n_held);
/* The share that `holdout` < 0 stands for. */
double train_holdout(const struct data *d, double holdout);

/* Free with train_free, also after a failure. */
MUST_CHECK bool train_head(const struct data *d, const struct train_opts *o, struct training *t,
                           const struct progress *progress, struct err *err);
void train_free(struct training *t);

/* Settings as JSON, the same bytes for the same settings: what the head file and the run record. */
void train_settings_json(const struct train_opts *o, const struct training *t, struct buf *out);
/* Digests of what went in. */
void train_inputs_json(const struct data *d, struct buf *out);
/* "train" and "holdout" objects, without times. */
void train_metrics_json(const struct training *t, struct buf *out);

#endif
