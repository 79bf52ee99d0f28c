/* Rewards made into what they are to be used for: a table of transforms, each with its numbers.
 *
 * r is the reward of an answer, r_ref those of the references, answers to the same prompt by the model that is to be
 * improved; K steps of one answer have r_1 ... r_K; c in [0, 1] is the confidence that an answer states.
 *
 *   log-sigmoid      log sigma(r - q), q the quantile of r_ref: saturates for answers that are good already (Wang et
 *                    al. 2024, arXiv:2402.00742)
 *   conjunction      the sum of that over the head's objectives: log P(all are good), if they are independent (same)
 *   par              mean over the first M references of sigma(r - r_ref) (Fu et al. 2025, arXiv:2502.18770)
 *   quantile         C = P(r_ref < r) + P(r_ref = r) / 2 (InfAlign-CTRL, arXiv:2412.19792); the same for any monotone
 *                    change of r. As a reward it is the win rate
 *   ctrl             e^{tC}: what to optimise for best-of-N at inference (same)
 *   ctrl-worst       -e^{-tC}: against the worst of N (same)
 *   clip             min(r - eta, 0), of every step (Gao et al. 2024, arXiv:2410.15115)
 *   delta            r_k - r_{k+1} for k < K - 1, r_{K-1} for K - 1, 0 for K: adds up to r_1, so that repeating steps
 *                    gains nothing (same)
 *   ppo-c            r + w (r - A)(c - 1/2) with r kept within [-10, 10] and A = alpha mean(r) + (1 - alpha) start
 *                    (Leng et al. 2024, arXiv:2410.09724, "difference")
 *   ppo-c-threshold  r + w |r| (c - 1/2) when r >= A, r - w |r| (c - 1/2) otherwise (same, "threshold")
 *   rlcr             2 p c - c^2, p = sigma(r - even): what "correct - (c - correct)^2" gives on average when the
 *                    answer is correct with probability p (RLCR, Damani et al. 2025, arXiv:2507.16806); largest at
 *                    c = p. For heads whose reward is the log-odds of a right answer (train --head logistic), `even`
 *                    where they say 1/2
 *   log-odds         r / T: differences are calibrated log-odds */
#ifndef ASSAY_CORE_TRANSFORM_H
#define ASSAY_CORE_TRANSFORM_H

#include "core/base/buf.h"
#include "core/base/err.h"

#include <stddef.h>

enum transform_need {
    TRANSFORM_NOTHING,
    TRANSFORM_REFERENCES,  /* rewards of other answers, to the same prompt or to all */
    TRANSFORM_STEPS,       /* which answers are steps of one */
    TRANSFORM_CONFIDENCE,  /* one an answer */
    TRANSFORM_TEMPERATURE, /* that of the head */
};

/* id, name, what it needs, sentence */
#define TRANSFORMS(X)                                                                                                  \
    X(LOG_SIGMOID, "log-sigmoid", REFERENCES, "log sigma(r - quantile of the references)")                             \
    X(CONJUNCTION, "conjunction", REFERENCES, "the same of every objective of the head, added up")                     \
    X(PAR, "par", REFERENCES, "mean of sigma(r - reference)")                                                          \
    X(QUANTILE, "quantile", REFERENCES, "C: the share of references below, half of those equal")                       \
    X(CTRL, "ctrl", REFERENCES, "e^(t C), for best-of-N")                                                              \
    X(CTRL_WORST, "ctrl-worst", REFERENCES, "-e^(-t C), against worst-of-N")                                           \
    X(CLIP, "clip", NOTHING, "min(r - eta, 0), of steps")                                                              \
    X(DELTA, "delta", STEPS, "r_k - r_(k+1), of steps")                                                                \
    X(PPO_C, "ppo-c", CONFIDENCE, "r + w (r - A)(c - 1/2), A a running mean")                                          \
    X(PPO_C_THRESHOLD, "ppo-c-threshold", CONFIDENCE, "r +- w |r| (c - 1/2), + from A on")                             \
    X(RLCR, "rlcr", CONFIDENCE, "2 p c - c^2, p = sigma(r - even)")                                                    \
    X(LOG_ODDS, "log-odds", TEMPERATURE, "r / T, the head's temperature")
enum transform_kind {
#define X(id, name, need, text) TRANSFORM_##id,
    TRANSFORMS(X)
#undef X
        TRANSFORM_KINDS
};

/* transform, place among its numbers, key, default, least, most */
#define TRANSFORM_NUMBERS(X)                                                                                           \
    X(LOG_SIGMOID, 0, "quantile", 0.85, 0, 1)                                                                          \
    X(CONJUNCTION, 0, "quantile", 0.85, 0, 1)                                                                          \
    X(PAR, 0, "references", 10, 1, 1e9)                                                                                \
    X(CTRL, 0, "t", 10, -700, 700)                                                                                     \
    X(CTRL_WORST, 0, "t", 10, -700, 700)                                                                               \
    X(CLIP, 0, "eta", 0, -1e6, 1e6)                                                                                    \
    X(PPO_C, 0, "w", 2, 0, 1e6)                                                                                        \
    X(PPO_C, 1, "alpha", 0.1, 0, 1)                                                                                    \
    X(PPO_C, 2, "start", 0, -10, 10)                                                                                   \
    X(PPO_C_THRESHOLD, 0, "w", 0.5, 0, 1e6)                                                                            \
    X(PPO_C_THRESHOLD, 1, "alpha", 0.1, 0, 1)                                                                          \
    X(PPO_C_THRESHOLD, 2, "start", 0, -10, 10)                                                                         \
    X(RLCR, 0, "even", 0, -1e6, 1e6)
enum { TRANSFORM_MOST_NUMBERS = 3 };

struct transform {
    enum transform_kind kind;
    double v[TRANSFORM_MOST_NUMBERS];
};

const char *transform_name(enum transform_kind kind);
enum transform_need transform_need(enum transform_kind kind);
/* "NAME" or "NAME:key=value,..."; ERR_USAGE says what there is. */
MUST_CHECK bool transform_parse(const char *text, struct transform *out, struct err *err);
/* A line for each: name with its numbers and their defaults, what it needs, sentence. */
void transform_list(struct buf *out);

/* The references of a prompt, made ready. */
struct transform_references {
    const double *given; /* m, in their order */
    double *sorted;      /* m */
    size_t m;
    double quantile; /* of log-sigmoid: linear between order statistics */
};
/* m > 0 finite numbers, which must live as long. Free with transform_references_free. */
void transform_references_init(struct transform_references *r, const struct transform *t, const double *given,
                               size_t m);
void transform_references_free(struct transform_references *r);

/* Of a transform that needs references; of a conjunction, one objective's part. */
double transform_against(const struct transform *t, double r, const struct transform_references *refs);
/* Of the K steps of one answer: clip or delta. out may be r. */
void transform_steps(const struct transform *t, const double *r, size_t K, double *out);
/* Of a batch of n answers: ppo-c, ppo-c-threshold or rlcr. out may be r. Returns A (0 for rlcr). */
double transform_confident(const struct transform *t, const double *r, const double *confidence, size_t n, double *out);

#endif
