#include "core/fit.h"

#include "core/base/trace.h"
#include "core/linalg.h"
#include "core/pass.h"
#include "core/precondition.h"

#include <math.h>
#include <string.h>

enum { MAX_ITERATIONS = 1000, HISTORY = 16, MAX_TRIALS = 12, MAX_ANCHORS = 10, PATIENCE = 6 };

static const double gradient_limit = 1e-6, relative_limit = 1e-6;
/* Stop float32 passes somewhat below the goal, so that the float64 one confirms it. */
static const double margin_of_safety = 0.7;
/* What rounding hides of the objective, as a share of it: when margins are float32, and near an anchor. */
static const double noise_f32 = 3e-8, noise_anchored = 1e-13;
/* Refactor the preconditioner when the mean curvature has changed by this factor. */
static const double curvature_change = 2.5;

/* A point and what is known there. */
struct point {
    float *s; /* w - anchor; a multiple of what float can hold, so that passes see the very point */
    double *w, *g;
    double f, grad_norm, curvature;
};

/* One remembered step: s, y, M^-1 y and 1 / s'y. */
struct step {
    double *s, *y, *My;
    double rho;
};

struct engine {
    const struct diff *f;
    struct pass pass;
    struct precondition m;
    double l2;
    size_t d;
    struct point at, trial;
    double *h, *old_h, *direction;        /* M^-1 g here and one step before; the step */
    struct step steps[HISTORY];           /* a ring; the newest is at (n_steps - 1) % HISTORY */
    size_t n_steps, first_step;           /* those before first_step are forgotten */
    double *anchor, *anchor_g, *anchor_z; /* w, gradient without penalty, margins (n) */
    bool anchored, exact;                 /* exact: `at` was measured in float64 */
    size_t anchors;
    double lowest; /* f since the last anchor */
    int idle;      /* steps in a row that did not lower it by more than rounding hides */
    double *memory;
    float *floats;
};

static void release(struct engine *t)
{
    pass_free(&t->pass);
    precondition_free(&t->m);
    mem_free(t->memory);
    mem_free(t->floats);
    mem_free(t->anchor_z);
}

static bool allocate(struct engine *t, struct err *err)
{
    size_t d = t->d;
    t->memory = mem_block(9 + 3 * HISTORY, d * sizeof *t->memory);
    t->floats = mem_block(2, d * sizeof *t->floats);
    t->anchor_z = mem_block(t->f->n, sizeof *t->anchor_z);
    if (t->memory == NULL || t->floats == NULL || t->anchor_z == NULL)
        return err_set(err, ERR_MEMORY, "no memory to fit %zu pairs of %zu columns", t->f->n, d);
    double **vectors[] = {&t->at.w,  &t->at.g,      &t->trial.w, &t->trial.g, &t->h,
                          &t->old_h, &t->direction, &t->anchor,  &t->anchor_g};
    double *next = t->memory;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++, next += d)
        *vectors[i] = next;
    for (size_t i = 0; i < HISTORY; i++, next += 3 * d)
        t->steps[i] = (struct step){.s = next, .y = next + d, .My = next + 2 * d};
    t->at.s = t->floats;
    t->trial.s = t->floats + d;
    return true;
}

/* ---- points ---- */

/* Add the penalty to loss and gradient. */
static void penalise(const struct engine *t, struct point *p, const struct pass_sums *sums)
{
    p->f = sums->loss + t->l2 / 2 * linalg_dot(p->w, p->w, t->d);
    p->curvature = sums->curvature;
    linalg_axpy(t->l2, p->w, p->g, t->d);
    p->grad_norm = linalg_nrm2(p->g, t->d);
}

/* One float32 pass at anchor + p->s. */
static void evaluate(struct engine *t, struct point *p)
{
    for (size_t j = 0; j < t->d; j++)
        p->w[j] = t->anchor[j] + (double)p->s[j];
    struct pass_sums sums = pass_run(&t->pass, p->s, t->anchored ? t->anchor_z : NULL, p->g);
    if (t->anchored)
        linalg_axpy(1, t->anchor_g, p->g, t->d);
    penalise(t, p, &sums);
}

