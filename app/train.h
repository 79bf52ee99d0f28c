/* Fit a head to data: which examples are trained on, the fit, and how good it is on them and on those held out. What
 * differs from one kind of head to the next stands behind `struct kind`. */
#ifndef ASSAY_APP_TRAIN_H
#define ASSAY_APP_TRAIN_H

#include "app/evaluate_thumbs.h"
#include "app/kind.h"
#include "app/part.h"
#include "app/warm.h"
#include "core/bt.h"
#include "core/descent.h"
#include "core/metric_ratings.h"

struct train_opts {
    const struct kind *kind;
    void *own;     /* what kind->read made of the kind's own options, or NULL */
    unsigned need; /* enum data_need: the kind's, and what its options ask for */
    bool sees_all; /* set by a kind whose fit ends with an error when a number that it reads is not finite */
    double l2;
    double holdout;    /* share of the examples that is held out, by prompt; negative: see part_share */
    const char *split; /* examples marked so, instead of those marked train or unmarked; NULL */
    uint64_t seed;
    size_t bins, max_iterations;
    int threads;
    size_t memory;           /* bytes of differences that may be kept */
    struct warm warm;        /* where the fit starts */
    struct labels_wish wish; /* how labels of the workspace become pairs */
};
#define TRAIN_L2 1e-3

/* The options of `train`, for its command and for `compare`. */
extern const struct option_spec train_options[];
/* Read them; free with train_opts_free, also after a failure. */
MUST_CHECK bool train_read(const struct args *args, struct train_opts *o, struct err *err);
void train_opts_free(struct train_opts *o);

struct training {
    struct head head;
    void *own; /* what else kind->fit found out, or NULL */
    const struct kind *kind;
    double l2;           /* that was used: of the options, unless the fit chose another */
    double holdout;      /* share that was used */
    struct part pairs;   /* what was fitted and what was held out */
    struct part ratings; /* the same of the rated rows; empty for kinds that do not need ratings */
    struct metric_ratings *ratings_train, *ratings_held;  /* one an objective, or NULL: set by kinds that fit ratings */
    struct thumbs_evaluation *thumbs_train, *thumbs_held; /* or NULL: set by kinds that fit thumbs */
    struct evaluation train, held;                        /* on pairs; n = 0 when there are none */
    size_t equal_pairs;       /* of those fitted: both answers have the same embedding, so no head tells them apart */
    double floor, held_floor; /* mean entropy of the labels: no head has a lower log-loss on them */
    double objective, grad_norm; /* for several fits the sum and the largest */
    size_t iterations, passes;   /* passes over the data; 0: not counted */
    bool converged;
    bool stationary; /* not converged, for the loss is not convex: as good an end as such a loss has */
    const char *stop;
    bool interrupted; /* set by who asked it to stop */
    double seconds;
};

/* Free with train_free, also after a failure. */
MUST_CHECK bool train_head(const struct data *d, const struct train_opts *o, struct training *t,
                           const struct progress *progress, struct err *err);
/* The same on parts that the caller chose; they become the training's. */
MUST_CHECK bool train_on(const struct data *d, const struct train_opts *o, struct part *pairs, struct part *ratings,
                         struct training *t, const struct progress *progress, struct err *err);
/* The same without the figures on pairs. */
MUST_CHECK bool train_fit(const struct data *d, const struct train_opts *o, struct part *pairs, struct part *ratings,
                          struct training *t, const struct progress *progress, struct err *err);
void train_free(struct training *t);

/* For kinds. ERR_MISSING when no pair is left to train on. */
MUST_CHECK bool train_has_pairs(const struct data *d, const struct training *t, struct err *err);
/* How a fit of a (mostly) convex head ended, and one of nets. */
void train_ended(struct training *t, const struct bt_info *info);
void train_descended(struct training *t, const struct descent_info *info);

/* Settings as JSON, the same bytes for the same settings: what the head file and the run record. */
void train_settings_json(const struct train_opts *o, const struct training *t, struct buf *out);
/* Digests of what went in. */
void train_inputs_json(const struct data *d, struct buf *out);
/* How the fit ended. */
void train_fit_json(const struct training *t, struct buf *out);
/* "train" and "holdout" objects, without times. */
void train_metrics_json(const struct training *t, struct buf *out);

#endif
