#include "core/ties.h"

#include "core/bt.h"

#include <math.h>
#include <string.h>

enum { STEPS = 100, HALVINGS = 60 };

static const char *const names[] = {
#define X(id, name, text) name,
    TIES_MODELS(X)
#undef X
};

const char *ties_model_name(enum ties_model m)
{
    return names[m];
}

static size_t grade(double strength)
{
    return strength <= 0 ? 0 : strength >= TIES_GRADES - 1 ? TIES_GRADES - 1 : (size_t)strength;
}

static double strength_of(const struct loss_pairs *pairs, size_t i)
{
    return pairs->strength != NULL ? pairs->strength[i] : 1;
}

bool ties_init(struct ties *t, enum ties_model model, const struct loss_pairs *pairs, struct err *err)
{
    bool occurs[TIES_GRADES] = {false};
    for (size_t i = 0; i < pairs->n; i++)
        if (pairs->weight[i] > 0)
            occurs[grade(strength_of(pairs, i))] = true;
    *t = (struct ties){.model = model, .has_tie = occurs[0]};
    int next = 1;
    for (size_t g = 1; g < TIES_GRADES; g++)
        t->rank[g] = !occurs[g] ? -1 : model == TIES_GRADED ? next++ : 1;
    t->rank[0] = t->has_tie ? 0 : -1;
    bool any = occurs[1] || occurs[2] || occurs[3];
    if (!any)
        return err_set(err, ERR_RANGE, "all pairs are ties: a model of ties needs pairs with a better answer too");
    if (model != TIES_GRADED && !t->has_tie)
        return err_set(err, ERR_RANGE, "no pair is a tie (strength 0): \"%s\" has no threshold to fit", names[model]);
    t->k = model != TIES_GRADED ? 1 : (size_t)(next - 2) + t->has_tie;
    if (t->k == 0)
        return err_set(err, ERR_RANGE, "all pairs have the same strength: \"graded\" has no cut to fit");
    for (size_t j = 0; j < t->k; j++)
        t->t[j] = model == TIES_DAVIDSON ? 0 : (double)(j + 1) / 2;
    return true;
}

/* ---- one outcome ---- */

/* -log P(lower < y <= upper) for y = z + a standard logistic is softplus(lower - z) + softplus(z - upper) -
 * log(1 - e^-(upper - lower)): nothing cancels far out. */
struct bound {
    double at;
    int threshold; /* at = sign * t[threshold]; -1: fixed */
    double sign;
};

/* The term -log(1 - e^-width), width = high - low. */
static bool add_width(struct ties_point *out, struct bound low, struct bound high)
{
    double width = high.at - low.at;
    if (!(width > 0))
        return false;
    double slope = -1 / expm1(width), curvature = slope * (slope - 1);
    out->value -= log(-expm1(-width));
    double direction[TIES_MAX] = {0}; /* of the width in t */
    if (high.threshold >= 0)
        direction[high.threshold] += high.sign;
    if (low.threshold >= 0)
        direction[low.threshold] -= low.sign;
    for (size_t i = 0; i < TIES_MAX; i++) {
        out->dt[i] += slope * direction[i];
        for (size_t j = 0; j < TIES_MAX; j++)
            out->dtt[i][j] += curvature * direction[i] * direction[j];
    }
    return true;
}

/* The terms of one bound: softplus(side (z - at)), side 1 for the upper and -1 for the lower. */
static void add_side(struct ties_point *out, struct bound b, double z, double side)
{
    double x = side * (z - b.at), slope = side * bt_sigma(x), curvature = bt_sigma(x) * bt_sigma(-x);
    out->value += bt_softplus(x);
    out->slope += slope;
    out->curvature += curvature;
    if (b.threshold < 0)
        return;
    out->dt[b.threshold] -= b.sign * slope;
    out->dzt[b.threshold] -= b.sign * curvature;
    out->dtt[b.threshold][b.threshold] += curvature;
}

static struct bound cut(const struct ties *t, int i)
{
    int threshold = t->has_tie ? i : i - 1;
    return threshold < 0 ? (struct bound){0, -1, 1} : (struct bound){t->t[threshold], threshold, 1};
}

