#include "app/select_ridge.h"

#include "app/train_regression.h"
#include "core/base/mem.h"
#include "core/draws.h"
#include "core/interval.h"
#include "core/linalg.h"
#include "tests/support/spectrum.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

enum { PAIRS = 30, ROWS = 2 * PAIRS, D = 5, K = 2, DRAWS = 12 };

static struct err err;

/* Two attributes of the answers of some prompts, three and three; of the second one every fifth is missing. */
struct bench {
    struct spectrum s;
    struct data d;
    struct train_opts o;
    struct rated r;
    struct head h;
    uint64_t keys[ROWS];
    size_t row[ROWS];
    double weight[ROWS], y[ROWS * K];
};

static void open_bench(struct bench *b)
{
    static const char *const names[] = {"one", "two"};
    *b = (struct bench){.o = {.threads = 1, .seed = 9}};
    linalg_threads(1);
    spectrum_draw(&b->s, PAIRS, D, 0.5, 4);
    b->d.e = b->s.e;
    b->d.rating_keys = b->keys;
    for (size_t i = 0; i < ROWS; i++) {
        double x[D];
        b->row[i] = i;
        b->keys[i] = i / 3;
        b->weight[i] = 1 + (double)(i % 2);
        embeddings_row_f64(&b->d.e, i, x);
        b->y[i * K] = 2 + x[0] - x[1] + 0.3 * sin((double)i);
        b->y[i * K + 1] = i % 5 == 0 ? NAN : 1 - x[2] + 0.5 * cos((double)i);
        vec_push(&b->d.ratings.rows, (struct rating_row){.row = i});
    }
    b->r = (struct rated){.n = ROWS, .k = K, .row = b->row, .weight = b->weight, .y = b->y};
    head_init(&b->h, "regression", names, K, D);
}

static void close_bench(struct bench *b)
{
    head_free(&b->h);
    vec_free(&b->d.ratings.rows);
    spectrum_free(&b->s);
}

/* The reward of a fit to the rows of a draw written out, each as often as it was drawn. */
static void slow_member(const struct bench *b, const uint8_t *counts, const double *l2, double *w, double *bias)
{
    size_t n = 0, row[ROWS * 8];
    double weight[ROWS * 8], y[ROWS * 8], own[D], intercept;
    memset(w, 0, D * sizeof *w);
    *bias = 0;
    for (size_t j = 0; j < K; j++) {
        struct ridge_info info;
        n = 0;
        for (size_t i = 0; i < ROWS; i++)
            for (size_t c = 0; c < counts[i]; c++, n++) {
                cr_assert(n < ROWS * 8);
                row[n] = i;
                weight[n] = b->weight[i];
                y[n] = b->y[i * K + j];
            }
        const struct rated r = {.n = n, .k = 1, .row = row, .weight = weight, .y = y};
        cr_assert(regression_fit(&b->d, &r, l2[j], own, &intercept, &info, NULL, &err), "%s", err.text);
        linalg_axpy(b->h.mix[j], own, w, D);
        *bias += b->h.mix[j] * intercept;
    }
}

Test(select_ridge, members_are_fits_to_the_rows_of_their_draws)
{
    static struct bench b;
    static const double l2[K] = {0.01, 0.3};
    uint8_t counts[DRAWS * ROWS];
    double w[D], bias;
    open_bench(&b);
    b.h.mix[0] = 1;
    b.h.mix[1] = -0.5;
    const struct select s = {.draws = DRAWS};
    cr_assert(select_ridge_bootstrap(&s, &b.d, &b.o, &b.r, l2, &b.h, NULL, &err), "%s", err.text);
    const struct head_tensor *W = head_tensor(&b.h, "ensemble.weight"), *B = head_tensor(&b.h, INTERVAL_BIAS);
    cr_assert(W != NULL && B != NULL && W->rows == DRAWS && W->cols == D && B->rows == DRAWS);
    draws_by_group(b.keys, ROWS, DRAWS, b.o.seed, counts);
    for (size_t m = 0; m < DRAWS; m++) {
        slow_member(&b, counts + m * ROWS, l2, w, &bias);
        for (size_t j = 0; j < D; j++)
            cr_expect(epsilon_eq(dbl, W->v[m * D + j], w[j], 1e-9));
        cr_expect(epsilon_eq(dbl, B->v[m], bias, 1e-9));
    }
    close_bench(&b);
}

/* Whoever reads the ensemble of one output applies its factor. */
Test(select_ridge, members_of_one_output_are_without_its_factor)
{
    static struct bench b;
    static const double l2[K] = {0.1, 0.1};
    double plain[DRAWS * D];
    for (int scaled = 0; scaled < 2; scaled++) {
        open_bench(&b);
        b.h.k = b.r.k = 1;
        for (size_t i = 0; i < ROWS; i++)
            b.y[i] = b.y[i * K];
        b.h.mix[0] = scaled ? -3 : 1;
        const struct select s = {.draws = DRAWS};
        cr_assert(select_ridge_bootstrap(&s, &b.d, &b.o, &b.r, l2, &b.h, NULL, &err), "%s", err.text);
        const double *v = head_tensor(&b.h, "ensemble.weight")->v;
        for (size_t i = 0; scaled && i < DRAWS * D; i++)
            cr_expect(epsilon_eq(dbl, v[i], plain[i], 1e-12));
        memcpy(plain, v, sizeof plain);
        b.h.k = K;
        close_bench(&b);
    }
}

static bool stop(void *ctx, double done, double total)
{
    (void)ctx;
    return done < total / 2;
}

Test(select_ridge, a_bootstrap_that_is_stopped_leaves_the_head_as_it_was)
{
    static struct bench b;
    static const double l2[K] = {0.1, 0.1};
    open_bench(&b);
    const struct select s = {.draws = DRAWS};
    cr_expect(not(select_ridge_bootstrap(&s, &b.d, &b.o, &b.r, l2, &b.h, &(struct progress){.tick = stop}, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_STOPPED));
    cr_expect(head_tensor(&b.h, "ensemble.weight") == NULL && head_tensor(&b.h, INTERVAL_BIAS) == NULL);
    close_bench(&b);
}
