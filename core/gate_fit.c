#include "core/gate_fit.h"

#include "core/gate_nets.h"
#include "core/linalg.h"
#include "core/mix.h"

#include <math.h>
#include <string.h>

static const struct loss plain = {.kind = LOSS_PLAIN};

/* ---- pairs as a gate sees them ---- */

/* The memory that struct gate_examples points into. */
struct seen {
    struct gate_examples x;
    size_t *prompt;
    double *delta, *numbers; /* n x k; weights, p, strengths: n each */
};

static void seen_free(struct seen *s)
{
    mem_free(s->prompt);
    mem_free(s->delta);
    mem_free(s->numbers);
    *s = (struct seen){0};
}

static bool see(struct seen *s, const struct gate_data *data, const struct gate *mixer, const size_t *which, size_t i,
                struct err *err)
{
    const struct pair *p = &data->pairs[which[i]];
    size_t k = data->k, n = s->x.n;
    double plain_delta[GATE_MAX_ATTRIBUTES];
    if (p->prompt == SIZE_MAX)
        return err_set(err, ERR_MISSING, "the pair of rows %zu and %zu has no prompt, and the gate looks at prompts",
                       p->chosen, p->rejected);
    for (size_t j = 0; j < k; j++) {
        plain_delta[j] = data->outputs[p->chosen * k + j] - data->outputs[p->rejected * k + j];
        if (!isfinite(plain_delta[j]))
            return err_set(err, ERR_NUMERIC, "an attribute of row %zu or %zu is not finite", p->chosen, p->rejected);
    }
    gate_mix(mixer, plain_delta, s->delta + i * k);
    s->prompt[i] = p->prompt;
    s->numbers[i] = p->weight;
    s->numbers[n + i] = p->p;
    s->numbers[2 * n + i] = p->strength;
    return true;
}

static bool see_all(struct seen *s, const struct gate_data *data, const struct gate *mixer, const size_t *which,
                    size_t n, struct err *err)
{
    *s = (struct seen){.prompt = mem_block(n + 1, sizeof *s->prompt),
                       .delta = mem_block(n + 1, data->k * sizeof *s->delta),
                       .numbers = mem_block(n + 1, 3 * sizeof *s->numbers)};
    bool ok = (s->prompt != NULL && s->delta != NULL && s->numbers != NULL) ||
              err_set(err, ERR_MEMORY, "no memory for the attributes of %zu pairs", n);
    if (ok)
        s->x = (struct gate_examples){.n = n,
                                      .prompt = s->prompt,
                                      .delta = s->delta,
                                      .weight = s->numbers,
                                      .p = s->numbers + n,
                                      .strength = s->numbers + 2 * n};
    for (size_t i = 0; ok && i < n; i++)
        ok = see(s, data, mixer, which, i, err);
    if (!ok)
        seen_free(s);
    return ok;
}

static double sum_of_weights(const struct gate_examples *x)
{
    double sum = 0;
    for (size_t i = 0; i < x->n; i++)
        sum += x->weight[i];
    return sum;
}

/* ---- where gates begin ---- */

/* No weight below this share, so that a gate can still bring it up. */
static const double least_share = 0.02;

/* The best constant weights, as shares. When none of them is above 0 the attributes say nothing, or the contrary: then
 * all are alike. */
static bool best_weights(const struct gate_examples *x, size_t k, double *weights, struct err *err)
{
    struct mix_pairs pairs = {.D = x->delta, .n = x->n, .k = k, .weight = x->weight, .p = x->p};
    struct bt_info info;
    double sum = 0, shares = 0;
    if (!mix_fit(&pairs, &(struct mix_opts){.l2 = 1e-4, .non_negative = true}, weights, &info, err))
        return false;
    for (size_t j = 0; j < k; j++)
        sum += weights[j];
    for (size_t j = 0; j < k; j++) {
        weights[j] = fmax(least_share, sum > 0 ? weights[j] / sum : 1);
        shares += weights[j];
    }
    for (size_t j = 0; j < k; j++)
        weights[j] /= shares;
    return true;
}

/* Value, slope and curvature in beta of the sum of losses. */
static struct loss_point along_beta(const struct gate_examples *x, size_t k, const double *weights,
                                    const struct loss *loss, double beta)
{
    struct loss_point sum = {0};
    for (size_t i = 0; i < x->n; i++) {
        double u = linalg_dot(weights, x->delta + i * k, k);
        struct loss_point at = loss_at(loss, x->weight[i], x->p[i], x->strength[i], beta * u);
        sum.value += at.value;
        sum.slope += at.slope * u;
        sum.curvature += at.curvature * u * u;
    }
    return sum;
}

/* Newton's method in one number, kept between 1e-3 and 1e3: there need be no best one above 0. */
static double best_beta(const struct gate_examples *x, size_t k, const double *weights, const struct loss *loss)
{
    double beta = 0;
    for (int i = 0; i < 50; i++) {
        struct loss_point at = along_beta(x, k, weights, loss, beta);
        double step = at.curvature > 0 ? -at.slope / at.curvature : 0, next = beta + step;
        while (fabs(next - beta) > 1e-9 * fabs(beta) && along_beta(x, k, weights, loss, next).value > at.value)
            next = (next + beta) / 2;
        if (!(fabs(next - beta) > 1e-6 * fabs(beta)))
            break;
        beta = next;
    }
    return fmin(1e3, fmax(1e-3, beta));
}

/* ---- what descent.h asks for ---- */