/* Strength of rank r on the side that z favours: between cut r-1 and cut r, the last one open above. */
static struct ties_point interval(const struct ties *t, int rank, double z)
{
    struct ties_point out = {0};
    struct bound low = rank == 0 ? (struct bound){-t->t[0], 0, -1} : cut(t, rank - 1);
    int last = (int)t->k + (t->has_tie ? 0 : 1);
    add_side(&out, low, z, -1);
    if (rank == last)
        return out;
    struct bound high = cut(t, rank);
    add_side(&out, high, z, 1);
    if (!add_width(&out, low, high))
        out.value = INFINITY;
    return out;
}

/* outcome: 1 win, 0 tie, -1 loss */
static struct ties_point davidson(double log_v, int outcome, double z)
{
    double top = fmax(fabs(z) / 2, log_v);
    double win = exp(z / 2 - top), loss = exp(-z / 2 - top), tie = exp(log_v - top), sum = win + loss + tie;
    double lean = (win - loss) / sum, p_tie = tie / sum;
    struct ties_point out = {.value = log(sum) + top - (outcome == 0 ? log_v : outcome * z / 2),
                             .slope = (lean - outcome) / 2,
                             .curvature = (1 - p_tie - lean * lean) / 4};
    out.dt[0] = p_tie - (outcome == 0);
    out.dzt[0] = -p_tie * lean / 2;
    out.dtt[0][0] = p_tie * (1 - p_tie);
    return out;
}

static void mirror(struct ties_point *x)
{
    x->slope = -x->slope;
    for (size_t j = 0; j < TIES_MAX; j++)
        x->dzt[j] = -x->dzt[j];
}

static struct ties_point outcome(const struct ties *t, size_t g, int side, double z)
{
    if (t->model == TIES_DAVIDSON)
        return davidson(t->t[0], g == 0 ? 0 : side, z);
    struct ties_point x = interval(t, t->rank[g], side < 0 ? -z : z);
    if (side < 0)
        mirror(&x);
    return x;
}

static void add(struct ties_point *to, double p, const struct ties_point *x)
{
    to->value += p * x->value;
    to->slope += p * x->slope;
    to->curvature += p * x->curvature;
    for (size_t i = 0; i < TIES_MAX; i++) {
        to->dt[i] += p * x->dt[i];
        to->dzt[i] += p * x->dzt[i];
        for (size_t j = 0; j < TIES_MAX; j++)
            to->dtt[i][j] += p * x->dtt[i][j];
    }
}

struct ties_point ties_at(const struct ties *t, double p, double strength, double z)
{
    size_t g = grade(strength);
    struct ties_point sum = {0}, x;
    if (t->rank[g] < 0) /* only pairs of weight 0 have it */
        return sum;
    if (g == 0)
        return outcome(t, 0, 1, z);
    if (p > 0) {
        x = outcome(t, g, 1, z);
        add(&sum, p, &x);
    }
    if (p < 1) {
        x = outcome(t, g, -1, z);
        add(&sum, 1 - p, &x);
    }
    return sum;
}

bool ties_knows(const struct ties *t, double strength)
{
    return t->rank[grade(strength)] >= 0;
}

double ties_probability(const struct ties *t, int strength, double z)
{
    size_t g = (size_t)(strength < 0 ? -strength : strength);
    if (g >= TIES_GRADES || t->rank[g] < 0)
        return 0;
    return exp(-outcome(t, g, strength < 0 ? -1 : 1, z).value);
}

/* ---- all pairs ---- */

static struct ties_point total(const struct ties *t, const struct loss_pairs *pairs, const double *z)
{
    struct ties_point sum = {0};
    for (size_t i = 0; i < pairs->n; i++)
        if (pairs->weight[i] > 0) {
            struct ties_point x = ties_at(t, pairs->p[i], strength_of(pairs, i), z[i]);
            add(&sum, pairs->weight[i], &x);
        }
    return sum;
}

