#include "core/mix.h"

#include "core/base/mem.h"
#include "core/linalg.h"
#include "core/rank.h"

#include <math.h>
#include <string.h>

/* ---- published weights ---- */

enum { PUBLISHED = 5, MAX_STEPS = 200, MAX_HALVINGS = 60 };

static const char *const published_attributes[PUBLISHED] = {"helpfulness", "correctness", "coherence", "complexity",
                                                            "verbosity"};
static const struct published {
    const char *name;
    double weight[PUBLISHED];
} published[] = {
#define X(name, a, b, c, d, e, from) {name, {a, b, c, d, e}},
    MIX_PUBLISHED(X)
#undef X
};

const char *const mix_published_names[] = {
#define X(name, a, b, c, d, e, from) name,
    MIX_PUBLISHED(X)
#undef X
        NULL,
};

static size_t find(const char *const *names, size_t n, const char *name)
{
    size_t i = 0;
    while (i < n && strcmp(names[i], name) != 0)
        i++;
    return i;
}

bool mix_published(const char *name, const char *const *attributes, size_t k, double *mix, bool *found, struct err *err)
{
    size_t i = 0, n = sizeof published / sizeof *published;
    while (i < n && strcmp(published[i].name, name) != 0)
        i++;
    *found = i < n;
    if (!*found)
        return true;
    memset(mix, 0, k * sizeof *mix);
    for (size_t a = 0; a < PUBLISHED; a++) {
        size_t j = find(attributes, k, published_attributes[a]);
        if (j == k)
            return err_set(err, ERR_USAGE, "the weights \"%s\" need the attribute \"%s\", which is not fitted here",
                           name, published_attributes[a]);
        mix[j] = published[i].weight[a];
    }
    return true;
}

/* ---- fitted weights ---- */

/* Newton's method within w >= 0: a small problem, so its Hessian is formed and solved. */
struct bounded {
    struct bt_problem *b;
    double l2, f;
    size_t k, n_free;
    double *w, *z, *g;       /* k, n, k */
    double *trial, *trial_z; /* k, n */
    double *H, *A;           /* k x k: the whole Hessian and the part of the free weights */
    double *step, *unit;     /* k */
    size_t *free;            /* which weights may move */
    double *memory;
    size_t passes;
};

static bool open_bounded(struct bounded *t, struct bt_problem *b, double l2, double *w, struct err *err)
{
    size_t k = b->d, n = b->n;
    *t = (struct bounded){.b = b, .l2 = l2, .k = k, .w = w};
    t->memory = mem_block(2 * k * k + 4 * k + 2 * n, sizeof *t->memory);
    if (t->memory == NULL)
        return err_set(err, ERR_MEMORY, "no memory to weigh %zu attributes", k);
    t->free = mem_array(k, sizeof *t->free);
    double **parts[] = {&t->H, &t->A, &t->g, &t->trial, &t->step, &t->unit, &t->z, &t->trial_z};
    const size_t sizes[] = {k * k, k * k, k, k, k, k, n, n};
    double *at = t->memory;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        *parts[i] = at;
        at += sizes[i];
    }
    return true;
}

static void close_bounded(struct bounded *t)
{
    mem_free(t->memory);
    mem_free(t->free);
}

/* Objective, gradient and free weights at w; returns the length of the projected gradient. */
static double look(struct bounded *t)
{
    double sum = 0;
    bt_margins(t->b, t->w, t->z);
    t->f = bt_value(t->b, t->l2, t->w, t->z);
    bt_gradient(t->b, t->l2, t->w, t->z, t->g);
    t->passes += 2;
    t->n_free = 0;
    for (size_t j = 0; j < t->k; j++)
        if (t->w[j] > 0 || t->g[j] < 0) {
            t->free[t->n_free++] = j;
            sum += t->g[j] * t->g[j];
        }
    return sqrt(sum);
}

static void form_hessian(struct bounded *t)
{
    for (size_t i = 0; i < t->k; i++) {
        memset(t->unit, 0, t->k * sizeof *t->unit);
        t->unit[i] = 1;
        bt_hessian_times(t->b, t->l2, t->z, t->unit, t->H + i * t->k);
    }
    t->passes += t->k;
}

/* step := -(H of the free weights)^-1 g, 0 for the others */
static bool find_step(struct bounded *t, struct err *err)
{
    size_t k = t->k, m = t->n_free;
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < m; j++)
            t->A[i * m + j] = t->H[t->free[i] * k + t->free[j]];
        t->unit[i] = -t->g[t->free[i]];
    }
    if (!linalg_solve_spd(t->A, m, t->unit, 1, 0, err))
        return false;
    memset(t->step, 0, k * sizeof *t->step);
    for (size_t i = 0; i < m; i++)
        t->step[t->free[i]] = t->unit[i];
    return true;
}

/* Weights at their bound that the step would push through it stay there, and are no part of the step. */
static bool drop_blocked(struct bounded *t)
{
    size_t kept = 0;
    for (size_t i = 0; i < t->n_free; i++) {
        size_t j = t->free[i];
        if (t->w[j] > 0 || t->step[j] >= 0)
            t->free[kept++] = j;
    }
    bool dropped = kept < t->n_free;
    t->n_free = kept;
    return dropped;
}

