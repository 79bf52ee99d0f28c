#include "core/ridge_path.h"

#include "core/base/mem.h"
#include "core/base/trace.h"
#include "core/linalg.h"
#include "core/ridge_dual.h"
#include "core/ridge_measure.h"
#include "core/ridge_normal.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* One group of targets. */
struct fits {
    const struct ridge_group *g;
    struct ridge_normal all; /* of all rows, around `shift`; empty when there are too few of them */
    double *shift;
};

struct ridge_path_fits {
    struct ridge_groups groups;
    struct fits *v; /* as many */
};

/* ---- held-out error ---- */

/* One group on its way; jobs 0 .. folds-1 leave out a fold, job `folds` leaves out none. */
struct run {
    struct ridge_path *p;
    const struct ridge_rows *rows;
    const double *Y;
    const struct ridge_path_opts *o;
    struct team *team;
    struct progress progress;
    struct fits *fits;
    const struct ridge_moments *m; /* one of the two */
    const struct ridge_dual *dual;
    size_t first; /* job of worker 0 in this round */
    struct err *errors;
    bool *failed;
};

/* sse: as ridge_dual_errors gives it. */
static void take_errors(const struct run *r, size_t fold, const double *sse)
{
    const struct ridge_group *g = r->fits->g;
    for (size_t c = 0; c < g->nt * r->p->n_l2; c++) {
        size_t j = g->targets[c % g->nt];
        double weight = r->p->weight[j * r->p->folds + fold];
        r->p->mse[(j * r->p->n_l2 + c / g->nt) * r->p->folds + fold] = weight > 0 ? fmax(0, sse[c]) / weight : NAN;
    }
}

/* S (d x n by rows) -> V (p x n): the residual y - w.x - b of every row u is u . v, around the shift. */
static void residual_forms(const struct ridge_normal *f, size_t p, size_t n, const double *S, double *V)
{
    size_t d = f->d;
    memset(V + d * n, 0, (p - d) * n * sizeof *V);
    for (size_t c = 0; c < n; c++)
        V[d * n + c] = -f->mean[d + 1 + c % f->nt];
    for (size_t i = 0; i < d; i++)
        for (size_t c = 0; c < n; c++) {
            V[i * n + c] = -S[i * n + c];
            V[d * n + c] += f->mean[i] * S[i * n + c];
        }
    for (size_t c = 0; c < n; c++)
        V[(d + 1 + c % f->nt) * n + c] = 1;
}

/* Squared errors of the fits S on one fold: sum of o (u . v)^2 = v' M v. */
static bool errors_on(const struct run *r, const struct ridge_normal *f, size_t fold, const double *S, struct err *err)
{
    size_t p = r->m->p, n = f->nt * r->p->n_l2;
    double *V = mem_block(p, n * sizeof *V), *MV = mem_block(p, n * sizeof *MV), *sse = mem_array(n, sizeof *sse);
    bool ok = V != NULL && MV != NULL;
    if (ok) {
        residual_forms(f, p, n, S, V);
        linalg_symm(r->m->M + fold * p * p, V, MV, p, n);
        for (size_t i = 0; i < p; i++)
            for (size_t c = 0; c < n; c++)
                sse[c] += V[i * n + c] * MV[i * n + c];
        take_errors(r, fold, sse);
    }
    mem_free(V);
    mem_free(MV);
    mem_free(sse);
    return ok || err_set(err, ERR_MEMORY, "no memory for %zu x %zu predictions", p, n);
}

static bool leave_out(const struct run *r, size_t fold, struct err *err)
{
    struct ridge_normal f;
    size_t n = r->m->nt * r->p->n_l2;
    if (!ridge_normal_of(r->m, fold, &f, err))
        return false;
    double *S = mem_block(f.d, n * sizeof *S);
    bool ok = S != NULL || err_set(err, ERR_MEMORY, "no memory for %zu fits of %zu columns", n, f.d);
    ok = ok && ridge_normal_solve(&f, r->p->l2, r->p->n_l2, S, err) && errors_on(r, &f, fold, S, err);
    mem_free(S);
    ridge_normal_free(&f);
    return ok;
}

static bool leave_out_dual(const struct run *r, size_t fold, struct err *err)
{
    double *sse = mem_array(r->fits->g->nt * r->p->n_l2, sizeof *sse);
    bool ok = ridge_dual_errors(r->dual, r->o->fold, fold, r->p->l2, r->p->n_l2, sse, err);
    if (ok)
        take_errors(r, fold, sse);
    mem_free(sse);
    return ok;
}

static void work(void *ctx, int worker)
{
    struct run *r = ctx;
    size_t job = r->first + (size_t)worker, folds = r->p->folds;
    struct err *err = &r->errors[worker];
    if (job < folds)
        r->failed[worker] = r->dual != NULL ? !leave_out_dual(r, job, err) : !leave_out(r, job, err);
    else if (job == folds && r->dual == NULL)
        r->failed[worker] = !ridge_normal_of(r->m, SIZE_MAX, &r->fits->all, err);
}

