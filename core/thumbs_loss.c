#include "core/thumbs_loss.h"

#include "core/bt.h"

#include <math.h>

static const struct {
    const char *name;
    bool convex;
} kinds[] = {
#define X(id, name, convex, text) {name, convex},
    THUMBS_KINDS(X)
#undef X
};
static const char *const delta_names[] = {
#define X(id, name, text) name,
    THUMBS_DELTAS(X)
#undef X
};

const char *thumbs_kind_name(enum thumbs_kind k)
{
    return kinds[k].name;
}

bool thumbs_is_convex(enum thumbs_kind k)
{
    return kinds[k].convex;
}

const char *thumbs_delta_name(enum thumbs_delta d)
{
    return delta_names[d];
}

/* Both losses of a thumb down are those of a thumb up at -m. */
struct loss_point thumbs_loss_at(enum thumbs_kind k, double beta, bool up, double m)
{
    double side = up ? -1 : 1, t = side * beta * m;
    double wrong = bt_sigma(t), bend = wrong * bt_sigma(-t);
    if (k == THUMBS_KTO)
        return (struct loss_point){wrong, side * beta * bend, beta * beta * bend * (1 - 2 * wrong)};
    return (struct loss_point){bt_softplus(t), side * beta * wrong, beta * beta * bend};
}

struct thumbs_means thumbs_means_of(const double *r, const bool *up, const double *weight, size_t n)
{
    double sum[2] = {0}, count[2] = {0};
    for (size_t i = 0; i < n; i++) {
        double o = weight != NULL ? weight[i] : 1;
        sum[up[i]] += o * r[i];
        count[up[i]] += o;
    }
    return (struct thumbs_means){sum[1] / count[1], sum[0] / count[0], (sum[0] + sum[1]) / (count[0] + count[1])};
}

double thumbs_delta_of(const struct thumbs_means *m, enum thumbs_delta rule)
{
    return rule == THUMBS_RUNNING ? m->all : (m->up + m->down) / 2;
}

double thumbs_reference_of(const double *r, const double *weight, size_t n)
{
    double sum = 0, count = 0;
    for (size_t i = 0; i < n; i++) {
        double o = weight != NULL ? weight[i] : 1;
        sum += o * r[i];
        count += o;
    }
    return count > 0 ? fmax(0, sum / count) : 0;
}

double thumbs_ratio(double p, double least, double most)
{
    return fmin(most, fmax(least, p / (1 - p)));
}
