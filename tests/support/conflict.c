#include "conflict.h"

#include "core/base/rng.h"
#include "core/linalg.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double *directions(size_t values, size_t d, struct rng *r)
{
    double *W = mem_array(values * d, sizeof *W);
    for (size_t k = 0; k < values; k++) {
        for (size_t j = 0; j < d; j++)
            W[k * d + j] = rng_normal(r);
        linalg_scale(1 / linalg_nrm2(W + k * d, d), W + k * d, d);
    }
    return W;
}

static void make_utilities(struct conflict *c, const struct conflict_opts *o, const double *W, const double *scale)
{
    for (size_t g = 0; g < c->groups; g++) {
        double *u = c->utility + g * c->d, power = 0;
        for (size_t k = 0; k < o->values; k++)
            linalg_axpy(g > 0 && k == g - 1 ? 1 - 2 * o->conflict : 1, W + k * c->d, u, c->d);
        for (size_t j = 0; j < c->d; j++)
            power += 2 * u[j] * u[j] * scale[j] * scale[j];
        linalg_scale(o->margin / sqrt(power), u, c->d);
        linalg_axpy(1 / (double)c->groups, u, c->shared, c->d);
    }
}

double conflict_margin(const struct conflict *c, size_t i, const double *u)
{
    const float *a = c->rows + c->pairs[i].chosen * c->d, *b = c->rows + c->pairs[i].rejected * c->d;
    double sum = 0;
    for (size_t j = 0; j < c->d; j++)
        sum += ((double)a[j] - (double)b[j]) * u[j];
    return sum;
}

static void draw_pairs(struct conflict *c, const struct conflict_opts *o, struct rng *r)
{
    size_t at = 0;
    for (size_t i = 0; i < c->n + c->tests; i++)
        c->pairs[i] = (struct pair){
            .chosen = 2 * i, .rejected = 2 * i + 1, .weight = 1, .p = 1, .strength = 1, .objective = -1, .group = -1};
    for (size_t g = 0; g < c->groups; g++)
        for (size_t i = 0; i < o->pairs[g]; i++, at++) {
            double z = conflict_margin(c, at, c->utility + g * c->d);
            c->of[at] = g;
            c->pairs[at].group = (int)g;
            if (rng_uniform(r) >= 1 / (1 + exp(-z))) {
                c->pairs[at].chosen = 2 * at + 1;
                c->pairs[at].rejected = 2 * at;
            }
        }
}

void conflict_draw(struct conflict *c, const struct conflict_opts *o)
{
    struct rng r;
    struct err err;
    struct tensor t;
    *c = (struct conflict){.groups = o->groups, .tests = o->tests, .d = o->d};
    for (size_t g = 0; g < o->groups; g++)
        c->n += o->pairs[g];
    size_t rows = 2 * (c->n + c->tests);
    rng_seed(&r, o->seed);
    double *W = directions(o->values, o->d, &r), *scale = mem_array(o->d, sizeof *scale);
    c->rows = mem_array(rows * o->d, sizeof *c->rows);
    c->pairs = mem_array(rows / 2, sizeof *c->pairs);
    c->of = mem_array(c->n, sizeof *c->of);
    c->utility = mem_array(o->groups * o->d, sizeof *c->utility);
    c->shared = mem_array(o->d, sizeof *c->shared);
    for (size_t j = 0; j < o->d; j++)
        scale[j] = pow(o->cond, o->d > 1 ? -(double)j / (double)(o->d - 1) : 0);
    make_utilities(c, o, W, scale);
    for (size_t i = 0; i < rows * o->d; i++)
        c->rows[i] = (float)(scale[i % o->d] * rng_normal(&r));
    draw_pairs(c, o, &r);
    mem_free(W);
    mem_free(scale);
    tensor_borrow(&t, TENSOR_F32, c->rows, rows, o->d);
    embeddings_init(&c->e);
    if (!embeddings_add_tensor(&c->e, &t, "drawn", NULL, &err)) {
        fprintf(stderr, "conflict: %s\n", err.text);
        abort();
    }
}

void conflict_free(struct conflict *c)
{
    embeddings_close(&c->e);
    mem_free(c->rows);
    mem_free(c->pairs);
    mem_free(c->of);
    mem_free(c->utility);
    mem_free(c->shared);
}
