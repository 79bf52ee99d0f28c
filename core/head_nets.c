/* What of a head is not linear: in memory a net, in the file tensors beside the score layer. */
#include "core/head.h"

#include "core/base/mem.h"

#include <string.h>

static const char mlp_kind[] = "mlp", gated_kind[] = "gated", activation_key[] = "activation";

static void rename_kind(struct head *h, const char *kind)
{
    mem_free(h->kind);
    h->kind = mem_dup(kind);
}

void head_nets_free(struct head *h)
{
    if (h->mlp != NULL)
        mlp_free(h->mlp);
    if (h->gate != NULL)
        gate_free(h->gate);
    mem_free(h->mlp);
    mem_free(h->gate);
    h->mlp = NULL;
    h->gate = NULL;
}

bool head_check_linear(const struct head *h, const char *name, struct err *err)
{
    return (h->mlp == NULL && h->gate == NULL && head_tensor(h, "ordinal.levels") == NULL) ||
           err_set(err, ERR_USAGE, "%s is a head of kind %s, which is not linear", name, h->kind);
}

double head_gated_reward(const struct head *h, const double *weights, const double *x)
{
    double outputs[GATE_MAX_ATTRIBUTES];
    head_outputs(h, x, outputs);
    return gate_reward(h->gate, weights, outputs);
}

/* ---- mlp ---- */

void head_set_mlp(struct head *h, struct mlp *m)
{
    if (h->k != 1 || h->d != m->d || m->m == 0)
        BUG("a net of %zu columns for a head of %zu outputs and %zu columns", m->d, h->k, h->d);
    rename_kind(h, mlp_kind);
    head_set_meta(h, activation_key, activation_name(m->activation));
    head_set_tensor(h, "hidden.weight", m->m, m->d, m->U);
    head_set_tensor(h, "hidden.bias", m->m, 0, m->b);
    head_nets_free(h);
    h->mlp = mem_alloc(sizeof *h->mlp);
    *h->mlp = *m;
    *m = (struct mlp){0};
}

static bool read_activation(const struct head *h, enum activation *f, struct err *err)
{
    const char *name = head_meta(h, activation_key);
    for (int i = ACTIVATION_TANH; name != NULL && i <= ACTIVATION_LINEAR; i++)
        if (strcmp(name, activation_name((enum activation)i)) == 0) {
            *f = (enum activation)i;
            return true;
        }
    return err_set(err, ERR_SCHEMA, "the metadata \"activation\" is %s; tanh, relu and linear are known",
                   name != NULL ? name : "missing");
}

/* The score layer reads the hidden units: it becomes v, and the columns of the head are those of the hidden layer. */
static bool read_mlp(struct head *h, struct err *err)
{
    const struct head_tensor *U = head_tensor(h, "hidden.weight"), *b = head_tensor(h, "hidden.bias");
    enum activation f = ACTIVATION_TANH;
    struct mlp m;
    if (U == NULL || b == NULL || U->cols == 0 || b->cols != 0 || U->rows != h->d || b->rows != h->d || h->k != 1)
        return err_set(err, ERR_SCHEMA, "hidden.weight and hidden.bias do not fit a score.weight of %zu x %zu", h->k,
                       h->d);
    if (!read_activation(h, &f, err) || !mlp_init(&m, h->d, U->cols, f, err))
        return false;
    memcpy(m.U, U->v, m.m * m.d * sizeof *m.U);
    memcpy(m.b, b->v, m.m * sizeof *m.b);
    memcpy(m.v, h->W, m.m * sizeof *m.v);
    m.c = h->b[0];
    h->d = m.d;
    mem_free(h->W);
    h->W = mem_array(h->d, sizeof *h->W);
    h->b[0] = 0;
    head_set_mlp(h, &m);
    return true;
}

/* ---- gated ---- */

/* Columns of gate.weight. */
static size_t inner(const struct gate *g)
{
    return g->m > 0 ? g->m : g->d;
}

