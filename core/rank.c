#include "core/rank.h"

#include "core/base/mem.h"

#include <math.h>
#include <stdlib.h>

struct place {
    double value;
    size_t index;
};

static int by_value(const void *a, const void *b)
{
    double x = ((const struct place *)a)->value, y = ((const struct place *)b)->value;
    return (x > y) - (x < y);
}

void rank_of(const double *x, size_t n, double *rank)
{
    struct place *p = mem_array(n, sizeof *p);
    for (size_t i = 0; i < n; i++)
        p[i] = (struct place){x[i], i};
    qsort(p, n, sizeof *p, by_value);
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && p[end].value <= p[first].value;)
            end++;
        for (size_t i = first; i < end; i++)
            rank[p[i].index] = (double)(first + 1 + end) / 2;
    }
    mem_free(p);
}

double rank_pearson(const double *x, const double *y, size_t n)
{
    double mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < n; i++) {
        mean_x += x[i];
        mean_y += y[i];
    }
    mean_x /= (double)n;
    mean_y /= (double)n;
    for (size_t i = 0; i < n; i++) {
        double a = x[i] - mean_x, b = y[i] - mean_y;
        xx += a * a;
        yy += b * b;
        xy += a * b;
    }
    return xx > 0 && yy > 0 ? xy / sqrt(xx) / sqrt(yy) : (double)NAN;
}

double rank_spearman(const double *x, const double *y, size_t n)
{
    double *a = mem_array(n, sizeof *a), *b = mem_array(n, sizeof *b);
    rank_of(x, n, a);
    rank_of(y, n, b);
    double r = rank_pearson(a, b, n);
    mem_free(a);
    mem_free(b);
    return r;
}
