#include "core/adam.h"

#include "core/base/mem.h"

#include <math.h>
#ifdef __SSE__
#include <xmmintrin.h>
#endif

static const double pi = 3.14159265358979323846;

struct adam adam_default(void)
{
    return (struct adam){.rate = 1e-3, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .schedule = ADAM_CONSTANT};
}

static double rate_at(const struct adam *a, size_t t)
{
    if (a->schedule == ADAM_CONSTANT || a->steps == 0)
        return a->rate;
    double done = fmin(1, (double)(t - 1) / (double)a->steps);
    return a->rate * (1 + cos(pi * done)) / 2;
}

struct adam_step adam_at(const struct adam *a, size_t t)
{
    double rate = rate_at(a, t);
    return (struct adam_step){
        .keep = (float)(1 - rate * a->decay),
        .b1 = (float)a->beta1,
        .b2 = (float)a->beta2,
        .a1 = (float)(1 - a->beta1),
        .a2 = (float)(1 - a->beta2),
        .rate = (float)(rate / (1 - pow(a->beta1, (double)t))),
        .correction = (float)(1 / sqrt(1 - pow(a->beta2, (double)t))),
        .epsilon = (float)a->epsilon,
    };
}

bool adam_block_init(struct adam_block *p, size_t n, struct err *err)
{
    *p = (struct adam_block){.n = n, .w = mem_block(n > 0 ? n : 1, 4 * sizeof *p->w)};
    if (p->w == NULL)
        return err_set(err, ERR_MEMORY, "no memory for %zu parameters, their gradient and its moments", n);
    p->g = p->w + n;
    p->m = p->g + n;
    p->v = p->m + n;
    return true;
}

void adam_block_free(struct adam_block *p)
{
    mem_free(p->w);
    *p = (struct adam_block){0};
}

/* ---- four at a time: vectors that every CPU has ---- */

enum { LANES = 4 };
typedef float floats __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

#define INLINE static inline __attribute__((always_inline))

/* The root is exact to the last bit wherever it is taken. */
INLINE floats root(floats x)
{
#ifdef __SSE__
    return (floats)_mm_sqrt_ps((__m128)x);
#else
    return (floats){sqrtf(x[0]), sqrtf(x[1]), sqrtf(x[2]), sqrtf(x[3])};
#endif
}

INLINE floats *at(float *p)
{
    return (floats *)(void *)p;
}

INLINE void four(const struct adam_step *s, float keep, float *w, float *g, float *m, float *v)
{
    floats slope = *at(g), first = *at(m) * s->b1 + slope * s->a1, second = *at(v) * s->b2 + slope * slope * s->a2;
    *at(m) = first;
    *at(v) = second;
    *at(w) = *at(w) * keep - first * s->rate / (root(second) * s->correction + s->epsilon);
}

void adam_block_step(struct adam_block *p, size_t first, size_t n, const struct adam_step *s, bool decays)
{
    const float keep = decays ? s->keep : 1;
    size_t i = first, end = first + n;
    for (; i + LANES <= end; i += LANES)
        four(s, keep, p->w + i, p->g + i, p->m + i, p->v + i);
    for (; i < end; i++) {
        float w[LANES] = {p->w[i]}, g[LANES] = {p->g[i]}, m[LANES] = {p->m[i]}, v[LANES] = {p->v[i]};
        four(s, keep, w, g, m, v);
        p->w[i] = w[0];
        p->m[i] = m[0];
        p->v[i] = v[0];
    }
}
