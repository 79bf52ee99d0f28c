#include "core/ordinal_path.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/linalg.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static struct err err;

static void set_up(void)
{
    linalg_threads(1);
}

TestSuite(ordinal_path, .init = set_up);

enum { N = 90, D = 4, LEVELS = 4, FOLDS = 3, PENALTIES = 5 };
static const double path[PENALTIES] = {1e-3, 1e-2, 0.1, 1, 100};

/* Grades of a linear score with logistic noise, two ratings a row. */
struct bench {
    struct design x;
    double count[N * LEVELS];
    size_t fold[N];
    struct ordinal o;
};

static void open_bench(struct bench *b)
{
    static const double cut[LEVELS - 1] = {-1, 0, 1};
    const double truth[D] = {1.5, -1, 0.5, 0};
    double y[2 * N];
    struct rng r;
    rng_seed(&r, 5);
    *b = (struct bench){0};
    cr_assert(design_init(&b->x, N, D, BT_F64, &err));
    for (size_t i = 0; i < N; i++) {
        double row[D];
        for (size_t j = 0; j < D; j++)
            row[j] = rng_normal(&r);
        cr_assert(design_put(&b->x, i, row));
        b->fold[i] = i % FOLDS;
        for (size_t k = 0; k < 2; k++) {
            double u = rng_uniform(&r), z = linalg_dot(truth, row, D) + log(u / (1 - u));
            size_t grade = 0;
            while (grade < LEVELS - 1 && z > cut[grade])
                grade++;
            b->count[i * LEVELS + grade]++;
            y[2 * i + k] = (double)grade;
        }
    }
    cr_assert(ordinal_init(&b->o, y, 2 * N, 1, &err));
    cr_assert(eq(sz, b->o.levels, (size_t)LEVELS));
}

static struct ordinal_path problem(struct bench *b)
{
    return (struct ordinal_path){&b->x, b->count, b->fold, FOLDS, path, PENALTIES, 0};
}

/* The slow twin: a matrix of the other folds' rows alone, fitted from 0 for every penalty, judged rating by rating. */
static double left_out(struct bench *b, double l2)
{
    double sum = 0, weight = 0;
    for (size_t f = 0; f < FOLDS; f++) {
        struct design x;
        double count[N * LEVELS], w[D], row[D];
        struct bt_info info;
        size_t n = 0;
        cr_assert(design_init(&x, N - N / FOLDS, D, BT_F64, &err));
        for (size_t i = 0; i < N; i++) {
            if (b->fold[i] == f)
                continue;
            design_row(&b->x, i, row);
            cr_assert(design_put(&x, n, row));
            memcpy(count + n++ * LEVELS, b->count + i * LEVELS, LEVELS * sizeof *count);
        }
        struct ordinal o = b->o;
        cr_assert(ordinal_fit(&o, &(struct ordinal_fit){&x, count, l2, 0, NULL}, w, &info, NULL, &err), "%s", err.text);
        cr_assert(info.converged);
        for (size_t i = 0; i < N; i++)
            for (size_t k = 0; k < LEVELS && b->fold[i] == f; k++) {
                double c = b->count[i * LEVELS + k];
                design_row(&b->x, i, row);
                sum += c > 0 ? c * ordinal_at(&o, k, linalg_dot(w, row, D)).value : 0;
                weight += c;
            }
        design_free(&x);
    }
    return sum / weight;
}

Test(ordinal_path, scores_are_those_of_fits_that_never_saw_the_fold)
{
    struct bench b;
    struct choose_score score[PENALTIES];
    struct ordinal_path_info info;
    open_bench(&b);
    const struct ordinal_path p = problem(&b);
    cr_assert(ordinal_path_run(&b.o, &p, score, &info, NULL, &err), "%s", err.text);
    cr_expect(eq(sz, info.fits, (size_t)(FOLDS * PENALTIES)));
    cr_expect(eq(sz, info.converged, info.fits));
    for (size_t j = 0; j < PENALTIES; j++) {
        cr_expect(epsilon_eq(dbl, score[j].mean, left_out(&b, path[j]), 1e-5), "penalty %g", path[j]);
        cr_expect(score[j].se > 0 && isfinite(score[j].se));
    }
    cr_expect(score[4].mean > score[1].mean, "with so large a penalty nothing but the shares is left");
    design_free(&b.x);
}

/* A row without ratings has no part in anything, whatever its fold may be. */
Test(ordinal_path, a_fold_without_ratings_is_passed_over)
{
    struct bench b;
    struct choose_score score[PENALTIES], with[PENALTIES];
    struct ordinal_path_info info;
    open_bench(&b);
    memset(b.count + 7 * LEVELS, 0, LEVELS * sizeof *b.count);
    struct ordinal_path p = problem(&b);
    cr_assert(ordinal_path_run(&b.o, &p, score, &info, NULL, &err));
    p.folds = FOLDS + 1;
    b.fold[7] = FOLDS;
    cr_assert(ordinal_path_run(&b.o, &p, with, &info, NULL, &err), "%s", err.text);
    cr_expect(eq(sz, info.fits, (size_t)(FOLDS * PENALTIES)));
    for (size_t j = 0; j < PENALTIES; j++) {
        cr_expect(epsilon_eq(dbl, with[j].mean, score[j].mean, 1e-12));
        cr_expect(epsilon_eq(dbl, with[j].se, score[j].se, 1e-12));
    }
    design_free(&b.x);
}

Test(ordinal_path, a_grade_that_one_fold_has_alone_is_refused_by_name)
{
    struct bench b;
    struct choose_score score[PENALTIES];
    struct ordinal_path_info info;
    open_bench(&b);
    for (size_t i = 0; i < N; i++)
        if (b.fold[i] != 1) {
            b.count[i * LEVELS + 2] += b.count[i * LEVELS + 3];
            b.count[i * LEVELS + 3] = 0;
        }
    const struct ordinal_path p = problem(&b);
    cr_expect(not(ordinal_path_run(&b.o, &p, score, &info, NULL, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_RANGE));
    cr_expect(ne(ptr, strstr(err.text, "all ratings of 3 are in one fold"), NULL), "%s", err.text);
    design_free(&b.x);
}

static bool stop_at_once(void *ctx, double done, double total)
{
    (void)ctx, (void)done, (void)total;
    return false;
}

Test(ordinal_path, who_is_told_to_stop_says_so_and_scores_what_there_is)
{
    struct bench b;
    struct choose_score score[PENALTIES];
    struct ordinal_path_info info;
    open_bench(&b);
    const struct ordinal_path p = problem(&b);
    cr_assert(ordinal_path_run(&b.o, &p, score, &info, &(struct progress){.tick = stop_at_once}, &err));
    cr_expect(info.stopped);
    for (size_t j = 0; j < PENALTIES; j++)
        cr_expect(isfinite(score[j].mean));
    design_free(&b.x);
}
