#include "core/adam.h"

#include "core/base/mem.h"

#include <math.h>

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

void adam_block_step(struct adam_block *p, size_t first, size_t n, const struct adam_step *s, bool decays)
{
    const float keep = decays ? s->keep : 1, b1 = s->b1, b2 = s->b2, a1 = s->a1, a2 = s->a2;
    float *restrict w = p->w + first, *restrict m = p->m + first, *restrict v = p->v + first;
    const float *restrict g = p->g + first;
    for (size_t i = 0; i < n; i++) {
        m[i] = b1 * m[i] + a1 * g[i];
        v[i] = b2 * v[i] + a2 * (g[i] * g[i]);
        w[i] = keep * w[i] - s->rate * m[i] / (sqrtf(v[i]) * s->correction + s->epsilon);
    }
}

const char *adam_schedule_name(enum adam_schedule s)
{
    static const char *const names[] = {
#define X(id, name, text) name,
        ADAM_SCHEDULES(X)
#undef X
    };
    return names[s];
}
