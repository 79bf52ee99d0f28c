#include "core/thumbs_fit.h"

#include "core/base/rng.h"
#include "core/base/trace.h"
#include "core/linalg.h"
#include "core/thumbs_newton.h"

#include <math.h>
#include <string.h>

enum { MAX_ROUNDS = 100 };

/* A shift that is tied to w needs w better than the goal asks: its error is that of w times a mean embedding. */
static const double tied_gradient = 1e-10, free_gradient = 1e-6, settled = 1e-7, settled_enough = 1e-6;

struct thumbs_opts thumbs_opts_of(enum thumbs_kind kind, double l2)
{
    return (struct thumbs_opts){.kind = kind,
                                .l2 = l2,
                                .beta = 1,
                                .balance = kind != THUMBS_LOGISTIC,
                                .up_weight = 1,
                                .down_weight = 1,
                                .ratio_least = 0.5,
                                .ratio_most = 10};
}

/* ---- examples ---- */

/* The thumbs of a fit, examples first, mismatched ones apart. */
struct examples {
    size_t n, n_mismatched;
    size_t *rows, *mismatched;
    bool *up;
    double *own, *mismatched_own; /* o_i */
    double *weight;               /* o_i c_i q_i / sum o_i */
};

static void examples_free(struct examples *x)
{
    mem_free(x->rows);
    mem_free(x->mismatched);
    mem_free(x->up);
    mem_free(x->own);
    mem_free(x->mismatched_own);
    mem_free(x->weight);
}

static void examples_take(struct examples *x, const struct thumb *thumbs, const size_t *which, size_t n)
{
    *x = (struct examples){.rows = mem_array(n, sizeof *x->rows),
                           .mismatched = mem_array(n, sizeof *x->mismatched),
                           .up = mem_array(n, sizeof *x->up),
                           .own = mem_array(n, sizeof *x->own),
                           .mismatched_own = mem_array(n, sizeof *x->mismatched_own),
                           .weight = mem_array(n, sizeof *x->weight)};
    for (size_t i = 0; i < n; i++) {
        const struct thumb *t = &thumbs[which[i]];
        if (t->mismatched) {
            x->mismatched_own[x->n_mismatched] = t->weight;
            x->mismatched[x->n_mismatched++] = t->row;
            continue;
        }
        x->rows[x->n] = t->row;
        x->up[x->n] = t->up;
        x->own[x->n++] = t->weight;
    }
}

/* q: n, or NULL */
static bool examples_weigh(struct examples *x, const struct thumbs_opts *o, const double *q, struct thumbs_info *info,
                           struct err *err)
{
    double own[2] = {0}, c[2] = {o->down_weight, o->up_weight};
    for (size_t i = 0; i < x->n; i++) {
        own[x->up[i]] += x->own[i];
        *(x->up[i] ? &info->n_up : &info->n_down) += 1;
    }
    info->n_mismatched = x->n_mismatched;
    if (!(own[0] > 0) || !(own[1] > 0))
        return err_set(err, ERR_RANGE, "there are %zu thumbs up and %zu down with weight; a head needs both",
                       own[1] > 0 ? info->n_up : 0, own[0] > 0 ? info->n_down : 0);
    double sum = own[0] + own[1];
    for (int side = 0; side < 2; side++)
        c[side] *= o->balance ? sum / (2 * own[side]) : 1;
    info->at_zero = 0;
    for (size_t i = 0; i < x->n; i++) {
        x->weight[i] = x->own[i] * c[x->up[i]] * (q != NULL ? q[i] : 1) / sum;
        info->at_zero += x->weight[i] * thumbs_loss_at(o->kind, o->beta, x->up[i], 0).value;
    }
    info->weight_up = c[1] * own[1];
    info->weight_down = c[0] * own[0];
    return true;
}

static bool check(const struct thumbs_opts *o, const struct thumb *thumbs, const size_t *which, size_t n,
                  struct err *err)
{
    const double positive[] = {o->l2, o->beta, o->up_weight, o->down_weight};
    static const char *const names[] = {"l2", "beta", "the weight of thumbs up", "the weight of thumbs down"};
    for (size_t i = 0; i < sizeof positive / sizeof *positive; i++)
        if (!(positive[i] > 0) || !isfinite(positive[i]))
            return err_set(err, ERR_RANGE, "%s is %g; heads on thumbs need a finite number above 0", names[i],
                           positive[i]);
    for (size_t i = 0; i < n; i++)
        if (!(thumbs[which[i]].weight >= 0) || !isfinite(thumbs[which[i]].weight))
            return err_set(err, ERR_RANGE, "thumb %zu has weight %g; it must be a finite number of at least 0",
                           which[i], thumbs[which[i]].weight);
    return true;
}