/* A job a worker and round: which worker does which does not depend on time. */
static bool run_jobs(struct run *r, struct err *err)
{
    size_t workers = (size_t)team_workers(r->team), jobs = r->p->folds + (r->dual == NULL);
    r->errors = mem_array(workers, sizeof *r->errors);
    r->failed = mem_array(workers, sizeof *r->failed);
    bool ok = true;
    for (r->first = 0; ok && r->first < jobs; r->first += workers) {
        team_run(r->team, work, r);
        for (size_t w = 0; ok && w < workers; w++)
            if (r->failed[w]) {
                if (err != NULL)
                    *err = r->errors[w];
                ok = false;
            }
        double done = fmin((double)(r->first + workers), (double)jobs);
        if (ok && !progress_tick(&r->progress, (double)r->p->folds + done, 0))
            ok = err_set(err, ERR_STOPPED, "the fit was stopped");
    }
    mem_free(r->errors);
    mem_free(r->failed);
    return ok;
}

static void take_weights(struct run *r)
{
    const struct ridge_group *g = r->fits->g;
    for (size_t i = 0; i < g->n; i++)
        for (size_t j = 0; j < g->nt; j++)
            r->p->weight[g->targets[j] * r->p->folds + r->o->fold[g->which[i]]] += g->root[i] * g->root[i];
}

static bool run_group(struct run *r, struct err *err)
{
    struct ridge_moments m = {0};
    struct ridge_dual dual = {0};
    bool few = r->fits->g->n <= r->rows->d;
    bool ok = few ? ridge_dual_of(r->rows, r->Y, r->p->k, r->fits->g, &dual, err)
                  : ridge_moments_of(r->rows, r->Y, r->p->k, r->fits->g, r->o->fold, r->o->folds, r->team, &m,
                                     &r->progress, err);
    r->m = few ? NULL : &m;
    r->dual = few ? &dual : NULL;
    take_weights(r);
    trace(TRACE_FIT, "moments of %zu rows are there", r->fits->g->n);
    ok = ok && run_jobs(r, err);
    trace(TRACE_FIT, "held-out errors are there");
    r->fits->shift = m.shift;
    m.shift = NULL;
    ridge_moments_free(&m);
    ridge_dual_free(&dual);
    return ok;
}

/* ---- the whole ---- */

/* A fold's mean is an item with its weight. */
static void summarise(struct ridge_path *p)
{
    size_t *unit = mem_array(p->folds, sizeof *unit);
    double *loss = mem_array(p->folds * p->n_l2, sizeof *loss);
    for (size_t j = 0; j < p->k; j++) {
        for (size_t f = 0; f < p->folds; f++) {
            unit[f] = f;
            for (size_t i = 0; i < p->n_l2; i++)
                loss[f * p->n_l2 + i] = p->mse[(j * p->n_l2 + i) * p->folds + f];
        }
        choose_scores(loss, p->folds, p->n_l2, p->weight + j * p->folds, unit, p->folds, p->score + j * p->n_l2);
    }
    mem_free(unit);
    mem_free(loss);
}

static bool check(const struct ridge_rows *rows, const struct ridge_path_opts *o, struct err *err)
{
    if (o->folds < 2 || o->n_l2 == 0)
        return err_set(err, ERR_RANGE, "%zu folds and %zu penalties: 2 folds and 1 penalty are the least", o->folds,
                       o->n_l2);
    for (size_t i = 0; i < o->n_l2; i++)
        if (!(o->l2[i] >= 0) || !isfinite(o->l2[i]))
            return err_set(err, ERR_RANGE, "l2 is %g; it must be a finite number of at least 0", o->l2[i]);
    for (size_t i = 0; i < rows->n; i++)
        if (o->fold[i] >= o->folds)
            return err_set(err, ERR_RANGE, "row %zu is of fold %zu, but there are %zu", i + 1, o->fold[i] + 1,
                           o->folds);
    return true;
}

static void allocate(struct ridge_path *p, const struct ridge_path_opts *o, size_t k)
{
    *p = (struct ridge_path){.k = k, .n_l2 = o->n_l2, .folds = o->folds};
    p->threads = o->threads > 1 ? o->threads : 1;
    p->l2 = mem_array(o->n_l2, sizeof *p->l2);
    memcpy(p->l2, o->l2, o->n_l2 * sizeof *p->l2);
    p->mse = mem_array(k * o->n_l2 * o->folds, sizeof *p->mse);
    p->weight = mem_array(k * o->folds, sizeof *p->weight);
    p->score = mem_array(k * o->n_l2, sizeof *p->score);
    p->fits = mem_array(1, sizeof *p->fits);
    p->fits->v = mem_array(k, sizeof *p->fits->v);
}