/* x := A^-1 x for a symmetric positive definite A of order k, by Cholesky; false when it is not. */
static bool solve(size_t k, double A[TIES_MAX][TIES_MAX], double *x)
{
    double L[TIES_MAX][TIES_MAX] = {{0}};
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j <= i; j++) {
            double s = A[i][j];
            for (size_t m = 0; m < j; m++)
                s -= L[i][m] * L[j][m];
            if (i == j && !(s > 0))
                return false;
            L[i][j] = i == j ? sqrt(s) : s / L[j][j];
        }
    for (size_t i = 0; i < k; i++) {
        for (size_t m = 0; m < i; m++)
            x[i] -= L[i][m] * x[m];
        x[i] /= L[i][i];
    }
    for (size_t i = k; i-- > 0;) {
        for (size_t m = i + 1; m < k; m++)
            x[i] -= L[m][i] * x[m];
        x[i] /= L[i][i];
    }
    return true;
}

/* t -= a step; the sums there. */
static struct ties_point move(struct ties *t, const double *step, double a, const struct loss_pairs *pairs,
                              const double *z)
{
    for (size_t j = 0; j < t->k; j++)
        t->t[j] -= a * step[j];
    return total(t, pairs, z);
}

/* Newton's method with halving. Once less is to gain than rounding shows in the value, one full step more squares what
 * is left of the error. */
double ties_profile(struct ties *t, const struct loss_pairs *pairs, const double *z)
{
    struct ties_point at = total(t, pairs, z);
    for (int i = 0; i < STEPS; i++) {
        double step[TIES_MAX], slope = 0, a = 1; /* slope: twice what is still to gain */
        memcpy(step, at.dt, sizeof step);
        if (!solve(t->k, at.dtt, step))
            break;
        for (size_t j = 0; j < t->k; j++)
            slope += at.dt[j] * step[j];
        if (slope <= 1e-13 * fabs(at.value))
            return slope > 1e-26 * fabs(at.value) ? move(t, step, 1, pairs, z).value : at.value;
        struct ties next = *t;
        struct ties_point there = move(&next, step, a, pairs, z);
        for (int h = 0; h < HALVINGS && !(there.value <= at.value - 1e-4 * a * slope); h++) {
            a /= 2;
            next = *t;
            there = move(&next, step, a, pairs, z);
        }
        if (!(there.value < at.value))
            break;
        *t = next;
        at = there;
    }
    return at.value;
}

void ties_slopes(const struct ties *t, const struct loss_pairs *pairs, const double *z, double *slope)
{
    for (size_t i = 0; i < pairs->n; i++)
        slope[i] = pairs->weight[i] * ties_at(t, pairs->p[i], strength_of(pairs, i), z[i]).slope;
}

void ties_curvatures(const struct ties *t, const struct loss_pairs *pairs, const double *z, double *out)
{
    for (size_t i = 0; i < pairs->n; i++)
        out[i] = pairs->weight[i] * ties_at(t, pairs->p[i], strength_of(pairs, i), z[i]).curvature;
}

void ties_curve(const struct ties *t, const struct loss_pairs *pairs, const double *z, double *u)
{
    struct ties_point sum = {0};
    double moved[TIES_MAX] = {0}; /* F_tz u, then F_tt^-1 F_tz u: how the thresholds give way */
    for (size_t i = 0; i < pairs->n; i++) {
        struct ties_point x = ties_at(t, pairs->p[i], strength_of(pairs, i), z[i]);
        add(&sum, pairs->weight[i], &x);
        for (size_t j = 0; j < t->k; j++)
            moved[j] += pairs->weight[i] * x.dzt[j] * u[i];
    }
    if (!solve(t->k, sum.dtt, moved))
        memset(moved, 0, sizeof moved);
    for (size_t i = 0; i < pairs->n; i++) {
        struct ties_point x = ties_at(t, pairs->p[i], strength_of(pairs, i), z[i]);
        double out = x.curvature * u[i];
        for (size_t j = 0; j < t->k; j++)
            out -= x.dzt[j] * moved[j];
        u[i] = pairs->weight[i] * out;
    }
}
