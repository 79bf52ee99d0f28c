#include "core/bt.h"

#include "core/linalg.h"

#include <math.h>
#include <string.h>

/* Rows taken at a time: 256 x 1024 doubles are 2 MiB, so that a block read for D v is still in the cache for D' u. */
enum { BT_BLOCK = 256 };

double bt_sigma(double z)
{
    double e = exp(-fabs(z));
    return z >= 0 ? 1 / (1 + e) : e / (1 + e);
}

double bt_softplus(double z)
{
    return fmax(z, 0) + log1p(exp(-fabs(z)));
}

static const char *const stop_texts[] = {
#define X(id, text) text,
    BT_STOPS(X)
#undef X
};

const char *bt_stop_text(enum bt_stop s)
{
    return stop_texts[s];
}

void bt_free(struct bt_problem *b)
{
    mem_free(b->f64);
    mem_free(b->f32);
    mem_free(b->weight);
    mem_free(b->p);
    mem_free(b->block);
    mem_free(b->zblock);
    *b = (struct bt_problem){0};
}

static bool use_single(enum bt_storage storage, size_t n, size_t d)
{
    return storage == BT_F32 || (storage == BT_AUTO && n > BT_AUTO_BYTES / sizeof(double) / d);
}

static bool allocate(struct bt_problem *b, size_t n, size_t d, enum bt_storage storage, struct err *err)
{
    *b = (struct bt_problem){.n = n, .d = d};
    if (n == 0 || d == 0)
        return err_set(err, ERR_RANGE, "there are no pairs to train on");
    size_t cells;
    if (__builtin_mul_overflow(n, d, &cells))
        return err_set(err, ERR_MEMORY, "%zu pairs of %zu columns do not fit into memory", n, d);
    b->single = use_single(storage, n, d);
    if (b->single)
        b->f32 = mem_block(cells, sizeof *b->f32);
    else
        b->f64 = mem_block(cells, sizeof *b->f64);
    b->weight = mem_block(n, sizeof *b->weight);
    b->p = mem_block(n, sizeof *b->p);
    b->block = mem_block(d, BT_BLOCK * sizeof *b->block);
    b->zblock = mem_block(BT_BLOCK, sizeof *b->zblock);
    if ((b->f32 != NULL || b->f64 != NULL) && b->weight != NULL && b->p != NULL && b->block != NULL &&
        b->zblock != NULL)
        return true;
    bt_free(b);
    return err_set(err, ERR_MEMORY, "%zu pairs of %zu columns do not fit into memory", n, d);
}

/* Store difference i; false when it is not finite. */
static bool put_row(struct bt_problem *b, size_t i, const double *row)
{
    for (size_t j = 0; j < b->d; j++) {
        double kept = b->single ? (double)(float)row[j] : row[j];
        if (!isfinite(kept))
            return false;
        if (b->single)
            b->f32[i * b->d + j] = (float)row[j];
        else
            b->f64[i * b->d + j] = row[j];
    }
    return true;
}

static bool finish(struct bt_problem *b, struct err *err)
{
    for (size_t i = 0; i < b->n; i++) {
        if (!(b->weight[i] >= 0) || !isfinite(b->weight[i]) || !(b->p[i] >= 0 && b->p[i] <= 1))
            return err_set(err, ERR_RANGE, "pair %zu has weight %g and p %g; a weight is at least 0, p between 0 and 1",
                           i, b->weight[i], b->p[i]);
        b->sum_weight += b->weight[i];
    }
    return b->sum_weight > 0 || err_set(err, ERR_RANGE, "all pairs have weight 0: there is nothing to train on");
}

static bool fill_from_pairs(struct bt_problem *b, const struct embeddings *e, const struct pair *pairs,
                            const size_t *which, struct err *err)
{
    double *chosen = b->block, *rejected = b->block + b->d; /* the workspace has room for at least two rows */
    for (size_t i = 0; i < b->n; i++) {
        const struct pair *p = &pairs[which != NULL ? which[i] : i];
        embeddings_row_f64(e, p->chosen, chosen);
        embeddings_row_f64(e, p->rejected, rejected);
        linalg_axpy(-1, rejected, chosen, b->d);
        if (!put_row(b, i, chosen))
            return err_set(err, ERR_NUMERIC, "the difference of rows %zu and %zu holds NaN or infinity", p->chosen,
                           p->rejected);
        b->weight[i] = p->weight;
        b->p[i] = p->p;
    }
    return finish(b, err);
}

