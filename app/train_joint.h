/* Joint heads: one reward from preferences and from the ratings of one attribute (core/joint.h). */
#ifndef ASSAY_APP_TRAIN_JOINT_H
#define ASSAY_APP_TRAIN_JOINT_H

/* A row of train_options. */
#define JOINT_OPTIONS                                                                                                  \
    {                                                                                                                  \
        "kappa", 0, "K", "joint: weight of the ratings' error beside the pairs' loss (default 1)", false               \
    }

#endif
