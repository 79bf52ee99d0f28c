/* Regression heads: one output an attribute, by ridge regression on ratings. */
#ifndef ASSAY_APP_TRAIN_REGRESSION_H
#define ASSAY_APP_TRAIN_REGRESSION_H

#include "app/kind.h"

/* Rows of train_options. */
#define REGRESSION_OPTIONS                                                                                             \
    {"attributes", 0, "LIST", "regression: attributes to fit, separated by commas (default: all)", false},             \
    {                                                                                                                  \
        "reward", 0, "ATTRIBUTE", "regression: the attribute that is the reward (default helpfulness)", false          \
    }

#endif
