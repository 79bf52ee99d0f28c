#include "core/standard.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

static struct err err;
static struct embeddings e;

static void put(const double *values, size_t n, size_t d)
{
    struct tensor t;
    tensor_borrow(&t, TENSOR_F64, values, n, d);
    embeddings_init(&e);
    cr_assert(embeddings_add_tensor(&e, &t, "memory", NULL, &err), "%s", err.text);
}

Test(standard, listed_rows_get_mean_0_and_deviation_1)
{
    static const double x[] = {1, 10, 5, 3, 30, 5, 5, 20, 5, 1e6, 1e6, 1e6};
    static const size_t rows[] = {0, 1, 2, 2};
    struct standard s;
    put(x, 4, 3);
    cr_assert(standard_init(&s, &e, rows, 4, &err), "%s", err.text);
    double sum[3] = {0}, squares[3] = {0};
    for (size_t i = 0; i < 4; i++) {
        float out[3];
        standard_row(&s, rows[i], out);
        for (size_t j = 0; j < 3; j++) {
            sum[j] += (double)out[j];
            squares[j] += (double)(out[j] * out[j]);
        }
    }
    for (size_t j = 0; j < 3; j++) {
        cr_expect(epsilon_eq(dbl, sum[j], 0, 1e-6));
        cr_expect(epsilon_eq(dbl, squares[j], j == 2 ? 0 : 4, 1e-5)); /* the third column does not vary */
    }
    standard_free(&s);
    embeddings_close(&e);
}

Test(standard, folding_takes_it_out_of_a_layer)
{
    static const double x[] = {1, 10, 3, 31, 5, 20, -2, 7};
    static const size_t rows[] = {0, 1, 2};
    double U[] = {0.5, -2, 3, 0.25}, b[] = {1, -1}, folded[4], folded_b[2];
    struct standard s;
    put(x, 4, 2);
    cr_assert(standard_init(&s, &e, rows, 3, &err), "%s", err.text);
    memcpy(folded, U, sizeof U);
    memcpy(folded_b, b, sizeof b);
    standard_fold(&s, 2, folded, folded_b);
    for (size_t i = 0; i < 4; i++) {
        float z[2];
        standard_row(&s, i, z);
        for (size_t c = 0; c < 2; c++)
            cr_expect(epsilon_eq(dbl, folded[2 * c] * x[2 * i] + folded[2 * c + 1] * x[2 * i + 1] + folded_b[c],
                                 U[2 * c] * (double)z[0] + U[2 * c + 1] * (double)z[1] + b[c], 1e-5));
    }
    standard_free(&s);
    embeddings_close(&e);
}

Test(standard, what_float32_cannot_hold_is_refused)
{
    static const double x[] = {1e300, -1e300, 1e300, 1};
    static const size_t rows[] = {0, 1};
    struct standard s;
    put(x, 2, 2);
    cr_expect(not(standard_init(&s, &e, rows, 2, &err)));
    cr_expect(eq(int, err.kind, ERR_NUMERIC));
    embeddings_close(&e);
}
