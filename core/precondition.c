#include "core/precondition.h"

#include "core/base/rng.h"
#include "core/linalg.h"
#include "core/tiles.h"

#include <math.h>
#include <stdatomic.h>

/* TAKEN: rows that a thread copies at a time. */
enum { PROBES = 8, BLOCK_ROWS = 1024, ATTEMPTS = 8, TAKEN = 32 };

/* The least delta over the mean eigenvalue when all rows are in the dual. */
#define WHOLE_FLOOR 0.01

/* ---- the sample ---- */

size_t precondition_row(const struct precondition *p, size_t i)
{
    size_t row = (size_t)(((double)i + 0.5) * (double)p->n / (double)p->plan.rows);
    return row < p->n ? row : p->n - 1;
}

/* Sampled rows [first, first + k), each times the root of its share of the weight, to be copied to `out` by the team.
 */
struct taking {
    const struct precondition *p;
    const struct diff *f;
    double weights; /* sum of those sampled */
    size_t first, k;
    float *out, *scratch; /* scratch: 3 d a worker */
    atomic_size_t next;
};

static void take_some(void *ctx, int worker)
{
    struct taking *t = ctx;
    size_t d = t->f->d, first;
    while ((first = atomic_fetch_add(&t->next, TAKEN)) < t->k)
        for (size_t i = first; i < t->k && i < first + TAKEN; i++) {
            size_t row = precondition_row(t->p, t->first + i);
            const float *x = diff_rows(t->f, row, 1, t->scratch + (size_t)worker * 3 * d);
            float root = t->weights > 0 ? (float)sqrt(t->f->weight[row] / t->weights) : 0, *out = t->out + i * d;
            for (size_t j = 0; j < d; j++)
                out[j] = x[j] * root;
        }
}

static void take_rows(struct taking *t, size_t first, size_t k)
{
    t->first = first;
    t->k = k;
    atomic_store(&t->next, 0);
    team_run(t->p->team, take_some, t);
}

static size_t side(const struct precondition *p)
{
    return p->plan.kind == PRECONDITION_GRAM ? p->d : p->plan.rows;
}

/* Fill gram (and rows, when dual), weights and 1/m included; trace = tr G. */
static void multiply(struct precondition *p, struct taking *t, size_t step)
{
    size_t m = p->plan.rows, d = p->d, n = side(p);
    for (size_t i = 0; i < m; i++)
        t->weights += t->f->weight[precondition_row(p, i)];
    for (size_t i = 0; i < m; i += step) {
        take_rows(t, i, m - i < step ? m - i : step);
        if (p->plan.kind == PRECONDITION_GRAM)
            tiles_syrk_t(p->team, t->out, t->k, d, i == 0 ? 0 : 1, p->gram);
        else if (p->plan.kind == PRECONDITION_DUAL)
            tiles_syrk_n(p->team, t->out, m, d, 0, p->gram);
        for (size_t j = 0; j < t->k * d && p->gram == NULL; j++)
            p->trace += (double)t->out[j] * (double)t->out[j];
    }
    for (size_t i = 0; i < n && p->gram != NULL; i++)
        p->trace += (double)p->gram[i * n + i];
}

static bool sample(struct precondition *p, const struct diff *f, struct err *err)
{
    size_t m = p->plan.rows, step = p->plan.kind == PRECONDITION_DUAL || m < BLOCK_ROWS ? m : BLOCK_ROWS;
    struct taking t = {.p = p, .f = f};
    float *block = p->rows == NULL ? mem_block_raw(step, p->d * sizeof *block) : NULL;
    t.out = p->rows != NULL ? p->rows : block;
    t.scratch = mem_block((size_t)team_workers(p->team) * 3, p->d * sizeof *t.scratch);
    bool ok = t.out != NULL && t.scratch != NULL;
    if (ok)
        multiply(p, &t, step);
    else
        err_set(err, ERR_MEMORY, "no memory for a preconditioner of %zu columns", p->d);
    mem_free(block);
    mem_free(t.scratch);
    return ok;
}

/* ---- factors ---- */

/* factor = Cholesky of times x R gram R + add x I, R = I but for dual */
static bool factor(struct precondition *p, double times, double add)
{
    size_t n = side(p);
    for (size_t i = 0; i < n; i++) {
        const float *from = p->gram + i * n;
        float *to = p->factor + i * n, by = (float)times * (p->root != NULL ? p->root[i] : 1);
        if (p->root != NULL)
            for (size_t j = i; j < n; j++)
                to[j] = by * from[j] * p->root[j];
        else
            for (size_t j = i; j < n; j++)
                to[j] = by * from[j];
        to[i] += (float)add;
    }
    return tiles_cholesky(p->team, p->factor, n);
}

