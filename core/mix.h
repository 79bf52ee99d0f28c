/* From several attributes to one reward, mix . outputs, with weights that are given, published, or fitted on
 * preferences; and attributes freed from their correlation with verbosity. */
#ifndef ASSAY_CORE_MIX_H
#define ASSAY_CORE_MIX_H

#include "core/bt.h"

/* ---- published weights ---- */

/* name, helpfulness, correctness, coherence, complexity, verbosity, where from */
#define MIX_PUBLISHED(X) X("nemotron", 0.3, 0.74, 0.46, 0.47, -0.33, "those of Nemotron-4-340B-Reward")

/* mix (k) := the published weights under `name` for these attributes. False when there are none of that name. ERR_USAGE
 * when one of the weighted attributes is not there; attributes without a weight get 0. */
MUST_CHECK bool mix_published(const char *name, const char *const *attributes, size_t k, double *mix, bool *found,
                              struct err *err);
/* What mix_published knows, NULL-terminated. */
extern const char *const mix_published_names[];

/* ---- fitted weights ---- */

/* Outputs of both answers of n pairs, subtracted: D n x k by rows; weight and p as in bt.h, NULL: all 1. */
struct mix_pairs {
    const double *D;
    size_t n, k;
    const double *weight, *p;
};
struct mix_opts {
    double l2;         /* >= 0 */
    bool non_negative; /* no attribute may count against an answer; needs l2 > 0 */
};

/* Weights by Bradley-Terry on the differences (ArmoRM's second stage without its gate; a bias cancels): the objective
 * of bt.h in k numbers. Non-negative weights by Newton's method on the free weights, projected (Bertsekas 1982, "two
 * metrics"). Converged means certified as in bt_fit; with bounds the gradient is the projected one, whose square over 2
 * l2 bounds what is left in the same way, for a weight at its bound can only make things worse by moving. Errors as
 * bt_init_rows and bt_fit; ERR_USAGE for non-negative weights with l2 = 0. */
MUST_CHECK bool mix_fit(const struct mix_pairs *pairs, const struct mix_opts *o, double *mix, struct bt_info *info,
                        struct err *err);

/* ---- decorrelation ---- */

/* ArmoRM's rule (arXiv:2406.12845, section 3.2, and its code): r'_j = r_j - c_j r_v with v verbosity and c_j the
 * smallest of 0, 0.01, 0.025, 0.05, 0.075, 0.1, 0.125, 0.15, 0.2, 0.25, ..., 0.95 for which the signed Spearman
 * correlation of r'_j with r_v is at most 0.03 on a reference set; 1 when none is small enough. Verbosity's own is 1:
 * its output becomes 0. */
#define MIX_LIMIT 0.03
/* R: n x k outputs by rows; penalty, before and after: k; the correlations of each output with verbosity (NaN when one
 * does not vary, and the penalty is then 0). ERR_RANGE for fewer than two rows or a verbosity that does not vary. */
MUST_CHECK bool mix_decorrelate(const double *R, size_t n, size_t k, size_t v, double *penalty, double *before,
                                double *after, struct err *err);
/* B (k x k by rows): r' = r B, the identity with row v minus the penalties. */
void mix_matrix(const double *penalty, size_t k, size_t v, double *B);
/* out (k) := r B, for outputs r (k). Not in place. */
void mix_apply(const double *B, size_t k, const double *r, double *out);

#endif
