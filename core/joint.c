#include "core/joint.h"

#include "core/base/mem.h"
#include "core/linalg.h"

#include <math.h>
#include <string.h>

/* The rows of the design: n_pairs differences, then n_ratings answers, centred. */
struct state {
    const struct joint_problem *p;
    struct design x;
    struct loss_pairs pairs;
    double *weight, *p_chosen, *strength; /* of the pairs */
    double divisor, sum_ratings;
    struct ties ties;
    double *curvature; /* of the pairs at the z last given to `slopes` */
    double *mean;      /* d: what was subtracted from the answers */
    double b;          /* the best for the z last given to `value`, with centred answers */
    double bt, regression;
};

/* ---- the loss ---- */

static double value(void *ctx, const double *z)
{
    struct state *s = ctx;
    const struct joint_problem *p = s->p;
    const double *r = z + p->n_pairs;
    double sum = 0, square = 0;
    s->bt = s->regression = 0;
    if (p->n_pairs > 0)
        s->bt = (p->model.ties != TIES_NONE ? ties_profile(&s->ties, &s->pairs, z)
                                            : loss_sum(&p->model.loss, &s->pairs, z)) /
                s->divisor;
    if (p->n_ratings == 0)
        return s->bt;
    for (size_t i = 0; i < p->n_ratings; i++)
        sum += p->ratings[i].weight * (p->ratings[i].y - r[i]);
    s->b = sum / s->sum_ratings;
    for (size_t i = 0; i < p->n_ratings; i++) {
        double off = r[i] + s->b - p->ratings[i].y;
        square += p->ratings[i].weight * off * off;
    }
    s->regression = square / (2 * s->sum_ratings);
    return s->bt + p->kappa * s->regression;
}

static void slopes(void *ctx, const double *z, double *u)
{
    struct state *s = ctx;
    const struct joint_problem *p = s->p;
    size_t n = p->n_pairs;
    if (p->model.ties != TIES_NONE && n > 0) {
        ties_slopes(&s->ties, &s->pairs, z, u);
        ties_curvatures(&s->ties, &s->pairs, z, s->curvature);
    } else {
        loss_each(&p->model.loss, &s->pairs, z, NULL, u, s->curvature);
    }
    for (size_t i = 0; i < n; i++) {
        u[i] /= s->divisor;
        s->curvature[i] /= s->divisor;
    }
    for (size_t i = 0; i < p->n_ratings; i++)
        u[n + i] = p->kappa * p->ratings[i].weight / s->sum_ratings * (z[n + i] + s->b - p->ratings[i].y);
}

static void curvatures(void *ctx, const double *z, double *out)
{
    (void)z;
    const struct state *s = ctx;
    const struct joint_problem *p = s->p;
    memcpy(out, s->curvature, p->n_pairs * sizeof *out);
    for (size_t i = 0; i < p->n_ratings; i++)
        out[p->n_pairs + i] = p->kappa * p->ratings[i].weight / s->sum_ratings;
}

static void curve(void *ctx, const double *z, double *u)
{
    struct state *s = ctx;
    const struct joint_problem *p = s->p;
    size_t n = p->n_pairs;
    double mean = 0;
    if (p->model.ties != TIES_NONE && n > 0)
        ties_curve(&s->ties, &s->pairs, z, u);
    for (size_t i = 0; i < n; i++)
        u[i] = p->model.ties != TIES_NONE ? u[i] / s->divisor : u[i] * s->curvature[i];
    for (size_t i = 0; i < p->n_ratings; i++)
        mean += p->ratings[i].weight / s->sum_ratings * u[n + i];
    for (size_t i = 0; i < p->n_ratings; i++)
        u[n + i] = p->kappa * p->ratings[i].weight / s->sum_ratings * (u[n + i] - mean);
}

/* ---- rows ---- */

static bool fill_pairs(struct state *s, double *chosen, double *rejected, struct err *err)
{
    const struct joint_problem *p = s->p;
    double sum = 0;
    for (size_t i = 0; i < p->n_pairs; i++) {
        const struct pair *pair = &p->pairs[p->which != NULL ? p->which[i] : i];
        embeddings_row_f64(p->e, pair->chosen, chosen);
        embeddings_row_f64(p->e, pair->rejected, rejected);
        linalg_axpy(-1, rejected, chosen, p->e->d);
        if (!design_put(&s->x, i, chosen))
            return err_set(err, ERR_NUMERIC, "the difference of rows %zu and %zu holds NaN or infinity", pair->chosen,
                           pair->rejected);
        if (!(pair->weight >= 0) || !isfinite(pair->weight) || !(pair->p >= 0 && pair->p <= 1))
            return err_set(err, ERR_RANGE, "pair %zu has weight %g and p %g; a weight is at least 0, p between 0 and 1",
                           i, pair->weight, pair->p);
        s->weight[i] = pair->weight;
        s->p_chosen[i] = pair->p;
        s->strength[i] = pair->strength;
        sum += pair->weight;
    }
    s->pairs = (struct loss_pairs){p->n_pairs, s->weight, s->p_chosen, s->strength};
    s->divisor = loss_divisor(&p->model.loss, p->model.normalise, &s->pairs);
    if (p->n_pairs > 0 && (!(sum > 0) || !(s->divisor > 0)))
        return err_set(err, ERR_RANGE, "all pairs have weight 0: there is nothing to train on");
    return p->n_pairs == 0 || p->model.ties == TIES_NONE || ties_init(&s->ties, p->model.ties, &s->pairs, err);
}

