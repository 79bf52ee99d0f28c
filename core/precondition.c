#include "core/precondition.h"

#include "core/base/rng.h"
#include "core/linalg.h"

#include <math.h>
#include <string.h>

enum { PROBES = 8, BLOCK_ROWS = 1024, SCALAR_ROWS = 256, ATTEMPTS = 8 };

static const char *const kind_names[] = {
#define X(id, name) name,
    PRECONDITIONS(X)
#undef X
};

const char *precondition_name(enum precondition_kind kind)
{
    return kind_names[kind];
}

/* ---- what to use ---- */

/* Passes that a fit needs with m = share x d sampled rows, as measured on features of spectra 1/k^0 to 1/k^1.5. */
static const struct trial {
    double share, passes;
} gram_trials[] = {{2, 22}, {3, 19}, {4, 18}, {8, 15}}, dual_trials[] = {{0.125, 85}, {0.25, 55}, {0.5, 39}, {1, 28}};

enum { SCALAR_PASSES = 150, WHOLE_PASSES = 11 };

/* Operations a second of matrix products and factorisations, bytes a second of passes and triangular solves. */
static const double product_speed = 180e9, factor_speed = 100e9, read_speed = 30e9, solve_speed = 15e9;

static double gram_cost(double n, double d, double m, double passes)
{
    return m * d * d / product_speed + d * d * d / factor_speed +
           passes * (4 * n * d / read_speed + 4 * d * d / solve_speed);
}

static double dual_cost(double n, double d, double m, double passes)
{
    return m * m * d / product_speed + m * m * m / 3 / factor_speed +
           passes * (4 * n * d / read_speed + 8 * m * d / read_speed);
}

struct precondition_plan precondition_choose(size_t rows, size_t columns)
{
    double n = (double)rows, d = (double)columns, least = SCALAR_PASSES * 4 * n * d / read_speed;
    struct precondition_plan best = {PRECONDITION_SCALAR, rows < SCALAR_ROWS ? rows : SCALAR_ROWS};
    size_t gram = sizeof gram_trials / sizeof *gram_trials, dual = sizeof dual_trials / sizeof *dual_trials;
    for (size_t i = 0; i <= gram; i++) { /* the last: all rows */
        double m = i < gram ? gram_trials[i].share * d : n;
        double cost = gram_cost(n, d, m, i < gram ? gram_trials[i].passes : WHOLE_PASSES);
        if (n >= d && m <= n && cost < least) {
            least = cost;
            best = (struct precondition_plan){PRECONDITION_GRAM, (size_t)m};
        }
    }
    for (size_t i = 0; i <= dual; i++) {
        double m = i < dual ? ceil(dual_trials[i].share * d) : n;
        double cost = dual_cost(n, d, m, i < dual ? dual_trials[i].passes : WHOLE_PASSES);
        if (m <= n && m <= d && cost < least) {
            least = cost;
            best = (struct precondition_plan){PRECONDITION_DUAL, (size_t)m};
        }
    }
    return best;
}

/* ---- the sample ---- */

/* Sampled rows [first, first + k), each times the root of its weight. */
static void take_rows(const struct precondition *p, const struct diff *f, size_t first, size_t k, float *out,
                      float *scratch, double *weights)
{
    for (size_t i = 0; i < k; i++, out += f->d) {
        size_t row = (size_t)(((double)(first + i) + 0.5) * (double)f->n / (double)p->plan.rows);
        row = row < f->n ? row : f->n - 1;
        const float *x = diff_rows(f, row, 1, scratch);
        float root = (float)sqrt(f->weight[row]);
        *weights += f->weight[row];
        for (size_t j = 0; j < f->d; j++)
            out[j] = x[j] * root;
    }
}

static double sum_of_squares(const float *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    return sum;
}

static void scale_upper(float *A, size_t n, double by)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++)
            A[i * n + j] *= (float)by;
}

/* Fill gram (and rows, when dual) such that G = S'S, weights and 1/m included; trace = tr G. */
static bool multiply(struct precondition *p, const struct diff *f, struct err *err)
{
    size_t m = p->plan.rows, d = p->d, step = p->plan.kind == PRECONDITION_DUAL || m < BLOCK_ROWS ? m : BLOCK_ROWS;
    float *block = p->rows != NULL ? p->rows : mem_block_raw(step, d * sizeof *block),
          *scratch = mem_block(3, d * sizeof *scratch);
    double weights = 0;
    if (block == NULL || scratch == NULL) {
        mem_free(p->rows != NULL ? NULL : block);
        mem_free(scratch);
        return err_set(err, ERR_MEMORY, "no memory for a preconditioner of %zu columns", d);
    }
    for (size_t i = 0; i < m; i += step) {
        size_t k = m - i < step ? m - i : step;
        take_rows(p, f, i, k, block, scratch, &weights);
        p->trace += sum_of_squares(block, k * d);
        if (p->plan.kind == PRECONDITION_GRAM)
            linalg_f32_syrk_t(block, k, d, i == 0 ? 0 : 1, p->gram);
    }
    double by = weights > 0 ? 1 / weights : 0;
    p->trace *= by;
    if (p->plan.kind == PRECONDITION_DUAL) {
        for (size_t i = 0; i < m * d; i++)
            p->rows[i] *= (float)sqrt(by);
        linalg_f32_syrk_n(p->rows, m, d, 0, p->gram);
    } else if (p->plan.kind == PRECONDITION_GRAM) {
        scale_upper(p->gram, d, by);
    }
    if (p->rows == NULL)
        mem_free(block);
    mem_free(scratch);
    return true;
}

/* ---- factors ---- */

