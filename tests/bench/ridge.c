/* Least squares for five targets, twenty penalties and five folds. */
#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/rng.h"
#include "core/choose.h"
#include "core/ridge_path.h"
#include "core/split.h"
#include "tests/bench/bench.h"

#include <math.h>
#include <stdio.h>

enum { TARGETS = 5, FOLDS = 5, PENALTIES = 20 };

/* Differences of pairs serve as rows, so that the peers read the same file. */
static void row(const void *ctx, size_t i, double *out)
{
    const struct spectrum *s = ctx;
    const float *a = s->rows + s->pairs[i].chosen * s->d, *b = s->rows + s->pairs[i].rejected * s->d;
    for (size_t j = 0; j < s->d; j++)
        out[j] = (double)(a[j] - b[j]);
}

/* Each target is the sum of some columns and noise; FILE.y gets them as raw float64, by rows. */
static double *draw_targets(const struct bench *b)
{
    double *y = mem_array(b->n * TARGETS, sizeof *y), *x = mem_array(b->d, sizeof *x);
    struct rng r;
    rng_seed(&r, 2);
    for (size_t i = 0; i < b->n; i++) {
        row(&b->s, i, x);
        for (size_t j = 0; j < TARGETS; j++) {
            y[i * TARGETS + j] = 3 * rng_normal(&r);
            for (size_t k = j; k < b->d; k += 37)
                y[i * TARGETS + j] += x[k];
        }
    }
    mem_free(x);
    if (b->file != NULL) {
        struct buf path = BUF_INIT;
        buf_addf(&path, "%s.y", b->file);
        bench_write(path.ptr, y, TARGETS * sizeof *y, b->n);
        buf_free(&path);
    }
    return y;
}

void bench_ridge(struct bench *b)
{
    struct err err;
    struct ridge_path path;
    struct ridge_info info[TARGETS];
    double l2[PENALTIES], best[TARGETS], intercepts[TARGETS], *y = draw_targets(b);
    double *W = mem_array(TARGETS * b->d, sizeof *W);
    size_t *fold = mem_array(b->n, sizeof *fold);
    for (size_t i = 0; i < b->n; i++)
        fold[i] = i * FOLDS / b->n; /* as KFold does */
    for (size_t j = 0; j < PENALTIES; j++)
        l2[j] = pow(10, -4 + 6.0 * (double)j / (PENALTIES - 1));
    struct ridge_rows rows = {.n = b->n, .d = b->d, .row = row, .ctx = &b->s};
    struct ridge_path_opts o = {.l2 = l2, .n_l2 = PENALTIES, .fold = fold, .folds = FOLDS, .threads = BENCH_THREADS};
    double start = clock_monotonic(), mse = 0;
    bench_must(ridge_path_run(&rows, y, TARGETS, &o, &path, NULL, &err), &err);
    for (size_t j = 0; j < TARGETS; j++) {
        const struct choose_score *score = path.score + j * PENALTIES;
        size_t least = choose_among(score, PENALTIES).best;
        best[j] = l2[least];
        mse += score[least].mean / TARGETS;
    }
    bench_must(ridge_path_solve(&path, &rows, y, best, W, intercepts, info, &err), &err);
    printf("seconds %.6f\nheads %d\nobjective %.17g\nconverged 1\n", clock_monotonic() - start,
           TARGETS * FOLDS * PENALTIES, mse);
    ridge_path_free(&path);
    mem_free(y);
    mem_free(W);
    mem_free(fold);
}
