/* MORE heads: one reward for several sets of preferences that may disagree (core/more.h). */
#ifndef ASSAY_APP_TRAIN_MORE_H
#define ASSAY_APP_TRAIN_MORE_H

#include "app/kind.h"

/* Rows of train_options. */
#define MORE_OPTIONS                                                                                                   \
    {"by", 0, "WHAT", "more: what pairs are of: objective, group or source (default: objective, else group)", false},  \
        {"variant", 0, "NAME", "more: what gradients are divided by before they are weighed (default paper)", false},  \
        {"clamped", 0, NULL, "more: weigh as the released program does, never surely", false},                         \
        {"metric", 0, "NAME", "more: newton or plain (default newton)", false},                                        \
        {"samples", 0, "N", "more, with --batch: pairs of each objective in an epoch, instead", false},                \
        {"by-size", 0, NULL, "more, with --batch: pairs as they come, with the scale of the released program", false}, \
        {"optimiser", 0, "NAME", "more, with --batch: adamw or sgd (default adamw)", false},                           \
        {"ema", 0, "A", "more, with --batch: share of a new gradient in the average that is weighed (default 1)",      \
         false},                                                                                                       \
    {                                                                                                                  \
        "ema-start", 0, "FROM", "more, with --ema: first, zero or layer (default first)", false                        \
    }

#endif