bool bt_init(struct bt_problem *b, const struct embeddings *e, const struct pair *pairs, const size_t *which, size_t n,
             enum bt_storage storage, struct err *err)
{
    if (!allocate(b, n, e->d, storage, err))
        return false;
    if (fill_from_pairs(b, e, pairs, which, err))
        return true;
    bt_free(b);
    return false;
}

bool bt_init_rows(struct bt_problem *b, const double *D, size_t n, size_t d, const double *weight, const double *p,
                  enum bt_storage storage, struct err *err)
{
    if (!allocate(b, n, d, storage, err))
        return false;
    bool ok = true;
    for (size_t i = 0; i < n && ok; i++) {
        b->weight[i] = weight != NULL ? weight[i] : 1;
        b->p[i] = p != NULL ? p[i] : 1;
        ok = put_row(b, i, D + i * d) || err_set(err, ERR_NUMERIC, "difference %zu holds NaN or infinity", i);
    }
    if (ok && finish(b, err))
        return true;
    bt_free(b);
    return false;
}

/* Rows [first, first + n) as doubles. */
static const double *block_of(struct bt_problem *b, size_t first, size_t n)
{
    if (!b->single)
        return b->f64 + first * b->d;
    const float *from = b->f32 + first * b->d;
    for (size_t i = 0; i < n * b->d; i++)
        b->block[i] = (double)from[i];
    return b->block;
}

static size_t block_rows(const struct bt_problem *b, size_t first)
{
    return b->n - first < BT_BLOCK ? b->n - first : BT_BLOCK;
}

void bt_margins(struct bt_problem *b, const double *w, double *z)
{
    for (size_t i = 0; i < b->n; i += BT_BLOCK) {
        size_t n = block_rows(b, i);
        linalg_gemv(block_of(b, i, n), n, b->d, w, 0, z + i);
    }
}

double bt_loss(const struct bt_problem *b, const double *z)
{
    double sum = 0;
    for (size_t i = 0; i < b->n; i++)
        sum += b->weight[i] * (b->p[i] * bt_softplus(-z[i]) + (1 - b->p[i]) * bt_softplus(z[i]));
    return sum / b->sum_weight;
}

double bt_value(const struct bt_problem *b, double l2, const double *w, const double *z)
{
    return bt_loss(b, z) + l2 / 2 * linalg_dot(w, w, b->d);
}

void bt_gradient(struct bt_problem *b, double l2, const double *w, const double *z, double *g)
{
    memset(g, 0, b->d * sizeof *g);
    for (size_t i = 0; i < b->n; i += BT_BLOCK) {
        size_t n = block_rows(b, i);
        for (size_t j = 0; j < n; j++)
            b->zblock[j] = b->weight[i + j] * (bt_sigma(z[i + j]) - b->p[i + j]) / b->sum_weight;
        linalg_gemv_t(block_of(b, i, n), n, b->d, b->zblock, 1, g);
    }
    linalg_axpy(l2, w, g, b->d);
}

static double curvature(const struct bt_problem *b, double z, size_t i)
{
    return b->weight[i] * bt_sigma(z) * bt_sigma(-z) / b->sum_weight;
}

void bt_hessian_times(struct bt_problem *b, double l2, const double *z, const double *v, double *out)
{
    memset(out, 0, b->d * sizeof *out);
    for (size_t i = 0; i < b->n; i += BT_BLOCK) {
        size_t n = block_rows(b, i);
        const double *rows = block_of(b, i, n);
        linalg_gemv(rows, n, b->d, v, 0, b->zblock);
        for (size_t j = 0; j < n; j++)
            b->zblock[j] *= curvature(b, z[i + j], i + j);
        linalg_gemv_t(rows, n, b->d, b->zblock, 1, out);
    }
    linalg_axpy(l2, v, out, b->d);
}

void bt_hessian_diagonal(struct bt_problem *b, double l2, const double *z, double *out)
{
    for (size_t j = 0; j < b->d; j++)
        out[j] = l2;
    for (size_t i = 0; i < b->n; i += BT_BLOCK) {
        size_t n = block_rows(b, i);
        const double *row = block_of(b, i, n);
        for (size_t r = 0; r < n; r++, row += b->d) {
            double c = curvature(b, z[i + r], i + r);
            for (size_t j = 0; j < b->d; j++)
                out[j] += c * row[j] * row[j];
        }
    }
}
