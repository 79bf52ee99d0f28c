#include "core/ridge.h"

#include "core/base/mem.h"
#include "core/linalg.h"

#include <math.h>
#include <string.h>

enum { RIDGE_BLOCK = 256 };

/* Below this reciprocal condition number columns count as linearly dependent when there is no penalty. */
static const double dependent = 1e-12;

static void matrix_row(const void *ctx, size_t i, double *out)
{
    const struct ridge_matrix *m = ctx;
    memcpy(out, m->X + i * m->d, m->d * sizeof *out);
}

struct ridge_rows ridge_rows_of(const struct ridge_matrix *m, size_t n)
{
    return (struct ridge_rows){.n = n, .d = m->d, .row = matrix_row, .ctx = m};
}

/* Targets that have values in the same rows, solved together. */
struct group {
    const struct ridge_rows *rows;
    const double *Y;
    size_t k;            /* columns of Y */
    size_t *targets, nt; /* which of them are in the group */
    size_t *which, n;    /* rows with values */
    double l2;
    double *mean_x, *mean_y; /* d, nt */
    double *block;           /* RIDGE_BLOCK x d: centred rows */
    double *yblock;          /* RIDGE_BLOCK x nt: centred targets */
    double *S;               /* d x nt by rows: the solution */
};

static size_t block_rows(const struct group *g, size_t first)
{
    return g->n - first < RIDGE_BLOCK ? g->n - first : RIDGE_BLOCK;
}

/* Fill X (n x d) and Y (n x nt) with centred rows [first, first + n) of the group. */
static void load(const struct group *g, size_t first, size_t n, double *X, double *Y)
{
    size_t d = g->rows->d;
    for (size_t i = 0; i < n; i++) {
        size_t row = g->which[first + i];
        g->rows->row(g->rows->ctx, row, X + i * d);
        linalg_axpy(-1, g->mean_x, X + i * d, d);
        for (size_t j = 0; j < g->nt; j++)
            Y[i * g->nt + j] = g->Y[row * g->k + g->targets[j]] - g->mean_y[j];
    }
}

/* With means still zero, load() gives the plain rows. */
static bool find_means(struct group *g, struct err *err)
{
    size_t d = g->rows->d;
    double *sum_x = mem_array(d, sizeof *sum_x), *sum_y = mem_array(g->nt, sizeof *sum_y);
    for (size_t i = 0; i < g->n; i++) {
        load(g, i, 1, g->block, g->yblock);
        linalg_axpy(1, g->block, sum_x, d);
        linalg_axpy(1, g->yblock, sum_y, g->nt);
    }
    bool finite = true;
    for (size_t j = 0; j < d; j++) {
        g->mean_x[j] = sum_x[j] / (double)g->n;
        finite = finite && isfinite(g->mean_x[j]);
    }
    for (size_t j = 0; j < g->nt; j++) {
        g->mean_y[j] = sum_y[j] / (double)g->n;
        finite = finite && isfinite(g->mean_y[j]);
    }
    mem_free(sum_x);
    mem_free(sum_y);
    return finite || err_set(err, ERR_NUMERIC, "the training rows or their ratings hold NaN or infinity");
}

static bool solve(const struct group *g, double *A, size_t n, double *B, struct err *err)
{
    for (size_t i = 0; i < n; i++)
        A[i * n + i] += g->l2 * (double)g->n;
    if (linalg_solve_spd(A, n, B, g->nt, g->l2 > 0 ? 0 : dependent, err))
        return true;
    if (g->l2 > 0)
        return err_context(err, "least squares with l2 = %g", g->l2);
    return err_set(err, ERR_NUMERIC,
                   "without a penalty (l2 = 0) least squares has no unique solution here, for some columns "
                   "depend on others; set l2");
}

