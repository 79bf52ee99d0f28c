/* What a head's own uncertainty (core/interval.h) means for answers and for pairs. */
#ifndef ASSAY_APP_UNCERTAINTY_H
#define ASSAY_APP_UNCERTAINTY_H

#include "app/evaluate.h"
#include "core/base/json_writer.h"
#include "core/interval.h"

/* 95 % intervals of the rewards of all rows; the caller frees *out, which is NULL when the head does not know. */
MUST_CHECK bool uncertainty_of_rows(const struct head *h, const struct embeddings *e, const double *rewards,
                                    struct interval **out, struct err *err);

/* 95 % intervals of the probabilities of pairs. */
struct uncertainty {
    enum interval_kind kind; /* INTERVAL_NONE: the head does not know; the rest is 0 */
    size_t n, members;       /* pairs; heads of an ensemble, or 0 */
    double mean_width;
    double undecided;           /* share of the pairs whose interval holds 1/2 */
    struct evaluation averaged; /* figures of probabilities averaged over what the head does not know (laplace_margin
                                   with the interval's standard deviation); with an isotonic map n = 0 */
};
/* Of the pairs which[0 .. n-1] (indices into d->pairs), through the map. */
MUST_CHECK bool uncertainty_of_pairs(const struct head *h, const struct data *d, const double *rewards,
                                     const struct calibration *map, const size_t *which, size_t n,
                                     const struct evaluate_opts *o, struct uncertainty *out, struct err *err);

/* A member "uncertainty", and two lines of text; nothing when the head does not know. */
void uncertainty_json(const struct uncertainty *u, struct json_writer *w);
void uncertainty_text(const struct uncertainty *u, struct buf *out);

#endif
