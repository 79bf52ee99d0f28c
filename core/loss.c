#include "core/loss.h"

#include "core/bt.h"

#include <math.h>

static const struct {
    const char *name;
    bool scaled, shifted;
} kinds[] = {
#define X(id, name, scaled, shifted, formula, text) {name, scaled, shifted},
    LOSSES(X)
#undef X
};

static const struct {
    const char *name;
    bool shifted_convex, needs_l2;
} noises[] = {
#define X(id, name, shifted_convex, needs_l2, text) {name, shifted_convex, needs_l2},
    LOSS_NOISES(X)
#undef X
};

const char *loss_kind_name(enum loss_kind k)
{
    return kinds[k].name;
}

const char *loss_noise_name(enum loss_noise n)
{
    return noises[n].name;
}

bool loss_is_convex(const struct loss *l)
{
    return l->noise != LOSS_CHANNEL && (!kinds[l->kind].shifted || noises[l->noise].shifted_convex);
}

bool loss_needs_l2(const struct loss *l)
{
    return noises[l->noise].needs_l2 && l->rate > 0;
}

bool loss_has_form(const struct loss *l)
{
    return l->noise != LOSS_CHANNEL;
}

bool loss_check(const struct loss *l, double l2, struct err *err)
{
    const char *noise = noises[l->noise].name;
    if (!(l->rate >= 0 && l->rate < 0.5))
        return err_set(err, ERR_USAGE, "%s %g: a share of wrong labels lies from 0 to below 0.5", noise, l->rate);
    if (kinds[l->kind].shifted && !noises[l->noise].shifted_convex)
        return err_set(err, ERR_USAGE, "%s and the loss \"%s\" cannot be joined: with a margin the sum is not convex",
                       noise, kinds[l->kind].name);
    if (loss_needs_l2(l) && !(l2 > 0))
        return err_set(err, ERR_USAGE, "%s needs a penalty (l2 > 0): without one there is no finite optimum", noise);
    return true;
}

struct loss_form loss_form_of(const struct loss *l, double weight, double p, double strength)
{
    struct loss_form f = {.weight = kinds[l->kind].scaled ? weight * strength : weight,
                          .a = p,
                          .b = 1 - p,
                          .shift = kinds[l->kind].shifted ? strength : 0};
    double e = l->rate;
    if (l->noise == LOSS_SMOOTHING) {
        f.a = (1 - e) * p + e * (1 - p);
        f.b = 1 - f.a;
    } else if (l->noise == LOSS_FLIP) {
        f.a = ((1 - e) * p - e * (1 - p)) / (1 - 2 * e);
        f.b = 1 - f.a;
    }
    return f;
}

/* Without a shift softplus(z) - softplus(-z) = z leaves sigma(z) - a, exact where a label is sure. */
struct loss_point loss_form_at(const struct loss_form *f, double z)
{
    if (f->shift == 0)
        return (struct loss_point){.value = f->weight * (f->a * bt_softplus(-z) + f->b * bt_softplus(z)),
                                   .slope = f->weight * (bt_sigma(z) - f->a),
                                   .curvature = f->weight * bt_sigma(z) * bt_sigma(-z)};
    double near = f->shift - z, far = f->shift + z;
    return (struct loss_point){
        .value = f->weight * (f->a * bt_softplus(near) + f->b * bt_softplus(far)),
        .slope = f->weight * (f->b * bt_sigma(far) - f->a * bt_sigma(near)),
        .curvature = f->weight * (f->a * bt_sigma(near) * bt_sigma(-near) + f->b * bt_sigma(far) * bt_sigma(-far))};
}

/* -log P(z), P = (1-e) sigma(z) + e sigma(-z), with its derivatives. P >= e > 0, or e = 0 and it is softplus(-z). */
static struct loss_point channel_side(double e, double z)
{
    double s = bt_sigma(z), t = bt_sigma(-z);
    if (e <= 0)
        return (struct loss_point){bt_softplus(-z), -t, s * t};
    double P = (1 - e) * s + e * t, slope = -(1 - 2 * e) * s * t / P;
    return (struct loss_point){-log(P), slope, slope * (t - s) + slope * slope};
}

static struct loss_point at_channel(const struct loss *l, double weight, double p, double z)
{
    struct loss_point right = channel_side(l->rate, z), wrong = channel_side(l->rate, -z);
    return (struct loss_point){.value = weight * (p * right.value + (1 - p) * wrong.value),
                               .slope = weight * (p * right.slope - (1 - p) * wrong.slope),
                               .curvature = weight * (p * right.curvature + (1 - p) * wrong.curvature)};
}

struct loss_point loss_at(const struct loss *l, double weight, double p, double strength, double z)
{
    struct loss_form f = loss_form_of(l, weight, p, strength);
    return loss_has_form(l) ? loss_form_at(&f, z) : at_channel(l, f.weight, p, z);
}

static double strength_of(const struct loss_pairs *pairs, size_t i)
{
    return pairs->strength != NULL ? pairs->strength[i] : 1;
}

void loss_each(const struct loss *l, const struct loss_pairs *pairs, const double *z, double *value, double *slope,
               double *curvature)
{
    for (size_t i = 0; i < pairs->n; i++) {
        struct loss_point at = loss_at(l, pairs->weight[i], pairs->p[i], strength_of(pairs, i), z[i]);
        if (value != NULL)
            value[i] = at.value;
        if (slope != NULL)
            slope[i] = at.slope;
        if (curvature != NULL)
            curvature[i] = at.curvature;
    }
}

double loss_sum(const struct loss *l, const struct loss_pairs *pairs, const double *z)
{
    double sum = 0;
    for (size_t i = 0; i < pairs->n; i++)
        sum += loss_at(l, pairs->weight[i], pairs->p[i], strength_of(pairs, i), z[i]).value;
    return sum;
}

double loss_divisor(const struct loss *l, enum loss_normalise by, const struct loss_pairs *pairs)
{
    bool scaled = by == LOSS_BY_WEIGHTS && kinds[l->kind].scaled;
    double sum = 0;
    for (size_t i = 0; i < pairs->n; i++)
        sum += scaled ? pairs->weight[i] * strength_of(pairs, i) : pairs->weight[i];
    return sum;
}

double loss_entropy(double p)
{
    return p <= 0 || p >= 1 ? 0 : -p * log(p) - (1 - p) * log1p(-p);
}