static size_t side(const struct precondition *p)
{
    return p->plan.kind == PRECONDITION_GRAM ? p->d : p->plan.rows;
}

/* factor = Cholesky of times x gram + add x I */
static bool factor(struct precondition *p, double times, double add)
{
    size_t n = side(p);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i; j < n; j++)
            p->factor[i * n + j] = (float)times * p->gram[i * n + j];
        p->factor[i * n + i] = (float)(times * (double)p->gram[i * n + i] + add);
    }
    return linalg_f32_cholesky(p->factor, n);
}

/* tr (factor)^-1 / d */
static double mean_inverse(struct precondition *p)
{
    struct rng r;
    double sum = 0;
    rng_seed(&r, 1);
    for (int i = 0; i < PROBES; i++) {
        uint64_t bits = 0;
        float *sign = p->y;
        for (size_t j = 0; j < p->d; j++, bits >>= 1) {
            if (j % 64 == 0)
                bits = rng_u64(&r);
            p->x[j] = sign[j] = (bits & 1) != 0 ? 1 : -1;
        }
        linalg_f32_cholesky_solve(p->factor, p->d, p->x);
        for (size_t j = 0; j < p->d; j++)
            sum += (double)(p->x[j] * sign[j]);
    }
    return sum / PROBES / (double)p->d;
}

/* delta, by the rule of the header; eigenvalues below l2 / a do not matter and are lifted to it. */
static void shrink(struct precondition *p)
{
    double m = (double)p->plan.rows, d = (double)p->d, mean = p->trace / d;
    if (p->plan.kind == PRECONDITION_DUAL) {
        /* No inverse to measure. With all rows the floor only keeps float32 from cancelling in the identity. */
        p->delta = (p->plan.rows == p->n ? 0.01 : 0.6) * mean;
        return;
    }
    p->delta = 0;
    if (p->plan.rows < p->n && m > d && factor(p, 1, fmax(4 * p->l2, 1e-6 * mean)))
        p->delta = 2 * (d / m) / mean_inverse(p) / (1 - d / m);
}

void precondition_set_curvature(struct precondition *p, double a)
{
    double mean = p->trace / (double)p->d, lift = 0;
    p->a = a;
    for (int i = 0; i < ATTEMPTS && p->plan.kind != PRECONDITION_SCALAR; i++) {
        p->ridge = a * (p->delta + lift) + p->l2;
        if (p->plan.kind == PRECONDITION_GRAM ? factor(p, a, p->ridge) : factor(p, 1, p->ridge / a))
            return;
        lift = lift > 0 ? 10 * lift : 1e-6 * mean; /* rounding in a matrix of that size */
    }
    p->plan.kind = PRECONDITION_SCALAR;
    p->ridge = a * mean + p->l2;
    if (!(p->ridge > 0)) /* all differences are zero */
        p->ridge = 1;
}

bool precondition_init(struct precondition *p, const struct diff *f, struct precondition_plan plan, double l2,
                       struct err *err)
{
    *p = (struct precondition){.plan = plan, .n = f->n, .d = f->d, .l2 = l2};
    size_t n = side(p), longest = f->d > plan.rows ? f->d : plan.rows;
    bool matrices = plan.kind != PRECONDITION_SCALAR, dual = plan.kind == PRECONDITION_DUAL;
    p->gram = matrices ? mem_block(n, n * sizeof *p->gram) : NULL;
    p->factor = matrices ? mem_block(n, n * sizeof *p->factor) : NULL;
    p->rows = dual ? mem_block_raw(plan.rows, f->d * sizeof *p->rows) : NULL;
    p->x = mem_block(longest, sizeof *p->x);
    p->y = mem_block(longest, sizeof *p->y);
    bool ok = p->x != NULL && p->y != NULL && (!matrices || (p->gram != NULL && p->factor != NULL)) &&
              (!dual || p->rows != NULL);
    if (!ok)
        err_set(err, ERR_MEMORY, "no memory for a preconditioner of %zu columns", f->d);
    if (ok && multiply(p, f, err)) {
        shrink(p);
        precondition_set_curvature(p, 0.25);
        return true;
    }
    precondition_free(p);
    return false;
}

void precondition_free(struct precondition *p)
{
    mem_free(p->rows);
    mem_free(p->gram);
    mem_free(p->factor);
    mem_free(p->x);
    mem_free(p->y);
    *p = (struct precondition){0};
}

void precondition_apply(struct precondition *p, const double *g, double *h)
{
    double scale = 0; /* gradients near the end are too small for products in float */
    for (size_t j = 0; j < p->d; j++)
        scale = fmax(scale, fabs(g[j]));
    if (p->plan.kind == PRECONDITION_SCALAR || !(scale > 0)) {
        for (size_t j = 0; j < p->d; j++)
            h[j] = g[j] / p->ridge;
        return;
    }
    for (size_t j = 0; j < p->d; j++)
        p->x[j] = (float)(g[j] / scale);
    if (p->plan.kind == PRECONDITION_GRAM) {
        linalg_f32_cholesky_solve(p->factor, p->d, p->x);
        for (size_t j = 0; j < p->d; j++)
            h[j] = scale * (double)p->x[j];
        return;
    }
    /* (b I + a S'S)^-1 = (I - S' (b/a I + S S')^-1 S) / b */
    linalg_f32_gemv(p->rows, p->plan.rows, p->d, p->x, p->y);
    linalg_f32_cholesky_solve(p->factor, p->plan.rows, p->y);
    linalg_f32_gemv_t(p->rows, p->plan.rows, p->d, p->y, p->x);
    for (size_t j = 0; j < p->d; j++)
        h[j] = (g[j] - scale * (double)p->x[j]) / p->ridge;
}
