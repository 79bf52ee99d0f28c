#include "core/sparse.h"

#include "core/base/rng.h"
#include "core/linalg.h"

#include <math.h>
#include <string.h>

/* Column `from` of V (n x width, eigenvectors) times the root of its eigenvalue into column `to` of out, with its sign
 * fixed. A direction that is nothing but rounding beside the largest eigenvalue becomes 0. */
static void give_column(const double *V, size_t n, size_t width, size_t from, const double *eigenvalues, float *out,
                        size_t stride, size_t to)
{
    double value = eigenvalues[from], largest = 0;
    double scale = value > 1e-12 * eigenvalues[width - 1] ? sqrt(value) : 0;
    for (size_t i = 0; i < n; i++)
        if (fabs(V[i * width + from]) >
            fabs(largest) * (1 + 1e-9)) /* the first of nearly equal ones, whatever rounding did */
            largest = V[i * width + from];
    if (largest < 0)
        scale = -scale;
    for (size_t i = 0; i < n; i++)
        out[i * stride + to] = (float)(scale * V[i * width + from]);
}

static bool reduce_exactly(struct sparse_gram *g, size_t k, float *out, size_t stride, struct err *err)
{
    double *w = mem_block(g->n, sizeof *w);
    if (w == NULL)
        return err_set(err, ERR_MEMORY, "no memory for %zu eigenvalues", g->n);
    bool ok = linalg_eigen(g->full, g->n, w, err);
    for (size_t j = 0; j < k && ok; j++)
        give_column(g->full, g->n, g->n, g->n - 1 - j, w, out, stride, j);
    mem_free(w);
    return ok;
}

/* Q (n x l) and its image, l > k directions, and the small matrix Q' A A' Q with its eigenvalues. */
struct subspace {
    size_t n, l;
    double *Q, *image, *small, *w;
};

/* One round of the iteration, of which the products tell how far they are. */
struct turn {
    const struct progress *whole;
    int round;
};

static bool tick_turn(void *ctx, double done, double total)
{
    const struct turn *t = ctx;
    return progress_tick(t->whole, t->round + done / total, SPARSE_ROUNDS + 1);
}

static bool iterate(const struct sparse_gram *g, struct subspace *u, uint64_t seed, const struct progress *progress,
                    struct err *err)
{
    struct rng r;
    rng_seed(&r, seed);
    for (size_t i = 0; i < u->n * u->l; i++)
        u->Q[i] = rng_normal(&r);
    for (int round = 0; round <= SPARSE_ROUNDS; round++) {
        if (!linalg_orthonormal(u->Q, u->n, u->l, err))
            return false;
        if (!progress_tick(progress, round, SPARSE_ROUNDS + 1))
            return err_set(err, ERR_STOPPED, "the reduction was stopped");
        struct turn turn = {progress, round};
        if (!sparse_gram_multiply(g, u->Q, u->image, u->l, &(struct progress){.tick = tick_turn, .ctx = &turn}, err))
            return false;
        if (round < SPARSE_ROUNDS) {
            double *t = u->Q;
            u->Q = u->image;
            u->image = t;
        }
    }
    linalg_gemm_tn(u->Q, u->image, 0, u->small, u->l, u->l, u->n);
    return linalg_eigen(u->small, u->l, u->w, err);
}

