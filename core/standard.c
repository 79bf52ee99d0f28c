#include "core/standard.h"

#include "core/ridge.h"

#include <math.h>

struct listed {
    const struct embeddings *e;
    const size_t *rows;
};

static void listed_row(const void *ctx, size_t i, double *out)
{
    const struct listed *l = ctx;
    embeddings_row_f64(l->e, l->rows[i], out);
}

/* The same numbers serve the rows and the folding, so both are what fits float32. */
static bool narrow(struct standard *s, const double *mean, const double *sd, struct err *err)
{
    for (size_t j = 0; j < s->d; j++) {
        s->mean[j] = (float)mean[j];
        s->factor[j] = (float)(1 / sd[j]);
        if (!isfinite(s->mean[j]) || !isfinite(s->factor[j]))
            return err_set(err, ERR_NUMERIC, "column %zu of the embeddings cannot be standardised: mean %g, sd %g", j,
                           mean[j], sd[j]);
    }
    return true;
}

bool standard_init(struct standard *s, const struct embeddings *e, const size_t *rows, size_t n, struct err *err)
{
    *s = (struct standard){.e = e, .d = e->d};
    struct listed ctx = {e, rows};
    struct ridge_rows list = {.n = n, .d = e->d, .row = listed_row, .ctx = &ctx};
    double *moments = mem_block(e->d, 2 * sizeof *moments);
    s->mean = mem_block(e->d, sizeof *s->mean);
    s->factor = mem_block(e->d, sizeof *s->factor);
    bool ok = (moments != NULL && s->mean != NULL && s->factor != NULL) ||
              err_set(err, ERR_MEMORY, "no memory to standardise %zu columns", e->d);
    if (ok) {
        ridge_standardise(&list, moments, moments + e->d);
        ok = narrow(s, moments, moments + e->d, err);
    }
    mem_free(moments);
    if (!ok)
        standard_free(s);
    return ok;
}

void standard_free(struct standard *s)
{
    mem_free(s->mean);
    mem_free(s->factor);
    *s = (struct standard){0};
}

void standard_row(const struct standard *s, size_t row, float *out)
{
    embeddings_row_f32(s->e, row, out);
    for (size_t j = 0; j < s->d; j++)
        out[j] = (out[j] - s->mean[j]) * s->factor[j];
}

void standard_fold(const struct standard *s, size_t units, double *U, double *b)
{
    for (size_t c = 0; c < units; c++)
        for (size_t j = 0; j < s->d; j++) {
            double *u = &U[c * s->d + j];
            *u *= (double)s->factor[j];
            b[c] -= *u * (double)s->mean[j];
        }
}
