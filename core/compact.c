#include "core/compact.h"

#include "core/base/mem.h"
#include "core/linalg.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Eigenvectors of more pairs cost more than they save. */
enum { MOST_PAIRS = 2048 };

bool compact_pays(size_t n, size_t d, size_t memory)
{
    size_t bytes;
    return n > 1 && n <= MOST_PAIRS && n <= d / 2 && !__builtin_mul_overflow(n, d * sizeof(double), &bytes) &&
           bytes <= memory;
}

void compact_free(struct compact *c)
{
    embeddings_close(&c->e);
    mem_free(c->pairs);
    mem_free(c->D);
    mem_free(c->E);
    mem_free(c->rows);
    *c = (struct compact){0};
}

static bool fill(struct compact *c, const struct embeddings *e, const struct pair *pairs, const size_t *which,
                 struct err *err)
{
    double *rejected = mem_array(c->d, sizeof *rejected);
    bool ok = true;
    for (size_t i = 0; ok && i < c->n; i++) {
        const struct pair *p = &pairs[which != NULL ? which[i] : i];
        double *row = c->D + i * c->d;
        embeddings_row_f64(e, p->chosen, row);
        embeddings_row_f64(e, p->rejected, rejected);
        linalg_axpy(-1, rejected, row, c->d);
        ok = isfinite(linalg_nrm2(row, c->d)) ||
             err_set(err, ERR_NUMERIC, "the difference of rows %zu and %zu holds NaN or infinity", p->chosen,
                     p->rejected);
        c->pairs[i] = *p;
        c->pairs[i].chosen = i;
        c->pairs[i].rejected = c->n;
    }
    mem_free(rejected);
    return ok;
}

/* K (n x n) holds eigenvectors, one a column, with their values ascending: keep those above rounding. */
static bool keep(struct compact *c, const double *K, const double *values, struct err *err)
{
    size_t n = c->n, first = 0;
    while (first < n && !(values[first] > (double)n * DBL_EPSILON * values[n - 1]))
        first++;
    c->r = n - first;
    if (c->r == 0)
        return err_set(err, ERR_NUMERIC, "all pairs have two answers with the same embedding");
    c->E = mem_block(n, c->r * sizeof *c->E);
    c->rows = mem_block(n + 1, c->r * sizeof *c->rows);
    if (c->E == NULL || c->rows == NULL)
        return err_set(err, ERR_MEMORY, "no memory for %zu x %zu numbers", n, c->r);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < c->r; k++) {
            double root = sqrt(values[first + k]), x = K[i * n + first + k];
            c->E[i * c->r + k] = x / root;
            c->rows[i * c->r + k] = x * root;
        }
    struct tensor t;
    tensor_borrow(&t, TENSOR_F64, c->rows, n + 1, c->r);
    return embeddings_add_tensor(&c->e, &t, "pairs", NULL, err);
}

bool compact_init(struct compact *c, const struct embeddings *e, const struct pair *pairs, const size_t *which,
                  size_t n, struct err *err)
{
    *c = (struct compact){.n = n, .d = e->d};
    embeddings_init(&c->e);
    c->pairs = mem_block(n, sizeof *c->pairs);
    c->D = mem_block(n, e->d * sizeof *c->D);
    double *K = mem_block(n, n * sizeof *K), *values = mem_array(n, sizeof *values);
    bool ok = (c->pairs != NULL && c->D != NULL && K != NULL) ||
              err_set(err, ERR_MEMORY, "no memory for %zu pairs of %zu columns", n, e->d);
    ok = ok && fill(c, e, pairs, which, err);
    if (ok)
        linalg_syrk_n(c->D, n, e->d, 0, K);
    ok = ok && linalg_eigen(K, n, values, err) && keep(c, K, values, err);
    mem_free(K);
    mem_free(values);
    if (!ok)
        compact_free(c);
    return ok;
}

void compact_see(const struct compact *c, const double *w, double *v)
{
    double *z = mem_array(c->n, sizeof *z);
    linalg_gemv(c->D, c->n, c->d, w, 0, z);
    linalg_gemv_t(c->E, c->n, c->r, z, 0, v);
    mem_free(z);
}

bool compact_heads(const struct compact *c, const double *V, size_t m, double *W, struct err *err)
{
    double *T = mem_block(m, c->n * sizeof *T);
    if (T == NULL)
        return err_set(err, ERR_MEMORY, "no memory for %zu heads of %zu pairs", m, c->n);
    linalg_gemm_nt(V, c->E, 0, T, m, c->n, c->r);
    linalg_gemm(T, c->D, 0, W, m, c->d, c->n);
    mem_free(T);
    return true;
}
