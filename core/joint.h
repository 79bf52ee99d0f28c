/* One reward from preferences and ratings together:
 *
 *   f(w, b) = L_BT(w) + kappa L_reg(w, b) + (l2/2) |w|^2,   l2 > 0
 *   L_BT    = (1/N) sum loss(w . d_i)                        pairs; the family of bt.h with its divisor N
 *   L_reg   = (1/(2 sum o_j)) sum o_j (w . x_j + b - y_j)^2  ratings of one attribute, weights o_j
 *
 * Pairs alone never say where the reward is 0: the ratings do (b is not penalised), and their unit becomes that of the
 * log-odds. With kappa = 0 this is Bradley-Terry, and b the best for its w; for kappa = l2 / lambda growing without
 * bound it becomes least squares with the penalty lambda. b is minimised out, b(w) = mean y - w . mean x, which leaves
 * a strongly convex function of w: the optimum is certified (core/convex.h). Without pairs it is weighted least
 * squares. */
#ifndef ASSAY_CORE_JOINT_H
#define ASSAY_CORE_JOINT_H

#include "core/convex.h"

struct joint_rating {
    size_t row; /* of the embeddings */
    double y, weight;
};

struct joint_problem {
    const struct embeddings *e;
    const struct pair *pairs;
    const size_t *which; /* indices into pairs; NULL: the first n_pairs */
    size_t n_pairs;
    struct bt_model model; /* convex and without centring: the ratings say where 0 is */
    const struct joint_rating *ratings;
    size_t n_ratings;
    double kappa; /* >= 0 */
    double l2;    /* > 0 */
    enum bt_storage storage;
    size_t max_iterations;
    const double *start; /* d: where w begins, may be w; NULL: at 0 */
};

struct joint_info {
    struct bt_info fit;
    double bt, regression; /* L_BT and L_reg at the optimum; 0 without pairs, without ratings */
    struct ties ties;      /* fitted thresholds, when the model has some */
};

/* w (d) and b: out. Errors: ERR_USAGE for a model that is not convex, has centring or cannot be (bt_model_check),
 * ERR_RANGE when there is neither pair nor rating of positive weight or for a bad number, ERR_NUMERIC for NaN or
 * infinity in a row, those of ties_init and of convex_fit. */
MUST_CHECK bool joint_fit(const struct joint_problem *p, double *w, double *b, struct joint_info *info,
                          const struct progress *progress, struct err *err);

#endif
