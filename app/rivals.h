/* A head that several objectives share, beside what one would fit otherwise: one head for all pairs as they are, one
 * for the objectives in equal parts, and one for each objective. Measured on the pairs held out (on those fitted when
 * none are), by objective and over all.
 *
 * A smaller scale alone changes the calibration error, so it is also told after one temperature: the pairs are halved
 * by prompt and each half gets the temperature of the other. Differences between heads have paired intervals. */
#ifndef ASSAY_APP_RIVALS_H
#define ASSAY_APP_RIVALS_H

#include "app/evaluate.h"
#include "app/objectives.h"
#include "app/train.h"
#include "core/compare.h"

/* id, word in JSON, name in tables */
#define RIVALS(X)                                                                                                      \
    X(SHARED, "more", "MORE")                                                                                          \
    X(POOLED, "pooled", "pooled")                                                                                      \
    X(EQUAL, "equal", "in equal parts")                                                                                \
    X(OWN, "own", "one for each")
enum rival {
#define X(id, word, name) RIVAL_##id,
    RIVALS(X)
#undef X
        RIVAL_KINDS
};

/* Differences are to the shared head, paired on the same pairs. */
struct rival_figures {
    struct compare_head plain, tempered; /* tempered: after one temperature */
};

struct rivals {
    bool held;                     /* measured on pairs held out */
    size_t k;                      /* objectives */
    struct rival_figures *figures; /* (k + 1) x RIVAL_KINDS: the objectives, then all pairs; NULL: none were made */
};

/* w (d): the shared head. The others are fitted with its penalty. When `progress` asks to stop there are no figures. */
MUST_CHECK bool rivals_measure(const struct data *d, const struct train_opts *o, const struct objectives *objectives,
                               const struct part *p, const double *w, struct rivals *out,
                               const struct progress *progress, struct err *err);
void rivals_free(struct rivals *r);

/* An array of objects; a table of at most `most` objectives. */
void rivals_json(const struct rivals *r, const struct objectives *o, struct json_writer *w);
void rivals_text(const struct rivals *r, const struct objectives *o, size_t most, struct buf *out);

#endif
