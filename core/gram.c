#include "core/gram.h"

#include "core/base/mem.h"
#include "core/linalg.h"

#include <math.h>

/* Rows a column at most: the eigenvalues of their Gram matrix are then within a factor of about 2.4 of those of all
 * (Marchenko and Pastur); and never fewer than FEW. */
enum { ROWS_A_COLUMN = 8, FEW = 2048, GRAM_BLOCK = 1024, ATTEMPTS = 8 };
#define DUAL_FLOOR 0.01

/* Which row stands for the i-th m-th part of all. */
static size_t strided(size_t i, size_t m, size_t n)
{
    size_t row = (size_t)(((double)i + 0.5) * (double)n / (double)m);
    return row < n ? row : n - 1;
}

/* out (k x d): rows first .. first + k - 1 of the sample, each times the root of its c and of `times`; returns the sum
 * of squares. */
static double take_rows(const struct gram *g, const struct design *x, const double *c, double times, size_t first,
                        size_t k, float *out, double *row)
{
    double sum = 0;
    for (size_t i = 0; i < k; i++) {
        size_t from = strided(first + i, g->m, x->n);
        double root = sqrt(fmax(0, c[from]) * times);
        design_row(x, from, row);
        for (size_t j = 0; j < g->d; j++) {
            double v = root * row[j];
            out[i * g->d + j] = (float)v;
            sum += v * v;
        }
    }
    return sum;
}

/* gram := S'S or SS' of the sampled rows S; *trace is its trace. */
static bool multiply(struct gram *g, const struct design *x, const double *c, double *trace)
{
    size_t step = g->rows != NULL || g->m < GRAM_BLOCK ? g->m : GRAM_BLOCK;
    float *block = g->rows != NULL ? g->rows : mem_block_raw(step, g->d * sizeof *block);
    double *row = mem_block(g->d, sizeof *row), all = 0, part = 0;
    bool ok = block != NULL && row != NULL;
    for (size_t i = 0; i < x->n; i++)
        all += c[i];
    for (size_t i = 0; i < g->m; i++)
        part += c[strided(i, g->m, x->n)];
    *trace = 0;
    for (size_t i = 0; ok && i < g->m; i += step) {
        size_t k = g->m - i < step ? g->m - i : step;
        *trace += take_rows(g, x, c, part > 0 ? all / part : 0, i, k, block, row);
        if (g->rows == NULL)
            linalg_f32_syrk_t(block, k, g->d, i == 0 ? 0 : 1, g->factor);
        else
            linalg_f32_syrk_n(block, k, g->d, 0, g->factor);
    }
    mem_free(row);
    if (g->rows == NULL)
        mem_free(block);
    return ok;
}

/* The factor of gram + ridge I, with as much more on the diagonal as float32 needs; gram is read from its lower
 * triangle, where the upper one was saved. */
static bool factorise(struct gram *g, double trace)
{
    size_t n = g->rows == NULL ? g->d : g->m;
    float *diagonal = mem_array(n, sizeof *diagonal);
    double mean = trace / (double)n, lift = 0;
    for (size_t i = 0; i < n; i++) {
        diagonal[i] = g->factor[i * n + i];
        for (size_t j = 0; j < i; j++)
            g->factor[i * n + j] = g->factor[j * n + i];
    }
    bool ok = false;
    for (int a = 0; a < ATTEMPTS && !ok; a++, lift = lift > 0 ? 10 * lift : 1e-6 * mean) {
        for (size_t i = 0; i < n; i++) {
            for (size_t j = i + 1; j < n; j++)
                g->factor[i * n + j] = g->factor[j * n + i];
            g->factor[i * n + i] = (float)((double)diagonal[i] + g->ridge + lift);
        }
        ok = linalg_f32_cholesky(g->factor, n);
        if (ok)
            g->ridge += lift;
    }
    mem_free(diagonal);
    return ok;
}

bool gram_init(struct gram *g, const struct design *x, const double *c, double ridge, struct err *err)
{
    size_t d = x->d, m = x->n;
    if (m > FEW && m / d >= ROWS_A_COLUMN)
        m = ROWS_A_COLUMN * d > FEW ? ROWS_A_COLUMN * d : FEW;
    *g = (struct gram){.m = m, .d = d, .ridge = ridge};
    bool dual = m < d;
    size_t side = dual ? m : d;
    double trace = 0;
    g->factor = mem_block(side, side * sizeof *g->factor);
    g->rows = dual ? mem_block_raw(m, d * sizeof *g->rows) : NULL;
    g->x = mem_block(d, sizeof *g->x);
    g->y = mem_block(m, sizeof *g->y);
    if (g->factor == NULL || g->x == NULL || g->y == NULL || (dual && g->rows == NULL) || !multiply(g, x, c, &trace)) {
        gram_free(g);
        return err_set(err, ERR_MEMORY, "no memory for a preconditioner of %zu columns", d);
    }
    g->scale = ridge + trace / (double)d;
    if (dual) /* the identity subtracts what is nearly equal where the ridge is far below the eigenvalues */
        g->ridge = fmax(ridge, DUAL_FLOOR * trace / (double)d);
    if (!factorise(g, trace)) {
        mem_free(g->factor);
        g->factor = NULL;
    }
    return true;
}

void gram_free(struct gram *g)
{
    mem_free(g->factor);
    mem_free(g->rows);
    mem_free(g->x);
    mem_free(g->y);
    *g = (struct gram){0};
}

void gram_solve(struct gram *g, const double *in, double *out)
{
    double most = 0; /* what is small near the end of a fit would vanish in float32 */
    for (size_t j = 0; j < g->d; j++)
        most = fmax(most, fabs(in[j]));
    if (g->factor == NULL || !(most > 0)) {
        for (size_t j = 0; j < g->d; j++)
            out[j] = in[j] / g->scale;
        return;
    }
    for (size_t j = 0; j < g->d; j++)
        g->x[j] = (float)(in[j] / most);
    if (g->rows == NULL) {
        linalg_f32_cholesky_solve(g->factor, g->d, g->x);
        for (size_t j = 0; j < g->d; j++)
            out[j] = most * (double)g->x[j];
        return;
    }
    linalg_f32_gemv(g->rows, g->m, g->d, g->x, g->y);
    linalg_f32_cholesky_solve(g->factor, g->m, g->y);
    linalg_f32_gemv_t(g->rows, g->m, g->d, g->y, g->x);
    for (size_t j = 0; j < g->d; j++)
        out[j] = (in[j] - most * (double)g->x[j]) / g->ridge;
}
