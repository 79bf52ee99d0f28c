#include "core/mlp_fit.h"

#include "core/linalg.h"
#include "core/mlp_nets.h"

#include <string.h>

struct fitting {
    const struct mlp_opts *o;
    const struct pair *pairs;
    const size_t *fit, *held;
    size_t n_held;
    double divisor; /* n_fit / W: makes the mean of a batch an estimate of f */
    struct standard inputs;
    struct mlp_nets nets;
    size_t *which;   /* the batch, as indices into pairs */
    struct mlp *out; /* the nets at their best so far, for standardised inputs */
};

/* ---- what descent.h asks for ---- */

static double step(void *ctx, const size_t *which, size_t n, uint64_t t, const struct adam_step *s, const bool *alive)
{
    struct fitting *f = ctx;
    double sum = 0, scale = f->divisor / (double)n;
    size_t living = 0;
    for (size_t i = 0; i < n; i++)
        f->which[i] = f->fit[which[i]];
    mlp_nets_learn(&f->nets, &f->o->loss, f->which, n, scale, t, s, alive);
    for (size_t net = 0; net < f->nets.nets; net++)
        if (alive[net]) {
            sum += f->nets.sum[net];
            living++;
        }
    return scale * sum / (double)living;
}

static double sum_of_weights(const struct pair *pairs, const size_t *which, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += pairs[which[i]].weight;
    return sum;
}

static void judge(void *ctx, const bool *alive, double *nll)
{
    static const struct loss plain = {.kind = LOSS_PLAIN};
    struct fitting *f = ctx;
    size_t batch = f->nets.hidden.shape.examples;
    double weight = sum_of_weights(f->pairs, f->held, f->n_held);
    memset(nll, 0, f->nets.nets * sizeof *nll);
    for (size_t i = 0; i < f->n_held; i += batch) {
        mlp_nets_judge(&f->nets, &plain, f->held + i, f->n_held - i < batch ? f->n_held - i : batch, alive);
        for (size_t net = 0; net < f->nets.nets; net++)
            if (alive[net])
                nll[net] += f->nets.sum[net] / weight;
    }
}

static void keep(void *ctx, size_t net)
{
    struct fitting *f = ctx;
    mlp_nets_copy(&f->nets, net, f->out);
}

/* ---- the whole ---- */

static bool standardise(struct fitting *f, const struct embeddings *e, size_t n_fit, struct err *err)
{
    size_t *rows = mem_array(2 * n_fit, sizeof *rows);
    for (size_t i = 0; i < n_fit; i++) {
        rows[2 * i] = f->pairs[f->fit[i]].chosen;
        rows[2 * i + 1] = f->pairs[f->fit[i]].rejected;
    }
    bool ok = standard_init(&f->inputs, e, rows, 2 * n_fit, err);
    mem_free(rows);
    return ok;
}

/* The nets become one, their average, that takes plain rows. */
static void join(struct fitting *f)
{
    for (size_t c = 0; c < f->out->m; c++)
        f->out->v[c] /= (double)f->nets.nets;
    standard_fold(&f->inputs, f->out->m, f->out->U, f->out->b);
}

static bool fit_nets(struct fitting *f, size_t n_fit, struct team *team, struct descent_info *info,
                     const struct progress *progress, struct err *err)
{
    const struct descent_opts *o = &f->o->descent;
    struct hidden_shape shape = {.nets = o->nets,
                                 .per_net = f->o->hidden,
                                 .activation = f->o->activation,
                                 .examples = o->batch < n_fit ? o->batch : n_fit,
                                 .views = 2,
                                 .dropout = o->dropout,
                                 .seed = o->seed};
    struct descent_work work = {.ctx = f, .n = n_fit, .step = step, .keep = keep};
    if (!mlp_nets_init(&f->nets, &shape, &f->inputs, f->pairs, team, err))
        return false;
    f->which = mem_array(shape.examples, sizeof *f->which);
    if (sum_of_weights(f->pairs, f->held, f->n_held) > 0)
        work.judge = judge;
    bool ok = descent_run(o, &work, info, progress, err);
    if (ok)
        join(f);
    mem_free(f->which);
    mlp_nets_free(&f->nets);
    return ok;
}

static bool check(const struct mlp_opts *o, size_t n_fit, double weight, struct err *err)
{
    if (!descent_check(&o->descent, err) || !loss_check(&o->loss, o->descent.decay, err))
        return false;
    if (o->hidden < 1)
        return err_set(err, ERR_RANGE, "a hidden layer needs at least one unit");
    return (n_fit > 0 && weight > 0) || err_set(err, ERR_RANGE, "there are no pairs to train on");
}

bool mlp_fit(const struct embeddings *e, const struct pair *pairs, const size_t *fit, size_t n_fit, const size_t *held,
             size_t n_held, const struct mlp_opts *o, struct mlp *out, struct descent_info *info,
             const struct progress *progress, struct err *err)
{
    struct fitting f = {.o = o, .pairs = pairs, .fit = fit, .held = held, .n_held = n_held, .out = out};
    double weight = sum_of_weights(pairs, fit, n_fit);
    if (!check(o, n_fit, weight, err) || !mlp_init(out, o->descent.nets * o->hidden, e->d, o->activation, err))
        return false;
    f.divisor = (double)n_fit / weight;
    struct team *team = team_open(o->descent.threads);
    linalg_threads(1); /* each of our threads multiplies by itself */
    bool ok = standardise(&f, e, n_fit, err) && fit_nets(&f, n_fit, team, info, progress, err);
    if (!ok)
        mlp_free(out);
    standard_free(&f.inputs);
    team_close(team);
    linalg_threads(o->descent.threads);
    return ok;
}
