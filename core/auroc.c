#include "core/auroc.h"

#include "core/base/mem.h"
#include "core/bt.h"
#include "core/normal.h"
#include "core/rank.h"

#include <math.h>

struct classes {
    double sum[2];    /* Q, P: the second class and the first */
    double square[2]; /* of the shares */
};

static struct classes count(const double *p, size_t n)
{
    struct classes c = {0};
    for (size_t i = 0; i < n; i++) {
        double q = 1 - p[i];
        c.sum[0] += q;
        c.sum[1] += p[i];
        c.square[0] += q * q;
        c.square[1] += p[i] * p[i];
    }
    return c;
}

/* A, and with f for each item p_i and q_i times what it stands above and below: both still without - A and divisors. */
static double sweep(const struct rank_place *order, const double *p, size_t n, const struct classes *c, double *above,
                    double *below)
{
    double area = 0, first = 0, second = 0; /* of the items before */
    for (size_t i = 0, next; i < n; i = next) {
        double tied[2] = {0};
        for (next = i; next < n && order[next].value <= order[i].value; next++) {
            tied[0] += 1 - p[order[next].index];
            tied[1] += p[order[next].index];
        }
        area += tied[1] * (second + tied[0] / 2);
        for (size_t j = i; above != NULL && j < next; j++) {
            above[order[j].index] = (second + tied[0] / 2) / c->sum[0];
            below[order[j].index] = (c->sum[1] - first - tied[1] / 2) / c->sum[1];
        }
        second += tied[0];
        first += tied[1];
    }
    return area / (c->sum[0] * c->sum[1]);
}

double auroc_of(const double *score, const double *p, size_t n, double *f)
{
    const struct classes c = count(p, n);
    struct rank_place *order = rank_order(score, n);
    double *below = f != NULL ? mem_array(n + 1, sizeof *below) : NULL;
    bool defined = c.sum[0] > 0 && c.sum[1] > 0;
    double area = defined ? sweep(order, p, n, &c, f, below) : (double)NAN;
    double divisor[2];
    for (int k = 0; k < 2; k++) {
        double rest = c.sum[k] * c.sum[k] - c.square[k];
        divisor[k] = defined && rest > 1e-12 * c.square[k] ? sqrt(rest) : (double)NAN;
    }
    for (size_t i = 0; f != NULL && i < n; i++)
        f[i] = p[i] * (f[i] - area) / divisor[1] + (1 - p[i]) * (below[i] - area) / divisor[0];
    mem_free(below);
    mem_free(order);
    return area;
}

double auroc_sd(const double *f, size_t n, const size_t *group, size_t groups)
{
    double *sums = group != NULL ? mem_array(groups + 1, sizeof *sums) : NULL, square = 0;
    for (size_t i = 0; i < n; i++)
        if (group != NULL)
            sums[group[i]] += f[i];
        else
            square += f[i] * f[i];
    for (size_t g = 0; group != NULL && g < groups; g++)
        square += sums[g] * sums[g];
    mem_free(sums);
    return sqrt(square);
}

bool auroc_interval(double value, double sd, double *lo, double *hi)
{
    if (!(value > 0 && value < 1 && sd > 0))
        return false;
    double centre = log(value / (1 - value)), half = NORMAL_975 * sd / (value * (1 - value));
    *lo = bt_sigma(centre - half);
    *hi = bt_sigma(centre + half);
    return true;
}
