#include "core/precondition.h"

#include "core/linalg.h"

#include <math.h>
#include <string.h>

static const char *const kind_names[] = {
#define X(id, name) name,
    PRECONDITIONS(X)
#undef X
};

const char *precondition_name(enum precondition_kind kind)
{
    return kind_names[kind];
}

/* Passes and factorisations that a fit takes with m = share x d sampled rows (share 0: all rows), as counted on
 * features of spectra 1/k^0 to 1/k^1.5; for more rows than columns, and for fewer. */
static const struct trial {
    enum precondition_kind kind;
    bool wide; /* n < d */
    double share, passes, factors;
} trials[] = {{PRECONDITION_GRAM, false, 2, 22, 3},     {PRECONDITION_GRAM, false, 3, 19, 3},
              {PRECONDITION_GRAM, false, 4, 18, 3},     {PRECONDITION_GRAM, false, 8, 15, 3},
              {PRECONDITION_GRAM, false, 16, 13.5, 3},  {PRECONDITION_GRAM, false, 24, 12.5, 3},
              {PRECONDITION_GRAM, false, 0, 11, 2},     {PRECONDITION_DUAL, false, 0.25, 79, 4},
              {PRECONDITION_DUAL, false, 0.375, 66, 4}, {PRECONDITION_DUAL, false, 0.5, 57, 4},
              {PRECONDITION_DUAL, false, 0.75, 49, 4},  {PRECONDITION_DUAL, true, 0.125, 73, 7},
              {PRECONDITION_DUAL, true, 0.25, 50, 7},   {PRECONDITION_DUAL, true, 0.375, 44, 7},
              {PRECONDITION_DUAL, true, 0, 20, 11}};

/* Without one: usually, and for eigenvalues that are nearly equal, FLAT_PASSES times the root of the condition that is
 * left in a sample of the size of the data, ((1 + s) / (1 - s))^2 with s^2 = d / n (Marchenko and Pastur). */
static const double scalar_passes = 150, flat_passes = 10.5, flat_limit = 1.3;

enum { SCALAR_ROWS = 256, FLAT_ROWS = 64 };

/* Operations a second of matrix products and factorisations, bytes a second of passes and triangular solves. */
static const double product_speed = 160e9, factor_speed = 100e9, read_speed = 30e9, solve_speed = 15e9;

/* Seconds for n differences of d columns with m of them sampled. */
static double cost_of(const struct trial *t, double n, double d, double m)
{
    double pass = 4 * n * d / read_speed, side = t->kind == PRECONDITION_GRAM ? d : m;
    double multiply = m * d * side / product_speed, factor = side * side * side / 3 / factor_speed;
    double apply = 4 * side * side / solve_speed + (t->kind == PRECONDITION_DUAL ? 8 * m * d / read_speed : 0);
    return multiply + t->factors * factor + t->passes * (pass + apply);
}

static struct precondition_plan cheapest(size_t rows, size_t columns, double passes)
{
    double n = (double)rows, d = (double)columns, least = passes * 4 * n * d / read_speed;
    struct precondition_plan best = {PRECONDITION_SCALAR, rows < SCALAR_ROWS ? rows : SCALAR_ROWS};
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        double m = trials[i].share > 0 ? ceil(trials[i].share * d) : n, cost = cost_of(&trials[i], n, d, m);
        if (trials[i].wide == (n < d) && m <= n && cost < least) {
            least = cost;
            best = (struct precondition_plan){trials[i].kind, (size_t)m};
        }
    }
    return best;
}

struct precondition_plan precondition_choose(size_t rows, size_t columns)
{
    return cheapest(rows, columns, scalar_passes);
}

bool precondition_spread(const struct diff *f, double *spread, struct err *err)
{
    size_t m = f->n < FLAT_ROWS ? f->n : FLAT_ROWS, d = f->d;
    float *rows = mem_block(m + 3, d * sizeof *rows), products[FLAT_ROWS * FLAT_ROWS];
    double trace = 0, square = 0;
    if (rows == NULL)
        return err_set(err, ERR_MEMORY, "no memory for %zu columns", d);
    for (size_t i = 0; i < m; i++)
        memcpy(rows + i * d, diff_rows(f, i * f->n / m, 1, rows + m * d), d * sizeof *rows);
    linalg_f32_syrk_n(rows, m, d, 0, products);
    mem_free(rows);
    for (size_t i = 0; i < m; i++) {
        trace += (double)products[i * m + i] / (double)m;
        for (size_t j = i + 1; j < m; j++)
            square += 2 * pow((double)products[i * m + j], 2) / (double)(m * (m - 1));
    }
    *spread = trace > 0 && m > 1 ? (double)d * square / (trace * trace) : 1;
    return true;
}

bool precondition_plan_for(const struct diff *f, struct precondition_plan *plan, struct err *err)
{
    double spread, s = sqrt((double)f->d / (double)f->n);
    *plan = precondition_choose(f->n, f->d);
    if (plan->kind != PRECONDITION_GRAM || s >= 0.5)
        return true;
    if (!precondition_spread(f, &spread, err))
        return false;
    if (spread < flat_limit)
        *plan = cheapest(f->n, f->d, flat_passes * (1 + s) / (1 - s));
    return true;
}
