#include "core/mlp_nets.h"

#include "core/widen.h"

#include <string.h>

bool mlp_nets_init(struct mlp_nets *t, const struct hidden_shape *shape, const struct standard *inputs,
                   const struct pair *pairs, struct team *team, struct err *err)
{
    *t = (struct mlp_nets){.nets = shape->nets, .m = shape->per_net, .pairs = pairs, .team = team};
    t->which = mem_array(shape->examples, sizeof *t->which);
    t->rows = mem_array(2 * shape->examples, sizeof *t->rows);
    t->z = mem_array(t->nets * shape->examples, sizeof *t->z);
    if (!hidden_init(&t->hidden, shape, inputs, team, err) || !adam_block_init(&t->v, t->nets * t->m, err)) {
        mlp_nets_free(t);
        return false;
    }
    return true;
}

void mlp_nets_free(struct mlp_nets *t)
{
    hidden_free(&t->hidden);
    adam_block_free(&t->v);
    mem_free(t->which);
    mem_free(t->rows);
    mem_free(t->z);
    *t = (struct mlp_nets){0};
}

/* ---- one net on one batch: from the values of its hidden units to the derivatives of the loss in them ---- */

static void margins(const struct mlp_nets *t, size_t net, double *z)
{
    memset(z, 0, t->n * sizeof *z);
    for (size_t c = net * t->m; c < (net + 1) * t->m; c++) {
        const float *chosen = t->hidden.H + c * 2 * t->n, *rejected = chosen + t->n;
        double v = (double)t->v.w[c];
        for (size_t i = 0; i < t->n; i++)
            z[i] += v * (double)(chosen[i] - rejected[i]);
    }
}

/* z becomes the slopes; the sum of the losses. */
static double losses(const struct mlp_nets *t, double *z)
{
    double sum = 0;
    for (size_t i = 0; i < t->n; i++) {
        const struct pair *p = &t->pairs[t->which[i]];
        struct loss_point at = loss_at(t->loss, p->weight, p->p, p->strength, z[i]);
        sum += at.value;
        z[i] = t->scale * at.slope;
    }
    return sum;
}

static void backward(struct mlp_nets *t, size_t net, const double *slope)
{
    for (size_t c = net * t->m; c < (net + 1) * t->m; c++) {
        const float *chosen = t->hidden.H + c * 2 * t->n, *rejected = chosen + t->n;
        float *g_chosen = t->hidden.G + c * 2 * t->n, *g_rejected = g_chosen + t->n;
        double v = (double)t->v.w[c], gv = 0;
        for (size_t i = 0; i < t->n; i++) {
            float g = (float)(slope[i] * v);
            gv += slope[i] * (double)(chosen[i] - rejected[i]);
            g_chosen[i] = g;
            g_rejected[i] = -g;
        }
        t->v.g[c] = (float)gv;
    }
}

static void each_net(void *ctx, int worker)
{
    struct mlp_nets *t = ctx;
    for (size_t net = (size_t)worker; net < t->nets; net += (size_t)team_workers(t->team)) {
        double *z = t->z + net * t->hidden.shape.examples;
        if (!t->alive[net])
            continue;
        margins(t, net, z);
        t->sum[net] = losses(t, z);
        if (t->learning)
            backward(t, net, z);
        if (t->learning && t->step != NULL)
            adam_block_step(&t->v, net * t->m, t->m, t->step, true);
    }
}

static void forward(struct mlp_nets *t, const struct loss *loss, const size_t *which, size_t n, uint64_t draw,
                    const bool *alive)
{
    t->loss = loss;
    t->n = n;
    t->alive = t->hidden.alive = alive;
    for (size_t i = 0; i < n; i++) {
        t->which[i] = which[i];
        t->rows[i] = t->pairs[which[i]].chosen;
        t->rows[n + i] = t->pairs[which[i]].rejected;
    }
    hidden_forward(&t->hidden, t->rows, n, draw);
    team_run(t->team, each_net, t);
}

void mlp_nets_learn(struct mlp_nets *t, const struct loss *loss, const size_t *which, size_t n, double scale,
                    uint64_t draw, const struct adam_step *step, const bool *alive)
{
    t->learning = true;
    t->scale = scale;
    t->step = step;
    forward(t, loss, which, n, draw, alive);
    hidden_backward(&t->hidden, step);
}

void mlp_nets_judge(struct mlp_nets *t, const struct loss *loss, const size_t *which, size_t n, const bool *alive)
{
    t->learning = false;
    forward(t, loss, which, n, 0, alive);
}

void mlp_nets_copy(const struct mlp_nets *t, size_t net, struct mlp *out)
{
    size_t first = net * t->m, d = out->d;
    widen_f32(t->hidden.U.w + first * d, t->m * d, out->U + first * d);
    widen_f32(t->hidden.b.w + first, t->m, out->b + first);
    widen_f32(t->v.w + first, t->m, out->v + first);
}
