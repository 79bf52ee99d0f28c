#include "core/gate.h"

#include "core/activation.h"
#include "core/base/mem.h"
#include "core/linalg.h"

#include <math.h>
#include <string.h>

/* Columns of V: what the logits are made of. */
static size_t inner(const struct gate *g)
{
    return g->m > 0 ? g->m : g->d;
}

bool gate_init(struct gate *g, size_t nets, size_t k, size_t d, size_t m, double temperature, struct err *err)
{
    *g = (struct gate){.nets = nets, .k = k, .d = d, .m = m, .temperature = temperature};
    g->U = mem_block(nets * m + 1, d * sizeof *g->U);
    g->b = mem_block(nets * m + 1, sizeof *g->b);
    g->V = mem_block(nets * k, inner(g) * sizeof *g->V);
    g->c = mem_block(nets * k, sizeof *g->c);
    g->beta = mem_block(nets, sizeof *g->beta);
    g->mix = mem_block(k, k * sizeof *g->mix);
    if (g->U == NULL || g->b == NULL || g->V == NULL || g->c == NULL || g->beta == NULL || g->mix == NULL) {
        gate_free(g);
        return err_set(err, ERR_MEMORY, "no memory for %zu gates of %zu attributes on %zu columns", nets, k, d);
    }
    for (size_t s = 0; s < nets; s++)
        g->beta[s] = 1;
    for (size_t j = 0; j < k; j++)
        g->mix[j * k + j] = 1;
    return true;
}

void gate_free(struct gate *g)
{
    mem_free(g->U);
    mem_free(g->b);
    mem_free(g->V);
    mem_free(g->c);
    mem_free(g->beta);
    mem_free(g->mix);
    *g = (struct gate){0};
}

void gate_softmax(const double *logits, size_t n, double temperature, double *out)
{
    double largest = -INFINITY, sum = 0;
    for (size_t j = 0; j < n; j++)
        largest = fmax(largest, logits[j]);
    for (size_t j = 0; j < n; j++) {
        out[j] = exp((logits[j] - largest) / temperature);
        sum += out[j];
    }
    for (size_t j = 0; j < n; j++)
        out[j] /= sum;
}

/* Of one net: values of its hidden units (m, may be NULL when m = 0) and its weights (k). */
static void one_gate(const struct gate *g, size_t net, const double *prompt, double *values, double *weights)
{
    const double *in = prompt;
    for (size_t c = 0; c < g->m; c++) {
        size_t unit = net * g->m + c;
        values[c] = activation_value(ACTIVATION_RELU, linalg_dot(g->U + unit * g->d, prompt, g->d) + g->b[unit]);
        in = values;
    }
    memcpy(weights, g->c + net * g->k, g->k * sizeof *weights);
    linalg_gemv(g->V + net * g->k * inner(g), g->k, inner(g), in, 1, weights);
    gate_softmax(weights, g->k, g->temperature, weights);
}

void gate_weights(const struct gate *g, const double *prompt, double *weights)
{
    double *values = mem_array(g->m + 1, sizeof *values), *one = mem_array(g->k, sizeof *one), sum = 0;
    memset(weights, 0, g->k * sizeof *weights);
    for (size_t net = 0; net < g->nets; net++) {
        one_gate(g, net, prompt, values, one);
        linalg_axpy(g->beta[net], one, weights, g->k);
        sum += g->beta[net];
    }
    linalg_scale(1 / sum, weights, g->k);
    mem_free(values);
    mem_free(one);
}

double gate_scale(const struct gate *g)
{
    double sum = 0;
    for (size_t net = 0; net < g->nets; net++)
        sum += g->beta[net];
    return sum / (double)g->nets;
}

void gate_mix(const struct gate *g, const double *outputs, double *mixed)
{
    linalg_gemv(g->mix, g->k, g->k, outputs, 0, mixed);
}

double gate_reward(const struct gate *g, const double *weights, const double *outputs)
{
    double sum = 0;
    for (size_t j = 0; j < g->k; j++)
        sum += weights[j] * linalg_dot(g->mix + j * g->k, outputs, g->k);
    return gate_scale(g) * sum;
}

/* ---- the slow twin ---- */

/* What derivatives `of` in the logits add to the gradient. */
static void backward(const struct gate *g, const double *prompt, const double *values, const double *of,
                     struct gate *grad)
{
    const double *in = g->m > 0 ? values : prompt;
    for (size_t j = 0; j < g->k; j++) {
        grad->c[j] += of[j];
        linalg_axpy(of[j], in, grad->V + j * inner(g), inner(g));
    }
    for (size_t c = 0; c < g->m; c++) {
        double a = 0;
        for (size_t j = 0; j < g->k; j++)
            a += of[j] * g->V[j * g->m + c];
        a *= activation_slope(ACTIVATION_RELU, values[c]);
        grad->b[c] += a;
        linalg_axpy(a, prompt, grad->U + c * g->d, g->d);
    }
}

static void clear(struct gate *grad)
{
    memset(grad->U, 0, grad->m * grad->d * sizeof *grad->U);
    memset(grad->b, 0, grad->m * sizeof *grad->b);
    memset(grad->V, 0, grad->k * inner(grad) * sizeof *grad->V);
    memset(grad->c, 0, grad->k * sizeof *grad->c);
    grad->beta[0] = 0;
}

double gate_loss(const struct gate *g, const double *prompts, const struct gate_examples *x, const struct loss *loss,
                 struct gate *grad)
{
    double sum = 0, *values = mem_array(g->m + 1, sizeof *values), *weights = mem_array(g->k, sizeof *weights);
    if (grad != NULL)
        clear(grad);
    for (size_t i = 0; i < x->n; i++) {
        const double *prompt = prompts + x->prompt[i] * g->d, *delta = x->delta + i * g->k;
        one_gate(g, 0, prompt, values, weights);
        double u = linalg_dot(weights, delta, g->k), z = g->beta[0] * u;
        struct loss_point at = loss_at(loss, x->weight[i], x->p[i], x->strength[i], z);
        sum += at.value;
        if (grad == NULL)
            continue;
        for (size_t j = 0; j < g->k; j++)
            weights[j] *= at.slope * g->beta[0] * (delta[j] - u) / g->temperature;
        backward(g, prompt, values, weights, grad);
        grad->beta[0] += at.slope * z;
    }
    mem_free(values);
    mem_free(weights);
    return sum;
}
