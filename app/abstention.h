/* A section of `eval`: selective prediction. How many errors are left when the head answers only the pairs it is
 * surest of, by each confidence there is; from which confidence on a wanted error rate can be promised. */
#ifndef ASSAY_APP_ABSTENTION_H
#define ASSAY_APP_ABSTENTION_H

#include "app/threshold.h"
#include "core/sdm.h"
#include "core/selective.h"

/* id, key, what pairs are ordered by */
#define ABSTENTIONS(X)                                                                                                 \
    X(PLAIN, "plain", "the probability that the head says")                                                            \
    X(CALIBRATED, "calibrated", "the same through its calibration map")                                                \
    X(AVERAGED, "averaged", "the probability averaged over what the head does not know")                               \
    X(SDM, "sdm", "similarity, distance, magnitude")
enum abstention_kind {
#define X(id, key, text) ABSTENTION_##id,
    ABSTENTIONS(X)
#undef X
        ABSTENTION_KINDS
};
const char *abstention_key(enum abstention_kind k);

enum { ABSTENTION_POINTS = 100, SDM_FOLDS = 5 };
#define ABSTENTION_ALPHA 0.95 /* of the region of high reliability */

/* One confidence. */
struct abstention_row {
    enum abstention_kind kind;
    struct selective s;
    size_t points; /* of the risk-coverage curve */
    double coverage[ABSTENTION_POINTS], risk[ABSTENTION_POINTS];
};

/* Pairs in a region of high reliability. */
struct abstention_region {
    size_t pairs;
    double right;                    /* share of those that are; undefined when there are none */
    struct metric_interval interval; /* Jeffreys */
};

/* What SDM says beside its row. */
struct abstention_sdm {
    const char *absent; /* NULL: it was made */
    size_t support;     /* training pairs */
    size_t calibration; /* pairs marked so; 0: thresholds and distances come from the other folds of these pairs */
    size_t folds, with_region; /* thresholds that were sought, and found: 1 of 1 with calibration pairs */
    double dissimilar;         /* share of the pairs with q = 0 */
    struct abstention_region region, cautious; /* the latter: by sdm_be_cautious */
};

struct abstention {
    const char *absent;
    size_t n_rows;
    struct abstention_row *rows;            /* the plain one first */
    bool wanted;                            /* an error rate was given */
    const char *no_promise;                 /* why none can be made of these pairs; NULL: see below */
    struct selective_promise promise;       /* by the margin without a map */
    bool one_map;                           /* for all pairs; otherwise no probability stands for a margin */
    double probability;                     /* that the margin promise.above says, through the map */
    struct threshold threshold;             /* that the head's file holds */
    size_t beyond;                          /* pairs whose margin is larger */
    double beyond_wrong;                    /* share of those; 0 when there are none */
    struct metric_interval beyond_interval; /* Jeffreys */
    bool with_sdm;                          /* it was asked for */
    struct abstention_sdm sdm;
};

MUST_CHECK bool abstention_of(const struct judged *j, struct abstention *out, struct err *err);
/* "selective" */
void abstention_json(const struct abstention *s, struct json_writer *w);
void abstention_text(const struct abstention *s, const struct judged *j, struct buf *out);
void abstention_free(struct abstention *s);

/* For abstention.c: log-odds of sdm of each pair of j, and what there is to tell. */
MUST_CHECK bool abstention_sdm_of(const struct judged *j, double *margin, struct abstention_sdm *out, struct err *err);

#endif
