/* One Bradley-Terry head, and many: cross-validation and bootstrap. */
#include "core/base/clock.h"
#include "core/draws.h"
#include "core/fit.h"
#include "core/many.h"
#include "core/split.h"
#include "tests/bench/bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { REPEATS = 3, FOLDS = 5, PENALTIES = 20, DRAWS = 100 };

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

void bench_fit(struct bench *b)
{
    struct err err;
    struct bt_info info = {0};
    double seconds[REPEATS], *w = mem_array(b->d, sizeof *w);
    struct fit_opts o = {.threads = BENCH_THREADS, .memory = SIZE_MAX};
    for (int i = 0; i < REPEATS; i++) {
        double start = clock_monotonic();
        bench_must(fit_pairs(&b->s.e, b->s.pairs, NULL, b->n, b->l2, &o, w, &info, NULL, &err), &err);
        seconds[i] = clock_monotonic() - start;
    }
    qsort(seconds, REPEATS, sizeof *seconds, by_size);
    printf("seconds %.6f\npasses %zu\nobjective %.17g\ngradient %.3g\nconverged %d\n", seconds[REPEATS / 2],
           info.passes, info.objective, info.grad_norm, info.converged);
    mem_free(w);
}

/* Fit the columns, all from `begin` (d, or NULL: 0), and tell how long it took since `since`. A column's evaluation is
 * two products of n x d: 4 n d flop. */
static void fit_many(struct bench *b, const struct many_problem *p, const struct many_column *columns, size_t m,
                     const double *begin, double since)
{
    struct err err;
    struct bt_info *info = mem_array(m, sizeof *info);
    double *W = mem_array(m * b->d, sizeof *W), evaluations = 0, worst = 0;
    size_t passes = 0, converged = 0;
    struct many_opts o = {.threads = BENCH_THREADS, .memory = SIZE_MAX, .start = begin};
    bench_must(many_fit(p, columns, m, &o, W, info, NULL, &passes, NULL, &err), &err);
    double seconds = clock_monotonic() - since;
    for (size_t j = 0; j < m; j++) {
        evaluations += (double)info[j].passes;
        converged += info[j].converged;
        worst = fmax(worst, info[j].grad_norm);
    }
    printf("seconds %.6f\npasses %zu\nheads %zu\nflop %.6g\nobjective %.17g\ngradient %.3g\nconverged %d\n", seconds,
           passes, m, evaluations * 4 * (double)(b->n * b->d), info[0].objective, worst, converged == m);
    mem_free(info);
    mem_free(W);
}

/* l2 from 1e-6 to 1e-2, each with each fold left out. */
void bench_cv(struct bench *b)
{
    struct many_column columns[FOLDS * PENALTIES];
    uint64_t *keys = mem_array(b->n, sizeof *keys);
    size_t *fold = mem_array(b->n, sizeof *fold);
    for (size_t i = 0; i < b->n; i++)
        keys[i] = i;
    split_folds(keys, b->n, FOLDS, 1, fold);
    for (size_t j = 0; j < FOLDS * PENALTIES; j++)
        columns[j] = (struct many_column){.l2 = pow(10, -6 + 4.0 * (double)(j % PENALTIES) / (PENALTIES - 1)),
                                          .left_out = j / PENALTIES,
                                          .draw = MANY_NONE,
                                          .objective = -1};
    struct many_problem p = {.e = &b->s.e, .pairs = b->s.pairs, .n = b->n, .fold = fold};
    fit_many(b, &p, columns, FOLDS * PENALTIES, NULL, clock_monotonic());
    mem_free(keys);
    mem_free(fold);
}

/* The base fit is part of the work. */
void bench_bootstrap(struct bench *b)
{
    struct err err;
    struct many_column columns[DRAWS];
    struct bt_info info;
    uint64_t *keys = mem_array(b->n, sizeof *keys);
    uint8_t *counts = mem_array(b->n, DRAWS);
    double *w = mem_array(b->d, sizeof *w), start = clock_monotonic();
    for (size_t i = 0; i < b->n; i++)
        keys[i] = i;
    struct fit_opts o = {.threads = BENCH_THREADS, .memory = SIZE_MAX};
    bench_must(fit_pairs(&b->s.e, b->s.pairs, NULL, b->n, b->l2, &o, w, &info, NULL, &err), &err);
    draws_by_group(keys, b->n, DRAWS, 1, counts);
    for (size_t j = 0; j < DRAWS; j++)
        columns[j] = (struct many_column){.l2 = b->l2, .left_out = MANY_NONE, .draw = j, .objective = -1};
    struct many_problem p = {.e = &b->s.e, .pairs = b->s.pairs, .n = b->n, .counts = counts, .draws = DRAWS};
    fit_many(b, &p, columns, DRAWS, w, start);
    mem_free(keys);
    mem_free(counts);
    mem_free(w);
}
