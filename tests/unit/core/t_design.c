#include "core/design.h"

#include "core/base/mem.h"
#include "core/linalg.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

static struct err err;

static void set_up(void)
{
    linalg_threads(1);
}

TestSuite(design, .init = set_up);

enum { N = 600, D = 7 }; /* more than two blocks */

static double cell(size_t i, size_t j)
{
    return sin((double)(i * D + j));
}

static struct design filled(enum bt_storage storage)
{
    struct design x;
    double row[D];
    cr_assert(design_init(&x, N, D, storage, &err));
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < D; j++)
            row[j] = cell(i, j);
        cr_assert(design_put(&x, i, row));
    }
    return x;
}

Test(design, products_are_those_written_out)
{
    double w[D], u[N], z[N], g[D];
    for (size_t j = 0; j < D; j++)
        w[j] = cos((double)j);
    for (size_t i = 0; i < N; i++)
        u[i] = cos(3.0 * (double)i);
    for (int storage = BT_F64; storage <= BT_F32; storage++) {
        struct design x = filled((enum bt_storage)storage);
        double within = storage == BT_F32 ? 1e-5 : 1e-12;
        design_times(&x, w, z);
        for (size_t j = 0; j < D; j++)
            g[j] = (double)j;
        design_add(&x, u, g);
        for (size_t i = 0; i < N; i++) {
            double sum = 0;
            for (size_t j = 0; j < D; j++)
                sum += cell(i, j) * w[j];
            cr_expect(epsilon_eq(dbl, z[i], sum, within));
        }
        for (size_t j = 0; j < D; j++) {
            double sum = (double)j;
            for (size_t i = 0; i < N; i++)
                sum += cell(i, j) * u[i];
            cr_expect(epsilon_eq(dbl, g[j], sum, within));
        }
        design_free(&x);
    }
}

Test(design, centring_takes_the_mean_of_the_rows_from_there_on)
{
    double mean[D], row[D], left[D];
    for (int storage = BT_F64; storage <= BT_F32; storage++) {
        struct design x = filled((enum bt_storage)storage);
        double within = storage == BT_F32 ? 1e-6 : 1e-14;
        design_center(&x, 100, mean);
        for (size_t j = 0; j < D; j++) {
            double sum = 0;
            left[j] = 0;
            for (size_t i = 100; i < N; i++)
                sum += cell(i, j) / (N - 100);
            cr_expect(epsilon_eq(dbl, mean[j], sum, within));
        }
        for (size_t i = 0; i < N; i++) {
            design_row(&x, i, row);
            for (size_t j = 0; j < D; j++)
                cr_expect(epsilon_eq(dbl, row[j], cell(i, j) - (i >= 100 ? mean[j] : 0), within));
            if (i >= 100)
                linalg_axpy(1, row, left, D);
        }
        for (size_t j = 0; j < D; j++)
            cr_expect(epsilon_eq(dbl, left[j], 0, (N - 100) * within));
        design_free(&x);
    }
}

Test(design, what_is_not_finite_is_refused)
{
    struct design x;
    cr_assert(design_init(&x, 1, 1, BT_F32, &err));
    cr_expect(not(design_put(&x, 0, (double[]){NAN})));
    cr_expect(not(design_put(&x, 0, (double[]){1e300})), "infinite as float");
    design_free(&x);
    cr_assert(design_init(&x, 1, 1, BT_AUTO, &err));
    cr_expect(design_put(&x, 0, (double[]){1e300}), "few rows are in float64");
    design_free(&x);
    cr_expect(not(design_init(&x, 0, 1, BT_AUTO, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_RANGE));
    cr_expect(not(design_init(&x, SIZE_MAX / 2, 3, BT_AUTO, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_MEMORY));
}
