/* A head on thumbs: figures with intervals, as text and as JSON. */
#ifndef ASSAY_APP_EVALUATE_THUMBS_H
#define ASSAY_APP_EVALUATE_THUMBS_H

#include "app/evaluate.h"
#include "core/metric_thumbs.h"

struct thumbs_evaluation {
    bool zero;              /* a reward of 0 parts up from down; otherwise only the order of rewards means something */
    struct metric_thumbs m; /* n = 0: there are none */
    struct metric_thumbs_intervals interval; /* 95 %, bootstrap over prompts */
};

/* Is the head's reward over its temperature the log-odds of a thumb up? True for those that were fitted to thumbs. */
bool evaluate_has_zero(const struct head *h);
/* Rewards over the temperature on the thumbs which[0 .. n-1] (indices into d->thumbs; mismatched ones are left out).
 * Weights are for training and are not used here. */
MUST_CHECK bool evaluate_thumbs(const struct data *d, const double *rewards, const struct head *h, const size_t *which,
                                size_t n, const struct evaluate_opts *o, struct thumbs_evaluation *out,
                                struct err *err);

/* The member "thumbs", nothing when there are none. */
void thumbs_evaluation_json(const struct thumbs_evaluation *v, struct json_writer *w);
/* A head line and one row a call. */
void thumbs_evaluation_heading(struct buf *out);
void thumbs_evaluation_row(const char *name, const struct thumbs_evaluation *v, struct buf *out);

#endif