/* ---- the fit ---- */

struct fit {
    const struct thumbs_opts *o;
    const struct examples *x;
    struct sweep rows, reference; /* reference: mismatched answers, when there are some */
    struct thumbs_problem problem;
    double *w, *r, *r_reference; /* w: d, owned by the caller of the inner steps; rewards */
    struct thumbs_info *info;
    /* How far all of it is: inner problems report to the first progress, which tells the second. */
    struct progress inner;
    const struct progress *outer;
    double gap, best;
    size_t start, starts;
};

static bool pass_on(void *ctx, double done, double total)
{
    struct fit *t = ctx;
    double tied = isnan(t->gap) ? done : fmin(done, -log10(fmax(t->gap, 1e-12)));
    t->best = fmax(t->best, fmax(0, tied));
    return progress_tick(t->outer, ((double)t->start + t->best / total) / (double)t->starts, 1);
}

static void pass_loss(void *ctx, double value)
{
    const struct fit *t = ctx;
    if (t->outer != NULL && t->outer->loss != NULL)
        t->outer->loss(t->outer->ctx, value);
}

static bool inner(struct fit *t, double *w, double *shift, bool free_shift, double gradient, struct err *err)
{
    struct thumbs_newton_opts o = {free_shift, gradient, t->o->max_iterations};
    struct thumbs_newton_info i;
    if (!thumbs_newton(&t->problem, &o, w, shift, t->r, &i, &t->inner, err))
        return false;
    t->info->objective = i.objective;
    t->info->grad_norm = i.grad_norm;
    t->info->iterations += i.iterations;
    t->info->rounds++;
    t->info->stop = i.stop;
    t->info->shift = *shift;
    return true;
}

/* What the shift should be at w, whose rewards are t->r. */
static double tied_shift(struct fit *t, const double *w)
{
    if (t->o->kind == THUMBS_BCO) {
        struct thumbs_means m = thumbs_means_of(t->r, t->x->up, t->x->own, t->x->n);
        return thumbs_delta_of(&m, t->o->delta);
    }
    if (t->x->n_mismatched == 0)
        return thumbs_reference_of(t->r, t->x->own, t->x->n);
    sweep_times(&t->reference, w, t->r_reference);
    return thumbs_reference_of(t->r_reference, t->x->mismatched_own, t->x->n_mismatched);
}

static bool is_good(enum bt_stop stop)
{
    return stop == BT_OPTIMAL || stop == BT_STATIONARY;
}

/* Find shift = tied_shift(w(shift)). gap = tied - shift is above 0 for very low shifts and below for very high ones. */
static bool tie(struct fit *t, double *w, double shift, struct err *err)
{
    double lo = -INFINITY, hi = INFINITY, last_shift = 0, last_gap = 0;
    t->gap = INFINITY;
    for (int round = 0; round < MAX_ROUNDS; round++) {
        if (!inner(t, w, &shift, false, tied_gradient, err))
            return false;
        double tied = tied_shift(t, w), gap = tied - shift, scale = 1 + fabs(shift);
        trace(TRACE_FIT, "shift %.12g, tied %.12g", shift, tied);
        t->gap = t->info->gap = fabs(gap);
        if (!is_good(t->info->stop) || fabs(gap) <= settled * scale)
            return true;
        *(gap > 0 ? &lo : &hi) = shift;
        double next = round > 0 ? shift - gap * (shift - last_shift) / (gap - last_gap) : tied;
        if (!(next > lo && next < hi))
            next = isfinite(lo) && isfinite(hi) ? (lo + hi) / 2 : tied;
        if (next == shift || !isfinite(next) || round + 1 == MAX_ROUNDS) {
            if (fabs(gap) > settled_enough * scale)
                t->info->stop = BT_UNSETTLED;
            return true;
        }
        last_shift = shift;
        last_gap = gap;
        shift = next;
    }
    return true;
}