/* The longest of step, step/2, ..., cut off at 0, that lowers f enough (Armijo). */
static bool take_step(struct bounded *t)
{
    double a = 1, slack = 4e-16 * fabs(t->f);
    for (int i = 0; i < MAX_HALVINGS; i++, a /= 2) {
        double gain = 0;
        for (size_t j = 0; j < t->k; j++) {
            t->trial[j] = fmax(0, t->w[j] + a * t->step[j]);
            gain += t->g[j] * (t->trial[j] - t->w[j]);
        }
        bt_margins(t->b, t->trial, t->trial_z);
        t->passes++;
        if (bt_value(t->b, t->l2, t->trial, t->trial_z) <= t->f + 1e-4 * gain + slack) {
            memcpy(t->w, t->trial, t->k * sizeof *t->w);
            return gain < 0;
        }
    }
    return false;
}

static bool fit_bounded(struct bt_problem *b, double l2, double *w, struct bt_info *info, struct err *err)
{
    struct bounded t;
    bool ok = open_bounded(&t, b, l2, w, err);
    memset(w, 0, b->d * sizeof *w);
    *info = (struct bt_info){.stop = BT_ITERATIONS};
    for (; ok; info->iterations++) {
        info->grad_norm = look(&t);
        info->converged = info->grad_norm <= 1e-6 && info->grad_norm * info->grad_norm / (2 * l2) <= 1e-6 * fabs(t.f);
        info->stop = info->converged ? BT_OPTIMAL : BT_ITERATIONS;
        if (info->converged || info->iterations == MAX_STEPS)
            break;
        form_hessian(&t);
        do
            ok = find_step(&t, err);
        while (ok && drop_blocked(&t));
        if (ok && !take_step(&t)) {
            info->stop = BT_STALLED;
            break;
        }
    }
    info->objective = t.f;
    info->passes = t.passes;
    close_bounded(&t);
    return ok;
}

bool mix_fit(const struct mix_pairs *pairs, const struct mix_opts *o, double *mix, struct bt_info *info,
             struct err *err)
{
    struct bt_problem b;
    if (o->non_negative && (!(o->l2 > 0) || !isfinite(o->l2)))
        return err_set(err, ERR_USAGE, "non-negative weights need a penalty: l2 is %g, set it above 0", o->l2);
    if (!bt_init_rows(&b, pairs->D, pairs->n, pairs->k, pairs->weight, pairs->p, BT_F64, err))
        return false;
    bool ok = o->non_negative ? fit_bounded(&b, o->l2, mix, info, err) : bt_fit(&b, o->l2, NULL, mix, info, NULL, err);
    bt_free(&b);
    return ok;
}

/* ---- decorrelation ---- */

static const double penalties[] = {0,   0.01, 0.025, 0.05, 0.075, 0.1,  0.125, 0.15, 0.2, 0.25, 0.3, 0.35,
                                   0.4, 0.45, 0.5,   0.55, 0.6,   0.65, 0.7,   0.75, 0.8, 0.85, 0.9, 0.95};

/* x := column j - c column v */
static void without(const double *R, size_t n, size_t k, size_t j, size_t v, double c, double *x)
{
    for (size_t i = 0; i < n; i++)
        x[i] = R[i * k + j] - c * R[i * k + v];
}

/* The smallest penalty that is enough; *after is the correlation with it. `ranks`: of verbosity. */
static double search(const double *R, size_t n, size_t k, size_t j, size_t v, const double *ranks, double *before,
                     double *after)
{
    double *x = mem_array(n, sizeof *x), *r = mem_array(n, sizeof *r), found = 1;
    for (size_t i = 0; i <= sizeof penalties / sizeof *penalties && found >= 1; i++) {
        double c = i < sizeof penalties / sizeof *penalties ? penalties[i] : 1;
        without(R, n, k, j, v, c, x);
        rank_of(x, n, r);
        *after = rank_pearson(r, ranks, n);
        if (i == 0)
            *before = *after;
        if (isnan(*after) || *after <= MIX_LIMIT)
            found = c;
    }
    mem_free(x);
    mem_free(r);
    return found;
}

bool mix_decorrelate(const double *R, size_t n, size_t k, size_t v, double *penalty, double *before, double *after,
                     struct err *err)
{
    double *x = mem_array(n, sizeof *x), *ranks = mem_array(n, sizeof *ranks);
    without(R, n, k, v, v, 0, x);
    rank_of(x, n, ranks);
    bool ok = n >= 2 && !isnan(rank_pearson(ranks, ranks, n));
    if (!ok)
        err_set(err, ERR_RANGE, "verbosity does not vary among the %zu answers: there is nothing to free others of", n);
    for (size_t j = 0; ok && j < k; j++)
        penalty[j] = search(R, n, k, j, v, ranks, &before[j], &after[j]);
    if (ok) {
        penalty[v] = 1;
        after[v] = NAN;
    }
    mem_free(x);
    mem_free(ranks);
    return ok;
}

void mix_matrix(const double *penalty, size_t k, size_t v, double *B)
{
    memset(B, 0, k * k * sizeof *B);
    for (size_t j = 0; j < k; j++)
        B[j * k + j] = 1;
    for (size_t j = 0; j < k; j++)
        B[v * k + j] -= penalty[j];
}

void mix_apply(const double *B, size_t k, const double *r, double *out)
{
    memset(out, 0, k * sizeof *out);
    for (size_t i = 0; i < k; i++)
        linalg_axpy(r[i], B + i * k, out, k);
}