/* tr (factor)^-1 over its side */
static double mean_inverse(struct precondition *p)
{
    struct rng r;
    double sum = 0;
    size_t n = side(p);
    float *v = p->x, *sign = p->y; /* both have room for either side */
    rng_seed(&r, 1);
    for (int i = 0; i < PROBES; i++) {
        uint64_t bits = 0;
        for (size_t j = 0; j < n; j++, bits >>= 1) {
            if (j % 64 == 0)
                bits = rng_u64(&r);
            v[j] = sign[j] = (bits & 1) != 0 ? 1 : -1;
        }
        linalg_f32_cholesky_solve(p->factor, n, v);
        for (size_t j = 0; j < n; j++)
            sum += (double)(v[j] * sign[j]);
    }
    return sum / PROBES / (double)n;
}

/* delta, by the rule of the header; eigenvalues below l2 / a do not matter and are lifted to it. With all rows nothing
 * is wrong: a floor keeps float32 from cancelling in the identity of Woodbury. */
static void shrink(struct precondition *p)
{
    double m = (double)p->plan.rows, d = (double)p->d, mean = p->trace / d, least = 1e-6 * mean;
    bool dual = p->plan.kind == PRECONDITION_DUAL, whole = p->plan.rows == p->n;
    p->delta = dual && whole ? WHOLE_FLOOR * mean : 0;
    if (p->plan.kind == PRECONDITION_SCALAR || whole || !(mean > 0))
        return;
    if (dual && factor(p, 1, least))
        p->delta = 2 / mean_inverse(p);
    else if (!dual && m > d && factor(p, 1, fmax(4 * p->l2, least)))
        p->delta = 2 * (d / m) / mean_inverse(p) / (1 - d / m);
}

static void refactor(struct precondition *p, double a)
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

void precondition_set_curvature(struct precondition *p, double a)
{
    for (size_t i = 0; i < p->plan.rows && p->root != NULL; i++)
        p->root[i] = 1;
    refactor(p, a);
}

void precondition_set_curvatures(struct precondition *p, double a, const double *c)
{
    for (size_t i = 0; i < p->plan.rows && p->root != NULL; i++)
        p->root[i] = (float)sqrt(c[i] / a);
    refactor(p, a);
}

/* ---- the whole ---- */

static bool allocate(struct precondition *p, struct err *err)
{
    size_t n = side(p), longest = p->d > p->plan.rows ? p->d : p->plan.rows;
    bool matrices = p->plan.kind != PRECONDITION_SCALAR, dual = p->plan.kind == PRECONDITION_DUAL;
    p->gram = matrices ? mem_block_raw(n, n * sizeof *p->gram) : NULL;
    p->factor = matrices ? mem_block_raw(n, n * sizeof *p->factor) : NULL;
    p->rows = dual ? mem_block_raw(n, p->d * sizeof *p->rows) : NULL;
    p->root = dual ? mem_block(n, sizeof *p->root) : NULL;
    p->x = mem_block(longest, sizeof *p->x);
    p->y = mem_block(longest, sizeof *p->y);
    bool ok = p->x != NULL && p->y != NULL && (!matrices || (p->gram != NULL && p->factor != NULL)) &&
              (!dual || (p->rows != NULL && p->root != NULL));
    for (size_t i = 0; ok && dual && i < n; i++)
        p->root[i] = 1;
    return ok || err_set(err, ERR_MEMORY, "no memory for a preconditioner of %zu columns", p->d);
}

bool precondition_init(struct precondition *p, const struct diff *f, struct precondition_plan plan, double l2,
                       struct team *team, struct err *err)
{
    *p = (struct precondition){.plan = plan, .n = f->n, .d = f->d, .l2 = l2, .team = team};
    if (allocate(p, err) && sample(p, f, err)) {
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
    mem_free(p->root);
    mem_free(p->x);
    mem_free(p->y);
    *p = (struct precondition){0};
}

/* x = (b I + a S'C S)^-1 x = (I - S'R (b/a I + R S S' R)^-1 R S) x / b, but for the first term and 1/b; R^2 = C. */
static void apply_dual(struct precondition *p)
{
    size_t m = p->plan.rows;
    tiles_gemv(p->team, p->rows, m, p->d, p->x, p->y);
    for (size_t i = 0; i < m; i++)
        p->y[i] *= p->root[i];
    linalg_f32_cholesky_solve(p->factor, m, p->y);
    for (size_t i = 0; i < m; i++)
        p->y[i] *= p->root[i];
    tiles_gemv_t(p->team, p->rows, m, p->d, p->y, p->x);
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
    if (p->plan.kind == PRECONDITION_DUAL)
        apply_dual(p);
    else
        linalg_f32_cholesky_solve(p->factor, p->d, p->x);
    for (size_t j = 0; j < p->d; j++)
        h[j] =
            p->plan.kind == PRECONDITION_DUAL ? (g[j] - scale * (double)p->x[j]) / p->ridge : scale * (double)p->x[j];
}
