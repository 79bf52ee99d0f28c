#include "core/gate_nets.h"

#include "core/linalg.h"
#include "core/widen.h"

#include <math.h>
#include <string.h>

/* ---- life ---- */

/* Biases that are the logits of the weights. Without a hidden layer it is the drawn logits that make nets differ: they
 * are cut down to a tenth of the temperature. */
static void begin(struct gate_nets *t, const struct gate_shape *shape)
{
    float *bias = t->m > 0 ? t->c.w : t->hidden.b.w;
    if (t->m == 0)
        for (size_t i = 0; i < t->hidden.U.n; i++)
            t->hidden.U.w[i] *= (float)(0.1 * t->temperature);
    for (size_t net = 0; net < t->nets; net++) {
        t->log_beta.w[net] = (float)log(shape->beta);
        for (size_t j = 0; j < t->k; j++)
            bias[net * t->k + j] = (float)(t->temperature * log(shape->weights[j]));
    }
}

bool gate_nets_init(struct gate_nets *t, const struct gate_shape *shape, const struct standard *inputs,
                    struct team *team, struct err *err)
{
    *t = (struct gate_nets){
        .nets = shape->nets, .k = shape->k, .m = shape->m, .temperature = shape->temperature, .team = team};
    size_t outputs = t->nets * t->k;
    struct hidden_shape hidden = {.nets = shape->nets,
                                  .per_net = shape->m > 0 ? shape->m : shape->k,
                                  .activation = shape->m > 0 ? ACTIVATION_RELU : ACTIVATION_LINEAR,
                                  .examples = shape->examples,
                                  .views = 1,
                                  .dropout = shape->m > 0 ? shape->dropout : 0,
                                  .seed = shape->seed};
    t->rows = mem_array(shape->examples, sizeof *t->rows);
    t->softmax = mem_array(outputs, sizeof *t->softmax);
    t->logits = mem_block(outputs, shape->examples * sizeof *t->logits);
    t->slopes = mem_block(outputs, shape->examples * sizeof *t->slopes);
    bool ok = (t->logits != NULL && t->slopes != NULL) ||
              err_set(err, ERR_MEMORY, "no memory for %zu gates of %zu attributes", t->nets, t->k);
    if (!ok || !hidden_init(&t->hidden, &hidden, inputs, team, err) || !adam_block_init(&t->V, outputs * t->m, err) ||
        !adam_block_init(&t->c, t->m > 0 ? outputs : 0, err) || !adam_block_init(&t->log_beta, t->nets, err)) {
        gate_nets_free(t);
        return false;
    }
    begin(t, shape);
    return true;
}

void gate_nets_free(struct gate_nets *t)
{
    hidden_free(&t->hidden);
    adam_block_free(&t->V);
    adam_block_free(&t->c);
    adam_block_free(&t->log_beta);
    mem_free(t->rows);
    mem_free(t->softmax);
    mem_free(t->logits);
    mem_free(t->slopes);
    *t = (struct gate_nets){0};
}

/* ---- one net on one batch ---- */

/* Logits, k x n, of the net: those of the layer below, or V times its values. */
static const float *logits_of(struct gate_nets *t, size_t net)
{
    if (t->m == 0)
        return t->hidden.H + net * t->k * t->n;
    float *logits = t->logits + net * t->k * t->n;
    for (size_t j = 0; j < t->k; j++)
        for (size_t i = 0; i < t->n; i++)
            logits[j * t->n + i] = t->c.w[net * t->k + j];
    linalg_f32_gemm(t->V.w + net * t->k * t->m, t->hidden.H + net * t->m * t->n, 1, logits, t->k, t->n, t->m);
    return logits;
}

/* Loss of example i of the batch, and its slopes in the logits and in log(beta). */
static double one_example(struct gate_nets *t, size_t net, const float *logits, size_t i, float *slopes, double *g_beta)
{
    const struct gate_examples *x = t->x;
    size_t k = t->k, at = t->which[i];
    const double *delta = x->delta + at * k;
    double *g = t->softmax + net * k, beta = exp((double)t->log_beta.w[net]), u = 0;
    for (size_t j = 0; j < k; j++)
        g[j] = (double)logits[j * t->n + i];
    gate_softmax(g, k, t->temperature, g);
    for (size_t j = 0; j < k; j++)
        u += g[j] * delta[j];
    struct loss_point p = loss_at(t->loss, x->weight[at], x->p[at], x->strength[at], beta * u);
    for (size_t j = 0; j < k; j++)
        slopes[j * t->n + i] = (float)(t->scale * p.slope * beta * g[j] * (delta[j] - u) / t->temperature);
    *g_beta += t->scale * p.slope * beta * u;
    return p.value;
}

