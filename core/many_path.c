#include "core/many_path.h"

#include "core/linalg.h"

#include <math.h>
#include <string.h>

/* Steps that leaders take before others start. Later the starts are better, but the data is read more often. */
enum { AHEAD = 4 };

/* Columns of the view of heads[i]: [*first, *end). */
static void path_of(const struct many_head *heads, size_t m, size_t i, size_t *first, size_t *end)
{
    for (*first = i; *first > 0 && many_view_same(&heads[*first - 1].job->view, &heads[i].job->view);)
        --*first;
    for (*end = i + 1; *end < m && many_view_same(&heads[*end].job->view, &heads[i].job->view);)
        ++*end;
}

/* Leaders follow from places alone: every fourth and the last of a path that has PATH_POINTS of them. */
static bool leads(size_t i, size_t first, size_t end)
{
    return end - first <= PATH_STRIDE * (PATH_POINTS - 1) || (i - first) % PATH_STRIDE == 0 || i + 1 == end;
}

void many_path_choose(struct many_head *heads, size_t m)
{
    for (size_t i = 0; i < m; i++) {
        size_t first, end;
        path_of(heads, m, i, &first, &end);
        heads[i].state = leads(i, first, end) ? MANY_FRESH : MANY_WAITING;
    }
}

/* The leaders nearest to i, two on each side where there are: their places, in order. */
static void leaders_of(const struct many_head *heads, size_t m, size_t i, size_t out[PATH_POINTS])
{
    size_t first, end, n = 0, below = 0;
    path_of(heads, m, i, &first, &end);
    size_t last = (end - first - 1 + PATH_STRIDE - 1) / PATH_STRIDE; /* number of the last leader */
    below = (i - first) / PATH_STRIDE;
    size_t from = below > 0 ? below - 1 : 0;
    from = from + PATH_POINTS - 1 > last ? last + 1 - PATH_POINTS : from;
    for (; n < PATH_POINTS; n++)
        out[n] = from + n == last ? end - 1 : first + (from + n) * PATH_STRIDE;
}

bool many_path_ready(const struct many_head *heads, size_t m, size_t i)
{
    size_t leaders[PATH_POINTS];
    leaders_of(heads, m, i, leaders);
    for (size_t k = 0; k < PATH_POINTS; k++)
        if (heads[leaders[k]].state != MANY_DONE && heads[leaders[k]].iterations < AHEAD)
            return false;
    return true;
}

/* The polynomial through the leaders, at log l2 (Lagrange). */
static void interpolate(struct many_head *h, const struct many_head *heads, const size_t leaders[PATH_POINTS])
{
    double x = log(h->job->l2);
    memset(h->trial.w, 0, h->d * sizeof *h->trial.w);
    for (size_t k = 0; k < PATH_POINTS; k++) {
        double share = 1, at = log(heads[leaders[k]].job->l2);
        for (size_t i = 0; i < PATH_POINTS; i++) {
            double other = log(heads[leaders[i]].job->l2);
            share *= i == k ? 1 : (x - other) / (at - other);
        }
        linalg_axpy(share, heads[leaders[k]].at.w, h->trial.w, h->d);
    }
    for (size_t j = 0; j < h->d; j++)
        h->trial.w[j] = (double)(float)h->trial.w[j];
}

/* The steps of a leader, their y for another l2. */
static void inherit(struct many_head *h, const struct many_head *leader, const struct many_factor *f, float *scratch)
{
    const double *y[LBFGS_STEPS];
    double *My[LBFGS_STEPS];
    size_t n = 0;
    lbfgs_inherit(&h->past, &leader->past, h->job->l2 - leader->job->l2);
    for (size_t k = lbfgs_oldest(&h->past); k < h->past.n; k++, n++) {
        y[n] = lbfgs_y(&h->past, k);
        My[n] = lbfgs_My(&h->past, k);
    }
    many_factor_apply(f, y, My, n, scratch);
}

void many_path_start(struct many_head *heads, size_t m, size_t i, const struct many_factor *f, float *scratch)
{
    size_t leaders[PATH_POINTS], nearest = 0;
    struct many_head *h = &heads[i];
    leaders_of(heads, m, i, leaders);
    for (size_t k = 1; k < PATH_POINTS; k++)
        if (fabs(log(heads[leaders[k]].job->l2 / h->job->l2)) < fabs(log(heads[leaders[nearest]].job->l2 / h->job->l2)))
            nearest = k;
    interpolate(h, heads, leaders);
    inherit(h, &heads[leaders[nearest]], f, scratch);
    h->state = MANY_FRESH;
}
