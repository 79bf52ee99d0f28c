#include "core/many_pass.h"

#include "core/linalg.h"
#include "core/simd.h"
#include "tests/support/spectrum.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

enum { FOLDS = 4, D = 13, COLUMNS = 7 };

static struct err err;

struct bench {
    struct spectrum s;
    size_t *fold;
    uint8_t *counts;
    struct team *team;
    struct many_rows rows;
    struct many_pass pass;
    struct many_eval evals[COLUMNS], *sorted[COLUMNS];
    double w[COLUMNS][D], g[COLUMNS][D];
};

static void open_bench(struct bench *b, size_t n, int threads, const struct loss *loss)
{
    linalg_threads(1);
    spectrum_draw(&b->s, n, D, 1, 7);
    b->fold = mem_array(n, sizeof *b->fold);
    b->counts = mem_array(n, 1);
    for (size_t i = 0; i < n; i++) {
        b->fold[i] = i * 5 % FOLDS;
        b->counts[i] = (uint8_t)(i % 3);
        b->s.pairs[i].objective = (int)(i % 2);
        b->s.pairs[i].weight = (double)(i % 4) / 2;
        b->s.pairs[i].p = i % 5 == 0 ? 0.6 : 1;
        b->s.pairs[i].strength = 1 + (int)(i % 3);
    }
    struct many_problem p = {.e = &b->s.e, .pairs = b->s.pairs, .n = n, .fold = b->fold, .loss = *loss};
    p.counts = b->counts;
    p.draws = 1;
    b->team = team_open(threads);
    cr_assert(many_rows_init(&b->rows, &p, SIZE_MAX, b->team, &err), "%s", err.text);
    cr_assert(many_pass_init(&b->pass, &b->rows, COLUMNS, b->team, &err), "%s", err.text);
}

static void close_bench(struct bench *b)
{
    many_pass_free(&b->pass);
    many_rows_free(&b->rows);
    team_close(b->team);
    mem_free(b->fold);
    mem_free(b->counts);
    spectrum_free(&b->s);
}

/* Columns that leave out folds 0, 0, 2, 3 and none, one of draws and one of an objective. */
static void make_columns(struct bench *b)
{
    static const size_t left_out[COLUMNS] = {0, 0, 2, 3, MANY_NONE, MANY_NONE, MANY_NONE};
    for (size_t j = 0; j < COLUMNS; j++) {
        struct many_view v = {left_out[j], j == 5 ? b->rows.counts : NULL, j == 6 ? 1 : -1};
        for (size_t k = 0; k < D; k++)
            b->w[j][k] = (double)(float)(0.3 * sin((double)(j * D + k)));
        b->evals[j] = (struct many_eval){v, many_rows_divisor(&b->rows, &v), b->w[j], b->g[j], 0, 0, NULL, 0};
        b->sorted[j] = &b->evals[j];
    }
}

/* Loss, curvature and gradient of a column pair by pair. */
static void slow(const struct bench *b, const struct loss *loss, size_t j, double *f, double *curvature, double *g)
{
    const struct many_view *v = &b->evals[j].view;
    double x[2][D], divisor = 0;
    *f = *curvature = 0;
    memset(g, 0, D * sizeof *g);
    for (size_t i = 0; i < b->s.n; i++) {
        const struct pair *p = &b->s.pairs[i];
        if (b->fold[i] == v->left_out || (v->objective >= 0 && p->objective != v->objective))
            continue;
        double count = v->counts != NULL ? b->counts[i] : 1;
        embeddings_row_f64(&b->s.e, p->chosen, x[0]);
        embeddings_row_f64(&b->s.e, p->rejected, x[1]);
        linalg_axpy(-1, x[1], x[0], D);
        struct loss_point at = loss_at(loss, count * p->weight, p->p, p->strength, linalg_dot(x[0], b->w[j], D));
        linalg_axpy(at.slope, x[0], g, D);
        *f += at.value;
        *curvature += at.curvature;
        divisor += count * p->weight;
    }
    linalg_scale(1 / divisor, g, D);
    *f /= divisor;
    *curvature /= divisor;
}

