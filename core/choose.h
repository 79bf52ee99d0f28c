/* The choice among penalties by cross-validation: a path of them, how each does on pairs it was not trained on, and
 * which to take: the one of the least mean loss, or the largest one whose mean loss lies within one standard error of
 * it (Breiman, Friedman, Olshen and Stone 1984, section 3.4.3; lambda.1se of glmnet). */
#ifndef ASSAY_CORE_CHOOSE_H
#define ASSAY_CORE_CHOOSE_H

#include "core/base/err.h"

#include <stddef.h>

/* id, name, sentence */
#define CHOOSE_RULES(X)                                                                                                \
    X(BEST, "best", "the least mean held-out loss")                                                                    \
    X(ONE_SE, "1se", "the largest penalty within one standard error of the least")
enum choose_rule {
#define X(id, name, text) CHOOSE_##id,
    CHOOSE_RULES(X)
#undef X
};
const char *choose_rule_name(enum choose_rule r);
MUST_CHECK bool choose_rule_parse(const char *text, enum choose_rule *out, struct err *err);

/* Penalties from a text, ascending: "A:B:N", N of them from A to B evenly on a logarithmic scale, or a list "A,B,C".
 * All above 0 and finite, 2 to CHOOSE_MAX, none twice. *l2 is the caller's. ERR_USAGE says what is wrong with it. */
enum { CHOOSE_MAX = 1000 };
MUST_CHECK bool choose_path(const char *text, double **l2, size_t *n, struct err *err);

struct choose_score {
    double mean; /* weighted mean loss; NaN without any pair */
    double se;   /* of it; NaN with fewer than two units */
};
/* Scores of k candidates. loss: n x k by rows, pair i under candidate j; NaN: not held out. weight: n, or NULL (all 1).
 * unit[i] < units: what varies as one, a fold or a prompt. With means m_u and weights w_u of units, as glmnet's cvsd:
 *   se^2 = (sum w_u (m_u - m)^2 / sum w_u) / (units - 1), units of weight 0 not counted. */
void choose_scores(const double *loss, size_t n, size_t k, const double *weight, const size_t *unit, size_t units,
                   struct choose_score *out);

struct choice {
    size_t best, one_se; /* candidates */
};
/* Among k scores of ascending penalties; of equal means the larger penalty is the best. */
struct choice choose_among(const struct choose_score *scores, size_t k);
size_t choose_by(const struct choice *c, enum choose_rule r);

#endif