/* (X'X + n l2 I) S = X'Y with centred X and Y */
static bool solve_primal(struct group *g, struct err *err)
{
    size_t d = g->rows->d;
    double *gram = mem_block(d * d, sizeof *gram);
    if (gram == NULL)
        return err_set(err, ERR_MEMORY, "no memory for a matrix of %zu x %zu", d, d);
    for (size_t i = 0; i < g->n; i += RIDGE_BLOCK) {
        size_t n = block_rows(g, i);
        load(g, i, n, g->block, g->yblock);
        linalg_syrk_t(g->block, n, d, 1, gram);
        linalg_gemm_tn(g->block, g->yblock, 1, g->S, d, g->nt, n);
    }
    bool ok = solve(g, gram, d, g->S, err);
    mem_free(gram);
    return ok;
}

/* S = X' (X X' + n l2 I)^-1 Y, the same by the matrix inversion lemma, for fewer rows than columns */
static bool solve_dual(struct group *g, struct err *err)
{
    size_t d = g->rows->d, n = g->n;
    double *X = mem_block(n * d, sizeof *X), *Y = mem_block(n * g->nt, sizeof *Y), *K = mem_block(n * n, sizeof *K);
    bool ok = X != NULL && Y != NULL && K != NULL;
    if (!ok)
        err_set(err, ERR_MEMORY, "no memory for a matrix of %zu x %zu", n, d);
    if (ok) {
        load(g, 0, n, X, Y);
        linalg_syrk_n(X, n, d, 0, K);
        ok = solve(g, K, n, Y, err);
    }
    if (ok)
        linalg_gemm_tn(X, Y, 0, g->S, d, g->nt, n);
    mem_free(X);
    mem_free(Y);
    mem_free(K);
    return ok;
}

/* Objective and gradient at the solution, from the residuals. Centred rows give the gradient of w at the best b, where
 * that of b is the sum of the residuals. */
static bool measure(const struct group *g, struct ridge_info *info, struct err *err)
{
    size_t d = g->rows->d, nt = g->nt;
    double *grad = mem_block(d * nt, sizeof *grad), *sums = mem_array(2 * nt, sizeof *sums);
    if (grad == NULL) {
        mem_free(sums);
        return err_set(err, ERR_MEMORY, "no memory for %zu x %zu numbers", d, nt);
    }
    for (size_t i = 0; i < g->n; i += RIDGE_BLOCK) {
        size_t n = block_rows(g, i);
        load(g, i, n, g->block, g->yblock);
        for (size_t j = 0; j < n * nt; j++)
            g->yblock[j] = -g->yblock[j];
        linalg_gemm(g->block, g->S, 1, g->yblock, n, nt, d);
        for (size_t j = 0; j < n * nt; j++) {
            sums[j % nt] += g->yblock[j];
            sums[nt + j % nt] += g->yblock[j] * g->yblock[j];
        }
        linalg_gemm_tn(g->block, g->yblock, 1, grad, d, nt, n);
    }
    double n = (double)g->n;
    for (size_t j = 0; j < nt; j++) {
        double ww = 0, gb = sums[j] / n, gg = 0;
        for (size_t i = 0; i < d; i++) {
            double w = g->S[i * nt + j], gw = grad[i * nt + j] / n + g->mean_x[i] * gb + g->l2 * w;
            ww += w * w;
            gg += gw * gw;
        }
        info[g->targets[j]] = (struct ridge_info){g->n, sums[nt + j] / (2 * n) + g->l2 / 2 * ww, sqrt(gg + gb * gb)};
    }
    mem_free(grad);
    mem_free(sums);
    return true;
}

static void give_out(const struct group *g, double *W, double *b)
{
    size_t d = g->rows->d;
    for (size_t j = 0; j < g->nt; j++) {
        double *w = W + g->targets[j] * d;
        for (size_t i = 0; i < d; i++)
            w[i] = g->S[i * g->nt + j];
        b[g->targets[j]] = g->mean_y[j] - linalg_dot(w, g->mean_x, d);
    }
}

