#include "core/laplace.h"

#include "core/base/mem.h"
#include "core/base/team.h"
#include "core/linalg.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 256 };

static const double pi = 3.14159265358979323846;

double laplace_margin(double mean, double variance)
{
    return mean / sqrt(1 + pi * variance / 8);
}

void laplace_free(struct laplace *l)
{
    mem_free(l->factor);
    mem_free(l->rows);
    *l = (struct laplace){0};
}

/* ---- H, a part of the rows a worker ---- */

struct summing {
    const struct ridge_rows *rows;
    int workers;
    double *sums;   /* workers x d x d, upper triangles */
    double *blocks; /* workers x BLOCK x d */
};

/* A row times the root of its curvature. */
static void take_row(const struct ridge_rows *rows, size_t i, double *out)
{
    rows->row(rows->ctx, i, out);
    if (rows->weight != NULL)
        linalg_scale(sqrt(rows->weight[i]), out, rows->d);
}

static void sum_part(void *ctx, int worker)
{
    const struct summing *s = ctx;
    size_t d = s->rows->d, n = s->rows->n, w = (size_t)worker, workers = (size_t)s->workers, to = n * (w + 1) / workers;
    double *block = s->blocks + w * BLOCK * d;
    for (size_t i = n * w / workers, rows; i < to; i += rows) {
        rows = to - i < BLOCK ? to - i : BLOCK;
        for (size_t j = 0; j < rows; j++)
            take_row(s->rows, i + j, block + j * d);
        linalg_syrk_t(block, rows, d, 1, s->sums + w * d * d);
    }
}

/* The result stands at the beginning of `sums`, which becomes the factor's memory. */
static bool sum_rows(const struct ridge_rows *rows, int threads, double **out, struct err *err)
{
    size_t d = rows->d;
    struct team *team = team_open(threads);
    struct summing s = {.rows = rows, .workers = team_workers(team)};
    size_t workers = (size_t)s.workers;
    s.sums = mem_block(workers * d, d * sizeof *s.sums);
    s.blocks = mem_block(workers * BLOCK, d * sizeof *s.blocks);
    bool ok = (s.sums != NULL && s.blocks != NULL) ||
              err_set(err, ERR_MEMORY, "no memory for the covariance of %zu columns", d);
    if (ok) {
        team_run(team, sum_part, &s);
        for (size_t w = 1; w < workers; w++)
            linalg_axpy(1, s.sums + w * d * d, s.sums, d * d);
    }
    team_close(team);
    mem_free(s.blocks);
    if (!ok)
        mem_free(s.sums);
    *out = ok ? s.sums : NULL;
    return ok;
}

/* factor = Cholesky of itself + a I */
static bool finish(struct laplace *l, struct err *err)
{
    size_t m = l->m;
    for (size_t i = 0; i < m; i++)
        l->factor[i * m + i] += l->a;
    if (!linalg_cholesky(l->factor, m))
        return err_set(err, ERR_NUMERIC,
                       "the head is unbounded in some direction, so that it has no covariance; set a larger l2");
    l->log_det = l->rows != NULL ? ((double)l->d - (double)m) * log(l->a) : 0;
    for (size_t i = 0; i < m; i++) {
        l->log_det += 2 * log(l->factor[i * m + i]);
        memset(l->factor + i * m, 0, i * sizeof *l->factor);
    }
    return isfinite(l->log_det) ||
           err_set(err, ERR_NUMERIC, "the covariance of the head is beyond floating point; set a larger l2");
}

static bool by_rows(const struct ridge_rows *rows, struct laplace *l, struct err *err)
{
    size_t m = l->m = rows->n, d = rows->d;
    l->rows = mem_block(m, d * sizeof *l->rows);
    l->factor = mem_block(m, m * sizeof *l->factor);
    if (l->rows == NULL || l->factor == NULL)
        return err_set(err, ERR_MEMORY, "no memory for the covariance of %zu columns", d);
    for (size_t i = 0; i < m; i++)
        take_row(rows, i, l->rows + i * d);
    linalg_syrk_n(l->rows, m, d, 0, l->factor);
    return finish(l, err);
}

bool laplace_of(const struct ridge_rows *rows, const double *minus, size_t n_minus, double a, enum laplace_form form,
                int threads, struct laplace *out, struct err *err)
{
    size_t d = rows->d;
    *out = (struct laplace){.d = rows->d, .m = rows->d, .a = a};
    if (rows->n == 0 || rows->d == 0 || !(a >= 0) || !isfinite(a))
        return err_set(err, ERR_RANGE, "no covariance of %zu rows of %zu columns with penalty %g", rows->n, rows->d, a);
    bool few = form == LAPLACE_ROWS || (form == LAPLACE_AUTO && rows->n < rows->d && n_minus == 0);
    linalg_threads(1); /* its threads would wait in the way of ours */
    bool ok = few || sum_rows(rows, threads, &out->factor, err);
    linalg_threads(threads);
    for (size_t r = 0; ok && r < n_minus; r++)
        for (size_t i = 0; i < d; i++)
            linalg_axpy(-minus[r * d + i], minus + r * d + i, out->factor + i * d + i, d - i);
    ok = ok && (few ? by_rows(rows, out, err) : finish(out, err));
    if (!ok)
        laplace_free(out);
    return ok;
}

static double square(const double *x, size_t n)
{
    return linalg_dot(x, x, n);
}

bool laplace_variances(const struct laplace *l, double *X, size_t n, double *v, struct err *err)
{
    size_t d = l->d, m = l->m;
    if (l->rows == NULL) {
        linalg_divide_upper(l->factor, d, X, n);
        for (size_t i = 0; i < n; i++)
            v[i] = square(X + i * d, d);
        return true;
    }
    /* (a I + B'B)^-1 = (I - B' (a I + B B')^-1 B) / a */
    double *P = mem_block(n, m * sizeof *P);
    if (P == NULL)
        return err_set(err, ERR_MEMORY, "no memory for %zu x %zu numbers", n, m);
    linalg_gemm_nt(X, l->rows, 0, P, n, m, d);
    linalg_divide_upper(l->factor, m, P, n);
    for (size_t i = 0; i < n; i++)
        v[i] = fmax(0, square(X + i * d, d) - square(P + i * m, m)) / l->a;
    mem_free(P);
    return true;
}
