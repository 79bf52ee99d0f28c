#include "core/ridge_dual.h"

#include "core/base/mem.h"
#include "core/linalg.h"
#include "core/ridge_normal.h"

#include <math.h>

static void take_rows(const struct ridge_rows *rows, const double *Y, size_t k, const struct ridge_group *g, double *X,
                      double *y)
{
    double *mean = mem_array(rows->d, sizeof *mean);
    for (size_t i = 0; i < g->n; i++) {
        rows->row(rows->ctx, g->which[i], X + i * rows->d);
        linalg_axpy(1 / (double)g->n, X + i * rows->d, mean, rows->d);
        for (size_t j = 0; j < g->nt; j++)
            y[i * g->nt + j] = Y[g->which[i] * k + g->targets[j]];
    }
    for (size_t i = 0; i < g->n; i++)
        linalg_axpy(-1, mean, X + i * rows->d, rows->d);
    mem_free(mean);
}

static bool is_finite(const struct ridge_dual *d)
{
    for (size_t i = 0; i < d->g->n; i++)
        if (!isfinite(d->K[i * d->g->n + i]))
            return false;
    for (size_t i = 0; i < d->g->n * d->g->nt; i++)
        if (!isfinite(d->y[i]))
            return false;
    return true;
}

bool ridge_dual_of(const struct ridge_rows *rows, const double *Y, size_t k, const struct ridge_group *g,
                   struct ridge_dual *out, struct err *err)
{
    size_t n = g->n;
    double *X = mem_block_raw(n, rows->d * sizeof *X);
    *out =
        (struct ridge_dual){.g = g, .K = mem_block(n, n * sizeof *out->K), .y = mem_block(n, g->nt * sizeof *out->y)};
    bool ok = X != NULL && out->K != NULL && out->y != NULL;
    if (!ok)
        err_set(err, ERR_MEMORY, "no memory for a matrix of %zu x %zu", n, rows->d);
    if (ok) {
        take_rows(rows, Y, k, g, X, out->y);
        linalg_syrk_n(X, n, rows->d, 0, out->K);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < i; j++)
                out->K[i * n + j] = out->K[j * n + i];
        ok = is_finite(out) || err_set(err, ERR_NUMERIC, "the training rows or their ratings hold NaN or infinity");
    }
    mem_free(X);
    if (!ok)
        ridge_dual_free(out);
    return ok;
}

void ridge_dual_free(struct ridge_dual *d)
{
    mem_free(d->K);
    mem_free(d->y);
    *d = (struct ridge_dual){0};
}

/* The rows of the group on both sides of a fold. */
struct parting {
    const struct ridge_dual *d;
    size_t *in, *out, n_in, n_out; /* positions in the group: fitted, held out */
    double weight;                 /* of those fitted */
    double *dot;                   /* n: (x_i - point) . (mean - point); mean of those fitted */
    double mean_dot;               /* |mean - point|^2 */
    double *mean_y;                /* nt */
};

static void part(struct parting *p, const size_t *fold, size_t left_out)
{
    const struct ridge_group *g = p->d->g;
    p->in = mem_array(g->n, sizeof *p->in);
    p->out = mem_array(g->n, sizeof *p->out);
    p->dot = mem_array(g->n, sizeof *p->dot);
    p->mean_y = mem_array(g->nt, sizeof *p->mean_y);
    for (size_t i = 0; i < g->n; i++)
        if (fold[g->which[i]] == left_out)
            p->out[p->n_out++] = i;
        else
            p->in[p->n_in++] = i;
    for (size_t i = 0; i < p->n_in; i++)
        p->weight += g->root[p->in[i]] * g->root[p->in[i]];
    for (size_t i = 0; i < p->n_in; i++) {
        double share = g->root[p->in[i]] * g->root[p->in[i]] / p->weight;
        linalg_axpy(share, p->d->K + p->in[i] * g->n, p->dot, g->n);
        linalg_axpy(share, p->d->y + p->in[i] * g->nt, p->mean_y, g->nt);
    }
    for (size_t i = 0; i < p->n_in; i++)
        p->mean_dot += g->root[p->in[i]] * g->root[p->in[i]] / p->weight * p->dot[p->in[i]];
}

static void free_parting(struct parting *p)
{
    mem_free(p->in);
    mem_free(p->out);
    mem_free(p->dot);
    mem_free(p->mean_y);
}

/* (x_a - mean) . (x_b - mean) */
static double centred(const struct parting *p, size_t a, size_t b)
{
    return p->d->K[a * p->d->g->n + b] - p->dot[a] - p->dot[b] + p->mean_dot;
}

static bool fit(const struct parting *p, struct ridge_normal *f, struct err *err)
{
    const struct ridge_group *g = p->d->g;
    size_t n = p->n_in, nt = g->nt;
    if (n == 0)
        return err_set(err, ERR_RANGE, RIDGE_ONE_FOLD);
    if (!ridge_normal_room(f, n, nt, n, err))
        return false;
    f->weight = p->weight;
    for (size_t i = 0; i < n; i++) {
        double root = g->root[p->in[i]];
        for (size_t j = i; j < n; j++)
            f->A[i * n + j] = root * g->root[p->in[j]] * centred(p, p->in[i], p->in[j]);
        for (size_t j = 0; j < nt; j++)
            f->R[i * nt + j] = root * (p->d->y[p->in[i] * nt + j] - p->mean_y[j]);
    }
    if (ridge_normal_reduce(f, err))
        return true;
    ridge_normal_free(f);
    return false;
}

/* a (n_in x m by rows) -> sums of squared errors on the rows held out. */
static void add_errors(const struct parting *p, const double *a, size_t m, double *B, double *predicted, double *sse)
{
    const struct ridge_group *g = p->d->g;
    for (size_t c = 0; c < m; c++)
        sse[c] = 0;
    for (size_t h = 0; h < p->n_out; h++) {
        size_t row = p->out[h];
        for (size_t i = 0; i < p->n_in; i++)
            B[i] = g->root[p->in[i]] * centred(p, row, p->in[i]);
        linalg_gemv_t(a, p->n_in, m, B, 0, predicted);
        for (size_t c = 0; c < m; c++) {
            double e = g->root[row] * (p->d->y[row * g->nt + c % g->nt] - p->mean_y[c % g->nt] - predicted[c]);
            sse[c] += e * e;
        }
    }
}

bool ridge_dual_errors(const struct ridge_dual *d, const size_t *fold, size_t left_out, const double *l2, size_t n_l2,
                       double *sse, struct err *err)
{
    struct parting p = {.d = d};
    struct ridge_normal f = {0};
    size_t m = n_l2 * d->g->nt;
    part(&p, fold, left_out);
    double *a = mem_block(p.n_in + 1, m * sizeof *a), *B = mem_array(d->g->n, sizeof *B),
           *predicted = mem_array(m, sizeof *predicted);
    bool ok = a != NULL || err_set(err, ERR_MEMORY, "no memory for %zu x %zu numbers", p.n_in, m);
    ok = ok && fit(&p, &f, err) && ridge_normal_solve(&f, l2, n_l2, a, err);
    if (ok)
        add_errors(&p, a, m, B, predicted, sse);
    mem_free(a);
    mem_free(B);
    mem_free(predicted);
    ridge_normal_free(&f);
    free_parting(&p);
    return ok;
}
