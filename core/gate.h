/* A head of several attributes whose weights depend on the prompt (ArmoRM, arXiv:2406.12845, stage 2):
 *
 *   r  = W x + b                  k attributes of the answer x, fitted to ratings before (ridge.h)
 *   r' = mix r                    usually: each without its share of verbosity
 *   g  = softmax(f(prompt) / T)   over the k ATTRIBUTES; f linear, or with one hidden layer of ReLU
 *   R  = beta g . r'
 *
 * and several such gates, from different beginnings, averaged: R = mean over nets of beta_s g_s . r'. That is one
 * gate g = sum beta_s g_s / sum beta_s, again weights that sum to 1, with the mean of beta.
 *
 * The script released with the paper takes the softmax over the two answers and leaves the decorrelated rewards
 * unused; here it is done as the paper says. */
#ifndef ASSAY_CORE_GATE_H
#define ASSAY_CORE_GATE_H

#include "core/loss.h"

enum { GATE_MAX_ATTRIBUTES = 256 };

struct gate {
    size_t nets, k, d;  /* k <= GATE_MAX_ATTRIBUTES; d: columns of a prompt's embedding */
    size_t m;           /* hidden units of one net; 0: f is linear */
    double temperature; /* T > 0 */
    double *U, *b;      /* (nets m) x d by rows, nets m */
    double *V, *c;      /* (nets k) x (m, or d when m = 0) by rows, nets k */
    double *beta;       /* nets; > 0 */
    double *mix;        /* k x k by rows */
};

/* U, b, V, c 0 (all weights equal), beta 1, mix the identity. ERR_MEMORY; on failure nothing needs freeing. */
MUST_CHECK bool gate_init(struct gate *g, size_t nets, size_t k, size_t d, size_t m, double temperature,
                          struct err *err);
void gate_free(struct gate *g);

/* weights (k) of the averaged gate for a prompt (d). */
void gate_weights(const struct gate *g, const double *prompt, double *weights);
/* Mean of beta. */
double gate_scale(const struct gate *g);
/* mixed (k) = mix outputs */
void gate_mix(const struct gate *g, const double *outputs, double *mixed);
/* R of an answer with these outputs (k) to a prompt with these weights (k). */
double gate_reward(const struct gate *g, const double *weights, const double *outputs);

/* A softmax of n logits at temperature T, without overflow; out may be the logits. */
void gate_softmax(const double *logits, size_t n, double temperature, double *out);

/* Pairs as a gate sees them: what the mixed attributes of chosen and rejected differ by. */
struct gate_examples {
    size_t n;
    const size_t *prompt; /* rows of the embeddings */
    const double *delta;  /* n x k by rows */
    const double *weight, *p, *strength;
};
/* The sum of the losses at z_i = beta g(prompt_i) . delta_i of a gate of one net, and, unless `grad` is NULL, its
 * gradient: grad has the shape of g and is overwritten; grad->beta is the derivative in log(beta), grad->mix is left.
 * prompts: the embeddings of the prompts, rows of d. In float64, one pair after the other as it is written down; with
 * s_i the slope of the loss in z_i and u_i = g . delta_i,
 *   d logits = s_i beta g * (delta_i - u_i) / T      d log(beta) = s_i z_i
 * This is what the fit (gate_fit.h) is measured by. */
double gate_loss(const struct gate *g, const double *prompts, const struct gate_examples *x, const struct loss *loss,
                 struct gate *grad);

#endif