/* Another start of kto: the first one and noise of half its length. */
static void disturb(const double *from, size_t d, struct rng *r, double *w)
{
    double size = linalg_nrm2(from, d) / sqrt((double)d) / 2;
    for (size_t j = 0; j < d; j++)
        w[j] = from[j] + size * rng_normal(r);
}

/* The logistic solution, where kto begins: w and its intercept. */
static bool logistic_start(struct fit *t, double *w, double *shift, struct err *err)
{
    t->problem.kind = THUMBS_LOGISTIC;
    t->gap = NAN;
    bool ok = inner(t, w, shift, true, free_gradient, err);
    t->problem.kind = t->o->kind;
    return ok;
}

/* From one start after the other; keeps the lowest end in w and info. */
static bool try_starts(struct fit *t, double *w, struct err *err)
{
    size_t d = t->rows.d;
    double *first = mem_array(d, sizeof *first), *trial = mem_array(d, sizeof *trial), shift = 0;
    struct thumbs_info best = {.objective = INFINITY};
    struct rng r;
    rng_seed(&r, t->o->seed);
    bool ok = logistic_start(t, first, &shift, err), over = ok && t->info->stop == BT_INTERRUPTED;
    if (over)
        memcpy(w, first, d * sizeof *w);
    for (t->start = 0; ok && !over && t->start < t->starts; t->start++) {
        t->best = 0;
        if (t->start == 0)
            memcpy(trial, first, d * sizeof *trial);
        else
            disturb(first, d, &r, trial);
        sweep_times(&t->rows, trial, t->r);
        ok = tie(t, trial, tied_shift(t, trial), err);
        over = t->info->stop == BT_INTERRUPTED;
        trace(TRACE_FIT, "start %zu: f %.12g, %s", t->start, t->info->objective, bt_stop_text(t->info->stop));
        if (ok && (t->start == 0 || (is_good(t->info->stop) && t->info->objective < best.objective))) {
            best = *t->info;
            best.start = t->start;
            memcpy(w, trial, d * sizeof *w);
        }
    }
    if (ok && t->start > 0) {
        size_t rounds = t->info->rounds, iterations = t->info->iterations;
        *t->info = best;
        t->info->rounds = rounds;
        t->info->iterations = iterations;
        t->info->stop = over ? BT_INTERRUPTED : best.stop;
    }
    mem_free(first);
    mem_free(trial);
    return ok;
}

static bool solve(struct fit *t, double *w, double *bias, struct err *err)
{
    double shift = t->o->warm ? -*bias : 0;
    if (!t->o->warm)
        memset(w, 0, t->rows.d * sizeof *w);
    t->gap = NAN;
    if (t->o->kind == THUMBS_LOGISTIC)
        return inner(t, w, &shift, true, free_gradient, err);
    if (t->o->kind == THUMBS_KTO && !t->o->warm)
        return try_starts(t, w, err);
    return tie(t, w, shift, err);
}

static bool run(struct fit *t, struct team *team, const struct embeddings *e, double *w, double *bias, struct err *err)
{
    const struct examples *x = t->x;
    bool reference = t->o->kind == THUMBS_KTO && x->n_mismatched > 0;
    if (!sweep_init(&t->rows, e, x->rows, x->n, team, err))
        return false;
    bool ok = !reference || sweep_init(&t->reference, e, x->mismatched, x->n_mismatched, team, err);
    t->problem = (struct thumbs_problem){
        .x = &t->rows, .kind = t->o->kind, .beta = t->o->beta, .l2 = t->o->l2, .up = x->up, .weight = x->weight};
    t->r = mem_block(x->n + x->n_mismatched + 1, sizeof *t->r);
    if (ok && t->r == NULL)
        ok = err_set(err, ERR_MEMORY, "no memory for %zu thumbs", x->n);
    t->r_reference = ok ? t->r + x->n : NULL;
    t->inner = (struct progress){.tick = pass_on, .ctx = t, .loss = pass_loss};
    t->starts = t->o->kind == THUMBS_KTO && !t->o->warm && t->o->starts > 0 ? t->o->starts : 1;
    if (ok && (ok = thumbs_problem_init(&t->problem, err))) {
        ok = solve(t, w, bias, err);
        thumbs_problem_free(&t->problem);
    }
    t->info->passes += t->rows.taken;
    mem_free(t->r);
    sweep_free(&t->rows);
    if (reference)
        sweep_free(&t->reference);
    return ok;
}

