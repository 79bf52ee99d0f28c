#include "core/aggregate_crowd.h"

#include "core/base/mem.h"
#include "core/crowd.h"

#include <math.h>

struct race {
    const struct aggregate_duel *duel;
    const struct aggregate_crowd_opts *o;
    size_t n, answers, raters;
    double *truth;            /* n: that the vote is true */
    double *slope, *curve;    /* answers */
    double *true_of, *all_of; /* raters */
    struct aggregate_crowd *c;
};

static double margin(const struct race *r, size_t i)
{
    return r->c->reward[r->duel[i].won] - r->c->reward[r->duel[i].lost];
}

/* tanh(z/2) / (2 z): half the quadratic that touches softplus at z and lies above it has this curvature. */
static double bound(double z)
{
    return fabs(z) < 1e-4 ? 0.25 : tanh(z / 2) / (2 * z);
}

static void rate(struct race *r)
{
    for (size_t k = 0; k < r->raters; k++)
        r->true_of[k] = r->all_of[k] = 0;
    for (size_t i = 0; i < r->n; i++) {
        size_t k = r->duel[i].rater;
        r->truth[i] = crowd_at(margin(r, i), r->c->eta[k]).truth;
        r->true_of[k] += r->truth[i];
        r->all_of[k]++;
    }
    for (size_t k = 0; k < r->raters; k++)
        r->c->eta[k] = (r->true_of[k] + r->o->seen_true) / (r->all_of[k] + r->o->seen_true + r->o->seen_false);
}

/* All rewards at once: both ends of a duel move, so each has twice the curvature. Returns the largest step. */
static double step(struct race *r)
{
    double moved = 0;
    for (size_t a = 0; a < r->answers; a++) {
        r->slope[a] = r->c->reward[a];
        r->curve[a] = 1;
    }
    for (size_t i = 0; i < r->n; i++) {
        double z = margin(r, i), s = 1 / (1 + exp(-z)), g = s - r->truth[i], h = 2 * bound(z);
        r->slope[r->duel[i].won] += g;
        r->slope[r->duel[i].lost] -= g;
        r->curve[r->duel[i].won] += h;
        r->curve[r->duel[i].lost] += h;
    }
    for (size_t a = 0; a < r->answers; a++) {
        double by = r->slope[a] / r->curve[a];
        r->c->reward[a] -= by;
        moved = fmax(moved, fabs(by));
    }
    return moved;
}

static double objective(const struct race *r)
{
    double sum = 0;
    for (size_t i = 0; i < r->n; i++)
        sum -= crowd_at(margin(r, i), r->c->eta[r->duel[i].rater]).value;
    for (size_t k = 0; k < r->raters; k++)
        sum += r->o->seen_true * log(r->c->eta[k]) + r->o->seen_false * log(1 - r->c->eta[k]);
    for (size_t a = 0; a < r->answers; a++)
        sum -= r->c->reward[a] * r->c->reward[a] / 2;
    return sum;
}

void aggregate_crowd_fit(const struct aggregate_duel *duel, size_t n, size_t answers, size_t raters,
                         const struct aggregate_crowd_opts *o, struct aggregate_crowd *out)
{
    *out = (struct aggregate_crowd){.reward = mem_array(answers + 1, sizeof *out->reward),
                                    .eta = mem_array(raters + 1, sizeof *out->eta)};
    struct race r = {.duel = duel, .o = o, .n = n, .answers = answers, .raters = raters, .c = out};
    double moved = 1;
    r.truth = mem_array(n + 1, sizeof *r.truth);
    r.slope = mem_array(answers + 1, sizeof *r.slope);
    r.curve = mem_array(answers + 1, sizeof *r.curve);
    r.true_of = mem_array(raters + 1, sizeof *r.true_of);
    r.all_of = mem_array(raters + 1, sizeof *r.all_of);
    for (size_t k = 0; k < raters; k++)
        out->eta[k] = CROWD_START;
    for (; out->rounds < o->rounds && moved > o->tolerance; out->rounds++) {
        rate(&r);
        moved = step(&r);
    }
    out->converged = moved <= o->tolerance;
    out->objective = objective(&r);
    mem_free(r.truth);
    mem_free(r.slope);
    mem_free(r.curve);
    mem_free(r.true_of);
    mem_free(r.all_of);
}

void aggregate_crowd_free(struct aggregate_crowd *c)
{
    mem_free(c->reward);
    mem_free(c->eta);
    *c = (struct aggregate_crowd){0};
}
