/* Ratings as grades, not as lengths: the cumulative logit model (McCullagh 1980) of one attribute,
 *
 *   P(y <= level_k | x) = sigma(cut_k - w . x),   cut_0 < cut_1 < ... < cut_(K-2)
 *
 * so that nothing is assumed of the distance between two levels. With low and high the cuts around a level (the lowest
 * and the highest have one only) a rating costs
 *
 *   -log P = softplus(low - z) + softplus(z - high) - log(1 - e^-(high - low)),   z = w . x
 *
 *   f(w, cuts) = (1/sum o) sum o (-log P) + (l2/2) |w|^2
 *
 * jointly convex in (w, cuts), and infinite where cuts meet: they need no other order kept. There is no intercept: the
 * cuts hold it. Cuts are not penalised and are minimised out at every z, which leaves a convex function of w that is
 * fitted and certified by core/convex.h. */
#ifndef ASSAY_CORE_ORDINAL_H
#define ASSAY_CORE_ORDINAL_H

#include "core/convex.h"

enum { ORDINAL_LEVELS = 32 };

struct ordinal {
    size_t levels;                  /* K, 2 to ORDINAL_LEVELS */
    double level[ORDINAL_LEVELS];   /* ascending: what the ratings are called */
    double cut[ORDINAL_LEVELS - 1]; /* cut[k] lies between level[k] and level[k + 1] */
};

/* The different values among n ratings that are not NaN, `stride` apart. ERR_RANGE for less than two of them ("all
 * ratings are the same") or more than ORDINAL_LEVELS. Cuts are those of the shares, as if w = 0. */
MUST_CHECK bool ordinal_init(struct ordinal *o, const double *y, size_t n, size_t stride, struct err *err);
/* The place of a value, or SIZE_MAX. */
size_t ordinal_find(const struct ordinal *o, double value);
/* The same model over more levels: those of `all` (ascending, the model's among them). A level that nobody gave has
 * probability 0: its cuts are equal, or beyond all margins (ORDINAL_FAR) at the ends. */
#define ORDINAL_FAR 1e30
void ordinal_widen(struct ordinal *o, const double *all, size_t n);

/* One rating at place k of weight 1. Derivatives in z and in the cuts around it, 0 for one that is not there. */
struct ordinal_point {
    double value, slope, curvature; /* in z */
    double dlow, dhigh;
    double dzlow, dzhigh; /* mixed */
    double dlowlow, dhighhigh, dlowhigh;
};
struct ordinal_point ordinal_at(const struct ordinal *o, size_t k, double z);

/* p (levels): the probability of each at z. */
void ordinal_probabilities(const struct ordinal *o, double z, double *p);
/* sum level_k p_k */
double ordinal_expectation(const struct ordinal *o, double z);
/* The level where the probability of it and those below reaches 1/2; the likeliest level (the lowest of equals). */
double ordinal_median(const struct ordinal *o, double z);
double ordinal_mode(const struct ordinal *o, double z);

/* What was rated: count[i * levels + k] >= 0 is the weight of the ratings of row i at level k; rows without any are
 * left out. Every level must have some. */
struct ordinal_fit {
    struct design *x;
    const double *count; /* x->n x levels by rows */
    double l2;           /* > 0 */
    size_t max_iterations;
    const double *start; /* d: where w begins, may be w; NULL: at 0 */
};
/* w (d): out. Cuts go into o. Errors of convex_fit; ERR_RANGE when a level has no rating. */
MUST_CHECK bool ordinal_fit(struct ordinal *o, const struct ordinal_fit *f, double *w, struct bt_info *info,
                            const struct progress *progress, struct err *err);

/* How good it is on ratings: z: n margins, count as above. With no weight at all every mean is NaN. */
struct ordinal_metric {
    double weight;
    double nll;      /* mean -log P; infinite when a level of probability 0 was given */
    double accuracy; /* share of ratings that are the mode */
    double mae;      /* of the median */
    double rmse;     /* of the expectation */
};
void ordinal_measure(const struct ordinal *o, const double *z, const double *count, size_t n,
                     struct ordinal_metric *out);
/* The same for plain predictions f of the rating, as those of least squares: the nearest level stands for mode and
 * median. There is no probability in them: nll is NaN. */
void ordinal_measure_values(const struct ordinal *o, const double *f, const double *count, size_t n,
                            struct ordinal_metric *out);

#endif
