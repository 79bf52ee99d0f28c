/* What several judgements of an item add up to: one label an item, how sure it is, and which judgements went into it.
 *
 * A judgement is a value on a scale: a rating, or a preference (-3 first much better ... 3 second much better). Its
 * class is the value itself, of preferences the side: -1, 0 or 1. Methods by class choose one; a label of a preference
 * is then the mean of the judgements of that side. k of n judgements say class c:
 *
 *   mean         of all
 *   median       the middle one; of an even number the mean of the two in the middle
 *   majority     the class that most say; none when two are said equally often
 *   helpsteer2   the mean, rounded half away from zero, of the three that are most alike: the smallest range, of equal
 *                ones the smallest variance, then the smallest |mean|. None when there are fewer than three, when their
 *                range exceeds 2, and of preferences when it is 0 (HelpSteer2-Preference, arXiv:2410.01257, 3)
 *   dawid-skene  confusion matrices of the raters by expectation and maximisation (Dawid and Skene 1979), started from
 *                the shares of the classes: T_i(t) = pi_t prod_j P_j(said | t) / sum_t; pi = mean T,
 *                P_j = sum T [said] / sum T
 *   mace         a rater either knows (theta) and says the truth, or says c with probability xi_c whatever it is (Hovy
 *                et al. 2013): P(said | t) = theta [said = t] + (1 - theta) xi_said; classes beforehand equally likely
 *   crowd-bt     preferences from rewards of the answers and reliabilities of the raters: core/aggregate_crowd.h
 *   soft         as majority, but the side is that of (k + 1/2) / (n + 1): never sure; who says 0 is half a vote for
 *                each
 *
 * Nothing depends on the order of the judgements. Confidence: the probability of the class that the label says under
 * dawid-skene, mace, crowd-bt and soft; else the share of the judgements that went in and say that class (0 of mean and
 * median between two levels: their class is the nearest level). */
#ifndef ASSAY_CORE_AGGREGATE_H
#define ASSAY_CORE_AGGREGATE_H

#include "core/agreement.h"

/* id, key, sentence */
#define AGGREGATE_METHODS(X)                                                                                           \
    X(MEAN, "mean", "the mean of all")                                                                                 \
    X(MEDIAN, "median", "the middle one")                                                                              \
    X(MAJORITY, "majority", "what most say")                                                                           \
    X(HELPSTEER2, "helpsteer2", "the mean of the three that are most alike")                                           \
    X(DAWID_SKENE, "dawid-skene", "by the confusion matrices of those who judge")                                      \
    X(MACE, "mace", "by who knows and who guesses")                                                                    \
    X(CROWD_BT, "crowd-bt", "by rewards of the answers and reliabilities of those who judge")                          \
    X(SOFT, "soft", "the smoothed share of the votes, never sure")
enum aggregate_method {
#define X(id, key, text) AGGREGATE_##id,
    AGGREGATE_METHODS(X)
#undef X
        AGGREGATE_COUNT
};
/* NULL-terminated. */
extern const char *const aggregate_names[];

struct aggregate_opts {
    enum aggregate_method method;
    bool preferences;             /* classes are sides */
    const size_t *first, *second; /* of each item, for crowd-bt: its two answers, numbered from 0 */
    size_t answers;
    double smooth;    /* added to the counts of a confusion matrix and, times the classes, of mace */
    size_t rounds;    /* at most; 0: AGGREGATE_ROUNDS */
    double tolerance; /* ends when no probability or reward moves by more; 0: AGGREGATE_TOLERANCE */
};
enum { AGGREGATE_ROUNDS = 1000 };
#define AGGREGATE_SMOOTH    0.1 /* what commands use */
#define AGGREGATE_TOLERANCE 1e-9

struct aggregate_label {
    double value; /* NaN: there is none, because `why` */
    double confidence;
    double first; /* of preferences: probability, or share, that the first is better; a 0 is half */
    size_t kept, dropped;
    const char *why;
};

struct aggregate {
    struct aggregate_label *label; /* items */
    bool *kept;                    /* n: went into its label; in the order of the data */
    double
        *reliability;  /* raters: probability that a judgement is right (crowd-bt: eta, mace: theta and a lucky guess);
                          for the methods without a model the share that says what the label says. NaN: no such item */
    double *confusion; /* dawid-skene: raters x classes x classes, by the true one; else NULL */
    size_t classes;
    double class_value[AGREEMENT_MAX_LEVELS];
    size_t rounds; /* 0: no model */
    bool converged;
    double objective; /* log-likelihood (with the priors); never falls from round to round */
};

/* Errors as agreement_of; ERR_USAGE: crowd-bt without preferences. Free with aggregate_free, also after a failure. */
MUST_CHECK bool aggregate_of(const struct agreement_data *d, const struct aggregate_opts *o, struct aggregate *out,
                             struct err *err);
void aggregate_free(struct aggregate *a);

#endif