/* Every group takes a step a fold to read, one to fit without it, and one for the fit to all. */
struct stages {
    const struct progress *whole;
    double before, total;
};

static bool tick_stage(void *ctx, double done, double total)
{
    const struct stages *s = ctx;
    (void)total;
    return progress_tick(s->whole, s->before + done, s->total);
}

static bool run_groups(struct run *r, const struct progress *progress, struct err *err)
{
    struct ridge_path_fits *fits = r->p->fits;
    double steps = 2 * (double)r->p->folds + 1;
    struct stages stages = {.whole = progress, .total = steps * (double)fits->groups.n};
    r->progress = (struct progress){.tick = tick_stage, .ctx = &stages};
    bool ok = true;
    for (size_t i = 0; ok && i < fits->groups.n; i++, stages.before += steps) {
        r->fits = &fits->v[i];
        r->fits->g = &fits->groups.v[i];
        ok = run_group(r, err);
    }
    return ok;
}

bool ridge_path_run(const struct ridge_rows *rows, const double *Y, size_t k, const struct ridge_path_opts *opts,
                    struct ridge_path *out, const struct progress *progress, struct err *err)
{
    if (!check(rows, opts, err))
        return false;
    allocate(out, opts, k);
    bool ok = ridge_groups_of(rows, Y, k, &out->fits->groups, err);
    if (ok) {
        struct run r = {.p = out, .rows = rows, .Y = Y, .o = opts, .team = team_open(out->threads)};
        linalg_threads(1); /* its threads would wait in the way of ours */
        ok = run_groups(&r, progress, err);
        linalg_threads(out->threads);
        team_close(r.team);
    }
    if (ok)
        summarise(out);
    else
        ridge_path_free(out);
    return ok;
}

void ridge_path_free(struct ridge_path *p)
{
    for (size_t i = 0; p->fits != NULL && i < p->fits->groups.n; i++) {
        ridge_normal_free(&p->fits->v[i].all);
        mem_free(p->fits->v[i].shift);
    }
    if (p->fits != NULL) {
        ridge_groups_free(&p->fits->groups);
        mem_free(p->fits->v);
    }
    mem_free(p->fits);
    mem_free(p->l2);
    mem_free(p->mse);
    mem_free(p->weight);
    mem_free(p->score);
    *p = (struct ridge_path){0};
}

/* ---- solving ---- */

/* One target of a group from the fit to all rows. */
static bool solve_target(const struct fits *f, size_t place, double l2, double *w, double *b, struct err *err)
{
    const struct ridge_normal *all = &f->all;
    size_t d = all->d, nt = all->nt;
    double *S = mem_block(d, nt * sizeof *S);
    if (S == NULL)
        return err_set(err, ERR_MEMORY, "no memory to fit %zu columns", d);
    bool ok = ridge_normal_solve(all, &l2, 1, S, err);
    if (ok) {
        *b = all->mean[d + 1 + place] + f->shift[d + 1 + place];
        for (size_t i = 0; i < d; i++) {
            w[i] = S[i * nt + place];
            *b -= w[i] * (all->mean[i] + f->shift[i]);
        }
    }
    mem_free(S);
    return ok;
}

/* With few rows ridge_fit is as quick: one target. */
static bool fit_target(const struct ridge_rows *rows, const double *Y, size_t k, size_t j, double l2, double *w,
                       double *b, struct ridge_info *info, struct err *err)
{
    double *y = mem_array(rows->n, sizeof *y);
    for (size_t i = 0; i < rows->n; i++)
        y[i] = Y[i * k + j];
    bool ok = ridge_fit(rows, y, 1, l2, w, b, info, NULL, err);
    mem_free(y);
    return ok;
}

static bool solve_group(const struct ridge_path *p, const struct fits *f, const struct ridge_rows *rows,
                        const double *Y, const double *l2, double *W, double *b, struct team *team,
                        struct ridge_info *info, struct err *err)
{
    bool few = f->shift == NULL, ok = true;
    for (size_t c = 0; ok && c < f->g->nt; c++) {
        size_t j = f->g->targets[c];
        ok = few ? fit_target(rows, Y, p->k, j, l2[j], W + j * rows->d, b + j, info + j, err)
                 : solve_target(f, c, l2[j], W + j * rows->d, b + j, err);
    }
    return ok && (few || ridge_measure(rows, Y, p->k, f->g, l2, W, b, f->shift, team, info, err));
}

bool ridge_path_solve(const struct ridge_path *p, const struct ridge_rows *rows, const double *Y, const double *l2,
                      double *W, double *b, struct ridge_info *info, struct err *err)
{
    struct team *team = team_open(p->threads);
    bool ok = true;
    linalg_threads(1);
    for (size_t i = 0; ok && i < p->fits->groups.n; i++)
        ok = solve_group(p, &p->fits->v[i], rows, Y, l2, W, b, team, info, err);
    linalg_threads(p->threads);
    team_close(team);
    return ok;
}