static double noise(const struct engine *t)
{
    return (t->anchored ? noise_anchored : noise_f32) * fabs(t->at.f);
}

/* Measure the point at hand in float64 and go on from there. */
static bool drop_anchor(struct engine *t, struct err *err)
{
    struct pass_sums sums;
    if (!pass_exact(&t->pass, t->at.w, t->anchor_z, t->at.g, &sums, err))
        return false;
    memcpy(t->anchor, t->at.w, t->d * sizeof *t->anchor);
    memcpy(t->anchor_g, t->at.g, t->d * sizeof *t->anchor_g);
    memset(t->at.s, 0, t->d * sizeof *t->at.s);
    t->anchored = t->exact = true;
    t->anchors++;
    t->idle = 0;
    t->lowest = INFINITY;
    penalise(t, &t->at, &sums);
    trace(TRACE_FIT, "anchor %zu: f %.15g |g| %.3g passes %zu", t->anchors, t->at.f, t->at.grad_norm, t->pass.taken);
    return true;
}

static bool meets_goal(const struct engine *t, double share)
{
    double g = t->at.grad_norm / share;
    return g <= gradient_limit && g * g / (2 * t->l2) <= relative_limit * t->at.f;
}

/* ---- directions ---- */

static struct step *remembered(struct engine *t, size_t i)
{
    return &t->steps[i % HISTORY];
}

static void forget(struct engine *t)
{
    t->first_step = t->n_steps;
}

static size_t oldest(const struct engine *t)
{
    size_t kept = t->n_steps > HISTORY ? t->n_steps - HISTORY : 0;
    return kept > t->first_step ? kept : t->first_step;
}

/* direction = -B g by the two loops of L-BFGS. M^-1 is linear: M^-1 (g - sum a y) = h - sum a M^-1 y needs no further
 * product. */
static void find_direction(struct engine *t)
{
    double a[HISTORY] = {0}, *q = t->trial.g, *r = t->direction,
           gamma = 1; /* trial.g is free until the next evaluation */
    memcpy(q, t->at.g, t->d * sizeof *q);
    memcpy(r, t->h, t->d * sizeof *r);
    for (size_t i = t->n_steps; i > oldest(t); i--) {
        struct step *s = remembered(t, i - 1);
        double alpha = a[(i - 1) % HISTORY] = s->rho * linalg_dot(s->s, q, t->d);
        linalg_axpy(-alpha, s->y, q, t->d);
        linalg_axpy(-alpha, s->My, r, t->d);
    }
    if (t->n_steps > t->first_step) {
        struct step *s = remembered(t, t->n_steps - 1);
        gamma = 1 / (s->rho * linalg_dot(s->y, s->My, t->d));
    }
    linalg_scale(gamma, r, t->d);
    for (size_t i = oldest(t); i < t->n_steps; i++) {
        struct step *s = remembered(t, i);
        linalg_axpy(a[i % HISTORY] - s->rho * linalg_dot(s->y, r, t->d), s->s, r, t->d);
    }
    linalg_scale(-1, r, t->d);
}

/* Keep the step from `trial` (the old point) to `at`; h is M^-1 g of the new point. */
static void remember(struct engine *t)
{
    struct step *s = remembered(t, t->n_steps);
    for (size_t j = 0; j < t->d; j++) {
        s->s[j] = t->at.w[j] - t->trial.w[j];
        s->y[j] = t->at.g[j] - t->trial.g[j];
        s->My[j] = t->h[j] - t->old_h[j];
    }
    double sy = linalg_dot(s->s, s->y, t->d), yMy = linalg_dot(s->y, s->My, t->d);
    if (!(sy > 1e-12 * linalg_nrm2(s->s, t->d) * linalg_nrm2(s->y, t->d)) || !(yMy > 0))
        return; /* rounding only */
    s->rho = 1 / sy;
    t->n_steps++;
}

static void follow_curvature(struct engine *t)
{
    double ratio = t->at.curvature / t->m.a;
    if ((ratio < curvature_change && ratio > 1 / curvature_change) || !(t->at.curvature > 1e-9))
        return;
    precondition_set_curvature(&t->m, t->at.curvature);
    trace(TRACE_FIT, "preconditioner for a mean curvature of %.3g", t->m.a);
    precondition_apply(&t->m, t->at.g, t->h);
    for (size_t i = oldest(t); i < t->n_steps; i++)
        precondition_apply(&t->m, remembered(t, i)->y, remembered(t, i)->My);
}

