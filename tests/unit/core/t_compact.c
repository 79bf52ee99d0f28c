#include "core/compact.h"

#include "core/base/mem.h"
#include "core/fit.h"
#include "core/linalg.h"
#include "core/many.h"
#include "tests/support/spectrum.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

enum { N = 40, D = 120 };

static struct err err;
static struct spectrum s;
static struct compact c;

static void set_up(void)
{
    linalg_threads(1);
    spectrum_draw(&s, N, D, 1, 5);
}

static void tear_down(void)
{
    compact_free(&c);
    spectrum_free(&s);
}

TestSuite(compact, .init = set_up, .fini = tear_down);

static void difference(size_t i, double *row)
{
    double other[D];
    embeddings_row_f64(&s.e, s.pairs[i].chosen, row);
    embeddings_row_f64(&s.e, s.pairs[i].rejected, other);
    linalg_axpy(-1, other, row, D);
}

/* Inner products of differences are those of the new rows: lengths and angles are kept. */
Test(compact, differences_keep_their_lengths_and_angles)
{
    double a[D], b[D], x[N], y[N];
    cr_assert(compact_init(&c, &s.e, s.pairs, NULL, N, &err), "%s", err.text);
    cr_assert(eq(sz, c.r, N));
    for (size_t i = 0; i < N; i++)
        for (size_t k = 0; k <= i; k++) {
            difference(i, a);
            difference(k, b);
            embeddings_row_f64(&c.e, c.pairs[i].chosen, x);
            embeddings_row_f64(&c.e, c.pairs[k].chosen, y);
            cr_expect(epsilon_eq(dbl, linalg_dot(x, y, N), linalg_dot(a, b, D), 1e-10));
        }
    embeddings_row_f64(&c.e, c.pairs[3].rejected, x);
    cr_expect(eq(dbl, linalg_nrm2(x, N), 0));
}

/* A head of the new columns and the one it becomes give every pair the same margin and have the same length. */
Test(compact, heads_keep_their_length_and_margins)
{
    double V[2 * N], W[2 * D], v[N], row[D], x[N];
    cr_assert(compact_init(&c, &s.e, s.pairs, NULL, N, &err), "%s", err.text);
    for (size_t i = 0; i < 2 * N; i++)
        V[i] = sin((double)i);
    cr_assert(compact_heads(&c, V, 2, W, &err));
    for (size_t h = 0; h < 2; h++) {
        cr_expect(epsilon_eq(dbl, linalg_nrm2(W + h * D, D), linalg_nrm2(V + h * N, N), 1e-9));
        for (size_t i = 0; i < N; i++) {
            difference(i, row);
            embeddings_row_f64(&c.e, i, x);
            cr_expect(epsilon_eq(dbl, linalg_dot(W + h * D, row, D), linalg_dot(V + h * N, x, N), 1e-9));
        }
        compact_see(&c, W + h * D, v);
        for (size_t i = 0; i < N; i++)
            cr_expect(epsilon_eq(dbl, v[i], V[h * N + i], 1e-9));
    }
}

/* Ten penalties, alone in all columns, and together in few. */
Test(compact, fits_are_those_of_all_columns)
{
    struct many_column columns[10];
    struct bt_info info[10];
    double V[10 * N], W[10 * D];
    cr_assert(compact_init(&c, &s.e, s.pairs, NULL, N, &err), "%s", err.text);
    for (size_t j = 0; j < 10; j++)
        columns[j] = (struct many_column){pow(10, -4 + 0.4 * (double)j), MANY_NONE, MANY_NONE, -1};
    const struct many_problem p = {.e = &c.e, .pairs = c.pairs, .n = N};
    const struct many_opts o = {.threads = 1, .memory = SIZE_MAX};
    cr_assert(many_fit(&p, columns, 10, &o, V, info, NULL, NULL, NULL, &err), "%s", err.text);
    cr_assert(compact_heads(&c, V, 10, W, &err));
    for (size_t j = 0; j < 10; j++) {
        double w[D], far = 0;
        struct bt_info alone;
        cr_assert(fit_pairs(&s.e, s.pairs, NULL, N, columns[j].l2, &(struct fit_opts){.memory = SIZE_MAX}, w, &alone,
                            NULL, &err));
        cr_expect(info[j].converged && alone.converged);
        cr_expect(epsilon_eq(dbl, info[j].objective, alone.objective, 1e-6 * alone.objective));
        for (size_t i = 0; i < D; i++)
            far = fmax(far, fabs(w[i] - W[j * D + i]));
        cr_expect(lt(dbl, far, 1e-6 / columns[j].l2 + 1e-6), "strong convexity bounds the distance");
    }
}

/* Pairs that are there twice, turned round, or of nothing need no direction of their own. */
Test(compact, dependent_pairs_share_directions)
{
    for (size_t i = 0; i < N / 2; i++) {
        struct pair *twin = &s.pairs[N / 2 + i];
        twin->chosen = i % 2 == 0 ? s.pairs[i].chosen : s.pairs[i].rejected;
        twin->rejected = i % 2 == 0 ? s.pairs[i].rejected : s.pairs[i].chosen;
    }
    s.pairs[N - 1].rejected = s.pairs[N - 1].chosen;
    cr_assert(compact_init(&c, &s.e, s.pairs, NULL, N, &err), "%s", err.text);
    cr_expect(eq(sz, c.r, N / 2));
}

Test(compact, what_cannot_be_is_refused)
{
    for (size_t i = 0; i < N; i++)
        s.pairs[i].rejected = s.pairs[i].chosen;
    cr_expect(not(compact_init(&c, &s.e, s.pairs, NULL, N, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_NUMERIC));
    s.rows[0] = NAN;
    s.pairs[0].rejected = 1;
    s.pairs[0].chosen = 0;
    cr_expect(not(compact_init(&c, &s.e, s.pairs, NULL, N, &err)));
    cr_expect(strstr(err.text, "rows 0 and 1") != NULL, "%s", err.text);
    s.rows[0] = 0;
    mem_fail_after = 1;
    cr_expect(not(compact_init(&c, &s.e, s.pairs, NULL, N, &err)));
    mem_fail_after = 0;
    cr_expect(eq(int, (int)err.kind, (int)ERR_MEMORY));
}

Test(compact, it_pays_for_few_pairs_of_many_columns)
{
    cr_expect(compact_pays(500, 4096, SIZE_MAX));
    cr_expect(not(compact_pays(500, 700, SIZE_MAX)));
    cr_expect(not(compact_pays(5000, 100000, SIZE_MAX)));
    cr_expect(not(compact_pays(500, 4096, 1000000)));
}
