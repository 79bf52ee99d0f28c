/* The curvature of a Bradley-Terry head, of any model of bt.h. */
#include "core/base/mem.h"
#include "core/laplace.h"
#include "core/linalg.h"

#include <math.h>

struct pair_rows {
    const struct embeddings *e;
    const struct pair *pairs;
    const size_t *which;
    size_t n, d;
};

static const struct pair *pair_at(const struct pair_rows *r, size_t i)
{
    return &r->pairs[r->which != NULL ? r->which[i % r->n] : i % r->n];
}

/* Row i < n: the difference of pair i; from n: the sum of pair i - n. */
static void pair_row(const void *ctx, size_t i, double *out)
{
    const struct pair_rows *r = ctx;
    double *second = mem_array(r->d, sizeof *second);
    embeddings_row_f64(r->e, pair_at(r, i)->chosen, out);
    embeddings_row_f64(r->e, pair_at(r, i)->rejected, second);
    linalg_axpy(i < r->n ? -1 : 1, second, out, r->d);
    mem_free(second);
}

/* What is known of the pairs: arrays of n, `curvature` of twice as many for the sums. */
struct known {
    struct pair_rows rows;
    const struct bt_model *model;
    double *weight, *p, *strength, *z, *curvature;
    struct loss_pairs pairs;
    double sum_weight, divisor;
    struct ties ties;
    double *minus; /* ties.k x d */
};

static void allocate(struct known *k)
{
    size_t n = k->rows.n;
    k->weight = mem_array(n, sizeof *k->weight);
    k->p = mem_array(n, sizeof *k->p);
    k->strength = mem_array(n, sizeof *k->strength);
    k->z = mem_array(n, sizeof *k->z);
    k->curvature = mem_array(2 * n, sizeof *k->curvature);
    k->pairs = (struct loss_pairs){n, k->weight, k->p, k->strength};
}

static void release(struct known *k)
{
    mem_free(k->weight);
    mem_free(k->p);
    mem_free(k->strength);
    mem_free(k->z);
    mem_free(k->curvature);
    mem_free(k->minus);
}

static bool read_pairs(struct known *k, const double *w, struct err *err)
{
    double *row = mem_array(k->rows.d, sizeof *row);
    bool finite = true;
    for (size_t i = 0; i < k->rows.n; i++) {
        const struct pair *p = pair_at(&k->rows, i);
        pair_row(&k->rows, i, row);
        k->weight[i] = p->weight;
        k->p[i] = p->p;
        k->strength[i] = p->strength;
        k->z[i] = linalg_dot(w, row, k->rows.d);
        k->sum_weight += p->weight;
        finite = finite && isfinite(k->z[i]);
    }
    mem_free(row);
    k->divisor = loss_divisor(&k->model->loss, k->model->normalise, &k->pairs);
    if (!finite)
        return err_set(err, ERR_NUMERIC, "a margin is NaN or infinite");
    return (k->sum_weight > 0 && k->divisor > 0) ||
           err_set(err, ERR_RANGE, "all pairs have weight 0: there is nothing to tell how sure a head is");
}

/* Solve L X = B for the k rows of B (by rows, d columns), F = L L' of side k <= TIES_MAX. */
static void divide_by_root(double F[TIES_MAX][TIES_MAX], size_t k, double *B, size_t d)
{
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j < i; j++)
            linalg_axpy(-F[i][j], B + j * d, B + i * d, d);
        linalg_scale(1 / F[i][i], B + i * d, d);
    }
}

/* Cholesky in place, lower triangle. F_tt is positive definite: thresholds have one best value. */
static bool root_of(double F[TIES_MAX][TIES_MAX], size_t k)
{
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = F[i][j];
            for (size_t m = 0; m < j; m++)
                sum -= F[i][m] * F[j][m];
            if (i == j && !(sum > 0))
                return false;
            F[i][j] = i == j ? sqrt(sum) : sum / F[j][j];
        }
    return true;
}

/* Thresholds that give way: F_zz loses B' F_tt^-1 B, B = sum of weight x F_zt d_i'. */
static bool give_way(struct known *k, struct err *err)
{
    size_t d = k->rows.d, n = k->ties.k;
    double F[TIES_MAX][TIES_MAX] = {{0}}, *row = mem_array(d, sizeof *row);
    k->minus = mem_array(n * d, sizeof *k->minus);
    for (size_t i = 0; i < k->rows.n; i++) {
        struct ties_point t = ties_at(&k->ties, k->p[i], k->strength[i], k->z[i]);
        if (!(k->weight[i] > 0))
            continue;
        pair_row(&k->rows, i, row);
        for (size_t a = 0; a < n; a++) {
            linalg_axpy(k->weight[i] * t.dzt[a], row, k->minus + a * d, d);
            for (size_t b = 0; b < n; b++)
                F[a][b] += k->weight[i] * t.dtt[a][b];
        }
    }
    mem_free(row);
    if (!root_of(F, n))
        return err_set(err, ERR_NUMERIC, "the thresholds of the ties have no covariance");
    divide_by_root(F, n, k->minus, d);
    return true;
}

/* Curvatures of the pairs' losses, then of the centring of their sums. */
static bool find_curvatures(struct known *k, struct err *err)
{
    size_t n = k->rows.n;
    if (k->model->ties != TIES_NONE) {
        if (!ties_init(&k->ties, k->model->ties, &k->pairs, err))
            return false;
        ties_profile(&k->ties, &k->pairs, k->z);
        ties_curvatures(&k->ties, &k->pairs, k->z, k->curvature);
    } else {
        loss_each(&k->model->loss, &k->pairs, k->z, NULL, NULL, k->curvature);
    }
    for (size_t i = 0; i < n; i++) {
        k->curvature[i] = fmax(0, k->curvature[i]);
        k->curvature[n + i] = 2 * k->model->center * k->weight[i] / k->sum_weight * k->divisor;
    }
    return k->model->ties == TIES_NONE || give_way(k, err);
}

bool laplace_of_pairs(const struct embeddings *e, const struct pair *pairs, const size_t *which, size_t n,
                      const struct bt_model *model, double l2, const double *w, enum laplace_form form, int threads,
                      struct laplace *out, struct err *err)
{
    struct known k = {.rows = {.e = e, .pairs = pairs, .which = which, .n = n, .d = e->d}, .model = model};
    if (n == 0)
        return err_set(err, ERR_RANGE, "there are no pairs to tell how sure a head is");
    allocate(&k);
    bool ok = read_pairs(&k, w, err) && find_curvatures(&k, err);
    if (ok) {
        const struct ridge_rows rows = {
            .n = model->center > 0 ? 2 * n : n, .d = e->d, .row = pair_row, .ctx = &k.rows, .weight = k.curvature};
        ok = laplace_of(&rows, k.minus, k.ties.k, k.divisor * l2, form, threads, out, err);
    }
    release(&k);
    return ok;
}
