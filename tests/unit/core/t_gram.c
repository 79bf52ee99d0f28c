#include "core/gram.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/linalg.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

static struct err err;

static void set_up(void)
{
    linalg_threads(1);
}

TestSuite(gram, .init = set_up);

static struct design drawn(size_t n, size_t d, enum bt_storage storage)
{
    struct design x;
    struct rng r;
    double *row = mem_array(d, sizeof *row);
    rng_seed(&r, 5);
    cr_assert(design_init(&x, n, d, storage, &err), "%s", err.text);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < d; j++)
            row[j] = rng_normal(&r);
        cr_assert(design_put(&x, i, row));
    }
    mem_free(row);
    return x;
}

/* M in float64 times what gram_solve gives is what went in. */
static void expect_inverse(size_t n, size_t d, double ridge, double within)
{
    struct design x = drawn(n, d, BT_F64);
    struct gram g;
    double *c = mem_array(n, sizeof *c), *u = mem_array(n, sizeof *u), *in = mem_array(d, sizeof *in),
           *out = mem_array(d, sizeof *out), *back = mem_array(d, sizeof *back);
    for (size_t i = 0; i < n; i++)
        c[i] = i % 3 == 0 ? 0 : (1.5 + cos((double)i)) / (double)n;
    for (size_t j = 0; j < d; j++)
        in[j] = cos((double)j) * 1e-20;
    cr_assert(gram_init(&g, &x, c, ridge, &err), "%s", err.text);
    cr_expect(ne(ptr, g.factor, NULL));
    gram_solve(&g, in, out);
    design_times(&x, out, u);
    for (size_t i = 0; i < n; i++)
        u[i] *= c[i];
    design_add(&x, u, back);
    linalg_axpy(ridge, out, back, d);
    linalg_axpy(-1, in, back, d);
    cr_expect(le(dbl, linalg_nrm2(back, d), within * linalg_nrm2(in, d)), "%zu x %zu", n, d);
    gram_free(&g);
    design_free(&x);
    mem_free(c);
    mem_free(u);
    mem_free(in);
    mem_free(out);
    mem_free(back);
}

Test(gram, solves_with_more_rows_than_columns)
{
    expect_inverse(60, 9, 0.1, 1e-5);
}

Test(gram, solves_with_more_columns_than_rows)
{
    expect_inverse(9, 60, 0.1, 1e-4);
}

Test(gram, a_sample_stands_for_very_many_rows)
{
    expect_inverse(6000, 4, 0.1, 0.2);
}

Test(gram, without_curvature_it_is_the_ridge)
{
    struct design x = drawn(8, 3, BT_F32);
    struct gram g;
    const double c[8] = {0}, in[] = {1, 2, -4};
    double out[3];
    cr_assert(gram_init(&g, &x, c, 0.5, &err));
    gram_solve(&g, in, out);
    for (size_t j = 0; j < 3; j++)
        cr_expect(epsilon_eq(dbl, out[j], 2 * in[j], 1e-6));
    gram_free(&g);
    design_free(&x);
}

Test(gram, memory_that_is_not_there_is_an_error)
{
    for (size_t k = 1; k < 8; k++) {
        struct design x = drawn(4, 9, BT_F64);
        struct gram g;
        const double c[4] = {1, 1, 1, 1};
        mem_fail_after = k;
        bool ok = gram_init(&g, &x, c, 1, &err);
        bool all = mem_fail_after > 0;
        mem_fail_after = 0;
        cr_expect(eq(int, ok, all));
        if (ok)
            gram_free(&g);
        else
            cr_expect(eq(int, (int)err.kind, (int)ERR_MEMORY));
        design_free(&x);
    }
}
