/* What stands beside one fit of a Bradley-Terry head: its penalty chosen by cross-validation, and heads fitted to
 * resampled prompts, which say how far its rewards may be off. Both are many fits from the same readings of the data
 * (core/many.h); with ties, centring, the channel or an anchor they are fits one after the other (core/singly.h).
 * Whole prompts are folds and draws: none stands on both sides, none is drawn in part. */
#ifndef ASSAY_APP_SELECT_H
#define ASSAY_APP_SELECT_H

#include "app/anchor.h"
#include "app/train.h"
#include "core/bt.h"
#include "core/choose.h"
#include "core/singly.h"

/* Rows of train_options, and their names for the list of a kind. */
#define SELECT_OPTIONS                                                                                                 \
    {"l2-path", 0, "PATH",                                                                                             \
     "bt, regression, ordinal, joint: choose the penalty by cross-validation: FROM:TO:NUMBER, or a list", false},      \
        {"folds", 0, "K",                                                                                              \
         "of the cross-validation, by prompt; gated: attributes of a pair come from the other folds (default 5)",      \
         false},                                                                                                       \
        {"rule", 0, "RULE", "which penalty: best, or 1se: the largest within a standard error (default best)", false}, \
    {                                                                                                                  \
        "bootstrap", 0, "B", "bt, regression, joint: also fit B heads to resampled prompts, for intervals of rewards", \
            false                                                                                                      \
    }
#define SELECT_PATH_NAMES "l2-path", "folds", "rule"
#define SELECT_NAMES      SELECT_PATH_NAMES, "bootstrap"

/* What was asked for. */
struct select {
    double *l2; /* ascending, or NULL: no path */
    size_t n_l2, folds;
    enum choose_rule rule;
    size_t draws; /* 0: no bootstrap */
};
/* ERR_USAGE also for --l2 beside --l2-path, and --folds or --rule without it. */
MUST_CHECK bool select_read(const struct args *args, struct select *s, struct err *err);
void select_free(struct select *s);
/* A penalty of the path on the pairs that its heads have not seen. */
struct select_row {
    double l2;
    struct choose_score nll; /* unweighted, its error over folds: of Bradley-Terry, or of a likelihood of ties */
    double accuracy, ece;
};
/* What came out. */
struct selection {
    struct select_row *rows; /* n_rows; NULL without a path */
    size_t n_rows, folds;    /* folds: as many as asked for, or as there are prompts */
    struct choice choice;
    size_t chosen;              /* row */
    double *start;              /* d: between the heads of the chosen penalty, to begin the final fit with */
    size_t steps;               /* that each of those heads has made */
    size_t draws;               /* 0 without a bootstrap */
    size_t fits, converged;     /* of the cross-validation */
    size_t draws_converged;     /* of the bootstrap */
    size_t passes, draw_passes; /* readings of the data */
    bool singly, draws_singly;  /* fitted one after the other: readings are of the pairs of one head */
    bool ties;                  /* nll is of a likelihood of ties */
};
/* A fit to more than pairs, of t->ratings.fit (m rows): those of the fold that a column leaves out it must not use, and
 * of a column's draw as often as that says. */
struct select_own {
    struct singly_fit fit;
    const size_t *rating_fold;    /* m, while select_penalty runs; else NULL */
    const uint8_t *rating_counts; /* draws x m, while select_bootstrap runs; else NULL */
    double *bias;                 /* draws: out, the intercept of the draw's head */
};
/* What is fitted. */
struct select_model {
    const struct bt_model *model;
    const struct anchor *anchor; /* fitted already; w NULL: there is none */
    struct select_own *own;      /* NULL: pairs alone */
};
/* Cross-validation on t->pairs.fit. An anchor that is fitted first is fitted anew without each fold, to ratings and
 * pairs of the other prompts. When `progress` says stop, the choice is by the heads as they are then, and a fit
 * from `start` that stops at once gives the best head so far. ERR_MISSING when the pairs are of one prompt; ERR_RANGE
 * when all ties, or all pairs of a strength, are in one fold: they have no likelihood by the heads of the others. */
MUST_CHECK bool select_penalty(const struct select *s, const struct select_model *m, const struct data *d,
                               const struct train_opts *o, const struct training *t, struct selection *out,
                               const struct progress *progress, struct err *err);
/* Bootstrap of the fitted t->head at penalty t->l2; the heads become its tensor "ensemble.weight". The anchor is the
 * same for all, and what extrapolates the head extrapolates each of them.
 * ERR_STOPPED: heads that are not fitted to their end would tell wrong intervals. */
MUST_CHECK bool select_bootstrap(const struct select *s, const struct select_model *m, const struct data *d,
                                 const struct train_opts *o, struct training *t, struct selection *out,
                                 const struct progress *progress, struct err *err);
void selection_free(struct selection *x);

/* Members of the settings; members of the result; a line and a table. Nothing for what was not asked for. */
void select_settings_json(const struct select *s, struct json_writer *w);
void selection_json(const struct selection *x, struct json_writer *w);
/* Into the metadata "selection" of a head's file. */
void selection_describe(const struct selection *x, struct head *h);
void selection_text(const struct select *s, const struct selection *x, struct buf *out);

#endif