/* Fit to examples that are weighed already. */
static bool fit_examples(const struct embeddings *e, const struct examples *x, const struct thumbs_opts *o, double *w,
                         double *bias, struct thumbs_info *info, const struct progress *progress, struct err *err)
{
    struct fit t = {.o = o, .x = x, .info = info, .outer = progress};
    struct team *team = team_open(o->threads > 1 ? o->threads : 1);
    linalg_threads(1); /* products are made by our own threads */
    bool ok = run(&t, team, e, w, bias, err);
    linalg_threads(o->threads);
    team_close(team);
    *bias = ok ? -info->shift : 0;
    info->converged = ok && info->stop == BT_OPTIMAL;
    return ok;
}

/* ---- prompts ---- */

static bool classify(const struct embeddings *e, struct examples *x, const struct thumbs_opts *o, double *w,
                     double *bias, struct err *err)
{
    struct thumbs_info info = {0};
    struct thumbs_opts balanced = thumbs_opts_of(THUMBS_LOGISTIC, o->prompt_l2 > 0 ? o->prompt_l2 : 1 / (double)x->n);
    balanced.balance = true;
    balanced.threads = o->threads;
    return examples_weigh(x, &balanced, NULL, &info, err) && fit_examples(e, x, &balanced, w, bias, &info, NULL, err);
}

bool thumbs_prompt_ratios(const struct embeddings *e, const struct thumb *thumbs, const size_t *which, size_t n,
                          const struct thumbs_opts *o, double *q, struct thumbs_info *info, struct err *err)
{
    struct examples x;
    double *w = mem_array(e->d, sizeof *w), *prompt = mem_array(e->d, sizeof *prompt), bias = 0;
    double right[2] = {0}, count[2] = {0}, sum = 0;
    bool ok = true;
    examples_take(&x, thumbs, which, n);
    for (size_t i = 0, k = 0; ok && i < n; i++) {
        if (thumbs[which[i]].mismatched)
            continue;
        x.rows[k++] = thumbs[which[i]].prompt;
        if (thumbs[which[i]].prompt == THUMBS_NO_PROMPT)
            ok = err_set(err, ERR_MISSING,
                         "a thumb on row %zu has no \"prompt\"; prompts can only be matched when each is known",
                         thumbs[which[i]].row);
    }
    ok = ok && classify(e, &x, o, w, &bias, err);
    for (size_t i = 0; ok && i < x.n; i++) {
        embeddings_row_f64(e, x.rows[i], prompt);
        double z = linalg_dot(w, prompt, e->d) + bias;
        right[x.up[i]] += (z > 0) == x.up[i];
        count[x.up[i]]++;
        q[i] = x.up[i] ? 1 : thumbs_ratio(bt_sigma(z), o->ratio_least, o->ratio_most);
        if (x.up[i])
            continue;
        sum += q[i];
        info->ratio_clipped += z < log(o->ratio_least) || z > log(o->ratio_most);
    }
    info->ratio_mean = sum / count[0];
    info->prompt_accuracy = (right[0] / count[0] + right[1] / count[1]) / 2;
    examples_free(&x);
    mem_free(w);
    mem_free(prompt);
    return ok;
}

/* ---- the whole ---- */

bool thumbs_fit(const struct embeddings *e, const struct thumb *thumbs, const size_t *which, size_t n,
                const struct thumbs_opts *opts, double *w, double *bias, struct thumbs_info *info,
                const struct progress *progress, struct err *err)
{
    struct examples x;
    *info = (struct thumbs_info){.ratio_mean = 1, .prompt_accuracy = NAN};
    if (!check(opts, thumbs, which, n, err))
        return false;
    bool match = opts->kind == THUMBS_BCO && opts->match_prompts;
    double *q = match ? mem_array(n, sizeof *q) : NULL;
    examples_take(&x, thumbs, which, n);
    bool ok = (!match || thumbs_prompt_ratios(e, thumbs, which, n, opts, q, info, err)) &&
              examples_weigh(&x, opts, q, info, err) && fit_examples(e, &x, opts, w, bias, info, progress, err);
    mem_free(q);
    examples_free(&x);
    return ok;
}
