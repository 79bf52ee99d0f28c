#include "core/design.h"

#include "core/base/mem.h"
#include "core/linalg.h"

#include <math.h>
#include <string.h>

/* Rows taken at a time: what is converted to double is still in the cache when it is multiplied. */
enum { DESIGN_BLOCK = 256 };

bool design_init(struct design *x, size_t n, size_t d, enum bt_storage storage, struct err *err)
{
    size_t cells;
    *x = (struct design){.n = n, .d = d};
    if (n == 0 || d == 0)
        return err_set(err, ERR_RANGE, "there are no rows to train on");
    bool fits = !__builtin_mul_overflow(n, d, &cells);
    x->single = storage == BT_F32 || (storage == BT_AUTO && fits && cells > BT_AUTO_BYTES / sizeof(double));
    if (fits && x->single)
        x->f32 = mem_block(cells, sizeof *x->f32);
    else if (fits)
        x->f64 = mem_block(cells, sizeof *x->f64);
    x->block = mem_block(d, DESIGN_BLOCK * sizeof *x->block);
    if (x->block != NULL && (x->f32 != NULL || x->f64 != NULL))
        return true;
    design_free(x);
    return err_set(err, ERR_MEMORY, "%zu rows of %zu columns do not fit into memory", n, d);
}

void design_free(struct design *x)
{
    mem_free(x->f64);
    mem_free(x->f32);
    mem_free(x->block);
    *x = (struct design){0};
}

bool design_put(struct design *x, size_t i, const double *row)
{
    for (size_t j = 0; j < x->d; j++) {
        if (!isfinite(x->single ? (double)(float)row[j] : row[j]))
            return false;
        if (x->single)
            x->f32[i * x->d + j] = (float)row[j];
        else
            x->f64[i * x->d + j] = row[j];
    }
    return true;
}

void design_row(const struct design *x, size_t i, double *row)
{
    for (size_t j = 0; j < x->d; j++)
        row[j] = x->single ? (double)x->f32[i * x->d + j] : x->f64[i * x->d + j];
}

void design_center(struct design *x, size_t first, double *mean)
{
    memset(mean, 0, x->d * sizeof *mean);
    for (size_t i = first; i < x->n; i++) {
        design_row(x, i, x->block);
        linalg_axpy(1 / (double)(x->n - first), x->block, mean, x->d);
    }
    for (size_t i = first; i < x->n; i++)
        for (size_t j = 0; j < x->d; j++) {
            if (x->single)
                x->f32[i * x->d + j] = (float)((double)x->f32[i * x->d + j] - mean[j]);
            else
                x->f64[i * x->d + j] -= mean[j];
        }
}

static size_t block_rows(const struct design *x, size_t first)
{
    return x->n - first < DESIGN_BLOCK ? x->n - first : DESIGN_BLOCK;
}

static const double *block_of(struct design *x, size_t first, size_t n)
{
    if (!x->single)
        return x->f64 + first * x->d;
    const float *from = x->f32 + first * x->d;
    for (size_t i = 0; i < n * x->d; i++)
        x->block[i] = (double)from[i];
    return x->block;
}

void design_times(struct design *x, const double *w, double *z)
{
    for (size_t i = 0; i < x->n; i += DESIGN_BLOCK) {
        size_t n = block_rows(x, i);
        linalg_gemv(block_of(x, i, n), n, x->d, w, 0, z + i);
    }
}

void design_add(struct design *x, const double *u, double *g)
{
    for (size_t i = 0; i < x->n; i += DESIGN_BLOCK) {
        size_t n = block_rows(x, i);
        linalg_gemv_t(block_of(x, i, n), n, x->d, u + i, 1, g);
    }
}