/* From the slopes in the logits, k x n, to the gradient of V and c and to the slopes in the values of the layer. */
static void backward(struct gate_nets *t, size_t net, const float *slopes)
{
    size_t k = t->k, m = t->m, n = t->n;
    const float *H = t->hidden.H + net * m * n;
    linalg_f32_gemm_nt(slopes, H, 0, t->V.g + net * k * m, k, m, n);
    linalg_f32_gemm_tn(t->V.w + net * k * m, slopes, 0, t->hidden.G + net * m * n, m, n, k);
    for (size_t j = 0; j < k; j++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += (double)slopes[j * n + i];
        t->c.g[net * k + j] = (float)sum;
    }
}

static void take_step(struct gate_nets *t, size_t net)
{
    if (t->m > 0) {
        adam_block_step(&t->V, net * t->k * t->m, t->k * t->m, t->step, true);
        adam_block_step(&t->c, net * t->k, t->k, t->step, false);
    }
    adam_block_step(&t->log_beta, net, 1, t->step, false);
}

static void one_net(struct gate_nets *t, size_t net)
{
    const float *logits = logits_of(t, net);
    float *slopes = (t->m > 0 ? t->slopes : t->hidden.G) + net * t->k * t->n;
    double g_beta = 0;
    t->sum[net] = 0;
    for (size_t i = 0; i < t->n; i++)
        t->sum[net] += one_example(t, net, logits, i, slopes, &g_beta);
    if (!t->learning)
        return;
    t->log_beta.g[net] = (float)g_beta;
    if (t->m > 0)
        backward(t, net, slopes);
    if (t->step != NULL)
        take_step(t, net);
}

static void each_net(void *ctx, int worker)
{
    struct gate_nets *t = ctx;
    for (size_t net = (size_t)worker; net < t->nets; net += (size_t)team_workers(t->team))
        if (t->alive[net])
            one_net(t, net);
}

/* ---- all nets ---- */

static void forward(struct gate_nets *t, const struct loss *loss, const struct gate_examples *x, const size_t *which,
                    size_t n, uint64_t draw, const bool *alive)
{
    t->loss = loss;
    t->x = x;
    t->which = which;
    t->n = n;
    t->alive = t->hidden.alive = alive;
    for (size_t i = 0; i < n; i++)
        t->rows[i] = x->prompt[which[i]];
    hidden_forward(&t->hidden, t->rows, n, draw);
    team_run(t->team, each_net, t);
}

void gate_nets_learn(struct gate_nets *t, const struct loss *loss, const struct gate_examples *x, const size_t *which,
                     size_t n, double scale, uint64_t draw, const struct adam_step *step, const bool *alive)
{
    t->learning = true;
    t->scale = scale;
    t->step = step;
    forward(t, loss, x, which, n, draw, alive);
    hidden_backward(&t->hidden, step);
}

void gate_nets_judge(struct gate_nets *t, const struct loss *loss, const struct gate_examples *x, const size_t *which,
                     size_t n, const bool *alive)
{
    t->learning = false;
    t->scale = 1;
    forward(t, loss, x, which, n, 0, alive);
}

void gate_nets_copy(const struct gate_nets *t, size_t net, struct gate *out)
{
    size_t units = t->hidden.shape.per_net, d = t->hidden.d, first = net * units;
    widen_f32(t->hidden.U.w + first * d, units * d, (t->m > 0 ? out->U : out->V) + first * d);
    widen_f32(t->hidden.b.w + first, units, (t->m > 0 ? out->b : out->c) + first);
    if (t->m > 0) {
        widen_f32(t->V.w + net * t->k * t->m, t->k * t->m, out->V + net * t->k * t->m);
        widen_f32(t->c.w + net * t->k, t->k, out->c + net * t->k);
    }
    out->beta[net] = exp((double)t->log_beta.w[net]);
}