static bool solve_group(struct group *g, double *W, double *b, struct ridge_info *info, struct err *err)
{
    size_t d = g->rows->d;
    if (g->n == 0)
        return err_set(err, ERR_RANGE, "target %zu has no value in any training row", g->targets[0] + 1);
    if (g->l2 <= 0 && g->n <= d)
        return err_set(err, ERR_NUMERIC,
                       "without a penalty (l2 = 0) least squares needs more rows (%zu) than columns (%zu); set l2",
                       g->n, d);
    g->mean_x = mem_array(d, sizeof *g->mean_x);
    g->mean_y = mem_array(g->nt, sizeof *g->mean_y);
    g->block = mem_block(d, RIDGE_BLOCK * sizeof *g->block);
    g->yblock = mem_block(g->nt, RIDGE_BLOCK * sizeof *g->yblock);
    g->S = mem_block(d * g->nt, sizeof *g->S);
    bool ok = g->block != NULL && g->yblock != NULL && g->S != NULL;
    if (!ok)
        err_set(err, ERR_MEMORY, "no memory to fit %zu columns", d);
    ok = ok && find_means(g, err) && (g->n < d ? solve_dual(g, err) : solve_primal(g, err)) && measure(g, info, err);
    if (ok)
        give_out(g, W, b);
    mem_free(g->mean_x);
    mem_free(g->mean_y);
    mem_free(g->block);
    mem_free(g->yblock);
    mem_free(g->S);
    return ok;
}

static bool same_rows(const double *Y, size_t n, size_t k, size_t a, size_t b)
{
    for (size_t i = 0; i < n; i++)
        if (isnan(Y[i * k + a]) != isnan(Y[i * k + b]))
            return false;
    return true;
}

/* The targets that miss what target `first` misses; they are marked as done. */
static void gather(struct group *g, size_t first, bool *done)
{
    g->nt = g->n = 0;
    for (size_t j = first; j < g->k; j++)
        if (!done[j] && same_rows(g->Y, g->rows->n, g->k, first, j)) {
            done[j] = true;
            g->targets[g->nt++] = j;
        }
    for (size_t i = 0; i < g->rows->n; i++)
        if (!isnan(g->Y[i * g->k + first]))
            g->which[g->n++] = i;
}

bool ridge_fit(const struct ridge_rows *rows, const double *Y, size_t k, double l2, double *W, double *b,
               struct ridge_info *info, const struct progress *progress, struct err *err)
{
    if (!(l2 >= 0) || !isfinite(l2))
        return err_set(err, ERR_RANGE, "l2 is %g; it must be a finite number of at least 0", l2);
    if (rows->n == 0 || rows->d == 0 || k == 0)
        return err_set(err, ERR_RANGE, "there are no ratings to train on");
    struct group g = {.rows = rows, .Y = Y, .k = k, .l2 = l2};
    bool *done = mem_array(k, sizeof *done);
    g.targets = mem_array(k, sizeof *g.targets);
    g.which = mem_array(rows->n, sizeof *g.which);
    bool ok = true;
    for (size_t j = 0; j < k && ok; j++) {
        if (done[j])
            continue;
        gather(&g, j, done);
        ok = solve_group(&g, W, b, info, err);
        if (ok && !progress_tick(progress, (double)j + 1, (double)k))
            ok = err_set(err, ERR_STOPPED, "the fit was stopped");
    }
    mem_free(done);
    mem_free(g.targets);
    mem_free(g.which);
    return ok;
}

void ridge_standardise(const struct ridge_rows *rows, double *mean, double *sd)
{
    size_t d = rows->d;
    double *row = mem_array(d > 0 ? d : 1, sizeof *row);
    memset(mean, 0, d * sizeof *mean);
    memset(sd, 0, d * sizeof *sd);
    for (size_t i = 0; i < rows->n; i++) {
        rows->row(rows->ctx, i, row);
        linalg_axpy(1 / (double)rows->n, row, mean, d);
    }
    for (size_t i = 0; i < rows->n; i++) {
        rows->row(rows->ctx, i, row);
        for (size_t j = 0; j < d; j++)
            sd[j] += (row[j] - mean[j]) * (row[j] - mean[j]) / (double)rows->n;
    }
    for (size_t j = 0; j < d; j++) {
        sd[j] = sqrt(sd[j]);
        if (sd[j] < 1e-12 * fmax(1, fabs(mean[j])))
            sd[j] = 1;
    }
    mem_free(row);
}
