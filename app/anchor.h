/* Another head that a Bradley-Terry head starts from (HelpSteer2-Preference, arXiv:2410.01257: a regression head first,
 * then pairs). As the fit has one optimum, from where it starts would not matter: the other head stays as a second
 * penalty, (mu/2) |w - anchor|^2, or is the point from which the fitted head is extrapolated (core/blend.h), or both.
 * It comes from a file, or is fitted first: least squares on the training ratings of one attribute. A temperature makes
 * log-odds of its differences: the one of the least log-loss on the training pairs, each judged by a fit to the other
 * folds' ratings (5 folds by prompt), for a fit flatters the answers that it saw. */
#ifndef ASSAY_APP_ANCHOR_H
#define ASSAY_APP_ANCHOR_H

#include "app/data.h"
#include "app/part.h"
#include "core/base/json_writer.h"

struct anchor {
    double *w; /* d: what the other head's log-odds are made of; NULL: there is none */
    size_t d;
    double mu;
    bool expo, search; /* extrapolate; by a factor that is searched */
    double factor;
    char sha256[SHA256_HEX_SIZE]; /* of the other head's file */
    bool from;                    /* it is fitted first; by anchor_fit, which sets what follows */
    const char *wish;             /* the attribute that was asked for, or NULL */
    char *attribute;              /* whose ratings it was fitted to */
    double temperature;
};
#define ANCHOR_MAX_FACTOR 4.0

/* Rows of an option table that anchor_read understands. */
#define ANCHOR_OPTIONS                                                                                                 \
    {"anchor", 0, "HEAD", "bt: another head, for --mu and --expo", false},                                             \
        {"from", 0, "KIND", "bt: the other head is fitted first: regression, on the ratings of --reward", false},      \
        {"mu", 0, "MU", "bt: add the penalty (mu/2)|w - anchor|^2", false},                                            \
    {                                                                                                                  \
        "expo", 0, "FACTOR", "bt: anchor + FACTOR (w - anchor); `search` finds it on held-out pairs", false            \
    }

/* Free with anchor_free, also after a failure. */
MUST_CHECK bool anchor_read(const struct args *args, struct anchor *a, struct err *err);
void anchor_free(struct anchor *a);
/* Fit it when it is to be fitted first. ERR_MISSING when there are no ratings to train on; errors of ridge_fit. */
MUST_CHECK bool anchor_fit(struct anchor *a, const struct data *d, double l2, uint64_t seed, const struct part *pairs,
                           const struct part *ratings, struct err *err);
/* ERR_CONFLICT when the columns are not those of d, ERR_USAGE when there is nothing held out to search on. */
MUST_CHECK bool anchor_fits(const struct anchor *a, const struct data *d, size_t n_held, struct err *err);
/* Extrapolate w (d) when that was asked for; a searched factor is kept in a->factor. */
void anchor_extrapolate(struct anchor *a, const struct data *d, const size_t *held, size_t n_held, double *w);

/* Members of the settings, nothing without an anchor; and a line of text. */
void anchor_json(const struct anchor *a, struct json_writer *w);
void anchor_text(const struct anchor *a, struct buf *out);

#endif
