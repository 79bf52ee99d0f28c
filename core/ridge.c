#include "core/ridge.h"

#include "core/base/mem.h"
#include "core/linalg.h"
#include "core/ridge_measure.h"

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

/* One group of targets, solved together. Rows are centred and times the root of their weight. */
struct solver {
    const struct ridge_rows *rows;
    const double *Y;
    size_t k; /* columns of Y */
    const struct ridge_group *g;
    double l2;
    double *mean_x, *mean_y; /* d, nt */
    double *block;           /* RIDGE_BLOCK x d: rows */
    double *yblock;          /* RIDGE_BLOCK x nt: targets */
    double *S;               /* d x nt by rows: the solution */
};

static size_t block_rows(const struct solver *s, size_t first)
{
    return s->g->n - first < RIDGE_BLOCK ? s->g->n - first : RIDGE_BLOCK;
}

/* Fill X (n x d) and Y (n x nt) with rows [first, first + n) of the group. */
static void load(const struct solver *s, size_t first, size_t n, double *X, double *Y)
{
    size_t d = s->rows->d, nt = s->g->nt;
    for (size_t i = 0; i < n; i++) {
        size_t row = s->g->which[first + i];
        double root = s->g->root[first + i];
        s->rows->row(s->rows->ctx, row, X + i * d);
        linalg_axpy(-1, s->mean_x, X + i * d, d);
        for (size_t j = 0; j < nt; j++)
            Y[i * nt + j] = root * (s->Y[row * s->k + s->g->targets[j]] - s->mean_y[j]);
        if (root != 1)
            linalg_scale(root, X + i * d, d);
    }
}

/* With means still zero, load() gives the plain rows. */
static bool find_means(struct solver *s, struct err *err)
{
    size_t d = s->rows->d, nt = s->g->nt;
    double *sum_x = mem_array(d, sizeof *sum_x), *sum_y = mem_array(nt, sizeof *sum_y);
    for (size_t i = 0; i < s->g->n; i++) {
        load(s, i, 1, s->block, s->yblock);
        linalg_axpy(s->g->root[i], s->block, sum_x, d);
        linalg_axpy(s->g->root[i], s->yblock, sum_y, nt);
    }
    bool finite = true;
    for (size_t j = 0; j < d; j++) {
        s->mean_x[j] = sum_x[j] / s->g->sum_weight;
        finite = finite && isfinite(s->mean_x[j]);
    }
    for (size_t j = 0; j < nt; j++) {
        s->mean_y[j] = sum_y[j] / s->g->sum_weight;
        finite = finite && isfinite(s->mean_y[j]);
    }
    mem_free(sum_x);
    mem_free(sum_y);
    return finite || err_set(err, ERR_NUMERIC, "the training rows or their ratings hold NaN or infinity");
}

static bool solve(const struct solver *s, double *A, size_t n, double *B, struct err *err)
{
    for (size_t i = 0; i < n; i++)
        A[i * n + i] += s->l2 * s->g->sum_weight;
    if (linalg_solve_spd(A, n, B, s->g->nt, s->l2 > 0 ? 0 : dependent, err))
        return true;
    if (s->l2 > 0)
        return err_context(err, "least squares with l2 = %g", s->l2);
    return err_set(err, ERR_NUMERIC,
                   "without a penalty (l2 = 0) least squares has no unique solution here, for some columns "
                   "depend on others; set l2");
}

/* (X'X + n l2 I) S = X'Y with centred X and Y */
static bool solve_primal(struct solver *s, struct err *err)
{
    size_t d = s->rows->d;
    double *gram = mem_block(d * d, sizeof *gram);
    if (gram == NULL)
        return err_set(err, ERR_MEMORY, "no memory for a matrix of %zu x %zu", d, d);
    for (size_t i = 0; i < s->g->n; i += RIDGE_BLOCK) {
        size_t n = block_rows(s, i);
        load(s, i, n, s->block, s->yblock);
        linalg_syrk_t(s->block, n, d, 1, gram);
        linalg_gemm_tn(s->block, s->yblock, 1, s->S, d, s->g->nt, n);
    }
    bool ok = solve(s, gram, d, s->S, err);
    mem_free(gram);
    return ok;
}