static bool reduce_randomly(const struct sparse_gram *g, size_t k, uint64_t seed, float *out, size_t stride,
                            const struct progress *progress, struct err *err)
{
    struct subspace u = {.n = g->n};
    u.l = k + SPARSE_EXTRA < u.n ? k + SPARSE_EXTRA : u.n;
    u.Q = mem_block(u.n * u.l, sizeof *u.Q);
    u.image = mem_block(u.n * u.l, sizeof *u.image);
    u.small = mem_block(u.l * u.l, sizeof *u.small);
    u.w = mem_block(u.l, sizeof *u.w);
    bool ok = u.Q != NULL && u.image != NULL && u.small != NULL && u.w != NULL;
    if (!ok)
        err_set(err, ERR_MEMORY, "no memory for %zu directions of %zu rows", u.l, u.n);
    ok = ok && iterate(g, &u, seed, progress, err);
    if (ok)
        linalg_gemm(u.Q, u.small, 0, u.image, u.n, u.l, u.l); /* singular vectors of A */
    for (size_t j = 0; j < k && ok; j++)
        give_column(u.image, u.n, u.l, u.l - 1 - j, u.w, out, stride, j);
    mem_free(u.Q);
    mem_free(u.image);
    mem_free(u.small);
    mem_free(u.w);
    return ok;
}

bool sparse_reduce(const struct sparse *s, size_t k, uint64_t seed, float *out, size_t stride,
                   const struct progress *progress, struct err *err)
{
    struct sparse_gram g;
    if (k > sparse_rows(s))
        BUG("%zu directions of %zu rows", k, sparse_rows(s));
    if (!sparse_gram_init(&g, s, err))
        return false;
    bool ok = g.n <= SPARSE_EXACT ? reduce_exactly(&g, k, out, stride, err)
                                  : reduce_randomly(&g, k, seed, out, stride, progress, err);
    sparse_gram_free(&g);
    return ok;
}

/* Y (n x width) = columns [from, from + width) of U S^-1. A direction that does not exist is 0. */
static void left_vectors(const float *out, size_t n, size_t stride, size_t from, size_t width, double *Y)
{
    for (size_t j = 0; j < width; j++) {
        double squares = 0;
        for (size_t i = 0; i < n; i++)
            squares += (double)out[i * stride + from + j] * (double)out[i * stride + from + j];
        for (size_t i = 0; i < n; i++)
            Y[i * width + j] = squares > 0 ? (double)out[i * stride + from + j] / squares : 0;
    }
}

/* V (m x width) = B' Y */
static void right_vectors(const struct sparse *s, size_t n, size_t width, const double *Y, double *V)
{
    memset(V, 0, s->m * width * sizeof *V);
    for (size_t i = 0; i < n; i++)
        for (size_t c = s->start.v[i]; c < s->start.v[i + 1]; c++)
            for (size_t j = 0; j < width; j++)
                V[s->cells.v[c].col * width + j] += (double)s->cells.v[c].value * Y[i * width + j];
}

static void place_row(const struct sparse *s, size_t row, size_t width, const double *V, float *to)
{
    double sums[SPARSE_STRIP] = {0};
    for (size_t c = s->start.v[row]; c < s->start.v[row + 1]; c++)
        for (size_t j = 0; j < width; j++)
            sums[j] += (double)s->cells.v[c].value * V[s->cells.v[c].col * width + j];
    for (size_t j = 0; j < width; j++)
        to[j] = (float)sums[j];
}

/* A few directions at a time: V of all of them need not fit into memory. */
bool sparse_project(const struct sparse *s, size_t n, size_t k, float *out, size_t stride, struct err *err)
{
    if (n >= sparse_rows(s))
        return true;
    double *Y = mem_block(n * SPARSE_STRIP, sizeof *Y), *V = mem_block(s->m * SPARSE_STRIP, sizeof *V);
    bool ok = Y != NULL && V != NULL;
    if (!ok)
        err_set(err, ERR_MEMORY, "no memory to place %zu further rows", sparse_rows(s) - n);
    for (size_t from = 0; from < k && ok; from += SPARSE_STRIP) {
        size_t width = k - from < SPARSE_STRIP ? k - from : SPARSE_STRIP;
        left_vectors(out, n, stride, from, width, Y);
        right_vectors(s, n, width, Y, V);
        for (size_t i = n; i < sparse_rows(s); i++)
            place_row(s, i, width, V, out + i * stride + from);
    }
    mem_free(Y);
    mem_free(V);
    return ok;
}
