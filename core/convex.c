#include "core/convex.h"

#include "core/base/mem.h"
#include "core/base/trace.h"
#include "core/gram.h"
#include "core/linalg.h"

#include <math.h>
#include <string.h>

/* After TIRED conjugate gradient steps for one Newton step the preconditioner is made anew at the point reached. */
enum { MAX_ITERATIONS = 200, MAX_HALVINGS = 60, TIRED = 8 };

static const double gradient_limit = 1e-6, relative_limit = 1e-6;

/* Vectors of d, but z, step_z and u of n. */
struct fit {
    struct design *x;
    const struct convex_loss *loss;
    struct gram gram;
    double l2, f, grad_norm;
    double *w, *g, *step, *r, *q, *search, *Hq;
    double *z, *step_z, *u;
    double *memory; /* one allocation for all of the above but w */
    size_t passes;
    bool tired;
};

static bool allocate(struct fit *t, struct err *err)
{
    size_t d = t->x->d, n = t->x->n;
    t->memory = mem_block(6 * d + 3 * n, sizeof *t->memory);
    if (t->memory == NULL)
        return err_set(err, ERR_MEMORY, "no memory to fit %zu rows of %zu columns", n, d);
    double **wide[] = {&t->g, &t->step, &t->r, &t->q, &t->search, &t->Hq};
    double *at = t->memory;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++, at += d)
        *wide[i] = at;
    t->z = at;
    t->step_z = at + n;
    t->u = at + 2 * n;
    return true;
}

static void evaluate(struct fit *t)
{
    size_t d = t->x->d;
    design_times(t->x, t->w, t->z);
    t->f = t->loss->value(t->loss->ctx, t->z) + t->l2 / 2 * linalg_dot(t->w, t->w, d);
    t->loss->slopes(t->loss->ctx, t->z, t->u);
    memset(t->g, 0, d * sizeof *t->g);
    design_add(t->x, t->u, t->g);
    linalg_axpy(t->l2, t->w, t->g, d);
    t->grad_norm = linalg_nrm2(t->g, d);
    t->passes += 2;
}

static bool prepare(struct fit *t, struct err *err)
{
    t->loss->curvatures(t->loss->ctx, t->z, t->u);
    gram_free(&t->gram);
    t->tired = false;
    t->passes++;
    return gram_init(&t->gram, t->x, t->u, t->l2, err);
}

/* Hq = H search */
static void multiply(struct fit *t)
{
    design_times(t->x, t->search, t->u);
    t->loss->curve(t->loss->ctx, t->z, t->u);
    memset(t->Hq, 0, t->x->d * sizeof *t->Hq);
    design_add(t->x, t->u, t->Hq);
    linalg_axpy(t->l2, t->search, t->Hq, t->x->d);
    t->passes += 2;
}

/* step = about -H^-1 g, until the residual is a fraction of the gradient that shrinks with it (superlinear
 * convergence). */
static void find_step(struct fit *t)
{
    size_t d = t->x->d, limit = 10 * d + 20, i = 0;
    double enough = fmin(1e-2, sqrt(t->grad_norm)) * t->grad_norm;
    memset(t->step, 0, d * sizeof *t->step);
    for (size_t j = 0; j < d; j++)
        t->r[j] = -t->g[j];
    gram_solve(&t->gram, t->r, t->q);
    memcpy(t->search, t->q, d * sizeof *t->search);
    double rq = linalg_dot(t->r, t->q, d);
    for (; i < limit && rq > 0 && linalg_nrm2(t->r, d) > enough; i++) {
        multiply(t);
        double bend = linalg_dot(t->search, t->Hq, d);
        if (!(bend > 0))
            break;
        double a = rq / bend, before = rq;
        linalg_axpy(a, t->search, t->step, d);
        linalg_axpy(-a, t->Hq, t->r, d);
        gram_solve(&t->gram, t->r, t->q);
        rq = linalg_dot(t->r, t->q, d);
        linalg_scale(rq / before, t->search, d);
        linalg_axpy(1, t->q, t->search, d);
    }
    t->tired = i > TIRED;
    design_times(t->x, t->step, t->step_z);
    t->passes++;
}

/* Take the longest of step, step/2, step/4, ... that lowers f enough (Armijo); false when none does. */
static bool take_step(struct fit *t)
{
    size_t d = t->x->d;
    double ww = linalg_dot(t->w, t->w, d), ws = linalg_dot(t->w, t->step, d), ss = linalg_dot(t->step, t->step, d);
    double slope = linalg_dot(t->g, t->step, d), slack = 4e-16 * fabs(t->f), a = 1;
    for (int i = 0; i < MAX_HALVINGS; i++, a /= 2) {
        for (size_t r = 0; r < t->x->n; r++)
            t->u[r] = t->z[r] + a * t->step_z[r];
        double f = t->loss->value(t->loss->ctx, t->u) + t->l2 / 2 * (ww + 2 * a * ws + a * a * ss);
        if (f <= t->f + 1e-4 * a * slope + slack) {
            linalg_axpy(a, t->step, t->w, d);
            return slope < 0;
        }
    }
    return false;
}

static bool is_optimal(const struct fit *t)
{
    return t->grad_norm <= gradient_limit && t->grad_norm * t->grad_norm / (2 * t->l2) <= relative_limit * fabs(t->f);
}

static bool iterate(struct fit *t, size_t limit, struct bt_info *info, const struct progress *progress, struct err *err)
{
    for (info->iterations = 0;; info->iterations++) {
        evaluate(t);
        trace(TRACE_FIT, "convex %zu: f %.15g |g| %.3g passes %zu", info->iterations, t->f, t->grad_norm, t->passes);
        info->stop = is_optimal(t) ? BT_OPTIMAL : BT_ITERATIONS;
        if (info->stop == BT_OPTIMAL || info->iterations == limit)
            return true;
        if (!progress_tick_loss(progress, fmin(6, fmax(0, -log10(t->grad_norm))), 6, t->f)) {
            info->stop = BT_INTERRUPTED;
            return true;
        }
        if ((info->iterations == 0 || t->tired) && !prepare(t, err))
            return false;
        find_step(t);
        if (!take_step(t)) {
            t->loss->value(t->loss->ctx, t->z);
            info->stop = BT_STALLED;
            return true;
        }
    }
}

bool convex_fit(struct design *x, const struct convex_loss *loss, double l2, size_t max_iterations, double *w,
                struct bt_info *info, const struct progress *progress, struct err *err)
{
    struct fit t = {.x = x, .loss = loss, .l2 = l2, .w = w};
    if (!(l2 > 0) || !isfinite(l2))
        return err_set(err, ERR_RANGE, "l2 is %g; this kind of head needs a penalty: a finite number above 0", l2);
    if (!allocate(&t, err))
        return false;
    *info = (struct bt_info){0};
    bool ok = iterate(&t, max_iterations > 0 ? max_iterations : MAX_ITERATIONS, info, progress, err);
    info->objective = t.f;
    info->grad_norm = t.grad_norm;
    info->passes = t.passes;
    info->converged = ok && info->stop == BT_OPTIMAL;
    gram_free(&t.gram);
    mem_free(t.memory);
    return ok;
}
