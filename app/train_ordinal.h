/* Ordinal heads: one output an attribute, by a cumulative logit on ratings taken as grades (core/ordinal.h). */
#ifndef ASSAY_APP_TRAIN_ORDINAL_H
#define ASSAY_APP_TRAIN_ORDINAL_H

/* id, name, sentence */
#define ORDINAL_OUTPUTS(X)                                                                                             \
    X(LATENT, "latent", "w.x + b, in log-odds: 0 where the middle grades meet")                                        \
    X(EXPECTED, "expected", "the expected rating")

/* A row of train_options. */
#define ORDINAL_OPTIONS                                                                                                \
    {                                                                                                                  \
        "outputs", 0, "WHAT", "ordinal: latent (log-odds; default) or expected (ratings)", false                       \
    }

#endif