/* ---- steps ---- */

static bool acceptable(const struct engine *t, double a, double slope)
{
    const struct point *p = &t->trial;
    if (!isfinite(p->f) || !isfinite(p->grad_norm))
        return false;
    if (p->f <= t->at.f + 1e-4 * a * slope + noise(t))
        return true;
    /* Near the end the objective no longer tells points apart, the slope still does. */
    return fabs(linalg_dot(p->g, t->direction, t->d)) < 0.5 * fabs(slope) && p->f < t->at.f + 1e-5 * fabs(t->at.f);
}

/* The minimum of the parabola through f, slope and f at a. */
static double shorter(const struct engine *t, double a, double slope)
{
    double rise = t->trial.f - t->at.f - a * slope;
    double next = isfinite(rise) && rise > 0 ? -slope * a * a / (2 * rise) : 0;
    return fmin(0.5 * a, fmax(0.1 * a, next));
}

/* Go along the direction; false when no length helps. Afterwards `at` is the new point, `trial` the old one. */
static bool take_step(struct engine *t)
{
    double slope = linalg_dot(t->at.g, t->direction, t->d), a = 1;
    if (!(slope < 0))
        return false;
    for (int i = 0; i < MAX_TRIALS; i++, a = shorter(t, a, slope)) {
        bool moved = false;
        for (size_t j = 0; j < t->d; j++) {
            t->trial.s[j] = (float)((double)t->at.s[j] + a * t->direction[j]);
            moved = moved || t->trial.s[j] != t->at.s[j];
        }
        if (!moved)
            return false;
        evaluate(t, &t->trial);
        if (!acceptable(t, a, slope))
            continue;
        struct point old = t->at;
        t->at = t->trial;
        t->trial = old;
        t->exact = false;
        return true;
    }
    return false;
}

/* One step and what is learnt from it. False when there is none. */
static bool iterate(struct engine *t)
{
    follow_curvature(t);
    find_direction(t);
    if (!take_step(t))
        return false;
    double *h = t->old_h;
    t->old_h = t->h;
    t->h = h;
    precondition_apply(&t->m, t->at.g, t->h);
    remember(t);
    t->idle = t->at.f < t->lowest - noise(t) ? 0 : t->idle + 1;
    t->lowest = fmin(t->lowest, t->at.f);
    return true;
}

static bool start(struct engine *t, const double *w, bool warm, struct err *err)
{
    if (warm) {
        memcpy(t->at.w, w, t->d * sizeof *w);
        if (!drop_anchor(t, err))
            return false;
    } else {
        t->lowest = INFINITY;
        evaluate(t, &t->at);
    }
    precondition_apply(&t->m, t->at.g, t->h);
    return true;
}

/* What to do when no step helps: forget the history, then measure exactly; false when both were tried. */
static bool recover(struct engine *t, struct err *err, bool *ok)
{
    if (t->n_steps > t->first_step) {
        forget(t);
        return true;
    }
    if (t->exact || t->anchors >= MAX_ANCHORS)
        return false;
    *ok = drop_anchor(t, err);
    precondition_apply(&t->m, t->at.g, t->h);
    return *ok;
}

/* Until the goal is met in float64, or no step helps, or `limit` steps. */
static bool minimise(struct engine *t, size_t limit, struct bt_info *info, const struct progress *progress,
                     struct err *err)
{
    bool ok = true;
    for (;;) {
        trace(TRACE_FIT, "step %zu: f %.15g |g| %.3g passes %zu", info->iterations, t->at.f, t->at.grad_norm,
              t->pass.taken);
        info->stop = BT_OPTIMAL;
        if (t->exact && meets_goal(t, 1))
            return true;
        if (t->anchors > MAX_ANCHORS) { /* it goes on for ever: somebody else's turn */
            info->stop = BT_STALLED;
            return t->exact || drop_anchor(t, err);
        }
        if (!t->exact && (t->idle >= PATIENCE || meets_goal(t, margin_of_safety))) {
            if (!drop_anchor(t, err))
                return false;
            precondition_apply(&t->m, t->at.g, t->h);
            continue;
        }
        info->stop = BT_ITERATIONS;
        if (info->iterations >= limit)
            return t->exact || drop_anchor(t, err);
        info->stop = BT_INTERRUPTED;
        if (!progress_tick_loss(progress, fmin(6, fmax(0, -log10(t->at.grad_norm))), 6, t->at.f))
            return t->exact || drop_anchor(t, err);
        if (iterate(t)) {
            info->iterations++;
            continue;
        }
        info->stop = BT_STALLED;
        if (!recover(t, err, &ok))
            return ok && (t->exact || drop_anchor(t, err));
    }
}

