/* Heads on thumbs: logistic, bco and kto. */
#ifndef ASSAY_APP_TRAIN_THUMBS_H
#define ASSAY_APP_TRAIN_THUMBS_H

#include "app/kind.h"

/* Rows of train_options. */
#define THUMBS_OPTIONS                                                                                                 \
    {"beta", 0, "BETA", "thumbs: P(up) = sigma(BETA (w.x - shift)) (default 1)", false},                               \
        {"delta", 0, "RULE", "bco: the shift is the midpoint of both means, or the running mean of all rewards",       \
         false},                                                                                                       \
        {"balance", 0, "WHAT",                                                                                         \
         "thumbs: classes (both weigh the same) or none (default classes, for logistic and running none)", false},     \
        {"up-weight", 0, "WEIGHT", "thumbs: of a thumb up (default 1)", false},                                        \
        {"down-weight", 0, "WEIGHT", "thumbs: of a thumb down (default 1)", false},                                    \
        {"match-prompts", 0, NULL, "bco: weigh thumbs down so that both kinds are about the same prompts", false},     \
    {                                                                                                                  \
        "starts", 0, "N", "kto: begin at N places and take the lowest end (default 1)", false                          \
    }

#endif
