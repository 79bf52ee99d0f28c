/* Which pairs a Bradley-Terry fit listens to: the clear ones more, those that another head is unsure of less (both
 * core/weigh.h), or every label as far as those who gave it can be believed (core/crowd.h). What comes out is the same
 * data with other weights or probabilities, so everything else a fit can do still works. */
#ifndef ASSAY_APP_WEIGH_H
#define ASSAY_APP_WEIGH_H

#include "app/data.h"
#include "app/part.h"
#include "core/base/json_writer.h"
#include "core/crowd.h"
#include "core/head.h"

/* id, name, formula, sentence */
#define WEIGHS(X)                                                                                                      \
    X(NONE, "none", "", "every pair counts as given")                                                                  \
    X(GAP, "gap", "1 + (1 - exp(-gap/2))/2", "gap: the strength, or the margin of the head of --weigh-by (MM-RLHF)")   \
    X(UNCERTAINTY, "uncertainty", "exp(-sd)", "sd: of the margin, as the head of --weigh-by says (Ctrl-U)")            \
    X(RELIABILITY, "reliability", "eta sigma(z)+(1-eta)sigma(-z)",                                                     \
      "a share eta of each group's labels is true (Crowd-BT)")
enum weigh_kind {
#define X(id, name, formula, text) WEIGH_##id,
    WEIGHS(X)
#undef X
};

/* Rows of train_options, and their names for the list of a kind. */
#define WEIGH_OPTIONS                                                                                                  \
    {"weigh", 0, "HOW", "bt: how pairs count: none, gap, uncertainty or reliability (--list explains)", false},        \
    {                                                                                                                  \
        "weigh-by", 0, "HEAD", "bt: the head that knows gaps, or its uncertainty (of --bootstrap, --laplace)", false   \
    }
#define WEIGH_NAMES "weigh", "weigh-by"

/* What was asked for. */
struct weigh {
    enum weigh_kind kind;
    struct head judge; /* kind NULL inside: there is none */
    char sha256[SHA256_HEX_SIZE];
};
/* Free with weigh_free, also after a failure. */
MUST_CHECK bool weigh_read(const struct args *args, struct weigh *w, struct err *err);
void weigh_free(struct weigh *w);

/* What came out. */
struct weighed {
    struct data data;         /* the data given with other pairs; borrows all else from it */
    double least, mean, most; /* factors of the weights of the fitted pairs; 1 when only probabilities changed */
    struct crowd crowd;       /* of groups; groups is 0 otherwise */
};
/* For the pairs of `part->fit`; l2, threads and memory are those of the reliability's fit. Without a wish the data is
 * the given one. ERR_CONFLICT for a judge of other columns, ERR_MISSING for pairs without groups and for a judge that
 * does not know its uncertainty. Free with weighed_free, also after a failure. */
MUST_CHECK bool weigh_pairs(const struct weigh *w, const struct data *d, const struct part *part, double l2,
                            const struct fit_opts *opts, struct weighed *out, const struct progress *progress,
                            struct err *err);
void weighed_free(struct weighed *w);

/* Members of the settings, of the result, and lines of text; nothing without a wish. */
void weigh_json(const struct weigh *w, struct json_writer *j);
void weighed_json(const struct weigh *w, const struct weighed *x, struct json_writer *j);
void weighed_text(const struct weigh *w, const struct weighed *x, struct buf *out);

#endif
