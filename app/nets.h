/* What heads with nets have in common, mlp and gated: their options, the pairs that say when to stop, and the simpler
 * head that a net has to beat before it is believed. */
#ifndef ASSAY_APP_NETS_H
#define ASSAY_APP_NETS_H

#include "app/evaluate.h"
#include "app/part.h"
#include "app/train.h"
#include "core/compare.h"
#include "core/descent.h"
#include "core/loss.h"

/* Rows of train_options, and the names of those that both kinds have; kind_more has some of them, too. */
#define NETS_OPTIONS                                                                                                   \
    {"hidden", 0, "M", "mlp, gated: hidden units of one net (default 64; gated 0: the gate is linear)", false},        \
        {"activation", 0, "NAME", "mlp: tanh or relu (default tanh)", false},                                          \
        {"gate-temperature", 0, "T", "gated: of the softmax over the attributes (default 10)", false},                 \
        {"seeds", 0, "N", "mlp, gated: nets fitted at once from different beginnings and averaged (default 5)",        \
         false},                                                                                                       \
        {"epochs", 0, "N",                                                                                             \
         "mlp, gated: times through the pairs at most (default 50, more when 50 are few steps); more, with --batch: "  \
         "through the largest objective (default 1)",                                                                  \
         false},                                                                                                       \
        {"patience", 0, "N", "mlp, gated: epochs without getting better before a net stops (default 5; 0: never)",     \
         false},                                                                                                       \
        {"batch", 0, "N",                                                                                              \
         "mlp, gated: pairs of one step (default 64); more: of each objective (default: steps of all pairs)", false},  \
        {"rate", 0, "R", "of the first step; falls to 0 (mlp, gated: default 0.0003; more, with --batch: 0.001)",      \
         false},                                                                                                       \
        {"decay", 0, "D", "mlp, gated: of weights, decoupled (default 0)", false},                                     \
    {                                                                                                                  \
        "dropout", 0, "P", "mlp, gated: share of hidden units left out of a step (default 0)", false                   \
    }
#define NETS_NAMES                                                                                                     \
    "hidden", "seeds", "epochs", "patience", "batch", "rate", "decay", "dropout", "loss", "smoothing", "flip",         \
        "channel", "soft"

struct nets_opts {
    size_t hidden;
    struct loss loss;
    struct descent_opts descent;
};
/* `hidden`: the default; `least` of them. o: common options are read already. */
MUST_CHECK bool nets_read(const struct args *args, const struct train_opts *o, size_t hidden, size_t least,
                          struct nets_opts *out, struct err *err);

/* Part the pairs that are fitted: out->held are those that say when to stop, by prompt. Free with part_free. */
#define NETS_STOP_SHARE 0.15
void nets_part(const struct data *d, const struct part *p, uint64_t seed, struct part *out);

/* A net beside a simpler head, on the pairs held out from both. */
struct nets_rival {
    const char *name;
    struct evaluation v;           /* of the simpler one; n = 0 when no pairs are held out */
    struct compare_head versus[2]; /* the simpler one, which is the baseline; the net */
};
MUST_CHECK bool nets_compare(const struct data *d, const struct train_opts *o, const struct part *p,
                             const struct head *net, const struct head *simple, struct nets_rival *out,
                             struct err *err);

/* Members of the settings and of the result; lines of the report. */
void nets_settings_json(const struct nets_opts *o, struct json_writer *w);
void nets_found_json(const struct nets_opts *o, const struct descent_info *info, const struct nets_rival *rival,
                     struct json_writer *w);
void nets_settings_text(const struct nets_opts *o, struct buf *out);
void nets_found_text(const struct nets_opts *o, const struct descent_info *info, const struct nets_rival *rival,
                     const char *title, struct buf *out);

#endif