static bool fill_ratings(struct state *s, double *row, struct err *err)
{
    const struct joint_problem *p = s->p;
    for (size_t i = 0; i < p->n_ratings; i++) {
        const struct joint_rating *r = &p->ratings[i];
        embeddings_row_f64(p->e, r->row, row);
        if (!design_put(&s->x, p->n_pairs + i, row))
            return err_set(err, ERR_NUMERIC, "row %zu holds NaN or infinity", r->row);
        if (!(r->weight >= 0) || !isfinite(r->weight) || !isfinite(r->y))
            return err_set(err, ERR_RANGE, "a rating of row %zu is %g with weight %g; both must be finite numbers",
                           r->row, r->y, r->weight);
        s->sum_ratings += r->weight;
    }
    if (p->n_ratings > 0 && !(s->sum_ratings > 0))
        return err_set(err, ERR_RANGE, "all ratings have weight 0: there is nothing to train on");
    design_center(&s->x, p->n_pairs, s->mean);
    return true;
}

static bool check(const struct joint_problem *p, struct err *err)
{
    if (!(p->kappa >= 0) || !isfinite(p->kappa))
        return err_set(err, ERR_RANGE, "kappa is %g; it must be a finite number of at least 0", p->kappa);
    if (p->model.center > 0)
        return err_set(err, ERR_USAGE, "reward centring is not for pairs with ratings: the ratings say where 0 is");
    if (!loss_is_convex(&p->model.loss))
        return err_set(err, ERR_USAGE, "the noise \"%s\" has no single optimum and does not go with ratings",
                       loss_noise_name(p->model.loss.noise));
    return bt_model_check(&p->model, p->l2, err);
}

static bool open_state(struct state *s, const struct joint_problem *p, struct err *err)
{
    *s = (struct state){.p = p};
    if (!design_init(&s->x, p->n_pairs + p->n_ratings, p->e->d, p->storage, err))
        return false;
    s->weight = mem_block(p->n_pairs + 1, sizeof *s->weight);
    s->p_chosen = mem_block(p->n_pairs + 1, sizeof *s->p_chosen);
    s->strength = mem_block(p->n_pairs + 1, sizeof *s->strength);
    s->curvature = mem_block(p->n_pairs + 1, sizeof *s->curvature);
    s->mean = mem_block(p->e->d, sizeof *s->mean);
    double *rows = mem_block(2, p->e->d * sizeof *rows);
    bool ok = s->weight != NULL && s->p_chosen != NULL && s->strength != NULL && s->curvature != NULL &&
              s->mean != NULL && rows != NULL;
    if (!ok)
        err_set(err, ERR_MEMORY, "no memory to fit %zu pairs and %zu ratings", p->n_pairs, p->n_ratings);
    ok = ok && fill_pairs(s, rows, rows + p->e->d, err) && fill_ratings(s, rows, err);
    mem_free(rows);
    return ok;
}

static void close_state(struct state *s)
{
    design_free(&s->x);
    mem_free(s->weight);
    mem_free(s->p_chosen);
    mem_free(s->strength);
    mem_free(s->curvature);
    mem_free(s->mean);
}

bool joint_fit(const struct joint_problem *p, double *w, double *b, struct joint_info *info,
               const struct progress *progress, struct err *err)
{
    struct state s;
    if (!check(p, err))
        return false;
    bool ok = open_state(&s, p, err);
    const struct convex_loss loss = {&s, value, slopes, curve, curvatures};
    if (ok) {
        if (p->start != NULL)
            memmove(w, p->start, p->e->d * sizeof *w);
        else
            memset(w, 0, p->e->d * sizeof *w);
        ok = convex_fit(&s.x, &loss, p->l2, p->max_iterations, w, &info->fit, progress, err);
        *b = s.b - linalg_dot(w, s.mean, p->e->d);
        info->bt = s.bt;
        info->regression = s.regression;
        info->ties = s.ties;
    }
    close_state(&s);
    return ok;
}
