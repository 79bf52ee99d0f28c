#include "core/lbfgs.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/linalg.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

enum { D = 6 };

/* A quadratic: g = A w, A = diagonal + rank one; M = diag(A) without the rank one. */
static const double diagonal[D] = {1, 2, 3, 4, 5, 6};

static void gradient(const double *w, double *g)
{
    double sum = 0;
    for (size_t j = 0; j < D; j++)
        sum += w[j];
    for (size_t j = 0; j < D; j++)
        g[j] = diagonal[j] * w[j] + 3 * sum;
}

struct run {
    struct lbfgs l;
    double *memory, space[6][D], scratch[D], direction[D];
    struct lbfgs_point at, old;
};

static void evaluate(struct lbfgs_point *p)
{
    gradient(p->w, p->g);
    for (size_t j = 0; j < D; j++)
        p->h[j] = p->g[j] / diagonal[j];
}

static void start(struct run *r)
{
    r->memory = mem_array(lbfgs_size(D), sizeof *r->memory);
    lbfgs_init(&r->l, D, r->memory);
    r->at = (struct lbfgs_point){r->space[0], r->space[1], r->space[2]};
    r->old = (struct lbfgs_point){r->space[3], r->space[4], r->space[5]};
    for (size_t j = 0; j < D; j++)
        r->at.w[j] = 1 + (double)(j % 3);
    evaluate(&r->at);
}

/* Along the direction to the minimum of the quadratic. */
static void step(struct run *r)
{
    double Ap[D];
    struct lbfgs_point t = r->old;
    lbfgs_direction(&r->l, &r->at, 1, r->scratch, r->direction);
    gradient(r->direction, Ap);
    double a = -linalg_dot(r->direction, r->at.g, D) / linalg_dot(r->direction, Ap, D);
    for (size_t j = 0; j < D; j++)
        t.w[j] = r->at.w[j] + a * r->direction[j];
    evaluate(&t);
    r->old = r->at;
    r->at = t;
    lbfgs_remember(&r->l, &r->at, &r->old);
}

Test(lbfgs, without_a_past_it_goes_along_the_given_matrix)
{
    struct run r;
    start(&r);
    lbfgs_direction(&r.l, &r.at, 0.5, r.scratch, r.direction);
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, r.direction[j], -0.5 * r.at.g[j] / diagonal[j], 1e-15));
    mem_free(r.memory);
}

/* With exact line searches it is conjugate gradients: M^-1 A has two different eigenvalues here, so two steps do. */
Test(lbfgs, a_matrix_that_misses_rank_one_costs_two_steps)
{
    struct run r;
    start(&r);
    step(&r);
    cr_expect(gt(dbl, linalg_nrm2(r.at.g, D), 1e-3));
    step(&r);
    cr_expect(lt(dbl, linalg_nrm2(r.at.g, D), 1e-12));
    mem_free(r.memory);
}

/* The secant equation: the newest y is taken to its s. */
Test(lbfgs, the_newest_step_is_reproduced)
{
    struct run r;
    struct lbfgs_point y;
    double s[D], g[D], h[D];
    start(&r);
    step(&r);
    for (size_t j = 0; j < D; j++) {
        s[j] = r.at.w[j] - r.old.w[j];
        g[j] = r.at.g[j] - r.old.g[j];
        h[j] = g[j] / diagonal[j];
    }
    y = (struct lbfgs_point){NULL, g, h};
    lbfgs_direction(&r.l, &y, 1, r.scratch, r.direction);
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, r.direction[j], -s[j], 1e-12));
    mem_free(r.memory);
}

/* For y = A s and M^-1 = A^-1 / 2 it is two. */
Test(lbfgs, gamma_is_the_size_of_the_newest_step)
{
    struct run r;
    start(&r);
    cr_expect(eq(dbl, lbfgs_gamma(&r.l), 1.0));
    step(&r);
    double *My = lbfgs_My(&r.l, 0);
    for (size_t j = 0; j < D; j++)
        My[j] = (r.at.w[j] - r.old.w[j]) / 2;
    cr_expect(epsilon_eq(dbl, lbfgs_gamma(&r.l), 2, 1e-12));
    mem_free(r.memory);
}

/* Another penalty changes y = A s by l2 s, and nothing else. */
Test(lbfgs, steps_are_inherited_with_another_penalty)
{
    struct run r;
    struct lbfgs heir;
    double *memory = mem_array(lbfgs_size(D), sizeof *memory);
    start(&r);
    step(&r);
    lbfgs_init(&heir, D, memory);
    lbfgs_inherit(&heir, &r.l, 0.25);
    cr_assert(eq(sz, heir.n, 1));
    const double *y = lbfgs_y(&heir, 0), *before = lbfgs_y(&r.l, 0);
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, y[j] - before[j], 0.25 * (r.at.w[j] - r.old.w[j]), 1e-12));
    mem_free(memory);
    mem_free(r.memory);
}

Test(lbfgs, only_the_last_steps_are_kept_and_rounding_is_not_a_step)
{
    struct run r;
    start(&r);
    for (size_t i = 0; i < 3 * LBFGS_STEPS; i++) { /* points of a spiral: every step has curvature */
        struct lbfgs_point t = r.old;
        for (size_t j = 0; j < D; j++)
            t.w[j] = r.at.w[j] + cos((double)(i * (j + 1)));
        evaluate(&t);
        r.old = r.at;
        r.at = t;
        lbfgs_remember(&r.l, &r.at, &r.old);
    }
    cr_expect(eq(sz, r.l.n, 3 * LBFGS_STEPS));
    cr_expect(eq(sz, lbfgs_oldest(&r.l), 2 * LBFGS_STEPS));
    lbfgs_remember(&r.l, &r.at, &r.at); /* no step at all */
    cr_expect(eq(sz, r.l.n, 3 * LBFGS_STEPS));
    lbfgs_direction(&r.l, &r.at, 1, r.scratch, r.direction);
    cr_expect(lt(dbl, linalg_dot(r.direction, r.at.g, D), 0.0));
    lbfgs_forget(&r.l);
    cr_expect(lbfgs_empty(&r.l));
    mem_free(r.memory);
}
