/* A head on pairs: figures with intervals, over all and by group, as text and as JSON. */
#ifndef ASSAY_APP_EVALUATE_H
#define ASSAY_APP_EVALUATE_H

#include "app/data.h"
#include "core/base/json_writer.h"
#include "core/head.h"
#include "core/metric.h"

struct evaluation {
    struct metric m;
    struct metric_intervals interval; /* 95 %, bootstrap over prompts */
};

struct evaluate_opts {
    size_t bins;      /* 0: METRIC_BINS */
    size_t resamples; /* 0: METRIC's default */
    uint64_t seed;
    bool hard; /* count every pair as won by its chosen side: p is left out */
};

/* Rewards of all rows; the caller frees them. Of a gated head, rows whose prompt has no row (prompts themselves) or
 * that answer several have none: NaN, which evaluate_pairs refuses with ERR_MISSING. NULL and `err` when memory is
 * short or the columns do not fit the head. */
double *evaluate_rewards(const struct head *h, const struct embeddings *e, struct err *err);
/* Differences of rewards through the map on the pairs which[0 .. n-1] (indices into d->pairs). Weights are for training
 * and are not used here. */
MUST_CHECK bool evaluate_pairs(const struct data *d, const double *rewards, const struct calibration *map,
                               const size_t *which, size_t n, const struct evaluate_opts *o, struct evaluation *out,
                               struct err *err);
/* ERR_MISSING when an answer of the pairs has no reward (NaN). */
MUST_CHECK bool evaluate_known(const struct data *d, const double *rewards, const size_t *which, size_t n,
                               struct err *err);

/* "key": [lo, hi] */
void evaluation_interval_json(struct json_writer *w, const char *key, struct metric_interval i);
/* "n", "accuracy", "nll", "brier", "ece", ..., "intervals": the members of an object that the caller opened. */
void evaluation_json(const struct evaluation *v, struct json_writer *w);
/* One row of a table of figures. What is not known is NaN. */
struct evaluation_line {
    const char *name; /* any text */
    char mark;        /* before the name; 0: none */
    size_t n;
    double accuracy, nll, brier, ece;
    struct metric_interval accuracy_interval, nll_interval, ece_interval;
};
struct evaluation_line evaluation_line_of(const char *name, const struct evaluation *v);

/* Four decimals, never of "-0.0000"; of what is larger than 1e4 four digits, of what is smaller than 1e-2 too unless
 * `level` says that differences of 1e-4 do not matter. Returns out. */
enum { EVALUATION_NUMBER = 24 };
const char *evaluation_number(double x, bool level, char out[EVALUATION_NUMBER]);

/* "0.712 (0.680-0.744)", in percent "71.2 % (68.0-74.4)"; "-" when there is no value, and no interval when it is not
 * known. At most EVALUATION_CELL columns if none is negative: beside a minus sign a hyphen
 * cannot be read, so then it is "-0.100 (-0.300 to 0.100)". The signed one is for tables of figures that may be
 * negative: it always says "to". */
enum { EVALUATION_CELL = 21, EVALUATION_SIGNED_CELL = 25 };
void evaluation_signed_cell(double value, struct metric_interval i, struct buf *out);
void evaluation_cell(double value, struct metric_interval i, bool percent, struct buf *out);

/* A name of any text at the head of a row, filled up to so many columns, two more for the mark. One too long for them
 * gets a line of its own: a cut one may be that of another row, too. */
void evaluation_name(const char *name, char mark, size_t columns, struct buf *out);

/* A head line, one row a call, and what the intervals are; at most 100 columns. */
void evaluation_heading(struct buf *out);
void evaluation_line(const struct evaluation_line *l, struct buf *out);
void evaluation_row(const char *name, const struct evaluation *v, struct buf *out); /* both of the above */
void evaluation_footnote(struct buf *out);

#endif