/* ---- the whole ---- */

static bool by_engine(const struct diff *f, struct team *team, double l2, const struct fit_opts *o, double *w,
                      struct bt_info *info, const struct progress *progress, struct err *err)
{
    struct engine t = {.f = f, .l2 = l2, .d = f->d};
    struct precondition_plan plan = precondition_choose(f->n, f->d);
    linalg_threads(o->threads);
    trace(TRACE_FIT, "%zu x %zu, differences %s%s", f->n, f->d, f->kept != NULL ? "kept" : "streamed",
          f->exact ? ", exact" : "");
    bool ok = allocate(&t, err) && pass_init(&t.pass, f, team, err) && precondition_init(&t.m, f, plan, l2, err);
    if (ok)
        trace(TRACE_FIT, "preconditioner: %s on %zu rows, delta %.3g of %.3g", precondition_name(t.m.plan.kind),
              plan.rows, t.m.delta, t.m.trace / (double)f->d);
    linalg_threads(1); /* vectors are short, and its threads would wait in the way of ours */
    ok = ok && start(&t, w, o->warm, err) &&
         minimise(&t, o->max_iterations > 0 ? o->max_iterations : MAX_ITERATIONS, info, progress, err);
    if (ok) {
        memcpy(w, t.at.w, f->d * sizeof *w);
        info->objective = t.at.f;
        info->grad_norm = t.at.grad_norm;
        info->passes = t.pass.taken;
        info->converged = meets_goal(&t, 1);
        info->stop = info->converged ? BT_OPTIMAL : info->stop;
    }
    linalg_threads(o->threads);
    release(&t);
    return ok;
}

static bool by_newton(const struct embeddings *e, const struct pair *pairs, const size_t *which, size_t n, double l2,
                      const struct bt_opts *opts, double *w, struct bt_info *info, const struct progress *progress,
                      struct err *err)
{
    struct bt_problem problem;
    struct bt_info before = *info;
    if (!bt_init(&problem, e, pairs, which, n, BT_AUTO, err))
        return false;
    bool ok = bt_fit(&problem, l2, opts, w, info, progress, err);
    info->iterations += before.iterations;
    info->passes += before.passes;
    bt_free(&problem);
    return ok;
}

bool fit_pairs(const struct embeddings *e, const struct pair *pairs, const size_t *which, size_t n, double l2,
               const struct fit_opts *opts, double *w, struct bt_info *info, const struct progress *progress,
               struct err *err)
{
    struct bt_opts newton = {.max_iterations = opts->max_iterations, .warm = opts->warm};
    *info = (struct bt_info){0};
    if (!(l2 >= 0) || !isfinite(l2))
        return err_set(err, ERR_RANGE, "l2 is %g; it must be a finite number of at least 0", l2);
    if (l2 <= 0)
        return by_newton(e, pairs, which, n, l2, &newton, w, info, progress, err);
    struct team *team = team_open(opts->threads);
    struct diff f;
    trace(TRACE_FIT, "forming differences of %zu pairs", n);
    bool ok = diff_init(&f, e, pairs, which, n, opts->memory, team, err);
    if (ok) {
        ok = by_engine(&f, team, l2, opts, w, info, progress, err);
        diff_free(&f);
    }
    team_close(team);
    if (!ok || info->stop != BT_STALLED)
        return ok;
    newton.warm = true;
    return by_newton(e, pairs, which, n, l2, &newton, w, info, progress, err);
}