void head_set_gate(struct head *h, struct gate *g)
{
    if (h->k != g->k || h->d != g->d)
        BUG("a gate of %zu attributes and %zu columns for a head of %zu and %zu", g->k, g->d, h->k, h->d);
    rename_kind(h, gated_kind);
    if (g->m > 0) {
        head_set_tensor(h, "gate.hidden.weight", g->nets * g->m, g->d, g->U);
        head_set_tensor(h, "gate.hidden.bias", g->nets * g->m, 0, g->b);
    }
    head_set_tensor(h, "gate.weight", g->nets * g->k, inner(g), g->V);
    head_set_tensor(h, "gate.bias", g->nets * g->k, 0, g->c);
    head_set_tensor(h, "gate.beta", g->nets, 0, g->beta);
    head_set_tensor(h, "gate.mix", g->k, g->k, g->mix);
    head_set_tensor(h, "gate.temperature", 1, 0, &g->temperature);
    head_nets_free(h);
    h->gate = mem_alloc(sizeof *h->gate);
    *h->gate = *g;
    *g = (struct gate){0};
}

/* Copy a tensor of that shape; cols 0: a vector. */
static bool take(const struct head *h, const char *name, size_t rows, size_t cols, double *out, struct err *err)
{
    const struct head_tensor *t = head_tensor(h, name);
    if (t == NULL || t->rows != rows || t->cols != cols)
        return err_set(err, ERR_SCHEMA, "%s is %s; %zu x %zu is needed", name,
                       t == NULL ? "missing" : "of another shape", rows, cols > 0 ? cols : 1);
    memcpy(out, t->v, rows * (cols > 0 ? cols : 1) * sizeof *out);
    return true;
}

static bool above_zero(const char *name, const double *v, size_t n, struct err *err)
{
    for (size_t i = 0; i < n; i++)
        if (!(v[i] > 0))
            return err_set(err, ERR_RANGE, "%s holds %g; it must be above 0", name, v[i]);
    return true;
}

static bool take_gate(const struct head *h, struct gate *g, struct err *err)
{
    return (g->m == 0 || (take(h, "gate.hidden.weight", g->nets * g->m, g->d, g->U, err) &&
                          take(h, "gate.hidden.bias", g->nets * g->m, 0, g->b, err))) &&
           take(h, "gate.weight", g->nets * g->k, inner(g), g->V, err) &&
           take(h, "gate.bias", g->nets * g->k, 0, g->c, err) && take(h, "gate.beta", g->nets, 0, g->beta, err) &&
           take(h, "gate.mix", g->k, g->k, g->mix, err) && above_zero("gate.beta", g->beta, g->nets, err);
}

static bool read_gate(struct head *h, struct err *err)
{
    const struct head_tensor *beta = head_tensor(h, "gate.beta"), *hidden = head_tensor(h, "gate.hidden.bias");
    size_t nets = beta != NULL ? beta->rows : 0, units = hidden != NULL ? hidden->rows : 0;
    double temperature;
    struct gate g;
    if (nets == 0 || units % nets != 0 || (hidden != NULL && units == 0) || h->k > GATE_MAX_ATTRIBUTES)
        return err_set(err, ERR_SCHEMA, "%zu gates of %zu hidden units and %zu attributes are no head", nets, units,
                       h->k);
    if (!take(h, "gate.temperature", 1, 0, &temperature, err) ||
        !above_zero("gate.temperature", &temperature, 1, err) ||
        !gate_init(&g, nets, h->k, h->d, units / nets, temperature, err))
        return false;
    if (!take_gate(h, &g, err)) {
        gate_free(&g);
        return false;
    }
    head_set_gate(h, &g);
    return true;
}

bool head_nets_read(struct head *h, struct err *err)
{
    if (strcmp(h->kind, mlp_kind) == 0)
        return read_mlp(h, err);
    if (strcmp(h->kind, gated_kind) == 0)
        return read_gate(h, err);
    return (head_tensor(h, "hidden.weight") == NULL && head_tensor(h, "gate.weight") == NULL) ||
           err_set(err, ERR_SCHEMA, "a %s head is linear, but the file holds a net", h->kind);
}
