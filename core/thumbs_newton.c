#include "core/thumbs_newton.h"

#include "core/base/trace.h"
#include "core/linalg.h"

#include <math.h>
#include <string.h>

enum { MAX_ITERATIONS = 500, MAX_HALVINGS = 60, MAX_SHIFTS = 200 };

static const double gradient_limit = 1e-6, relative_limit = 1e-6;
/* Factor the preconditioner again when the mean curvature has changed by this factor. */
static const double curvature_change = 2.5;

/* ---- the objective ---- */

double thumbs_value(const struct thumbs_problem *p, const double *r, double shift, const double *w)
{
    double sum = 0;
    for (size_t i = 0; i < p->x->n; i++)
        sum += p->weight[i] * thumbs_loss_at(p->kind, p->beta, p->up[i], r[i] - shift).value;
    return sum + p->l2 / 2 * linalg_dot(w, w, p->x->d);
}

/* The derivative of f in the shift increases from below 0 to above: Newton's method within what is known to hold it. */
double thumbs_best_shift(const struct thumbs_problem *p, const double *r, double from)
{
    double lo = -INFINITY, hi = INFINITY, reach = 8 / p->beta, s = from;
    for (int i = 0; i < MAX_SHIFTS; i++, reach *= 2) {
        double slope = 0, bend = 0, size = 0;
        for (size_t j = 0; j < p->x->n; j++) {
            struct loss_point at = thumbs_loss_at(p->kind, p->beta, p->up[j], r[j] - s);
            slope -= p->weight[j] * at.slope;
            size += p->weight[j] * fabs(at.slope);
            bend += p->weight[j] * at.curvature;
        }
        *(slope > 0 ? &hi : &lo) = s;
        if (fabs(slope) <= 1e-15 * size)
            break;
        double move = fmax(-reach, fmin(reach, -slope / bend)), next = s + move;
        if (!(next > lo && next < hi))
            next = (lo + hi) / 2;
        if (next == s || !isfinite(next))
            break;
        s = next;
    }
    return s;
}

void thumbs_gradient(struct thumbs_problem *p, const double *w, const double *r, double shift, double *g)
{
    size_t n = p->x->n;
    double *c = mem_array(n, sizeof *c);
    for (size_t i = 0; i < n; i++)
        c[i] = p->weight[i] * thumbs_loss_at(p->kind, p->beta, p->up[i], r[i] - shift).slope;
    sweep_sum(p->x, c, g);
    linalg_axpy(p->l2, w, g, p->x->d);
    mem_free(c);
}

void thumbs_curvatures(struct thumbs_problem *p, const double *r, double shift, double *k, double *h, double *bend)
{
    double sum = 0;
    for (size_t i = 0; i < p->x->n; i++) {
        k[i] = p->weight[i] * thumbs_loss_at(p->kind, p->beta, p->up[i], r[i] - shift).curvature;
        sum += k[i];
    }
    *bend = sum;
    if (h != NULL)
        sweep_sum(p->x, k, h);
}

void thumbs_hessian_times(struct thumbs_problem *p, const double *k, const double *h, double bend, const double *v,
                          double *out)
{
    size_t d = p->x->d;
    sweep_curve(p->x, k, v, out);
    if (h != NULL && bend > 0)
        linalg_axpy(-linalg_dot(h, v, d) / bend, h, out, d);
    linalg_axpy(p->l2, v, out, d);
}

/* ---- the preconditioner ---- */

bool thumbs_problem_init(struct thumbs_problem *p, struct err *err)
{
    size_t n = p->x->n, d = p->x->d;
    struct precondition_plan plan = precondition_choose(n, d);
    size_t m = plan.rows < n ? plan.rows + 1 : n; /* one more: it is a sample, not the whole */
    float *rows = mem_block_raw(m, d * sizeof *rows);
    double *weight = mem_block(m, sizeof *weight);
    bool ok = rows != NULL && weight != NULL;
    if (!ok)
        err_set(err, ERR_MEMORY, "no memory for a preconditioner of %zu columns", d);
    for (size_t i = 0; ok && i < m; i++) {
        size_t at = (size_t)(((double)i + 0.5) * (double)n / (double)m);
        at = at < n ? at : n - 1;
        embeddings_row_f32(p->x->e, p->x->rows[at], rows + i * d);
        weight[i] = p->weight[at];
    }
    struct diff sample = {.n = m, .d = d, .weight = weight, .kept = rows};
    ok = ok && precondition_init(&p->m, &sample, plan, p->l2, p->x->team, err);
    mem_free(rows);
    mem_free(weight);
    return ok;
}

void thumbs_problem_free(struct thumbs_problem *p)
{
    precondition_free(&p->m);
}

/* ---- the method ---- */

struct newton {
    struct thumbs_problem *p;
    const struct thumbs_newton_opts *o;
    double *w, *z, shift;
    double f, grad_norm, bend;
    double *g, *h, *step, *r, *q, *search, *Hq; /* d each */
    double *step_z, *trial_z, *k;               /* n each */
    double *memory;
};

static bool allocate(struct newton *t, struct err *err)
{
    size_t n = t->p->x->n, d = t->p->x->d;
    t->memory = mem_block(7 * d + 3 * n, sizeof *t->memory);
    if (t->memory == NULL)
        return err_set(err, ERR_MEMORY, "no memory to fit %zu thumbs of %zu columns", n, d);
    double **vectors[] = {&t->g, &t->h, &t->step, &t->r, &t->q, &t->search, &t->Hq}, *at = t->memory;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++, at += d)
        *vectors[i] = at;
    t->step_z = at;
    t->trial_z = at + n;
    t->k = at + 2 * n;
    return true;
}

