/* The options of the Bradley-Terry family: read, listed, recorded and told in one vocabulary, that of the tables in
 * core/loss.h and core/ties.h. */
#ifndef ASSAY_APP_FAMILY_H
#define ASSAY_APP_FAMILY_H

#include "app/args.h"
#include "core/base/json_writer.h"
#include "core/bt.h"

/* Rows of an option table that family_read understands. */
#define FAMILY_OPTIONS                                                                                                 \
    {"loss", 0, "LOSS", "bt: plain, margin, scaled or scaled-margin (default plain; --list explains)", false},         \
        {"smoothing", 0, "E", "bt: believe labels with probability 1 - E only", false},                                \
        {"flip", 0, "E", "bt: a share E of the labels is wrong; unbiased, needs --l2 > 0", false},                     \
        {"channel", 0, "E", "bt: the same as a likelihood, which is not convex", false},                               \
        {"normalise", 0, "BY", "bt: the mean of scaled losses divides by pairs or weights (default pairs)", false},    \
        {"center", 0, "C", "bt: add C mean (reward of chosen + of rejected)^2; 0.01 is usual", false},                 \
    {                                                                                                                  \
        "ties", 0, "MODEL", "bt: rao-kupper, davidson or graded: a likelihood for ties and strengths", false           \
    }

/* ERR_USAGE also for what cannot be joined. */
MUST_CHECK bool family_read(const struct args *args, double l2, struct bt_model *m, struct err *err);

/* What there is to choose from: heads, losses, labels, means, ties, and what is done with ratings. */
void family_list(struct buf *out);
void family_list_json(struct buf *out);

/* Members of the settings: what differs from plain Bradley-Terry, and fitted thresholds; nothing for a plain head. */
void family_json(const struct bt_model *m, const struct ties *t, struct json_writer *w);
/* The same as a line of text with its newline, or nothing. */
void family_text(const struct bt_model *m, const struct ties *t, struct buf *out);

#endif
