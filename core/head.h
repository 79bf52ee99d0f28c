/* A head: a function from a row of embeddings to one or more values, and the reward made of them. Most are linear; one
 * kind has a hidden layer (mlp.h), one weighs its values by the prompt (gate.h). */
#ifndef ASSAY_CORE_HEAD_H
#define ASSAY_CORE_HEAD_H

#include "core/base/err.h"
#include "core/calibration.h"
#include "core/gate.h"
#include "core/mlp.h"
#include "core/safetensors.h"

#include <stddef.h>

#define HEAD_FORMAT "assay-head-1"

/* id, the kind in the file. All but the last two are linear, reward = mix . (W x + b), but for head_outputs of ordinal
 * heads. */
#define HEAD_KINDS(X)                                                                                                  \
    X(BT, "bt")                                                                                                        \
    X(REGRESSION, "regression")                                                                                        \
    X(ORDINAL, "ordinal")                                                                                              \
    X(JOINT, "joint")                                                                                                  \
    X(MORE, "more")                                                                                                    \
    X(LOGISTIC, "logistic")                                                                                            \
    X(BCO, "bco")                                                                                                      \
    X(KTO, "kto")                                                                                                      \
    X(MLP, "mlp")                                                                                                      \
    X(GATED, "gated")

/* Further numbers in the file, by name: an ensemble, a covariance, cuts. */
struct head_tensor {
    char *name;
    size_t rows, cols; /* cols 0: a vector of `rows` */
    double *v;         /* by rows */
};

struct head {
    char *kind;         /* one of HEAD_KINDS */
    size_t k, d;        /* outputs, columns */
    double *W;          /* k x d by rows */
    double *b;          /* k */
    char **objectives;  /* k names: "reward" for one Bradley-Terry head, the attributes for regression */
    double *mix;        /* k: the reward is sum mix_j output_j; 1 on one output unless set */
    double temperature; /* > 0: the probability that a is better than b is sigma((reward(a) - reward(b)) / temperature),
                           unless head_calibration says otherwise */
    /* further metadata by key: "settings", "inputs", "metrics", "calibration" hold JSON */
    size_t n_meta;
    char **meta_keys, **meta_values;
    size_t n_tensors;
    struct head_tensor *tensors;
    struct mlp *mlp;   /* "mlp": this is the head; k is 1, and W and b are 0 */
    struct gate *gate; /* "gated": what the outputs are weighed by instead of mix */
};

/* W and b zero; objectives are copied; mix: "helpfulness" for regression and ordinal when there is one, otherwise the
 * first. */
void head_init(struct head *h, const char *kind, const char *const *objectives, size_t k, size_t d);
void head_free(struct head *h);
/* Index of an objective or SIZE_MAX. */
size_t head_find(const struct head *h, const char *objective);
/* Set or replace a metadata value (copied). The keys "format", "kind", "objectives", "mix" and "temperature" are the
 * head's own. */
void head_set_meta(struct head *h, const char *key, const char *value);
const char *head_meta(const struct head *h, const char *key);

/* Numbers in a tensor of that shape. */
static inline size_t head_tensor_count(size_t rows, size_t cols)
{
    return rows * (cols > 0 ? cols : 1);
}
/* Set or replace a further tensor (copied); the file keeps it as F32. Not "score.weight" or "score.bias". */
void head_set_tensor(struct head *h, const char *name, size_t rows, size_t cols, const double *v);
/* NULL when there is none of that name. */
const struct head_tensor *head_tensor(const struct head *h, const char *name);

/* The map from a difference of rewards to a probability: by the temperature, or the isotonic one in the tensors
 * "calibration.z" and "calibration.p", or the beta map (a, b) in "calibration.beta". Free with calibration_free. */
void head_calibration(const struct head *h, struct calibration *c);
void head_set_calibration(struct head *h, const struct calibration *c);
/* Metadata: temperatures of groups of pairs that go before that of the head (core/calibration_groups.h), in JSON.
 * head_set_calibration takes them away: they belong to the map before. */
#define HEAD_CALIBRATION_GROUPS "calibration_groups"

/* Make a head of one objective an "mlp"; m is taken over. */
void head_set_mlp(struct head *h, struct mlp *m);
/* Make a head of k objectives a "gated" one; g, of k attributes, is taken over. */
void head_set_gate(struct head *h, struct gate *g);
/* ERR_USAGE "... is a head of kind mlp, which is not linear": for what needs the weights of a linear head. */
MUST_CHECK bool head_check_linear(const struct head *h, const char *name, struct err *err);

/* out (k) = W x + b, of an mlp its reward; x: d. An ordinal head with the tensor "ordinal.levels" (K numbers) gives
 * expected ratings instead: sum level_i P(level_i) by the cuts "ordinal.cuts" (k x (K - 1)) at W x + b
 * (core/ordinal.h). */
void head_outputs(const struct head *h, const double *x, double *out);
/* mix . outputs. Not for gated heads. */
double head_reward(const struct head *h, const double *x);
/* May head_rewards be asked? It may of heads that are linear in x. */
bool head_is_linear(const struct head *h);
/* The rewards of n <= HEAD_ROWS rows of float32, X: n x d, with all sums in float64: those of head_reward but for the
 * order of the sums, which is the same on every CPU, in half the time. */
enum { HEAD_ROWS = 8 };
void head_rewards(const struct head *h, const float *X, size_t n, double *rewards);
/* Of a gated head: the reward of answer x to a prompt with these weights (gate_weights). */
double head_gated_reward(const struct head *h, const double *weights, const double *x);

/* A safetensors file: "score.weight" [k, d] and "score.bias" [k] in F32 (what PyTorch's score layer is called),
 * then the further tensors, everything else in the metadata. An mlp has "score.weight" [1, m], "score.bias" [1],
 * "hidden.weight" [m, d], "hidden.bias" [m] and the metadata "activation"; a gated head, beside its score,
 * "gate.weight" [nets k, d], or with a hidden layer "gate.hidden.weight" [nets m, d], "gate.hidden.bias" [nets m] and
 * "gate.weight" [nets k, m], and "gate.bias" [nets k], "gate.beta" [nets], "gate.mix" [k, k], "gate.temperature" [1].
 * Equal heads give equal bytes. ERR_NUMERIC when a number is
 * not finite as F32. */
MUST_CHECK bool head_save(const char *path, const struct head *h, struct err *err);
/* On failure nothing needs freeing. */
MUST_CHECK bool head_load(const char *path, struct head *h, struct err *err);

/* For head_file.c: ERR_SCHEMA when tensors that head_calibration or head_outputs look at are not what these need: knots
 * of unequal number, out of order or no probabilities, a and b that do not rise; levels and cuts that do not fit. */
MUST_CHECK bool head_check_calibration(const struct head *h, struct err *err);
MUST_CHECK bool head_check_ordinal(const struct head *h, struct err *err);

/* For head_file.c: make the net of a head that was just read from its tensors and score layer. ERR_SCHEMA when they do
 * not fit together, or the kind is linear and they are there all the same. */
MUST_CHECK bool head_nets_read(struct head *h, struct err *err);
void head_nets_free(struct head *h);

#endif