static void expect_slow(const struct bench *b, const struct loss *loss, double tolerance)
{
    for (size_t j = 0; j < COLUMNS; j++) {
        double f, curvature, g[D];
        slow(b, loss, j, &f, &curvature, g);
        cr_expect(epsilon_eq(dbl, b->evals[j].loss, f, tolerance * fabs(f)), "column %zu", j);
        cr_expect(epsilon_eq(dbl, b->evals[j].curvature, curvature, tolerance));
        for (size_t k = 0; k < D; k++)
            cr_expect(epsilon_eq(dbl, b->g[j][k], g[k], tolerance));
    }
}

/* More than one block a fold, blocks that are not whole, several workers. */
Test(many_pass, windows_leave_out_what_a_column_does_not_see)
{
    static const struct loss losses[] = {{0}, {LOSS_SCALED_MARGIN, LOSS_NONE, 0}, {LOSS_PLAIN, LOSS_FLIP, 0.2}};
    for (size_t k = 0; k < sizeof losses / sizeof *losses; k++)
        for (int threads = 1; threads <= 3; threads += 2) {
            static struct bench b;
            open_bench(&b, 1501, threads, &losses[k]);
            make_columns(&b);
            for (int plain = 0; plain <= 1; plain++) { /* our own products, and those of BLAS */
                simd_limit(plain == 1 ? SIMD_PLAIN : SIMD_AVX512);
                many_pass_run(&b.pass, b.sorted, COLUMNS);
                expect_slow(&b, &losses[k], 3e-6);
            }
            simd_limit(SIMD_AVX512);
            cr_assert(many_pass_exact(&b.pass, b.sorted, COLUMNS, &err), "%s", err.text);
            expect_slow(&b, &losses[k], 1e-13);
            cr_expect(eq(sz, b.pass.taken, 3));
            close_bench(&b);
        }
}

/* A column comes out the same whoever is beside it, to rounding; with the same others, to the bit. */
Test(many_pass, columns_do_not_disturb_each_other)
{
    static struct bench b;
    double g[COLUMNS][D];
    open_bench(&b, 700, 2, &(struct loss){0});
    make_columns(&b);
    many_pass_run(&b.pass, b.sorted, COLUMNS);
    memcpy(g, b.g, sizeof g);
    many_pass_run(&b.pass, b.sorted, COLUMNS);
    cr_expect(eq(int, memcmp(g, b.g, sizeof g), 0));
    for (size_t j = 0; j < COLUMNS; j++) {
        struct many_eval *one = &b.evals[j];
        many_pass_run(&b.pass, &one, 1);
        for (size_t k = 0; k < D; k++)
            cr_expect(epsilon_eq(dbl, b.g[j][k], g[j][k], 1e-6));
    }
    close_bench(&b);
}

/* Margins that are made once for all serve a column as its own do: the bits that it has beside a column elsewhere. */
Test(many_pass, columns_at_one_point_have_the_bits_that_they_have_apart)
{
    static struct bench b;
    double g[COLUMNS][D], loss[COLUMNS];
    for (int plain = 0; plain <= 1; plain++) {
        simd_limit(plain == 1 ? SIMD_PLAIN : SIMD_AVX512);
        open_bench(&b, 1501, 2, &(struct loss){0});
        make_columns(&b);
        for (size_t j = 1; j < COLUMNS; j++)
            memcpy(b.w[j], b.w[0], sizeof b.w[0]);
        many_pass_run(&b.pass, b.sorted, COLUMNS);
        for (size_t j = 0; j < COLUMNS; j++)
            loss[j] = b.evals[j].loss;
        memcpy(g, b.g, sizeof g);
        b.w[COLUMNS - 1][0] += 1;
        many_pass_run(&b.pass, b.sorted, COLUMNS);
        for (size_t j = 0; j + 1 < COLUMNS; j++)
            cr_expect(eq(dbl, b.evals[j].loss, loss[j]), "column %zu", j);
        cr_expect(eq(int, memcmp(g, b.g, (COLUMNS - 1) * sizeof *g), 0));
        cr_expect(ne(dbl, b.evals[COLUMNS - 1].loss, loss[COLUMNS - 1]));
        close_bench(&b);
        simd_limit(SIMD_AVX512);
    }
}
