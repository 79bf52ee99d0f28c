/* Fits that are not convex: epochs of mini-batches in a shuffled order, several nets side by side, each judged on
 * held-out examples after every epoch, stopped when it no longer gets better, and left as it was at its best. */
#ifndef ASSAY_CORE_DESCENT_H
#define ASSAY_CORE_DESCENT_H

#include "core/adam.h"
#include "core/base/progress.h"

#include <stdint.h>

enum { DESCENT_MAX_NETS = 64, DESCENT_EPOCHS_USUAL = 50, DESCENT_STEPS_LEAST = 400 };

struct descent_opts {
    size_t nets;     /* 1 to DESCENT_MAX_NETS; they see the same batches and differ in where they begin */
    size_t epochs;   /* at most; 0: DESCENT_EPOCHS_USUAL, or more where examples are few: DESCENT_STEPS_LEAST steps */
    size_t batch;    /* examples; the batches of an epoch are as equal as can be, none is larger */
    size_t patience; /* epochs without getting better after which a net stops; 0: none stops early */
    double rate, decay, dropout;
    enum adam_schedule schedule;
    uint64_t seed; /* of order, weights and masks */
    int threads;
};
/* 5 nets, the usual epochs of batches of 64, patience 5, rate 0.0003 by the cosine. */
struct descent_opts descent_default(void);
/* ERR_RANGE, naming the option that makes no sense. */
MUST_CHECK bool descent_check(const struct descent_opts *o, struct err *err);

/* What is fitted. */
struct descent_work {
    void *ctx;
    size_t n; /* examples, > 0 */
    /* One step along the gradient of the examples which[0 .. n-1]; t counts from 1; nets that are not alive may be left
     * as they are. The mean loss before the step, over examples and living nets. */
    double (*step)(void *ctx, const size_t *which, size_t n, uint64_t t, const struct adam_step *s, const bool *alive);
    /* Log-loss of the living nets on what is held out: nll[net]. NULL when nothing is held out: all epochs are run and
     * the last state is kept. */
    void (*judge)(void *ctx, const bool *alive, double *nll);
    /* Remember the state of a net. Its last call decides. */
    void (*keep)(void *ctx, size_t net);
};

/* id, sentence: "the fit ..." */
#define DESCENT_STOPS(X)                                                                                               \
    X(EPOCHS, "went through all epochs")                                                                               \
    X(PATIENCE, "stopped getting better on held-out pairs")                                                            \
    X(INTERRUPTED, "was interrupted")
enum descent_stop {
#define X(id, text) DESCENT_##id,
    DESCENT_STOPS(X)
#undef X
};

struct descent_net {
    double nll;   /* held out, at its best; NaN when nothing is held out */
    size_t epoch; /* of that, from 1 */
};
struct descent_info {
    size_t epochs, steps;
    double loss; /* mean of the last epoch, while it was run */
    enum descent_stop stop;
    struct descent_net net[DESCENT_MAX_NETS];
};

/* ERR_NUMERIC when a net has never had a finite loss (the rate is too high), ERR_STOPPED when stopped before the first
 * step; later than that, being stopped is an outcome: the best so far is kept, in the first epoch the last. Ticks of
 * `progress` are (steps, steps of all epochs). Repeats with the seed, for any number of threads. */
MUST_CHECK bool descent_run(const struct descent_opts *o, const struct descent_work *work, struct descent_info *info,
                            const struct progress *progress, struct err *err);

const char *descent_stop_text(enum descent_stop s);

#endif