/* S = X' (X X' + n l2 I)^-1 Y, the same by the matrix inversion lemma, for fewer rows than columns */
static bool solve_dual(struct solver *s, struct err *err)
{
    size_t d = s->rows->d, n = s->g->n;
    double *X = mem_block(n * d, sizeof *X), *Y = mem_block(n * s->g->nt, sizeof *Y), *K = mem_block(n * n, sizeof *K);
    bool ok = X != NULL && Y != NULL && K != NULL;
    if (!ok)
        err_set(err, ERR_MEMORY, "no memory for a matrix of %zu x %zu", n, d);
    if (ok) {
        load(s, 0, n, X, Y);
        linalg_syrk_n(X, n, d, 0, K);
        ok = solve(s, K, n, Y, err);
    }
    if (ok)
        linalg_gemm_tn(X, Y, 0, s->S, d, s->g->nt, n);
    mem_free(X);
    mem_free(Y);
    mem_free(K);
    return ok;
}

static void give_out(const struct solver *s, double *W, double *b)
{
    size_t d = s->rows->d;
    for (size_t j = 0; j < s->g->nt; j++) {
        double *w = W + s->g->targets[j] * d;
        for (size_t i = 0; i < d; i++)
            w[i] = s->S[i * s->g->nt + j];
        b[s->g->targets[j]] = s->mean_y[j] - linalg_dot(w, s->mean_x, d);
    }
}

static bool measure(const struct solver *s, const double *W, const double *b, struct ridge_info *info, struct err *err)
{
    double *l2 = mem_array(s->k, sizeof *l2);
    for (size_t j = 0; j < s->k; j++)
        l2[j] = s->l2;
    bool ok = ridge_measure(s->rows, s->Y, s->k, s->g, l2, W, b, s->mean_x, NULL, info, err);
    mem_free(l2);
    return ok;
}

static bool solve_group(struct solver *s, double *W, double *b, struct ridge_info *info, struct err *err)
{
    size_t d = s->rows->d;
    if (s->l2 <= 0 && s->g->n <= d)
        return err_set(err, ERR_NUMERIC,
                       "without a penalty (l2 = 0) least squares needs more rows (%zu) than columns (%zu); set l2",
                       s->g->n, d);
    s->mean_x = mem_array(d, sizeof *s->mean_x);
    s->mean_y = mem_array(s->g->nt, sizeof *s->mean_y);
    s->block = mem_block(d, RIDGE_BLOCK * sizeof *s->block);
    s->yblock = mem_block(s->g->nt, RIDGE_BLOCK * sizeof *s->yblock);
    s->S = mem_block(d * s->g->nt, sizeof *s->S);
    bool ok = s->block != NULL && s->yblock != NULL && s->S != NULL;
    if (!ok)
        err_set(err, ERR_MEMORY, "no memory to fit %zu columns", d);
    ok = ok && find_means(s, err) && (s->g->n < d ? solve_dual(s, err) : solve_primal(s, err));
    if (ok)
        give_out(s, W, b);
    ok = ok && measure(s, W, b, info, err);
    mem_free(s->mean_x);
    mem_free(s->mean_y);
    mem_free(s->block);
    mem_free(s->yblock);
    mem_free(s->S);
    return ok;
}

bool ridge_fit(const struct ridge_rows *rows, const double *Y, size_t k, double l2, double *W, double *b,
               struct ridge_info *info, const struct progress *progress, struct err *err)
{
    struct ridge_groups groups = {0};
    if (!(l2 >= 0) || !isfinite(l2))
        return err_set(err, ERR_RANGE, "l2 is %g; it must be a finite number of at least 0", l2);
    bool ok = ridge_groups_of(rows, Y, k, &groups, err);
    for (size_t i = 0; i < groups.n && ok; i++) {
        struct solver s = {.rows = rows, .Y = Y, .k = k, .g = &groups.v[i], .l2 = l2};
        ok = solve_group(&s, W, b, info, err);
        if (ok && !progress_tick(progress, (double)i + 1, (double)groups.n))
            ok = err_set(err, ERR_STOPPED, "the fit was stopped");
    }
    ridge_groups_free(&groups);
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