static void evaluate(struct newton *t)
{
    sweep_times(t->p->x, t->w, t->z);
    if (t->o->free_shift)
        t->shift = thumbs_best_shift(t->p, t->z, t->shift);
    t->f = thumbs_value(t->p, t->z, t->shift, t->w);
    thumbs_gradient(t->p, t->w, t->z, t->shift, t->g);
    t->grad_norm = linalg_nrm2(t->g, t->p->x->d);
}

static bool meets(const struct newton *t, double limit)
{
    double g = t->grad_norm;
    return g <= limit && g * g / (2 * t->p->l2) <= relative_limit * fabs(t->f);
}

static void curve(struct newton *t)
{
    double total = 0;
    thumbs_curvatures(t->p, t->z, t->shift, t->k, t->o->free_shift ? t->h : NULL, &t->bend);
    for (size_t i = 0; i < t->p->x->n; i++)
        total += fabs(t->k[i]);
    double ratio = total / t->p->m.a;
    if (total > 1e-9 && (ratio > curvature_change || ratio < 1 / curvature_change))
        precondition_set_curvature(&t->p->m, total);
}

/* step = about -H^-1 g, the residual a fraction of the gradient that shrinks with it (superlinear convergence). */
static void find_step(struct newton *t)
{
    size_t d = t->p->x->d, limit = 10 * d + 20;
    double enough = fmin(t->grad_norm > 1e-2 ? 0.1 : 1e-3, sqrt(t->grad_norm)) * t->grad_norm;
    memset(t->step, 0, d * sizeof *t->step);
    for (size_t j = 0; j < d; j++)
        t->r[j] = -t->g[j];
    precondition_apply(&t->p->m, t->r, t->q);
    memcpy(t->search, t->q, d * sizeof *t->search);
    double rq = linalg_dot(t->r, t->q, d);
    for (size_t i = 0; i < limit && rq > 0 && linalg_nrm2(t->r, d) > enough; i++) {
        thumbs_hessian_times(t->p, t->k, t->o->free_shift ? t->h : NULL, t->bend, t->search, t->Hq);
        double bend = linalg_dot(t->search, t->Hq, d);
        if (!(bend > 0)) {
            if (i == 0)
                memcpy(t->step, t->search, d * sizeof *t->step);
            break;
        }
        double a = rq / bend, before = rq;
        linalg_axpy(a, t->search, t->step, d);
        linalg_axpy(-a, t->Hq, t->r, d);
        precondition_apply(&t->p->m, t->r, t->q);
        rq = linalg_dot(t->r, t->q, d);
        linalg_scale(rq / before, t->search, d);
        linalg_axpy(1, t->q, t->search, d);
    }
    sweep_times(t->p->x, t->step, t->step_z);
}

/* Take the longest of step, step/2, step/4, ... that lowers f enough (Armijo); false when none does. */
static bool take_step(struct newton *t)
{
    size_t n = t->p->x->n, d = t->p->x->d;
    double slope = linalg_dot(t->g, t->step, d), slack = 4e-16 * fabs(t->f), a = 1;
    double *w = t->q; /* free until the next direction */
    for (int i = 0; i < MAX_HALVINGS; i++, a /= 2) {
        for (size_t j = 0; j < n; j++)
            t->trial_z[j] = t->z[j] + a * t->step_z[j];
        for (size_t j = 0; j < d; j++)
            w[j] = t->w[j] + a * t->step[j];
        double shift = t->o->free_shift ? thumbs_best_shift(t->p, t->trial_z, t->shift) : t->shift;
        if (thumbs_value(t->p, t->trial_z, shift, w) > t->f + 1e-4 * a * slope + slack)
            continue;
        memcpy(t->w, w, d * sizeof *w);
        return slope < 0;
    }
    return false;
}

static enum bt_stop iterate(struct newton *t, size_t *iterations, const struct progress *progress)
{
    size_t limit = t->o->max_iterations > 0 ? t->o->max_iterations : MAX_ITERATIONS;
    enum bt_stop good = thumbs_is_convex(t->p->kind) ? BT_OPTIMAL : BT_STATIONARY, stop;
    for (*iterations = 0;; ++*iterations) {
        evaluate(t);
        trace(TRACE_FIT, "thumbs %zu: f %.15g |g| %.3g shift %.9g", *iterations, t->f, t->grad_norm, t->shift);
        stop = good;
        if (meets(t, fmin(t->o->gradient, gradient_limit)))
            break;
        stop = BT_ITERATIONS;
        if (*iterations == limit)
            break;
        stop = BT_INTERRUPTED;
        if (!progress_tick_loss(progress, fmin(6, fmax(0, -log10(t->grad_norm))), 6, t->f))
            break;
        curve(t);
        find_step(t);
        stop = BT_STALLED;
        if (!take_step(t))
            break;
    }
    return stop == BT_STALLED && meets(t, gradient_limit) ? good : stop;
}

bool thumbs_newton(struct thumbs_problem *p, const struct thumbs_newton_opts *opts, double *w, double *shift, double *r,
                   struct thumbs_newton_info *info, const struct progress *progress, struct err *err)
{
    struct newton t = {.p = p, .o = opts, .w = w, .z = r, .shift = *shift};
    *info = (struct thumbs_newton_info){0};
    if (!allocate(&t, err))
        return false;
    info->stop = iterate(&t, &info->iterations, progress);
    info->objective = t.f;
    info->grad_norm = t.grad_norm;
    *shift = t.shift;
    mem_free(t.memory);
    return true;
}
