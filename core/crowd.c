#include "core/crowd.h"

#include "core/linalg.h"

#include <math.h>
#include <string.h>

enum { MAX_ROUNDS = 200 };
/* Rounds end when no eta moves by more, and the objective falls by less of itself. */
static const double still = 1e-7, flat = 1e-10;

struct crowd_point crowd_at(double z, double eta)
{
    double s = bt_sigma(z), other = bt_sigma(-z), p = eta * s + (1 - eta) * other;
    if (eta >= 1) /* p may vanish */
        return (struct crowd_point){.value = bt_softplus(-z), .slope = -other, .eta_slope = other / s - 1, .truth = 1};
    return (struct crowd_point){
        .value = -log(p),
        .slope = -(2 * eta - 1) * s * other / p,
        .eta_slope = -(s - other) / p,
        .truth = eta * s / p,
    };
}

struct state {
    const struct embeddings *e;
    const struct pair *given;
    struct pair *pairs; /* n: those chosen, with p as the posterior says */
    double *z;          /* n margins */
    size_t n;
    struct crowd *c;
};

static void find_margins(struct state *s, const double *w)
{
    size_t d = s->e->d;
    double *a = mem_array(d, sizeof *a), *b = mem_array(d, sizeof *b);
    for (size_t i = 0; i < s->n; i++) {
        embeddings_row_f64(s->e, s->pairs[i].chosen, a);
        embeddings_row_f64(s->e, s->pairs[i].rejected, b);
        linalg_axpy(-1, b, a, d);
        s->z[i] = linalg_dot(w, a, d);
    }
    mem_free(a);
    mem_free(b);
}

static double eta_of(const struct state *s, size_t i)
{
    return s->pairs[i].group < 0 ? 1 : s->c->eta[s->pairs[i].group];
}

/* p of pair i as it was given. */
static double given_p(const struct state *s, const size_t *which, size_t i)
{
    return s->given[which != NULL ? which[i] : i].p;
}

/* Soft labels from the margins; a label p is one that says "chosen" with p and "rejected" otherwise. */
static void expect(struct state *s, const size_t *which)
{
    for (size_t i = 0; i < s->n; i++) {
        double p = given_p(s, which, i), eta = eta_of(s, i);
        s->pairs[i].p = p * crowd_at(s->z[i], eta).truth + (1 - p) * (1 - crowd_at(-s->z[i], eta).truth);
    }
}

/* The share of labels that are true, with the prior; returns the largest change. */
static double rate(struct state *s, const size_t *which)
{
    struct crowd *c = s->c;
    double *truth = mem_array(c->groups, sizeof *truth), *weight = mem_array(c->groups, sizeof *weight), moved = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct pair *pair = &s->pairs[i];
        if (pair->group < 0)
            continue;
        double p = given_p(s, which, i), eta = c->eta[pair->group];
        double said = p * crowd_at(s->z[i], eta).truth + (1 - p) * crowd_at(-s->z[i], eta).truth;
        truth[pair->group] += pair->weight * said;
        weight[pair->group] += pair->weight;
    }
    for (size_t k = 0; k < c->groups; k++) {
        double eta = (truth[k] + CROWD_TRUE) / (weight[k] + CROWD_TRUE + CROWD_FALSE);
        moved = fmax(moved, fabs(eta - c->eta[k]));
        c->eta[k] = eta;
    }
    mem_free(truth);
    mem_free(weight);
    return moved;
}

static double objective(const struct state *s, const size_t *which, double l2, const double *w)
{
    double sum = 0, weight = 0;
    for (size_t i = 0; i < s->n; i++) {
        double p = given_p(s, which, i), eta = eta_of(s, i);
        sum += s->pairs[i].weight * (p * crowd_at(s->z[i], eta).value + (1 - p) * crowd_at(-s->z[i], eta).value);
        weight += s->pairs[i].weight;
    }
    for (size_t k = 0; k < s->c->groups; k++)
        sum -= CROWD_TRUE * log(s->c->eta[k]) + CROWD_FALSE * log(1 - s->c->eta[k]);
    return sum / weight + l2 / 2 * linalg_dot(w, w, s->e->d);
}

static bool iterate(struct state *s, const size_t *which, double l2, const struct fit_opts *opts, double *w,
                    struct bt_info *info, const struct progress *progress, struct err *err)
{
    double before = INFINITY, moved = 1;
    struct fit_opts o = *opts;
    size_t iterations = 0, passes = 0;
    for (s->c->rounds = 0; s->c->rounds < MAX_ROUNDS; s->c->rounds++) {
        if (!progress_tick(progress, (double)s->c->rounds, MAX_ROUNDS))
            return err_set(err, ERR_STOPPED, "the fit was stopped");
        expect(s, which);
        if (s->c->rounds > 0)
            moved = rate(s, which);
        if (!fit_pairs(s->e, s->pairs, NULL, s->n, l2, &o, w, info, NULL, err))
            return false;
        o.warm = true;
        iterations += info->iterations;
        passes += info->passes;
        find_margins(s, w);
        double now = objective(s, which, l2, w);
        bool ended = moved <= still || before - now <= flat * fabs(now);
        before = now;
        if (ended && info->converged)
            break;
    }
    info->converged = info->converged && s->c->rounds < MAX_ROUNDS;
    info->stop = info->converged ? BT_STATIONARY : BT_ITERATIONS;
    info->objective = before;
    info->iterations = iterations;
    info->passes = passes;
    return true;
}

bool crowd_fit(const struct embeddings *e, const struct pair *pairs, const size_t *which, size_t n, size_t groups,
               double l2, const struct fit_opts *opts, double *w, struct crowd *c, double *truth, struct bt_info *info,
               const struct progress *progress, struct err *err)
{
    *c = (struct crowd){
        .groups = groups, .eta = mem_array(groups, sizeof *c->eta), .pairs = mem_array(groups, sizeof *c->pairs)};
    struct state s = {.e = e, .given = pairs, .n = n, .c = c};
    s.pairs = mem_block(n, sizeof *s.pairs);
    s.z = mem_block(n, sizeof *s.z);
    bool ok = s.pairs != NULL && s.z != NULL;
    for (size_t k = 0; k < groups; k++)
        c->eta[k] = CROWD_START;
    for (size_t i = 0; ok && i < n; i++) {
        s.pairs[i] = pairs[which != NULL ? which[i] : i];
        if (s.pairs[i].group >= 0)
            c->pairs[s.pairs[i].group]++;
    }
    if (!ok)
        err_set(err, ERR_MEMORY, "no memory for %zu pairs and who labelled them", n);
    if (ok && opts->warm)
        find_margins(&s, w);
    ok = ok && iterate(&s, which, l2, opts, w, info, progress, err);
    if (ok && truth != NULL) {
        expect(&s, which);
        for (size_t i = 0; i < n; i++)
            truth[i] = s.pairs[i].p;
    }
    mem_free(s.pairs);
    mem_free(s.z);
    return ok;
}

void crowd_free(struct crowd *c)
{
    mem_free(c->eta);
    mem_free(c->pairs);
    *c = (struct crowd){0};
}
