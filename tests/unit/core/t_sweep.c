#include "core/sweep.h"

#include "core/base/rng.h"
#include "core/linalg.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

enum { M = 500, N = 777, D = 29 };

static struct err err;
static double doubles[M * D], v[D], c[N];
static float singles[M * D];
static uint16_t halves[M * D];
static size_t rows[N];
static struct embeddings e;

/* Parts of three precisions, rows in any order, some of them several times. */
static void set_up(void)
{
    struct rng r;
    struct tensor t;
    rng_seed(&r, 11);
    linalg_threads(1);
    for (size_t i = 0; i < M * D; i++) {
        doubles[i] = rng_normal(&r);
        singles[i] = (float)rng_normal(&r);
        halves[i] = (uint16_t)(0x3000 + rng_below(&r, 0x1000));
    }
    for (size_t i = 0; i < N; i++) {
        rows[i] = rng_below(&r, 3 * M);
        c[i] = rng_normal(&r);
    }
    for (size_t j = 0; j < D; j++)
        v[j] = rng_normal(&r);
    embeddings_init(&e);
    tensor_borrow(&t, TENSOR_F32, singles, M, D);
    cr_assert(embeddings_add_tensor(&e, &t, "singles", NULL, &err));
    tensor_borrow(&t, TENSOR_F16, halves, M, D);
    cr_assert(embeddings_add_tensor(&e, &t, "halves", NULL, &err));
}

static void add_doubles(void)
{
    struct tensor t;
    tensor_borrow(&t, TENSOR_F64, doubles, M, D);
    cr_assert(embeddings_add_tensor(&e, &t, "doubles", NULL, &err));
}

static void tear_down(void)
{
    embeddings_close(&e);
}

TestSuite(sweep, .init = set_up, .fini = tear_down);

/* The slow twin: z = X v, s = X'c, q = X' diag(c) X v. */
static void slowly(double *z, double *s, double *q)
{
    double x[D];
    memset(s, 0, D * sizeof *s);
    memset(q, 0, D * sizeof *q);
    for (size_t i = 0; i < N; i++) {
        embeddings_row_f64(&e, rows[i], x);
        z[i] = 0;
        for (size_t j = 0; j < D; j++)
            z[i] += x[j] * v[j];
        for (size_t j = 0; j < D; j++) {
            s[j] += c[i] * x[j];
            q[j] += c[i] * z[i] * x[j];
        }
    }
}

static void expect_products(void)
{
    static double z[2][N], s[3][D], q[3][D];
    double z0[N];
    slowly(z0, s[2], q[2]);
    for (int k = 0; k < 2; k++) {
        struct team *team = team_open(k == 0 ? 1 : 3);
        struct sweep x;
        cr_assert(sweep_init(&x, &e, rows, N, team, &err), "%s", err.text);
        sweep_times(&x, v, z[k]);
        sweep_sum(&x, c, s[k]);
        sweep_curve(&x, c, v, q[k]);
        cr_expect(eq(sz, x.taken, 4));
        sweep_free(&x);
        team_close(team);
    }
    for (size_t i = 0; i < N; i++)
        cr_expect(epsilon_eq(dbl, z[0][i], z0[i], 1e-12));
    for (size_t j = 0; j < D; j++) {
        cr_expect(epsilon_eq(dbl, s[0][j], s[2][j], 1e-11));
        cr_expect(epsilon_eq(dbl, q[0][j], q[2][j], 1e-11));
    }
    cr_expect(memcmp(z[0], z[1], sizeof z[0]) == 0 && memcmp(s[0], s[1], sizeof s[0]) == 0 &&
              memcmp(q[0], q[1], sizeof q[0]) == 0);
}

Test(sweep, products_are_those_of_the_slow_twin_with_any_number_of_threads)
{
    for (size_t i = 0; i < N; i++)
        rows[i] %= 2 * M;
    expect_products();
}

Test(sweep, rows_in_float64_are_not_rounded)
{
    add_doubles();
    expect_products();
}

Test(sweep, bad_rows_are_refused_and_the_first_is_named)
{
    struct team *team = team_open(2);
    struct sweep x;
    for (size_t i = 0; i < N; i++)
        rows[i] = i % M;
    singles[400 * D + 3] = NAN;
    singles[70 * D + 28] = INFINITY;
    cr_expect(not(sweep_init(&x, &e, rows, N, team, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_NUMERIC));
    cr_expect(ne(ptr, strstr(err.text, "row 70 "), NULL), "%s", err.text);
    cr_expect(not(sweep_init(&x, &e, rows, 0, team, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_RANGE));
    for (size_t k = 1; k <= 2; k++) {
        mem_fail_after = k;
        cr_expect(not(sweep_init(&x, &e, rows, 5, team, &err)));
        cr_expect(eq(int, (int)err.kind, (int)ERR_MEMORY));
        mem_fail_after = 0;
    }
    team_close(team);
}