struct fitting {
    const struct gate_opts *o;
    struct seen fit, held;
    double divisor; /* n_fit / W: makes the mean of a batch an estimate of f */
    struct standard inputs;
    struct gate_nets nets;
    size_t *held_order; /* 0, 1, 2, ... */
    struct gate *out;   /* the nets at their best so far, for standardised prompts */
};

static double step(void *ctx, const size_t *which, size_t n, uint64_t t, const struct adam_step *s, const bool *alive)
{
    struct fitting *f = ctx;
    double sum = 0, scale = f->divisor / (double)n;
    size_t living = 0;
    gate_nets_learn(&f->nets, &f->o->loss, &f->fit.x, which, n, scale, t, s, alive);
    for (size_t net = 0; net < f->nets.nets; net++)
        if (alive[net]) {
            sum += f->nets.sum[net];
            living++;
        }
    return scale * sum / (double)living;
}

static void judge(void *ctx, const bool *alive, double *nll)
{
    struct fitting *f = ctx;
    size_t batch = f->nets.hidden.shape.examples, n = f->held.x.n;
    double weight = sum_of_weights(&f->held.x);
    memset(nll, 0, f->nets.nets * sizeof *nll);
    for (size_t i = 0; i < n; i += batch) {
        gate_nets_judge(&f->nets, &plain, &f->held.x, f->held_order + i, n - i < batch ? n - i : batch, alive);
        for (size_t net = 0; net < f->nets.nets; net++)
            if (alive[net])
                nll[net] += f->nets.sum[net] / weight;
    }
}

static void keep(void *ctx, size_t net)
{
    struct fitting *f = ctx;
    gate_nets_copy(&f->nets, net, f->out);
}

/* ---- the whole ---- */

static bool fit_nets(struct fitting *f, struct team *team, struct descent_info *info, const struct progress *progress,
                     struct err *err)
{
    const struct descent_opts *o = &f->o->descent;
    size_t n = f->fit.x.n, k = f->out->k;
    double weights[GATE_MAX_ATTRIBUTES];
    if (!best_weights(&f->fit.x, k, weights, err))
        return false;
    struct gate_shape shape = {.nets = o->nets,
                               .k = k,
                               .m = f->o->hidden,
                               .temperature = f->o->temperature,
                               .weights = weights,
                               .beta = best_beta(&f->fit.x, k, weights, &f->o->loss),
                               .examples = o->batch < n ? o->batch : n,
                               .dropout = o->dropout,
                               .seed = o->seed};
    struct descent_work work = {.ctx = f, .n = n, .step = step, .keep = keep};
    if (!gate_nets_init(&f->nets, &shape, &f->inputs, team, err))
        return false;
    f->held_order = mem_array(f->held.x.n, sizeof *f->held_order);
    for (size_t i = 0; i < f->held.x.n; i++)
        f->held_order[i] = i;
    if (sum_of_weights(&f->held.x) > 0)
        work.judge = judge;
    bool ok = descent_run(o, &work, info, progress, err);
    if (ok && f->out->m > 0)
        standard_fold(&f->inputs, f->out->nets * f->out->m, f->out->U, f->out->b);
    else if (ok)
        standard_fold(&f->inputs, f->out->nets * f->out->k, f->out->V, f->out->c);
    mem_free(f->held_order);
    gate_nets_free(&f->nets);
    return ok;
}

static bool check(const struct gate_data *data, const struct gate_opts *o, size_t n_fit, struct err *err)
{
    if (!descent_check(&o->descent, err) || !loss_check(&o->loss, o->descent.decay, err))
        return false;
    if (!(o->temperature > 0) || !isfinite(o->temperature))
        return err_set(err, ERR_RANGE, "the temperature is %g; it must be a finite number above 0", o->temperature);
    if (data->k < 2 || data->k > GATE_MAX_ATTRIBUTES)
        return err_set(err, ERR_RANGE, "a gate weighs 2 to %d attributes against one another; there are %zu",
                       GATE_MAX_ATTRIBUTES, data->k);
    return n_fit > 0 || err_set(err, ERR_RANGE, "there are no pairs to train on");
}

static bool prepare(struct fitting *f, const struct gate_data *data, const size_t *fit, size_t n_fit,
                    const size_t *held, size_t n_held, struct err *err)
{
    if (data->mix != NULL)
        memcpy(f->out->mix, data->mix, data->k * data->k * sizeof *data->mix);
    if (!see_all(&f->fit, data, f->out, fit, n_fit, err) || !see_all(&f->held, data, f->out, held, n_held, err))
        return false;
    f->divisor = (double)n_fit / sum_of_weights(&f->fit.x);
    if (!isfinite(f->divisor))
        return err_set(err, ERR_RANGE, "all pairs have weight 0: there is nothing to train on");
    return standard_init(&f->inputs, data->e, f->fit.prompt, n_fit, err);
}

bool gate_fit(const struct gate_data *data, const size_t *fit, size_t n_fit, const size_t *held, size_t n_held,
              const struct gate_opts *o, struct gate *out, struct descent_info *info, const struct progress *progress,
              struct err *err)
{
    struct fitting f = {.o = o, .out = out};
    if (!check(data, o, n_fit, err) ||
        !gate_init(out, o->descent.nets, data->k, data->e->d, o->hidden, o->temperature, err))
        return false;
    struct team *team = team_open(o->descent.threads);
    linalg_threads(1); /* each of our threads multiplies by itself */
    bool ok = prepare(&f, data, fit, n_fit, held, n_held, err) && fit_nets(&f, team, info, progress, err);
    if (!ok)
        gate_free(out);
    seen_free(&f.fit);
    seen_free(&f.held);
    standard_free(&f.inputs);
    team_close(team);
    linalg_threads(o->descent.threads);
    return ok;
}
