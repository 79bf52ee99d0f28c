#include "core/sparse.h"

#include "core/linalg.h"

#include <string.h>

size_t sparse_rows(const struct sparse *s)
{
    return s->start.n > 0 ? s->start.n - 1 : 0;
}

void sparse_add_row(struct sparse *s, const struct sparse_cell *cells, size_t n)
{
    if (s->start.n == 0)
        vec_push(&s->start, 0);
    vec_reserve(&s->cells, s->cells.n + n);
    if (n > 0)
        memcpy(s->cells.v + s->cells.n, cells, n * sizeof *cells);
    s->cells.n += n;
    vec_push(&s->start, s->cells.n);
}

void sparse_free(struct sparse *s)
{
    vec_free(&s->start);
    vec_free(&s->cells);
}

static const uint32_t folded = UINT32_MAX;

/* number[col]: the new number of a column, or `folded` when fewer than two rows have it. Returns how many are not. */
static size_t number_columns(const struct sparse *s, uint32_t *number)
{
    uint32_t n = 0;
    for (size_t c = 0; c < s->cells.n; c++)
        number[s->cells.v[c].col]++;
    for (size_t j = 0; j < s->m; j++)
        number[j] = number[j] > 1 ? n++ : folded;
    return n;
}

static void fold(struct sparse_gram *g, const struct sparse *s, const uint32_t *number)
{
    for (size_t i = 0; i < g->n; i++)
        for (size_t c = s->start.v[i]; c < s->start.v[i + 1]; c++) {
            double value = (double)s->cells.v[c].value;
            uint32_t j = number[s->cells.v[c].col];
            if (j == folded)
                g->own[i] += value * value;
            else
                g->start[j + 1]++;
        }
    for (size_t j = 0; j < g->m; j++)
        g->start[j + 1] += g->start[j];
}

/* The lists, once fold() has counted them. */
static void list_columns(struct sparse_gram *g, const struct sparse *s, const uint32_t *number)
{
    size_t *next = mem_array(g->m + 1, sizeof *next);
    memcpy(next, g->start, g->m * sizeof *next);
    for (size_t i = 0; i < g->n; i++)
        for (size_t c = s->start.v[i]; c < s->start.v[i + 1]; c++) {
            uint32_t j = number[s->cells.v[c].col];
            if (j != folded)
                g->list[next[j]++] = (struct sparse_cell){(uint32_t)i, s->cells.v[c].value};
        }
    mem_free(next);
}

/* Row i of the upper triangle, from the lists of its columns; next[j] is where row i stands in column j. */
static void write_out(struct sparse_gram *g, const struct sparse *s, const uint32_t *number)
{
    size_t n = g->n, *next = mem_array(g->m + 1, sizeof *next);
    memcpy(next, g->start, g->m * sizeof *next);
    for (size_t i = 0; i < n; i++) {
        double *row = g->full + i * n;
        for (size_t c = s->start.v[i]; c < s->start.v[i + 1]; c++) {
            uint32_t j = number[s->cells.v[c].col];
            double value = (double)s->cells.v[c].value;
            if (j == folded)
                continue;
            for (size_t p = next[j]; p < g->start[j + 1]; p++)
                row[g->list[p].col] += value * (double)g->list[p].value;
            next[j]++;
        }
        row[i] += g->own[i];
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            g->full[i * n + j] = g->full[j * n + i];
    mem_free(next);
}

static bool build(struct sparse_gram *g, const struct sparse *s, uint32_t *number)
{
    g->m = number_columns(s, number);
    g->start = mem_array(g->m + 1, sizeof *g->start);
    fold(g, s, number);
    g->list = mem_block(g->start[g->m], sizeof *g->list);
    if (g->n <= SPARSE_FULL)
        g->full = mem_block(g->n * g->n, sizeof *g->full);
    else
        g->strips = mem_block(g->n, 2 * SPARSE_STRIP * sizeof *g->strips);
    if (g->list == NULL || (g->full == NULL && g->strips == NULL))
        return false;
    list_columns(g, s, number);
    if (g->full != NULL)
        write_out(g, s, number);
    return true;
}

bool sparse_gram_init(struct sparse_gram *g, const struct sparse *s, struct err *err)
{
    *g = (struct sparse_gram){.n = sparse_rows(s)};
    uint32_t *number = mem_block(s->m, sizeof *number);
    g->own = mem_block(g->n, sizeof *g->own);
    bool ok = number != NULL && g->own != NULL && build(g, s, number);
    mem_free(number);
    if (ok)
        return true;
    sparse_gram_free(g);
    return err_set(err, ERR_MEMORY, "no memory to compare %zu rows", sparse_rows(s));
}

void sparse_gram_free(struct sparse_gram *g)
{
    mem_free(g->own);
    mem_free(g->full);
    mem_free(g->start);
    mem_free(g->list);
    mem_free(g->strips);
    *g = (struct sparse_gram){0};
}

/* A column takes its sum over x and at once gives it back to y, so that only x and y (64 bytes a row) need the cache.
 * The fixed width makes the inner loops vectors. */
static void multiply_columns(const struct sparse_gram *g, size_t begin, size_t end_column, const float *restrict x,
                             float *restrict y)
{
    for (size_t j = begin; j < end_column; j++) {
        const struct sparse_cell *cell = g->list + g->start[j], *end = g->list + g->start[j + 1];
        float sum[SPARSE_STRIP] = {0};
        for (const struct sparse_cell *c = cell; c < end; c++)
            for (size_t l = 0; l < SPARSE_STRIP; l++)
                sum[l] += c->value * x[(size_t)c->col * SPARSE_STRIP + l];
        for (const struct sparse_cell *c = cell; c < end; c++)
            for (size_t l = 0; l < SPARSE_STRIP; l++)
                y[(size_t)c->col * SPARSE_STRIP + l] += c->value * sum[l];
    }
}

/* Columns [first, first + width) of the product. With millions of rows it takes a minute, so it asks in between. */
static bool multiply_strip(const struct sparse_gram *g, const double *from, double *to, size_t k, size_t first,
                           size_t width, const struct progress *progress)
{
    enum { COLUMNS = 256 };
    float *x = g->strips, *y = x + g->n * SPARSE_STRIP;
    memset(x, 0, 2 * g->n * SPARSE_STRIP * sizeof *x);
    for (size_t i = 0; i < g->n; i++)
        for (size_t l = 0; l < width; l++)
            x[i * SPARSE_STRIP + l] = (float)from[i * k + first + l];
    for (size_t j = 0; j < g->m; j += COLUMNS) {
        multiply_columns(g, j, g->m - j < COLUMNS ? g->m : j + COLUMNS, x, y);
        double share = (double)j / (double)g->m;
        if (!progress_tick(progress, ((double)first + share * (double)width) / (double)k, 1))
            return false;
    }
    for (size_t i = 0; i < g->n; i++)
        for (size_t l = 0; l < width; l++)
            to[i * k + first + l] = (double)y[i * SPARSE_STRIP + l] + g->own[i] * from[i * k + first + l];
    return true;
}

bool sparse_gram_multiply(const struct sparse_gram *g, const double *from, double *to, size_t k,
                          const struct progress *progress, struct err *err)
{
    if (g->full != NULL) {
        linalg_gemm(g->full, from, 0, to, g->n, k, g->n);
        return true;
    }
    for (size_t first = 0; first < k; first += SPARSE_STRIP)
        if (!multiply_strip(g, from, to, k, first, k - first < SPARSE_STRIP ? k - first : SPARSE_STRIP, progress))
            return err_set(err, ERR_STOPPED, "the reduction was stopped");
    return true;
}
